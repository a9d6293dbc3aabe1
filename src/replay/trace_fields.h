// SPDX-License-Identifier: MIT
// The columns of a trace: how each part of a Frame and of a process becomes one word, and is read from it.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "replay/trace.h"

namespace forestall {

/// One column.
template <typename T>
struct Field {
  std::string_view name;
  std::function<std::string(const T&)> word;
  /// False if the word cannot be one of this column. What it took may still differ from `word`: compare.
  std::function<bool(T&, std::string_view)> take;
};

std::span<const Field<Frame>> sample_fields();
std::span<const Field<ProcessChange>> process_fields();
std::span<const Field<UnitChange>> unit_fields();

}  // namespace forestall
