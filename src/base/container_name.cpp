// SPDX-License-Identifier: MIT
#include "base/container_name.h"

#include <array>

namespace forestall {
namespace {

/// What stands for the name of a container, between these two.
struct Naming {
  std::string_view before;
  std::string_view after;
  bool is_machine = false;
};
constexpr std::array<Naming, 7> kNamings = {{{"machine-", ".scope", true},
                                             {"systemd-nspawn@", ".service", true},
                                             {"docker-", ".scope"},
                                             {"libpod-", ".scope"},
                                             {"crio-", ".scope"},
                                             {"cri-containerd-", ".scope"},
                                             {"lxc.payload.", ""}}};

/// "libpod-conmon-ID.scope" is the process that watches over the container, outside of it.
bool is_monitor(std::string_view component) {
  return component.starts_with("libpod-conmon-") || component.starts_with("crio-conmon-");
}

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/// systemd writes what may not stand in the name of a unit as \xHH (systemd.unit(5), string escaping).
std::string unescaped(std::string_view name) {
  std::string text;
  while (!name.empty()) {
    const bool is_escape = name.size() >= 4 && name.starts_with("\\x") && digit(name[2]) >= 0 && digit(name[3]) >= 0;
    text += is_escape ? static_cast<char>(digit(name[2]) * 16 + digit(name[3])) : name.front();
    name.remove_prefix(is_escape ? 4 : 1);
  }
  return text;
}

}  // namespace

std::optional<ContainerName> container_named(std::string_view component) {
  if (is_monitor(component)) return std::nullopt;
  for (const Naming& naming : kNamings) {
    const std::size_t around = naming.before.size() + naming.after.size();
    if (component.size() <= around || !component.starts_with(naming.before) || !component.ends_with(naming.after))
      continue;
    return ContainerName{unescaped(component.substr(naming.before.size(), component.size() - around)),
                         naming.is_machine};
  }
  return std::nullopt;
}

}  // namespace forestall
