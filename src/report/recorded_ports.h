// SPDX-License-Identifier: MIT
// Two doors with the recorder behind them: what the engine sees is what is recorded.
#pragma once

#include "forestall/ports.h"
#include "report/flight_recorder.h"

namespace forestall {

class RecordedSource final : public SampleSource {
 public:
  RecordedSource(SampleSource& source, FlightRecorder& recorder) : source_(source), recorder_(recorder) {}

  Result<Sample> read() override {
    auto sample = source_.read();
    if (sample) recorder_.see(*sample);
    return sample;
  }

 private:
  SampleSource& source_;
  FlightRecorder& recorder_;
};

class RecordedTable final : public ProcessTable {
 public:
  RecordedTable(ProcessTable& table, FlightRecorder& recorder) : table_(table), recorder_(recorder) {}

  Census look(const Sample& sample, Bytes at_least) override {
    const Census census = table_.look(sample, at_least);
    if (decides_) {
      recorder_.see_everybody(sample.time, census);
    } else {
      recorder_.see_large(sample.time, census);
    }
    return census;
  }

  /// Whether who is looked at now is decided upon. Whoever only asks must not take the place of the last decision.
  void decides(bool decides) { decides_ = decides; }

  Census learn(const Sample& sample, Bytes at_least) override {
    const Census census = table_.learn(sample, at_least);
    recorder_.see_large(sample.time, census);
    return census;
  }

 private:
  ProcessTable& table_;
  FlightRecorder& recorder_;
  bool decides_ = true;
};

}  // namespace forestall
