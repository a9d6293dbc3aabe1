// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "base/quantity.h"
#include "base/text.h"
#include "replay/trace.h"
#include "replay/trace_fields.h"
#include "replay/trace_words.h"

namespace forestall {
namespace {

constexpr std::string_view kTitle = "forestall trace 1";
/// time, pid and start of a process: never "=".
constexpr std::size_t kIdFields = 3;

tl::unexpected<Error> wrong(std::string what) { return failure(0, std::move(what)); }

/// Takes one word for each field off `line`, over what `above` had.
template <typename T, typename Fields>
Result<T> take_words(std::string_view& line, const Fields& fields, const T* above) {
  T value = above != nullptr ? *above : T{};
  std::vector<std::string> words;
  for (const Field<T>& field : fields) {
    const std::string_view word = take_word(line);
    if (word.empty()) return wrong(fmt::format("the line ends before \"{}\"", field.name));
    const bool same = word == "=" && above != nullptr;
    if (!same && !field.take(value, word)) {
      return wrong(fmt::format("{}: found \"{}\", which cannot stand there", field.name, escaped(word)));
    }
    words.push_back(same ? field.word(*above) : std::string(word));
  }
  // A number with needless zeros, a text too long, a total without its sibling: nothing may get lost.
  for (std::size_t i = 0; const Field<T>& field : fields) {
    if (field.word(value) != words[i]) {
      return wrong(fmt::format("{}: found \"{}\", would be read as \"{}\"", field.name, escaped(words[i]),
                               escaped(field.word(value))));
    }
    ++i;
  }
  return value;
}

class Parser {
 public:
  Result<void> take(TraceLine line) {
    const bool first = std::exchange(begun_, true) == false;
    if (auto r = take(line.text, first); !r) return wrong(fmt::format("line {}: {}", line.number, r.error().what));
    return {};
  }

  Result<Trace> finish() {
    if (!begun_) return wrong(fmt::format("line 1: a trace begins with \"{}\"", kTitle));
    trace_.cut = !ended_;
    return std::move(trace_);
  }

 private:
  Result<void> take(std::string_view line, bool first) {
    if (first && line != kTitle) return wrong(fmt::format("a trace begins with \"{}\"", kTitle));
    if (first) return {};
    if (ended_) return wrong("nothing may follow \"end\"");
    if (line.starts_with('#')) return take_comment(line);
    std::string_view rest = line;
    const std::string_view word = take_word(rest);
    if (!word.empty() && word.front() >= '0' && word.front() <= '9') return take_sample(line);
    if (word == "p") return take_process(rest);
    if (word == "x") return take_gone(rest);
    if (word == "u") return take_unit(rest);
    if (word == "end") ended_ = true;
    if (word == "end") return nothing_more(rest);
    if (word == "columns") return take_columns(rest);
    if (word == "process") return take_process_names(rest);
    if (word == "lineage") return take_lineage(rest);
    if (word == "expect") return take_expectation(rest);
    return wrong(fmt::format("a line cannot begin with \"{}\"", escaped(word)));
  }

  Result<void> take_comment(std::string_view line) {
    line.remove_prefix(line.starts_with("# ") ? 2 : 1);
    if (trace_.samples.empty()) trace_.comments.emplace_back(line);
    return {};
  }

  static Result<void> nothing_more(std::string_view rest) {
    rest = trimmed(rest);
    if (rest.empty()) return {};
    return wrong(fmt::format("\"{}\" is too much on this line", escaped(rest)));
  }

  /// Times never go back, whatever they belong to. That of a process is known to the millisecond.
  Result<void> take_time(Instant time) {
    const auto ms = std::chrono::floor<std::chrono::milliseconds>(time);
    if (ms < last_) return wrong("the time goes back");
    last_ = ms;
    return {};
  }

  Result<void> take_sample(std::string_view line) {
    if (columns_.empty()) return wrong("a sample before the line that names its columns");
    const Frame* above = trace_.samples.empty() ? nullptr : &trace_.samples.back();
    const auto sample = take_words(line, columns_, above);
    if (!sample) return tl::unexpected(sample.error());
    if (auto r = take_time(sample->time); !r) return r;
    if (above != nullptr && sample->time < above->time) return wrong("the time goes back");
    if (trace_.samples.size() == kMostSamples) return wrong(fmt::format("more than {} samples", kMostSamples));
    trace_.samples.push_back(*sample);
    return nothing_more(line);
  }

  Result<ProcessChange> take_id(std::string_view& rest) {
    if (process_columns_.empty()) return wrong("a process before the line that names its columns");
    auto change = take_words(rest, process_fields().first(kIdFields), static_cast<const ProcessChange*>(nullptr));
    if (!change) return change;
    if (auto r = take_time(change->time); !r) return tl::unexpected(r.error());
    if (auto r = take_room(); !r) return tl::unexpected(r.error());
    return change;
  }

  Result<void> take_room() {
    const bool is_full = trace_.changes.size() + trace_.units.size() == kMostChanges;
    return is_full ? wrong(fmt::format("more than {} changes", kMostChanges)) : Result<void>{};
  }

  Result<void> take_unit(std::string_view rest) {
    const auto change = take_words(rest, unit_fields(), static_cast<const UnitChange*>(nullptr));
    if (!change) return tl::unexpected(change.error());
    if (auto r = take_time(change->time); !r) return r;
    if (auto r = take_room(); !r) return r;
    trace_.units.push_back(*change);
    return nothing_more(rest);
  }

