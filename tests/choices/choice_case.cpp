// SPDX-License-Identifier: MIT
#include "choices/choice_case.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <stdexcept>

#include "base/quantity.h"
#include "config/config_file.h"
#include "score/cgroup_place.h"
#include "score/match.h"

namespace forestall::choices {
namespace {

/// The users that cases may name, in processes and in entries.
const std::map<std::string, std::uint32_t, std::less<>> kUsers = {{"root", 0},    {"alice", 1000},   {"bob", 1001},
                                                                  {"mysql", 114}, {"nobody", 65534}, {"postgres", 113}};

constexpr std::uint64_t kTicksPerSecond = 100;
constexpr std::uint64_t kUptimeTicks = kUptime / std::chrono::seconds(1) * kTicksPerSecond;
constexpr std::int64_t kHighestPid = 1 << 22;  // PID_MAX_LIMIT, include/linux/threads.h

[[noreturn]] void wrong(const std::string& what) { throw std::runtime_error(what); }

/// The keys of one table, each to be taken once.
class Fields {
 public:
  Fields(const toml::table& table, std::string of) : table_(table), of_(std::move(of)) {}

  template <typename T>
  std::optional<T> take(std::string_view key) {
    taken_.emplace(key);
    const toml::node* node = table_.get(key);
    if (node == nullptr) return std::nullopt;
    const std::optional<T> value = node->value_exact<T>();
    if (!value) wrong(fmt::format("{}: {} has the wrong type", of_, key));
    return value;
  }
  std::string text(std::string_view key) { return take<std::string>(key).value_or(""); }
  std::string needed(std::string_view key) {
    auto value = take<std::string>(key);
    if (!value) wrong(fmt::format("{}: {} is missing", of_, key));
    return *value;
  }
  std::int64_t number(std::string_view key, std::int64_t otherwise, std::int64_t least, std::int64_t most) {
    const std::int64_t n = take<std::int64_t>(key).value_or(otherwise);
    if (n < least || n > most) wrong(fmt::format("{}: {} is {}; allowed is {} to {}", of_, key, n, least, most));
    return n;
  }
  Bytes amount(std::string_view key) {
    const std::string written = take<std::string>(key).value_or("0B");
    const auto size = parse_size(written);
    if (!size || size->kind != Size::Kind::bytes) wrong(fmt::format("{}: {} = \"{}\" is no amount", of_, key, written));
    return size->bytes;
  }
  const toml::array* array(std::string_view key) {
    taken_.emplace(key);
    const toml::node* node = table_.get(key);
    if (node != nullptr && !node->is_array()) wrong(fmt::format("{}: {} is no array", of_, key));
    return node == nullptr ? nullptr : node->as_array();
  }
  /// Nothing is left that nobody asked for.
  void finish() const {
    for (const auto& [key, node] : table_) {
      if (!taken_.contains(key.str())) wrong(fmt::format("{}: unknown key \"{}\"", of_, key.str()));
    }
  }

