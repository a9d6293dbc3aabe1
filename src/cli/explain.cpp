// SPDX-License-Identifier: MIT
// forestall explain: who would go now, and why. The daemon's own scorer on the machine as it is; needs neither the
// daemon nor root.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/quantity.h"
#include "base/text.h"
#include "cli/command.h"
#include "config/config_file.h"
#include "engine/engine.h"
#include "engine/notes.h"
#include "evaluate/evaluate.h"
#include "poll/procfs_source_linux.h"
#include "report/incident_json.h"
#include "report/words.h"
#include "score/parties.h"
#include "score/process_table_linux.h"
#include "score/rank.h"
#include "score/users_linux.h"

namespace forestall::cli {
namespace {

struct Request {
  std::optional<std::string> config;
  bool json = false;
};

/// How long the command lines of the candidates are waited for.
constexpr Duration kPatience = std::chrono::seconds(2);
constexpr std::size_t kShown = 10;
constexpr int kBarWidth = 16;

struct Explanation {
  Config config;
  Verdict verdict;
  Ranking ranking;
  std::unique_ptr<ProcfsTable> table;  ///< what the ranking points into
};

Result<Explanation> explain(const Request& request) {
  Explanation e;
  auto config = config::load(request.config);
  if (!config) return tl::unexpected(config.error());
  e.config = std::move(*config);
  auto source = ProcfsSource::open();
  if (!source) return tl::unexpected(source.error());
  const auto sample = source->read();
  if (!sample) return tl::unexpected(sample.error());
  auto book = MatchBook::compile(e.config, uid_of);
  if (!book) return tl::unexpected(book.error());
  auto table = ProcfsTable::open(std::make_shared<const MatchBook>(std::move(*book)));
  if (!table) return tl::unexpected(table.error());
  e.table = std::move(*table);

  Memory memory;
  evaluate(e.config.rules, memory, *sample, e.verdict);
  // What has grown only the daemon knows, which has been looking for longer.
  const Growth unknown;
  const Circumstances now{capacity_of(*sample), sample->time, unknown};
  const Census census = e.table->look_thoroughly(*sample, 0, kPatience);
  rank(census, now, e.config.score, minimum_of(e.config, *sample), e.ranking);
  Kinship kinship;
  reserve(e.ranking);
  gather(census, now, e.config.victim, e.config.score, kinship, e.ranking);
  return e;
}

std::string bar(Points points, Points most) {
  const auto length = most <= 0 ? 0 : std::clamp<Points>(points * kBarWidth / most, 0, kBarWidth);
  std::string text;
  for (Points i = 0; i < kBarWidth; ++i) text += i < length ? "█" : "·";
  return text;
}

std::string terms_in_words(const Candidate& c) {
  std::vector<std::string> terms;
  for (const Term& term : std::span(c.terms).first(c.term_count)) {
    if (term.points != 0) terms.push_back(fmt::format("{} {}", term.name, per_mille(term.points)));
  }
  return fmt::format("{}", fmt::join(terms, ", "));
}

std::string candidate_line(std::size_t place, const Candidate& c, Points most) {
  const CandidateNote n = note(c);
  const ProcessNote& p = n.process;
  const std::string unit = p.unit.empty() ? "" : "  " + escaped(p.unit.view(), 40);
  const std::string company = company_in_words(n);
  return fmt::format("{:>3}  {:>7}  {:>6}  {:<15}  {:>9}  {:>8}  {}  {}{}{}\n", place, p.id.pid, p.uid,
                     escaped(p.comm.view(), 15), human(p.memory), per_mille(c.score), bar(c.score, most),
                     terms_in_words(c), unit, company.empty() ? "" : "  (" + company + ")");
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

std::string spared_in_words(const Ranking& ranking) {
  std::string text;
  std::size_t shown = 0;
  for (const Spared& s : ranking.spared) {
    const bool worth_it = s.why != Mercy::too_small && s.process->freed_by_death() >= ranking.minimum;
    if (!worth_it || shown++ == kShown) continue;
    const ProcessNote p = note(*s.process);
    text += fmt::format("     {:>7}  {:>6}  {:<15}  {:>9}  it {}\n", p.id.pid, p.uid, escaped(p.comm.view(), 15),
                        human(p.memory), in_words(s.why, s.process->profile.protected_by));
  }
  return text;
}

std::string in_plain_words(const Explanation& e) {
  const Ranking& r = e.ranking;
  std::string text = fmt::format("{}\n\nRules\n{}\n", in_words(e.verdict.headroom), rules_in_words(e));
  if (r.order.empty()) {
    text += fmt::format("Nobody would go: none of {} processes may be ended and has {} or more.\n", r.seen,
                        human(r.minimum));
  } else {
    text += fmt::format("If a rule asked for a victim now, {} would go first. Scores are ‰ of RAM + swap.\n\n",
                        in_words(note(r.order.front()).process));
    text += "  #      pid     uid  name                memory     score\n";
    const std::size_t shown = std::min(r.order.size(), kShown);
    const Points most = r.order.front().score;
    for (std::size_t i = 0; i < shown; ++i) text += candidate_line(i + 1, r.order[i], most);
    if (r.order.size() > shown) text += fmt::format("     … and {} more\n", r.order.size() - shown);
  }
  const std::string spared = spared_in_words(r);
  if (!spared.empty()) text += "\nSpared, although large enough\n" + spared;
  text += fmt::format("\n{} processes seen; those below {} ([victim] minimum) are never chosen.\n", r.seen,
                      human(r.minimum));
  return text;
}

std::string as_json(const Explanation& e) {
  std::vector<CandidateNote> candidates;
  for (const Candidate& c : e.ranking.order) candidates.push_back(note(c));
  std::vector<SparedNote> spared;
  for (const Spared& s : e.ranking.spared) {
    if (s.why != Mercy::too_small) spared.push_back({note(*s.process), s.why, s.process->profile.protected_by});
  }
  const Headroom& h = e.verdict.headroom;
  nlohmann::ordered_json json;
  json["mem_available_bytes"] = h.available;
  json["user_memory_bytes"] = h.user_total;
  json["swap_left_bytes"] = h.swap_left;
  json["swap_total_bytes"] = h.swap_total;
  json["action"] = name_of(e.verdict.action);
  json["minimum_bytes"] = e.ranking.minimum;
  json["processes"] = e.ranking.seen;
  json["candidates"] = nlohmann::ordered_json::parse(candidates_json(candidates));
  json["spared"] = nlohmann::ordered_json::parse(spared_json(spared));
  return json.dump(2) + "\n";
}

int run_explain(const Request& request) {
  const auto explanation = explain(request);
  if (!explanation) return complain(explanation.error(), explanation.error().code == 0 ? kBadUse : kFailed);
  return print(request.json ? as_json(*explanation) : in_plain_words(*explanation)) ? kDone : kFailed;
}

}  // namespace

void add_explain(CLI::App& app, Run& run) {
  auto* command = app.add_subcommand("explain", "Who would go now, with every term, and who is spared and why");
  auto request = std::make_shared<Request>();
  command->add_option("--config", request->config, "Use this file instead of /etc/forestall")->type_name("FILE");
  command->add_flag("--json", request->json, "All of it as JSON");
  command->callback([request, &run] { run = [request] { return run_explain(*request); }; });
}

}  // namespace forestall::cli
