// SPDX-License-Identifier: MIT
#include "score/cgroup_place.h"

#include <gtest/gtest.h>

#include <ostream>
#include <string>

namespace forestall {
namespace {

struct Case {
  const char* text;
  const char* unit;
  const char* user_unit;
  const char* slice;
};
std::ostream& operator<<(std::ostream& os, const Case& c) { return os << c.text; }

class Place : public ::testing::TestWithParam<Case> {};

TEST_P(Place, IsWhatSystemdCallsIt) {
  const CgroupPlace place = parse_cgroup(GetParam().text);
  EXPECT_EQ(place.unit.view(), GetParam().unit);
  EXPECT_EQ(place.user_unit.view(), GetParam().user_unit);
  EXPECT_EQ(place.slice.view(), GetParam().slice);
}

INSTANTIATE_TEST_SUITE_P(
    Systemd, Place,
    ::testing::Values(
        Case{"0::/init.scope\n", "init.scope", "", ""},
        Case{"0::/system.slice/ssh.service\n", "ssh.service", "", "system.slice"},
        Case{"0::/system.slice/system-getty.slice/getty@tty1.service\n", "getty@tty1.service", "",
             "system-getty.slice"},
        Case{"0::/system.slice/a.service/b.service\n", "a.service", "", "system.slice"},
        Case{"0::/user.slice/user-1000.slice/session-3.scope\n", "session-3.scope", "", "user-1000.slice"},
        Case{"0::/user.slice/user-1000.slice/user@1000.service/app.slice/app-firefox-1234.scope\n", "user@1000.service",
             "app-firefox-1234.scope", "user-1000.slice"},
        Case{"0::/user.slice/user-1000.slice/user@1000.service/app.slice/app-a.slice/b.service/sub\n",
             "user@1000.service", "b.service", "user-1000.slice"},
        Case{"0::/user.slice/user-1000.slice/user@1000.service/init.scope\n", "user@1000.service", "init.scope",
             "user-1000.slice"},
        Case{"0::/user.slice/user-1000.slice/user@1000.service\n", "user@1000.service", "", "user-1000.slice"}));

INSTANTIATE_TEST_SUITE_P(
    Containers, Place,
    ::testing::Values(
        Case{"0::/docker/0123abcd/system.slice/systemd-journald.service\n", "", "", ""},
        Case{"0::/system.slice/docker-0123abcd.scope\n", "docker-0123abcd.scope", "", "system.slice"},
        Case{"0::/system.slice/docker-0123abcd.scope/system.slice/systemd-journald.service\n", "docker-0123abcd.scope",
             "", "system.slice"},
        Case{"0::/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod1.slice/cri-containerd-2.scope\n",
             "cri-containerd-2.scope", "", "kubepods-burstable-pod1.slice"},
        Case{"0::/kubepods/burstable/pod1/2\n", "", "", ""},
        Case{"0::/machine.slice/machine-x.scope/payload/init.scope\n", "machine-x.scope", "", "machine.slice"},
        Case{"0::/lxc.payload.web/system.slice/cron.service\n", "", "", ""}));

INSTANTIATE_TEST_SUITE_P(
    Odd, Place,
    ::testing::Values(Case{"", "", "", ""}, Case{"\n\n", "", "", ""}, Case{"0::/\n", "", "", ""},
                      Case{"0::\n", "", "", ""}, Case{"garbage\n", "", "", ""}, Case{":\n", "", "", ""},
                      Case{"0:", "", "", ""}, Case{"0::/../../system.slice/cron.service\n", "", "", ""},
                      Case{"0::/..\n", "", "", ""},
                      Case{"0::/system.slice/cron.service (deleted)\n", "", "", "system.slice"},
                      Case{"0:://system.slice//cron.service\n", "cron.service", "", "system.slice"},
                      Case{"0::/system.slice", "", "", "system.slice"},
                      Case{"0::/.slice/.service\n", ".service", "", ".slice"},
                      Case{"0::/system.slice/no-unit/cron.service\n", "", "", "system.slice"}));

TEST(CgroupPlace, OfTheHybridTreeIsTheUnifiedOne) {
  EXPECT_EQ(parse_cgroup("9:name=systemd:/system.slice/old.service\n8:pids:/system.slice/x.service\n"
                         "0::/system.slice/new.service\n")
                .unit.view(),
            "new.service");
}

TEST(CgroupPlace, OfTheOldTreeIsSystemdsOwn) {
  const CgroupPlace place =
      parse_cgroup("9:name=systemd:/user.slice/user-0.slice/session-1.scope\n8:memory:/other.service\n0::/\n");
  EXPECT_EQ(place.unit.view(), "session-1.scope");
  EXPECT_EQ(place.path.view(), "/user.slice/user-0.slice/session-1.scope");
  EXPECT_EQ(parse_cgroup("3:name=systemd:/system.slice/a.service\n").unit.view(), "a.service") << "without cgroup2";
}

TEST(CgroupPlace, OtherHierarchiesTellNoPlace) {
  EXPECT_TRUE(parse_cgroup("5:memory:/system.slice/ssh.service\n4:name=mine:/system.slice/a.service\n").unit.empty());
}

TEST(CgroupPlace, ColonsBelongToThePath) {
  EXPECT_EQ(parse_cgroup("0::/system.slice/a:b.service\n").unit.view(), "a:b.service");
}

TEST(CgroupPlace, LongPathsAreCutAndNothingElseHappens) {
  const std::string deep = "0::/user.slice/user-1000.slice/user@1000.service/" + std::string(4096, 'x') + "\n";
  const CgroupPlace place = parse_cgroup(deep);
  EXPECT_EQ(place.path.view().size(), 255U);
  EXPECT_EQ(place.unit.view(), "user@1000.service");
  EXPECT_TRUE(parse_cgroup("0::/system.slice/" + std::string(200, 'y') + ".service\n").unit.view().size() <= 95);
  std::string slices = "0::";
  for (int i = 0; i < 500; ++i) slices += "/a.slice";
  EXPECT_EQ(parse_cgroup(slices + "/b.service\n").unit.view(), "b.service");
}

std::string container_in(const std::string& path) { return container_of(parse_cgroup("0::" + path + "\n")); }

TEST(Container, IsNamedByWhoMadeIt) {
  EXPECT_EQ(container_in("/machine.slice/machine-qemu\\x2d3\\x2dweb.scope/libvirt/emulator"), "qemu-3-web");
  EXPECT_EQ(container_in("/machine.slice/systemd-nspawn@web.service/payload"), "web");
  EXPECT_EQ(container_in("/system.slice/docker-0a1b2c.scope"), "0a1b2c");
  EXPECT_EQ(container_in("/docker/0a1b2c/init"), "0a1b2c");
  EXPECT_EQ(container_in("/machine.slice/libpod-77ff.scope/container"), "77ff");
  EXPECT_EQ(container_in("/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-77ff.scope"), "77ff");
  EXPECT_EQ(
      container_in("/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod9.slice/cri-containerd-4e.scope"),
      "4e");
  EXPECT_EQ(container_in("/kubepods.slice/kubepods-pod9.slice/crio-4e.scope"), "4e");
  EXPECT_EQ(container_in("/lxc.payload.web/system.slice/a.service"), "web");
  EXPECT_EQ(container_in("/kubepods/burstable/pod9/4e5f"), "4e5f");
  EXPECT_EQ(container_in("/kubepods"), "");
  EXPECT_EQ(container_in("/lxc/web"), "web");
}

TEST(Container, IsTheOutermost) {
  EXPECT_EQ(container_in("/system.slice/docker-outer.scope/system.slice/docker-inner.scope"), "outer");
}

TEST(Container, IsNotWhatADelegatedUnitNamesItself) {
  EXPECT_EQ(container_in("/system.slice/build.service/docker/web"), "");
  EXPECT_EQ(container_in("/user.slice/user-1000.slice/session-2.scope/docker-web.scope"), "");
}

TEST(Container, AnEscapeMayBeAllThatIsLeft) { EXPECT_EQ(container_in("/machine.slice/machine-a\\x2d.scope"), "a-"); }

TEST(Container, IsNotWhatWatchesOverIt) {
  EXPECT_EQ(container_in("/machine.slice/libpod-conmon-77ff.scope"), "");
  EXPECT_EQ(container_in("/system.slice/crio-conmon-77ff.scope"), "");
  EXPECT_EQ(container_in("/lxc.monitor.web"), "");
}

TEST(Container, IsNotWhatIsOnlyCalledLikeOne) {
  for (const auto* path : {"", "/", "/system.slice/docker.service", "/system.slice/docker-.scope", "/lxc.payload.",
                           "/docker", "/machine.slice", "/system.slice/mydocker-0a.scope"}) {
    EXPECT_EQ(container_in(path), "") << path;
  }
}

TEST(Container, AnEscapeThatIsNoneStaysAsItIs) {
  EXPECT_EQ(container_in("/machine.slice/machine-a\\x2.scope"), "a\\x2");
  EXPECT_EQ(container_in("/machine.slice/machine-a\\xzz.scope"), "a\\xzz");
  EXPECT_EQ(container_in("/machine.slice/machine-a\\.scope"), "a\\");
}

TEST(CgroupPlace, ATextThatEndsAnywhereTellsNoOtherUnit) {
  const std::string text = "0::/user.slice/user-1000.slice/user@1000.service/app.slice/a.scope\n";
  for (std::size_t length = 0; length < text.size(); ++length) {
    const CgroupPlace place = parse_cgroup(text.substr(0, length));
    EXPECT_TRUE(place.unit.empty() || place.unit.view() == "user@1000.service") << place.unit.view();
  }
}

}  // namespace
}  // namespace forestall
