// SPDX-License-Identifier: MIT
#include "cli/drill_child_linux.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <new>
#include <thread>

#include "base/clock_linux.h"
#include "base/fd_linux.h"
#include "evaluate/headroom.h"
#include "poll/view_linux.h"

namespace forestall::cli {

/// Times in nanoseconds of CLOCK_MONOTONIC; 0: not yet. Whatever way the child ends, what it wrote here stays.
struct DrillChild::Page {
  DrillPlan plan;  ///< written before `down_to`, read after it
  std::atomic<Bytes> down_to{UINT64_MAX};
  std::atomic<bool> ready{false};
  std::atomic<Bytes> down{UINT64_MAX};  ///< to which `down_to` it came
  std::atomic<Bytes> held{0};
  std::atomic<std::int64_t> crossed{0};
  std::atomic<std::int64_t> terminated{0};
  std::atomic<pid_t> from{0};
  std::atomic<Halt> halt{Halt::none};
};

namespace {

using Page = DrillChild::Page;
static_assert(std::atomic<Bytes>::is_always_lock_free && std::atomic<pid_t>::is_always_lock_free,
              "a signal handler writes them, and another process reads them");

/// Nothing lasts longer, whatever happens to the parent.
constexpr unsigned kLongestSeconds = 120;
constexpr std::size_t kPage = 4 * kKiB;  // the smallest there is: no page of an arena is left out

/// Of the child alone.
Page* shared = nullptr;

std::int64_t nanoseconds() { return clock_now(CLOCK_MONOTONIC).count(); }

void handle_term(int, siginfo_t* info, void*) {
  shared->from = info->si_code == SI_USER ? info->si_pid : 0;
  shared->terminated = nanoseconds();
  ::_exit(0);
}

[[noreturn]] void halt(Halt why) {
  shared->halt = why;
  ::_exit(0);
}

bool set_oom_score_adj(std::string_view value) {
  const Fd file(::open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC));
  return file && ::write(file.get(), value.data(), value.size()) == static_cast<ssize_t>(value.size());
}

void be_harmless(pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(0);
  ::prctl(PR_SET_NAME, kDrillName);
  ::setsid();  // nobody belongs to it
  const rlimit no_core{0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);
  struct sigaction action {};
  action.sa_sigaction = handle_term;
  action.sa_flags = SA_SIGINFO;
  ::sigaction(SIGTERM, &action, nullptr);
  if (!set_oom_score_adj("1000")) halt(Halt::blind);
}

/// Memory that is taken from its beginning, and never more than the plan allows: there is no more of it.
class Arena {
 public:
  explicit Arena(Bytes size) {
    void* at = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (at == MAP_FAILED) halt(Halt::blind);
    base_ = static_cast<volatile char*>(at);
  }
  void take(Bytes n) {
    for (const Bytes end = held_ + n; held_ < end; held_ += kPage) base_[held_] = 1;
    shared->held = held_;
  }
  [[nodiscard]] Bytes held() const { return held_; }

 private:
  volatile char* base_ = nullptr;
  Bytes held_ = 0;
};

[[noreturn]] void live(pid_t parent) {
  be_harmless(parent);
  const auto view = open_view(std::nullopt);
  if (!view) halt(Halt::blind);
  shared->ready = true;
  while (shared->down_to == UINT64_MAX) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  ::alarm(kLongestSeconds);
  const DrillPlan plan = shared->plan;
  const auto first = view->samples->read();
  if (!first) halt(Halt::blind);
  Arena arena((plan.most() + kPage) / kPage * kPage);
  while (true) {
    const auto now = view->samples->read();
    if (!now) halt(Halt::blind);
    const Bytes available = headroom(*now).available;
    if (available < plan.limit && shared->crossed == 0) shared->crossed = now->time.time_since_epoch().count();
    const Bytes down_to = shared->down_to;
    const DrillStep step = next_step(plan, *first, *now, arena.held(), down_to);
    if (step.halt != Halt::none) halt(step.halt);
    if (step.take == 0) shared->down = down_to;
    // Whole pages, one at least: otherwise it would stand still a few bytes above.
    if (step.take > 0) arena.take(std::max<Bytes>(step.take / kPage, 1) * kPage);
    std::this_thread::sleep_for(step.pause_after);
  }
}

template <typename Condition>
bool wait_until(Duration longest, const Condition& condition) {
  const std::int64_t deadline = nanoseconds() + longest.count();
  while (!condition()) {
    if (nanoseconds() >= deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

std::optional<Instant> instant(std::int64_t ns) {
  return ns == 0 ? std::nullopt : std::optional(Instant(Duration(ns)));
}

}  // namespace

Result<std::unique_ptr<DrillChild>> DrillChild::start() {
  void* at = ::mmap(nullptr, sizeof(Page), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (at == MAP_FAILED) return failure(errno, "cannot share memory with the child of the drill");
  auto* page = new (at) Page;
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid < 0) {
    const int error = errno;
    ::munmap(at, sizeof(Page));
    return failure(error, "cannot start the child of the drill");
  }
  if (pid == 0) {
    shared = page;
    live(parent);
  }
  std::unique_ptr<DrillChild> child(new DrillChild(page, pid));
  const bool ready = wait_until(kDrillPatience, [&] { return page->ready || child->look(); });
  if (!ready || child->status_) return failure(0, "the child of the drill does not get ready");
  return child;
}

DrillChild::~DrillChild() {
  end();
  ::munmap(page_, sizeof(Page));
}

bool DrillChild::look() {
  int status = 0;
  if (!status_ && ::waitpid(pid_, &status, WNOHANG) == pid_) {
    status_ = status;
    gone_ = Instant(Duration(nanoseconds()));
  }
  return status_.has_value();
}

void DrillChild::descend(const DrillPlan& plan, Bytes down_to) {
  if (page_->down_to == UINT64_MAX) page_->plan = plan;
  page_->down_to = down_to;
}

bool DrillChild::is_down(Duration longest) {
  wait_until(longest, [&] { return look() || page_->down == page_->down_to; });
  return !status_ && page_->down == page_->down_to;
}

bool DrillChild::has_ended(Duration longest) {
  return wait_until(longest, [&] { return look(); });
}

void DrillChild::end() {
  if (look()) return;
  ::kill(pid_, SIGKILL);
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  status_ = status;
}

DrillEnd DrillChild::result() const {
  DrillEnd end;
  end.halt = page_->halt;
  end.crossed = instant(page_->crossed);
  end.terminated = instant(page_->terminated);
  end.from = page_->from;
  end.killed_by = status_ && WIFSIGNALED(*status_) ? WTERMSIG(*status_) : 0;
  end.gone = gone_;
  end.held = page_->held;
  return end;
}

}  // namespace forestall::cli
