# SPDX-License-Identifier: MIT
"""What is made of measurements, and what is read from /proc and from the peers' words. Nothing is measured."""

import tempfile
import unittest
from pathlib import Path

import bench
import watch
from figures import Figure, Goal, Lines, Row, cell, number, of_benchmarks, ratio, table
from peers import Peers, is_choice

STEADY = Figure((10.0, 10.1, 9.9, 10.0))
WILD = Figure((5.0, 10.0, 20.0, 40.0))


class Figures(unittest.TestCase):
    def test_one_that_was_held_up_does_not_count(self):
        self.assertEqual(Figure((1.0, 1.0, 90.0)).median, 1.0)

    def test_noise_is_what_half_of_the_measurements_differ_by(self):
        self.assertFalse(STEADY.is_noisy)
        self.assertTrue(WILD.is_noisy)
        self.assertFalse(Figure((7.0,)).is_noisy)
        self.assertFalse(Figure((0.0, 0.0)).is_noisy)

    def test_each_measurement_is_held_against_the_floor_beside_it(self):
        self.assertEqual(ratio(Figure((3.0, 30.0)), Figure((2.0, 20.0))).values, (1.5, 1.5))
        with self.assertRaises(ValueError):
            ratio(Figure((3.0,)), Figure((2.0, 20.0)))

    def test_three_digits(self):
        shown = [number(each) for each in (0, 0.01234, 1.239, 12.39, 123.9, 6144)]
        self.assertEqual(shown, ["0", "0.0123", "1.24", "12.4", "124", "6,144"])


class Goals(unittest.TestCase):
    def verdict(self, ours: Figure, goal: Goal | None, floor: Figure | None = None) -> str:
        return Row("x", "us", ours, floor, goal=goal).verdict()

    def test_met_and_missed(self):
        self.assertEqual(self.verdict(STEADY, Goal(10)), "met")
        self.assertEqual(self.verdict(STEADY, Goal(9.99)), "missed")
        self.assertEqual(self.verdict(STEADY, None), "")

    def test_relative_to_the_floor(self):
        floor = Figure((8.0, 8.0, 8.0, 8.0))
        self.assertEqual(self.verdict(STEADY, Goal(1.3, relative=True), floor), "met")
        self.assertEqual(self.verdict(STEADY, Goal(1.2, relative=True), floor), "missed")

    def test_noise_is_no_verdict_unless_it_makes_no_difference(self):
        self.assertIn("too much noise", self.verdict(WILD, Goal(12)))
        self.assertEqual(self.verdict(WILD, Goal(1000)), "met")
        self.assertEqual(self.verdict(WILD, Goal(1)), "missed")


class Tables(unittest.TestCase):
    def test_a_peer_without_a_figure_has_a_word_or_a_dash(self):
        row = Row("x", "us", STEADY, Figure((5.0, 5.0, 5.0, 5.0)), {"a": WILD, "b": "not to be had"}, Goal(20))
        self.assertEqual(
            table([row], ["a", "b", "c"])[-1],
            "| x | us | 5 | 10 | 2.00 | 15 (noisy) | not to be had | – | ≤ 20 us | met |",
        )

    def test_as_many_columns_everywhere(self):
        lines = table([Row("x", "us", STEADY)], ["a", "b"])
        self.assertEqual({line.count("|") for line in lines}, {lines[0].count("|")})

    def test_nothing_to_show(self):
        self.assertEqual(cell(None), "–")


