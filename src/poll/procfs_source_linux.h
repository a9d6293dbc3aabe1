// SPDX-License-Identifier: MIT
// The real SampleSource: every global file is kept open and read from its beginning each time.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "base/fd_linux.h"
#include "forestall/ports.h"

namespace forestall {

class ProcfsSource final : public SampleSource {
 public:
  /// Opens the files below `proc` and `sys`. An Error if meminfo cannot be read: nothing works without it.
  static Result<ProcfsSource> open(const std::string& proc = "/proc", const std::string& sys = "/sys");

  Result<Sample> read() override;

  /// What this machine does not offer and which conditions that switches off, one sentence each.
  [[nodiscard]] const std::vector<std::string>& missing() const { return missing_; }

 private:
  ProcfsSource() = default;
  void read_counters(Sample& sample);
  Bytes read_parked(const Sample& sample);
  Zram read_zram();
  void open_nodes();
  void read_nodes(Sample& sample);
  Fd& zram_stat_file(unsigned device);

  std::string sys_;
  Fd meminfo_, pressure_, vmstat_, swaps_, arcstats_, overcommit_, zoneinfo_;
  /// What does not move while nobody stalls.
  struct Counted {
    Instant when{};
    Duration stalled{0};  ///< PressureTotals::some then
    Duration suspended{0};
    std::optional<Vmstat> vmstat;
    bool strict_commit = false;
  };
  std::optional<Counted> counted_;
  Vmstat left_out_;  ///< what moved while nobody stalled
  /// What lies on the lists of processors.
  struct Parked {
    std::optional<Instant> read;
    Bytes bytes = 0;
    Bytes anon = 0;       ///< AnonPages then
    Bytes most_anon = 0;  ///< and the most since
  } parked_;
  /// mm_stat of the devices seen lately, by number. More than this many zram swaps are not told apart from disks.
  struct ZramFile {
    unsigned device = 0;
    Fd file;
  };
  std::array<ZramFile, 16> zram_files_;
  Fd surplus_zram_;  ///< never open
  struct NodeFile {
    unsigned node = 0;
    Fd file;
  };
  std::vector<NodeFile> nodes_;  ///< of those that have memory; empty where it is only one
  std::vector<std::string> missing_;
};

}  // namespace forestall
