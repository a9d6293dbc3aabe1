// SPDX-License-Identifier: MIT
// A program that takes memory in a known way, alone or with children, for the host tests to have it killed. It cannot
// hurt the machine: it never takes more than it was told beforehand (RLIMIT_AS holds each process to that, and the
// children are counted), stops while memory is still left, dies of SIGALRM at the end of its lifetime, and its children
// with it.
#include <grp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <string>
#include <thread>

#include "host/hog_note.h"
#include "host/hog_options.h"
#include "support/clock_linux.h"

namespace {

using forestall::Bytes;
using forestall::kGiB;
using forestall::kKiB;
using forestall::kMiB;
using forestall::testing::HogKind;
using forestall::testing::HogNote;
using forestall::testing::HogOptions;
using forestall::testing::now;
using forestall::testing::OnTerm;
using forestall::testing::refuse;
using forestall::testing::sleep_until;

constexpr Bytes kFloor = 512 * kMiB;    ///< takes no more when less than this is available
constexpr Bytes kOverhead = 64 * kMiB;  ///< of address space, for libraries and the stack
constexpr unsigned kMostStarts = 10;    ///< a child that dies is replaced up to here

/// What a child gets when its parent is dead. Lower signals are taken first: a SIGTERM that waits too is counted.
const int kParentDied = SIGRTMIN;

/// What the signal handlers may touch.
HogNote own_note;
HogNote* note = &own_note;
OnTerm on_term = OnTerm::die;
volatile std::sig_atomic_t save_now = 0;

void handle_term(int) {
  if (note->terms.fetch_add(1) == 0) {
    note->held_at_term = note->held.load();
    note->term_at = now().time_since_epoch().count();
  }
  if (on_term == OnTerm::save) save_now = 1;
  if (on_term != OnTerm::die) return;
  std::signal(SIGTERM, SIG_DFL);
  std::raise(SIGTERM);  // delivered as this handler returns: the death is that of any plain program
}

void handle_continue(int) { ++note->resumed; }

[[noreturn]] void handle_death_of_parent(int) {
  ++note->orphans;
  _exit(EXIT_FAILURE);
}

void handle(int signal, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  sigaddset(&action.sa_mask, kParentDied);
  sigaction(signal, &action, nullptr);
}

void be_bounded(const HogOptions& o) {
  const rlimit space{o.limit + kOverhead, o.limit + kOverhead};
  const rlimit no_core{0, 0};
  if (setrlimit(RLIMIT_AS, &space) != 0 || setrlimit(RLIMIT_CORE, &no_core) != 0) refuse("setrlimit failed");
  alarm(o.lifetime);
}

void be_who_it_says(const HogOptions& o) {
  if (o.note_fd >= 0) {
    void* page = mmap(nullptr, sizeof(HogNote), PROT_READ | PROT_WRITE, MAP_SHARED, o.note_fd, 0);
    if (page == MAP_FAILED) refuse("--note-fd cannot be mapped");
    note = static_cast<HogNote*>(page);
  }
  if (o.uid && (setgroups(0, nullptr) != 0 || setresgid(*o.uid, *o.uid, *o.uid) != 0 ||
                setresuid(*o.uid, *o.uid, *o.uid) != 0)) {
    refuse("--uid needs root");
  }
  if (!o.comm.empty()) prctl(PR_SET_NAME, o.comm.c_str());
  prctl(PR_SET_PDEATHSIG, SIGKILL);  // after the change of user, which would clear it
  on_term = o.on_term;
  handle(SIGTERM, handle_term);
  handle(SIGCONT, handle_continue);
  handle(kParentDied, handle_death_of_parent);
}

Bytes available() {
  std::ifstream meminfo("/proc/meminfo");
  std::string name;
  for (Bytes kib = 0; meminfo >> name;) {
    if (name == "MemAvailable:" && meminfo >> kib) return kib * kKiB;
  }
  return 0;
}

/// Address space that is filled from its beginning.
class Arena {
 public:
  explicit Arena(Bytes size) : size_(size) {
    void* at = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (at == MAP_FAILED) refuse("no address space of that size");
    base_ = static_cast<volatile char*>(at);
  }

  [[nodiscard]] Bytes held() const { return held_; }
  void fill_up_to(Bytes target) {
    target = std::min(target, size_);
    for (; held_ < target; held_ += page_) {
      if (held_ % (64 * kMiB) == 0 && available() < kFloor) return;
      base_[held_] = 1;
      note->held.fetch_add(page_, std::memory_order_relaxed);
    }
  }
  void touch_all() {
    for (Bytes at = 0; at < held_; at += page_) base_[at] = static_cast<char>(base_[at] + 1);
  }

