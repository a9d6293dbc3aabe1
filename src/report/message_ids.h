// SPDX-License-Identifier: MIT
// The MESSAGE_ID of each kind of journal entry. An id is a promise: scripts and alerts match on it, so it never changes
// meaning. Each has an entry in systemd/forestall.catalog, and the other way round; a test compares the two.
#pragma once

#include <string_view>

namespace forestall::message_id {

/// The daemon watches memory: configuration read, self-test done.
inline constexpr std::string_view kStarted = "032e95edaa4d44eeb8424fd89936aa30";
/// SIGHUP: a new configuration is in force.
inline constexpr std::string_view kConfigReloaded = "a39bc2303b51416ebe9435eb043d93d2";
/// SIGHUP: the new configuration cannot be used, the old one stays in force, whole.
inline constexpr std::string_view kConfigRejected = "baed82cdd6414a958b717eea9a0e4e8b";
/// Something the daemon would use is missing (PSI, a permission, …); it works with the rest.
inline constexpr std::string_view kDegraded = "577d0936518d451f9b90e1495313addd";
/// Somebody had it paused: nobody is chosen for so long.
inline constexpr std::string_view kPaused = "acf2a248e516437a9c4b7222ef45d68f";
/// The pause is over.
inline constexpr std::string_view kResumed = "0133884635654d29b8e962ff6fbb7837";

/// A rule with the action `notify` holds.
inline constexpr std::string_view kPressureWarning = "24081c6ef5e149798282ffbb2cb52d65";
/// No rule holds any more.
inline constexpr std::string_view kRecovered = "eef0c64df98f46beaff7b6c8bed57f59";

/// SIGTERM was sent.
inline constexpr std::string_view kVictimTerminated = "fdf931725bcc4e9f97e4c7ab6937f796";
/// SIGKILL was sent.
inline constexpr std::string_view kVictimKilled = "b61f8e47d7a540d38c5974cbe920586b";
/// The victim is dead; OUTCOME tells whether its memory came back.
inline constexpr std::string_view kVictimGone = "557f55d4a15d4aa8909fe34298c14c09";
/// The victim could not be ended: no permission, or it does not die of SIGKILL.
inline constexpr std::string_view kVictimSurvived = "e6bebfc10ff144ceae54cc7f602bd72a";
/// A victim was chosen, then memory recovered before the signal; nobody was harmed.
inline constexpr std::string_view kStoodDown = "a846ed9e64864a428a6f585066971edd";

/// A rule asked for a victim and there was none.
inline constexpr std::string_view kNoVictim = "f761a7a2f7724666a2bc08d301580059";
/// Kills in a row freed nothing: no more of them for a while.
inline constexpr std::string_view kBreakerOpened = "ed2039e7d4604a559a6c24fd76f3d6aa";
/// The kernel's OOM killer was first.
inline constexpr std::string_view kKernelKilled = "87511f228a1346c0b99790fdacdc0e8e";

/// A service comes back each time it is ended.
inline constexpr std::string_view kRestartLoop = "dc7a4672076349bdbd1749442b08d303";

}  // namespace forestall::message_id
