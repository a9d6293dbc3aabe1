// SPDX-License-Identifier: MIT
#include "score/resolver_linux.h"

#include <pthread.h>

#include <algorithm>

#include "score/traits_linux.h"

namespace forestall {
namespace {

constexpr std::size_t kInbox = 512;

}  // namespace

Resolver::Resolver(std::string proc) : proc_(std::move(proc)), thread_([this] { run(); }) {
  ::pthread_setname_np(thread_.native_handle(), "resolver");
}

Resolver::~Resolver() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  work_.notify_one();
  thread_.join();
}

void Resolver::ask(Question question) {
  {
    const std::lock_guard lock(mutex_);
    const bool asked = std::ranges::find(inbox_, question.id, &Question::id) != inbox_.end();
    if (asked || inbox_.size() == kInbox) return;
    inbox_.push_back(std::move(question));
  }
  work_.notify_one();
}

std::vector<Resolver::Answer> Resolver::answers() {
  const std::unique_lock lock(mutex_, std::try_to_lock);
  if (!lock) return {};
  return std::exchange(outbox_, {});
}

bool Resolver::idle() {
  const std::lock_guard lock(mutex_);
  return inbox_.empty() && !busy_;
}

void Resolver::run() {
  while (true) {
    Question question;
    {
      std::unique_lock lock(mutex_);
      work_.wait(lock, [this] { return stop_ || !inbox_.empty(); });
      if (stop_) return;
      question = std::move(inbox_.back());
      inbox_.pop_back();
      busy_ = true;
    }
    auto answer = resolve(question);
    const std::lock_guard lock(mutex_);
    busy_ = false;
    if (answer) outbox_.push_back(std::move(*answer));
  }
}

std::optional<Resolver::Answer> Resolver::resolve(const Question& q) const {
  const auto traits = read_traits(proc_, q.id.pid);
  if (!traits || traits->id != q.id) return std::nullopt;
  return Answer{q.id, FixedString<64>(traits->comm), q.book, q.book->profile(traits->view())};
}

}  // namespace forestall
