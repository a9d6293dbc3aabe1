// SPDX-License-Identifier: MIT
#include "host/falling_memory_linux.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/inotify.h>
#include <sys/mount.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

#include "support/clock_linux.h"
#include "support/private_world_linux.h"

namespace forestall::testing {
namespace {

constexpr const char* kFile = "/run/pretended-meminfo";
constexpr const char* kMeminfo = "/proc/meminfo";
constexpr const char* kZoneinfo = "/proc/zoneinfo";  ///< tells nothing meanwhile: what is available is in meminfo alone
constexpr auto kStep = std::chrono::milliseconds(1);

void check(bool done, const char* what) {
  if (!done) throw std::system_error(errno, std::generic_category(), what);
}

/// The lines that tools look for, each as wide whatever it says: a reader never sees the end of an older text.
std::string text_of(Bytes total, Bytes available) {
  const auto line = [](const char* name, Bytes amount) {
    return fmt::format("{:<15} {:>10} kB\n", name, amount / kKiB);
  };
  const Bytes cache = available / 2;
  return line("MemTotal:", total) + line("MemFree:", available - cache) + line("MemAvailable:", available) +
         line("Buffers:", 0) + line("Cached:", cache) + line("SwapCached:", 0) + line("Active:", total - available) +
         line("Inactive:", cache) + line("Active(anon):", total - available) + line("Inactive(anon):", 0) +
         line("Active(file):", 0) + line("Inactive(file):", cache) + line("SwapTotal:", 0) + line("SwapFree:", 0) +
         line("Dirty:", 0) + line("Writeback:", 0) + line("AnonPages:", total - available) + line("Mapped:", 0) +
         line("Shmem:", 0) + line("KReclaimable:", 0) + line("SReclaimable:", 0) + line("CommitLimit:", total / 2) +
         line("Committed_AS:", total - available);
}

}  // namespace

FallingMemory::FallingMemory(Bytes total, Bytes available)
    : file_(open(kFile, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644)),
      watch_(inotify_init1(IN_NONBLOCK | IN_CLOEXEC)),
      total_(total) {
  check(is_private_world(), "not in a private world");
  check(static_cast<bool>(file_), kFile);
  written_.reserve(1 << 16);
  set(available);
  check(mount(kFile, kMeminfo, nullptr, MS_BIND, nullptr) == 0, "bind mount over /proc/meminfo");
  check(mount("/dev/null", kZoneinfo, nullptr, MS_BIND, nullptr) == 0, "bind mount over /proc/zoneinfo");
  check(inotify_add_watch(watch_.get(), kFile, IN_ACCESS) >= 0, "inotify_add_watch");
}

FallingMemory::~FallingMemory() {
  umount2(kZoneinfo, MNT_DETACH);
  umount2(kMeminfo, MNT_DETACH);
}

void FallingMemory::set(Bytes available) {
  const std::string text = text_of(total_, available);
  written_.push_back({now(), available / kKiB * kKiB});
  check(pwrite(file_.get(), text.data(), text.size(), 0) == static_cast<ssize_t>(text.size()), kFile);
}

void FallingMemory::begin_to_fall(Bytes rate, Instant begin) {
  sleep_until(begin);
  rate_ = rate;
  began_ = begin;
  from_ = written_.back().available;
}

Bytes FallingMemory::go_on() {
  sleep_until(std::max(written_.back().at, began_) + kStep);
  const auto elapsed = static_cast<double>((now() - began_).count()) / 1e9;
  const auto fallen = static_cast<Bytes>(elapsed * static_cast<double>(rate_));
  set(from_ - std::min(fallen, from_));
  return written_.back().available;
}

const std::vector<Instant>& FallingMemory::reads() {
  alignas(inotify_event) std::array<char, 4096> buffer;
  if (read(watch_.get(), buffer.data(), buffer.size()) > 0) reads_.push_back(now());
  return reads_;
}

}  // namespace forestall::testing
