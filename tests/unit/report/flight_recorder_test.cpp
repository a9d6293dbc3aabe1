// SPDX-License-Identifier: MIT
#include "report/flight_recorder.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "replay/trace.h"
#include "report/recorded_ports.h"

namespace forestall {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr Instant kStart(1h);

Sample sample(Duration at, Bytes available = kGiB) {
  Sample s;
  s.time = kStart + at;
  s.memory.mem_total = 8 * kGiB;
  s.memory.mem_available = available;
  s.psi = PressureTotals{at / 2, at / 4};
  s.parked = 5 * kMiB;
  s.strict_commit = true;
  return s;
}

ProcessFacts process(std::int32_t pid, Bytes anon, std::string_view comm = "leak") {
  ProcessFacts p;
  p.id = {pid, 7};
  p.comm.assign(comm);
  p.anon = anon;
  return p;
}

Census census(const std::vector<ProcessFacts>& processes, const std::vector<Kin>& kin = {}) {
  Census c;
  c.processes = processes;
  c.kin = kin;
  return c;
}

std::vector<std::string> lines_of(const std::vector<ProcessChange>& changes) {
  std::vector<std::string> lines;
  for (const ProcessChange& c : changes) {
    lines.push_back(std::to_string((c.time - Instant{}) / 1ms) + (c.gone ? " x " : " p ") +
                    std::to_string(c.facts.id.pid) + " " + std::to_string(c.facts.anon / kMiB));
  }
  return lines;
}

TEST(FlightRecorder, TellsWhatItSawFromThenOn) {
  FlightRecorder recorder;
  for (int i = 0; i < 10; ++i) recorder.see(sample(i * 100ms, static_cast<Bytes>(i) * kMiB));
  const auto recording = recorder.since(kStart + 300ms);
  EXPECT_EQ(recording.began, kStart + 300ms);
  ASSERT_THAT(recording.trace.samples, SizeIs(7));
  Sample expected = sample(300ms, 3 * kMiB);
  expected.time = Instant{};
  const Sample& first = recording.trace.samples.front();
  EXPECT_EQ(first.time, expected.time);
  EXPECT_EQ(first.suspended, 1h + 300ms) << "since boot, with the time";
  EXPECT_EQ(first.memory, expected.memory);
  EXPECT_EQ(first.psi, expected.psi);
  EXPECT_EQ(first.parked, 5 * kMiB);
  EXPECT_TRUE(first.strict_commit);
  EXPECT_EQ(recording.trace.samples.back().time, Instant(600ms));
}

TEST(FlightRecorder, HasNothingToTellOfATimeThatHasNotCome) {
  FlightRecorder recorder;
  EXPECT_THAT(recorder.since(Instant{}).trace.samples, IsEmpty());
  recorder.see(sample(0s));
  EXPECT_THAT(recorder.since(kStart + 1ns).trace.samples, IsEmpty());
}

TEST(FlightRecorder, KeepsEachLookOfAMinuteAndEveryOtherSecondOfTenMinutes) {
  FlightRecorder recorder;
  for (Duration at{0}; at <= 15min; at += 50ms) recorder.see(sample(at));
  const auto& samples = recorder.since(kStart).trace.samples;
  ASSERT_FALSE(samples.empty());
  const auto time = [&](std::size_t i) { return samples[i].time; };
  EXPECT_GE(samples.back().time - samples.front().time, 10min);
  std::size_t last_minute = 0;
  for (std::size_t i = 1; i < samples.size(); ++i) {
    ASSERT_GT(time(i), time(i - 1));
    ASSERT_LE(time(i) - time(i - 1), 2s);
    if (samples.back().time - time(i) <= 1min) ++last_minute;
  }
  EXPECT_EQ(last_minute, 1201U) << "twenty a second";
}

TEST(FlightRecorder, TakesLessThanThreeQuartersOfAMebibyte) { EXPECT_LE(FlightRecorder::bytes(), 3 * kMiB / 4); }

TEST(FlightRecorder, FollowsWhoGrowsAndWhoIsGone) {
  FlightRecorder recorder;
  recorder.see(sample(0s));
  recorder.see_large(kStart, census({process(5, 100 * kMiB)}));
  recorder.see_large(kStart + 1s, census({process(5, 100 * kMiB + 100 * kKiB)}));
  recorder.see_large(kStart + 2s, census({process(5, 200 * kMiB), process(6, 50 * kMiB)}));
  recorder.see_large(kStart + 3s, census({process(6, 50 * kMiB)}));
  EXPECT_THAT(lines_of(recorder.since(kStart).trace.changes),
              ElementsAre("0 p 5 100", "2000 p 5 200", "2000 p 6 50", "3000 x 5 200"));
}

TEST(FlightRecorder, KnowsWhoWasThereAlreadyWhenTheRecordingBegins) {
  FlightRecorder recorder;
  recorder.see_large(kStart, census({process(5, 100 * kMiB), process(6, 50 * kMiB)}));
  recorder.see_large(kStart + 1s, census({process(5, 300 * kMiB)}));
  recorder.see(sample(5s));
  recorder.see_large(kStart + 6s, census({process(5, 400 * kMiB)}));
  EXPECT_THAT(lines_of(recorder.since(kStart + 2s).trace.changes), ElementsAre("0 p 5 300", "1000 p 5 400"));
}

TEST(FlightRecorder, FollowsTheLargestOnly) {
  FlightRecorder recorder;
  recorder.see(sample(0s));
  std::vector<ProcessFacts> processes;
  for (int i = 1; i <= 50; ++i) processes.push_back(process(i, static_cast<Bytes>(i) * 10 * kMiB));
  recorder.see_large(kStart, census(processes));
  const auto& changes = recorder.since(kStart).trace.changes;
  ASSERT_THAT(changes, SizeIs(FlightRecorder::kFollowed));
  for (const ProcessChange& c : changes) EXPECT_GT(c.facts.id.pid, 50 - static_cast<int>(FlightRecorder::kFollowed));
}

TEST(FlightRecorder, WhoTakesThePlaceOfOneWhoIsLongGoneIsNotTakenForHim) {
  FlightRecorder recorder;
  recorder.see(sample(0s));
  const int many = static_cast<int>(FlightRecorder::kPeople) + 10;
  for (int i = 1; i <= many; ++i) {
    recorder.see_large(kStart + i * 1s, census({process(i, 100 * kMiB, "p" + std::to_string(i))}));
  }
  for (const ProcessChange& c : recorder.since(kStart).trace.changes) {
    EXPECT_EQ(c.facts.comm.view(), "p" + std::to_string(c.facts.id.pid));
  }
}

/// A small process, as only the look at everybody tells of it.
Kin small(std::int32_t pid, std::uint16_t place) {
  Kin kin;
  kin.id = {pid, 7};
  kin.process_group = 77;
  kin.comm.assign("worker");
  kin.memory = 6 * kMiB;
  kin.swap = 2 * kMiB;
  kin.place = place;
  return kin;
}

TEST(FlightRecorder, KnowsEverybodyAtTheDecision) {
  FlightRecorder recorder;
  recorder.see(sample(0s));
  std::vector<KnownPlace> places(2);
  places[1].cgroup.unit.assign("batch.service");
  const std::vector<ProcessFacts> large = {process(5, 100 * kMiB)};
  const std::vector<Kin> kin = {small(5, 0), small(6, 1), small(7, 9)};
  Census all = census(large, kin);
  const std::vector<std::int32_t> lineage = {3, 1};
  all.places = places;
  all.lineage = lineage;
  recorder.see_everybody(kStart + 1s, all);
  const auto trace = recorder.since(kStart).trace;
  EXPECT_THAT(lines_of(trace.changes), ElementsAre("1000 p 5 100", "1000 p 6 4", "1000 p 7 4"));
  EXPECT_EQ(trace.changes[1].facts.place.unit.view(), "batch.service");
  EXPECT_EQ(trace.changes[1].facts.swap, 2 * kMiB);
  EXPECT_EQ(trace.changes[1].facts.process_group, 77);
  EXPECT_EQ(trace.changes[1].facts.comm.view(), "worker");
  EXPECT_EQ(trace.lineage, lineage);
  EXPECT_THAT(recorder.since(kStart + 2s).trace.changes, IsEmpty()) << "no sample, no trace";
}

TEST(FlightRecorder, KnowsWhoIsDecidedUponToThePage) {
  FlightRecorder recorder;
  recorder.see(sample(0s));
  recorder.see_large(kStart, census({process(5, 100 * kMiB)}));
  recorder.see_everybody(kStart + 1s, census({process(5, 100 * kMiB + 4 * kKiB)}));
  const auto changes = recorder.since(kStart).trace.changes;
  ASSERT_THAT(changes, SizeIs(2));
  EXPECT_EQ(changes[1].facts.anon, 100 * kMiB + 4 * kKiB);
}

/// Without them an earlier decision, of which the trace tells too, cannot be understood.
TEST(FlightRecorder, KnowsThatSmallParentsOfLargeOnesWereThereSinceTheyWereBorn) {
  FlightRecorder recorder;
  Sample before = sample(0s);
  before.suspended = 10min;
  recorder.see(before);
  const auto born = [](std::int32_t pid, Duration at) {
    Kin kin = small(pid, 0);
    kin.id.start_time = static_cast<std::uint64_t>((1h + 10min + at) / 10ms);
    return kin;
  };
  std::vector<ProcessFacts> large = {process(5, 100 * kMiB), process(6, 100 * kMiB), process(7, 100 * kMiB)};
  large[0].parent = 2;
  large[1].parent = 3;
  large[2].parent = 4;
  recorder.see_large(kStart + 1s, census(large));
  const std::vector<Kin> kin = {born(2, -1min), born(3, 4s), born(4, 1min), born(8, -1min)};
  recorder.see_everybody(kStart + 9s, census(large, kin));
  Sample after = sample(10s);
  after.suspended = 8h;  // since then
  recorder.see(after);
  EXPECT_THAT(
      lines_of(recorder.since(kStart).trace.changes),
      ElementsAre("0 p 2 4", "1000 p 5 100", "1000 p 6 100", "1000 p 7 100", "4000 p 3 4", "9000 p 4 4", "9000 p 8 4"));
}

TEST(FlightRecorder, KnowsWhoWasLargeOnceFromThenOn) {
  FlightRecorder recorder;
  recorder.see(sample(0s));
  recorder.see_large(kStart + 1s, census({process(5, 100 * kMiB)}));
  recorder.see_large(kStart + 2s, census({}));
  const std::vector<Kin> kin = {small(5, 0)};
  recorder.see_everybody(kStart + 9s, census({}, kin));
  EXPECT_THAT(lines_of(recorder.since(kStart).trace.changes),
              ElementsAre("1000 p 5 100", "2000 x 5 100", "2000 p 5 4"));
}

TEST(FlightRecorder, KnowsACommandLineThatIsLearntLater) {
  FlightRecorder recorder;
  recorder.see(sample(0s));
  ProcessFacts leak = process(5, 100 * kMiB);
  recorder.see_large(kStart, census({leak}));
  leak.profile.cmdline.assign("leak --fast");
  recorder.see_large(kStart + 1s, census({leak}));
  const auto changes = recorder.since(kStart).trace.changes;
  ASSERT_FALSE(changes.empty());
  EXPECT_EQ(changes.front().facts.profile.cmdline.view(), "leak --fast");
}

TEST(FlightRecorder, KnowsWhatTheDaemonMadeOfEachLook) {
  FlightRecorder recorder;
  recorder.see(sample(0s));
  recorder.judged({Action::none, 1s});
  recorder.see(sample(1s));
  recorder.see(sample(1002ms));  // to make sure
  recorder.judged({Action::terminate, 50ms});
  recorder.see(sample(1050ms));
  const auto samples = recorder.since(kStart).trace.samples;
  ASSERT_THAT(samples, SizeIs(4));
  EXPECT_EQ(samples[0].judged, (Judged{Action::none, 1s}));
  EXPECT_EQ(samples[1].judged, (Judged{Action::terminate, 50ms}));
  EXPECT_EQ(samples[2].judged, (Judged{Action::terminate, 50ms}));
  EXPECT_EQ(samples[3].judged, std::nullopt);
}

TEST(FlightRecorder, KnowsItOfOlderLooksToo) {
  FlightRecorder recorder;
  for (int i = 0; i < 3000; ++i) {
    recorder.see(sample(i * 50ms));
    recorder.judged({i < 20 ? Action::notify : Action::none, 50ms});
  }
  const auto samples = recorder.since(kStart).trace.samples;
  EXPECT_EQ(samples.front().time, Instant{});
  EXPECT_EQ(samples.front().judged, (Judged{Action::notify, 50ms}));
  EXPECT_EQ(samples[1].judged, (Judged{Action::none, 50ms}));
}

TEST(FlightRecorder, KnowsTheNodesThatWereDecidedBy) {
  FlightRecorder recorder;
  for (const Duration at : {0s, 1s, 2s}) {
    Sample s = sample(at);
    s.nodes[1] = {7, 4 * kGiB, static_cast<Bytes>(at / 1s) * kMiB};
    s.node_count = 2;
    recorder.see(s);
    if (at == 1s) recorder.see_everybody(s.time, census({process(5, kMiB)}));
  }
  const auto samples = recorder.since(kStart).trace.samples;
  ASSERT_THAT(samples, SizeIs(3));
  EXPECT_EQ(samples[0].node_count, 0U);
  EXPECT_EQ(samples[1].node_count, 2U);
  EXPECT_EQ(samples[1].nodes[1], (NodeMemory{7, 4 * kGiB, kMiB}));
  EXPECT_EQ(samples[2].node_count, 0U);
}

TEST(FlightRecorder, OfSeveralLooksAtOnceTheFirstShowsWhatWasDecidedUpon) {
  FlightRecorder recorder;
  recorder.see(sample(0s));
  const std::vector<Kin> before = {small(6, 0), small(7, 0)};
  const std::vector<Kin> after = {small(7, 0)};
  recorder.see_everybody(kStart + 1s, census({}, before));
  recorder.see_everybody(kStart + 1100ms, census({}, after));
  EXPECT_THAT(recorder.since(kStart).trace.changes, SizeIs(2));
  recorder.see_everybody(kStart + 20s, census({}, after));
  EXPECT_THAT(recorder.since(kStart).trace.changes, SizeIs(1)) << "another decision";
}

/// Whoever was large and still for long: his first sighting is overwritten by those who change all the time.
TEST(FlightRecorder, WhatItTellsCanBeReadWhenSightingsAreForgotten) {
  FlightRecorder recorder;
  for (int i = 0; i < 400; ++i) {
    recorder.see(sample(i * 50ms));
    std::vector<ProcessFacts> all;
    if (i < 399) all.push_back(process(1, 5 * kGiB, "still"));
    for (std::int32_t pid = 2; pid < 30; ++pid) all.push_back(process(pid, static_cast<Bytes>(100 + i * 4) * kMiB));
    recorder.see_large(kStart + i * 50ms, census(all));
  }
  const Trace trace = recorder.since(kStart).trace;
  const auto read = parse_trace(format(trace));
  ASSERT_TRUE(read) << read.error().what;
  const auto first = std::ranges::find(trace.changes, 1, [](const ProcessChange& c) { return c.facts.id.pid; });
  ASSERT_NE(first, trace.changes.end());
  EXPECT_FALSE(first->gone) << "he was there, and is gone";
  EXPECT_EQ(first->facts.anon, 5 * kGiB);
}

struct FakeTable final : ProcessTable {
  Census look(const Sample& /*sample*/, Bytes /*at_least*/) override { return census({}, kin); }
  Census learn(const Sample& /*sample*/, Bytes /*at_least*/) override { return census({}, kin); }
  std::vector<Kin> kin;
};

TEST(FlightRecorder, WhoeverOnlyAsksDoesNotTakeThePlaceOfTheLastDecision) {
  FlightRecorder recorder;
  FakeTable table;
  RecordedTable recorded(table, recorder);
  recorder.see(sample(0s));
  table.kin = {small(6, 0), small(7, 0)};
  recorded.look(sample(1s), kMiB);
  table.kin = {small(7, 0)};
  recorded.decides(false);
  recorded.look(sample(10s), kMiB);
  EXPECT_THAT(lines_of(recorder.since(kStart).trace.changes), ElementsAre("1000 p 6 4", "1000 p 7 4"));
  recorded.decides(true);
  recorded.look(sample(20s), kMiB);
  EXPECT_THAT(lines_of(recorder.since(kStart).trace.changes), ElementsAre("20000 p 7 4"));
}

std::vector<std::string> lines_of(const std::vector<UnitChange>& units) {
  std::vector<std::string> lines;
  for (const UnitChange& u : units) {
    lines.push_back(std::to_string((u.time - Instant{}) / 1ms) + " " + std::string(u.cgroup.view()) + " " +
                    (u.facts.whole ? "whole " : "") + std::to_string(u.facts.filled / kKiB));
  }
  return lines;
}

TEST(FlightRecorder, TellsWhichNodesSomebodyUsedThen) {
  FlightRecorder recorder;
  recorder.see(sample(0s));
  ProcessFacts one = process(5, 100 * kMiB);
  for (const NodeMask nodes : {0b11U, 0b01U, 0b11U}) {
    one.nodes = nodes;
    recorder.see_large(kStart, census({one}));
  }
  std::vector<NodeMask> told;
  for (const ProcessChange& change : recorder.since(kStart).trace.changes) told.push_back(change.facts.nodes);
  EXPECT_THAT(told, ElementsAre(0b11U, 0b01U, 0b11U));
}

TEST(FlightRecorder, TellsWhoFillsTmpfsAndWhoIsAWhole) {
  FlightRecorder recorder;
  std::vector<KnownPlace> places(3);
  places[1].cgroup.path.assign("/filler");
  places[1].unit = 1;
  places[2].cgroup.path.assign("/whole");
  places[2].unit = 2;
  places[2].whole = true;
  Census seen;
  seen.places = places;
  const auto see = [&](Duration at, Bytes filled) {
    recorder.see(sample(at));
    places[1].filled = filled;
    recorder.see_large(kStart + at, seen);
  };
  see(0s, 0);
  see(1s, 2 * kMiB);
  see(2s, 4 * kMiB);
  see(3s, 4 * kMiB + kKiB);
  recorder.see_everybody(kStart + 4s, seen);
  const auto since = [&](Duration at) { return lines_of(recorder.since(kStart + at).trace.units); };
  EXPECT_THAT(since(0s),
              ElementsAre("0 /whole whole 0", "1000 /filler 2048", "2000 /filler 4096", "4000 /filler 4097"));
  EXPECT_THAT(since(2s), ElementsAre("0 /filler 4096", "0 /whole whole 0", "2000 /filler 4097"));
  constexpr int last = 4 + static_cast<int>(FlightRecorder::kUnitNews);
  for (int i = 5; i <= last; ++i) see(i * 1s, static_cast<Bytes>(i) * 2 * kMiB);
  const auto filler = [](int at, int i) { return fmt::format("{} /filler {}", at, i * 2 * 1024); };
  EXPECT_THAT(since((last - 1) * 1s), ElementsAre(filler(0, last - 1), "0 /whole whole 0", filler(1000, last)))
      << "told long ago, and still so";
}

TEST(FlightRecorder, KnowsEverybodyOfTheLastLessonUntilThereIsADecision) {
  FlightRecorder recorder;
  recorder.see(sample(0s));
  const std::vector<Kin> few = {small(6, 0)};
  const std::vector<Kin> many = {small(6, 0), small(7, 0), small(8, 0)};
  recorder.see_large(kStart + 1s, census({}, few));
  EXPECT_THAT(recorder.since(kStart).trace.changes, SizeIs(1));
  recorder.see_everybody(kStart + 1500ms, census({}, many));
  EXPECT_THAT(recorder.since(kStart).trace.changes, SizeIs(3)) << "a lesson a moment ago is no decision";
  recorder.see_large(kStart + 1min, census({}, few));
  EXPECT_THAT(recorder.since(kStart).trace.changes, SizeIs(3)) << "the decision is still to be told of";
  recorder.see_large(kStart + 3min, census({}, few));
  EXPECT_THAT(recorder.since(kStart).trace.changes, SizeIs(1));
}

}  // namespace
}  // namespace forestall
