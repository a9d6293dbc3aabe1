# SPDX-License-Identifier: MIT
"""What must be true after a scenario with forestall: each check says in one line what was wrong."""

from __future__ import annotations

import json
import re

from evidence import Evidence, expected_fate, signalled, stories
from scenario import Scenario

# What the administrator needs at nine in the morning; see docs/operations.md.
TOLD = (
    "INCIDENT_ID RULE RULE_ACTION REASON MEM_AVAILABLE_BYTES SWAP_LEFT_BYTES OOM_SIGNAL VICTIM_PID VICTIM_UID "
    "VICTIM_COMM VICTIM_KIND VICTIM_PROCESSES VICTIM_UNIT VICTIM_CGROUP VICTIM_ANON_BYTES VICTIM_SWAP_BYTES VICTIM_OOM_SCORE_ADJ VICTIM_SCORE "
    "PROMISED_BYTES CANDIDATES_JSON SPARED_JSON MESSAGE_ID"
).split()
STOOD_STILL = "the interactive program stood still"
DENIAL = re.compile(r"not permitted|permission denied|seccomp", re.IGNORECASE)


def is_only_late(found: list[str]) -> bool:
    """
    Nothing is wrong but time: worth a second look, for under emulation all is slow when the host is busy. What happened to
    whom is never looked at twice.
    """
    return bool(found) and all(line.startswith(STOOD_STILL) for line in found)


def complaints(scenario: Scenario, evidence: Evidence) -> list[str]:
    """Empty if all is as it must be."""
    if not evidence.over:
        return [
            f"the machine did not come back within {evidence.seconds:.0f} s: its last words are in console and live"
        ]
    return [
        *_fates(scenario, evidence),
        *_freeze(scenario, evidence),
        *_machine(evidence),
        *_daemon(scenario, evidence),
        *_records(scenario, evidence),
        *_stories(scenario, evidence),
    ]


def _fates(scenario: Scenario, evidence: Evidence):
    for program in scenario.programs:
        if not expected_fate(program, evidence):
            fate = evidence.fates[program.name].told()
            yield f"{program.name} ({program.role}) must be: {program.must}; it was: {fate}"
    if scenario.expect.saved and evidence.files.get("saved") != "saved\n":
        yield "the program that was asked to end did not get to save its work"


def _freeze(scenario: Scenario, evidence: Evidence):
    allowed, found = scenario.expect, evidence.freeze
    if found.total > allowed.freeze_total or found.worst > allowed.freeze_worst:
        yield (
            f"{STOOD_STILL} for {found.total} ms, {found.worst} ms at worst; "
            f"at most {allowed.freeze_total} and {allowed.freeze_worst} may be"
        )
    if evidence.files.get("live", "").count("alive ") < 3:
        yield "the interactive program hardly ran: there is nothing to judge by"


def _machine(evidence: Evidence):
    if evidence.kernel_kills:
        yield f"the kernel killed {evidence.kernel_kills}"
    for name in evidence.services_hurt:
        yield f"{name} is not what it was before"
    if evidence.files.get("seccomp.log", "").strip():
        yield f"a system call was denied: {evidence.files['seccomp.log'].strip()}"


def _daemon(scenario: Scenario, evidence: Evidence):
    if evidence.files.get("daemon_at_start") != "active\n":
        yield "the daemon was not active at the start"
    if evidence.daemon.get("NRestarts") != "0":
        yield f"the daemon was restarted: NRestarts={evidence.daemon.get('NRestarts')}"
    if scenario.machine.config and not any(each.get("EVENT") == "config_reloaded" for each in evidence.incidents):
        yield "the daemon has not taken the configuration of this scenario"
    for line in evidence.files.get("daemon.log", "").splitlines():
        if DENIAL.search(line):
            yield f"denied: {line}"


