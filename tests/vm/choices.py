#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""./dev choices: whom the kernel, earlyoom, nohang and forestall would end on the same machine, as a table."""

from __future__ import annotations

import json
import re
import shlex
import sys
from dataclasses import dataclass
from pathlib import Path

from laboratory import BUILD, HERE, Laboratory
from page import write_page
from scenario import Scenario
from suite import command, understood

PAGE = BUILD.parent / "docs" / "choices.md"
ANSWERING = 60  # seconds that all of them together may take to answer, at most


@dataclass(frozen=True)
class Situation(Scenario):
    """A machine on which everybody is asked after `seconds`. spare: a name, told to each who can be told."""

    spare: str = ""

    @property
    def guilty_leave(self) -> float:
        return self.seconds + ANSWERING

    def settings(self, daemon: str) -> str:
        return super().settings(daemon) + f"spare={shlex.quote(self.spare)}\n"


@dataclass(frozen=True)
class Process:
    """score, adj: the kernel's oom_score and oom_score_adj. Memory in KiB; own: what goes with it."""

    pid: int
    score: int
    adj: int
    rss: int
    own: int
    unit: str


@dataclass(frozen=True)
class Choice:
    """Who goes, or the first of those who go together."""

    pid: int
    processes: int = 1


NOBODY = Choice(0, 0)


# What each has answered; None if nothing that could be understood. Names in the answers are whatever programs call
# themselves: nothing behind a name is read.


def census(files: dict[str, str]) -> dict[int, Process]:
    found = {}
    for line in files.get("processes", "").splitlines():
        *numbers, cgroup = line.split(" ", 5)
        process = Process(*(int(number) for number in numbers), unit_of(Path(cgroup)))
        found[process.pid] = process
    return found


def unit_of(cgroup: Path) -> str:
    """A user's service manager and what it started are units below user@UID.service, itself in init.scope there."""
    own = cgroup.parent if cgroup.name == "init.scope" and cgroup.parent.name else cgroup
    return own.name.removesuffix(".service")


def of_kernel(files: dict[str, str]) -> Choice | None:
    """oom_score is the kernel's own order, in steps of 1.5 ‰ of memory; within one step the larger one."""
    able = [each for each in census(files).values() if each.pid != 1 and each.score > 0]
    return Choice(max(able, key=lambda each: (each.score, each.rss)).pid) if able else None


def of_earlyoom(files: dict[str, str]) -> Choice | None:
    found = re.search(r"^sending SIG(?:TERM|KILL) to process (\d+) ", files.get("earlyoom", ""), re.MULTILINE)
    return Choice(int(found[1])) if found else None


def of_nohang(files: dict[str, str]) -> Choice | None:
    """From below its table of all processes."""
    said = r"^Process with highest badness \(found in \d+ms\):\n  PID: (\d+), Name: "
    found = re.search(said, files.get("nohang", ""), re.MULTILINE)
    return Choice(int(found[1])) if found else None


def of_forestall(files: dict[str, str]) -> Choice | None:
    record = answer_of_forestall(files)
    if record.get("EVENT") == "no_victim":
        return NOBODY
    return Choice(int(record["VICTIM_PID"]), int(record["VICTIM_PROCESSES"])) if "VICTIM_PID" in record else None


def of_explain(files: dict[str, str]) -> Choice | None:
    if not files.get("explain"):
        return None
    candidates = json.loads(files["explain"])["candidates"]
    return Choice(candidates[0]["pid"], candidates[0]["processes"]) if candidates else NOBODY


ASKED = {
    "kernel": of_kernel,
    "earlyoom": of_earlyoom,
    "nohang": of_nohang,
    "forestall": of_forestall,
    "forestall at first sight": of_explain,
}


def incidents(files: dict[str, str]) -> list[dict]:
    return [json.loads(line) for line in files.get("incidents", "").splitlines()]


def answer_of_forestall(files: dict[str, str]) -> dict:
    """The daemon's first record under the rule by which it was asked."""
    return next((record for record in incidents(files) if record.get("RULE") == "asked"), {})


