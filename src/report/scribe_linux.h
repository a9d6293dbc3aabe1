// SPDX-License-Identifier: MIT
// Writes down what happened, in a thread of its own: a stalled journal or a full pipe must not keep the loop from
// watching memory. See docs/decisions/0003-a-thread-that-writes.md.
#pragma once

#include <array>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "forestall/ports.h"

namespace forestall {

class Scribe final : public IncidentSink {
 public:
  using Outlet = std::function<void(Event, const Incident&)>;
  /// Hears how many events were lost because the outlet was stuck.
  using Gap = std::function<void(unsigned)>;

  Scribe(Outlet outlet, Gap gap);
  /// Waits until all that was told is written.
  ~Scribe() override;
  Scribe(const Scribe&) = delete;
  Scribe& operator=(const Scribe&) = delete;

  /// Copies the incident and returns. When the outlet has been stuck for so long that the queue is full, the event is
  /// lost, and counted.
  void tell(Event event, const Incident& incident) override;

  /// Does this as well, after all that was told so far. Allocates: not for the hot path.
  void then(std::function<void()> task);

 private:
  struct Entry {
    Event event{};
    Incident incident;
  };
  static constexpr std::size_t kQueue = 12;

  void run();

  Outlet outlet_;
  Gap gap_;
  std::mutex mutex_;
  std::condition_variable work_;
  std::array<Entry, kQueue> queue_;
  std::size_t first_ = 0;
  std::size_t count_ = 0;
  unsigned lost_ = 0;
  std::vector<std::function<void()>> tasks_;
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace forestall
