// SPDX-License-Identifier: MIT
// forestall history and show: what the daemon has kept of the last incidents. Needs to read its directory, not the
// daemon.
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "base/quantity.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/retold.h"
#include "cli/summary.h"
#include "report/archive_linux.h"

namespace forestall::cli {
namespace {

using Json = nlohmann::ordered_json;

struct Request {
  std::string directory = kArchiveDirectory;
  std::string which = "last";
  std::string html;
  std::size_t most = 20;
  bool json = false;
};

/// What to do about a directory that cannot be read.
tl::unexpected<Error> cannot_read(const std::string& directory, int cause) {
  if (cause == ENOENT) {
    return failure(0,
                   fmt::format("there is no {}: forestalld has not kept anything yet, or does not run as its service",
                               escaped(directory)));
  }
  return failure(cause,
                 fmt::format("cannot read {}; it is root's and forestalld's alone, try sudo", escaped(directory)));
}

// ---- history --------------------------------------------------------------------------------------------------------

std::string row(const Story& story) {
  const StoryEvent& e = main_event(story);
  const auto freed = e.number("FREED_BYTES");
  return fmt::format("{}  {:.8}  {:<16}  {:<24}  {:>9}  {}\n", in_utc(story.began), story.id, what_was_done(story),
                     victim_of(e), freed ? human(*freed) : "—", e.text("RULE"));
}

Json json_of(const Story& story) {
  const StoryEvent& e = main_event(story);
  Json events = Json::array();
  for (const StoryEvent& event : story.events) {
    events.push_back({{"event", event.event},
                      {"after_ms", (event.at - story.began_at) / std::chrono::milliseconds(1)},
                      {"message", event.message}});
  }
  Json json = {{"id", story.id}, {"began", in_utc(story.began)}, {"events", events}, {"fields", e.fields}};
  return json;
}

/// The newest first.
Result<std::vector<Story>> last_stories(const Request& request) {
  std::vector<std::filesystem::path> files = stories_in(request.directory);
  if (files.empty() && errno != 0) return cannot_read(request.directory, errno);
  std::vector<Story> stories;
  std::ranges::reverse(files);
  for (const auto& file : files) {
    if (stories.size() == request.most) break;
    const auto text = read_story(file);
    // The daemon makes room meanwhile; and what is no story says nothing about the others.
    if (!text && text.error().code == ENOENT) continue;
    if (!text && text.error().code == EACCES) return cannot_read(request.directory, EACCES);
    if (!text) {
      complain({text.error().code, fmt::format("{} is passed over", escaped(file.string()))}, 0);
      continue;
    }
    auto story = parse_story_head(*text);
    if (!story) {
      complain({0, fmt::format("{} is passed over: {}", escaped(file.string()), story.error().what)}, 0);
      continue;
    }
    stories.push_back(std::move(*story));
  }
  return stories;
}

int run_history(const Request& request) {
  const auto stories = last_stories(request);
  if (!stories) return complain(stories.error(), kFailed);
  if (request.json) {
    Json all = Json::array();
    for (const Story& story : *stories) all.push_back(json_of(story));
    return print(all.dump(2) + "\n") ? kDone : kFailed;
  }
  if (stories->empty()) return print("Nothing has happened yet.\n") ? kDone : kFailed;
  std::string text = "when                     id        what              victim                        freed  rule\n";
  for (const Story& story : *stories) text += row(story);
  text += "\n\"forestall show ID\" tells the story of one; the first letters of its id are enough.\n";
  return print(text) ? kDone : kFailed;
}

// ---- show -----------------------------------------------------------------------------------------------------------

/// By the id or how it begins, by "last", or by a path.
Result<std::filesystem::path> file_of(const Request& request) {
  if (request.which.find('/') != std::string::npos || request.which.ends_with(".jsonl")) return request.which;
  const std::vector<std::filesystem::path> files = stories_in(request.directory);
  if (files.empty() && errno != 0) return cannot_read(request.directory, errno);
  if (files.empty()) return failure(0, "nothing has happened yet");
  if (request.which == "last") return files.back();
  std::vector<std::filesystem::path> meant;
  for (const auto& file : files) {
    const std::string name = file.filename().string();
    const std::size_t dash = name.find('-');
    if (dash != std::string::npos && name.substr(dash + 1).starts_with(request.which)) meant.push_back(file);
  }
  if (meant.size() == 1) return meant.front();
  return failure(0, fmt::format("{} incident's id begins with \"{}\"; \"forestall history\" lists them",
                                meant.empty() ? "no" : "more than one", escaped(request.which)));
}

Result<Retold> retold(const Request& request) {
  const auto file = file_of(request);
  if (!file) return tl::unexpected(file.error());
  const auto text = read_story(*file);
  if (!text) {
    return text.error().code == ENOENT ? tl::unexpected(text.error()) : cannot_read(file->string(), text.error().code);
  }
  auto story = parse_story(*text);
  auto told = story ? retell(std::move(*story)) : tl::unexpected(story.error());
  if (!told) return failure(0, fmt::format("{}: {}", escaped(file->string()), told.error().what));
  return told;
}

int write_page(const Request& request, const Retold& told) {
  if (request.html == "-") return print(as_html(told)) ? kDone : kFailed;
  errno = 0;
  std::ofstream file(request.html, std::ios::binary);
  file << as_html(told) << std::flush;
  if (file) return kDone;
  return complain({errno, fmt::format("cannot write {}", escaped(request.html))}, kFailed);
}

int run_show(const Request& request) {
  const auto told = retold(request);
  if (!told) return complain(told.error(), kFailed);
  if (!request.html.empty()) return write_page(request, *told);
  return print(request.json ? as_json(*told) : in_plain_words(*told)) ? kDone : kFailed;
}

void add_directory(CLI::App& command, Request& request) {
  command.add_option("--directory", request.directory, "Where the incidents are kept")->type_name("DIR");
}

}  // namespace

void add_history(CLI::App& app, Run& run) {
  auto* command = app.add_subcommand("history", "The last incidents, the newest first");
  auto request = std::make_shared<Request>();
  command->add_option("-n,--most", request->most, "So many of them")->type_name("N")->check(CLI::PositiveNumber);
  command->add_flag("--json", request->json, "All of it as JSON");
  add_directory(*command, *request);
  command->callback([request, &run] { run = [request] { return run_history(*request); }; });
}

void add_show(CLI::App& app, Run& run) {
  auto* command = app.add_subcommand("show", "The story of one incident");
  auto request = std::make_shared<Request>();
  command->add_option("incident", request->which, "Its id, how the id begins, or a file; otherwise the last one")
      ->type_name("ID");
  auto* html = command->add_option("--html", request->html, "Write it as a page of its own (- for stdout)");
  html->type_name("FILE");
  command->add_flag("--json", request->json, "All of it as JSON")->excludes(html);
  add_directory(*command, *request);
  command->callback([request, &run] { run = [request] { return run_show(*request); }; });
}

}  // namespace forestall::cli
