// SPDX-License-Identifier: MIT
// A configuration with twenty patterns, as somebody would write who has many things to say. None matches a sleeper of
// population.h: all of them are tried.
#pragma once

#include <string>

namespace forestall::bench {

inline std::string twenty_patterns() {
  std::string text;
  const auto add = [&text](const char* list, const char* key, const char* pattern) {
    text += std::string("[[") + list + "]]\n" + key + " = '" + pattern + "'\n";
  };
  for (const char* name : {"^sshd$", "^systemd-", "^Xorg$", "^gnome-shell$", "^kwin_wayland$"})
    add("protect", "comm", name);
  for (const char* unit : {"^postgresql@", "^nginx\\.service$", "^libvirtd"}) add("protect", "unit", unit);
  for (const char* name : {"^firefox", "^chromium", "^code$", "^(java|node|ruby)$"}) add("avoid", "comm", name);
  for (const char* path : {"^/usr/lib/firefox/", "^/opt/google/", "^/snap/"}) add("avoid", "exe", path);
  for (const char* line : {"--type=renderer", "--worker", "jupyter", "python3? .*train", "stress"}) {
    add("prefer", "cmdline", line);
  }
  return text;
}

}  // namespace forestall::bench
