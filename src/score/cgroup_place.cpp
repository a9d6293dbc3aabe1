// SPDX-License-Identifier: MIT
#include "score/cgroup_place.h"

#include <algorithm>
#include <utility>

#include "base/container_name.h"
#include "base/text.h"

namespace forestall {
namespace {

std::string_view take_component(std::string_view& path) {
  while (path.starts_with('/')) path.remove_prefix(1);
  const std::string_view component = path.substr(0, path.find('/'));
  path.remove_prefix(component.size());
  return component;
}

bool is_unit(std::string_view name) { return name.ends_with(".service") || name.ends_with(".scope"); }

/// Passes the slices at the head of `path`, then takes the unit, if there is one. Anything else ends the search.
std::string_view take_unit(std::string_view& path, std::string_view& slice) {
  while (true) {
    const std::string_view component = take_component(path);
    if (!component.ends_with(".slice")) return is_unit(component) ? component : std::string_view{};
    slice = component;
  }
}

std::string_view path_of(std::string_view text) {
  std::string_view unified, legacy;
  while (!text.empty()) {
    std::string_view line = take_line(text);
    line.remove_prefix(std::min(line.size(), line.find(':') + 1));  // the hierarchy's number
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    const std::string_view controllers = line.substr(0, colon);
    if (controllers.empty()) unified = line.substr(colon + 1);
    if (controllers == "name=systemd") legacy = line.substr(colon + 1);
  }
  return unified.size() > 1 || legacy.empty() ? unified : legacy;
}

}  // namespace

CgroupPlace parse_cgroup(std::string_view text) {
  CgroupPlace place;
  std::string_view path = path_of(text);
  place.path.assign(path);
  std::string_view slice;
  const std::string_view unit = take_unit(path, slice);
  place.unit.assign(unit);
  place.slice.assign(slice);
  if (unit.starts_with("user@")) {
    std::string_view user_slice;
    place.user_unit.assign(take_unit(path, user_slice));
  }
  return place;
}

std::string container_of(const CgroupPlace& place) {
  std::string_view path = place.path.view();
  while (!path.empty()) {
    const std::string_view component = take_component(path);
    // Without systemd's help, Docker and LXC make a directory of their own and one for each container in it.
    if (component == "docker" || component == "lxc") return std::string(take_component(path));
    if (auto container = container_named(component)) return std::move(container->name);
    // Nor does Kubernetes: its pods lie in up to three directories, and containers in those.
    if (component == "kubepods") return std::string(path.substr(path.rfind('/') + 1));
    // What lies below a unit whoever it was delegated to may name as he likes.
    if (is_unit(component) && !component.starts_with("user@")) break;
  }
  return {};
}

}  // namespace forestall
