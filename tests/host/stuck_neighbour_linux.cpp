// SPDX-License-Identifier: MIT
#include "host/stuck_neighbour_linux.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/fuse.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <filesystem>

#include "support/clock_linux.h"
#include "support/private_world_linux.h"

namespace forestall::testing {
namespace {

using namespace std::chrono_literals;

constexpr const char* kMount = "/run/forestall-stuck";
constexpr std::uint64_t kRoot = 1;  // FUSE_ROOT_ID
constexpr std::uint64_t kFile = 2;
constexpr std::size_t kPage = 4096;

fuse_attr attributes(std::uint64_t inode) {
  fuse_attr a{};
  a.ino = inode;
  a.mode = inode == kRoot ? S_IFDIR | 0755U : S_IFREG | 0644U;
  a.nlink = 1;
  a.size = inode == kRoot ? 0 : kPage;
  a.blksize = kPage;
  return a;
}

template <typename Body>
void answer(int fuse, std::uint64_t question, const Body& body) {
  struct {
    fuse_out_header header;
    Body body;
  } message{{sizeof message, 0, question}, body};
  (void)!::write(fuse, &message, sizeof message);
}

void refuse_to_do(int fuse, std::uint64_t question) {
  const fuse_out_header header{sizeof header, -ENOSYS, question};
  (void)!::write(fuse, &header, sizeof header);
}

/// A file system with one file, every name of it: it can be opened, and never be read. Until `fuse` is closed.
void serve(int fuse) {
  constexpr std::uint64_t forever = 1000;
  alignas(fuse_in_header) std::array<char, 128 * 1024> request;  // NOLINT: filled by the kernel
  while (true) {
    if (::read(fuse, request.data(), request.size()) < 0) {
      if (errno == EINTR || errno == EAGAIN) continue;
      return;
    }
    fuse_in_header in;
    std::memcpy(&in, request.data(), sizeof in);
    fuse_init_out init{};
    init.major = FUSE_KERNEL_VERSION;
    init.minor = 31;
    init.max_write = kPage;
    fuse_entry_out entry{};
    entry.nodeid = kFile;
    entry.attr_valid = entry.entry_valid = forever;
    entry.attr = attributes(kFile);
    fuse_attr_out attr{};
    attr.attr_valid = forever;
    attr.attr = attributes(in.nodeid);
    switch (in.opcode) {
      case FUSE_INIT: answer(fuse, in.unique, init); break;
      case FUSE_LOOKUP: answer(fuse, in.unique, entry); break;
      case FUSE_GETATTR: answer(fuse, in.unique, attr); break;
      case FUSE_OPEN: answer(fuse, in.unique, fuse_open_out{}); break;
      case FUSE_READ: break;  // the point of it all
      case FUSE_FORGET:
      case FUSE_INTERRUPT: break;  // these want no answer
      default: refuse_to_do(fuse, in.unique);
    }
  }
}

/// False if the child has not ended by itself after `patience`.
bool ends_within(pid_t child, Duration patience) {
  for (const Instant due = now() + patience; now() < due; ::usleep(1000)) {
    if (::waitpid(child, nullptr, WNOHANG) == child) return true;
  }
  return false;
}

[[noreturn]] void read_and_leave(const std::string& path, off_t offset) {
  std::array<char, 64> buffer;  // NOLINT
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  (void)!::pread(fd, buffer.data(), 1, offset);
  ::_exit(EXIT_SUCCESS);
}

}  // namespace

StuckNeighbour::StuckNeighbour(Bytes size) {
  make(size);
  if (why_not_.empty() && !is_stuck()) why_not_ = "its command line can be read all the same";
}

void StuckNeighbour::make(Bytes size) {
  if (!is_private_world()) {
    why_not_ = why_not_private();
    return;
  }
  fuse_ = Fd(::open("/dev/fuse", O_RDWR | O_CLOEXEC));
  if (!fuse_) {
    why_not_ = fmt::format("/dev/fuse: {}", std::strerror(errno));
    return;
  }
  std::filesystem::create_directories(kMount);
  const std::string options = fmt::format("fd={},rootmode=40000,user_id=0,group_id=0,allow_other", fuse_.get());
  if (::mount("dead", kMount, "fuse", MS_NOSUID | MS_NODEV, options.c_str()) != 0) {
    why_not_ = fmt::format("mounting FUSE: {}", std::strerror(errno));
    return;
  }
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    why_not_ = std::strerror(errno);
    return;
  }
  const Fd other(ends[0]);
  begin_ = Fd(ends[1]);
  pid_ = ::fork();
  if (pid_ == 0) {
    ::setpgid(0, 0);
    begin_.close();
    char nothing = 0;
    (void)!::read(other.get(), &nothing, 1);
    live(size);
  }
  server_ = std::thread(serve, fuse_.get());
  begin_.close();
}

/// Only system calls from here on: this is the child of a program with threads.
void StuckNeighbour::live(Bytes size) const {
  const int file = ::open((std::string(kMount) + "/page").c_str(), O_RDONLY | O_CLOEXEC);
  void* const page = ::mmap(nullptr, kPage, PROT_READ, MAP_SHARED, file, 0);
  void* const memory = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
  if (page == MAP_FAILED || memory == MAP_FAILED) ::_exit(EXIT_FAILURE);
  const std::string own = "/proc/" + std::to_string(::getpid()) + "/mem";
  if (::fork() == 0) read_and_leave(own, reinterpret_cast<off_t>(page));
  ::usleep(300'000);  // until the reader waits
  ::mmap(nullptr, kPage, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  while (true) ::pause();
}

bool StuckNeighbour::is_stuck() const {
  // The neighbour itself needs a moment to be so.
  for (const Instant due = now() + 5s; now() < due;) {
    const pid_t reader = ::fork();
    if (reader == 0) read_and_leave(fmt::format("/proc/{}/cmdline", pid_), 0);
    if (ends_within(reader, 500ms)) continue;
    ::kill(reader, SIGKILL);
    ::waitpid(reader, nullptr, 0);
    return true;
  }
  return false;
}

int StuckNeighbour::killed_by() {
  if (!ended_ && pid_ > 0) ended_ = ::waitpid(pid_, &status_, WNOHANG) == pid_;
  return ended_ && WIFSIGNALED(status_) ? WTERMSIG(status_) : 0;
}

StuckNeighbour::~StuckNeighbour() {
  if (pid_ > 0) ::kill(-pid_, SIGKILL);
  ::umount2(kMount, MNT_FORCE | MNT_DETACH);  // forced: all requests fail, and all who wait for them go on
  if (server_.joinable()) server_.join();
  // The one who read its memory is our child now, as every orphan is: we are PID 1.
  while (pid_ > 0 && (::waitpid(-pid_, nullptr, 0) > 0 || errno == EINTR)) {
  }
}

}  // namespace forestall::testing
