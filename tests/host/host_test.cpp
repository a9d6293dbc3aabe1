// SPDX-License-Identifier: MIT
#include "host/host_test.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

#include "base/text.h"
#include "evaluate/headroom.h"
#include "poll/procfs_source_linux.h"
#include "support/clock_linux.h"
#include "support/private_world_linux.h"

namespace forestall::testing {
namespace {

constexpr const char* kDirectory = "/run/forestall-test";

std::string text_of(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

/// A directory where no earlier daemon left anything.
std::string fresh_directory() {
  std::filesystem::remove_all(kDirectory);
  std::filesystem::create_directories(kDirectory);
  return kDirectory;
}

Child::Start start_of(const std::string& directory, std::vector<std::string> options) {
  std::vector<std::string> arguments{"forestalld", "--config", directory + "/forestall.toml"};
  arguments.insert(arguments.end(), options.begin(), options.end());
  return {FORESTALL_DAEMON,
          arguments,
          {"PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8", "NOTIFY_SOCKET=" + directory + "/notify", "WATCHDOG_USEC=1000000",
           "STATE_DIRECTORY=" + directory + "/state", "RUNTIME_DIRECTORY=" + directory},
          directory + "/log"};
}

}  // namespace

Bytes mem_available() {
  auto source = ProcfsSource::open();
  const auto sample = source ? source->read() : tl::unexpected(source.error());
  return sample ? headroom(*sample).available : 0;
}

std::vector<Stat> everybody() {
  std::vector<Stat> found;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const std::string name = entry.path().filename();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    if (const auto stat = parse_stat(text_of(entry.path() / "stat"))) found.push_back(*stat);
  }
  return found;
}

Limits Limits::below_what_is_free() {
  const Bytes available = mem_available();
  const Bytes step = std::min(kGiB, available / 6);
  return {available, step, available - step, available - 2 * step};
}

Limits Limits::out_of_reach() {
  const Bytes available = mem_available();
  return {available, std::min(kGiB, available / 6), available / 4, available / 8};
}

std::string Limits::mib(double steps) const {
  return fmt::format("{}", static_cast<Bytes>(static_cast<double>(step) * steps) / kMiB);
}

std::string Limits::config(const std::string& more) const {
  const auto rule = [](const char* name, Bytes limit) {
    return fmt::format("[[rule]]\nname = \"{}\"\nmem_available_below = \"{}MiB\"\nswap_free_below = \"1024TiB\"\n",
                       name, limit / kMiB);
  };
  return rule("low-memory", terminate) + rule("out-of-memory", kill) +
         "[[rule]]\nname = \"stall\"\nenabled = false\n"
         "[poll]\nidle_interval = \"1s\"\narmed_interval = \"50ms\"\n"
         "[victim]\nminimum = \"64MiB\"\n" +
         more;
}

Daemon::Daemon(const std::string& config, std::vector<std::string> options)
    : directory_(fresh_directory()),
      notify_(directory_ + "/notify"),
      child_((rewrite_config(config), start_of(directory_, std::move(options)))) {}

void Daemon::rewrite_config(const std::string& config) {
  std::ofstream(directory_ + "/forestall.toml") << config << std::flush;
}

std::string Daemon::log() const { return text_of(directory_ + "/log"); }

void HostTest::SetUp() {
  if (!why_not_private().empty()) GTEST_SKIP() << "no private world for a daemon that kills: " << why_not_private();
  ASSERT_TRUE(is_private_world());
  journal_ = std::make_unique<FakeJournald>();
}

void HostTest::TearDown() {
  if (!journal_) return;
  if (daemon_) stop_daemon();
  std::vector<pid_t> pids;
  for (const auto& each : hogs_) pids.push_back(each->pid());
  hogs_.clear();
  for (const pid_t pid : pids) end_group(pid);
  EXPECT_EQ(journal_->broken(), 0) << "entries that break the journal's protocol";
  if (HasFailure()) std::cout << "What the journal was told:\n" << story();
}

void HostTest::start_daemon(const std::string& config, std::vector<std::string> options) {
  daemon_ = std::make_unique<Daemon>(config, std::move(options));
  const auto ready = [&] { return daemon_->notify().count("READY=1") > 0; };
  const bool in_time = wait_for(kSoon, [&] { return ready() || daemon_->process().ended(); });
  ASSERT_TRUE(in_time && ready()) << "forestalld did not get ready; it said:\n" << daemon_->log();
}

void HostTest::stop_daemon() {
  daemon_->process().send(SIGTERM);
  EXPECT_TRUE(wait_for(kSoon, [&] { return daemon_->process().ended(); })) << "forestalld does not end on SIGTERM";
  EXPECT_THAT(daemon_->process().exit_code(), ::testing::Optional(0));
  if (HasFailure()) std::cout << "What forestalld said:\n" << daemon_->log();
  daemon_.reset();
}

Hog& HostTest::hog(const std::string& comm, const std::vector<std::string>& arguments, const std::string& argv0) {
  hogs_.push_back(std::make_unique<Hog>(comm, arguments, argv0));
  return *hogs_.back();
}

Hog& HostTest::steady(const std::string& comm, Bytes size) {
  Hog& started = hog(comm, {"steady", "--limit", fmt::format("{}", size / kMiB)});
  EXPECT_TRUE(wait_for(kLater, [&] { return started.held() == size || started.ended(); }));
  EXPECT_EQ(started.held(), size) << comm << " does not come to its memory";
  return started;
}

void HostTest::look() {
  if (journal_) journal_->drain();
  if (daemon_) {
    daemon_->notify().drain();
    daemon_->process().ended();
  }
  for (const auto& each : hogs_) {
    while (each->ended() && waitpid(-each->pid(), nullptr, WNOHANG) > 0) {
    }
  }
}

void HostTest::end_group(pid_t leader) {
  ASSERT_TRUE(is_private_world() && leader > 1);
  kill(-leader, SIGKILL);
  while (waitpid(-leader, nullptr, 0) > 0 || errno == EINTR) {
  }
}

bool HostTest::wait_for(Duration bound, const std::function<bool()>& condition) {
  constexpr int look_every_ms = 2;
  const Instant deadline = now() + bound;
  while (true) {
    look();
    if (condition()) return true;
    if (now() >= deadline) return false;
    std::array<pollfd, 2> sources{
        {{journal_ ? journal_->fd() : -1, POLLIN, 0}, {daemon_ ? daemon_->notify().fd() : -1, POLLIN, 0}}};
    poll(sources.data(), sources.size(), look_every_ms);
  }
}

bool HostTest::wait_for_event(const std::string& event, Duration bound) {
  return wait_for(bound, [&] { return journal_->has_event(event); });
}

bool HostTest::lives(Hog& who) {
  const std::uint64_t beats = who.note().beats;
  return wait_for(kSoon, [&] { return who.note().beats > beats + 1 || who.ended(); }) && !who.ended();
}

JournalRecord HostTest::event_about(const std::string& event, const Hog& victim) const {
  for (const JournalRecord& record : journal_->events(event)) {
    if (record.number("VICTIM_PID") == static_cast<std::uint64_t>(victim.pid())) return record;
  }
  return {};
}

std::string HostTest::story() const {
  std::string lines;
  for (const JournalRecord& record : journal_->records()) {
    lines +=
        fmt::format("  {:.3f} {} {} {}: {}\n", seconds(record.arrived.time_since_epoch()), record.text("EVENT"),
                    record.text("VICTIM_PID"), escaped(record.text("VICTIM_COMM")), escaped(record.text("MESSAGE")));
  }
  return lines;
}

}  // namespace forestall::testing
