# SPDX-License-Identifier: MIT
"""What is read from the answers of the peers and of forestall, whatever programs call themselves. No machine is started."""

import json
import tempfile
import unittest
from pathlib import Path

import choices
from choices import NOBODY, Choice, Situation
from page import write_page
from scenario import Expect, Machine, Program
from suite import chosen_from

LEAK, DATABASE, PAGE_1, PAGE_2, INIT = 70, 71, 72, 73, 1
PROCESSES = f"""{INIT} 667 0 9000 3000 /init.scope
{LEAK} 760 0 150000 140000 /system.slice/leak.service
{DATABASE} 800 0 310000 300000 /system.slice/database.service
{PAGE_1} 700 300 50000 40000 /user.slice/user-1000.slice/user@1000.service/app.slice/browser.service
{PAGE_2} 700 300 51000 40000 /user.slice/user-1000.slice/user@1000.service/app.slice/browser.service
"""
EARLYOOM = """earlyoom v1.7
dryrun mode enabled, will not kill anything
mem avail:   512 of   965 MiB (53.06%), swap free:    0 of    0 MiB ( 0.00%)
low memory! at or below SIGTERM limits: mem 99.00%, swap 100.00%
sending SIGTERM to process 71 uid 0 "NAME": badness 800, VmRSS 302 MiB
"""
NOHANG = """Tasks state (memory values in mebibytes):
#    PID     PPID  badness  oom_score  oom_score_adj        eUID  S  VmSize  VmRSS  VmSwap  Name
#     70        1      760        760              0           0  S     150    146       0  NAME
Found 5 tasks with non-zero VmRSS (except init and self)
Process with highest badness (found in 41ms):
  PID: 71, Name: NAME, badness: 800
"""
# As much as the kernel lets a program have for a name: 15 bytes, a line's end among them.
HOSTILE = ("\nsending SIGTE", "\n  PID: 1, Name", 'a": badness 1\n', "Process with hi", "|", "")


def record(**changed) -> dict:
    candidates = [
        {
            "pid": LEAK,
            "score": 420.0,
            "terms": [{"name": "memory", "points": 140.0}, {"name": "growth", "points": 280.0}],
        }
    ]
    of = {"RULE": "asked", "EVENT": "victim_terminated", "VICTIM_PID": str(LEAK), "VICTIM_PROCESSES": "1"}
    return of | {"CANDIDATES_JSON": json.dumps(candidates)} | changed


def left(**changed: str) -> dict[str, str]:
    files = {
        "processes": PROCESSES,
        "earlyoom": EARLYOOM,
        "nohang": NOHANG,
        "explain": json.dumps({"candidates": [{"pid": PAGE_1, "processes": 2}, {"pid": LEAK, "processes": 1}]}),
        "incidents": json.dumps({"EVENT": "started"}) + "\n" + json.dumps(record()) + "\n",
        "versions": "earlyoom\t1.7\nLinux 6\n",
    }
    return files | changed


def situation() -> Situation:
    programs = (
        Program("leak", "guilty", "leak --rate 1MiB"),
        Program("database", "innocent", "database --size 1MiB"),
        Program("browser", "innocent", "tree"),
    )
    return Situation("x", "why", "", 30, False, Machine(), programs, Expect(), "ledger")


class Answers(unittest.TestCase):
    def test_the_kernel_takes_the_highest_oom_score_and_never_init(self):
        self.assertEqual(choices.of_kernel(left()), Choice(DATABASE))
        alone = "".join(PROCESSES.splitlines(keepends=True)[:1])
        self.assertIsNone(choices.of_kernel(left(processes=alone)))
        self.assertIsNone(choices.of_kernel(left(processes="9 0 -1000 9000 900 /a\n")))

    def test_of_equal_oom_scores_the_larger_one(self):
        pages = "".join(PROCESSES.splitlines(keepends=True)[3:])
        self.assertEqual(choices.of_kernel(left(processes=pages)), Choice(PAGE_2))

    def test_the_peers_whatever_programs_call_themselves(self):
        for name in HOSTILE:
            self.assertEqual(choices.of_earlyoom(left(earlyoom=EARLYOOM.replace("NAME", name))), Choice(DATABASE), name)
            self.assertEqual(choices.of_nohang(left(nohang=NOHANG.replace("NAME", name))), Choice(DATABASE), name)

    def test_only_what_stands_at_the_beginning_of_a_line(self):
        quoted = EARLYOOM.replace("\nsending SIGTERM", '\nwarning: "sending SIGTERM')
        self.assertIsNone(choices.of_earlyoom(left(earlyoom=quoted)))
        self.assertIsNone(choices.of_nohang(left(nohang=NOHANG.replace("\nProcess", "\n# Process"))))

    def test_no_answer_is_none(self):
        for answer in choices.ASKED.values():
            self.assertIsNone(answer({}))

    def test_the_daemon_and_how_many_go(self):
        self.assertEqual(choices.of_forestall(left()), Choice(LEAK))
        several = record(VICTIM_PROCESSES="41")
        self.assertEqual(choices.of_forestall(left(incidents=json.dumps(several))), Choice(LEAK, 41))
        nobody = {"RULE": "asked", "EVENT": "no_victim"}
        self.assertEqual(choices.of_forestall(left(incidents=json.dumps(nobody))), NOBODY)

    def test_only_what_the_daemon_said_when_it_was_asked(self):
        lines = [json.dumps(record(RULE="low-memory", VICTIM_PID="9")), json.dumps(record())]
        self.assertEqual(choices.of_forestall(left(incidents="\n".join(lines))), Choice(LEAK))

    def test_at_first_sight(self):
        self.assertEqual(choices.of_explain(left()), Choice(PAGE_1, 2))
        self.assertEqual(choices.of_explain(left(explain='{"candidates": []}')), NOBODY)