def points(files: dict[str, str]) -> dict[int, tuple[float, float]]:
    """By pid of the first ten candidates: all points, and those for growth."""
    found = {}
    for each in json.loads(answer_of_forestall(files).get("CANDIDATES_JSON") or "[]"):
        growth = sum(term["points"] for term in each["terms"] if term["name"] == "growth")
        found[each["pid"]] = (each["score"], growth)
    return found


def flaws(situation: Situation, files: dict[str, str]) -> list[str]:
    """Why this run tells nothing."""
    there = {process.unit for process in census(files).values()}
    gone = [program.name for program in situation.programs if program.name not in there]
    found = [f"{name} was not there when all were asked" for name in gone]
    found += [f"{name} did not answer" for name, answer in ASKED.items() if answer(files) is None]
    rules = {record["RULE"] for record in incidents(files) if record.get("RULE")} - {"asked"}
    return found + [f'the rule "{rule}" held: memory was short' for rule in sorted(rules)]


def cell(choice: Choice, situation: Situation, processes: dict[int, Process]) -> str:
    if choice == NOBODY:
        return "✗ nobody"
    chosen = processes.get(choice.pid)
    if not chosen:
        return "✗ one who had just come"
    guilty = {program.name for program in situation.programs if program.role == "guilty"}
    total = sum(process.unit == chosen.unit for process in processes.values())
    count = "" if total == 1 else f", {choice.processes} of {total}"
    return f"{'✓' if chosen.unit in guilty else '✗'} {chosen.unit}{count}"


def answers(situation: Situation, files: dict[str, str]) -> list[str]:
    processes = census(files)
    return [cell(answer(files) or NOBODY, situation, processes) for answer in ASKED.values()]


def details(situation: Situation, files: dict[str, str]) -> list[str]:
    lines = [f"### {situation.name}", "", situation.why, ""]
    lines += [
        "| | processes | memory, MiB | oom_score_adj | oom_score | forestall's points | for growth |",
        "|---|---|---|---|---|---|---|",
    ]
    found = points(files)
    for program in situation.programs:
        own = [process for process in census(files).values() if process.unit == program.name]
        score, growth = max((found[each.pid] for each in own if each.pid in found), default=(None, None))
        columns = [
            f"**{program.name}**" if program.role == "guilty" else program.name,
            str(len(own)),
            f"{sum(each.own for each in own) / 1024:.0f}",
            str(max(each.adj for each in own)),
            str(max(each.score for each in own)),
            "–" if score is None else f"{score:.0f}",
            "–" if growth is None else f"{growth:.0f}",
        ]
        lines.append(f"| {' | '.join(columns)} |")
    return lines


def page(runs: list[tuple[Situation, dict[str, str]]]) -> list[str]:
    versions = ", ".join(runs[0][1]["versions"].replace("\t", " ").splitlines()) if runs else ""
    lines = [f"Made with {versions}.", ""]
    lines += [f"| situation | the guilty | {' | '.join(ASKED)} |", f"|---|---|{'---|' * len(ASKED)}"]
    for situation, files in runs:
        guilty = ", ".join(program.name for program in situation.programs if program.role == "guilty")
        lines.append(f"| {situation.name} | {guilty} | {' | '.join(answers(situation, files))} |")
    for situation, files in runs:
        lines += [""] + details(situation, files)
    return lines


def main() -> int:
    given, chosen = understood(command("choices", __doc__, "all"), "choices", Situation)
    laboratory = Laboratory(given.deb.resolve(), given.programs.resolve())
    laboratory.install()

    runs, fine = [], True
    for situation in chosen:
        more = {"more": HERE / "guest" / "choices.sh"}
        files = laboratory.run(situation, "forestall", f"choices-{situation.name}", more).files
        wrong = flaws(situation, files)
        fine &= not wrong
        print(f"{situation.name:24} {'; '.join(wrong or answers(situation, files))}", flush=True)
        if not wrong:
            runs.append((situation, files))
    if fine and not given.scenario:
        write_page(PAGE, "choices", page(runs))
        print(f"{PAGE.relative_to(BUILD.parent)} is written")
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
