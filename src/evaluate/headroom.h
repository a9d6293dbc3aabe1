// SPDX-License-Identifier: MIT
// What is really left: the kernel's figures, corrected for what they leave out.
#pragma once

#include "forestall/sample.h"

namespace forestall {

/// * available: MemAvailable + what the ZFS cache holds above its minimum + what is parked on the lists of single
///   processors: up to an eighth of a zone since Linux 6.7 (mm/page_alloc.c, percpu_pagelist_high_fraction), and
///   drained before anybody has to wait for memory (drain_all_pages).
/// * user_total: available + AnonPages. Percentages refer to it and not to MemTotal: what tmpfs, huge page pools and
///   the kernel hold cannot be had by killing, and must not make a limit unreachable.
/// * swap_left: SwapFree, of which the part on zram counts only as free × (1 - cost/stored): filling it eats RAM.
///   Before a device stores enough to tell (kZramTells) one half is assumed.
Headroom headroom(const Sample& sample);

inline constexpr Bytes kZramTells = 16 * kMiB;

}  // namespace forestall
