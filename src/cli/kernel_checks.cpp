// SPDX-License-Identifier: MIT
// What is looked at of the kernel and of swap.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/quantity.h"
#include "cli/diagnosis.h"
#include "evaluate/headroom.h"

namespace forestall::cli {
namespace {

/// Where a setting of the kernel is to be changed.
std::string where(const Machine& m) { return m.in_container ? "on the host: " : ""; }

/// `name` without its "vm.".
std::string set_now_and_at_boot(const Machine& m, std::string_view name, unsigned value) {
  return fmt::format("{0}echo vm.{1}={2} | sudo tee /etc/sysctl.d/90-{1}.conf && sudo sysctl --system", where(m), name,
                     value);
}

// ---- Pressure -------------------------------------------------------------------------------------------------------

std::optional<Finding> look_at_psi(const Machine& m) {
  if (m.sample.psi) return std::nullopt;
  std::vector<std::string> rules;
  for (const Rule& rule : m.config.rules) {
    if (rule.enabled && (rule.psi_some_above || rule.psi_full_above)) rules.push_back(rule.name);
  }
  if (rules.empty()) return std::nullopt;
  return Finding{{},
                 Severity::should,
                 "The kernel gives no pressure information (PSI).",
                 fmt::format("These rules cannot hold without it: {}. A machine that stands still while memory is left "
                             "is not noticed.",
                             fmt::join(rules, ", ")),
                 {where(m) + "put psi=1 on the kernel's command line and boot",
                  "if /proc/pressure/memory is missing even then, the kernel was built without CONFIG_PSI"}};
}

// ---- Swap -----------------------------------------------------------------------------------------------------------

/// Half of RAM, in whole GiB, 1 to 8.
std::vector<std::string> make_swap(const Machine& m) {
  const Bytes size = std::clamp<Bytes>(m.sample.memory.mem_total / 2 / kGiB, 1, 8);
  return {fmt::format("sudo fallocate -l {}G /var/swapfile && sudo chmod 600 /var/swapfile", size),
          "sudo mkswap /var/swapfile && sudo swapon /var/swapfile",
          "echo '/var/swapfile none swap sw 0 0' | sudo tee -a /etc/fstab"};
}

std::optional<Finding> look_for_swap(const Machine& m) {
  if (m.in_container || m.sample.memory.swap_total > 0) return std::nullopt;
  return Finding{{},
                 Severity::note,
                 "There is no swap.",
                 "Idle memory then has nowhere to go: the kernel can only drop the file cache, the code of running "
                 "programs too, and the machine gets slow earlier. On a disk that wears out, take zram instead.",
                 make_swap(m)};
}

/// Less than an eighth of RAM, and less than 4 GiB.
std::optional<Finding> look_for_tiny_swap(const Machine& m) {
  const Bytes swap = m.sample.memory.swap_total;
  const Bytes ram = m.sample.memory.mem_total;
  if (m.in_container || swap == 0 || swap >= ram / 8 || swap >= 4 * kGiB) return std::nullopt;
  return Finding{{},
                 Severity::note,
                 fmt::format("Swap is small: {} beside {} of RAM.", human(swap), human(ram)),
                 "It is soon full, with memory that nobody asks for again, and stays so: how much of it is free says "
                 "nothing more about the state of the machine.",
                 make_swap(m)};
}

/// Less than a fifth is saved.
std::optional<Finding> look_at_zram_ratio(const Machine& m) {
  const Zram& z = m.sample.zram;
  if (m.in_container || z.stored < kZramTells || z.cost < z.stored / 5 * 4) return std::nullopt;
  return Finding{{},
                 Severity::note,
                 fmt::format("Swap on zram saves little: {} are stored in {} of RAM.", human(z.stored), human(z.cost)),
                 "What does not compress takes as much RAM as before. forestall counts such swap as the little that it "
                 "is worth.",
                 {"zramctl    # shows the algorithm; zstd compresses best", "or take swap on a disk"}};
}

/// Kernel: Documentation/admin-guide/sysctl/vm.rst, swappiness: above 100 where swap is faster than the file system.
std::optional<Finding> look_at_zram_swappiness(const Machine& m) {
  const Zram& z = m.sample.zram;
  const bool all_zram = z.swap_size > 0 && z.swap_size >= m.sample.memory.swap_total;
  if (m.in_container || !all_zram || !m.swappiness || *m.swappiness >= 100) return std::nullopt;
  return Finding{{},
                 Severity::note,
                 fmt::format("All swap is on zram, and vm.swappiness is {}.", *m.swappiness),
                 "Below 100 the kernel takes swapping for slower than reading a file, so it drops the code of running "
                 "programs before it compresses what is idle.",
                 {set_now_and_at_boot(m, "swappiness", 150)}};
}

// ---- What the kernel does by itself ---------------------------------------------------------------------------------

/// Kernel: Documentation/admin-guide/mm/multigen_lru.rst, thrashing prevention.
std::optional<Finding> look_at_min_ttl(const Machine& m) {
  const bool off = m.lru_gen_enabled && (*m.lru_gen_enabled & 1U) == 0;
  if (off || m.min_ttl_ms.value_or(0) == 0) return std::nullopt;
  return Finding{
      {},
      Severity::should,
      fmt::format("The kernel kills when it cannot keep what was used in the last {} ms (MGLRU min_ttl_ms).",
                  *m.min_ttl_ms),
      "It may be first, without SIGTERM, and it knows nothing of [[protect]] or growth; it only goes by size and "
      "oom_score_adj.",
      {where(m) + "echo 0 | sudo tee /sys/kernel/mm/lru_gen/min_ttl_ms",
       where(m) + "grep -rs min_ttl_ms /etc/tmpfiles.d /usr/lib/tmpfiles.d /etc/rc.local    # who sets it at boot"}};
}

std::optional<Finding> look_at_strict_commit(const Machine& m) {
  if (m.overcommit_memory != 2U) return std::nullopt;
  const bool watched = std::ranges::any_of(
      m.config.rules, [](const Rule& rule) { return rule.enabled && rule.commit_free_below.has_value(); });
  if (watched) return std::nullopt;
  return Finding{{},
                 Severity::should,
                 "Memory is promised strictly (vm.overcommit_memory=2), and no rule watches how much still may be.",
                 "Whoever asks at the commit limit is refused, and usually crashes, while much memory may still be "
                 "available: no rule holds then.",
                 {"add a rule with commit_free_below = \"5%\", see forestall.toml(5)",
                  "or: " + set_now_and_at_boot(m, "overcommit_memory", 0)}};
}

std::optional<Finding> look_at_overcommit(const Machine& m) {
  if (m.overcommit_memory != 1U) return std::nullopt;
  return Finding{
      {},
      Severity::note,
      "The kernel promises memory without limit (vm.overcommit_memory=1).",
      "A program that asks by mistake for more than there is gets it, and fails later, when it uses it. Some "
      "databases want it so.",
      {set_now_and_at_boot(m, "overcommit_memory", 0)}};
}

/// Kernel: Documentation/admin-guide/sysctl/vm.rst, panic_on_oom.
std::optional<Finding> look_at_panic(const Machine& m) {
  if (m.panic_on_oom.value_or(0) == 0) return std::nullopt;
  const bool always = *m.panic_on_oom >= 2;
  return Finding{{},
                 Severity::must,
                 fmt::format("The kernel panics when memory runs out (vm.panic_on_oom={}).", *m.panic_on_oom),
                 always ? "Even a cgroup that comes to its own limit, which concerns nobody else, stops the whole "
                          "machine."
                        : "One burst that nobody could have foreseen stops the whole machine, where otherwise one "
                          "process would die.",
                 {set_now_and_at_boot(m, "panic_on_oom", 0),
                  where(m) + "grep -rs panic_on_oom /etc/sysctl.conf /etc/sysctl.d /usr/lib/sysctl.d    # who set it"}};
}

constexpr std::array<Check, 9> kChecks{{
    {"panic-on-oom", look_at_panic},
    {"psi", look_at_psi},
    {"min-ttl", look_at_min_ttl},
    {"strict-commit", look_at_strict_commit},
    {"overcommit", look_at_overcommit},
    {"no-swap", look_for_swap},
    {"tiny-swap", look_for_tiny_swap},
    {"zram-ratio", look_at_zram_ratio},
    {"zram-swappiness", look_at_zram_swappiness},
}};

}  // namespace

std::span<const Check> kernel_checks() { return kChecks; }

}  // namespace forestall::cli
