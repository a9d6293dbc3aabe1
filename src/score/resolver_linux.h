// SPDX-License-Identifier: MIT
// Finds out what may not be read on the hot path: the command line and the program file of a process. Reading the first
// can fault pages of the process in and wait for its locks, so it happens in threads of their own, ahead of need.
#pragma once

#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>

#include "forestall/process.h"
#include "score/match.h"
#include "score/traits_linux.h"

namespace forestall {

class Resolver {
 public:
  struct Question {
    ProcessId id;
    std::shared_ptr<const MatchBook> book;
  };
  struct Answer {
    ProcessId id;
    FixedString<64> comm;  ///< what it called itself when it was read
    std::shared_ptr<const MatchBook> book;
    Profile profile;
  };
  /// read_traits(), or what a test puts in its place. Called by several threads at once.
  using Read = std::function<std::optional<OwnedTraits>(std::int32_t pid)>;

  /// Whoever reads a process whose memory map is locked (mmap_lock: a page fault that a dead file system does not
  /// answer holds it) waits as long as that lasts. So many such processes there may be, less one, and the others are
  /// still read.
  static constexpr std::size_t kThreads = 4;

  explicit Resolver(std::string proc);
  explicit Resolver(Read read);
  /// A thread that is stuck is left behind.
  ~Resolver();
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;

  /// Never waits. False: it was dropped, and has to be asked again. So is one too many, and one about a process that is
  /// just read.
  bool ask(Question question);
  /// The answers since the last call. Processes that have gone meanwhile get none. Never waits, not even for a thread
  /// that is just writing one: then there is none this time.
  std::list<Answer> answers();
  /// Every question so far has its answer.
  bool idle();

 private:
  struct Desk;
  static void work(Desk& desk);

  std::shared_ptr<Desk> desk_;  ///< the threads have it too: one that is stuck outlives the Resolver
};

}  // namespace forestall
