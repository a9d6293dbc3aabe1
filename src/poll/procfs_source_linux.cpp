// SPDX-License-Identifier: MIT
#include "poll/procfs_source_linux.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/clock_linux.h"
#include "base/read_linux.h"
#include "base/text.h"
#include "poll/meminfo.h"
#include "poll/node_memory.h"
#include "poll/pressure.h"
#include "poll/swap_devices.h"
#include "poll/vmstat.h"
#include "poll/zoneinfo.h"

namespace forestall {
namespace {

/// Larger than any of these files: vmstat, the longest, has about 200 lines on a machine with every option.
constexpr std::size_t kLargestFile = 16 * kKiB;

/// Those that move when memory is reclaimed, or comes back after it was.
constexpr std::array kOfReclaim = {&Vmstat::refault_anon, &Vmstat::refault_file, &Vmstat::pgscan, &Vmstat::pgsteal};

using Reread = std::optional<std::string_view>(const Fd&, std::span<char>);

std::optional<std::string_view> reread_whole(const Fd& file, std::span<char> buffer) { return reread(file, buffer); }

template <typename T>
std::optional<T> parse_file(const Fd& file, std::optional<T> (*parse)(std::string_view), Reread read = reread_whole) {
  if (!file) return std::nullopt;
  std::array<char, kLargestFile> buffer;  // NOLINT: zeroing it would cost more than reading the file
  const auto text = read(file, buffer);
  return text ? parse(*text) : std::nullopt;
}

/// vm.overcommit_memory is 2. No more is asked for than is there: for a sysctl the kernel allocates what it is asked
/// for.
bool is_commit_strict(const Fd& file) {
  std::array<char, 16> buffer{};
  auto text = file ? reread_record(file, buffer) : std::nullopt;
  return text && take_line(*text) == "2";
}

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
  source.zoneinfo_ = file("/zoneinfo");

  source.open_nodes();
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
  const auto memory = parse_file(meminfo_, parse_meminfo, reread_record);
  if (!memory) return failure(errno, "cannot make sense of /proc/meminfo");
  s.memory = *memory;
  s.psi = parse_file(pressure_, parse_pressure, reread_record);
  read_counters(s);
  s.arc = parse_file(arcstats_, parse_arcstats).value_or(Arc{});
  s.page_size = static_cast<Bytes>(::sysconf(_SC_PAGESIZE));
  s.parked = read_parked(s);
  if (s.memory.swap_total > 0) s.zram = read_zram();
  read_nodes(s);
  return s;
}

/// Whoever reclaims for want of memory stalls, kswapd too (psi_memstall_enter() in mm/vmscan.c, mm/page_alloc.c and
/// mm/memcontrol.c), and mostly the kernel kills only after that. So where nobody has stalled since they were read, the
/// counters are believed for a while: to have the kernel write all of vmstat would cost more than the rest of a look in
/// peace. What is then found to have moved, as of files that were given up long before, is left out, or it would seem
/// to have happened all at once.
void ProcfsSource::read_counters(Sample& sample) {
  constexpr Duration believed_for = std::chrono::seconds(10);
  const bool slept = counted_ && sample.suspended - counted_->suspended > kShortestSleep;
  const bool is_known = counted_ && (counted_->vmstat || !vmstat_) && !slept;
  const bool nobody_stalled = is_known && sample.psi && counted_->stalled == sample.psi->some;
  if (!nobody_stalled || sample.time - counted_->when >= believed_for) {
    const Duration stalled = sample.psi ? sample.psi->some : Duration(0);
    const auto now = parse_file(vmstat_, parse_vmstat);
    if (nobody_stalled && now && counted_->vmstat) {
      for (const auto counter : kOfReclaim) left_out_.*counter += (*now).*counter - (*counted_->vmstat).*counter;
    }
    counted_ = Counted{sample.time, stalled, sample.suspended, now, is_commit_strict(overcommit_)};
  }
  sample.strict_commit = counted_->strict_commit;
  sample.vmstat = counted_->vmstat;
  if (!sample.vmstat) return;
  for (const auto counter : kOfReclaim) (*sample.vmstat).*counter -= left_out_.*counter;
}

/// Writing zoneinfo costs the kernel more than all the other files together, so it is read when something may have
/// changed: much is parked only after much was freed, and whoever allocates takes from these lists first. While there
/// is plenty it matters less: then what was found may be a moment old, and nothing at all is believed for longer. So is
/// what was found where half of all is available, until somebody has taken of it: every rule is far away.
Bytes ProcfsSource::read_parked(const Sample& sample) {
  const bool is_plenty = sample.memory.mem_available >= sample.memory.mem_total / 4;
  const bool is_ample = sample.memory.mem_available >= sample.memory.mem_total / 2;
  constexpr Bytes little = 32 * kMiB;
  const Bytes anon = sample.memory.anon_pages;
  parked_.most_anon = std::max(parked_.most_anon, anon);
  const bool freed = anon + little < parked_.most_anon;
  const bool taken = parked_.bytes > 0 && anon > parked_.anon + little;
  const bool may_be_old = (is_ample && !taken) || (is_plenty && parked_.bytes == 0);
  const Duration read_every = may_be_old ? Duration(std::chrono::seconds(10)) : std::chrono::milliseconds(256);
  const bool is_new = parked_.read && sample.time - *parked_.read < read_every;
  const bool is_much = parked_.bytes > 0 && !is_plenty;
  if (!zoneinfo_ || (is_new && !is_much && !freed)) return parked_.bytes;
  std::array<char, kLargestFile> buffer;  // NOLINT: see above
  std::uint64_t pages = 0;
  const bool read =
      read_lines(zoneinfo_, buffer, [&pages](std::string_view& text) { pages += take_parked_pages(text); });
  const std::uint64_t most = sample.memory.mem_total / sample.page_size;
  const Bytes listed = read ? std::min(pages, most) * sample.page_size : 0;
  // Each processor always has some: where memory is short they matter.
  parked_ = {sample.time, listed - std::min(listed, little), anon, anon};
  return parked_.bytes;
}

void ProcfsSource::open_nodes() {
  constexpr unsigned most = 64;  // bits of a NodeMask
  for (unsigned node = 0; node < most && nodes_.size() < kMaxNodes; ++node) {
    const std::string path = sys_ + "/devices/system/node/node" + std::to_string(node) + "/meminfo";
    Fd file = open_to_read(AT_FDCWD, path.c_str());
    const auto memory = parse_file(file, parse_node_memory);
    if (memory && memory->total > 0) nodes_.push_back({node, std::move(file)});
  }
  if (nodes_.size() < 2) nodes_.clear();
}

void ProcfsSource::read_nodes(Sample& sample) {
  for (const NodeFile& node : nodes_) {
    const auto memory = parse_file(node.file, parse_node_memory);
    if (memory) sample.nodes[sample.node_count++] = {node.node, memory->total, memory->available};
  }
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
  const auto is_its = [&](const ZramFile& known) { return known.file && known.device == device; };
  const auto known = std::ranges::find_if(zram_files_, is_its);
  if (known != zram_files_.end()) return known->file;
  const auto free = std::ranges::find_if(zram_files_, [](const ZramFile& place) { return !place.file; });
  if (free == zram_files_.end()) return surplus_zram_;
  // Reached once per device: it was not swapped on when we last looked.
  const std::string path = sys_ + "/block/zram" + std::to_string(device) + "/mm_stat";
  free->file = open_to_read(AT_FDCWD, path.c_str());
  free->device = device;
  return free->file;
}

}  // namespace forestall
