// SPDX-License-Identifier: MIT
#include "replay/trace_fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>

#include "base/text.h"
#include "replay/trace_words.h"
#include "score/cgroup_place.h"

namespace forestall {
namespace {

/// How a number is written: in steps of `size`, `least` to `most` of them.
struct Unit {
  std::uint64_t size = 1;
  std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t least = 0;
};
constexpr std::uint64_t k2To50 = 1ULL << 50U;  // times 1024 or 1000, and summed up, still fits
constexpr std::uint64_t kDayInMs = 86'400'000;
constexpr Unit kCount{};
constexpr Unit kFlag{1, 1};
constexpr Unit kPid{1, INT32_MAX};
constexpr Unit kUid{1, UINT32_MAX};
constexpr Unit kKib{kKiB, k2To50};
constexpr Unit kPage{kKiB, kGiB / kKiB, 1};
constexpr Unit kMicroseconds{1'000, k2To50};
constexpr Unit kMilliseconds{1'000'000, k2To50 / 1000};
constexpr Unit kCpuTime{1'000'000, static_cast<std::uint64_t>(Duration::max().count()) / 1'000'000};
constexpr Unit kTraceTime{1'000'000, kDayInMs};

template <typename T>
std::uint64_t raw(const T& value) {
  if constexpr (std::is_same_v<T, Instant>) {
    return static_cast<std::uint64_t>(value.time_since_epoch().count());
  } else if constexpr (std::is_same_v<T, Duration>) {
    return static_cast<std::uint64_t>(value.count());
  } else {
    return static_cast<std::uint64_t>(value);
  }
}

template <typename T>
void set_raw(T& value, std::uint64_t to) {
  if constexpr (std::is_same_v<T, Instant>) {
    value = Instant(Duration(static_cast<Duration::rep>(to)));
  } else if constexpr (std::is_same_v<T, Duration>) {
    value = Duration(static_cast<Duration::rep>(to));
  } else {
    value = static_cast<T>(to);
  }
}

template <typename T>
bool take_number(T& value, const Unit& unit, std::string_view word) {
  const auto n = parse_unsigned(word);
  if (!n || *n < unit.least || *n > unit.most) return false;
  set_raw(value, *n * unit.size);
  return true;
}

/// A number at the end of a path of members: number<Sample, &Sample::memory, &Meminfo::shmem>.
template <typename T, auto... Path>
Field<T> number(std::string_view name, Unit unit) {
  return {name, [unit](const T& t) { return fmt::to_string(raw((t.*....*Path)) / unit.size); },
          [unit](T& t, std::string_view word) { return take_number((t.*....*Path), unit, word); }};
}

/// One of a group of numbers that is there as a whole or not at all.
template <auto Group, auto Part>
Field<Frame> part(std::string_view name, Unit unit) {
  return {name,
          [unit](const Frame& s) { return s.*Group ? fmt::to_string(raw((*(s.*Group)).*Part) / unit.size) : "-"; },
          [unit](Frame& s, std::string_view word) {
            if (word == "-") {
              (s.*Group).reset();
              return true;
            }
            if (!(s.*Group)) (s.*Group).emplace();
            return take_number((*(s.*Group)).*Part, unit, word);
          }};
}

/// A FixedString likewise.
template <typename T, auto... Path>
Field<T> text(std::string_view name) {
  return {name, [](const T& t) { return encoded((t.*....*Path).view()); },
          [](T& t, std::string_view word) {
            const auto plain = decoded(word);
            if (plain) (t.*....*Path).assign(*plain);
            return plain.has_value();
          }};
}

template <auto Member>
Field<ProcessChange> number_of_facts(std::string_view name, Unit unit) {
  return number<ProcessChange, &ProcessChange::facts, Member>(name, unit);
}

Field<ProcessChange> state_field() {
  return {"state", [](const ProcessChange& c) { return encoded(std::string_view(&c.facts.state, 1)); },
          [](ProcessChange& c, std::string_view word) {
            const auto plain = decoded(word);
            if (!plain || plain->size() != 1) return false;
            c.facts.state = plain->front();
            return true;
          }};
}

/// As systemd was told.
Field<UnitChange> preference_field() {
  static constexpr std::array<std::string_view, 3> names = {"none", "avoid", "omit"};  // by OomPreference
  return {"preference",
          [](const UnitChange& u) { return std::string(names[static_cast<std::size_t>(u.facts.preference)]); },
          [](UnitChange& u, std::string_view word) {
            const auto* const found = std::ranges::find(names, word);
            if (found == names.end()) return false;
            u.facts.preference = static_cast<OomPreference>(found - names.begin());
            return true;
          }};
}

template <auto Member>
Field<ProcessChange> signed_of_facts(std::string_view name, std::int32_t least, std::int32_t most) {
  return {name, [](const ProcessChange& c) { return fmt::to_string(c.facts.*Member); },
          [least, most](ProcessChange& c, std::string_view word) {
            const auto n = parse_signed(word);
            if (!n || *n < least || *n > most) return false;
            c.facts.*Member = static_cast<std::int32_t>(*n);
            return true;
          }};
}

/// "-": all of them, as on a machine that has only one.
Field<ProcessChange> allowed_nodes_field() {
  return {"nodes",
          [](const ProcessChange& c) {
            return c.facts.nodes == kAllNodes ? std::string("-") : fmt::to_string(c.facts.nodes);
          },
          [](ProcessChange& c, std::string_view word) {
            const auto mask = word == "-" ? std::optional(kAllNodes) : parse_unsigned(word);
            c.facts.nodes = mask.value_or(kAllNodes);
            return mask.has_value();
          }};
}

/// Takes "NODE:TOTAL:AVAILABLE" off the front of `word`, with the comma behind it.
std::optional<NodeMemory> take_node(std::string_view& word) {
  const std::size_t comma = word.find(',');
  std::string_view one = word.substr(0, comma);
  word = comma == std::string_view::npos ? std::string_view{} : word.substr(comma + 1);
  const auto take_part = [&] {
    const std::size_t colon = one.find(':');
    const auto n = parse_unsigned(one.substr(0, colon));
    one = colon == std::string_view::npos ? std::string_view{} : one.substr(colon + 1);
    return n;
  };
  const auto node = take_part();
  const auto total = take_part();
  const auto available = take_part();
  if (!node || *node > 63 || !total || *total > k2To50 || !available || *available > k2To50) return std::nullopt;
  return NodeMemory{static_cast<unsigned>(*node), *total * kKiB, *available * kKiB};
}

/// Of a sample's time the whole milliseconds, and what is left of it: two columns, so that one can be read without the
/// other. Rates that are to be the same again need the second.
Field<Frame> time_field() {
  return {"time", [](const Frame& f) { return fmt::to_string(raw(f.time) / kTraceTime.size); },
          [](Frame& f, std::string_view word) {
            const std::uint64_t rest = raw(f.time) % kTraceTime.size;
            if (!take_number(f.time, kTraceTime, word)) return false;
            f.time += Duration(static_cast<Duration::rep>(rest));
            return true;
          }};
}

Field<Frame> microseconds_field() {
  constexpr std::uint64_t us = 1'000;
  return {"us", [](const Frame& f) { return fmt::to_string(raw(f.time) % kTraceTime.size / us); },
          [](Frame& f, std::string_view word) {
            const auto n = parse_unsigned(word);
            if (!n || *n * us >= kTraceTime.size) return false;
            set_raw(f.time, raw(f.time) / kTraceTime.size * kTraceTime.size + *n * us);
            return true;
          }};
}

/// "-": no daemon judged it.
Field<Frame> verdict_field() {
  return {"verdict", [](const Frame& f) { return f.judged ? std::string(name_of(f.judged->action)) : "-"; },
          [](Frame& f, std::string_view word) {
            if (word == "-") {
              f.judged.reset();
              return true;
            }
            for (const Action action : {Action::none, Action::notify, Action::terminate, Action::kill}) {
              if (name_of(action) != word) continue;
              if (!f.judged) f.judged.emplace();
              f.judged->action = action;
              return true;
            }
            return false;
          }};
}

Field<Frame> nodes_field() {
  return {"nodes",
          [](const Frame& s) {
            std::string word;
            for (const NodeMemory& n : std::span(s.nodes).first(s.node_count)) {
              word += fmt::format("{}{}:{}:{}", word.empty() ? "" : ",", n.node, n.total / kKiB, n.available / kKiB);
            }
            return word.empty() ? std::string("-") : word;
          },
          [](Frame& s, std::string_view word) {
            s.node_count = 0;
            if (word == "-") return true;
            while (!word.empty()) {
              const auto node = take_node(word);
              if (!node || s.node_count == kMaxNodes) return false;
              s.nodes[s.node_count++] = *node;
            }
            return true;
          }};
}

Field<ProcessChange> cgroup_field() {
  return {"cgroup", [](const ProcessChange& c) { return encoded(c.facts.place.path.view()); },
          [](ProcessChange& c, std::string_view word) {
            const auto plain = decoded(word);
            if (plain) c.facts.place = parse_cgroup("0::" + *plain + "\n");
            return plain.has_value();
          }};
}

}  // namespace

std::span<const Field<Frame>> sample_fields() {
  using S = Frame;
  static const std::vector<Field<S>> fields = {
      time_field(),
      number<S, &S::suspended>("suspended", kMilliseconds),
      number<S, &S::memory, &Meminfo::mem_total>("mem_total", kKib),
      number<S, &S::memory, &Meminfo::mem_available>("mem_available", kKib),
      number<S, &S::memory, &Meminfo::anon_pages>("anon_pages", kKib),
      number<S, &S::memory, &Meminfo::active_file>("active_file", kKib),
      number<S, &S::memory, &Meminfo::inactive_file>("inactive_file", kKib),
      number<S, &S::memory, &Meminfo::shmem>("shmem", kKib),
      number<S, &S::memory, &Meminfo::swap_total>("swap_total", kKib),
      number<S, &S::memory, &Meminfo::swap_free>("swap_free", kKib),
      number<S, &S::memory, &Meminfo::commit_limit>("commit_limit", kKib),
      number<S, &S::memory, &Meminfo::committed_as>("committed_as", kKib),
      part<&S::psi, &PressureTotals::some>("psi_some", kMicroseconds),
      part<&S::psi, &PressureTotals::full>("psi_full", kMicroseconds),
      part<&S::vmstat, &Vmstat::refault_anon>("refault_anon", kCount),
      part<&S::vmstat, &Vmstat::refault_file>("refault_file", kCount),
      part<&S::vmstat, &Vmstat::pgscan>("pgscan", kCount),
      part<&S::vmstat, &Vmstat::pgsteal>("pgsteal", kCount),
      part<&S::vmstat, &Vmstat::oom_kill>("oom_kill", kCount),
      number<S, &S::zram, &Zram::swap_size>("zram_size", kKib),
      number<S, &S::zram, &Zram::swap_used>("zram_used", kKib),
      number<S, &S::zram, &Zram::stored>("zram_stored", kKib),
      number<S, &S::zram, &Zram::cost>("zram_cost", kKib),
      number<S, &S::arc, &Arc::size>("arc_size", kKib),
      number<S, &S::arc, &Arc::minimum>("arc_minimum", kKib),
      number<S, &S::strict_commit>("strict_commit", kFlag),
      number<S, &S::page_size>("page_size", kPage),
      number<S, &S::parked>("parked", kKib),
      nodes_field(),
      verdict_field(),
      part<&S::judged, &Judged::next_look>("next_look", kMilliseconds),
      microseconds_field(),
  };
  return fields;
}

std::span<const Field<ProcessChange>> process_fields() {
  using C = ProcessChange;
  using F = ProcessFacts;
  static const std::vector<Field<C>> fields = {
      number<C, &C::time>("time", kTraceTime),
      number<C, &C::facts, &F::id, &ProcessId::pid>("pid", kPid),
      number<C, &C::facts, &F::id, &ProcessId::start_time>("start", kCount),
      number_of_facts<&F::parent>("parent", kPid),
      number_of_facts<&F::uid>("uid", kUid),
      number_of_facts<&F::kernel_thread>("kernel", kFlag),
      state_field(),
      text<C, &C::facts, &F::comm>("comm"),
      number_of_facts<&F::anon>("anon", kKib),
      number_of_facts<&F::swap>("swap", kKib),
      number_of_facts<&F::page_tables>("page_tables", kKib),
      number_of_facts<&F::shmem>("shmem", kKib),
      signed_of_facts<&F::oom_score_adj>("adj", -1000, 1000),
      cgroup_field(),
      text<C, &C::facts, &F::profile, &Profile::exe>("exe"),
      text<C, &C::facts, &F::profile, &Profile::cmdline>("cmdline"),
      number_of_facts<&F::process_group>("group", kPid),
      signed_of_facts<&F::nice>("nice", -20, 19),
      number_of_facts<&F::cpu_time>("cpu_time", kCpuTime),
      signed_of_facts<&F::terminal>("terminal", INT32_MIN, INT32_MAX),
      allowed_nodes_field(),
  };
  return fields;
}

std::span<const Field<UnitChange>> unit_fields() {
  using U = UnitChange;
  static const std::vector<Field<U>> fields = {
      number<U, &U::time>("time", kTraceTime),
      text<U, &U::cgroup>("cgroup"),
      number<U, &U::facts, &UnitFacts::whole>("whole", kFlag),
      preference_field(),
      number<U, &U::facts, &UnitFacts::filled>("filled", kKib),
      number<U, &U::facts, &UnitFacts::counted_twice>("counted_twice", kKib),
  };
  return fields;
}

}  // namespace forestall
