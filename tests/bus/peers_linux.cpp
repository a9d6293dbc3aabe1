// SPDX-License-Identifier: MIT
#include "bus/peers_linux.h"

#include <fmt/format.h>

#include <array>

namespace forestall::testing {
namespace {

constexpr std::uint64_t kBoundUsec = 5'000'000;

void must(int result, const char* what) {
  if (result < 0) throw std::system_error(-result, std::generic_category(), what);
}

template <typename T>
T read(sd_bus_message* m, char type) {
  T value{};
  must(sd_bus_message_read_basic(m, type, &value), "read");
  return value;
}

std::string basic(sd_bus_message* m, char type) {
  switch (type) {
    case 's': return fmt::format("\"{}\"", read<const char*>(m, type));
    case 'b': return read<int>(m, type) != 0 ? "true" : "false";
    case 'y': return fmt::format("{}", read<std::uint8_t>(m, type));
    case 'u': return fmt::format("{}", read<std::uint32_t>(m, type));
    case 't': return fmt::format("{}", read<std::uint64_t>(m, type));
    case 'd': return fmt::format("{}", read<double>(m, type));
    default: break;
  }
  must(sd_bus_message_skip(m, nullptr), "skip");
  return "?";
}

}  // namespace

std::string contents(sd_bus_message* m) {
  std::string all;
  char type = 0;
  const char* inside = nullptr;
  while (sd_bus_message_peek_type(m, &type, &inside) > 0) {
    if (!all.empty()) all += type == 'e' ? ", " : " ";
    if (inside == nullptr) {
      all += basic(m, type);
      continue;
    }
    must(sd_bus_message_enter_container(m, type, inside), "enter");
    const std::string text = contents(m);
    must(sd_bus_message_exit_container(m), "exit");
    all += type == 'a' ? "[" + text + "]" : type == 'r' ? "(" + text + ")" : text;
  }
  return all;
}

PeersTest::PeersTest() {
  must(sd_event_new(&event_), "event");
  std::array<int, 2> ends{};
  must(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends.data()), "socketpair");
  sd_bus* server = nullptr;
  sd_bus* client = nullptr;
  sd_id128_t id{};
  must(sd_id128_randomize(&id), "id");
  must(sd_bus_new(&server), "server");
  bus::Bus owned(server);
  must(sd_bus_set_fd(server, ends[0], ends[0]), "fd");
  must(sd_bus_set_server(server, 1, id), "server");
  must(sd_bus_negotiate_fds(server, 1), "fds");
  must(sd_bus_start(server), "start");
  must(sd_bus_new(&client), "client");
  client_.reset(client);
  must(sd_bus_set_fd(client, ends[1], ends[1]), "fd");
  must(sd_bus_negotiate_fds(client, 1), "fds");
  must(sd_bus_start(client), "start");
  must(sd_bus_attach_event(client, event_, 0), "attach");
  must(sd_bus_add_filter(client, nullptr, &PeersTest::on_signal, this), "filter");
  must(sd_bus_add_object(client, nullptr, "/org/freedesktop/DBus", &PeersTest::on_bus, this), "object");
  must(sd_bus_add_object(client, nullptr, "/org/freedesktop/PolicyKit1/Authority", &PeersTest::on_bus, this), "object");

  service_.emplace(event_, subject_, announcements_, [this](const std::string& why) { complaints_.push_back(why); });
  must(service_->adopt(std::move(owned)), "adopt");
  subject_.now.time = at(0s);
  EXPECT_TRUE(pump_until([&] { return service_->is_open() && sd_bus_is_ready(client_.get()) > 0; }));
}

PeersTest::~PeersTest() {
  service_.reset();
  client_.reset();
  sd_event_unref(event_);
}

