// SPDX-License-Identifier: MIT
#include "replay/transcript_linux.h"

#include <gmock/gmock.h>

#include <csignal>

namespace forestall::testing {
namespace {

using ::testing::HasSubstr;

struct Pipe {
  Pipe() {
    int ends[2] = {-1, -1};
    if (::pipe(ends) == 0) {
      read = Fd(ends[0]);
      write = Fd(ends[1]);
    }
  }
  Fd read, write;
};

std::string all_of(const Fd& file) {
  std::string text;
  char buffer[4096];
  for (ssize_t n = 0; (n = ::read(file.get(), buffer, sizeof buffer)) > 0;) {
    text.append(buffer, static_cast<std::size_t>(n));
  }
  return text;
}

TEST(Transcript, KeepsTheOrderOfLines) {
  Pipe pipe;
  {
    Transcript transcript(std::move(pipe.write), "pipe");
    for (const char* line : {"one", "", "three"}) EXPECT_TRUE(transcript.put(line));
    EXPECT_TRUE(transcript.finish());
  }
  EXPECT_EQ(all_of(pipe.read), "one\n\nthree\n");
}

TEST(Transcript, NeverWaitsForWhoDoesNotTakeIt) {
  ::signal(SIGPIPE, SIG_IGN);
  Pipe pipe;
  const std::string line(1000, 'x');
  Transcript transcript(std::move(pipe.write), "pipe");
  Result<void> put;
  // Both buffers, and what the pipe holds: nobody reads.
  for (std::size_t sent = 0; put && sent < 3 * Transcript::kRoom; sent += line.size()) put = transcript.put(line);
  ASSERT_FALSE(put);
  EXPECT_THAT(put.error().what, HasSubstr("did not keep up"));
  EXPECT_FALSE(transcript.put("short")) << "a line may not be missing in between";
  pipe.read.close();
  const auto finished = transcript.finish();
  ASSERT_FALSE(finished);
  EXPECT_EQ(finished.error().code, EPIPE);
}

}  // namespace
}  // namespace forestall::testing
