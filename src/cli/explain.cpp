// SPDX-License-Identifier: MIT
// forestall explain: who would go now, and why. The daemon's own scorer on the machine as it is; needs neither the
// daemon nor root.
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <map>
#include <set>

#include "base/text.h"
#include "cli/command.h"
#include "cli/explanation.h"
#include "cli/lookout.h"
#include "config/config_file.h"
#include "score/kinship.h"
#include "score/rank.h"
#include "score/terms.h"

namespace forestall::cli {
namespace {

struct Request {
  Question question;
  bool json = false;
};

// ---- What is supposed -----------------------------------------------------------------------------------------------

/// The configuration, with what is to be different for once.
Result<void> suppose(const Question& question, Explanation& e) {
  auto config = config::load(question.config);
  if (!config) return tl::unexpected(config.error());
  e.config = std::move(*config);
  e.without = question.without;
  for (const TermRule& term : kTerms) {
    if (std::ranges::find(e.without, term.name) != e.without.end()) e.config.score.*term.weight = Share{};
  }
  if (!question.rule) return {};
  const auto rule = rule_named(*question.rule, e.config.rules, "--rule");
  if (!rule) return tl::unexpected(rule.error());
  e.supposed = *rule;
  return {};
}

// ---- Who stands where -----------------------------------------------------------------------------------------------

/// Neither is in a house if those who belong together are not sought.
bool in_one_house(Kinship& kinship, ProcessId a, ProcessId b) {
  const std::int32_t node_a = kinship.find(a);
  const std::int32_t node_b = kinship.find(b);
  if (node_a == Kinship::kNobody || node_b == Kinship::kNobody) return false;
  const auto house = [&](std::int32_t node) { return kinship.nodes()[static_cast<std::size_t>(node)].house; };
  return house(node_a) == house(node_b);
}

/// Why it would not be ended by itself.
std::optional<Mercy> mercy_for(const ProcessFacts& process, Census census, const Circumstances& now, Bytes minimum) {
  census.processes = std::span(&process, 1);
  Ranking alone;
  rank(census, now, ScoreConfig{}, minimum, alone);
  if (alone.spared.empty()) return std::nullopt;
  return alone.spared.front().why;
}

/// Of those who belong together no more than one candidate is in the order.
Lot lot_of(const ProcessFacts& process, std::optional<Mercy> mercy, Kinship& kinship,
           const std::vector<Candidate>& order) {
  Lot lot{process, mercy, std::nullopt, false};
  if (mercy && *mercy != Mercy::too_small) return lot;
  const auto kin = std::ranges::find_if(order, [&](const Candidate& c) {
    return c.party.head == process.id || in_one_house(kinship, c.party.head, process.id);
  });
  if (kin == order.end()) return lot;
  lot.place = static_cast<std::size_t>(kin - order.begin());
  std::vector<ProcessId> members;
  kinship.members(kin->party, members);
  lot.goes = kin->party.head == process.id || std::ranges::find(members, process.id) != members.end();
  return lot;
}

/// Members of a party by their parent, if that is one too, else by kNobody.
using ByParent = std::multimap<std::int32_t, std::int32_t>;

/// Those who hang below `parent`, and what hangs below them.
void add_below(std::int32_t parent, int depth, const ByParent& members, Kinship& kinship, std::vector<Member>& tree) {
  const auto [first, last] = members.equal_range(parent);
  for (auto it = first; it != last; ++it) {
    const std::int32_t node = it->second;
    const Kin& kin = *kinship.nodes()[static_cast<std::size_t>(node)].kin;
    tree.push_back({ProcessNote{kin.id, kin.uid, kin.comm.view(), {}, kin.memory, kin.oom_score_adj}, depth});
    add_below(node, depth + 1, members, kinship, tree);
  }
}

/// All who would go, each below its parent if that goes too.
std::vector<Member> tree_of(const Party& party, Kinship& kinship) {
  std::vector<ProcessId> ids;
  if (party.kind != Kind::process) kinship.members(party, ids);
  std::set<std::int32_t> nodes;
  for (const ProcessId id : ids) nodes.insert(kinship.find(id));
  ByParent members;
  for (const std::int32_t node : nodes) {
    const std::int32_t parent = kinship.nodes()[static_cast<std::size_t>(node)].parent;
    members.emplace(nodes.contains(parent) ? parent : Kinship::kNobody, node);
  }
  std::vector<Member> tree;
  add_below(Kinship::kNobody, 0, members, kinship, tree);
  return tree;
}

/// The order that the daemon would make, and how the process stands that was asked about. What goes by the past only
/// the daemon knows, which has been looking for longer.
Result<void> put_in_order(std::optional<std::int32_t> pid, Lookout& l, Explanation& e) {
  const Census census = l.table->look_thoroughly(l.sample, l.minimum(), kPatience);
  put_in_order(l, census);
  const std::vector<Candidate>& order = l.ranking.order;
  if (!order.empty()) e.together = tree_of(order.front().party, l.kinship);
  if (!pid) return {};
  const auto process = l.table->facts_of(*pid);
  if (!process) {
    const char* hidden = l.table->sees_everybody() ? "" : " (/proc hides other users' processes from you)";
    return failure(ESRCH, fmt::format("--pid {}{}", *pid, hidden));
  }
  e.lot = lot_of(*process, mercy_for(*process, census, l.circumstances(), l.minimum()), l.kinship, order);
  return {};
}

}  // namespace

Result<Explanation> explain(const Question& question) {
  Explanation e;
  if (const auto done = suppose(question, e); !done) return tl::unexpected(done.error());
  auto lookout = open_lookout(e.config, question.cgroup);
  if (!lookout) return tl::unexpected(lookout.error());
  if (const auto done = look(*lookout); !done) return tl::unexpected(done.error());
  if (const auto done = put_in_order(question.pid, *lookout, e); !done) return tl::unexpected(done.error());
  e.sample = lookout->sample;
  e.cgroup = std::move(lookout->cgroup);
  e.verdict = lookout->verdict;
  e.ranking = std::move(lookout->ranking);
  e.table = std::move(lookout->table);
  return e;
}

namespace {

int run_explain(const Request& request) {
  const auto explanation = explain(request.question);
  if (!explanation) return complain(explanation.error(), explanation.error().code == 0 ? kBadUse : kFailed);
  return print(request.json ? as_json(*explanation) : in_plain_words(*explanation)) ? kDone : kFailed;
}

std::vector<std::string> names_of_terms() {
  std::vector<std::string> names(kTerms.size());
  std::ranges::transform(kTerms, names.begin(), &TermRule::name);
  return names;
}

}  // namespace

void add_explain(CLI::App& app, Run& run) {
  auto* command = app.add_subcommand("explain", "Who would go now, with every term, and who is spared and why");
  auto request = std::make_shared<Request>();
  command->add_option("--config", request->question.config, "Use this file instead of /etc/forestall")
      ->type_name("FILE");
  command->add_option("--cgroup", request->question.cgroup, "Of this cgroup and its limits instead of the machine")
      ->type_name("PATH");
  command->add_flag("--json", request->json, "All of it as JSON");
  command->add_option("--rule", request->question.rule, "What would this rule do, if it held now?")->type_name("NAME");
  command
      ->add_option("--without", request->question.without,
                   "As if this term had the weight 0 %; can be given repeatedly")
      ->type_name("TERM")
      ->allow_extra_args(false)
      ->transform(CLI::IsMember(names_of_terms(), CLI::ignore_case));
  command->add_option("--pid", request->question.pid, "How does this one process stand?")
      ->type_name("N")
      ->check(CLI::Range(std::int32_t{1}, INT32_MAX));
  command->callback([request, &run] { run = [request] { return run_explain(*request); }; });
}

}  // namespace forestall::cli
