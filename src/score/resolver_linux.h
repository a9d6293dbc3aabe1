// SPDX-License-Identifier: MIT
// Finds out what may not be read on the hot path: the command line and the program file of a process. Reading the first
// can fault pages of the process in and wait for its locks, so it happens in a thread of its own, ahead of need.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "forestall/process.h"
#include "score/match.h"

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

  explicit Resolver(std::string proc);
  ~Resolver();
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;

  /// Never waits. A question too many is dropped: it will be asked again.
  void ask(Question question);
  /// The answers since the last call. Processes that have gone meanwhile get none. Never waits, not even for the thread
  /// that is just writing one: then there is none this time.
  std::vector<Answer> answers();
  /// Every question so far has its answer.
  bool idle();

 private:
  void run();
  [[nodiscard]] std::optional<Answer> resolve(const Question& question) const;

  std::string proc_;
  std::mutex mutex_;
  std::condition_variable work_;
  std::vector<Question> inbox_;
  std::vector<Answer> outbox_;
  bool busy_ = false;
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace forestall
