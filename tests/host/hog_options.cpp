// SPDX-License-Identifier: MIT
#include "host/hog_options.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <map>

namespace forestall::testing {
namespace {

constexpr Bytes kMost = 8 * kGiB;         ///< no more than this in all
constexpr unsigned kMostChildren = 1000;  ///< of a swarm
constexpr unsigned kLongestLife = 120;    ///< seconds
constexpr int kBadUse = 2;

constexpr std::string_view kUsage =
    "Usage: forestall_hog leak --rate MiB/s --start MiB --limit MiB [--ignore-term | --save-seconds S --save-file "
    "FILE]\n"
    "       forestall_hog steady --limit MiB\n"
    "       forestall_hog swarm --children N --each MiB --every MS [--settle MS] [--ignore-term]\n"
    "       forestall_hog respawn --rate MiB/s --limit MiB [--ignore-term]\n"
    "All:   [--lifetime S] [--comm NAME] [--uid UID] [--headless] [--note-fd FD]\n";

/// The command line as name and value; flags have the value "".
std::map<std::string, std::string> split(int argc, char** argv) {
  std::map<std::string, std::string> given;
  for (int i = 2; i < argc; ++i) {
    const std::string name = argv[i];
    const bool flag = name == "--ignore-term" || name == "--headless";
    if (!flag && i + 1 == argc) refuse(name + " lacks its value");
    given[name] = flag ? "" : argv[++i];
  }
  return given;
}

unsigned number(const std::string& text) {
  unsigned n = 0;
  const char* last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, n);
  if (error != std::errc{} || end != last || n > 1'000'000) refuse("not a number: " + text);
  return n;
}

void set(HogOptions& o, const std::string& name, const std::string& value) {
  if (name == "--rate")
    o.rate = number(value) * kMiB;
  else if (name == "--start")
    o.start = number(value) * kMiB;
  else if (name == "--limit" || name == "--each")
    o.limit = number(value) * kMiB;
  else if (name == "--children")
    o.children = number(value);
  else if (name == "--every")
    o.every = std::chrono::milliseconds(number(value));
  else if (name == "--settle")
    o.settle = std::chrono::milliseconds(number(value));
  else if (name == "--ignore-term")
    o.on_term = OnTerm::ignore;
  else if (name == "--headless")
    o.headless = true;
  else if (name == "--save-seconds")
    o.save_seconds = number(value);
  else if (name == "--save-file")
    o.save_file = value;
  else if (name == "--lifetime")
    o.lifetime = number(value);
  else if (name == "--comm")
    o.comm = value;
  else if (name == "--uid")
    o.uid = number(value);
  else if (name == "--note-fd")
    o.note_fd = static_cast<int>(number(value));
  else
    refuse("there is no option " + name);
}

HogKind kind_of(std::string_view name) {
  if (name == "leak") return HogKind::leak;
  if (name == "steady") return HogKind::steady;
  if (name == "swarm") return HogKind::swarm;
  if (name == "respawn") return HogKind::respawn;
  refuse("the first argument is leak, steady, swarm or respawn");
}

void check_swarm(const HogOptions& o) {
  if (o.children == 0 || o.children > kMostChildren) refuse("--children is needed, and at most 1000");
  if (o.children * o.limit > kMost) refuse("--children times --each is at most 8192");
  if (o.every == Duration{0}) refuse("swarm needs --every");
}

}  // namespace

HogOptions parse_hog_options(int argc, char** argv) {
  HogOptions o;
  o.kind = kind_of(argc > 1 ? argv[1] : "");
  for (const auto& [name, value] : split(argc, argv)) set(o, name, value);
  if (o.limit == 0 || o.limit > kMost) refuse("--limit (of a swarm: --each) is needed, and at most 8192");
  if (o.lifetime == 0 || o.lifetime > kLongestLife) refuse("--lifetime is at most 120");
  const bool leaks = o.kind == HogKind::leak || o.kind == HogKind::respawn;
  if (leaks && o.rate == 0) refuse("leak and respawn need --rate");
  if (o.kind == HogKind::swarm) check_swarm(o);
  if (!o.save_file.empty()) o.on_term = OnTerm::save;
  if (!leaks) o.start = o.limit, o.rate = 0;
  o.start = std::min(o.start, o.limit);
  return o;
}

void refuse(std::string_view why) {
  std::fprintf(stderr, "forestall_hog: %.*s\n%.*s", static_cast<int>(why.size()), why.data(),
               static_cast<int>(kUsage.size()), kUsage.data());
  std::exit(kBadUse);
}

}  // namespace forestall::testing