def _records(scenario: Scenario, evidence: Evidence):
    victims = signalled(evidence)
    if scenario.expect.quiet and victims:
        yield f"nobody was to be signalled; {victims[0].get('MESSAGE')}"
    if not scenario.expect.quiet and not victims:
        yield "no record of a signal in the journal"
    if len(victims) > scenario.expect.kills:
        comms = ", ".join(record.get("VICTIM_COMM", "?") for record in victims)
        yield f"{len(victims)} were signalled ({comms}), {scenario.expect.kills} at most should"
    for record in victims:
        missing = [name for name in TOLD if not record.get(name)]
        if missing:
            yield f"the record of {record.get('VICTIM_COMM')} lacks {', '.join(missing)}"
        elif record["VICTIM_COMM"] not in {each["comm"] for each in json.loads(record["CANDIDATES_JSON"])}:
            yield f"{record['VICTIM_COMM']} is not among the candidates of its own record"
    entitled = {f"{program.name}.service" for program in scenario.programs if program.role == "guilty"}
    for record in victims:
        if record.get("VICTIM_UNIT") not in entitled:
            yield f"{record.get('VICTIM_COMM')} of {record.get('VICTIM_UNIT')} was signalled, who is not guilty"
    told = {(each.get("INCIDENT_ID"), each.get("EVENT"), each.get("VICTIM_PID")) for each in evidence.incidents}
    for record in victims:
        ends = [(record["INCIDENT_ID"], end, record.get("VICTIM_PID")) for end in ("victim_gone", "victim_survived")]
        if told.isdisjoint(ends):
            yield f"the journal does not tell how it ended with {record.get('VICTIM_COMM')}"


def _stories(scenario: Scenario, evidence: Evidence):
    """What was kept is about what was told, can be shown, and is decided in the same way again."""
    kept = stories(evidence)
    victims = signalled(evidence)
    ids = {name.rsplit("-", 1)[-1] for name in kept}
    for record in victims:
        if record["INCIDENT_ID"] not in ids:
            yield f"the story of {record.get('VICTIM_COMM')} is not kept"
    for name, story in kept.items():
        shown = story.get("shown", "")
        if "What happened" not in shown or "that was left" not in shown and "that were left" not in shown:
            yield f"the story {name} cannot be shown"
    # A replay ends at the first signal: later ones are in the stories of others too.
    first = next((record for record in victims if record["INCIDENT_ID"] in ids), None)
    if first:
        (name,) = (name for name in kept if name.endswith("-" + first["INCIDENT_ID"]))
        yield from (f"the story {name}: {complaint}" for complaint in _replays(scenario, kept[name], first))


def _replays(scenario: Scenario, story: dict[str, str], record: dict):
    """
    Decided as it was, to the byte; what is stricter than the built-in rules acts no later. Of brothers of the same size
    another one may go. Where several went, or could have gone as well, some may have been born meanwhile.
    """
    candidates = [each["comm"] for each in json.loads(record["CANDIDATES_JSON"])]
    one_of_its_kind = record["VICTIM_KIND"] == "process" and candidates.count(record["VICTIM_COMM"]) == 1
    differs = r"pid \d+" if one_of_its_kind else r"pid \d+|\d+ processes|free [\d.]+ [KMG]iB"
    try:
        (again,) = json.loads(story.get("replayed", ""))["replays"]
        stricter, laxer = json.loads(story.get("compared", ""))["replays"]
        if not again["decides_as_it_did"] and not _same_but_for(differs, again, record):
            yield f"replayed, it is decided differently: {_signal(again)}"
        if scenario.machine.config:
            return
        if stricter["signal"] is None or (laxer["signal"] or stricter["signal"])["at_ms"] < stricter["signal"]["at_ms"]:
            yield f"under stricter rules {_signal(stricter)}, under laxer ones {_signal(laxer)}"
    except (ValueError, LookupError) as error:
        yield f"it cannot be replayed ({error!r})"


def _same_but_for(differs: str, again: dict, record: dict) -> bool:
    said = [each["message"] for each in again.get("events", []) if each["event"] == record["EVENT"]]
    without = [re.sub(differs, "", message[message.index("SIG") :]) for message in (*said[:1], record["MESSAGE"])]
    return len(without) == 2 and without[0] == without[1]


def _signal(replay: dict) -> str:
    signal = replay["signal"]
    return f"{signal['comm']} is signalled after {signal['at_ms']} ms" if signal else "nobody is signalled"
