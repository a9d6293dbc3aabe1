// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>
// After gtest, which it needs.
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "replay/trace.h"
#include "score/cgroup_place.h"

namespace forestall::testing {
namespace {

std::uint64_t up_to(std::uint64_t most) {
  return static_cast<std::uint64_t>(*rc::gen::inRange<std::int64_t>(0, static_cast<std::int64_t>(most)));
}
bool maybe() { return *rc::gen::arbitrary<bool>(); }
Bytes kib() { return up_to(1ULL << 40U) * kKiB; }
Duration micros() { return std::chrono::microseconds(up_to(1ULL << 49U)); }
std::uint64_t counter() { return *rc::gen::arbitrary<std::uint64_t>(); }
std::int32_t pid() { return *rc::gen::inRange(0, 3); }  // few, so that they meet again
std::string any_text() {
  return *rc::gen::oneOf(rc::gen::arbitrary<std::string>(), rc::gen::element<std::string>("", "-", "=", "a b", "\\s"));
}

Frame a_sample(Instant time) {
  Frame s;
  s.time = time;
  s.suspended = std::chrono::milliseconds(up_to(1ULL << 35U));
  s.memory = {kib(), kib(), kib(), kib(), kib(), kib(), kib(), kib(), kib(), kib()};
  if (maybe()) s.psi = PressureTotals{micros(), micros()};
  if (maybe()) s.vmstat = Vmstat{counter(), counter(), counter(), counter(), counter()};
  s.zram = {kib(), kib(), kib(), kib()};
  s.arc = {kib(), kib()};
  s.strict_commit = maybe();
  s.page_size = kKiB << up_to(8);
  s.parked = kib();
  if (maybe()) {
    s.judged = Judged{*rc::gen::element(Action::none, Action::notify, Action::terminate, Action::kill),
                      std::chrono::milliseconds(50 * up_to(3))};  // few, so that only one of the two changes
  }
  s.node_count = up_to(kMaxNodes + 1);
  for (NodeMemory& node : std::span(s.nodes).first(s.node_count)) {
    node = {static_cast<unsigned>(up_to(64)), kib(), kib()};
  }
  return s;
}

ProcessFacts some_facts(ProcessId id) {
  ProcessFacts f;
  f.id = id;
  f.parent = pid();
  f.uid = *rc::gen::arbitrary<std::uint32_t>();
  f.kernel_thread = maybe();
  f.state = *rc::gen::arbitrary<char>();
  f.comm.assign(any_text());
  f.anon = kib();
  f.swap = kib();
  f.page_tables = kib();
  f.shmem = kib();
  f.oom_score_adj = *rc::gen::inRange(-1000, 1001);
  const auto path =
      *rc::gen::element<std::string>("/", "/init.scope", "/system.slice/ssh.service", "/a b.slice/c.scope",
                                     "/user.slice/user-1.slice/user@1.service/app.slice/x.scope", "/=", "");
  f.place = parse_cgroup("0::" + path + "\n");
  f.profile.exe.assign(any_text());
  f.profile.cmdline.assign(any_text());
  f.process_group = pid();
  f.nice = *rc::gen::inRange(-20, 20);
  f.cpu_time = maybe() ? std::chrono::milliseconds(up_to(1ULL << 40U))
                       : std::chrono::floor<std::chrono::milliseconds>(Duration::max());
  f.terminal = *rc::gen::arbitrary<std::int32_t>();
  f.nodes = maybe() ? kAllNodes : counter();
  return f;
}

/// The next line of a process: somebody new, or one of the living who changed a little or is gone.
ProcessChange a_change(Instant time, std::vector<ProcessFacts>& living) {
  if (living.empty() || maybe()) {
    const ProcessFacts fresh = some_facts({pid(), up_to(2)});
    std::erase_if(living, [&](const ProcessFacts& f) { return f.id == fresh.id; });
    living.push_back(fresh);
    return {time, false, fresh};
  }
  ProcessFacts& one = living[up_to(living.size())];
  if (maybe()) {
    one.anon = kib();
    return {time, false, one};
  }
  const ProcessChange gone{time, true, one};
  std::erase_if(living, [&](const ProcessFacts& f) { return f.id == gone.facts.id; });
  return gone;
}

UnitChange a_unit(Instant time) {
  const auto preference = *rc::gen::element(OomPreference::none, OomPreference::avoid, OomPreference::omit);
  UnitChange unit{time, {}, {maybe(), preference, kib(), kib()}};
  unit.cgroup.assign(any_text());
  return unit;
}

Trace a_trace() {
  Trace trace;
  if (maybe()) trace.comments = {"why it is here", "", "  indented"};
  if (maybe()) {
    trace.expectation = Expectation{Expectation::What::act, {"a|b", "-", " "}, {}, std::chrono::milliseconds(up_to(9))};
  }
  trace.lineage = *rc::gen::container<std::vector<std::int32_t>>(rc::gen::inRange(0, 99));
  Instant time{};
  std::vector<ProcessFacts> living;
  const auto steps = up_to(40);
  for (std::uint64_t i = 0; i < steps; ++i) {
    time += std::chrono::microseconds(up_to(200'000));
    if (maybe()) trace.changes.push_back(a_change(std::chrono::floor<std::chrono::milliseconds>(time), living));
    if (maybe()) trace.units.push_back(a_unit(std::chrono::floor<std::chrono::milliseconds>(time)));
    if (maybe())
      trace.samples.push_back(maybe() || i == 0 || trace.samples.empty() ? a_sample(time) : trace.samples.back());
    if (!trace.samples.empty()) trace.samples.back().time = std::max(trace.samples.back().time, time);
  }
  return trace;
}

bool same_sample(const Frame& a, const Frame& b) {
  return a.time == b.time && a.suspended == b.suspended && a.memory == b.memory && a.psi == b.psi &&
         a.vmstat == b.vmstat && a.zram == b.zram && a.arc == b.arc && a.strict_commit == b.strict_commit &&
         a.page_size == b.page_size && a.parked == b.parked && a.judged == b.judged && a.node_count == b.node_count &&
         std::ranges::equal(std::span(a.nodes).first(a.node_count), std::span(b.nodes).first(b.node_count));
}

bool same_place(const CgroupPlace& a, const CgroupPlace& b) {
  return a.path == b.path && a.unit == b.unit && a.user_unit == b.user_unit && a.slice == b.slice;
}

bool same_change(const ProcessChange& a, const ProcessChange& b) {
  const ProcessFacts& f = a.facts;
  const ProcessFacts& g = b.facts;
  if (a.time != b.time || a.gone != b.gone || f.id != g.id) return false;
  if (a.gone) return true;
  const bool who = f.parent == g.parent && f.uid == g.uid && f.kernel_thread == g.kernel_thread && f.state == g.state &&
                   f.comm == g.comm && f.oom_score_adj == g.oom_score_adj && same_place(f.place, g.place) &&
                   f.profile.exe == g.profile.exe && f.profile.cmdline == g.profile.cmdline;
  const bool how = f.process_group == g.process_group && f.nice == g.nice && f.cpu_time == g.cpu_time &&
                   f.terminal == g.terminal && f.nodes == g.nodes;
  return who && how && f.anon == g.anon && f.swap == g.swap && f.page_tables == g.page_tables && f.shmem == g.shmem;
}

RC_GTEST_PROP(TraceText, AreReadAsTheyWereWritten, ()) {
  const Trace trace = a_trace();
  const auto again = parse_trace(format(trace));
  if (!again) RC_FAIL(again.error().what + "\n" + format(trace));
  RC_ASSERT(again->comments == trace.comments);
  RC_ASSERT(again->expectation == trace.expectation);
  RC_ASSERT(again->lineage == trace.lineage);
  RC_ASSERT(std::ranges::equal(again->samples, trace.samples, same_sample));
  RC_ASSERT(std::ranges::equal(again->changes, trace.changes, same_change));
  RC_ASSERT(again->units == trace.units);
}

RC_GTEST_PROP(TraceText, SpoiltInAnyWayGiveAnErrorOrATrace, ()) {
  std::string text = format(a_trace());
  const int changes = *rc::gen::inRange(1, 6);
  for (int i = 0; i < changes && !text.empty(); ++i) {
    const auto at = up_to(text.size());
    const char byte =
        *rc::gen::oneOf(rc::gen::arbitrary<char>(), rc::gen::element('\n', ' ', '=', '-', '9', '\\', 'x'));
    switch (*rc::gen::inRange(0, 5)) {
      case 0: text[at] = byte; break;
      case 1: text.insert(at, 1, byte); break;
      case 2: text.erase(at, 1); break;
      case 3: text.insert(at, text.substr(at / 2, 40)); break;
      default: text.resize(at); break;
    }
  }
  // What could be read says the same when it is written and read again.
  const auto trace = parse_trace(text);
  if (!trace) {
    RC_ASSERT(trace.error().what.starts_with("line "));
    return;
  }
  const auto again = parse_trace(format(*trace));
  if (!again) RC_FAIL(again.error().what + "\n" + text);
  RC_ASSERT(std::ranges::equal(again->samples, trace->samples, same_sample));
  RC_ASSERT(std::ranges::equal(again->changes, trace->changes, same_change));
  RC_ASSERT(again->units == trace->units);
}

}  // namespace
}  // namespace forestall::testing
