// SPDX-License-Identifier: MIT
// forestall check: is the configuration good, and what does it mean on this machine?
#include <fmt/format.h>

#include <algorithm>

#include "base/quantity.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/entry_words.h"
#include "config/config_file.h"
#include "engine/engine.h"
#include "evaluate/headroom.h"
#include "poll/view_linux.h"
#include "report/words.h"
#include "score/traits_linux.h"
#include "score/users_linux.h"

namespace forestall::cli {
namespace {

struct Request {
  std::optional<std::string> file;
  bool effective = false;
};

std::string rules_in_words(const Config& config, const Sample& sample) {
  const Headroom h = headroom(sample);
  std::string text = fmt::format("On this machine ({}) the rules mean:\n", in_words(h));
  for (const Rule& rule : config.rules) {
    text += fmt::format("  {:<14} {}\n", rule.name,
                        rule.enabled ? in_words(rule, h, config.kill.grace) : std::string("switched off"));
  }
  return text;
}

/// A terminate rule is never seen to act if a kill rule of the same shape has the higher limit: SIGKILL would come
/// first.
std::string warn_of_early_kill(const Config& config, const Sample& sample) {
  const Headroom h = headroom(sample);
  std::string text;
  for (const Rule& kill : config.rules) {
    if (!kill.enabled || kill.action != Action::kill || !kill.mem_available_below) continue;
    for (const Rule& term : config.rules) {
      if (!term.enabled || term.action != Action::terminate || !term.mem_available_below) continue;
      const bool only_memory = !term.psi_full_above && !term.psi_some_above && !term.refaults_above;
      if (!only_memory || kill.mem_available_below->in(h.user_total) < term.mem_available_below->in(h.user_total))
        continue;
      text += fmt::format(
          "warning: rule \"{}\" kills at a limit that is not below that of \"{}\": nobody would get a SIGTERM first\n",
          kill.name, term.name);
    }
  }
  return text;
}

/// What somebody who wrote this entry should know of it.
std::string remarks(const Matcher& matcher, bool protect, std::size_t matched, bool exe_unreadable) {
  const Match& m = matcher.entry();
  std::string text;
  if (protect && !m.user && !m.uid) {
    text += m.names_place()
                ? "\n      covers only root's processes and those outside user@UID.service; add user = \"…\" for others"
                : "\n      covers only root's processes, for anybody can take a name; add user = \"…\" for others";
  }
  if (matcher.names_unknown_user()) text += fmt::format("\n      warning: there is no user \"{}\"", escaped(*m.user));
  if (m.exe && exe_unreadable) text += "\n      warning: some programs' files cannot be seen without CAP_SYS_PTRACE";
  if (matched == 0) text += "\n      warning: matches nothing that runs now";
  return text;
}

std::string matches_in_words(std::string_view table, const std::vector<Matcher>& matchers,
                             const std::vector<OwnedTraits>& processes) {
  const bool protect = table == "protect";
  const bool unreadable = std::ranges::any_of(processes, [](const OwnedTraits& p) { return p.exe.empty(); });
  std::string text;
  for (std::size_t i = 0; i < matchers.size(); ++i) {
    const Matcher& m = matchers[i];
    const auto matched = static_cast<std::size_t>(std::ranges::count_if(
        processes, [&](const OwnedTraits& p) { return protect ? m.protects(p.view()) : m.matches(p.view()); }));
    text += fmt::format("  [[{}]] {}  {}: {} of {} processes{}\n", table, i + 1, entry_in_words(m.entry()), matched,
                        processes.size(), remarks(m, protect, matched, unreadable));
  }
  return text;
}

Result<std::string> report(const Config& config) {
  const auto view = open_view(std::nullopt);
  if (!view) return tl::unexpected(view.error());
  const auto sample = view->samples->read();
  if (!sample) return tl::unexpected(sample.error());
  auto book = MatchBook::compile(config, uid_of);
  if (!book) return tl::unexpected(book.error());

  std::string text = rules_in_words(config, *sample);
  const std::string minimum = human(minimum_of(config, *sample));
  text += config.victim.kind == Kind::process
              ? fmt::format("No process below {} is chosen.\n", minimum)
              : fmt::format("No process below {} is chosen alone; no more than {} are ended together.\n", minimum,
                            config.victim.max_processes);
  text += warn_of_early_kill(config, *sample);
  for (const std::string& what : view->missing) text += fmt::format("note: {}\n", what);
  if (book->empty()) return text;
  const auto processes = read_all_traits();
  text += "Patterns, and how many processes they match now:\n";
  text += matches_in_words("protect", book->protect(), processes);
  text += matches_in_words("avoid", book->avoid(), processes);
  text += matches_in_words("prefer", book->prefer(), processes);
  return text;
}

int run_check(const Request& request) {
  const auto config = config::load(request.file);
  if (!config) return complain(config.error(), kBadUse);
  if (request.effective) return print(config::render(*config)) ? kDone : kFailed;
  const auto text = report(*config);
  if (!text) return complain(text.error(), kFailed);
  const std::string what = request.file ? escaped(*request.file) : std::string("The configuration");
  return print(fmt::format("{} is good.\n{}", what, *text)) ? kDone : kFailed;
}

}  // namespace

void add_check(CLI::App& app, Run& run) {
  auto* command = app.add_subcommand("check", "Is the configuration good, and what does it mean on this machine?");
  auto request = std::make_shared<Request>();
  command->add_option("FILE", request->file, "Check this file instead of /etc/forestall");
  command->add_flag("--effective", request->effective,
                    "Print the whole configuration in force, built-in rules included");
  command->callback([request, &run] { run = [request] { return run_check(*request); }; });
}

}  // namespace forestall::cli
