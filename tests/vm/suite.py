#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""./dev test --vm: installs the package in a virtual machine, runs every scenario there, judges, and purges it."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import scenario as scenarios
import traces
from evidence import Evidence, properties, signalled
from laboratory import HERE, Laboratory
from verdict import complaints, is_only_late

INSTALLED = {
    "apt": "0",
    "active": "active",
    "enabled": "enabled",
    "user": "/:/usr/sbin/nologin",
    "conffiles": "/etc/forestall/forestall.toml",
    "own_settings": "/etc/forestall/conf.d",
    "runs_as": "forestall",
    "check": "fine",
    "catalog": "17",
    "sandbox": "Seccomp:2 NoNewPrivs:1",
    "denials": "seen",
}
PURGED = {
    "reinstalled": "active enabled",
    "restarted": "yes",
    "kept": "1",
    "disabled": "inactive disabled",
    "removed": "inactive",
    "conffile": "/etc/forestall/forestall.toml",
    "purged": "",
    "catalog": "0",
}


def package_complaints(files: dict[str, str], expected: dict[str, str], must_be_empty: str) -> list[str]:
    facts = properties(files.get("facts", ""))
    found = [
        f'{name} is "{facts.get(name)}", not "{value}"' for name, value in expected.items() if facts.get(name) != value
    ]
    rest = files.get(must_be_empty)
    if rest is None or rest.strip():
        found.append(f"{must_be_empty}: {rest}")
    return found


def show(name: str, begun: float, wrong: list[str], note: str = "", bad: str = "FAIL") -> bool:
    print(f"{bad if wrong else 'ok  '} {name:28} {time.monotonic() - begun:4.0f} s  {note}", flush=True)
    for line in wrong:
        print(f"       {line}", flush=True)
    return not wrong


def in_short(evidence: Evidence) -> str:
    ended = ", ".join(f"{victim(each)} by {each.get('RULE')}" for each in signalled(evidence)) or "nobody"
    freeze = evidence.freeze
    return f"freeze {freeze.total} ms (worst {freeze.worst}); ended: {ended}"


def victim(record: dict[str, str]) -> str:
    name, kind = record.get("VICTIM_COMM", "?"), record.get("VICTIM_KIND")
    return name if kind == "process" else f"{name} ({kind} of {record.get('VICTIM_PROCESSES')})"


def chosen_from(names: list[str], folder: str = "scenarios", kind: type = scenarios.Scenario) -> list:
    """Those of these names; all if there are none."""
    found = [scenarios.read(path, kind) for path in sorted((HERE / folder).glob("*.toml"))]
    unknown = set(names) - {each.name for each in found}
    if unknown:
        raise scenarios.ScenarioError(f"no such scenario: {', '.join(sorted(unknown))}")
    return [each for each in found if each.name in names or not names]


def passes(laboratory: Laboratory, each: scenarios.Scenario, keep_trace: bool) -> bool:
    begun = time.monotonic()
    evidence = laboratory.run(each, "forestall", each.name)
    wrong = complaints(each, evidence)
    if is_only_late(wrong):
        show(each.name, begun, wrong, f"{in_short(evidence)}; measured again", "late")
        begun = time.monotonic()
        evidence = laboratory.run(each, "forestall", each.name)
        wrong = complaints(each, evidence)
    if each.open and wrong:
        show(each.name, begun, wrong, f"{in_short(evidence)}; known: {each.open}", "open")
        return True
    kept = traces.keep(each, evidence) if keep_trace and not wrong else ""
    return show(each.name, begun, wrong, in_short(evidence) + (f"; {kept}" if kept else ""))


def record(laboratory: Laboratory, chosen: list[scenarios.Scenario]) -> int:
    """For tests/data/traces: what the machine does when nobody intervenes."""
    for each in chosen:
        begun = time.monotonic()
        evidence = laboratory.run(each, "nobody", f"{each.name}-recorded", {"record": "yes"})
        trace = laboratory.directory / "runs" / f"{each.name}-recorded" / "trace"
        show(each.name, begun, [] if trace.exists() else ["no trace came back"], f"{in_short(evidence)}; {trace}")
    return 0


def command(verb: str, description: str, default: str) -> argparse.ArgumentParser:
    """The command line of a program that runs scenarios. What `./dev` built is given by itself, and not told of."""
    parser = argparse.ArgumentParser(prog=f"./dev {verb}", description=description)
    parser.add_argument("scenario", nargs="*", help=f"names of scenarios (default: {default})")
    parser.add_argument("--deb", type=Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--programs", type=Path, required=True, help=argparse.SUPPRESS)
    return parser


def understood(parser: argparse.ArgumentParser, *where) -> tuple[argparse.Namespace, list]:
    """
    What was given, and the scenarios that are meant; where: see chosen_from(). Ends the program with one line if there is
    no such.
    """
    given = parser.parse_args()
    try:
        return given, chosen_from(given.scenario, *where)
    except scenarios.ScenarioError as error:
        parser.exit(2, f"{error}\n")


def main() -> int:
    parser = command("test --vm", __doc__, "all")
    parser.add_argument("--times", type=int, default=1, help="how often to run each")
    parser.add_argument("--record", action="store_true", help="judge nothing: run without a daemon, keep the trace")
    parser.add_argument("--keep-traces", action="store_true", help="write what was decided to tests/data/traces")
    given, chosen = understood(parser)

    laboratory = Laboratory(given.deb.resolve(), given.programs.resolve())
    print(f"a machine of {laboratory.accel[1].split(',')[0]}; what each run left is in {laboratory.directory}/runs")
    begun = time.monotonic()
    fine = show("install", begun, package_complaints(laboratory.install(), INSTALLED, "verify"))
    if given.record:
        return record(laboratory, chosen)
    for each in chosen * given.times if fine else []:
        fine &= passes(laboratory, each, given.keep_traces)
    if not given.scenario:
        begun = time.monotonic()
        fine &= show("upgrade, remove, purge", begun, package_complaints(laboratory.purge(), PURGED, "left"))
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
