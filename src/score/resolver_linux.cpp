// SPDX-License-Identifier: MIT
#include "score/resolver_linux.h"

#include <pthread.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <list>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "base/clock_linux.h"

namespace forestall {
namespace {

constexpr std::size_t kInbox = 512;
/// At the end, for those who are reading. Who takes longer is stuck.
constexpr auto kPatience = std::chrono::milliseconds(200);

std::optional<Resolver::Answer> answer_to(const Resolver::Question& q, const Resolver::Read& read) {
  const auto traits = read(q.id.pid);
  if (!traits || traits->id != q.id) return std::nullopt;
  return Resolver::Answer{q.id, FixedString<64>(traits->comm), q.book, q.book->profile(traits->view())};
}

}  // namespace

struct Resolver::Desk {
  struct Reading {
    ProcessId id;
    std::uint32_t uid;
    Instant begun;
  };

  explicit Desk(Read how) : read(std::move(how)) {
    inbox.reserve(kInbox);
    being_read.reserve(kMostThreads);
  }

  [[nodiscard]] static bool is_stuck(const Reading& r, Instant now) { return now - r.begun >= kStuckAfter; }

  [[nodiscard]] bool has_room_for(std::uint32_t uid) const {
    return uid == 0 || std::cmp_less(std::ranges::count(being_read, uid, &Reading::uid), kMostOfAUser);
  }

  /// As many of this user's are stuck as may be.
  [[nodiscard]] bool has_given_up(std::uint32_t uid, Instant now) const {
    const auto is_his_and_stuck = [&](const Reading& r) { return r.uid == uid && is_stuck(r, now); };
    return uid != 0 && std::cmp_greater_equal(std::ranges::count_if(being_read, is_his_and_stuck), kMostOfAUser);
  }

  [[nodiscard]] bool is_short_of_threads(Instant now) const {
    return being_read.size() == threads && threads < kMostThreads &&
           std::ranges::all_of(being_read, [&](const Reading& r) { return is_stuck(r, now); });
  }

  /// The last that may be read now; none if there is none.
  std::optional<Question> take_question() {
    const auto may = [this](const Question& q) { return has_room_for(q.uid); };
    const auto last = std::find_if(inbox.rbegin(), inbox.rend(), may);
    if (last == inbox.rend()) return std::nullopt;
    Question question = std::move(*last);
    inbox.erase(std::next(last).base());
    return question;
  }

  const Read read;
  std::mutex mutex;  ///< nobody allocates while it is held: the loop takes it too, when there may be no memory left
  std::condition_variable asked;
  std::condition_variable left;
  std::vector<Question> inbox;
  std::list<Answer> outbox;
  std::vector<Reading> being_read;
  std::size_t threads = 0;
  bool closed = false;
};

Resolver::Resolver(std::string proc)
    : Resolver([proc = std::move(proc)](std::int32_t pid) { return read_traits(proc, pid); }) {}

Resolver::Resolver(Read read) : desk_(std::make_shared<Desk>(std::move(read))) {
  for (std::size_t i = 0; i < kThreads; ++i) start_thread();
}

void Resolver::start_thread() {
  std::thread thread([desk = desk_] { work(*desk); });
  ::pthread_setname_np(thread.native_handle(), "resolver");
  thread.detach();
  const std::lock_guard lock(desk_->mutex);
  ++desk_->threads;
}

/// TasksMax= of the unit, or no memory: then those who are stuck have to be waited for.
void Resolver::try_to_start_thread() noexcept {
  try {
    start_thread();
  } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): asked again, it is tried again
  }
}

Resolver::~Resolver() {
  std::unique_lock lock(desk_->mutex);
  desk_->closed = true;
  desk_->asked.notify_all();
  desk_->left.wait_for(lock, kPatience, [this] { return desk_->threads == 0; });
}

Resolver::Reception Resolver::ask(Question question) {
  bool needs_thread = false;
  {
    const Instant now = monotonic_now();
    const std::lock_guard lock(desk_->mutex);
    std::vector<Question>& inbox = desk_->inbox;
    const bool asked = std::ranges::find(inbox, question.id, &Question::id) != inbox.end();
    const bool being_read =
        std::ranges::find(desk_->being_read, question.id, &Desk::Reading::id) != desk_->being_read.end();
    if (!asked) {
      if (being_read || desk_->has_given_up(question.uid, now)) return Reception::not_again;
      if (inbox.size() == kInbox) {
        std::erase_if(inbox, [&](const Question& q) { return desk_->has_given_up(q.uid, now); });
      }
      if (inbox.size() == kInbox) return Reception::no_room;
      inbox.push_back(std::move(question));
    }
    needs_thread = desk_->is_short_of_threads(now);
  }
  if (needs_thread) try_to_start_thread();
  desk_->asked.notify_one();
  return Reception::taken;
}

std::list<Resolver::Answer> Resolver::answers() {
  const std::unique_lock lock(desk_->mutex, std::try_to_lock);
  if (!lock) return {};
  return std::exchange(desk_->outbox, {});
}

bool Resolver::idle() {
  const std::lock_guard lock(desk_->mutex);
  return desk_->inbox.empty() && desk_->being_read.empty();
}

void Resolver::work(Desk& desk) {
  std::unique_lock lock(desk.mutex);
  while (true) {
    std::optional<Question> question;
    desk.asked.wait(lock, [&] { return desk.closed || (question = desk.take_question()); });
    if (desk.closed) break;
    desk.being_read.push_back({question->id, question->uid, monotonic_now()});
    lock.unlock();
    std::list<Answer> answer;
    if (auto found = answer_to(*question, desk.read)) answer.push_back(std::move(*found));
    lock.lock();
    std::erase_if(desk.being_read, [&](const Desk::Reading& r) { return r.id == question->id; });
    desk.outbox.splice(desk.outbox.end(), answer);
  }
  --desk.threads;
  desk.left.notify_all();
}

}  // namespace forestall