  Result<void> take_process(std::string_view rest) {
    std::string_view id_alone = rest;
    const auto id = take_id(id_alone);
    if (!id) return tl::unexpected(id.error());
    const auto known = known_.find(id->facts.id);
    const auto change = take_words(rest, process_columns_, known != known_.end() ? &known->second : nullptr);
    if (!change) return tl::unexpected(change.error());
    known_.insert_or_assign(change->facts.id, *change);
    trace_.changes.push_back(*change);
    return nothing_more(rest);
  }

  Result<void> take_gone(std::string_view rest) {
    auto id = take_id(rest);
    if (!id) return tl::unexpected(id.error());
    if (known_.erase(id->facts.id) == 0) return wrong("this process was not there");
    id->gone = true;
    trace_.changes.push_back(*id);
    return nothing_more(rest);
  }

  Result<void> take_columns(std::string_view rest) {
    if (auto r = take_names(rest, sample_fields(), columns_); !r) return r;
    if (columns_.empty() || columns_.front().name != "time") return wrong("the first column is not \"time\"");
    return {};
  }

  Result<void> take_process_names(std::string_view rest) {
    if (auto r = take_names(rest, process_fields(), process_columns_); !r) return r;
    const auto ids = process_fields().first(kIdFields);
    const auto name = &Field<ProcessChange>::name;
    if (process_columns_.size() < ids.size() ||
        !std::ranges::equal(ids, std::span(process_columns_).first(ids.size()), {}, name, name)) {
      return wrong("the first columns of a process are not \"time pid start\"");
    }
    return {};
  }

  /// The names of columns, each one of `fields`, in any order.
  template <typename T>
  static Result<void> take_names(std::string_view rest, std::span<const Field<T>> fields,
                                 std::vector<Field<T>>& columns) {
    if (!columns.empty()) return wrong("the columns are named twice");
    for (auto word = take_word(rest); !word.empty(); word = take_word(rest)) {
      const auto field = std::ranges::find(fields, word, &Field<T>::name);
      if (field == fields.end()) return wrong(fmt::format("\"{}\" is no column", escaped(word)));
      const bool twice = std::ranges::find(columns, word, &Field<T>::name) != columns.end();
      if (twice) return wrong(fmt::format("the column \"{}\" is there twice", field->name));
      columns.push_back(*field);
    }
    return {};
  }

  Result<void> take_lineage(std::string_view rest) {
    for (auto word = take_word(rest); !word.empty(); word = take_word(rest)) {
      const auto pid = parse_unsigned(word);
      if (!pid || *pid > INT32_MAX) return wrong(fmt::format("\"{}\" is no pid", escaped(word)));
      trace_.lineage.push_back(static_cast<std::int32_t>(*pid));
    }
    return {};
  }

  Result<void> take_expectation(std::string_view rest) {
    if (trace_.expectation) return wrong("only one thing can be expected");
    auto expectation = parse_expectation(rest);
    if (!expectation) return tl::unexpected(expectation.error());
    trace_.expectation = std::move(*expectation);
    return {};
  }

  Trace trace_;
  std::vector<Field<Frame>> columns_;
  std::vector<Field<ProcessChange>> process_columns_;
  std::map<ProcessId, ProcessChange> known_;
  Instant last_{};
  bool begun_ = false;
  bool ended_ = false;
};

Result<std::vector<std::string>> parse_comms(std::string_view word) {
  std::vector<std::string> comms;
  while (true) {
    const std::size_t bar = word.find('|');
    const auto comm = decoded(word.substr(0, bar));
    if (!comm || comm->empty()) {
      return wrong(fmt::format("\"{}\" is no name; NAME or NAME|NAME is allowed", escaped(word)));
    }
    comms.push_back(*comm);
    if (bar == std::string_view::npos) return comms;
    word.remove_prefix(bar + 1);
  }
}

}  // namespace

Result<Expectation> parse_expectation(std::string_view text) {
  using What = Expectation::What;
  constexpr std::pair<std::string_view, What> words[] = {
      {"quiet", What::quiet}, {"act", What::act}, {"terminate", What::terminate}, {"kill", What::kill}};
  const std::string_view first = take_word(text);
  const auto* what = std::ranges::find(words, first, &std::pair<std::string_view, What>::first);
  if (what == std::end(words)) {
    return wrong(fmt::format("expected is \"{}\"; quiet, act, terminate or kill is allowed", escaped(first)));
  }
  Expectation expectation;
  expectation.what = what->second;
  if (expectation.what != What::quiet) {
    auto comms = parse_comms(take_word(text));
    if (!comms) return tl::unexpected(comms.error());
    expectation.comms = std::move(*comms);
  }
  for (auto word = take_word(text); !word.empty(); word = take_word(text)) {
    const bool is_after = word == "after";
    auto& limit = is_after ? expectation.after : expectation.before;
    if ((!is_after && word != "before") || expectation.what == What::quiet || limit) {
      return wrong(
          fmt::format("\"{}\" is too much; after TIME and before TIME, once each, may follow a name", escaped(word)));
    }
    auto time = parse_duration(take_word(text));
    if (!time) return tl::unexpected(time.error());
    limit = *time;
  }
  return expectation;
}

Result<Trace> parse_trace(std::string_view text) {
  Parser parser;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const bool whole = text.find('\n') != std::string_view::npos;
    const std::string_view line = take_line(text);
    // Half a word may be a good word: a line that was cut is not to be trusted.
    if (!whole && number > 1 && line != "end") break;
    if (auto r = parser.take({number, line}); !r) return tl::unexpected(r.error());
  }
  return parser.finish();
}

Result<Trace> parse_trace(std::span<const TraceLine> lines) {
  Parser parser;
  for (const TraceLine& line : lines) {
    if (auto r = parser.take(line); !r) return tl::unexpected(r.error());
  }
  return parser.finish();
}

}  // namespace forestall
