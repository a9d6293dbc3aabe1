// SPDX-License-Identifier: MIT
#include "cli/command.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "base/text.h"

namespace forestall::cli {

Result<const Rule*> rule_named(const std::string& name, const std::vector<Rule>& rules, std::string_view option) {
  const auto found = std::ranges::find(rules, name, &Rule::name);
  if (found != rules.end()) return &*found;
  std::vector<std::string_view> names(rules.size());
  std::ranges::transform(rules, names.begin(), &Rule::name);
  const auto meant = nearest(name, names);
  return failure(0, fmt::format("{}: there is no \"{}\"; {}", option, escaped(name),
                                meant ? fmt::format("did you mean \"{}\"?", *meant)
                                      : fmt::format("there are {}", fmt::join(names, ", "))));
}

int complain(const Error& error, int exit_code) {
  fmt::print(stderr, "forestall: {}\n", in_words(error));
  return exit_code;
}

bool print(const std::string& text) {
  const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  const bool done = std::fflush(stdout) == 0 && written;
  if (!done) fmt::print(stderr, "forestall: cannot write to stdout: {}\n", std::strerror(errno));
  return done;
}

}  // namespace forestall::cli
