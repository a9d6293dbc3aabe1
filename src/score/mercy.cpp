// SPDX-License-Identifier: MIT
#include "score/mercy.h"

#include <algorithm>

namespace forestall {
namespace {

bool is_listener_of_sshd(const ProcessFacts& p, std::string_view unit) {
  const bool at_home = unit == "ssh.service" || unit == "sshd.service";
  return at_home && p.uid == 0 && p.parent == 1 && p.comm.view() == "sshd";
}

bool in_system_unit(const ProcessFacts& p) {
  const std::string_view path = p.place.path.view();
  const std::string_view unit = p.place.unit.view();
  if (path == "/init.scope") return true;
  if (!path.starts_with("/system.slice/") || p.place.slice.view() != "system.slice") return false;
  const bool systemds_own = unit.starts_with("systemd-") && unit.ends_with(".service");
  return systemds_own || unit == "dbus.service" || unit == "dbus-broker.service" || is_listener_of_sshd(p, unit);
}

}  // namespace

std::optional<Mercy> built_in_mercy(const ProcessFacts& p, std::span<const std::int32_t> lineage) {
  if (p.id.pid == 1) return Mercy::init;
  if (p.kernel_thread) return Mercy::kernel_thread;
  if (!lineage.empty() && p.id.pid == lineage.front()) return Mercy::forestall;
  if (std::ranges::find(lineage, p.id.pid) != lineage.end()) return Mercy::ancestor;
  if (in_system_unit(p)) return Mercy::system_unit;
  if (p.oom_score_adj == kImmune) return Mercy::oom_score_adj;
  return std::nullopt;
}

}  // namespace forestall
