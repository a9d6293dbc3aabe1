// SPDX-License-Identifier: MIT
#include "support/fake_journald_linux.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "base/text.h"
#include "support/clock_linux.h"

namespace forestall::testing {
namespace {

/// An entry that does not fit into a datagram comes as a sealed memfd, or a deleted file, with no bytes beside it.
std::string content_of(const Fd& file) {
  struct stat about {};
  if (fstat(file.get(), &about) != 0 || about.st_size <= 0) return {};
  std::string bytes(static_cast<std::size_t>(about.st_size), '\0');
  const ssize_t n = pread(file.get(), bytes.data(), bytes.size(), 0);
  bytes.resize(n < 0 ? 0 : static_cast<std::size_t>(n));
  return bytes;
}

Fd passed_file(msghdr& message) {
  for (cmsghdr* c = CMSG_FIRSTHDR(&message); c != nullptr; c = CMSG_NXTHDR(&message, c)) {
    if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS || c->cmsg_len < CMSG_LEN(sizeof(int))) continue;
    int fd = -1;
    std::memcpy(&fd, CMSG_DATA(c), sizeof fd);
    return Fd(fd);
  }
  return Fd();
}

/// The binary form of a value: its length as 64 bits, least significant byte first, then its bytes and a newline.
std::optional<std::string> take_counted(std::string_view& rest) {
  constexpr std::size_t head = 8;
  if (rest.size() < head) return std::nullopt;
  std::uint64_t length = 0;
  for (std::size_t i = head; i-- > 0;) length = length << 8U | static_cast<unsigned char>(rest[i]);
  rest.remove_prefix(head);
  if (rest.size() <= length || rest[length] != '\n') return std::nullopt;
  std::string value(rest.substr(0, length));
  rest.remove_prefix(length + 1);
  return value;
}

}  // namespace

std::string JournalRecord::text(std::string_view field) const {
  const auto found = fields.find(field);
  return found == fields.end() ? std::string() : found->second;
}

std::optional<std::uint64_t> JournalRecord::number(std::string_view field) const { return parse_unsigned(text(field)); }

std::optional<JournalRecord> parse_journal_datagram(std::string_view bytes) {
  JournalRecord record;
  while (!bytes.empty()) {
    const std::size_t end = bytes.find_first_of("=\n");
    if (end == 0 || end == std::string_view::npos) return std::nullopt;
    const std::string name(bytes.substr(0, end));
    const bool counted = bytes[end] == '\n';
    bytes.remove_prefix(end + 1);
    if (counted) {
      std::optional<std::string> value = take_counted(bytes);
      if (!value) return std::nullopt;
      record.fields[name] = std::move(*value);
    } else {
      if (bytes.find('\n') == std::string_view::npos) return std::nullopt;
      record.fields[name] = std::string(take_line(bytes));
    }
  }
  return record;
}

FakeJournald::FakeJournald() {
  std::filesystem::create_directories(std::filesystem::path(kSocket).parent_path());
  std::filesystem::remove(kSocket);
  socket_ = Fd(socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, kSocket, sizeof address.sun_path - 1);
  if (bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    throw std::system_error(errno, std::generic_category(), kSocket);
  }
}

void FakeJournald::drain() {
  while (true) {
    const ssize_t waiting = recv(socket_.get(), nullptr, 0, MSG_PEEK | MSG_TRUNC);
    if (waiting < 0) return;
    buffer_.resize(static_cast<std::size_t>(waiting));
    alignas(cmsghdr) char control[256];
    iovec part{buffer_.data(), buffer_.size()};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    const ssize_t n = recvmsg(socket_.get(), &message, MSG_CMSG_CLOEXEC);
    if (n < 0) return;
    const Fd file = passed_file(message);
    if (file) {
      take(content_of(file));
    } else {
      take({buffer_.data(), static_cast<std::size_t>(n)});
    }
  }
}

void FakeJournald::take(std::string_view bytes) {
  std::optional<JournalRecord> record = parse_journal_datagram(bytes);
  if (!record) {
    ++broken_;
    return;
  }
  record->arrived = now();
  records_.push_back(std::move(*record));
}

std::vector<JournalRecord> FakeJournald::events(std::string_view event) const {
  std::vector<JournalRecord> found;
  for (const JournalRecord& record : records_) {
    if (record.text("EVENT") == event) found.push_back(record);
  }
  return found;
}

}  // namespace forestall::testing
