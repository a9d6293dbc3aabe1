// SPDX-License-Identifier: MIT
#include "report/archive_linux.h"

#include <fcntl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <fstream>
#include <iterator>

#include "base/fd_linux.h"
#include "base/text.h"
#include "base/write_linux.h"
#include "report/story.h"
#include "report/words.h"

namespace forestall {
namespace {

constexpr std::string_view kSuffix = ".jsonl";
constexpr std::string_view kUnfinished = ".unfinished";
constexpr std::uintmax_t kLargestStory = 64ULL << 20U;

/// Sorts as time does, and tells two incidents of one second apart.
std::string file_name(const Incident& incident) {
  return fmt::format("{:%Y%m%dT%H%M%SZ}-{}{}", std::chrono::floor<std::chrono::seconds>(incident.wall),
                     in_words(incident.id), kSuffix);
}

/// The file is there whole or not at all, whenever the power goes: rename(2) takes the place of nothing or of a file.
bool write_safely(const std::filesystem::path& path, std::string_view text) {
  const std::string unfinished = path.string() + std::string(kUnfinished);
  const bool written = [&] {
    const Fd file(::open(unfinished.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
    return file && write_all(file.get(), text) && ::fsync(file.get()) == 0;
  }();
  if (!written || std::rename(unfinished.c_str(), path.c_str()) != 0) {
    const int cause = errno;
    ::unlink(unfinished.c_str());
    errno = cause;
    return false;
  }
  const Fd directory(::open(path.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory) ::fsync(directory.get());
  return true;
}

/// The oldest first, for that is how their names sort. None, with errno set, if the directory cannot be read.
std::vector<std::filesystem::path> files_in(const std::filesystem::path& directory, std::string_view suffix) {
  std::vector<std::filesystem::path> files;
  std::error_code error;
  for (auto entry = std::filesystem::directory_iterator(directory, error);
       !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    if (entry->path().native().ends_with(suffix)) files.push_back(entry->path());
  }
  errno = error.value();
  std::ranges::sort(files);
  return files;
}

}  // namespace

void Archive::note(Event event, const Incident& incident) {
  if (directory_.empty() || event == Event::pressure_warning) return;
  const auto known = noted_.find(incident.id);
  // The end of a story that is written already.
  if (event == Event::recovered && known == noted_.end()) return;
  const auto written = written_.find(incident.id);
  const bool is_new = known == noted_.end() && written == written_.end();
  if (is_new && is_crowding(event, incident)) return;
  std::vector<Noted>& story = noted_[incident.id];
  // It goes on after it was written: the file that will take the place of the first one has to tell all of it.
  if (story.empty() && written != written_.end()) story = written->second;
  // How it went on is worth less than how it began, and how it ended.
  if (story.size() == kMostStoryEvents) story.pop_back();
  story.push_back({event, incident});
}

bool Archive::is_crowding(Event event, const Incident& incident) {
  if (!incident.dry_run && event != Event::kernel_killed) return false;
  if (minor_begun_ && incident.begun - *minor_begun_ < kMinorEvery) return true;
  minor_begun_ = incident.begun;
  return false;
}

Result<void> Archive::write(std::string_view trace, Instant trace_began) {
  Result<void> result;
  if (noted_.empty()) return result;
  written_ = std::exchange(noted_, {});
  std::error_code ignored;
  std::filesystem::create_directories(directory_, ignored);
  for (const auto& [id, events] : written_) {
    make_room();
    const auto written = write_one(events, trace, trace_began);
    if (!written) result = written;
  }
  return result;
}

Result<void> Archive::write_one(const std::vector<Noted>& noted, std::string_view trace, Instant trace_began) const {
  const Incident& first = noted.front().incident;
  std::string text = story_head(first, trace_began) + "\n";
  for (const Noted& n : noted) text += story_event(n.event, n.incident, trace_began) + "\n";
  while (!trace.empty()) text += story_trace(take_line(trace)) + "\n";
  const std::filesystem::path path = directory_ / file_name(first);
  if (write_safely(path, text)) return {};
  return failure(errno, fmt::format("the story of incident {} is not kept in {}; the journal has it (journalctl "
                                    "INCIDENT_ID={})",
                                    in_words(first.id), directory_.string(), in_words(first.id)));
}

/// For one more. What was left unfinished goes too.
void Archive::make_room() const {
  std::error_code ignored;
  for (const auto& unfinished : files_in(directory_, kUnfinished)) std::filesystem::remove(unfinished, ignored);
  const std::vector<std::filesystem::path> stories = stories_in(directory_);
  std::size_t count = stories.size();
  std::uintmax_t bytes = 0;
  const auto size_of = [](const std::filesystem::path& p) {
    std::error_code error;
    const std::uintmax_t size = std::filesystem::file_size(p, error);
    return error ? 0 : size;
  };
  for (const auto& story : stories) bytes += size_of(story);
  for (const auto& story : stories) {
    if (count < kMostStories && bytes <= kMostBytes) return;
    bytes -= std::min(bytes, size_of(story));
    std::filesystem::remove(story, ignored);
    --count;
  }
}

std::vector<std::filesystem::path> stories_in(const std::filesystem::path& directory) {
  return files_in(directory, kSuffix);
}

Result<std::string> read_story(const std::filesystem::path& file) {
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(file, error);
  if (error) return failure(error.value(), fmt::format("cannot read {}", file.string()));
  if (size > kLargestStory) return failure(EFBIG, fmt::format("cannot read {}", file.string()));
  errno = 0;
  std::ifstream stream(file, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(stream), {}};
  if (!stream.is_open() || stream.bad()) return failure(errno, fmt::format("cannot read {}", file.string()));
  return text;
}

}  // namespace forestall
