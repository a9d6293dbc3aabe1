// SPDX-License-Identifier: MIT
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <vector>

#include "base/read_linux.h"
#include "base/text.h"
#include "config/config_file.h"

namespace forestall::config {
namespace {

namespace fs = std::filesystem;

tl::unexpected<Error> unreadable(const fs::path& path, int code) {
  constexpr std::string_view advice = "allowed is a regular file that may be read";
  return failure(code, fmt::format("{}: cannot be read as a configuration file; {}", escaped(path.native()), advice));
}

/// A byte more than is allowed may come back: parse_layers refuses it with the rest of its checks.
Result<Layer> read_layer(const fs::path& path) {
  const Fd file = open_to_read(AT_FDCWD, path.c_str());
  if (!file) return unreadable(path, errno);
  std::string buffer(kLargestFile + 1, '\0');
  const auto text = reread(file, buffer);
  if (!text) return unreadable(path, errno);
  return Layer{path.native(), std::string(*text)};
}

/// A link to what is not there is something: somebody's settings are elsewhere, perhaps not mounted yet.
bool is_nothing(const fs::path& path) {
  struct stat ignored {};
  return ::lstat(path.c_str(), &ignored) != 0 && errno == ENOENT;
}

/// The files of conf.d, sorted by name. Hidden ones are what editors leave behind.
Result<std::vector<fs::path>> drop_ins(const fs::path& directory) {
  std::vector<fs::path> paths;
  std::error_code error;
  fs::directory_iterator entry(directory, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    const fs::path& path = entry->path();
    if (path.extension() == ".toml" && !path.filename().native().starts_with('.')) paths.push_back(path);
  }
  if (error && !is_nothing(directory)) {
    return failure(error.value(), fmt::format("{}: cannot be listed; allowed is a directory that may be read",
                                              escaped(directory.native())));
  }
  std::ranges::sort(paths);
  return paths;
}

}  // namespace

Result<Config> load(const std::optional<std::string>& file, const std::string& directory) {
  std::vector<fs::path> paths;
  if (file) {
    paths.emplace_back(*file);
  } else {
    auto found = drop_ins(fs::path(directory) / "conf.d");
    if (!found) return tl::unexpected<Error>(found.error());
    paths = *std::move(found);
    paths.insert(paths.begin(), fs::path(directory) / "forestall.toml");
  }
  std::vector<Layer> layers;
  for (std::size_t i = 0; i < paths.size(); ++i) {
    auto layer = read_layer(paths[i]);
    const bool may_be_missing = !file && i == 0;
    if (!layer && may_be_missing && is_nothing(paths[i])) continue;
    if (!layer) return tl::unexpected<Error>(layer.error());
    layers.push_back(*std::move(layer));
  }
  return parse_layers(layers);
}

}  // namespace forestall::config
