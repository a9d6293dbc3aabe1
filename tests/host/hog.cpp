// SPDX-License-Identifier: MIT
// A program that takes memory in a known way, for the host tests to have it killed. It cannot hurt the machine: it
// never takes more than it was told beforehand (RLIMIT_AS holds it to that), stops while memory is still left, and
// dies of SIGALRM at the end of its lifetime.
#include <fcntl.h>
#include <grp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "host/hog_note.h"
#include "support/clock_linux.h"

namespace {

using forestall::Bytes;
using forestall::kGiB;
using forestall::kKiB;
using forestall::kMiB;
using forestall::testing::HogNote;
using forestall::testing::now;

constexpr Bytes kMost = 8 * kGiB;       ///< no --limit beyond this
constexpr Bytes kFloor = 512 * kMiB;    ///< takes no more when less than this is available
constexpr unsigned kLongestLife = 120;  ///< seconds
constexpr Bytes kOverhead = 64 * kMiB;  ///< of address space, for libraries and the stack
constexpr int kBadUse = 2;

constexpr std::string_view kUsage =
    "Usage: forestall_hog leak --rate MiB/s --start MiB --limit MiB [--ignore-term | --save-seconds S --save-file "
    "FILE]\n"
    "       forestall_hog steady --limit MiB\n"
    "Both:  [--lifetime S] [--comm NAME] [--uid UID] [--note-fd FD]\n";

enum class OnTerm { die, ignore, save };

struct Options {
  bool leaks = false;
  Bytes rate = 0;  ///< per second
  Bytes start = 0;
  Bytes limit = 0;
  OnTerm on_term = OnTerm::die;
  unsigned save_seconds = 0;
  std::string save_file;
  unsigned lifetime = 60;
  std::string comm;
  std::optional<unsigned> uid;
  int note_fd = -1;
};

/// What the signal handler may touch.
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

[[noreturn]] void refuse(std::string_view why) {
  std::fprintf(stderr, "forestall_hog: %.*s\n%.*s", static_cast<int>(why.size()), why.data(),
               static_cast<int>(kUsage.size()), kUsage.data());
  std::exit(kBadUse);
}

/// The command line as name and value; flags have the value "".
std::map<std::string, std::string> split(int argc, char** argv) {
  std::map<std::string, std::string> given;
  for (int i = 2; i < argc; ++i) {
    const std::string name = argv[i];
    const bool flag = name == "--ignore-term";
    if (!flag && i + 1 == argc) refuse(name + " lacks its value");
    given[name] = flag ? "" : argv[++i];
  }
  return given;
}

unsigned number(const std::string& text) {
  unsigned n = 0;
  const char* last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, n);
  if (error != std::errc{} || end != last || n > 1'000'000) refuse("not a number: " + text);
  return n;
}

void set(Options& o, const std::string& name, const std::string& value) {
  if (name == "--rate")
    o.rate = number(value) * kMiB;
  else if (name == "--start")
    o.start = number(value) * kMiB;
  else if (name == "--limit")
    o.limit = number(value) * kMiB;
  else if (name == "--ignore-term")
    o.on_term = OnTerm::ignore;
  else if (name == "--save-seconds")
    o.save_seconds = number(value);
  else if (name == "--save-file")
    o.save_file = value;
  else if (name == "--lifetime")
    o.lifetime = number(value);
  else if (name == "--comm")
    o.comm = value;
  else if (name == "--uid")
    o.uid = number(value);
  else if (name == "--note-fd")
    o.note_fd = static_cast<int>(number(value));
  else
    refuse("there is no option " + name);
}

Options parse(int argc, char** argv) {
  const std::string_view kind = argc > 1 ? argv[1] : "";
  if (kind != "leak" && kind != "steady") refuse("the first argument is leak or steady");
  Options o;
  o.leaks = kind == "leak";
  for (const auto& [name, value] : split(argc, argv)) set(o, name, value);
  if (o.limit == 0 || o.limit > kMost) refuse("--limit is needed, and at most 8192");
  if (o.lifetime == 0 || o.lifetime > kLongestLife) refuse("--lifetime is at most 120");
  if (o.leaks && o.rate == 0) refuse("leak needs --rate");
  if (!o.save_file.empty()) o.on_term = OnTerm::save;
  if (!o.leaks) o.start = o.limit, o.rate = 0;
  o.start = std::min(o.start, o.limit);
  return o;
}

void be_bounded(const Options& o) {
  const rlimit space{o.limit + kOverhead, o.limit + kOverhead};
  const rlimit no_core{0, 0};
  if (setrlimit(RLIMIT_AS, &space) != 0 || setrlimit(RLIMIT_CORE, &no_core) != 0) refuse("setrlimit failed");
  alarm(o.lifetime);
}

void be_who_it_says(const Options& o) {
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
  struct sigaction action {};
  action.sa_handler = handle_term;
  sigaction(SIGTERM, &action, nullptr);
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

  void fill_up_to(Bytes target) {
    target = std::min(target, size_);
    for (; held_ < target; held_ += page_) {
      if (held_ % (64 * kMiB) == 0 && available() < kFloor) return;
      base_[held_] = 1;
      note->held.store(held_ + page_, std::memory_order_relaxed);
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
int save(const Options& o) {
  constexpr unsigned lines_per_second = 20;
  std::ofstream file(o.save_file);
  const auto begin = now();
  const unsigned lines = o.save_seconds * lines_per_second;
  for (unsigned i = 1; i <= lines; ++i) {
    file << "line " << i << std::endl;
    forestall::testing::sleep_until(begin + i * std::chrono::seconds(1) / lines_per_second);
  }
  file << "complete" << std::endl;
  return file ? EXIT_SUCCESS : EXIT_FAILURE;
}

int run(const Options& o) {
  const auto round = std::chrono::milliseconds(o.leaks ? 5 : 25);
  constexpr Bytes largest_step = 8 * kMiB;  // small, so that the note is fresh on a machine that is slow to fault in
  Arena arena(o.limit);
  const auto begin = now();
  for (auto next = begin; save_now == 0; next = std::max(next + round, now())) {
    const auto microseconds = static_cast<Bytes>((now() - begin) / std::chrono::microseconds(1));
    const Bytes leaked = o.rate * microseconds / 1'000'000;
    arena.fill_up_to(std::min(o.start + leaked, note->held + largest_step));
    if (!o.leaks && note->held >= o.limit) arena.touch_all();
    ++note->beats;
    forestall::testing::sleep_until(next);
  }
  return save(o);
}

}  // namespace

int main(int argc, char** argv) {
  const Options options = parse(argc, argv);
  be_bounded(options);
  be_who_it_says(options);
  return run(options);
}
