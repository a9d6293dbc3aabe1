// SPDX-License-Identifier: MIT
#include "score/oom_preference_linux.h"

#include <sys/stat.h>
#include <sys/xattr.h>

namespace forestall {
namespace {

bool is_set(const std::string& cgroup, const char* attribute) {
  char value = 0;
  return ::getxattr(cgroup.c_str(), attribute, &value, sizeof value) == 1 && value == '1';
}

}  // namespace

std::optional<OomPreference> read_oom_preference(const std::string& cgroup) {
  struct stat status {};
  if (::stat(cgroup.c_str(), &status) != 0) return std::nullopt;
  if (status.st_uid != 0) return OomPreference::none;
  if (is_set(cgroup, "user.oomd_omit")) return OomPreference::omit;
  return is_set(cgroup, "user.oomd_avoid") ? OomPreference::avoid : OomPreference::none;
}

}  // namespace forestall
