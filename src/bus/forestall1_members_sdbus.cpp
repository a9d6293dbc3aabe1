// SPDX-License-Identifier: MIT
// Each property and each method: what it answers, and under which name.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/fd_linux.h"
#include "bus/details_sdbus.h"
#include "bus/forestall1_sdbus.h"
#include "report/words.h"

namespace forestall::bus {
namespace {

/// See forestall1_sdbus.h: without it sd-bus would wait for the bus.
constexpr std::uint64_t kAnybody = SD_BUS_VTABLE_UNPRIVILEGED;
constexpr const char* kBusy = "org.forestall.Error.Busy";
constexpr const char* kNoSuchIncident = "org.forestall.Error.NoSuchIncident";
constexpr const char* kConfigurationRejected = "org.forestall.Error.ConfigurationRejected";
/// Whoever asks for more has to wait: all users together can keep the daemon from its work no longer than this allows.
constexpr std::uint64_t kCostlyEveryUsec = 1'000'000;

const char* name_of(Level level) {
  switch (level) {
    case Level::calm: return "calm";
    case Level::armed: return "armed";
    case Level::acting: return "acting";
  }
  return "";
}

/// A file that is nowhere, with `text` in it, to be read from its beginning.
Fd file_with(const std::string& text) {
  Fd file(::memfd_create("forestall-state", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  const auto size = static_cast<ssize_t>(text.size());
  if (!file || ::pwrite(file.get(), text.data(), text.size(), 0) != size) return Fd();
  ::fcntl(file.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL);
  return file;
}

}  // namespace

// ---- Properties -----------------------------------------------------------------------------------------------------

int Forestall1::get_version(sd_bus_message* reply) const {
  return sd_bus_message_append(reply, "s", FORESTALL_VERSION);
}

int Forestall1::get_state(sd_bus_message* reply) const {
  return sd_bus_message_append(reply, "s", state_of(subject_.snapshot()));
}

/// As it was said last: a listener and whoever asks are told the same.
int Forestall1::get_level(sd_bus_message* reply) const {
  return sd_bus_message_append(reply, "s", name_of(said_.level));
}

int Forestall1::get_dry_run(sd_bus_message* reply) const {
  return sd_bus_message_append(reply, "b", static_cast<int>(subject_.snapshot().dry_run));
}

int Forestall1::get_sample(sd_bus_message* reply) const {
  const Snapshot now = subject_.snapshot();
  Dictionary d(reply);
  d.add("MonotonicUSec", usec_of(now.time));
  d.add("MemAvailableBytes", now.headroom.available);
  d.add("UserMemoryBytes", now.headroom.user_total);
  d.add("SwapLeftBytes", now.headroom.swap_left);
  d.add("SwapTotalBytes", now.headroom.swap_total);
  if (now.headroom.strict_commit) d.add("CommitLeftBytes", now.headroom.commit_left);
  if (now.exhausted_in) d.add("ExhaustedInUSec", *now.exhausted_in);
  return d.close();
}

int Forestall1::get_rules(sd_bus_message* reply) const {
  int r = sd_bus_message_open_container(reply, 'a', "(sbss)");
  for (const RuleLine& rule : subject_.rules()) {
    if (r < 0) return r;
    r = sd_bus_message_append(reply, "(sbss)", rule.name.c_str(), static_cast<int>(rule.enabled),
                              std::string(rule.action).c_str(), rule.meaning.c_str());
  }
  return r < 0 ? r : sd_bus_message_close_container(reply);
}

int Forestall1::get_counters(sd_bus_message* reply) const {
  const Snapshot now = subject_.snapshot();
  int r = sd_bus_message_open_container(reply, 'a', "{st}");
  const auto add = [&](std::string_view name, std::uint64_t count) {
    if (r >= 0) r = sd_bus_message_append(reply, "{st}", std::string(name).c_str(), count);
  };
  add("victims", now.victims);
  add("needless", now.needless);
  for (std::size_t i = 0; i < kEvents; ++i) {
    const auto event = static_cast<Event>(i);
    add(forestall::name_of(event), announcements_.count(event));
  }
  return r < 0 ? r : sd_bus_message_close_container(reply);
}

int Forestall1::get_last_incident(sd_bus_message* reply) const {
  if (events_ == 0) return Dictionary(reply).close();
  return append_details(reply, last_event_, last_);
}

int Forestall1::get_pause_end(sd_bus_message* reply) const {
  const auto until = subject_.snapshot().paused_until;
  return sd_bus_message_append(reply, "t", until ? usec_of(*until) : 0);
}

int Forestall1::get_rejected(sd_bus_message* reply) const {
  return sd_bus_message_append(reply, "s", std::string(subject_.snapshot().rejected).c_str());
}

// ---- Methods --------------------------------------------------------------------------------------------------------

bool Forestall1::is_busy(sd_bus_message* call) {
  const std::uint64_t now = now_usec(sd_bus_get_event(sd_bus_message_get_bus(call)));
  if (costly_at_ != 0 && now - costly_at_ < kCostlyEveryUsec) return true;
  costly_at_ = now;
  return false;
}

int Forestall1::explain(sd_bus_message* call) {
  if (is_busy(call)) {
    return sd_bus_reply_method_errorf(call, kBusy, "Somebody asked less than a second ago; ask again.");
  }
  const auto text = subject_.explain();
  if (text) return sd_bus_reply_method_return(call, "s", text->c_str());
  if (text.error().code == EBUSY) return sd_bus_reply_method_errorf(call, kBusy, "%s", text.error().what.c_str());
  return sd_bus_reply_method_errorf(call, SD_BUS_ERROR_FAILED, "%s", text.error().what.c_str());
}

int Forestall1::dump(sd_bus_message* call) {
  if (is_busy(call)) {
    return sd_bus_reply_method_errorf(call, kBusy, "Somebody asked less than a second ago; ask again.");
  }
  const Fd file = file_with(subject_.dump());
  return file ? sd_bus_reply_method_return(call, "h", file.get()) : -ENOMEM;
}

int Forestall1::list_incidents(sd_bus_message* call) {
  sd_bus_message* m = nullptr;
  int r = sd_bus_message_new_method_return(call, &m);
  const Message reply(m);
  if (r >= 0) r = sd_bus_message_open_container(m, 'a', "(sts)");
  for (const PastIncidents::Past& past : past_.all()) {
    if (r < 0) return r;
    const auto began = std::chrono::duration_cast<std::chrono::microseconds>(past.began.time_since_epoch()).count();
    r = sd_bus_message_append(m, "(sts)", in_words(past.id).c_str(), static_cast<std::uint64_t>(began),
                              past.said.c_str());
  }
  if (r >= 0) r = sd_bus_message_close_container(m);
  return r < 0 ? r : sd_bus_send(nullptr, m, nullptr);
}

/// It has the command line of the victim, which is not for everybody.
int Forestall1::get_incident(sd_bus_message* call) {
  const char* id = nullptr;
  if (const int r = sd_bus_message_read(call, "s", &id); r < 0) return r;
  const auto no_such = [](sd_bus_message* m) {
    return sd_bus_reply_method_errorf(m, kNoSuchIncident,
                                      "There is no such incident since the daemon was started, or it is too long ago.");
  };
  // Before anybody is asked: what waits for an answer is kept, and an id may be as long as a message.
  if (past_.find(id) == nullptr) return no_such(call);
  const auto tell = [this, no_such, id = std::string(id)](sd_bus_message* m) {
    const PastIncidents::Past* past = past_.find(id);
    return past != nullptr ? sd_bus_reply_method_return(m, "s", past->lines.c_str()) : no_such(m);
  };
  return authority_.ask(call, "org.forestall.Forestall1.incidents", tell);
}

int Forestall1::reload(sd_bus_message* call) {
  return authority_.ask(call, "org.forestall.Forestall1.reload", [this](sd_bus_message* m) {
    const auto done = subject_.reload();
    notice_changes(sd_bus_message_get_bus(m));
    if (done) return sd_bus_reply_method_return(m, "");
    return sd_bus_reply_method_errorf(m, kConfigurationRejected, "%s", done.error().what.c_str());
  });
}

int Forestall1::pause(sd_bus_message* call) {
  std::uint64_t usec = 0;
  if (const int r = sd_bus_message_read(call, "t", &usec); r < 0) return r;
  const std::uint64_t longest = std::chrono::duration_cast<std::chrono::microseconds>(kLongestPause).count();
  if (usec == 0 || usec > longest) {
    return sd_bus_reply_method_errorf(call, SD_BUS_ERROR_INVALID_ARGS,
                                      "A pause of 0 µs or of more than an hour; allowed is what lies between.");
  }
  return authority_.ask(call, "org.forestall.Forestall1.pause", [this, usec](sd_bus_message* m) {
    subject_.pause(std::chrono::microseconds(usec));
    notice_changes(sd_bus_message_get_bus(m));
    return sd_bus_reply_method_return(m, "");
  });
}

int Forestall1::resume(sd_bus_message* call) {
  return authority_.ask(call, "org.forestall.Forestall1.pause", [this](sd_bus_message* m) {
    subject_.pause(Duration(0));
    notice_changes(sd_bus_message_get_bus(m));
    return sd_bus_reply_method_return(m, "");
  });
}

// ---- What sd-bus is told --------------------------------------------------------------------------------------------

struct Forestall1::Vtable {
  template <int (Forestall1::*Get)(sd_bus_message*) const>
  static int get(sd_bus* /*bus*/, const char* /*path*/, const char* /*interface*/, const char* /*name*/,
                 sd_bus_message* reply, void* self, sd_bus_error* /*error*/) noexcept {
    return guarded([&] { return (static_cast<const Forestall1*>(self)->*Get)(reply); });
  }
  template <int (Forestall1::*Method)(sd_bus_message*)>
  static int call(sd_bus_message* message, void* self, sd_bus_error* /*error*/) noexcept {
    return guarded([&] { return (static_cast<Forestall1*>(self)->*Method)(message); });
  }
  static const sd_bus_vtable kMembers[];
};

using F = Forestall1;
const sd_bus_vtable Forestall1::Vtable::kMembers[] = {
    SD_BUS_VTABLE_START(0),
    SD_BUS_PROPERTY("Version", "s", get<&F::get_version>, 0, SD_BUS_VTABLE_PROPERTY_CONST),
    SD_BUS_PROPERTY("DryRun", "b", get<&F::get_dry_run>, 0, SD_BUS_VTABLE_PROPERTY_CONST),
    SD_BUS_PROPERTY("State", "s", get<&F::get_state>, 0, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
    SD_BUS_PROPERTY("ArmedLevel", "s", get<&F::get_level>, 0, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
    SD_BUS_PROPERTY("LastSample", "a{sv}", get<&F::get_sample>, 0, 0),
    SD_BUS_PROPERTY("Rules", "a(sbss)", get<&F::get_rules>, 0, SD_BUS_VTABLE_PROPERTY_EMITS_INVALIDATION),
    SD_BUS_PROPERTY("ConfigurationError", "s", get<&F::get_rejected>, 0, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
    SD_BUS_PROPERTY("Counters", "a{st}", get<&F::get_counters>, 0, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
    SD_BUS_PROPERTY("LastIncident", "a{sv}", get<&F::get_last_incident>, 0, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
    SD_BUS_PROPERTY("PauseEndUSec", "t", get<&F::get_pause_end>, 0, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
    SD_BUS_METHOD_WITH_ARGS("Explain", SD_BUS_NO_ARGS, SD_BUS_RESULT("s", json), call<&F::explain>, kAnybody),
    SD_BUS_METHOD_WITH_ARGS("DumpByFileDescriptor", SD_BUS_NO_ARGS, SD_BUS_RESULT("h", fd), call<&F::dump>, kAnybody),
    SD_BUS_METHOD_WITH_ARGS("ListIncidents", SD_BUS_NO_ARGS, SD_BUS_RESULT("a(sts)", incidents),
                            call<&F::list_incidents>, kAnybody),
    SD_BUS_METHOD_WITH_ARGS("GetIncident", SD_BUS_ARGS("s", id), SD_BUS_RESULT("s", json), call<&F::get_incident>,
                            kAnybody),
    SD_BUS_METHOD_WITH_ARGS("Reload", SD_BUS_NO_ARGS, SD_BUS_NO_RESULT, call<&F::reload>, kAnybody),
    SD_BUS_METHOD_WITH_ARGS("Pause", SD_BUS_ARGS("t", usec), SD_BUS_NO_RESULT, call<&F::pause>, kAnybody),
    SD_BUS_METHOD_WITH_ARGS("Resume", SD_BUS_NO_ARGS, SD_BUS_NO_RESULT, call<&F::resume>, kAnybody),
    SD_BUS_SIGNAL_WITH_ARGS("Warning", SD_BUS_ARGS("s", event, "s", message, "a{sv}", details), 0),
    SD_BUS_SIGNAL_WITH_ARGS(
        "VictimSelected",
        SD_BUS_ARGS("u", pid, "s", comm, "s", unit, "s", cgroup, "s", signal, "s", reason, "a{sv}", details), 0),
    SD_BUS_SIGNAL_WITH_ARGS(
        "Killed", SD_BUS_ARGS("u", pid, "s", comm, "s", unit, "s", cgroup, "s", signal, "s", reason, "a{sv}", details),
        0),
    SD_BUS_SIGNAL_WITH_ARGS("Recovered", SD_BUS_ARGS("a{sv}", details), 0),
    SD_BUS_VTABLE_END};

int Forestall1::publish(sd_bus* bus) {
  sd_bus_slot* slot = nullptr;
  const int r = sd_bus_add_object_vtable(bus, &slot, kPath, kInterface, Vtable::kMembers, this);
  object_.reset(slot);
  return r;
}

}  // namespace forestall::bus
