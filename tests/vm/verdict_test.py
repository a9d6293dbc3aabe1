# SPDX-License-Identifier: MIT
"""Every check of a scenario fails when what it is there for happens. Made-up runs; no machine is started."""

import json
import tempfile
import unittest
from dataclasses import replace
from pathlib import Path

import evidence
import machine
import scenario as scenarios
import traces
from verdict import TOLD, complaints, is_only_late

RUNS = "Processes=1\nExecMainCode=0\nExecMainStatus=0\n"
BY_SIGTERM = "Processes=0\nExecMainCode=2\nExecMainStatus=15\n"
BY_ITSELF = f"Processes=0\nExecMainCode=1\nExecMainStatus={scenarios.OWN_END}\n"
SERVICES = "Id=dbus.service\nMainPID=10\n\nId=judge.service\nMainPID=20\n"
LIVE = "start 1\nalive 1000 20 5\nalive 2000 20 5\nalive 3000 20 5\n"


def record(event: str, comm: str = "leak", pid: str = "7") -> dict:
    fields = {name: "1" for name in TOLD}
    return fields | {
        "EVENT": event,
        "INCIDENT_ID": "a",
        "VICTIM_PID": pid,
        "VICTIM_COMM": comm,
        "VICTIM_KIND": "process",
        "VICTIM_UNIT": "leak.service",
        "MESSAGE": "Sent SIGTERM",
        "CANDIDATES_JSON": json.dumps([{"comm": comm}]),
    }


def scenario(**expect) -> scenarios.Scenario:
    programs = (
        scenarios.Program("leak", "guilty", "leak --rate 1MiB"),
        scenarios.Program("database", "innocent", "database --size 1MiB"),
    )
    expectations = scenarios.Expect(**({"freeze_total": 500, "freeze_worst": 400} | expect))
    return scenarios.Scenario("x", "why", "", 30, False, scenarios.Machine(), programs, expectations)


def told(records: list[dict]) -> str:
    return "".join(json.dumps(each) + "\n" for each in records)


def signal(at_ms: int) -> dict:
    return {"comm": "leak", "at_ms": at_ms}


def replayed(as_it_was: bool) -> str:
    return json.dumps({"replays": [{"signal": signal(60000), "decides_as_it_did": as_it_was}]})


def brothers(replayed_as: str, told_as: str, fields: dict) -> dict[str, str]:
    """Another goes in the replay."""
    event = {"event": "victim_terminated", "message": f"Dry run: would have sent SIGTERM to leak ({replayed_as})"}
    again = {"signal": signal(60000), "decides_as_it_did": False, "events": [event]}
    did = [
        record(event) | {"MESSAGE": f"Sent SIGTERM to leak ({told_as})"} | fields
        for event in ("victim_terminated", "victim_gone")
    ]
    return {"stories__20260301T025914Z-a.replayed": json.dumps({"replays": [again]}), "incidents": told(did)}


def compared(stricter: dict | None, laxer: dict | None) -> str:
    return json.dumps({"replays": [{"signal": stricter}, {"signal": laxer}]})


def good() -> dict[str, str]:
    return {
        "fate/leak": BY_SIGTERM,
        "fate/database": RUNS,
        "live": LIVE,
        "kills_before": "oom_kill 3",
        "kills_after": "oom_kill 3",
        "incidents": told([record("victim_terminated"), record("victim_gone")]),
        "services_before": SERVICES,
        "services_after": SERVICES,
        "daemon_at_start": "active\n",
        "daemon_after": "NRestarts=0\n",
        "seccomp.log": "",
        "daemon.log": "Sent SIGTERM to leak\n",
        "stories/20260301T025914Z-a.jsonl": "{}\n",
        "stories/20260301T025914Z-a.shown": "What happened\n\nMemory that was left\n",
        "stories/20260301T025914Z-a.replayed": replayed(True),
        "stories/20260301T025914Z-a.compared": compared(signal(59000), None),
    }


