// SPDX-License-Identifier: MIT
// The host tests' own tools, tried without the daemon: a test is no truer than what it looks with.
#include <fcntl.h>
#include <fmt/format.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "host/falling_memory_linux.h"
#include "host/host_test.h"
#include "support/clock_linux.h"
#include "support/private_world_linux.h"

namespace forestall::testing {
namespace {

using namespace std::chrono_literals;

class Machinery : public HostTest {};

TEST_F(Machinery, ProcShowsNobodyButUs) {
  Hog& hog = steady("only-one", 1 * kMiB);
  std::vector<std::string> others;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const std::string name = entry.path().filename();
    if (name.find_first_not_of("0123456789") == std::string::npos && name != "1") others.push_back(name);
  }
  EXPECT_THAT(others, ::testing::ElementsAre(fmt::format("{}", hog.pid())));
  EXPECT_FALSE(std::filesystem::exists("/run/dbus"));
}

TEST_F(Machinery, TheJournalTakesShortFieldsAndFieldsWithNewlines) {
  ASSERT_EQ(sd_journal_send("MESSAGE=plain", "EVENT=first", "NUMBER=%d", 42, nullptr), 0);
  ASSERT_EQ(sd_journal_send("MESSAGE=two\nlines", "EVENT=second", nullptr), 0);
  look();
  ASSERT_EQ(journal().records().size(), 2U);
  EXPECT_EQ(journal().events("first").at(0).number("NUMBER"), 42U);
  EXPECT_EQ(journal().events("second").at(0).text("MESSAGE"), "two\nlines");
}

TEST_F(Machinery, TheJournalTakesEntriesThatComeAsAFileBecauseNoDatagramIsThatLong) {
  const std::string message = "MESSAGE=" + std::string(12'000'000, 'x');
  iovec field{const_cast<char*>(message.data()), message.size()};
  ASSERT_EQ(sd_journal_sendv(&field, 1), 0);
  look();
  ASSERT_EQ(journal().records().size(), 1U);
  EXPECT_EQ("MESSAGE=" + journal().records().at(0).text("MESSAGE"), message);
}

TEST(JournalDatagram, IsRefusedWhenItBreaksTheProtocol) {
  EXPECT_FALSE(parse_journal_datagram("NO_SEPARATOR"));
  EXPECT_FALSE(parse_journal_datagram("=no name\n"));
  EXPECT_FALSE(parse_journal_datagram("A=cut of"));
  EXPECT_FALSE(parse_journal_datagram(std::string_view("A\n\x05\0\0\0\0\0\0\0abc\n", 14)));
  EXPECT_TRUE(parse_journal_datagram(std::string_view("A\n\x03\0\0\0\0\0\0\0abc\n", 14)));
}

TEST_F(Machinery, TheNotifySocketCountsWhatIsSaid) {
  NotifySocket socket("/run/notify-of-test");
  ASSERT_EQ(setenv("NOTIFY_SOCKET", "/run/notify-of-test", 1), 0);
  EXPECT_GT(sd_notify(0, "READY=1\nSTATUS=well"), 0);
  EXPECT_GT(sd_notify(1, "STATUS=better"), 0);
  socket.drain();
  EXPECT_EQ(socket.count("READY=1"), 1);
  EXPECT_EQ(socket.latest("STATUS"), "better");
}

TEST_F(Machinery, ALeakLeaksAtItsRateUpToItsLimit) {
  Hog& leak = hog("leak", {"leak", "--rate", "100", "--start", "20", "--limit", "60"});
  ASSERT_TRUE(wait_for(kSoon, [&] { return leak.held() >= 20 * kMiB; }));
  const Instant begin = now();
  ASSERT_TRUE(wait_for(kSoon, [&] { return leak.held() >= 60 * kMiB; }));
  EXPECT_GE(now() - begin, 300ms) << "40 MiB at 100 MiB/s";
  EXPECT_TRUE(lives(leak));
  EXPECT_EQ(leak.held(), 60 * kMiB);
}

TEST_F(Machinery, AHogNotesWhenItsSigtermCameAndDiesOfIt) {
  Hog& plain = steady("plain", 8 * kMiB);
  const Instant before = now();
  plain.child().send(SIGTERM);
  ASSERT_TRUE(wait_for(kSoon, [&] { return plain.ended(); }));
  EXPECT_EQ(plain.child().killed_by(), SIGTERM);
  EXPECT_GE(plain.term_at(), before);
  EXPECT_LE(plain.term_at(), plain.child().ended_at());
  EXPECT_EQ(plain.note().held_at_term, 8 * kMiB);
}

TEST_F(Machinery, AHogThatIgnoresSigtermNotesItAndLives) {
  Hog& stubborn = hog("stubborn", {"leak", "--rate", "1", "--limit", "8", "--ignore-term"});
  ASSERT_TRUE(wait_for(kSoon, [&] { return stubborn.note().beats > 0; }));
  stubborn.child().send(SIGTERM);
  ASSERT_TRUE(wait_for(kSoon, [&] { return stubborn.was_asked_to_end(); }));
  EXPECT_TRUE(lives(stubborn));
}

TEST_F(Machinery, AHogRefusesToBeWithoutALimit) {
  Child endless({FORESTALL_HOG, {"forestall_hog", "leak", "--rate", "1"}, {}, "/run/hog-refusal"});
  ASSERT_TRUE(wait_for(kSoon, [&] { return endless.ended(); }));
  EXPECT_THAT(endless.exit_code(), ::testing::Optional(2));
}

TEST_F(Machinery, ASwarmIsAsLargeAsItWasToldAndEndsWithItsParent) {
  Hog& swarm = hog("swarm", {"swarm", "--children", "5", "--each", "2", "--every", "1"});
  ASSERT_TRUE(wait_for(kSoon, [&] { return swarm.held() == 10 * kMiB; }));
  EXPECT_TRUE(lives(swarm));
  EXPECT_EQ(swarm.note().births, 5U);
  swarm.child().send(SIGKILL);
  EXPECT_TRUE(wait_for(kSoon, [&] { return swarm.note().orphans == 5; }));
  EXPECT_TRUE(wait_for(kSoon, [] { return everybody().size() == 1; })) << "only this test is left";
}

TEST_F(Machinery, ASwarmRefusesToBeLargerThanAllThatAHogMayTake) {
  Child endless({FORESTALL_HOG,
                 {"forestall_hog", "swarm", "--children", "1000", "--each", "100", "--every", "1"},
                 {},
                 "/run/swarm-refusal"});
  ASSERT_TRUE(wait_for(kSoon, [&] { return endless.ended(); }));
  EXPECT_THAT(endless.exit_code(), ::testing::Optional(2));
}

TEST_F(Machinery, TheFallingMemoryFallsAtItsRateAndSeesWhoReadsIt) {
  FallingMemory memory(24 * kGiB, 8 * kGiB);
  EXPECT_EQ(mem_available(), 8 * kGiB);
  EXPECT_EQ(memory.reads().size(), 1U);
  memory.begin_to_fall(1000 * kMiB, now());
  while (memory.go_on() > 7500 * kMiB) {
  }
  EXPECT_NEAR(milliseconds(memory.written().back().at - memory.fall_began()), 692, 5) << "692 MiB at 1000 MiB/s";
  EXPECT_EQ(mem_available(), memory.written().back().available);
}

TEST_F(Machinery, NoFallingMemoryIsLeftBehind) {
  const Bytes real = mem_available();
  { const FallingMemory memory(24 * kGiB, 1 * kMiB); }
  EXPECT_GT(mem_available(), real / 2);
}

}  // namespace
}  // namespace forestall::testing
