// SPDX-License-Identifier: MIT
#include "report/block.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/quantity.h"
#include "base/text.h"
#include "report/telling.h"
#include "report/words.h"

namespace forestall {
namespace {

constexpr std::size_t kShownLines = 5;

std::string reasons_in_words(const CandidateNote& c) {
  std::string all;
  for (const Term& term : std::span(c.terms).first(c.term_count)) {
    if (term.points != 0) all += fmt::format("  {} {}", term.name, per_mille(term.points));
  }
  const std::string company = company_in_words(c);
  return company.empty() ? all : all + "  (" + company + ")";
}

void add_candidates(const Incident& i, std::string& text) {
  text += fmt::format("  candidates   {} of {} processes, score in ‰ of RAM + swap\n", i.eligible, i.seen);
  const std::size_t shown = std::min(i.candidate_count, kShownLines);
  for (const CandidateNote& c : std::span(i.candidates).first(shown)) {
    const char mark = c.process.id == i.attempt.victim.id ? '>' : ' ';
    text += fmt::format("    {} {:>8} {:<16.16} {:>9} {:>8}{}\n", mark, c.process.id.pid,
                        escaped(c.process.comm.view(), 16), human(c.process.memory), per_mille(c.score),
                        reasons_in_words(c));
  }
  if (i.eligible > shown) text += fmt::format("      … and {} more\n", i.eligible - shown);
  for (const SparedNote& s : std::span(i.spared).first(std::min(i.spared_count, kShownLines))) {
    text += fmt::format("    - {:>8} {:<16.16} {:>9}   spared: {}\n", s.process.id.pid,
                        escaped(s.process.comm.view(), 16), human(s.process.memory), in_words(s.why, s.protected_by));
  }
}

}  // namespace

std::string block(Event event, const Incident& i, bool colours) {
  const bool act = event == Event::victim_terminated || event == Event::victim_killed;
  const bool bad = event == Event::no_victim || event == Event::breaker_opened || event == Event::victim_survived;
  const char* on = !colours ? "" : act || bad ? "\x1b[1;31m" : "\x1b[1m";
  const char* off = colours ? "\x1b[0m" : "";
  std::string text = fmt::format("{}{}{}\n", on, sentence(event, i), off);
  if (i.attempt.grace_over || (!act && event != Event::no_victim)) return text;
  text += fmt::format("  incident     {}\n", in_words(i.id));
  text += fmt::format("  now          {}\n", in_words(i.now));
  if (i.verdict.exhausted_in) {
    text += fmt::format("  at this rate nothing would be left in {}\n", human(*i.verdict.exhausted_in));
  }
  if (!i.attempt.victim.profile.cmdline.empty()) {
    text += fmt::format("  command      {}\n", escaped(i.attempt.victim.profile.cmdline.view(), 160));
  }
  add_candidates(i, text);
  return text;
}

}  // namespace forestall
