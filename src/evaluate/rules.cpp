// SPDX-License-Identifier: MIT
#include "forestall/rules.h"

#include <algorithm>

namespace forestall {

Bytes Size::in(Bytes whole) const {
  switch (kind) {
    case Kind::bytes: return bytes;
    case Kind::share: return share * whole;
    case Kind::min:
    case Kind::max: break;
  }
  Bytes amount = args.empty() ? 0 : args.front().in(whole);
  for (const Size& arg : args) {
    amount = kind == Kind::min ? std::min(amount, arg.in(whole)) : std::max(amount, arg.in(whole));
  }
  return amount;
}

std::string_view name_of(Condition c) {
  constexpr std::array<std::string_view, kConditions> names = {
      "mem_available_below", "swap_free_below",  "psi_some_above",   "psi_full_above",
      "refaults_above",      "exhausted_within", "commit_free_below"};
  return names.at(index(c));
}

std::string_view name_of(Action a) {
  constexpr std::array<std::string_view, 4> names = {"none", "notify", "terminate", "kill"};
  return names.at(static_cast<std::size_t>(a));
}

bool Rule::has_condition() const {
  return mem_available_below || swap_free_below || psi_some_above || psi_full_above || refaults_above ||
         exhausted_within || commit_free_below;
}

}  // namespace forestall
