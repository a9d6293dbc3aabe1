// SPDX-License-Identifier: MIT
// A /proc of made-up processes, as files.
#pragma once

#include <fmt/format.h>

#include <filesystem>
#include <string>

#include "forestall/units.h"
#include "unit/file_tree_linux.h"

namespace forestall::testing {

struct MadeUp {
  std::int32_t pid = 0;
  std::string comm = "x";
  Bytes anon = kGiB;
  Bytes swap = 0;
  Bytes page_tables = 4 * kKiB;
  std::uint32_t uid = 1000;
  std::int32_t parent = 1;
  std::int32_t process_group = 1;
  std::uint64_t start_time = 777;
  char state = 'S';
  std::uint64_t flags = 0x400000;
  std::int32_t adj = 0;
  std::string cgroup = "/system.slice/x.service";
  std::string groups = "100 ";
  std::string cmdline = "x";
  std::int32_t threads = 1;
  std::int32_t process = 0;  ///< of a thread: whose it is
  bool has_memory = true;    ///< false: it has exited
};

class FakeProc : public FileTree {
 public:
  /// A process whose first thread has exited, and whose other one is `of`.
  void add_headless(std::int32_t pid, MadeUp of) const {
    of.process = pid;
    of.threads = 2;
    add(of);
    add({.pid = pid,
         .comm = of.comm,
         .anon = 0,
         .uid = of.uid,
         .state = 'Z',
         .cmdline = "",
         .threads = 2,
         .has_memory = false});
    write(fmt::format("{}/statm", pid), "0 0 0 0 0 0 0\n");
    write(fmt::format("{}/status", pid),
          fmt::format("Name:\tx\nTgid:\t{0}\nUid:\t{1}\t{1}\t{1}\t{1}\nThreads:\t2\n", pid, of.uid));
    remove(fmt::format("{}/exe", pid));
  }

  void add(const MadeUp& p) const {
    const std::string dir = std::to_string(p.pid) + "/";
    write(dir + "stat",
          fmt::format("{} ({}) {} {} {} 1 0 -1 {} 1 0 0 0 5 6 0 0 20 0 {} 0 {} {} 200 1844 0 0\n", p.pid, p.comm,
                      p.state, p.parent, p.process_group, p.flags, p.threads, p.start_time, p.has_memory ? 10000 : 0));
    write(dir + "status",
          fmt::format(
              "Name:\tx\nTgid:\t{4}\nUid:\t{0}\t{0}\t{0}\t{0}\nGroups:\t{1}\nRssAnon:\t{2} kB\nRssFile:\t9999999 kB\n"
              "RssShmem:\t8 kB\nVmPTE:\t{5} kB\nVmSwap:\t{3} kB\nThreads:\t1\n",
              p.uid, p.groups, p.anon / kKiB, p.swap / kKiB, p.process != 0 ? p.process : p.pid, p.page_tables / kKiB));
    const Bytes pages = p.anon / (4 * kKiB);
    write(dir + "statm", fmt::format("{} {} 50 1 0 {} 0\n", pages * 2, pages + 50, pages));
    write(dir + "oom_score_adj", fmt::format("{}\n", p.adj));
    write(dir + "cgroup", "0::" + p.cgroup + "\n");
    write(dir + "cmdline", p.cmdline);
    write(dir + "comm", p.comm + "\n");
    write(fmt::format("{}/task/{}/comm", p.process != 0 ? p.process : p.pid, p.pid), p.comm + "\n");
    std::error_code ignored;
    std::filesystem::create_symlink("/usr/bin/" + std::to_string(p.pid), path(dir + "exe"), ignored);
  }
};

}  // namespace forestall::testing
