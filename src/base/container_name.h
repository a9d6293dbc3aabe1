// SPDX-License-Identifier: MIT
// Containers and virtual machines by the names that those who make them give their cgroups.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace forestall {

struct ContainerName {
  std::string name;         ///< with Docker, Podman, CRI-O and containerd the id
  bool is_machine = false;  ///< one of systemd-machined's: a virtual machine, or a container that is run like one
};

/// What one component of a cgroup's path, or a unit, is the container of: "docker-ID.scope", "libpod-ID.scope",
/// "crio-ID.scope", "cri-containerd-ID.scope", "machine-NAME.scope" (libvirt, systemd-nspawn),
/// "systemd-nspawn@NAME.service", "lxc.payload.NAME". None if it is none.
std::optional<ContainerName> container_named(std::string_view component);

}  // namespace forestall
