// SPDX-License-Identifier: MIT
// The text of a trace line by line, for whoever has no room for the whole, or does not know yet how it goes on.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "forestall/trace.h"

namespace forestall {

class TraceWriter {
 public:
  /// Is called for each line, without its newline.
  using Put = std::function<void(std::string_view line)>;
  explicit TraceWriter(Put put) : put_(std::move(put)) {}

  /// What comes first: the comments, the expectation, the lineage and the names of the columns.
  void head(const Trace& trace);
  /// Times never go back, whatever they belong to.
  void sample(const Frame& frame);
  void change(const ProcessChange& change);
  void change(const UnitChange& change);
  /// Nothing may follow. Without it the trace is one that was cut.
  void end();

 private:
  Put put_;
  std::string line_;
  std::optional<Frame> above_;
  std::map<ProcessId, ProcessChange> known_;  ///< as their last lines say
};

}  // namespace forestall
