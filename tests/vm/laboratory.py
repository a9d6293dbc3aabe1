# SPDX-License-Identifier: MIT
"""Where the machines come from: the image, the same with forestall installed, and the runs of scenarios in them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import evidence
import machine
from scenario import Scenario

HERE = Path(__file__).resolve().parent
BUILD = HERE.parent.parent / "build"
SERVICES = {
    "forestall": "forestalld.service",
    "earlyoom": "earlyoom.service",
    "systemd-oomd": "systemd-oomd.service",
    "nohang": "nohang-desktop.service",
    "nobody": "",
}


class Laboratory:
    """Builds what is missing when it is made. deb, programs: what `./dev` built."""

    def __init__(self, deb: Path, programs: Path):
        self.deb, self.programs = deb, programs
        self.directory = BUILD / "vm"
        self.directory.mkdir(parents=True, exist_ok=True)
        script = [str(HERE / "image.sh"), str(self.directory), str(deb)]
        made = subprocess.run(script, check=True, stdout=subprocess.PIPE, text=True)
        self.base = machine.Image.base(Path(made.stdout.strip()))
        self.accel = machine.accelerator(self.base, self.directory)
        self.installed = machine.Image(self.base.directory, self.directory / "installed.qcow2", "qcow2")

    def install(self) -> dict[str, str]:
        """Installs the package in a running machine and keeps its disk for all scenarios. What the job wrote down."""
        subprocess.run(
            ["qemu-img", "create", "-q", "-f", "qcow2", "-F", "raw", "-b", self.base.root, self.installed.root],
            check=True,
        )
        return self._package_job("install", keep_root=True)

    def purge(self) -> dict[str, str]:
        """Upgrades, removes and purges it again, on a disk of its own. What the job wrote down."""
        return self._package_job("purge", keep_root=False)

    def _package_job(self, what: str, keep_root: bool) -> dict[str, str]:
        files = {"job": HERE / "guest" / f"job_{what}.sh", "forestall.deb": self.deb}
        done = machine.run(
            self.installed,
            self.accel,
            self.directory / "runs" / what,
            files,
            seconds=120,
            arguments=_without(SERVICES["systemd-oomd"]),
            keep_root=keep_root,
        )
        return done.files

    def run(
        self, scenario: Scenario, daemon: str, label: str, more: dict[str, Path | str] | None = None
    ) -> evidence.Evidence:
        """more: further files for the job, by the names under which it looks for them."""
        service = SERVICES[daemon]
        files: dict[str, Path | str] = {
            "job": HERE / "guest" / "job_scenario.sh",
            "settings": scenario.settings(service or "none"),
            "programs": scenario.plan(),
            "workload": self.programs / "workload" / "forestall_workload",
            **(more or {}),
        }
        directory = self.directory / "runs" / label
        disks = [machine.Disk("data", directory / "data.img", size=3 << 29)]
        if scenario.machine.swap == "disk":
            disks.append(machine.Disk("swap", directory / "swap.img", size=scenario.machine.swap_mib << 20))
        others = "".join(_without(name) for name in SERVICES.values() if name and name != service)
        done = machine.run(
            self.installed,
            self.accel,
            directory,
            files,
            seconds=scenario.seconds + 45,
            memory=scenario.machine.memory,
            nodes=scenario.machine.nodes_mib,
            disks=tuple(disks),
            arguments=others + (f" systemd.wants={service}" if service else ""),
        )
        return evidence.gather(done, scenario)


def _without(service: str) -> str:
    """For the kernel's command line. A daemon may also be started through its socket."""
    return f" systemd.mask={service}" + (" systemd.mask=systemd-oomd.socket" if "oomd" in service else "")
