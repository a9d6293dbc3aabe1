// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>

#include "base/quantity.h"
#include "base/text.h"
#include "cli/bars.h"
#include "cli/entry_words.h"
#include "cli/explanation.h"
#include "engine/engine.h"
#include "engine/notes.h"
#include "report/words.h"

namespace forestall::cli {
namespace {

constexpr std::size_t kShown = 10;

// ---- The order as a table -------------------------------------------------------------------------------------------

std::string bar_of(const Candidate& c, Points most) {
  std::array<BarPart, kMaxTerms> parts;
  const auto terms = std::span(c.terms).first(c.term_count);
  std::ranges::transform(terms, parts.begin(), [](const Term& t) {
    return BarPart{t.name, static_cast<double>(t.points)};
  });
  return bar(std::span(parts).first(terms.size()), static_cast<double>(c.score), static_cast<double>(most));
}

std::string row(const Ranking& ranking, std::size_t place) {
  const Candidate& c = ranking.order[place];
  const CandidateNote n = note(c);
  const ProcessNote& p = n.process;
  const std::string unit = p.unit.empty() ? "" : "  " + unit_in_words(p.unit.view());
  const std::string company = company_in_words(n);
  return fmt::format("{:>3}  {:>7}  {:>6}  {:<15}  {:>9}  {:>8}  {}  {}{}{}\n", place + 1, p.id.pid, p.uid,
                     escaped(p.comm.view(), 15), human(p.memory), per_mille(c.score),
                     bar_of(c, ranking.order.front().score), terms_in_words(std::span(c.terms).first(c.term_count)),
                     unit, company.empty() ? "" : "  (" + company + ")");
}

std::string rows(const Ranking& ranking, std::size_t from, std::size_t count) {
  std::string text = "  #      pid     uid  name                memory     score\n";
  for (std::size_t i = from; i < from + count; ++i) text += row(ranking, i);
  return text;
}

/// What the shades mean, where there is more than one.
std::string legend(std::span<const Candidate> shown) {
  const bool has_others = std::ranges::any_of(shown, [](const Candidate& c) {
    return std::ranges::any_of(std::span(c.terms).first(c.term_count),
                               [](const Term& t) { return t.points > 0 && t.name != "memory"; });
  });
  return has_others ? fmt::format("     {}\n", kLegend) : "";
}

std::string together_in_words(const std::vector<Member>& tree) {
  if (tree.empty()) return "";
  std::string text = "\nWho would go together\n";
  const std::size_t shown = std::min(tree.size(), kShown);
  for (const Member& m : std::span(tree).first(shown)) {
    text += fmt::format(
        "     {:>7}  {:>6}  {:<15}  {:>9}\n", m.process.id.pid, m.process.uid,
        std::string(static_cast<std::size_t>(std::min(m.depth, 6)), ' ') + escaped(m.process.comm.view(), 15),
        human(m.process.memory));
  }
  if (tree.size() > shown) text += fmt::format("     … and {} more\n", tree.size() - shown);
  return text;
}

std::string unit_of_scores(const Explanation& e) {
  if (e.without.empty()) return "Scores are ‰ of RAM + swap.";
  return fmt::format("Scores are ‰ of RAM + swap, with the weight of {} at 0 %.", fmt::join(e.without, ", "));
}

// ---- What would happen ----------------------------------------------------------------------------------------------

/// "If a rule asked for a victim now, ": or the rule that is supposed to hold.
std::string condition(const Rule* rule) {
  if (rule == nullptr) return "If a rule asked for a victim now, ";
  return fmt::format("If rule \"{}\"{} held now, ", rule->name, rule->enabled ? "" : ", which is switched off,");
}

std::string what_would_happen(const Explanation& e) {
  const Ranking& r = e.ranking;
  std::string text = condition(e.supposed);
  if (r.order.empty()) {
    return text + fmt::format("nobody would go: none of {} processes may be ended and has {} or more.", r.seen,
                              human(r.minimum));
  }
  const Candidate& first = r.order.front();
  const std::string name = in_words(note(first).process);
  if (e.supposed == nullptr) return text + name + " would go first.";
  switch (e.supposed->action) {
    case Action::terminate:
      return text + fmt::format("{} would get SIGTERM, and SIGKILL after {}.", name,
                                human(grace_for(*first.process, *e.supposed, e.config)));
    case Action::kill: return text + name + " would get SIGKILL at once.";
    case Action::notify:
    case Action::none: break;
  }
  return text + "nobody would be ended, for it only warns. Of a rule that asks for a victim " + name +
         " would be the first.";
}

std::string order_in_words(const Explanation& e) {
  const std::vector<Candidate>& order = e.ranking.order;
  if (order.empty()) return what_would_happen(e) + "\n";
  const std::size_t shown = std::min(order.size(), kShown);
  std::string text = fmt::format("{} {}\n\n{}", what_would_happen(e), unit_of_scores(e), rows(e.ranking, 0, shown));
  if (order.size() > shown) text += fmt::format("     … and {} more\n", order.size() - shown);
  return text + legend(std::span(order).first(shown)) + together_in_words(e.together);
}

std::string rules_in_words(const Explanation& e) {
  std::string text;
  for (std::size_t i = 0; i < e.verdict.count; ++i) {
    const Rule& rule = e.config.rules[i];
    if (!rule.enabled) continue;
    const Phase phase = e.verdict.rules[i].phase;
    const bool holds = phase == Phase::firing || phase == Phase::pending;
    text += fmt::format("  {:<14} {}  {}\n", rule.name, holds ? "HOLDS" : "calm ",
                        in_words(e.verdict.rules[i], e.verdict.headroom));
  }
  return text;
}

std::string spared_in_words(const Explanation& e) {
  const std::vector<Spared>& all = e.ranking.spared;
  const std::size_t shown = std::min(all.size(), kShown);
  std::string text;
  for (const Spared& s : std::span(all).first(shown)) {
    const ProcessNote p = note(*s.process);
    const std::uint16_t entry = s.process->profile.protected_by;
    const bool by_entry = s.why == Mercy::protect && entry < e.config.protect.size();
    text += fmt::format("     {:>7}  {:>6}  {:<15}  {:>9}  it {}{}\n", p.id.pid, p.uid, escaped(p.comm.view(), 15),
                        human(p.memory), in_words(s.why, entry),
                        by_entry ? ": " + entry_in_words(e.config.protect[entry]) : "");
  }
  if (all.size() > shown) text += fmt::format("     … and {} more\n", all.size() - shown);
  return text;
}

// ---- One process ----------------------------------------------------------------------------------------------------

std::string smallness(const Lot& lot, const Ranking& ranking) {
  return fmt::format("it holds {}, and [victim] minimum is {}", human(lot.process.freed_by_death()),
                     human(ranking.minimum));
}

/// Why nobody goes of what it belongs to, itself included.
std::string why_it_stays(const Lot& lot, const Ranking& ranking) {
  if (!lot.mercy) {
    return fmt::format("is not in the order: it has only just become large enough, or is not among the {} largest.",
                       kMaxRanked);
  }
  if (*lot.mercy == Mercy::too_small) return fmt::format("is too small: {}.", smallness(lot, ranking));
  return fmt::format("is spared: it {}.", in_words(*lot.mercy, lot.process.profile.protected_by));
}

std::string where_it_stands(const Lot& lot, const Ranking& ranking) {
  const Candidate& c = ranking.order[*lot.place];
  const std::string candidate = in_words(note(c).process);
  const std::string place = fmt::format("number {} of {}", *lot.place + 1, ranking.order.size());
  if (!lot.goes) {
    const std::uint32_t others = c.counted - 1;
    const bool small = lot.mercy == Mercy::too_small;
    return fmt::format("is weighed together with {} other{}, of whom {} would go, as {}{}.", others,
                       others > 1 ? "s" : "", candidate, place,
                       small ? "; by itself it is too small: " + smallness(lot, ranking) : "");
  }
  if (c.party.kind == Kind::process) return fmt::format("would go as {}.", place);
  return fmt::format("would go with {}, as {}.", candidate, place);
}

std::string lot_in_words(const Lot& lot, const Explanation& e) {
  const std::string name = in_words(note(lot.process));
  if (!lot.place) return fmt::format("{} {}\n", name, why_it_stays(lot, e.ranking));
  return fmt::format("{} {} {}\n\n{}", name, where_it_stands(lot, e.ranking), unit_of_scores(e),
                     rows(e.ranking, *lot.place, 1));
}

}  // namespace

std::string in_plain_words(const Explanation& e) {
  const Ranking& r = e.ranking;
  if (e.lot) return (e.supposed != nullptr ? what_would_happen(e) + "\n" : "") + lot_in_words(*e.lot, e);
  std::string text =
      fmt::format("{}\n\nRules\n{}\n{}", in_words(e.verdict.headroom), rules_in_words(e), order_in_words(e));
  const std::string spared = spared_in_words(e);
  if (!spared.empty()) text += "\nSpared, although large enough\n" + spared;
  text += fmt::format("\n{} processes seen; those below {} ([victim] minimum) are never chosen alone.\n", r.seen,
                      human(r.minimum));
  if (!r.order.empty()) text += "This is a first look: who grows is not known yet. `forestall top` goes on looking.\n";
  return text;
}

}  // namespace forestall::cli
