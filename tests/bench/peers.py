# SPDX-License-Identifier: MIT
"""The peers, from Debian's packages: unpacked, never installed, for installing them would start them as services."""

from __future__ import annotations

import os
import re
import resource
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from watch import cost

PACKAGES = ("earlyoom", "nohang")
NAMES = [f"name{i}" for i in range(20)]  # of nobody: all twenty are tried


@dataclass(frozen=True)
class Peers:
    """Where their programs lie; None for one that is not to be had."""

    earlyoom: Path | None
    nohang: Path | None
    configuration: Path | None  # of nohang

    @classmethod
    def below(cls, directory: Path) -> Peers:
        def there(path: str) -> Path | None:
            return directory / path if (directory / path).exists() else None

        return cls(there("usr/bin/earlyoom"), there("usr/sbin/nohang"), there("etc/nohang/nohang.conf"))


def fetch(directory: Path) -> str:
    """Puts what is missing below `directory`. Why one of them is not to be had, or nothing."""
    wanted = [name for name in PACKAGES if not getattr(Peers.below(directory), name)]
    if not wanted:
        return ""
    if not shutil.which("apt-get"):
        return "no apt-get here to fetch them with"
    directory.mkdir(parents=True, exist_ok=True)
    unsandboxed = ["-o", "APT::Sandbox::User=root"] if os.geteuid() == 0 else []
    got = subprocess.run(
        ["apt-get", "-qq", *unsandboxed, "download", *wanted], cwd=directory, capture_output=True, text=True
    )
    for package in directory.glob("*.deb"):
        subprocess.run(["dpkg-deb", "-x", package, directory], check=True)
        package.unlink()
    return "" if got.returncode == 0 else f"apt-get download: {got.stderr.strip().splitlines()[-1]}"


def earlyoom_scans(program: Path, scans: int, patterns: bool) -> float:
    """us of the processor for one scan. Memory is below 99 % always, so it looks for a victim again and again."""
    named = ["--avoid", f"^({'|'.join(NAMES[:10])})$", "--prefer", f"^({'|'.join(NAMES[10:])})$"] if patterns else []
    command = [program, "--dryrun", "-m", "99", "-s", "100", "-r", "0", *named]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, bufsize=1) as running:
        try:
            wait_for_choice(running)
            before = at_rest(running.pid)
            for _ in range(scans):
                wait_for_choice(running)
            return (at_rest(running.pid) - before) / scans
        finally:
            running.kill()


def wait_for_choice(running: subprocess.Popen) -> None:
    for line in running.stderr:
        if is_choice(line):
            return
    raise RuntimeError("earlyoom ended before it had chosen")


def is_choice(line: str) -> bool:
    return re.match(r"sending SIG(TERM|KILL) to process \d+ ", line) is not None


def at_rest(pid: int) -> float:
    """It sleeps for 100 ms at least after each choice, and what it has used is exact while it does."""
    time.sleep(0.03)
    return cost(pid).cpu


def nohang_table(program: Path, configuration: Path) -> float:
    """us of the processor for its table of all processes, without the start of Python and what it reads once."""
    asked = [program, "--config", configuration]
    return processor_of([*asked, "--tasks"]) - processor_of([*asked, "--check"])


def processor_of(command: list[str | Path]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime) * 1e6