bool PeersTest::pump_until(const std::function<bool()>& condition) {
  std::uint64_t begun = 0;
  ::sd_event_now(event_, CLOCK_MONOTONIC, &begun);
  std::uint64_t now = begun;
  while (!condition()) {
    if (now - begun > kBoundUsec) return false;
    must(sd_event_run(event_, 10'000), "run");
    ::sd_event_now(event_, CLOCK_MONOTONIC, &now);
  }
  return true;
}

Answer PeersTest::call(const Call& call, const std::function<void(sd_bus_message*)>& append) {
  sd_bus_message* m = nullptr;
  must(sd_bus_message_new_method_call(client_.get(), &m, nullptr, call.path.c_str(), call.interface.c_str(),
                                      call.member.c_str()),
       "call");
  const bus::Message owned(m);
  if (!call.sender.empty()) must(sd_bus_message_set_sender(m, call.sender.c_str()), "sender");
  if (append) append(m);
  Answer answer;
  sd_bus_slot* slot = nullptr;
  const auto on_reply = [](sd_bus_message* reply, void* to, sd_bus_error* /*error*/) {
    static_cast<bus::Message*>(to)->reset(sd_bus_message_ref(reply));
    return 0;
  };
  must(sd_bus_call_async(client_.get(), &slot, m, on_reply, &answer.message, kBoundUsec), "call");
  const bus::Slot owned_slot(slot);
  pump_until([&] { return answer.message != nullptr; });
  const sd_bus_error* error = answer.message ? sd_bus_message_get_error(answer.message.get()) : nullptr;
  if (error != nullptr) {
    answer.error = error->name;
    answer.text = error->message;
  }
  return answer;
}

Answer PeersTest::method(const std::string& member, const std::function<void(sd_bus_message*)>& append) {
  Call c;
  c.member = member;
  c.sender = ":1.7";
  return call(c, append);
}

std::string PeersTest::property(const std::string& name) {
  const Answer a = call({bus::Forestall1::kPath, "org.freedesktop.DBus.Properties", "Get", {}}, [&](sd_bus_message* m) {
    sd_bus_message_append(m, "ss", bus::Forestall1::kInterface, name.c_str());
  });
  return a.ok() ? contents(a.message.get()) : a.error;
}

Answer PeersTest::set_log_control(const std::string& name, const std::string& value) {
  return call({"/org/freedesktop/LogControl1", "org.freedesktop.DBus.Properties", "Set", {}}, [&](sd_bus_message* m) {
    sd_bus_message_append(m, "ssv", "org.freedesktop.LogControl1", name.c_str(), "s", value.c_str());
  });
}

void PeersTest::happen(Event event, const Incident& incident) {
  announcements_.tell(event, incident);
  service_->after_look();
}

std::vector<std::string> PeersTest::signals(std::size_t count) {
  pump_until([&] { return signals_.size() >= count; });
  // All that the service said before it answers this.
  property("Version");
  return std::exchange(signals_, {});
}

int PeersTest::on_signal(sd_bus_message* message, void* self, sd_bus_error* /*error*/) {
  if (sd_bus_message_is_signal(message, nullptr, nullptr) == 0) return 0;
  const std::string member = sd_bus_message_get_member(message);
  static_cast<PeersTest*>(self)->signals_.push_back(member + " " + contents(message));
  return 0;
}

int PeersTest::on_bus(sd_bus_message* m, void* self, sd_bus_error* /*error*/) {
  auto* test = static_cast<PeersTest*>(self);
  if (sd_bus_message_is_method_call(m, "org.freedesktop.DBus", "GetConnectionUnixUser") > 0) {
    const char* name = nullptr;
    sd_bus_message_read(m, "s", &name);
    const auto found = test->uids_.find(name);
    if (found != test->uids_.end()) return sd_bus_reply_method_return(m, "u", found->second);
    return sd_bus_reply_method_errorf(m, SD_BUS_ERROR_NAME_HAS_NO_OWNER, "nobody");
  }
  if (sd_bus_message_is_method_call(m, "org.freedesktop.PolicyKit1.Authority", "CheckAuthorization") == 0) return 0;
  if (test->polkit_waits_) return 1;
  if (!test->polkit_) return sd_bus_reply_method_errorf(m, SD_BUS_ERROR_SERVICE_UNKNOWN, "no polkit");
  const char *kind = nullptr, *key = nullptr, *name = nullptr, *action = nullptr;
  std::uint32_t flags = 0;
  sd_bus_message_enter_container(m, 'r', "sa{sv}");
  sd_bus_message_read(m, "sa{sv}", &kind, 1, &key, "s", &name);
  sd_bus_message_exit_container(m);
  sd_bus_message_read(m, "s", &action);
  sd_bus_message_skip(m, "a{ss}");
  sd_bus_message_read(m, "u", &flags);
  test->polkit_asked_.push_back(fmt::format("{} {} {} {} {}", kind, key, name, action, flags));
  return sd_bus_reply_method_return(m, "(bba{ss})", static_cast<int>(*test->polkit_), 0, 0);
}

}  // namespace forestall::testing
