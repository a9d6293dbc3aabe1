// SPDX-License-Identifier: MIT
// The stories of the last incidents, a file each: written at once or not at all, and never more than there is room for.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "forestall/incident.h"
#include "forestall/result.h"

namespace forestall {

/// Where the daemon keeps them.
inline constexpr const char* kArchiveDirectory = "/var/lib/forestall/incidents";

class Archive {
 public:
  static constexpr std::size_t kMostStories = 100;
  static constexpr std::uintmax_t kMostBytes = 16ULL << 20U;  ///< of all of them; the newest is kept whatever it takes

  /// Who is ended by the limit of his own cgroup again and again, or would be ended in a dry run, must not crowd out
  /// the rest: of such incidents one is kept in so much time.
  static constexpr Duration kMinorEvery = std::chrono::minutes(10);

  /// Nothing is kept if `directory` is empty.
  explicit Archive(std::filesystem::path directory) : directory_(std::move(directory)) {}

  /// What has happened becomes part of the story of its incident.
  void note(Event event, const Incident& incident);

  /// Writes the stories that were noted, and does so once, even if that fails; one that goes on afterwards is written
  /// anew as a whole. `trace` is the text of a trace that began at `trace_began`. An Error tells what is not there now,
  /// and why.
  Result<void> write(std::string_view trace, Instant trace_began);

 private:
  struct Noted {
    Event event{};
    Incident incident;
  };
  bool is_crowding(Event event, const Incident& incident);
  Result<void> write_one(const std::vector<Noted>& noted, std::string_view trace, Instant trace_began) const;
  void make_room() const;

  std::filesystem::path directory_;
  std::map<IncidentId, std::vector<Noted>> noted_;
  std::map<IncidentId, std::vector<Noted>> written_;  ///< the last time anything was
  std::optional<Instant> minor_begun_;
};

/// The files of stories in `directory`, the oldest first; none if it cannot be read, with errno set.
std::vector<std::filesystem::path> stories_in(const std::filesystem::path& directory);

/// The whole of a file, for those who may wait. An Error if it cannot be read or is larger than any story.
Result<std::string> read_story(const std::filesystem::path& file);

}  // namespace forestall
