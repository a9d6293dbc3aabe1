#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""For bench.py, which runs this in a world of its own (forestall_stopwatch among N): what is measured there, as JSON.

Everybody's turn comes again and again, ours and the peers' in between: what else the machine does meets all alike.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path

from peers import Peers, earlyoom_scans, nohang_table
from watch import cost, rates

SETTLING = 12  # seconds after the start that are not counted: everybody is looked at for the first time


def stopwatch(program: Path, what: str, rounds: int) -> str:
    return subprocess.run([program, what, str(rounds)], stdout=subprocess.PIPE, text=True, check=True).stdout


def scans(given: argparse.Namespace) -> dict:
    peers = Peers.below(given.peers)
    found: dict = {"ours": "", "earlyoom": [], "earlyoom_patterns": [], "nohang": []}
    for _ in range(given.rounds):
        found["ours"] += stopwatch(given.stopwatch, "scan", 5)
        if peers.earlyoom:
            found["earlyoom"].append(earlyoom_scans(peers.earlyoom, 2, patterns=False))
            found["earlyoom_patterns"].append(earlyoom_scans(peers.earlyoom, 2, patterns=True))
        if peers.nohang:
            found["nohang"].append(nohang_table(peers.nohang, peers.configuration))
    return found


def scans_alone(given: argparse.Namespace) -> dict:
    """Without the peers."""
    return {
        "ours": stopwatch(given.stopwatch, "scan", given.rounds),
        "earlyoom": [],
        "earlyoom_patterns": [],
        "nohang": [],
    }


def decisions(given: argparse.Namespace) -> dict:
    return {"ours": stopwatch(given.stopwatch, "decide", given.rounds)}


def reaping(given: argparse.Namespace) -> dict:
    return {"ours": stopwatch(given.stopwatch, "reap", given.rounds)}


def idle(given: argparse.Namespace) -> dict:
    """All at the same time, left alone. They only watch; nohang cannot be told to, but here are none but sleepers."""
    peers = Peers.below(given.peers)
    commands: dict[str, list] = {
        "forestall": [given.daemon, "--dry-run"],
        "floor": [given.stopwatch, "wake", "1000"],
    }
    if peers.earlyoom:
        commands["earlyoom"] = [peers.earlyoom, "--dryrun"]
    if peers.nohang:
        commands["nohang"] = [peers.nohang, "--monitor", "--config", peers.configuration]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    running = {name: subprocess.Popen(command, **quiet) for name, command in commands.items()}
    time.sleep(SETTLING)
    parts: dict[str, list] = {name: [] for name in running}
    before = {name: cost(each.pid) for name, each in running.items()}
    for _ in range(given.rounds):
        time.sleep(given.seconds / given.rounds)
        after = {name: cost(each.pid) for name, each in running.items()}
        for name in running:
            parts[name].append((*rates(before[name], after[name]), after[name].rss, after[name].anon))
        before = after
    for each in running.values():
        each.kill()
    return parts


MEASURED = {"scan": scans, "scan_alone": scans_alone, "decide": decisions, "reap": reaping, "idle": idle}


def main() -> int:
    command = argparse.ArgumentParser(description=__doc__)
    command.add_argument("what", choices=MEASURED)
    command.add_argument("--rounds", type=int, required=True)
    command.add_argument("--seconds", type=float, default=0)
    for path in ("stopwatch", "daemon", "peers"):
        command.add_argument(f"--{path}", type=Path, required=True)
    given = command.parse_args()
    json.dump(MEASURED[given.what](given), sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
