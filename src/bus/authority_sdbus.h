// SPDX-License-Identifier: MIT
// Who may do what. Root always may; of others polkit decides, and if there is no polkit they may not. Both questions
// go out as calls whose answers come later: what sd-bus offers for this (sd_bus_query_sender_privilege(3)) waits for
// the bus, and this daemon waits for nobody.
#pragma once

#include <systemd/sd-bus.h>

#include <functional>
#include <list>

#include "bus/handles_sdbus.h"

namespace forestall::bus {

class Authority {
 public:
  /// Does what was asked for and answers `call`. A negative result becomes the error that its caller gets.
  using Deed = std::function<int(sd_bus_message* call)>;

  /// Does `deed` when it is known that the caller may have `action` (an id of polkit's) done, and answers with
  /// AccessDenied otherwise. For a method's handler to return.
  int ask(sd_bus_message* call, const char* action, Deed deed);
  /// What is not decided yet never will be: the bus is gone.
  void forget() { pending_.clear(); }

 private:
  struct Request {
    Authority* authority = nullptr;
    Message call;
    const char* action = "";
    Deed deed;
    Slot slot;
    bool at_polkit = false;
  };
  /// More at once can only be somebody who wants to fill memory.
  static constexpr std::size_t kMostPending = 64;
  /// Of them, those of whom polkit decides, which may take minutes: whoever fills this place must not keep root out.
  static constexpr std::size_t kMostAtPolkit = 16;

  static int on_user(sd_bus_message* reply, void* request, sd_bus_error* error) noexcept;
  static int on_polkit(sd_bus_message* reply, void* request, sd_bus_error* error) noexcept;
  static int ask_polkit(Request& request);
  /// `may`: zero if nobody forbids it; else a negative errno, of which -EACCES is put into words.
  void settle(Request& request, int may);

  std::list<Request> pending_;
};

}  // namespace forestall::bus
