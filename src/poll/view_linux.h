// SPDX-License-Identifier: MIT
// What is watched over: the whole machine, or one cgroup of it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "forestall/ports.h"

namespace forestall {

struct View {
  std::optional<std::string> cgroup;  ///< from the root of the tree; none: the machine
  std::unique_ptr<SampleSource> samples;
  std::vector<std::string> missing;  ///< what it does not offer, and which conditions that switches off

  /// Where its stalls can be waited for (set_psi_trigger).
  [[nodiscard]] std::string pressure_file() const;
};

/// Without a cgroup: the machine, or in a container the container. Errors as those of CgroupSource and ProcfsSource.
Result<View> open_view(const std::optional<std::string>& cgroup);

}  // namespace forestall