class Words(unittest.TestCase):
    def test_lines_of_the_stopwatch(self):
        lines = Lines.of("scan 100 2.0 3.0\nwarning: not 1 of ours\n\nscan 100 2.5 3.5\n")
        self.assertEqual(lines.column("scan", 2).values, (3.0, 3.5))
        self.assertEqual(list(lines.columns), ["scan"])

    def test_benchmarks_in_whatever_unit(self):
        run = {"run_type": "iteration", "cpu_time": 1500.0, "time_unit": "ns", "run_name": "a"}
        report = {"benchmarks": [run, run | {"run_type": "aggregate"}, run | {"error_occurred": True}]}
        self.assertEqual(of_benchmarks(report), {"a": Figure((1.5,))})

    def test_a_choice_of_earlyoom(self):
        self.assertTrue(is_choice('sending SIGTERM to process 71 uid 0 "a": badness 800, VmRSS 302 MiB\n'))
        self.assertFalse(is_choice("sending SIGTERM when mem <= 99.00% and swap <= 100.00%,\n"))

    def test_a_peer_that_is_not_there(self):
        with tempfile.TemporaryDirectory() as directory:
            self.assertEqual(Peers.below(Path(directory)), Peers(None, None, None))


class Rows(unittest.TestCase):
    def scan(self, **changed: list) -> list[Row]:
        found = {"ours": "scan 5002 2 3 5\nscan 5002 2 3 5\n", "earlyoom": [5e4], "earlyoom_patterns": [1e5]}
        return bench.scan_rows(5000, found | {"nohang": [4e5]} | changed)

    def test_a_scan_is_told_for_each_process(self):
        plain, with_swap = self.scan()
        self.assertEqual((plain.floor.median, plain.ours.median, with_swap.ours.median), (2, 3, 5))
        self.assertEqual((plain.others["earlyoom"].median, plain.others["nohang"].median), (20, 80))
        self.assertEqual(plain.verdict(), "missed")

    def test_peers_that_are_not_to_be_had(self):
        plain, with_swap = self.scan(earlyoom=[], earlyoom_patterns=[], nohang=[])
        self.assertEqual(plain.others, {"earlyoom": bench.NOT_HAD, "nohang": bench.NOT_HAD})
        self.assertEqual(with_swap.others, {})

    def test_a_decision(self):
        rows = bench.decision_rows(10000, Lines.of("decide 10003 100 3000 2500 2000 0\n"))
        self.assertEqual([row.ours.median for row in rows], [3, 2.5, 2, 0])
        self.assertEqual([row.verdict() for row in rows], ["", "missed", "", "met"])

    def test_memory_that_comes_back_from_the_nice_is_told_apart(self):
        usual, nice = bench.reap_rows("alone 0 500000\nreap 0 25000 30000\nalone 19 4000000\nreap 19 25000 50000\n")
        self.assertEqual((usual.ours.median, usual.others[bench.ALONE].median, usual.verdict()), (30, 500, "met"))
        self.assertEqual((nice.ours.median, nice.others[bench.ALONE].median, nice.verdict()), (50, 4000, "missed"))

    def test_idle(self):
        rows = bench.idle_rows(
            {
                "forestall": [(10, 0.1, 5000, 1500)] * 2,
                "floor": [(5, 0.1, 1000, 100)] * 2,
                "earlyoom": [(50, 1, 1700, 300)] * 2,
            }
        )
        self.assertEqual([row.verdict() for row in rows], ["met"] * 4)
        self.assertEqual(rows[0].others["nohang"], bench.NOT_HAD)


class Costs(unittest.TestCase):
    def test_all_threads_together(self):
        with tempfile.TemporaryDirectory() as directory:
            process = Path(directory) / "7"
            for thread, used in (("7", 3_000_000), ("8", 1_500_000)):
                (process / "task" / thread).mkdir(parents=True)
                (process / "task" / thread / "schedstat").write_text(f"{used} 12 4\n")
                (process / "task" / thread / "status").write_text("Name:\tx\nvoluntary_ctxt_switches:\t5\n")
            (process / "status").write_text("Name:\tVmRSS: 9\nVmRSS:\t    1700 kB\nRssAnon:\t 400 kB\n")
            found = watch.cost(7, Path(directory))
        self.assertEqual((found.cpu, found.sleeps, found.rss, found.anon), (4500, 10, 1700, 400))

    def test_in_a_second(self):
        before, after = watch.Cost(100, 10, 0, 0, at=50), watch.Cost(400, 13, 0, 0, at=53)
        self.assertEqual(watch.rates(before, after), (100, 1))


if __name__ == "__main__":
    unittest.main()
