// SPDX-License-Identifier: MIT
#include "score/traits_linux.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "base/process_stat.h"
#include "base/read_linux.h"
#include "base/text.h"
#include "score/cgroup_place.h"
#include "score/process_directory_linux.h"
#include "score/status_linux.h"

namespace forestall {
namespace {

using Buffer = std::array<char, 4096>;

Fd open_directory(const std::string& path) { return Fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)); }

/// The arguments with blanks between: what a person would have typed.
std::string read_cmdline(int process, Buffer& buffer) {
  std::string text(read_once(process, "cmdline", buffer).value_or(std::string_view{}));
  std::ranges::replace(text, '\0', ' ');
  text.erase(text.find_last_not_of(' ') + 1);
  return text;
}

std::string read_exe(int process, Buffer& buffer) {
  const ssize_t length = ::readlinkat(process, "exe", buffer.data(), buffer.size());
  return length < 0 ? std::string{} : std::string(buffer.data(), static_cast<std::size_t>(length));
}

std::optional<Stat> read_stat(int process, Buffer& buffer) {
  const auto text = read_once(process, "stat", buffer);
  return text ? parse_stat(*text) : std::nullopt;
}

}  // namespace

std::optional<OwnedTraits> read_traits(const std::string& proc, std::int32_t pid) {
  Fd process = open_directory(proc + "/" + std::to_string(pid));
  if (!process) return std::nullopt;
  Buffer buffer{};
  const auto stat = read_stat(process.get(), buffer);
  if (!stat || stat->kernel_thread) return std::nullopt;
  OwnedTraits traits;
  traits.id = {pid, stat->start_time};
  traits.comm = stat->comm.view();
  traits.terminal = stat->terminal;
  traits.state = stat->state;
  const std::int32_t teller = ProcessDirectory(open_directory(proc)).teller(pid, *stat);
  if (teller != pid) process = open_directory(proc + "/" + std::to_string(teller));
  const auto status = read_status(process.get(), "status");
  if (!status) return std::nullopt;
  traits.uid = status->uid;
  if (const auto cgroup = read_once(process.get(), "cgroup", buffer)) traits.place = parse_cgroup(*cgroup);
  traits.exe = read_exe(process.get(), buffer);
  traits.cmdline = read_cmdline(process.get(), buffer);
  return traits;
}

std::vector<OwnedTraits> read_all_traits(const std::string& proc) {
  std::vector<OwnedTraits> all;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(proc, error)) {
    const auto pid = parse_unsigned(entry.path().filename().native());
    if (!pid || *pid > INT32_MAX) continue;
    if (auto traits = read_traits(proc, static_cast<std::int32_t>(*pid))) all.push_back(std::move(*traits));
  }
  return all;
}

}  // namespace forestall
