# SPDX-License-Identifier: MIT
"""What a running program costs, by what the kernel counts of it in /proc: all its threads together."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Cost:
    """At one moment: us of the processor since it began, times it went to sleep, KiB."""

    cpu: float
    sleeps: int
    rss: int
    anon: int
    at: float


def of_schedstat(text: str) -> float:
    """us on a processor: the first number of /proc/PID/schedstat, in ns (Documentation/scheduler/sched-stats.rst)."""
    return int(text.split()[0]) / 1000


def of_status(text: str, key: str) -> int:
    """A number of /proc/PID/status; 0 where the line is missing."""
    found = re.search(rf"^{key}:\s+(\d+)", text, re.MULTILINE)
    return int(found[1]) if found else 0


def cost(pid: int, proc: Path = Path("/proc")) -> Cost:
    threads = list((proc / str(pid) / "task").iterdir())
    cpu = sum(of_schedstat((thread / "schedstat").read_text()) for thread in threads)
    sleeps = sum(of_status((thread / "status").read_text(), "voluntary_ctxt_switches") for thread in threads)
    status = (proc / str(pid) / "status").read_text()
    return Cost(cpu, sleeps, of_status(status, "VmRSS"), of_status(status, "RssAnon"), time.monotonic())


def rates(before: Cost, after: Cost) -> tuple[float, float]:
    """us of the processor, and times that it was woken, in a second."""
    seconds = after.at - before.at
    return (after.cpu - before.cpu) / seconds, (after.sleeps - before.sleeps) / seconds
