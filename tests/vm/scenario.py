# SPDX-License-Identifier: MIT
"""A scenario: a machine, the programs that run on it, and what must be true in the end. Read from scenarios/*.toml."""

from __future__ import annotations

import shlex
import tomllib
from dataclasses import dataclass, fields
from pathlib import Path

ROLES = ("guilty", "innocent")
# What must become of a program. "lives": in the end it runs as at the start. "dies": no process of it is left and it
# did not end by itself. "shrinks": some of its processes had to go, itself it lives.
FATES = ("lives", "dies", "shrinks")
SWAPS = ("none", "disk", "zram")
SCOPES = ("system", "session", "box")
# The end of a program that nobody ended: see `--until` of the workload program.
OWN_END = 77
OWN_END_BEFORE = 2  # seconds before the scenario's end, so that it has been noticed by then


class ScenarioError(Exception):
    """One line: file, and what is wrong in it."""


@dataclass(frozen=True)
class Machine:
    """
    nodes_mib: of its NUMA nodes, which together are its memory; empty: it is all one.
    box: MemoryMax= of a slice of this name, which is watched over instead of the machine; empty: there is none.
    config: for the daemon, as a file in conf.d.
    """

    memory: str = "1024M"
    nodes_mib: tuple[int, ...] = ()
    swap: str = "none"
    swap_mib: int = 512
    tmpfs_size: str = "50%"
    file_size: str = "0"  # of /var/lib/vm/file, to be read from disk
    mglru: bool = False
    box: str = ""
    config: str = ""


@dataclass(frozen=True)
class Program:
    """run: kind and options of the workload program. start: seconds. properties: of its systemd unit."""

    name: str
    role: str
    run: str
    fate: str = ""
    start: float = 3.0
    scope: str = "system"
    properties: tuple[str, ...] = ()
    exit: int | None = None  # the exit code that it must end with

    @property
    def must(self) -> str:
        return self.fate or ("dies" if self.role == "guilty" else "lives")


@dataclass(frozen=True)
class Expect:
    """freeze_total, freeze_worst: of the interactive program, in milliseconds, at most. kills: by us, at most."""

    freeze_total: int = 0
    freeze_worst: int = 0
    kills: int = 1
    quiet: bool = False  # the daemon must signal nobody
    saved: bool = False  # the file that a slow program saves at its end must be there


@dataclass(frozen=True)
class Scenario:
    """open: why forestall cannot do this yet. It is run and told, but its complaints are not failures."""

    name: str
    why: str
    open: str
    seconds: float
    compared: bool
    machine: Machine
    programs: tuple[Program, ...]
    expect: Expect

    @property
    def guilty_leave(self) -> float:
        """When the guilty end by themselves, in seconds."""
        return self.seconds - OWN_END_BEFORE

    def settings(self, daemon: str) -> str:
        """For the shell of the job: what differs from its defaults."""
        values = {
            "daemon": daemon,
            "swap": self.machine.swap,
            "zram_size": f"{self.machine.swap_mib}M",
            "tmpfs_size": self.machine.tmpfs_size,
            "file_size": self.machine.file_size,
            "box": self.machine.box,
            "config": self.machine.config,
            "mglru": "7" if self.machine.mglru else "0",
            "time_limit": str(round(self.seconds * 1000)),
        }
        return "".join(f"{name}={shlex.quote(value)}\n" for name, value in values.items())

    def plan(self) -> str:
        """One `program` line each, in the order of their start."""
        lines = []
        for program in sorted(self.programs, key=lambda program: program.start):
            run = program.run if "--comm" in program.run else f"{program.run} --comm {program.name[:15]}"
            if program.role == "guilty":
                run += f" --until {round((self.guilty_leave - program.start) * 1000)}ms"
            words = [program.name, program.role, program.scope, str(round(program.start * 1000))]
            lines.append(f"program {shlex.join(words + [' '.join(program.properties)])} {run}\n")
        return "".join(lines)


def read(path: Path, kind: type = Scenario) -> Scenario:
    """kind: Scenario, or what is derived from it."""
    try:
        text = tomllib.loads(path.read_text())
        programs = tuple(_made(Program, entry) for entry in text.pop("program", []))
        machine = _made(Machine, text.pop("machine", {}))
        expect = _made(Expect, text.pop("expect", {}))
        scenario = _made(
            kind,
            {"name": path.stem, "seconds": 30.0, "compared": False, "open": ""} | text,
            machine=machine,
            programs=programs,
            expect=expect,
        )
        _check(scenario)
        return scenario
    except (tomllib.TOMLDecodeError, ScenarioError, TypeError) as error:
        raise ScenarioError(f"{path}: {error}") from None


def _made(kind, entry: dict, **more):
    known = {field.name for field in fields(kind)} - set(more)
    for name in entry:
        if name not in known:
            raise ScenarioError(f'"{name}" is not known in {kind.__name__}; there are: {", ".join(sorted(known))}')
    values = {name: tuple(value) if isinstance(value, list) else value for name, value in entry.items()}
    return kind(**values, **more)


def _check(scenario: Scenario) -> None:
    def one_of(value: str, allowed: tuple[str, ...]) -> None:
        if value not in allowed:
            raise ScenarioError(f'"{value}" is none of {", ".join(allowed)}')

    one_of(scenario.machine.swap, SWAPS)
    for program in scenario.programs:
        one_of(program.role, ROLES)
        one_of(program.must, FATES)
        one_of(program.scope, SCOPES if scenario.machine.box else SCOPES[:2])
    names = [program.name for program in scenario.programs]
    if not any(program.role == "innocent" for program in scenario.programs):
        raise ScenarioError("nobody is innocent: a scenario shows who dies and who lives")
    if len(set(names)) != len(names) or "judge" in names:
        raise ScenarioError("two programs of one name (judge is always there)")
