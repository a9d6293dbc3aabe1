// SPDX-License-Identifier: MIT
// /proc/PID/cgroup as the unit and slice it stands for. Pure.
#pragma once

#include <string>
#include <string_view>

#include "forestall/process.h"

namespace forestall {

/// Reads proc_pid_cgroup(5) by the rules that systemd builds the tree with (systemd.slice(5), and
/// https://systemd.io/CGROUP_DELEGATION): slices, then the system manager's unit, and below a user@UID.service the
/// units of that user's manager. Takes the unified hierarchy ("0::"), and where nothing is in it systemd's own of
/// cgroup v1 ("name=systemd"). A path that leaves our namespace ("/../…") belongs to no unit that we know.
CgroupPlace parse_cgroup(std::string_view text);

/// The container or virtual machine that this is a place in, the outermost, by the names that those who make them give
/// their cgroups: the name with libvirt, systemd-nspawn and LXC, the id with Docker, Podman, CRI-O and containerd.
/// Empty if it is none.
std::string container_of(const CgroupPlace& place);

}  // namespace forestall