 private:
  const toml::table& table_;
  std::string of_;
  std::set<std::string, std::less<>> taken_;
};

std::uint32_t read_user(Fields& fields) {
  const std::string user = fields.text("user");
  const std::int64_t uid = fields.number("uid", -1, -1, UINT32_MAX);
  if (!user.empty() && uid >= 0) wrong("a process has both user and uid");
  if (uid >= 0) return static_cast<std::uint32_t>(uid);
  const auto known = kUsers.find(user.empty() ? "alice" : user);
  if (known == kUsers.end()) wrong(fmt::format("user = \"{}\" is not in kUsers", user));
  return known->second;
}

CgroupPlace read_place(Fields& fields) {
  const std::string unit = fields.text("unit");
  std::string cgroup = fields.text("cgroup");
  if (!unit.empty() && !cgroup.empty()) wrong("a process has both unit and cgroup");
  if (!unit.empty()) cgroup = "/system.slice/" + unit;
  if (cgroup.empty()) cgroup = "/user.slice/user-1000.slice/session-1.scope";
  return parse_cgroup("0::" + cgroup + "\n");
}

std::uint64_t read_start(Fields& fields) {
  const std::string age = fields.take<std::string>("age").value_or("1h");
  const auto duration = parse_duration(age);
  if (!duration) wrong(fmt::format("age = \"{}\": {}", age, duration.error().what));
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(*duration).count();
  if (static_cast<std::uint64_t>(seconds) * kTicksPerSecond > kUptimeTicks)
    wrong(fmt::format("age = \"{}\" is too old", age));
  return kUptimeTicks - static_cast<std::uint64_t>(seconds) * kTicksPerSecond;
}

/// What it held before it grew: what was swapped out goes last.
ProcessFacts before_growing(ProcessFacts process, Bytes grew) {
  if (grew > process.anon + process.swap) wrong(fmt::format("\"{}\" grew by more than it has", process.comm.view()));
  const Bytes from_anon = std::min(grew, process.anon);
  process.anon -= from_anon;
  process.swap -= grew - from_anon;
  return process;
}

/// Above all others, so that none has to be thought of.
std::int64_t next_pid(const ChoiceCase& c) {
  std::int64_t highest = 999;
  for (const ProcessFacts& p : c.processes) highest = std::max<std::int64_t>(highest, p.id.pid);
  return highest + 1;
}

void read_process(const toml::node& node, const MatchBook& book, ChoiceCase& into) {
  if (!node.is_table()) wrong("process is no array of tables");
  const std::string comm = node.as_table()->get("comm") == nullptr ? "?" : node.as_table()->at("comm").value_or("?");
  Fields fields(*node.as_table(), "process \"" + comm + "\"");
  ProcessFacts p;
  p.comm.assign(fields.needed("comm"));
  fields.needed("memory");
  p.anon = fields.amount("memory");
  p.swap = fields.amount("swap");
  p.shmem = fields.amount("shmem");
  p.uid = read_user(fields);
  const auto adj = static_cast<std::int32_t>(fields.number("adj", 0, kImmune, 1000));
  p.oom_score_adj = book.heeded_adj(adj, p.uid);
  p.nice = static_cast<std::int32_t>(fields.number("nice", 0, -20, 19));
  p.place = read_place(fields);
  p.state = fields.take<std::string>("state").value_or("S").at(0);
  p.parent = static_cast<std::int32_t>(fields.number("parent", 500, 0, kHighestPid));
  const auto parent = std::ranges::find(into.processes, p.parent, [](const auto& known) { return known.id.pid; });
  p.process_group = parent == into.processes.end() ? 0 : parent->process_group;
  const auto group = static_cast<std::int32_t>(fields.number("group", p.process_group, 0, kHighestPid));
  p.kernel_thread = fields.take<bool>("kernel_thread").value_or(false);
  const std::string exe = fields.text("exe"), cmdline = fields.text("cmdline");
  p.profile = book.profile({p.comm.view(), exe, cmdline, p.uid, p.place, p.terminal, p.state});
  const std::int64_t pid = fields.number("pid", next_pid(into), 1, kHighestPid);
  const std::uint64_t start = read_start(fields);
  const Bytes grew = fields.amount("grew");
  const bool born = fields.take<bool>("born").value_or(false);
  const std::int64_t count = fields.number("count", 1, 1, 10'000);
  fields.finish();
  for (std::int64_t i = 0; i < count; ++i) {
    p.id = {static_cast<std::int32_t>(pid + i), start};
    p.process_group = group == 0 ? p.id.pid : group;
    into.processes.push_back(p);
    if (!born) into.before.push_back(before_growing(p, grew));
  }
}

std::vector<ChoiceUnit> read_units(Fields& of_case, const ChoiceCase& c) {
  std::vector<ChoiceUnit> units;
  const toml::array* given = of_case.array("unit");
  for (std::size_t i = 0; given != nullptr && i < given->size(); ++i) {
    if (!(*given)[i].is_table()) wrong("unit is no array of tables");
    Fields fields(*(*given)[i].as_table(), "unit");
    ChoiceUnit unit{fields.needed("name"), {}};
    unit.facts.counted_twice = fields.amount("counted_twice");
    unit.facts.whole = fields.take<bool>("whole").value_or(false);
    const std::string preference = fields.text("preference");
    if (preference == "omit") unit.facts.preference = OomPreference::omit;
    if (preference == "avoid") unit.facts.preference = OomPreference::avoid;
    if (!preference.empty() && unit.facts.preference == OomPreference::none)
      wrong(fmt::format("unit: preference is \"{}\"; allowed is omit or avoid", preference));
    fields.finish();
    if (std::ranges::none_of(c.processes, [&](const auto& p) { return p.place.unit.view() == unit.name; }))
      wrong(fmt::format("nobody lives in \"{}\"", unit.name));
    units.push_back(unit);
  }
  return units;
}

/// What systemd was told of a unit holds for all in it.
void heed_units(const std::vector<ChoiceUnit>& units, std::vector<ProcessFacts>& processes) {
  for (ProcessFacts& p : processes) {
    const auto unit = std::ranges::find(units, p.place.unit.view(), &ChoiceUnit::name);
    if (unit != units.end()) heed(unit->facts.preference, p.profile);
  }
}

std::vector<std::int32_t> read_lineage(Fields& fields) {
  const toml::array* given = fields.array("lineage");
  if (given == nullptr) return {900, 1};
  std::vector<std::int32_t> lineage;
  for (const toml::node& node : *given) {
    if (!node.is_integer()) wrong("lineage is no array of pids");
    lineage.push_back(static_cast<std::int32_t>(node.as_integer()->get()));
  }
  return lineage;
}

std::vector<ProcessId> read_respawners(Fields& fields, const ChoiceCase& c) {
  const toml::array* given = fields.array("respawners");
  std::vector<ProcessId> respawners;
  for (std::size_t i = 0; given != nullptr && i < given->size(); ++i) {
    const auto pid = (*given)[i].value_exact<std::int64_t>();
    const auto known = std::ranges::find(c.processes, pid.value_or(-1), [](const auto& p) { return p.id.pid; });
    if (known == c.processes.end()) wrong("respawners is no array of pids of the case");
    respawners.push_back(known->id);
  }
  return respawners;
}

std::vector<std::string> read_spared(Fields& fields) {
  const toml::array* given = fields.array("spared");
  std::vector<std::string> spared;
  for (std::size_t i = 0; given != nullptr && i < given->size(); ++i) {
    if (!(*given)[i].is_string()) wrong("spared is no array of names");
    spared.push_back((*given)[i].as_string()->get());
  }
  return spared;
}

void check_pids(const ChoiceCase& c) {
  std::set<std::int32_t> pids;
  for (const ProcessFacts& p : c.processes) {
    if (!pids.insert(p.id.pid).second) wrong(fmt::format("pid {} is there twice", p.id.pid));
  }
}

void check_names(const ChoiceCase& c) {
  std::vector<std::string> names = c.spared;
  if (!c.victim.empty()) names.push_back(c.victim);
  for (const std::string& name : names) {
    if (std::ranges::none_of(c.processes, [&](const auto& p) { return p.comm.view() == name; })) {
      wrong(fmt::format("no process is called \"{}\"", name));
    }
  }
  if (std::ranges::find(c.spared, c.victim) != c.spared.end()) wrong("the victim is among the spared");
}

MatchBook compile(const Config& config) {
  auto book = MatchBook::compile(config, [](const std::string& user) -> std::optional<std::uint32_t> {
    const auto known = kUsers.find(user);
    return known == kUsers.end() ? std::nullopt : std::optional(known->second);
  });
  if (!book) wrong(book.error().what);
  return *book;
}

toml::table parse(std::string_view text) {
  try {
    return toml::parse(text);
  } catch (const toml::parse_error& error) {
    wrong(fmt::format("line {}: {}", error.source().begin.line, error.description()));
  }
}

}  // namespace

ChoiceCase read_case(std::string_view text) {
  const toml::table table = parse(text);
  Fields fields(table, "case");
  ChoiceCase c;
  c.why = fields.needed("why");
  c.source = fields.text("source");
  if (const auto open = fields.take<std::string>("open")) c.open = *open;
  if (table.contains("open") && c.open.empty()) wrong("case: open says not why");
  c.ram_and_swap = fields.amount("ram") + fields.amount("swap");
  if (c.ram_and_swap == 0) wrong("case: ram is missing");
  const config::Layer layer{"case", fields.text("config")};
  auto config = config::parse_layers({&layer, 1});
  if (!config) wrong(config.error().what);
  c.config = *config;
  const MatchBook book = compile(c.config);
  const toml::array* processes = fields.array("process");
  if (processes == nullptr) wrong("case: process is missing");
  for (const toml::node& node : *processes) read_process(node, book, c);
  c.units = read_units(fields, c);
  for (auto* then : {&c.processes, &c.before}) heed_units(c.units, *then);
  c.lineage = read_lineage(fields);
  c.respawners = read_respawners(fields, c);
  c.victim = fields.needed("victim");
  c.kind = fields.take<std::string>("kind").value_or("process");
  c.ended = static_cast<std::uint32_t>(fields.number("ended", 1, 1, kMaxMembers));
  c.spared = read_spared(fields);
  fields.finish();
  check_names(c);
  check_pids(c);
  // The process table hands over the largest where there are too many.
  std::ranges::stable_sort(c.processes, std::ranges::greater{}, &ProcessFacts::freed_by_death);
  std::ranges::stable_sort(c.before, std::ranges::greater{}, &ProcessFacts::freed_by_death);
  return c;
}

}  // namespace forestall::choices
