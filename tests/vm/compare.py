#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""./dev compare: the scenarios marked `compared` under each daemon in turn, and what came of it as tables."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from dataclasses import asdict, dataclass
from statistics import median

from evidence import Evidence, expected_fate
from laboratory import BUILD, SERVICES, Laboratory
from page import write_page
from scenario import Scenario
from suite import chosen_from, command, understood

PAGE = BUILD.parent / "docs" / "benchmarks.md"


@dataclass
class Result:
    """One run. Times in milliseconds, memory in KiB."""

    scenario: str
    daemon: str
    index: int
    over: bool
    freeze_total: int
    freeze_worst: int
    guilty_gone: int
    guilty: int
    killed_wrongly: list[str]
    kernel_kills: int
    cpu_ms: float
    memory_kib: int
    commit: str  # of what was measured

    @property
    def judged(self) -> bool:
        """Whether the interactive program was there to the end: whoever is killed cannot notice a freeze."""
        return self.over and "judge" not in self.killed_wrongly

    def freeze(self, ms: int) -> str:
        return seconds(ms) if self.judged else "killed" if self.over else "lost"


def commit_here() -> str:
    told = subprocess.run(["git", "describe", "--always", "--dirty"], cwd=PAGE.parent, capture_output=True, text=True)
    return told.stdout.strip()


def result_of(scenario: Scenario, daemon: str, index: int, found: Evidence, commit: str) -> Result:
    guilty = [program for program in scenario.programs if program.role == "guilty"]
    innocent = [program for program in scenario.programs if program.role == "innocent"]
    return Result(
        scenario=scenario.name,
        daemon=daemon,
        index=index,
        over=found.over,
        freeze_total=found.freeze.total,
        freeze_worst=found.freeze.worst,
        guilty_gone=sum(expected_fate(program, found) for program in guilty),
        guilty=len(guilty),
        killed_wrongly=[program.name for program in innocent if found.over and not expected_fate(program, found)]
        + [name.removesuffix(".service") for name in found.services_hurt if found.over],
        kernel_kills=found.kernel_kills,
        cpu_ms=found.cpu_ms,
        memory_kib=int(found.files.get("daemon_after", "").partition("VmRSS:")[2].split("kB")[0] or 0),
        commit=commit,
    )


def seconds(ms: float) -> str:
    return f"{ms / 1000:.1f}"


def cell(runs: list[Result]) -> str:
    """The median freeze, and in words what else went wrong."""
    if not runs:
        return ""
    words = []
    lost = sum(not run.over for run in runs)
    if lost:
        words.append(f"{lost} of {len(runs)} never came back")
    wrong = sum(len(run.killed_wrongly) for run in runs)
    if wrong:
        words.append(f"{wrong} killed wrongly")
    if any(run.kernel_kills for run in runs):
        words.append("kernel killed")
    if any(run.guilty_gone < run.guilty for run in runs if run.over):
        words.append("guilty lived")
    judged = [run.freeze_total for run in runs if run.judged]
    return "; ".join([seconds(median(judged)) if judged else "–"] + words)


def runs_of(scenario: Scenario, daemon: str, results: list[Result]) -> list[Result]:
    return [run for run in results if (run.scenario, run.daemon) == (scenario.name, daemon)]


def overview(shown: list[Scenario], results: list[Result]) -> list[str]:
    lines = [f"| scenario | {' | '.join(SERVICES)} |", f"|---|{'---|' * len(SERVICES)}"]
    for each in shown:
        lines.append(f"| {each.name} | {' | '.join(cell(runs_of(each, name, results)) for name in SERVICES)} |")
    return lines


def details(each: Scenario, results: list[Result]) -> list[str]:
    lines = [f"### {each.name}", "", each.why, ""]
    lines += [
        "| | freeze, s | worst, s | guilty gone | killed wrongly | by the kernel | CPU, s | RSS, MiB |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for daemon in SERVICES:
        runs = runs_of(each, daemon, results)
        columns = [
            " ".join(run.freeze(run.freeze_total) for run in runs),
            " ".join(run.freeze(run.freeze_worst) for run in runs),
            " ".join(f"{run.guilty_gone}/{run.guilty}" for run in runs) if runs and runs[0].guilty else "",
            ("; ".join(", ".join(run.killed_wrongly) for run in runs if run.killed_wrongly) or "nobody")
            if runs
            else "",
            " ".join(str(run.kernel_kills) for run in runs),
            f"{median(run.cpu_ms for run in runs) / 1000:.1f}" if runs and daemon != "nobody" else "",
            f"{median(run.memory_kib for run in runs) / 1024:.1f}" if runs and daemon != "nobody" else "",
        ]
        lines.append(f"| {daemon} | {' | '.join(columns)} |")
    return lines


def page(results: list[Result]) -> list[str]:
    """All that was ever measured, whatever was asked for this time."""
    measured = {run.scenario for run in results}
    shown = [each for each in chosen_from([]) if each.name in measured]
    runs = Counter(run.commit for run in results)
    lines = ["Of commit " + ", ".join(f"{commit} ({count} runs)" for commit, count in runs.items()) + ".", ""]
    lines += overview(shown, results)
    for each in shown:
        lines += [""] + details(each, results)
    return lines


def main() -> int:
    parser = command("compare", __doc__, "all that are marked compared")
    parser.add_argument("--runs", type=int, default=3, help="how often each (default 3)")
    parser.add_argument("--daemon", action="append", choices=list(SERVICES), help="only these")
    parser.add_argument("--again", action="store_true", help="forget the runs that an earlier call has made")
    given, chosen = understood(parser)
    chosen = [each for each in chosen if each.compared or given.scenario]
    daemons = given.daemon or list(SERVICES)
    laboratory = Laboratory(given.deb.resolve(), given.programs.resolve())
    laboratory.install()

    kept = PAGE.with_suffix(".jsonl")
    if given.again:
        kept.unlink(missing_ok=True)
    results = [Result(**json.loads(line)) for line in kept.read_text().splitlines()] if kept.exists() else []
    done = {(run.scenario, run.daemon, run.index) for run in results}
    commit = commit_here()
    # Interleaved: what else the machine does meanwhile meets all of them.
    for index in range(given.runs):
        for each in chosen:
            for daemon in daemons:
                if (each.name, daemon, index) in done:
                    continue
                found = laboratory.run(each, daemon, f"{each.name}-{daemon}-{index}")
                results.append(result_of(each, daemon, index, found, commit))
                with kept.open("a") as file:
                    file.write(json.dumps(asdict(results[-1])) + "\n")
                print(f"{index + 1} {each.name:24} {daemon:14} {cell(results[-1:])}", flush=True)
    write_page(PAGE, "compare", page(results))
    print(f"{PAGE.relative_to(BUILD.parent)} is written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
