// SPDX-License-Identifier: MIT
#include "score/resolver_linux.h"

#include <pthread.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <list>
#include <mutex>
#include <thread>
#include <vector>

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
  explicit Desk(Read how) : read(std::move(how)) {
    inbox.reserve(kInbox);
    being_read.reserve(kThreads);
  }

  const Read read;
  std::mutex mutex;  ///< nobody allocates while it is held: the loop takes it too, when there may be no memory left
  std::condition_variable asked;
  std::condition_variable left;
  std::vector<Question> inbox;
  std::list<Answer> outbox;
  std::vector<ProcessId> being_read;
  std::size_t threads = kThreads;
  bool closed = false;
};

Resolver::Resolver(std::string proc)
    : Resolver([proc = std::move(proc)](std::int32_t pid) { return read_traits(proc, pid); }) {}

Resolver::Resolver(Read read) : desk_(std::make_shared<Desk>(std::move(read))) {
  for (std::size_t i = 0; i < kThreads; ++i) {
    std::thread thread([desk = desk_] { work(*desk); });
    ::pthread_setname_np(thread.native_handle(), "resolver");
    thread.detach();
  }
}

Resolver::~Resolver() {
  std::unique_lock lock(desk_->mutex);
  desk_->closed = true;
  desk_->asked.notify_all();
  desk_->left.wait_for(lock, kPatience, [this] { return desk_->threads == 0; });
}

bool Resolver::ask(Question question) {
  {
    const std::lock_guard lock(desk_->mutex);
    std::vector<Question>& inbox = desk_->inbox;
    const bool asked = std::ranges::find(inbox, question.id, &Question::id) != inbox.end();
    const bool being_read = std::ranges::find(desk_->being_read, question.id) != desk_->being_read.end();
    if (asked) return true;
    if (being_read || inbox.size() == kInbox) return false;
    inbox.push_back(std::move(question));
  }
  desk_->asked.notify_one();
  return true;
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
    desk.asked.wait(lock, [&] { return desk.closed || !desk.inbox.empty(); });
    if (desk.closed) break;
    const Question question = std::move(desk.inbox.back());
    desk.inbox.pop_back();
    desk.being_read.push_back(question.id);
    lock.unlock();
    std::list<Answer> answer;
    if (auto found = answer_to(question, desk.read)) answer.push_back(std::move(*found));
    lock.lock();
    std::erase(desk.being_read, question.id);
    desk.outbox.splice(desk.outbox.end(), answer);
  }
  --desk.threads;
  desk.left.notify_all();
}

}  // namespace forestall
