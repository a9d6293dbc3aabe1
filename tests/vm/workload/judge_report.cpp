// SPDX-License-Identifier: MIT
#include "judge_report.h"

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <string>

#include "message.h"

namespace forestall::workload {

void JudgeReport::open(const char* path) {
  // For reading too: so a fifo opens before its reader comes, and outlives it.
  fd_ = ::open(path, O_RDWR | O_NONBLOCK | O_APPEND | O_CREAT | O_NOCTTY | O_CLOEXEC, 0644);
  if (fd_ < 0) {
    say(std::string("cannot open ") + path, errno);
    std::exit(EXIT_FAILURE);
  }
  termios line{};
  if (tcgetattr(fd_, &line) != 0) return;  // no terminal
  cfmakeraw(&line);
  line.c_cflag |= CLOCAL;  // the line is used whether or not anybody has raised carrier
  if (tcsetattr(fd_, TCSANOW, &line) != 0) say(std::string("cannot set raw: ") + path, errno);
}

void JudgeReport::line(std::string_view word, std::initializer_list<std::int64_t> numbers) {
  constexpr std::size_t kLongestNumber = 21;  // a blank, a sign, 19 digits
  if (word.size() + numbers.size() * kLongestNumber + 1 > waiting_.size() - used_) return;
  char* end = waiting_.data() + used_;
  end += word.copy(end, word.size());
  for (const std::int64_t number : numbers) {
    *end++ = ' ';
    end = std::to_chars(end, waiting_.data() + waiting_.size(), number).ptr;
  }
  *end++ = '\n';
  used_ = static_cast<std::size_t>(end - waiting_.data());
  send();
}

void JudgeReport::send() {
  if (used_ == 0) return;
  const ssize_t taken = write(fd_, waiting_.data(), used_);
  if (taken <= 0) return;
  used_ -= static_cast<std::size_t>(taken);
  std::memmove(waiting_.data(), waiting_.data() + taken, used_);
}

}  // namespace forestall::workload
