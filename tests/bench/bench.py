#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""./dev bench: what forestall costs, beside what the kernel takes for itself and beside earlyoom and nohang, measured
on this machine in turns. With --long idle costs are watched for ten minutes, up to 50,000 processes are scanned, and
docs/performance.md is written."""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "vm"))

from figures import Figure, Goal, Lines, Row, of_benchmarks, table  # noqa: E402
from page import write_page  # noqa: E402
from peers import fetch  # noqa: E402

ROOT = HERE.parent.parent
PAGE = ROOT / "docs" / "performance.md"
PEERS = ["earlyoom", "nohang"]
CROWDS = (100, 1_000, 5_000, 10_000)
LARGE_CROWDS = (20_000, 50_000)
# Beyond these processes the peers, which cost several times as much, would take too long for what is known by then.
PEERS_AMONG = 5_000
# 20 us where the kernel's own share is 12.
LOOK = Goal(1.7, relative=True)
# 40 ms where an idle machine takes 31.
REAPING = Goal(1.3, relative=True)
ALONE = "kill(2) alone"
NOT_HAD = "not to be had"


class Bench:
    def __init__(self, given: argparse.Namespace) -> None:
        self.given = given
        self.stopwatch = given.programs / "tests" / "bench" / "forestall_stopwatch"
        self.benchmarks = given.programs / "tests" / "bench" / "forestall_bench"
        self.daemon = given.programs / "src" / "daemon" / "forestalld"
        self.peers = ROOT / "build" / "peers"

    def among(self, processes: int, what: str, rounds: int, seconds: float = 0) -> dict | None:
        """What inside.py measures among so many sleepers; None where that cannot be, which is said."""
        say(f"{what} among {processes:,} processes")
        paths = {"stopwatch": self.stopwatch, "daemon": self.daemon, "peers": self.peers}
        command = [self.stopwatch, "among", str(processes), sys.executable, "-B", HERE / "inside.py", what]
        command += ["--rounds", str(rounds), "--seconds", str(seconds)]
        for name, path in paths.items():
            command += [f"--{name}", path]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
        if done.returncode == 0:
            return json.loads(done.stdout)
        say(f"{what} among {processes:,} processes: not measured")
        return None

    def ticks(self) -> list[Row]:
        say("a look")
        wanted = "^(tick|tick_in_peace|read_sample_files)$"
        command = [self.benchmarks, f"--benchmark_filter={wanted}", "--benchmark_format=json"]
        command += ["--benchmark_repetitions=9", "--benchmark_enable_random_interleaving=true"]
        command += ["--benchmark_min_time=0.1"]
        report = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True).stdout
        found = of_benchmarks(json.loads(report))
        floor = found["read_sample_files"]
        return [
            Row("one look while somebody stalls: a sample, recorded and judged", "us", found["tick"], floor, goal=LOOK),
            Row("the same in peace", "us", found["tick_in_peace"]),
        ]

    def scans(self) -> list[Row]:
        rows = []
        for processes in CROWDS + (LARGE_CROWDS if self.given.long else ()):
            with_peers = processes <= PEERS_AMONG
            what, rounds = ("scan", 3) if with_peers else ("scan_alone", 15)
            found = self.among(processes, what, rounds)
            if found:
                rows += scan_rows(processes, found)
        return rows

    def decisions(self) -> list[Row]:
        rows = []
        for processes in (1_000, 10_000):
            found = self.among(processes, "decide", rounds=7)
            if found:
                rows += decision_rows(processes, Lines.of(found["ours"]))
        return rows

    def reaping(self) -> list[Row]:
        found = self.among(1, "reap", rounds=5)
        return reap_rows(found["ours"]) if found else []

    def idle(self) -> list[Row]:
        # With --long each of the two is long enough for all processes to be looked at in it: once in five minutes.
        found = self.among(300, "idle", rounds=2, seconds=self.given.idle)
        return idle_rows(found) if found else []


def scan_rows(processes: int, found: dict) -> list[Row]:
    ours = Lines.of(found["ours"])
    nobody = NOT_HAD if processes <= PEERS_AMONG else None
    per_process = {
        name: Figure(tuple(value / processes for value in found[key])) if found[key] else nobody
        for name, key in (("earlyoom", "earlyoom_patterns"), ("nohang", "nohang"))
    }
    floor = ours.column("scan", 1)
    goal = Goal(1.3, relative=True)
    what = f"full scan of {processes:,} processes, 20 patterns: for each"
    rows = [Row(what, "us", ours.column("scan", 2), floor, per_process, goal if processes == 5_000 else None)]
    if processes == 5_000:
        plain = {"earlyoom": Figure(tuple(v / processes for v in found["earlyoom"]))} if found["earlyoom"] else {}
        rows.append(
            Row("the same while swap fills (earlyoom: without patterns)", "us", ours.column("scan", 3), floor, plain)
        )
    return rows


def decision_rows(processes: int, lines: Lines) -> list[Row]:
    def milliseconds(column: int) -> Figure:
        return Figure(tuple(value / 1000 for value in lines.column("decide", column).values))

    what = f"rule holds → signal sent, {processes:,} processes"
    goal = Goal(2) if processes == 10_000 else None
    return [
        Row(f"{what}, by the clock", "ms", milliseconds(2)),
        Row(f"{what}, of the processor", "ms", milliseconds(3), milliseconds(1), goal=goal),
        Row(f"{what}, of that in the scan", "ms", milliseconds(4)),
        Row(f"{what}, allocations", "", lines.column("decide", 5), goal=Goal(0)),
    ]


def reap_rows(text: str) -> list[Row]:
    what = "SIGKILL → 90 % of 1 GiB back, beside 16 busy loops"
    of_whom = {0: what, 19: f"{what}, from a victim of nice 19"}
    lines = Lines.of(text).columns

    def milliseconds(word: str, niceness: int, column: int) -> Figure:
        return Figure(tuple(line[column] / 1000 for line in lines[word] if line[0] == niceness))

    def row(niceness: int) -> Row:
        alone = {ALONE: milliseconds("alone", niceness, 1)}
        ours, floor = milliseconds("reap", niceness, 2), milliseconds("reap", niceness, 1)
        return Row(of_whom[niceness], "ms", ours, floor, alone, REAPING)

    return [row(niceness) for niceness in of_whom]


def idle_rows(found: dict) -> list[Row]:
    def row(what: str, unit: str, index: int, most: float, floor: str | None = None) -> Row:
        figures = {name: Figure(tuple(part[index] for part in parts)) for name, parts in found.items()}
        others: dict = {name: figures.get(name, NOT_HAD) for name in PEERS}
        return Row(what, unit, figures["forestall"], figures[floor] if floor else None, others, Goal(most))

    return [
        row("idle among 300 processes: processor", "us/s", 0, 20, floor="floor"),
        row("idle: wake-ups", "1/s", 1, 0.2),
        row("idle: memory (VmRSS)", "KiB", 2, 6 * 1024),
        row("idle: anonymous part of it (RssAnon)", "KiB", 3, 1.5 * 1024),
    ]


def say(text: str) -> None:
    print(f"bench: {text}", file=sys.stderr, flush=True)


def machine() -> str:
    """What the figures depend on."""
    model = next(
        (line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "?"
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} processors ({model}), {memory:.0f} GiB, Linux {platform.release()}"


def understood() -> argparse.Namespace:
    command = argparse.ArgumentParser(prog="./dev bench", description=__doc__)
    command.add_argument("--programs", type=Path, default=ROOT / "build" / "bench", help=argparse.SUPPRESS)
    command.add_argument("--idle", type=float, help="seconds for which idle costs are watched (60; with --long 600)")
    command.add_argument("--long", action="store_true", help="all of it, and write docs/performance.md")
    given = command.parse_args()
    given.idle = given.idle or (600 if given.long else 60)
    given.programs = given.programs.resolve()
    return given


def main() -> int:
    bench = Bench(understood())
    missing = fetch(bench.peers)
    if missing:
        say(f"a peer is not to be had ({missing}); the others are measured without it")
    busy = os.getloadavg()[0]
    rows = bench.ticks() + bench.scans() + bench.decisions() + bench.reaping() + bench.idle()
    lines = [f"Made on {machine()}. Idle costs were watched for {bench.given.idle:.0f} s.", ""]
    if busy > os.cpu_count() / 2:
        lines += [
            f"The machine was busy with other things (load {busy:.1f}): what is told by the clock is too long.",
            "",
        ]
    lines += table(rows, [*PEERS, ALONE])
    print("\n".join(lines))
    if bench.given.long:
        write_page(PAGE, "bench --long", lines)
        say(f"{PAGE.relative_to(ROOT)} is written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