class Verdict(unittest.TestCase):
    def complaints(self, over: bool = True, expect: dict | None = None, **changed: str) -> str:
        files = good() | {name.replace("__", "/"): text for name, text in changed.items()}
        run = machine.Run(Path("."), over, 30.0, files)
        of = scenario(**(expect or {}))
        return "\n".join(complaints(of, evidence.gather(run, of)))

    def test_nothing_is_wrong_where_all_is_well(self):
        self.assertEqual(self.complaints(), "")

    def test_a_machine_that_did_not_come_back(self):
        self.assertIn("did not come back", self.complaints(over=False))

    def test_a_guilty_one_that_lives_or_left_by_itself(self):
        self.assertIn("leak (guilty) must be: dies", self.complaints(fate__leak=RUNS))
        self.assertIn("leak (guilty) must be: dies", self.complaints(fate__leak=BY_ITSELF))
        self.assertIn("was never there", self.complaints(fate__leak=RUNS.replace("=1", "=0", 1)))
        self.assertIn("left others behind", self.complaints(fate__leak=BY_SIGTERM.replace("=0", "=3", 1)))

    def test_an_innocent_one_that_died(self):
        self.assertIn("database (innocent) must be: lives", self.complaints(fate__database=BY_SIGTERM))

    def test_a_freeze(self):
        self.assertEqual(self.complaints(live=LIVE + "late 4000 150\nlate 4500 390\n"), "")
        self.assertIn("stood still", self.complaints(live=LIVE + "late 4000 410\n"))
        self.assertIn("stood still", self.complaints(live=LIVE + "late 4000 300\nlate 5000 300\n"))
        self.assertIn("hardly ran", self.complaints(live="start 1\n"))

    def test_only_time_is_looked_at_twice(self):
        late = self.complaints(live=LIVE + "late 4000 410\n").splitlines()
        self.assertTrue(is_only_late(late))
        self.assertFalse(is_only_late(late + ["the kernel killed 1"]))
        self.assertFalse(is_only_late([]))

    def test_a_kill_by_the_kernel(self):
        self.assertIn("the kernel killed 1", self.complaints(kills_after="oom_kill 4"))

    def test_a_service_that_is_not_what_it_was(self):
        self.assertIn("judge.service", self.complaints(services_after=SERVICES.replace("20", "21")))
        self.assertIn("dbus.service", self.complaints(services_after="Id=judge.service\nMainPID=20\n"))

    def test_a_daemon_that_was_not_there_or_not_all_the_time(self):
        self.assertIn("not active", self.complaints(daemon_at_start="inactive\n"))
        self.assertIn("restarted", self.complaints(daemon_after="NRestarts=1\n"))

    def test_a_denial(self):
        self.assertIn("denied", self.complaints(**{"daemon.log": "open: Permission denied"}))
        self.assertIn("system call", self.complaints(**{"seccomp.log": "audit: type=1326 syscall=9"}))

    def test_a_record_that_is_missing_or_not_whole(self):
        self.assertIn("no record", self.complaints(incidents=""))
        without = record("victim_terminated") | {"REASON": ""}
        self.assertIn("lacks REASON", self.complaints(incidents=told([without, record("victim_gone")])))
        self.assertIn("how it ended", self.complaints(incidents=told([record("victim_terminated")])))
        of_another = told([record("victim_terminated"), record("victim_gone", pid="8")])
        self.assertIn("how it ended", self.complaints(incidents=of_another))
        other = record("victim_terminated") | {"CANDIDATES_JSON": "[]"}
        self.assertIn("not among", self.complaints(incidents=told([other, record("victim_gone")])))

    def test_a_signal_to_somebody_who_is_not_guilty(self):
        innocent = [
            record(event) | {"VICTIM_UNIT": "database.service"} for event in ("victim_terminated", "victim_gone")
        ]
        self.assertIn("who is not guilty", self.complaints(incidents=told(innocent)))

    def test_what_was_decided_is_kept_as_a_trace(self):
        story = [{"event": "victim_terminated", "at_ms": 12500}] + [
            {"trace": each} for each in ("title", "lineage", "end")
        ]
        files = good() | {"stories/20260301T025914Z-a.jsonl": told(story)}
        of = scenario()
        with tempfile.TemporaryDirectory() as folder:
            traces.FOLDER = Path(folder)
            name = traces.keep(of, evidence.gather(machine.Run(Path(), True, 20.0, files), of))
            lines = (Path(folder) / name).read_text().splitlines()
        self.assertEqual(lines[0], "title")
        self.assertIn("expect terminate leak after 11500ms before 12600ms", lines)
        self.assertEqual(lines[-2:], ["lineage", "end"])

    def test_a_configuration_that_is_not_in_force(self):
        with_config = replace(scenario(), machine=scenarios.Machine(config="[kill]"))
        run = machine.Run(Path(), True, 20.0, good())
        self.assertIn("not taken", "".join(complaints(with_config, evidence.gather(run, with_config))))
        run.files["incidents"] += told([{"EVENT": "config_reloaded"}])
        self.assertEqual(complaints(with_config, evidence.gather(run, with_config)), [])

    def test_too_many_signals(self):
        two = [record("victim_terminated"), record("victim_gone"), record("victim_killed", "database", "8")]
        self.assertIn("2 were signalled", self.complaints(incidents=told(two)))
        self.assertIn("nobody was to be", self.complaints(expect={"quiet": True}))

    def test_a_story_that_is_missing_or_says_something_else(self):
        name = "stories__20260301T025914Z-a"
        self.assertIn("cannot be shown", self.complaints(**{f"{name}.shown": ""}))
        self.assertIn("differently: leak is sig", self.complaints(**{f"{name}.replayed": replayed(False)}))
        for others in (
            {"VICTIM_KIND": "family"},
            {"CANDIDATES_JSON": json.dumps([{"comm": "leak"}, {"comm": "leak"}])},
        ):
            one, two = "81 processes from pid 8, uid 0", "82 processes from pid 7, uid 0"
            self.assertEqual(self.complaints(**brothers(one, two, others)), "")
            self.assertIn("differently", self.complaints(**brothers(one, two.replace("uid 0", "uid 1"), others)))
            self.assertIn("differently", self.complaints(**brothers(one, two, {})))
        self.assertEqual(self.complaints(**brothers("pid 8, uid 0", "pid 7, uid 0", {})), "")
        self.assertIn("differently", self.complaints(**brothers("pid 8, uid 0", "pid 8, uid 1", {})))
        nobody = json.dumps({"replays": [{"signal": None, "decides_as_it_did": False}]})
        self.assertIn("nobody is signalled", self.complaints(**{f"{name}.replayed": nobody}))
        self.assertIn("cannot be replayed", self.complaints(**{f"{name}.replayed": ""}))
        self.assertIn("cannot be replayed", self.complaints(**{f"{name}.compared": ""}))

    def test_a_story_that_stricter_rules_do_not_end_sooner(self):
        name = "stories__20260301T025914Z-a.compared"
        self.assertEqual(self.complaints(**{name: compared(signal(5), signal(5))}), "")
        self.assertIn("under laxer ones leak", self.complaints(**{name: compared(signal(5), signal(4))}))
        self.assertIn("stricter rules nobody", self.complaints(**{name: compared(None, None)}))

    def test_a_story_that_is_not_kept(self):
        other = [each | {"INCIDENT_ID": "b"} for each in (record("victim_terminated"), record("victim_gone"))]
        self.assertIn("the story of leak is not kept", self.complaints(incidents=told(other)))

    def test_work_that_was_not_saved(self):
        self.assertIn("save its work", self.complaints(expect={"saved": True}))
        self.assertEqual(self.complaints(expect={"saved": True}, saved="saved\n"), "")


class ScenarioFiles(unittest.TestCase):
    def test_all_are_sound(self):
        paths = sorted((Path(__file__).parent / "scenarios").glob("*.toml"))
        self.assertGreaterEqual(len(paths), 20)
        for path in paths:
            scenarios.read(path)


if __name__ == "__main__":
    unittest.main()
