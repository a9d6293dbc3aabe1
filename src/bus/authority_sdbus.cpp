// SPDX-License-Identifier: MIT
#include "bus/authority_sdbus.h"

#include <algorithm>

namespace forestall::bus {
namespace {

constexpr std::uint64_t kSecond = 1'000'000;
constexpr std::uint64_t kPatience = 10 * kSecond;
/// Somebody may have to look for his password.
constexpr std::uint64_t kPatienceWithPeople = 300 * kSecond;
constexpr std::uint32_t kAllowInteraction = 1;  // CheckAuthorizationFlags of polkit

}  // namespace

int Authority::ask(sd_bus_message* call, const char* action, Deed deed) {
  const char* sender = sd_bus_message_get_sender(call);
  if (sender == nullptr) return -EACCES;  // not by way of a bus: nobody vouches for the caller
  if (pending_.size() >= kMostPending) return -EBUSY;
  Request& request = pending_.emplace_back();
  request.authority = this;
  request.call.reset(sd_bus_message_ref(call));
  request.action = action;
  request.deed = std::move(deed);
  sd_bus* bus = sd_bus_message_get_bus(call);
  sd_bus_message* question = nullptr;
  int r = sd_bus_message_new_method_call(bus, &question, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                                         "org.freedesktop.DBus", "GetConnectionUnixUser");
  const Message owned(question);
  if (r >= 0) r = sd_bus_message_append(question, "s", sender);
  sd_bus_slot* slot = nullptr;
  if (r >= 0) r = sd_bus_call_async(bus, &slot, question, &Authority::on_user, &request, kPatience);
  if (r < 0) {
    pending_.pop_back();
    return r;
  }
  request.slot.reset(slot);
  return 1;
}

int Authority::on_user(sd_bus_message* reply, void* userdata, sd_bus_error* /*error*/) noexcept {
  Request& request = *static_cast<Request*>(userdata);
  return guarded([&] {
    std::uint32_t uid = UINT32_MAX;
    const bool known = sd_bus_message_is_method_error(reply, nullptr) == 0 && sd_bus_message_read(reply, "u", &uid) > 0;
    if (known && uid == 0) {
      request.authority->settle(request, 0);
      return 1;
    }
    const bool full = std::ranges::count(request.authority->pending_, true, &Request::at_polkit) >=
                      static_cast<std::ptrdiff_t>(kMostAtPolkit);
    if (known && full) {
      request.authority->settle(request, -EBUSY);
    } else if (!known || ask_polkit(request) < 0) {
      request.authority->settle(request, -EACCES);
    }
    return 1;
  });
}

int Authority::ask_polkit(Request& request) {
  sd_bus_message* call = request.call.get();
  sd_bus* bus = sd_bus_message_get_bus(call);
  const bool with_people = sd_bus_message_get_allow_interactive_authorization(call) > 0;
  sd_bus_message* question = nullptr;
  int r = sd_bus_message_new_method_call(bus, &question, "org.freedesktop.PolicyKit1",
                                         "/org/freedesktop/PolicyKit1/Authority",
                                         "org.freedesktop.PolicyKit1.Authority", "CheckAuthorization");
  const Message owned(question);
  if (r < 0) return r;
  r = sd_bus_message_append(question, "(sa{sv})sa{ss}us", "system-bus-name", 1, "name", "s",
                            sd_bus_message_get_sender(call), request.action, 0, with_people ? kAllowInteraction : 0U,
                            "");
  if (r < 0) return r;
  sd_bus_slot* slot = nullptr;
  r = sd_bus_call_async(bus, &slot, question, &Authority::on_polkit, &request,
                        with_people ? kPatienceWithPeople : kPatience);
  request.at_polkit = r >= 0;
  if (r >= 0) request.slot.reset(slot);
  return r;
}

int Authority::on_polkit(sd_bus_message* reply, void* userdata, sd_bus_error* /*error*/) noexcept {
  Request& request = *static_cast<Request*>(userdata);
  return guarded([&] {
    int authorised = 0;
    int challenge = 0;
    const bool answered = sd_bus_message_is_method_error(reply, nullptr) == 0 &&
                          sd_bus_message_enter_container(reply, 'r', "bba{ss}") > 0 &&
                          sd_bus_message_read(reply, "bb", &authorised, &challenge) > 0;
    request.authority->settle(request, answered && authorised != 0 ? 0 : -EACCES);
    return 1;
  });
}

void Authority::settle(Request& request, int may) {
  const Message call = std::move(request.call);
  const Deed deed = std::move(request.deed);
  pending_.remove_if([&](const Request& r) { return &r == &request; });
  int r = may;
  if (may == 0) r = guarded([&] { return deed(call.get()); });
  if (may == -EACCES) {
    r = sd_bus_reply_method_errorf(call.get(), SD_BUS_ERROR_ACCESS_DENIED,
                                   "Only root may do this, and whom polkit lets.");
  }
  if (r < 0) sd_bus_reply_method_errno(call.get(), r, nullptr);
}

}  // namespace forestall::bus
