// SPDX-License-Identifier: MIT
// What may be read, and when a change of it is said.
#include <fstream>
#include <regex>
#include <sstream>

#include "bus/peers_linux.h"

namespace forestall::testing {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

using Properties = PeersTest;

TEST_F(Properties, TellWhatIsKnownWithoutALook) {
  subject_.now.headroom = {5 * kGiB, 8 * kGiB, kGiB, 2 * kGiB};
  subject_.now.exhausted_in = 3s;
  subject_.now.victims = 4;
  subject_.now.needless = 1;
  subject_.now.dry_run = true;
  EXPECT_EQ(property("Version"), "\"" FORESTALL_VERSION "\"");
  EXPECT_EQ(property("DryRun"), "true");
  EXPECT_EQ(property("State"), "\"watching\"");
  EXPECT_EQ(property("ArmedLevel"), "\"calm\"");
  EXPECT_EQ(property("LastSample"),
            "[\"MonotonicUSec\" 3600000000, \"MemAvailableBytes\" 5368709120, \"UserMemoryBytes\" 8589934592, "
            "\"SwapLeftBytes\" 1073741824, \"SwapTotalBytes\" 2147483648, \"ExhaustedInUSec\" 3000000]");
  EXPECT_EQ(property("Rules"),
            "[(\"low-memory\" true \"terminate\" \"less than 1 GiB available: SIGTERM\") "
            "(\"stall\" false \"kill\" \"all tasks stalled: SIGKILL\")]");
  EXPECT_EQ(property("ConfigurationError"), "\"\"");
  EXPECT_THAT(property("Counters"), HasSubstr("\"victims\" 4, \"needless\" 1, \"pressure_warning\" 0"));
  EXPECT_EQ(property("LastIncident"), "[]");
  EXPECT_EQ(property("PauseEndUSec"), "0");
  EXPECT_EQ(subject_.explained, 0);
}

TEST_F(Properties, AreSaidOnceWhenTheyChange) {
  service_->after_look();
  EXPECT_THAT(signals(0), IsEmpty());
  subject_.now.level = bus::Level::acting;
  service_->after_look();
  service_->after_look();
  EXPECT_THAT(signals(1), ElementsAre("PropertiesChanged \"org.forestall.Forestall1\" [\"ArmedLevel\" \"acting\"] []"));
  subject_.now.blind = true;
  service_->after_look();
  EXPECT_THAT(signals(1), ElementsAre(HasSubstr("[\"State\" \"blind\"]")));
}

TEST_F(Properties, CallRulesInvalidWhenThereAreOthers) {
  ++subject_.now.configurations;
  service_->after_look();  // the first ones
  signals(1);
  ++subject_.now.configurations;
  service_->after_look();
  EXPECT_THAT(signals(1), ElementsAre("PropertiesChanged \"org.forestall.Forestall1\" [] [\"Rules\"]"));
}

TEST_F(Properties, TakeTroubleThatComesAndGoesForOne) {
  subject_.now.level = bus::Level::armed;
  service_->after_look();
  EXPECT_THAT(signals(1), ElementsAre(HasSubstr("armed")));
  for (int i = 0; i < 20; ++i) {
    subject_.now.time += 300ms;
    subject_.now.level = i % 10 == 9 ? bus::Level::armed : bus::Level::calm;
    service_->after_look();
  }
  EXPECT_THAT(signals(0), IsEmpty());
  EXPECT_EQ(property("ArmedLevel"), "\"armed\"");
  subject_.now.level = bus::Level::calm;
  subject_.now.time += 5s;
  service_->after_look();
  EXPECT_THAT(signals(1), ElementsAre(HasSubstr("\"ArmedLevel\" \"calm\"")));
}

TEST_F(Properties, KeepTheLastEvent) {
  happen(Event::victim_terminated, incident());
  EXPECT_THAT(signals(2).back(), AllOf(HasSubstr("PropertiesChanged"), HasSubstr("\"victim_terminated\" 1"),
                                       HasSubstr("\"LastIncident\" [\"IncidentId\" \"0123456789abcdef")));
  EXPECT_THAT(property("LastIncident"), AllOf(HasSubstr("\"Event\" \"victim_terminated\""), HasSubstr("\"Pid\" 4242"),
                                              HasSubstr("\"Rule\" \"low-memory\"")));
}

TEST_F(Properties, CannotBeSet) {
  const Answer a = call({bus::Forestall1::kPath, "org.freedesktop.DBus.Properties", "Set", {}}, [](sd_bus_message* m) {
    sd_bus_message_append(m, "ssv", bus::Forestall1::kInterface, "State", "s", "watching");
  });
  EXPECT_EQ(a.error, SD_BUS_ERROR_PROPERTY_READ_ONLY);
}

class Introspection : public PeersTest {
 protected:
  std::string xml(const std::string& path) {
    const Answer a = call({path, "org.freedesktop.DBus.Introspectable", "Introspect", {}});
    const char* text = "";
    if (a.ok()) sd_bus_message_read(a.message.get(), "s", &text);
    return text;
  }
  /// What sd-bus adds to every object depends on its version.
  static std::string of_interface(const std::string& xml, const std::string& name) {
    const auto begin = xml.find(" <interface name=\"" + name + "\">");
    if (begin == std::string::npos) return {};
    return xml.substr(begin, xml.find("</interface>\n", begin) + 13 - begin);
  }
};

TEST_F(Introspection, IsAsPromised) {
  const std::string promised = FORESTALL_SOURCE_DIR "/docs/org.forestall.Forestall1.xml";
  std::string is =
      "<!DOCTYPE node PUBLIC \"-//freedesktop//DTD D-BUS Object Introspection 1.0//EN\"\n"
      "\"https://www.freedesktop.org/standards/dbus/1.0/introspect.dtd\">\n"
      "<!-- Made of the daemon's own answer; FORESTALL_WRITE_PROMISES=1 makes the test write it anew. -->\n<node>\n";
  is += of_interface(xml(bus::Forestall1::kPath), bus::Forestall1::kInterface) + "</node>\n";
  if (std::getenv("FORESTALL_WRITE_PROMISES") != nullptr) std::ofstream(promised) << is;
  std::ostringstream text;
  text << std::ifstream(promised).rdbuf();
  EXPECT_EQ(is, text.str());
}

/// For each other member sd-bus itself would ask the bus about the caller, and wait for the answer.
TEST_F(Introspection, ShowsNoMemberThatIsMarkedPrivileged) {
  for (const char* path : {bus::Forestall1::kPath, bus::LowMemoryMonitor::kPath, "/org/freedesktop/LogControl1"}) {
    EXPECT_THAT(xml(path), AllOf(HasSubstr("<interface"), Not(HasSubstr("Privileged")))) << path;
  }
}

using LogControl = PeersTest;

TEST_F(LogControl, TellsAndTakesTheLevel) {
  const auto get = [&](const char* name) {
    const Answer a =
        call({"/org/freedesktop/LogControl1", "org.freedesktop.DBus.Properties", "Get", {}},
             [&](sd_bus_message* m) { sd_bus_message_append(m, "ss", "org.freedesktop.LogControl1", name); });
    return a.ok() ? contents(a.message.get()) : a.error;
  };
  EXPECT_EQ(get("LogLevel"), "\"info\"");
  EXPECT_EQ(get("LogTarget"), "\"journal\"");
  EXPECT_EQ(get("SyslogIdentifier"), "\"forestalld\"");
  EXPECT_TRUE(set_log_control("LogLevel", "warning").ok());
  EXPECT_EQ(subject_.level, 4);
  EXPECT_EQ(get("LogLevel"), "\"warning\"");
}

TEST_F(LogControl, RefusesWhatItCannotDo) {
  EXPECT_EQ(set_log_control("LogLevel", "loud").error, SD_BUS_ERROR_INVALID_ARGS);
  EXPECT_EQ(subject_.level, 6);
  EXPECT_TRUE(set_log_control("LogTarget", "journal").ok());
  EXPECT_EQ(set_log_control("LogTarget", "kmsg").error, SD_BUS_ERROR_NOT_SUPPORTED);
}

}  // namespace
}  // namespace forestall::testing
