# SPDX-License-Identifier: MIT
"""The story of a scenario as a trace of tests/data/traces, which the fast suite watches again in milliseconds."""

from __future__ import annotations

import json
from pathlib import Path

from evidence import Evidence, signalled, stories
from scenario import Scenario

FOLDER = Path(__file__).parent.parent / "data" / "traces"
# Whoever acts so much sooner or later than the daemon did is told so.
SOONER_MS, LATER_MS = 1000, 100


def keep(scenario: Scenario, evidence: Evidence) -> str:
    """
    Writes the trace of the first victim, and says where it is. Nothing where nobody was signalled, nor where the
    scenario has a configuration of its own: the fast suite has the built-in one.
    """
    victims = signalled(evidence)
    if not victims or scenario.machine.config:
        return ""
    record = victims[0]
    (story,) = (told["jsonl"] for name, told in stories(evidence).items() if name.endswith("-" + record["INCIDENT_ID"]))
    lines = [json.loads(line) for line in story.splitlines()]
    trace = [line["trace"] for line in lines if "trace" in line]
    at_ms = next(line["at_ms"] for line in lines if line.get("event") == record["EVENT"])
    action = "kill" if record["EVENT"] == "victim_killed" else "terminate"
    head = [
        f"# {scenario.why}",
        f"# By ./dev test --vm --keep-traces {scenario.name}; two processors. The daemon ran, and did as is expected here.",
        f"expect {action} {record['VICTIM_COMM']} after {max(at_ms - SOONER_MS, 0)}ms before {at_ms + LATER_MS}ms",
    ]
    path = FOLDER / f"decided_{scenario.name.replace('-', '_')}.trace"
    path.write_text("\n".join(trace[:1] + head + trace[1:]) + "\n")
    return path.name