 private:
  static constexpr Bytes page_ = 4 * kKiB;
  volatile char* base_ = nullptr;
  Bytes size_ = 0;
  Bytes held_ = 0;
};

/// The work that a well-behaved program saves: one line at a time, the last one says that nothing is missing.
int save(const HogOptions& o) {
  constexpr unsigned lines_per_second = 20;
  std::ofstream file(o.save_file);
  const auto begin = now();
  const unsigned lines = o.save_seconds * lines_per_second;
  for (unsigned i = 1; i <= lines; ++i) {
    file << "line " << i << std::endl;
    sleep_until(begin + i * std::chrono::seconds(1) / lines_per_second);
  }
  file << "complete" << std::endl;
  return file ? EXIT_SUCCESS : EXIT_FAILURE;
}

/// Takes what it starts with, and more at its rate.
int take(const HogOptions& o) {
  const auto round = std::chrono::milliseconds(o.rate > 0 ? 5 : 25);
  constexpr Bytes largest_step = 8 * kMiB;  // small, so that the note is fresh on a machine that is slow to fault in
  Arena arena(o.limit);
  const auto begin = now();
  for (auto next = begin; save_now == 0; next = std::max(next + round, now())) {
    const auto microseconds = static_cast<Bytes>((now() - begin) / std::chrono::microseconds(1));
    const Bytes leaked = o.rate * microseconds / 1'000'000;
    arena.fill_up_to(std::min(o.start + leaked, arena.held() + largest_step));
    if (o.rate == 0 && arena.held() >= o.limit) arena.touch_all();
    ++note->beats;
    sleep_until(next);
  }
  return save(o);
}

/// One of many: it takes its part at once and only waits from then on, so that hundreds leave the processors alone.
int take_part(const HogOptions& o) {
  Arena arena(o.limit);
  arena.fill_up_to(o.limit);
  while (true) sleep_until(now() + std::chrono::seconds(1));
}

/// A child that lives `life`, as bounded as its parent, and no longer than it. Its pid; -1 if there can be none.
pid_t beget(const HogOptions& o, int (*life)(const HogOptions&)) {
  const pid_t parent = getpid();
  ++note->births;
  const pid_t child = fork();
  if (child != 0) return child;
  prctl(PR_SET_PDEATHSIG, kParentDied);
  if (getppid() != parent) std::raise(kParentDied);  // it died before it was asked for
  alarm(o.lifetime);
  _exit(life(o));
}

/// The head of a process group of its own, as a job of a shell is; its memory is in its children.
void be_a_parent() {
  if (setpgid(0, 0) != 0) refuse("setpgid failed");
}

int swarm(const HogOptions& o) {
  sleep_until(now() + o.settle);
  be_a_parent();
  constexpr unsigned most_after_term = 30;
  std::optional<unsigned> born_at_term;
  unsigned born = 0;
  for (auto next = now();; next = std::max(next + o.every, now())) {
    if (note->terms > 0 && !born_at_term) born_at_term = born;
    const unsigned most = born_at_term ? std::min(o.children, *born_at_term + most_after_term) : o.children;
    if (born < most && available() >= kFloor && beget(o, take_part) > 0) ++born;
    ++note->beats;
    sleep_until(next);
  }
}

int respawn(const HogOptions& o) {
  be_a_parent();
  for (unsigned starts = 0; starts < kMostStarts; ++starts) {
    const pid_t child = beget(o, take);
    while (waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
    }
    note->held = 0;
    sleep_until(now() + std::chrono::milliseconds(50));
  }
  return EXIT_SUCCESS;
}

int run(const HogOptions& o) {
  switch (o.kind) {
    case HogKind::leak:
    case HogKind::steady: return take(o);
    case HogKind::swarm: return swarm(o);
    case HogKind::respawn: return respawn(o);
  }
  return EXIT_FAILURE;
}

/// Goes on in a second thread: of the first one nothing is left but a zombie.
[[noreturn]] void run_headless(const HogOptions& o) {
  std::thread([o] {
    prctl(PR_SET_PDEATHSIG, SIGKILL);  // it is a thread's own
    std::exit(run(o));
  }).detach();
  syscall(SYS_exit, EXIT_SUCCESS);
  std::abort();
}

}  // namespace

int main(int argc, char** argv) {
  const HogOptions options = forestall::testing::parse_hog_options(argc, argv);
  be_bounded(options);
  be_who_it_says(options);
  if (options.headless) run_headless(options);
  return run(options);
}
