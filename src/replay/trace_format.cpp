// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>

#include "base/quantity.h"
#include "base/text.h"
#include "replay/trace.h"
#include "replay/trace_fields.h"
#include "replay/trace_words.h"
#include "replay/trace_writer.h"

namespace forestall {
namespace {

/// Puts the words of `now` behind `line`; what is as `above`, if there is one, becomes "=". The first `whole` never do.
template <typename T>
void add_words(std::string& line, std::span<const Field<T>> fields, const T& now, const T* above, std::size_t whole) {
  for (std::size_t i = 0; i < fields.size(); ++i) {
    std::string word = fields[i].word(now);
    if (i >= whole && above != nullptr && fields[i].word(*above) == word) word = "=";
    if (!line.empty()) line += ' ';
    line += word;
  }
}

template <typename T>
std::string names_of(std::string line, std::span<const Field<T>> fields) {
  for (const Field<T>& field : fields) line.append(" ").append(field.name);
  return line;
}

std::string_view name_of(Expectation::What what) {
  switch (what) {
    case Expectation::What::quiet: return "quiet";
    case Expectation::What::act: return "act";
    case Expectation::What::terminate: return "terminate";
    case Expectation::What::kill: return "kill";
  }
  return "";
}

}  // namespace

std::string format(const Expectation& expectation) {
  std::string text(name_of(expectation.what));
  const char* before = " ";
  for (const std::string& comm : expectation.comms) {
    text += before + encoded(comm);
    before = "|";
  }
  if (expectation.after) text += " after " + render(*expectation.after);
  if (expectation.before) text += " before " + render(*expectation.before);
  return text;
}

void TraceWriter::head(const Trace& trace) {
  put_("forestall trace 1");
  for (const std::string& comment : trace.comments) put_("# " + escaped(comment, 1000));
  if (trace.expectation) put_("expect " + format(*trace.expectation));
  if (!trace.lineage.empty()) put_(fmt::format("lineage {}", fmt::join(trace.lineage, " ")));
  put_(names_of("columns", sample_fields()));
  put_(names_of("process", process_fields()));
}

void TraceWriter::sample(const Frame& s) {
  line_.clear();
  add_words(line_, sample_fields(), s, above_ ? &*above_ : nullptr, 1);
  put_(line_);
  above_ = s;
}

void TraceWriter::change(const ProcessChange& c) {
  line_ = c.gone ? "x" : "p";
  if (c.gone) {
    add_words(line_, process_fields().first(3), c, static_cast<const ProcessChange*>(nullptr), 3);
    known_.erase(c.facts.id);
  } else {
    const auto known = known_.find(c.facts.id);
    add_words(line_, process_fields(), c, known != known_.end() ? &known->second : nullptr, 3);
    known_.insert_or_assign(c.facts.id, c);
  }
  put_(line_);
}

void TraceWriter::change(const UnitChange& u) {
  line_ = "u";
  add_words(line_, unit_fields(), u, static_cast<const UnitChange*>(nullptr), unit_fields().size());
  put_(line_);
}

void TraceWriter::end() { put_("end"); }

std::string format(const Trace& trace) {
  std::string text;
  TraceWriter writer([&](std::string_view line) { text.append(line).append("\n"); });
  writer.head(trace);
  auto change = trace.changes.begin();
  auto unit = trace.units.begin();
  const auto write_changes = [&](Instant before) {
    while (true) {
      const Instant of_process = change != trace.changes.end() ? change->time : Instant::max();
      const Instant of_unit = unit != trace.units.end() ? unit->time : Instant::max();
      if (std::min(of_process, of_unit) >= before) return;
      if (of_unit <= of_process) {
        writer.change(*unit++);
      } else {
        writer.change(*change++);
      }
    }
  };
  for (const Frame& s : trace.samples) {
    write_changes(s.time);
    writer.sample(s);
  }
  write_changes(Instant::max());
  if (!trace.cut) writer.end();
  return text;
}

}  // namespace forestall