class Units(unittest.TestCase):
    def test_a_user_s_manager_and_what_it_started(self):
        manager = Path("/user.slice/user-1000.slice/user@1000.service")
        self.assertEqual(choices.unit_of(manager / "init.scope"), "user@1000")
        self.assertEqual(choices.unit_of(manager / "app.slice" / "browser.service"), "browser")
        self.assertEqual(choices.unit_of(Path("/init.scope")), "init.scope")
        self.assertEqual(choices.unit_of(Path("/system.slice/leak.service")), "leak")


class Flaws(unittest.TestCase):
    def flaws(self, **changed: str) -> str:
        return "\n".join(choices.flaws(situation(), left(**changed)))

    def test_none_where_all_is_well(self):
        self.assertEqual(self.flaws(), "")

    def test_a_program_that_was_not_there(self):
        self.assertIn("leak was not there", self.flaws(processes=PROCESSES.replace("leak.service", "other.service")))

    def test_one_who_did_not_answer(self):
        self.assertIn("earlyoom did not answer", self.flaws(earlyoom=""))

    def test_a_rule_that_held_without_being_asked(self):
        lines = [json.dumps(record(RULE="low-memory")), json.dumps(record())]
        self.assertIn('"low-memory" held', self.flaws(incidents="\n".join(lines)))


class Table(unittest.TestCase):
    def test_who_is_right_and_how_many_of_how_many_go(self):
        self.assertEqual(
            choices.answers(situation(), left()),
            ["✗ database", "✗ database", "✗ database", "✓ leak", "✗ browser, 2 of 2"],
        )

    def test_nobody_and_somebody_who_was_not_there(self):
        processes = choices.census(left())
        self.assertEqual(choices.cell(NOBODY, situation(), processes), "✗ nobody")
        self.assertEqual(choices.cell(Choice(4000), situation(), processes), "✗ one who had just come")

    def test_what_each_one_holds(self):
        lines = choices.details(situation(), left())
        self.assertIn("| **leak** | 1 | 137 | 0 | 760 | 420 | 280 |", lines)
        self.assertIn("| browser | 2 | 78 | 300 | 700 | – | – |", lines)

    def test_a_page_keeps_what_people_wrote(self):
        with tempfile.TemporaryDirectory() as directory:
            path = Path(directory) / "page.md"
            path.write_text("before\n")
            write_page(path, "choices", ["one"])
            path.write_text(path.read_text() + "after\n")
            write_page(path, "choices", ["two"])
            text = path.read_text()
        self.assertTrue(text.startswith("before\n") and text.endswith("after\n"))
        self.assertEqual((text.count("one"), text.count("two")), (0, 1))


class SituationFiles(unittest.TestCase):
    def test_all_are_sound(self):
        found = chosen_from([], "choices", Situation)
        self.assertGreaterEqual(len(found), 12)
        for each in found:
            self.assertEqual(sum(program.role == "guilty" for program in each.programs), 1, each.name)

    def test_the_guilty_are_still_there_when_all_are_asked(self):
        self.assertIn("--until 87000ms", situation().plan())
        self.assertIn("spare=ledger\n", situation().settings("forestalld.service"))
        self.assertIn("time_limit=30000\n", situation().settings("forestalld.service"))


if __name__ == "__main__":
    unittest.main()
