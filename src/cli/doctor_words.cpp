// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>

#include "base/quantity.h"
#include "base/text.h"
#include "cli/doctor.h"
#include "evaluate/headroom.h"
#include "report/words.h"

namespace forestall::cli {
namespace {

/// In bytes: a line of the terminal, with what stands before it.
constexpr std::size_t kWidth = 88;

/// Lines of at most kWidth, each with `before` in front, broken at blanks. A longer word has a line of its own.
std::string wrapped(std::string_view text, std::string_view before) {
  std::string all;
  while (text.size() > kWidth) {
    std::size_t end = text.rfind(' ', kWidth);
    if (end == std::string_view::npos) end = text.find(' ');
    if (end == std::string_view::npos) break;
    all += fmt::format("{}{}\n", before, text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  return all + fmt::format("{}{}\n", before, text);
}

std::string_view heading(Severity severity) {
  switch (severity) {
    case Severity::must: return "MUST";
    case Severity::should: return "SHOULD";
    case Severity::note: break;
  }
  return "NOTE";
}

std::string in_words(const Finding& finding) {
  constexpr std::string_view indent = "        ";
  std::string text =
      fmt::format("\n{:<8}{}\n{}", heading(finding.severity), finding.title, wrapped(finding.why, indent));
  for (const std::string& line : finding.mend) text += fmt::format("{}  {}\n", indent, line);
  return text;
}

std::string sum_in_words(const std::vector<Finding>& findings) {
  const auto count = [&](Severity severity) { return std::ranges::count(findings, severity, &Finding::severity); };
  const auto must = count(Severity::must);
  const auto should = count(Severity::should);
  const auto notes = count(Severity::note);
  if (must + should + notes == 0) return "All is well.";
  std::string text = must == 0 ? "Nothing must be mended" : fmt::format("{} must be mended", must);
  if (should > 0) text += fmt::format(", {} should be", should);
  if (notes > 0) text += fmt::format("; {} note{}", notes, notes > 1 ? "s" : "");
  return text + ".";
}

std::string swap_in_words(const Sample& sample, const Headroom& h) {
  if (h.swap_total == 0) return "none";
  std::string text = fmt::format("{} of {} left", human(h.swap_left), human(h.swap_total));
  const Zram& z = sample.zram;
  if (z.swap_size > 0) {
    text += fmt::format("; {} on zram: {} stored in {} of RAM", human(z.swap_size), human(z.stored), human(z.cost));
  }
  return text;
}

std::string pressure_in_words(const Sample& sample) {
  if (!sample.psi) return "not known: no PSI";
  if (sample.psi->some == Duration(0)) return "nobody stood still for want of memory since boot";
  return fmt::format("somebody stood still for want of memory for {} since boot, all for {}", human(sample.psi->some),
                     human(sample.psi->full));
}

std::string ours_in_words(const Machine& m) {
  std::vector<std::string> texts;
  for (const Guard& guard : m.guards) {
    if (guard.program != "forestalld") continue;
    texts.push_back(fmt::format("pid {}{}{}", guard.pid, guard.dry_run ? ", dry run" : "",
                                guard.one_cgroup ? ", of one cgroup" : ""));
  }
  if (texts.empty()) return m.sees_everybody ? "does not run" : "not known: /proc hides other users' processes";
  return fmt::format("runs: {}", fmt::join(texts, "; "));
}

std::string next_in_words(const std::optional<CandidateNote>& next) {
  if (!next) return "nobody: whoever may be ended is too small";
  return fmt::format("{}, {}", in_words(next->process), human(next->process.memory));
}

}  // namespace

std::string in_plain_words(const Diagnosis& d) {
  const Machine& m = d.machine;
  std::string text = sum_in_words(d.findings) + "\n";
  for (const Finding& finding : d.findings) text += in_words(finding);
  const Headroom h = headroom(m.sample);
  text += m.in_container ? "\nThis container\n" : "\nThis machine\n";
  text += fmt::format("  memory      {} of {} available\n", human(h.available), human(h.user_total));
  text += fmt::format("  swap        {}\n", swap_in_words(m.sample, h));
  text += fmt::format("  pressure    {}\n", pressure_in_words(m.sample));
  text += fmt::format("  forestalld  {}\n", ours_in_words(m));
  text += fmt::format("  first to go {}\n", next_in_words(d.next));
  return text;
}

}  // namespace forestall::cli
