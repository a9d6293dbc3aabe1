// SPDX-License-Identifier: MIT
// The last ten minutes of the machine, as the engine saw them: kept in memory, at hand when somebody asks what came
// before. Of fixed size, and never allocates after its construction but to tell. Pure.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/unit_news.h"
#include "forestall/ports.h"
#include "forestall/trace.h"

namespace forestall {

class FlightRecorder {
 public:
  /// Each look is kept for as long as there is room for: at one each 50 ms for as long as a story waits to be written
  /// (StoryTime::kLongest), the longest window of a rule before it (10 s), and some looks out of turn.
  static constexpr std::size_t kLooks = 1344;
  /// Of older looks one in two seconds is kept: ten minutes and more.
  static constexpr std::size_t kOlderLooks = 320;
  static constexpr Duration kOlderEvery = std::chrono::seconds(2);
  /// Processes that hold the asked-for amount (ports.h), the largest of them, are followed from look to look.
  static constexpr std::size_t kFollowed = 32;
  static constexpr std::size_t kPeople = 128;      ///< who is remembered by name, those that are gone included
  static constexpr std::size_t kDecisions = 16;    ///< of which the NUMA nodes are kept: nothing else goes by them
  static constexpr std::size_t kSightings = 3072;  ///< changes of a process by more than a little that are kept
  static constexpr std::size_t kUnitNews = 128;    ///< likewise of units: who fills tmpfs

  FlightRecorder();

  void see(const Sample& sample);
  /// What the daemon made of what it saw since the last time.
  void judged(const Judged& judged);
  /// Those who hold much; and everybody, if there was no decision lately: so the room for them is in memory when there
  /// is one.
  void see_large(Instant time, const Census& census);
  /// Everybody, for a decision may be made now: replaces who was seen so before, unless that was a moment ago.
  void see_everybody(Instant time, const Census& census);

  /// What was seen since then. Times count from the first of the samples in it, which is `began`. To `suspended` comes
  /// what the time of the trace leaves out, so that both together are the time since boot, as start times are.
  struct Recording {
    Trace trace;
    Instant began{};
  };
  [[nodiscard]] Recording since(Instant from) const;

  /// What it takes when everything is full, but for who was there at the last decision.
  static constexpr std::size_t bytes();

 private:
  /// Bytes in the smallest unit in which the kernel gives memory out, for half the room: 16 TiB at most.
  class Pages {
   public:
    Pages() = default;
    Pages(Bytes bytes) : count_(static_cast<std::uint32_t>(std::min<Bytes>(bytes / kUnit, UINT32_MAX))) {}  // NOLINT
    operator Bytes() const { return count_ * kUnit; }                                                       // NOLINT

   private:
    static constexpr Bytes kUnit = 4 * kKiB;
    std::uint32_t count_ = 0;
  };
  /// A Sample without its nodes.
  struct Look {
    Instant time{};
    Duration suspended{0};
    PressureTotals psi;
    Vmstat vmstat;
    std::array<Pages, 10> memory;
    std::array<Pages, 4> zram;
    std::array<Pages, 2> arc;
    Pages parked;
    Pages page_size;
    std::uint32_t next_look_ms = 0;
    Action action = Action::none;
    bool has_psi : 1 = false;
    bool has_vmstat : 1 = false;
    bool strict_commit : 1 = false;
    bool is_judged : 1 = false;
  };
  /// What a Look leaves out.
  struct Nodes {
    Instant time{};
    std::array<NodeMemory, kMaxNodes> nodes{};
    std::size_t count = 0;
  };
  /// Tells those apart who have had the same place one after the other. It may begin anew: whoever comes is sighted, so
  /// of no more than kSightings anything is kept.
  using Serial = std::uint16_t;
  static_assert(kSightings < UINT16_MAX);
  /// One who is, or was, followed. Who takes his place later has another serial number.
  struct Person {
    ProcessFacts facts;  ///< as last seen
    Serial serial = 0;
    bool here = false;
    Instant seen{};
    Instant came{};  ///< of his first sighting
  };
  /// What of a person has changed; the rest is in Person.
  struct Sighting {
    Instant time{};
    NodeMask nodes = kAllNodes;
    Serial serial = 0;
    std::uint16_t person = 0;
    std::int16_t oom_score_adj = 0;
    bool gone = false;
    char state = '?';
    Pages anon;
    Pages swap;
    Pages page_tables;
    Pages shmem;
  };
  /// The last `Size` of what was put in.
  template <typename T, std::size_t Size>
  class Ring {
   public:
    Ring() { items_.reserve(Size); }
    /// What is going to be full anyway takes all its memory now.
    void touch() {
      items_.resize(Size);
      items_.clear();
    }
    void put(const T& item) {
      if (items_.size() < Size) return items_.push_back(item);
      items_[oldest_] = item;
      oldest_ = (oldest_ + 1) % Size;
    }
    [[nodiscard]] std::size_t size() const { return items_.size(); }
    /// From the oldest, 0, on.
    [[nodiscard]] const T& operator[](std::size_t i) const { return items_[(oldest_ + i) % Size]; }
    [[nodiscard]] const T& back() const { return (*this)[size() - 1]; }
    /// The last is 0.
    [[nodiscard]] T& from_last(std::size_t i) { return items_[(oldest_ + size() - 1 - i) % Size]; }

   private:
    std::vector<T> items_;
    std::size_t oldest_ = 0;
  };

  static Look look_of(const Sample& sample);
  [[nodiscard]] Frame frame_of(const Look& look) const;
  enum class Detail : std::uint8_t { news, all };
  void follow_large(Instant time, const Census& census, Detail detail);
  void follow_units(Instant time, const Census& census, Detail detail);
  void keep_everybody(Instant time, const Census& census);
  void follow(Instant time, const ProcessFacts& facts, Detail detail);
  void note(Instant time, std::size_t person, bool gone);
  std::size_t room_for_one_more();
  void add_samples(Instant from, Recording& recording) const;
  void add_sightings(Recording& recording) const;
  void add_everybody(Recording& recording) const;
  void add_units(Recording& recording) const;

  Ring<Look, kLooks> looks_;
  Ring<Look, kOlderLooks> older_looks_;
  std::size_t not_judged_ = 0;  ///< of the last looks: a decision takes several
  Nodes nodes_;                 ///< at the last look
  Ring<Nodes, kDecisions> nodes_then_;
  std::vector<Person> people_;
  std::vector<const ProcessFacts*> largest_;
  Ring<Sighting, kSightings> sightings_;
  Serial serial_ = 0;
  UnitNews units_;
  Ring<UnitChange, kUnitNews> units_then_;

  std::vector<Kin> everybody_;
  std::vector<CgroupPlace> places_;  ///< of everybody: Kin::place
  Instant everybody_seen_{};
  Duration everybody_suspended_{0};  ///< Sample::suspended then
  bool decided_ = false;             ///< it was at a decision
  std::vector<std::int32_t> lineage_;
};

constexpr std::size_t FlightRecorder::bytes() {
  return (kLooks + kOlderLooks) * sizeof(Look) + kDecisions * sizeof(Nodes) + kPeople * sizeof(Person) +
         kSightings * sizeof(Sighting) + (kUnitNews + 3 * UnitNews::kRoom) * sizeof(UnitChange);
}

}  // namespace forestall
