# SPDX-License-Identifier: MIT
"""What a run left behind, read into values: who lives, how long the screen stood still, what the daemon told."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

import machine
from scenario import OWN_END, Program, Scenario

FREEZE_MS = 200  # lateness of the interactive program that a person at the screen would call a freeze


@dataclass(frozen=True)
class Fate:
    """code, status: as of waitid(2) and systemd's ExecMainCode=, ExecMainStatus=; code 0 if it has not ended."""

    processes: int
    code: int
    status: int

    @property
    def outcome(self) -> str:
        if self.processes == 0 and self.code == 1 and self.status == OWN_END:
            return "outlived"
        if self.code == 0:
            return "lives" if self.processes else "was never there"
        return "has left others behind" if self.processes else "dies"

    def told(self) -> str:
        how = {0: "runs", 1: "exit code", 2: "signal", 3: "signal"}.get(self.code, f"code {self.code}")
        return f"{self.outcome} ({how} {self.status}, {self.processes} processes left)"


@dataclass(frozen=True)
class Freeze:
    """Of the interactive program, in milliseconds: the sum of all lateness above FREEZE_MS, and the worst."""

    total: int
    worst: int


@dataclass
class Evidence:
    over: bool
    seconds: float
    fates: dict[str, Fate]
    freeze: Freeze
    kernel_kills: int
    incidents: list[dict]
    services_hurt: list[str]
    daemon: dict[str, str]
    cpu_ms: float
    files: dict[str, str]


def gather(run: machine.Run, scenario: Scenario) -> Evidence:
    files = run.files
    return Evidence(
        over=run.over and "kills_after" in files,
        seconds=run.seconds,
        fates={program.name: _fate(files.get(f"fate/{program.name}", "")) for program in scenario.programs},
        freeze=_freeze(files.get("live", "")),
        kernel_kills=_kernel_kills(files),
        incidents=[json.loads(line) for line in files.get("incidents", "").splitlines()],
        services_hurt=_services_hurt(files),
        daemon=properties(files.get("daemon_after", "")),
        cpu_ms=_cpu_ms(files),
        files=files,
    )


def signalled(evidence: Evidence) -> list[dict]:
    """The incidents' records of a first signal to a victim, or of a SIGKILL without one before."""
    seen, found = set(), []
    for record in evidence.incidents:
        if record.get("EVENT") in ("victim_terminated", "victim_killed"):
            victim = (record.get("INCIDENT_ID"), record.get("VICTIM_PID"))
            if victim not in seen:
                seen.add(victim)
                found.append(record)
    return found


def stories(evidence: Evidence) -> dict[str, dict[str, str]]:
    """Of each incident that the daemon has kept, by the name of its file: its text, as jsonl, shown, replayed and compared."""
    found: dict[str, dict[str, str]] = {}
    for name, text in sorted(evidence.files.items()):
        if name.startswith("stories/"):
            story, kind = name.removeprefix("stories/").rsplit(".", 1)
            found.setdefault(story, {})[kind] = text
    return found


def expected_fate(program: Program, evidence: Evidence) -> bool:
    """Whether what became of `program` is what had to."""
    fate = evidence.fates[program.name]
    if program.exit is not None and (fate.code, fate.status) != (1, program.exit):
        return False
    if program.must == "shrinks":
        return fate.outcome == "lives" and bool(signalled(evidence))
    return fate.outcome == program.must


def properties(text: str) -> dict[str, str]:
    """Lines of NAME=VALUE, as systemctl shows them and the jobs write them."""
    return dict(line.split("=", 1) for line in text.splitlines() if "=" in line)


def _fate(text: str) -> Fate:
    known = properties(text)
    return Fate(*(int(known.get(name) or 0) for name in ("Processes", "ExecMainCode", "ExecMainStatus")))


def _freeze(live: str) -> Freeze:
    """
    From the lines "late T L" of the interactive program. A last line without an end: from the last sign of life, it stood
    still until it was given up; that is not counted, a run that did not come back says so itself.
    """
    late = [int(ms) for ms in re.findall(r"^late \d+ (\d+)\s*$", live, re.MULTILINE)]
    frozen = [ms for ms in late if ms > FREEZE_MS]
    return Freeze(sum(frozen), max(frozen, default=0))


def _kernel_kills(files: dict[str, str]) -> int:
    before, after = (re.search(r"\d+", files.get(name, "")) for name in ("kills_before", "kills_after"))
    if before and after:
        return int(after[0]) - int(before[0])
    return len(re.findall(r"Out of memory: Killed|Memory cgroup out of memory: Killed", files.get("console", "")))


def _services(text: str) -> dict[str, dict[str, str]]:
    units = [properties(block) for block in text.split("\n\n")]
    return {unit["Id"]: unit for unit in units if "Id" in unit}


def _services_hurt(files: dict[str, str]) -> list[str]:
    """The system's own, the daemon and the interactive program: those whose main process is not what it was."""
    before, after = (_services(files.get(name, "")) for name in ("services_before", "services_after"))
    return [name for name, unit in before.items() if unit != after.get(name)]


def _cpu_ms(files: dict[str, str]) -> float:
    """Of the daemon's unit between begin and end of the run. That of the second life alone if it was started anew."""
    spent = [properties(files.get(name, "")).get("CPUUsageNSec", "") for name in ("daemon_before", "daemon_after")]
    before, after = (int(value) if value.isdigit() else 0 for value in spent)
    return (after - before if after >= before else after) / 1e6
