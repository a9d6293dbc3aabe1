// SPDX-License-Identifier: MIT
#include "poll/procfs_source_linux.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <ctime>

#include "base/read_linux.h"
#include "base/text.h"
#include "poll/meminfo.h"
#include "poll/pressure.h"
#include "poll/swap_devices.h"
#include "poll/vmstat.h"

namespace forestall {
namespace {

/// Larger than any of these files: vmstat, the longest, has about 200 lines on a machine with every option.
constexpr std::size_t kLargestFile = 32 * kKiB;

Duration clock_now(clockid_t clock) {
  timespec now{};
  ::clock_gettime(clock, &now);
  return std::chrono::seconds(now.tv_sec) + Duration(now.tv_nsec);
}

template <typename T>
std::optional<T> parse_file(const Fd& file, std::optional<T> (*parse)(std::string_view)) {
  if (!file) return std::nullopt;
  std::array<char, kLargestFile> buffer;  // NOLINT: zeroing it would cost more than reading the file
  const auto text = reread(file, buffer);
  return text ? parse(*text) : std::nullopt;
}

std::optional<std::uint64_t> parse_number_line(std::string_view text) { return parse_unsigned(take_line(text)); }

/// CLOCK_BOOTTIME counts the time asleep, CLOCK_MONOTONIC does not. Whoever is preempted between the two would see a
/// sleep that never was, and on a machine that stands still that is likely: so it is measured again then.
Duration time_suspended() {
  constexpr auto together = std::chrono::milliseconds(1);
  constexpr int attempts = 8;
  Duration suspended{};
  for (int i = 0; i < attempts; ++i) {
    const Duration before = clock_now(CLOCK_MONOTONIC);
    suspended = clock_now(CLOCK_BOOTTIME) - before;
    if (clock_now(CLOCK_MONOTONIC) - before < together) break;
  }
  return suspended;
}

}  // namespace

Result<ProcfsSource> ProcfsSource::open(const std::string& proc, const std::string& sys) {
  ProcfsSource source;
  source.sys_ = sys;
  const auto file = [&](const char* name) { return open_to_read(AT_FDCWD, (proc + name).c_str()); };
  source.meminfo_ = file("/meminfo");
  if (!source.meminfo_) return failure(errno, "cannot open " + proc + "/meminfo");
  source.pressure_ = file("/pressure/memory");
  source.vmstat_ = file("/vmstat");
  source.swaps_ = file("/swaps");
  source.arcstats_ = file("/spl/kstat/zfs/arcstats");
  source.overcommit_ = file("/sys/vm/overcommit_memory");

  const auto sample = source.read();
  if (!sample) return tl::unexpected(sample.error());
  if (!sample->psi) {
    source.missing_.emplace_back(
        "no pressure information (/proc/pressure/memory): rules with psi_some_above or psi_full_above cannot hold; "
        "boot with psi=1 if the kernel has CONFIG_PSI");
  }
  if (!sample->vmstat) {
    source.missing_.emplace_back(
        "no reclaim counters (/proc/vmstat): rules with refaults_above cannot hold, and kills by the kernel go "
        "unnoticed");
  }
  return source;
}

Result<Sample> ProcfsSource::read() {
  Sample s;
  s.time = Instant(clock_now(CLOCK_MONOTONIC));
  s.wall = std::chrono::time_point_cast<std::chrono::microseconds>(
      std::chrono::sys_time<Duration>(clock_now(CLOCK_REALTIME)));
  s.suspended = time_suspended();
  errno = 0;  // stays so where the file could be read and makes no sense
  const auto memory = parse_file(meminfo_, parse_meminfo);
  if (!memory) return failure(errno, "cannot make sense of /proc/meminfo");
  s.memory = *memory;
  s.psi = parse_file(pressure_, parse_pressure);
  s.vmstat = parse_file(vmstat_, parse_vmstat);
  s.arc = parse_file(arcstats_, parse_arcstats).value_or(Arc{});
  s.strict_commit = parse_file(overcommit_, parse_number_line) == 2U;
  s.page_size = static_cast<Bytes>(::sysconf(_SC_PAGESIZE));
  if (s.memory.swap_total > 0) s.zram = read_zram();
  return s;
}

Zram ProcfsSource::read_zram() {
  Zram sum;
  std::array<char, 4 * kKiB> buffer;  // NOLINT: see above
  auto rest = swaps_ ? reread(swaps_, buffer) : std::nullopt;
  if (!rest) return sum;
  while (const auto swap = take_zram_swap(*rest)) {
    Fd& file = zram_stat_file(swap->device);
    const auto stat = parse_file(file, parse_zram_stat);
    if (!stat) {
      file.close();  // removed, and perhaps made anew: opened again next time
      continue;
    }
    sum.swap_size += swap->size;
    sum.swap_used += swap->used;
    sum.stored += stat->stored;
    sum.cost += stat->cost;
  }
  return sum;
}

Fd& ProcfsSource::zram_stat_file(unsigned device) {
  for (ZramFile& known : zram_files_) {
    if (known.file && known.device == device) return known.file;
    if (known.file) continue;
    // Reached once per device: it was not swapped on when we last looked.
    const std::string path = sys_ + "/block/zram" + std::to_string(device) + "/mm_stat";
    known.file = open_to_read(AT_FDCWD, path.c_str());
    known.device = device;
    return known.file;
  }
  return surplus_zram_;
}

}  // namespace forestall
