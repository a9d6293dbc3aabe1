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
    std::uint32_t uid = 0;
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
  /// answer holds it) waits as long as that lasts. So of one user, but root, no more than kMostOfAUser are read at a
  /// time; and when all threads are stuck another is started, until there are kMostThreads.
  static constexpr std::size_t kThreads = 4;
  static constexpr std::size_t kMostOfAUser = kThreads - 1;
  static constexpr std::size_t kMostThreads = 16;
  /// Who takes longer is stuck.
  static constexpr Duration kStuckAfter = std::chrono::seconds(1);

  explicit Resolver(std::string proc);
  explicit Resolver(Read read);
  /// A thread that is stuck is left behind.
  ~Resolver();
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;

  enum class Reception : std::uint8_t {
    taken,
    no_room,   ///< one too many: to be asked again
    not_again  ///< it is just being read, or too many of its user's are stuck
  };
  /// Never waits.
  Reception ask(Question question);
  /// The answers since the last call. Processes that have gone meanwhile get none. Never waits, not even for a thread
  /// that is just writing one: then there is none this time.
  std::list<Answer> answers();
  /// Every question so far has its answer.
  bool idle();

 private:
  struct Desk;
  void start_thread();
  void try_to_start_thread() noexcept;
  static void work(Desk& desk);

  std::shared_ptr<Desk> desk_;  ///< the threads have it too: one that is stuck outlives the Resolver
};

}  // namespace forestall
