// SPDX-License-Identifier: MIT
// Short forms for tests that make up processes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "forestall/ports.h"
#include "forestall/process.h"
#include "score/cgroup_place.h"
#include "score/kin.h"
#include "score/mercy.h"

namespace forestall::testing {

inline constexpr std::uint32_t kAlice = 1000;

inline CgroupPlace place_of(std::string_view path) { return parse_cgroup("0::" + std::string(path) + "\n"); }

/// A process of `uid` that holds `memory`, in the cgroup `path`. Its parent is a shell.
inline ProcessFacts process(std::int32_t pid, std::string_view comm, Bytes memory = 0, std::uint32_t uid = kAlice,
                            std::string_view path = "/user.slice/user-1000.slice/session-1.scope") {
  ProcessFacts p;
  p.id = {pid, static_cast<std::uint64_t>(pid) * 10};
  p.parent = 500;
  p.uid = uid;
  p.comm.assign(comm);
  p.anon = memory;
  p.place = place_of(path);
  return p;
}

/// All of them as kin, nowhere in particular.
inline std::vector<Kin> kin_of_all(const std::vector<ProcessFacts>& processes) {
  std::vector<Kin> kin;
  for (const ProcessFacts& p : processes) kin.push_back(kin_of(p, 0, p.profile.is_protected));
  return kin;
}

/// Who belongs together, said in one line: who is in no unit lives in a job of a shell.
struct Someone {
  std::int32_t pid = 0;  ///< the higher, the younger
  Bytes memory = 0;
  std::int32_t parent = 0;     ///< 0: somebody who is not there
  std::int32_t group = 0;      ///< the process group; 0: one of its own
  std::string_view path = {};  ///< its cgroup
  std::uint32_t uid = kAlice;
};

/// Processes as a table shows them: kin of everybody, facts of the large ones.
class Crowd {
 public:
  /// May be changed until the census is taken.
  ProcessFacts& add(const Someone& s) {
    ProcessFacts p = process(s.pid, "p" + std::to_string(s.pid), s.memory, s.uid, s.path);
    p.parent = s.parent;
    p.process_group = s.group != 0 ? s.group : s.pid;
    p.profile.complete = true;
    return all_.emplace_back(p);
  }
  ProcessFacts& operator[](std::int32_t pid) {
    for (ProcessFacts& p : all_) {
      if (p.id.pid == pid) return p;
    }
    return all_.at(all_.size());  // throws
  }
  static bool must_live(const ProcessFacts& p) { return p.profile.is_protected || built_in_mercy(p, {}); }
  /// Valid until the next one.
  Census census(Bytes at_least = 0) {
    large_.clear();
    kin_.clear();
    for (const ProcessFacts& p : all_) {
      if (p.freed_by_death() >= at_least) large_.push_back(p);
      kin_.push_back(kin_of(p, places_.number_of(p.place), must_live(p)));
    }
    return {large_, {}, all_.size(), kin_, places_.places()};
  }
  std::vector<ProcessFacts>& all() { return all_; }
  PlaceBook& places() { return places_; }

 private:
  std::vector<ProcessFacts> all_, large_;
  std::vector<Kin> kin_;
  PlaceBook places_;
};

}  // namespace forestall::testing
