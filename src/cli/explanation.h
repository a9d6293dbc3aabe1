// SPDX-License-Identifier: MIT
// Who would go now: what is asked, what was found out, and how `forestall explain` says so, in words or as JSON.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "forestall/config.h"
#include "forestall/incident.h"
#include "forestall/ranking.h"
#include "forestall/result.h"
#include "forestall/sample.h"
#include "forestall/verdict.h"
#include "score/process_table_linux.h"

namespace forestall::cli {

struct Question {
  std::optional<std::string> config;  ///< a file instead of /etc/forestall
  std::optional<std::string> cgroup;  ///< instead of the machine
  std::optional<std::string> rule;    ///< what if it held?
  std::vector<std::string> without;   ///< terms of the score to be left out
  std::optional<std::int32_t> pid;    ///< how does this one process stand?
};

/// How one process stands.
struct Lot {
  ProcessFacts process;
  std::optional<Mercy> mercy;        ///< why it would not be ended alone; too_small says nothing of its kin
  std::optional<std::size_t> place;  ///< in Ranking::order: of the candidate in what it belongs to
  bool goes = false;                 ///< it is that candidate or a part of it; else others of its kin would go
};

/// One of those who would go together.
struct Member {
  ProcessNote process;
  int depth = 0;  ///< below how many others of them it hangs
};

struct Explanation {
  Sample sample;
  std::optional<std::string> cgroup;  ///< what is looked at; none: the machine
  Config config;                      ///< without the weights that were to be left out
  const Rule* supposed = nullptr;     ///< in `config`: the rule of which it was asked what if it held
  std::vector<std::string> without;   ///< the terms that were to be left out
  Verdict verdict;
  Ranking ranking;
  std::vector<Member> together;        ///< with the first one, itself included, as a tree; empty if it is alone
  std::unique_ptr<ProcfsTable> table;  ///< what the ranking points into
  std::optional<Lot> lot;              ///< of the process that was asked about
};

/// Looks at this machine. An Error of code 0 where the question or the configuration is wrong.
Result<Explanation> explain(const Question& question);

/// For the terminal. Where one process was asked about, of it alone.
std::string in_plain_words(const Explanation& explanation);

std::string as_json(const Explanation& explanation);

}  // namespace forestall::cli
