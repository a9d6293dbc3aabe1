// SPDX-License-Identifier: MIT
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <functional>
#include <optional>
#include <string>
#include <thread>

#include "kinds.h"
#include "memory.h"
#include "message.h"
#include "pace.h"

namespace forestall::workload {
namespace {

/// Memory that is kept when a kind returns: the process holds it to its end.
Pages& lasting_pages(const Options& options) {
  static Pages pages(options.fill);
  return pages;
}

/// Takes --size, then calls `use` for one page after the other at `rate` per second.
void hold_and_use(Pages& pages, const Options& options, Bytes rate, const std::function<void()>& use) {
  pages.grow(*options.size);
  if (rate == 0 || pages.count() == 0) return;
  Pace pace(rate, kPage);
  for (;;) {
    for (std::uint64_t due = pace.next(); due > 0; --due) use();
  }
}

/// An existing file whose pages are read at random.
class DataFile {
 public:
  explicit DataFile(const std::string& path) : fd_(open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    const off_t size = fd_ < 0 ? -1 : lseek(fd_, 0, SEEK_END);  // of block devices too, whose st_size is 0
    if (size <= 0) say("reads no pages of " + path, size < 0 ? errno : 0);
    if (size > 0) pages_ = (static_cast<std::size_t>(size) + kPage - 1) / kPage;
  }

  void read_a_page(Random& random) {
    if (pages_ == 0) return;
    const auto offset = static_cast<off_t>(random.below(pages_) * kPage);
    [[maybe_unused]] const ssize_t got = pread(fd_, page_.data(), page_.size(), offset);
  }

 private:
  int fd_;
  std::size_t pages_ = 0;
  std::array<std::byte, kPage> page_{};
};

}  // namespace

void run_leak(const Options& options) { lasting_pages(options).grow_steadily(*options.rate, options.size); }

void run_burst(const Options& options) { lasting_pages(options).grow(*options.size); }

void run_hold(const Options& options) {
  Pages& pages = lasting_pages(options);
  std::size_t next = 0;
  hold_and_use(pages, options, options.touch.value_or(200 * kMiB), [&] {
    pages[next].back() ^= std::byte{1};
    next = (next + 1) % pages.count();
  });
}

void run_database(const Options& options) {
  Pages& pages = lasting_pages(options);
  Random random;
  std::optional<DataFile> file;
  if (!options.file.empty()) file.emplace(options.file);
  hold_and_use(pages, options, options.touch.value_or(20 * kMiB), [&] {
    read_byte(pages[random.below(pages.count())].front());
    if (file) file->read_a_page(random);
  });
}

void run_spike(const Options& options) {
  for (unsigned i = 0; i < options.times; ++i) {
    Pages pages(options.fill);
    pages.grow(*options.size);
    std::this_thread::sleep_for(options.hold);
    pages.give_back();
    std::this_thread::sleep_for(options.pause);
  }
}

void run_busy(const Options&) {
  for (volatile unsigned turns = 0;;) turns = turns + 1;
}

}  // namespace forestall::workload
