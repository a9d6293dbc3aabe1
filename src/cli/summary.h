// SPDX-License-Identifier: MIT
// A story in the few words that a list has room for. Everything in it is harmless text already.
#pragma once

#include <string>

#include "report/story.h"

namespace forestall::cli {

/// The event that says most: what was done to whom, else what else there was.
const StoryEvent& main_event(const Story& story);

/// "SIGTERM, gone": all that was done.
std::string what_was_done(const Story& story);

/// "make (family of 33)"; "—": nobody.
std::string victim_of(const StoryEvent& event);

}  // namespace forestall::cli
