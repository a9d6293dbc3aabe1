# SPDX-License-Identifier: MIT
"""What is made of many measurements: medians, ratios, and whether they can be told from noise. Pure."""

from __future__ import annotations

import statistics
from dataclasses import dataclass, field

TOO_GREAT = 0.25  # half of the measurements lie within so much of the median, or nothing can be told


@dataclass(frozen=True)
class Figure:
    """The same thing, measured several times."""

    values: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    @property
    def spread(self) -> float:
        """What lies between the quartiles, as a share of the median. One measurement alone tells nothing of it."""
        if len(self.values) < 2 or self.median == 0:
            return 0.0
        first, _, third = statistics.quantiles(self.values, n=4, method="inclusive")
        return (third - first) / abs(self.median)

    @property
    def is_noisy(self) -> bool:
        return self.spread > 2 * TOO_GREAT


def ratio(ours: Figure, floor: Figure) -> Figure:
    """Each measurement against that of the floor right before it: what slows the machine down slows both."""
    return Figure(tuple(a / b for a, b in zip(ours.values, floor.values, strict=True)))


@dataclass(frozen=True)
class Goal:
    """At most so much, in the unit of the row."""

    most: float
    relative: bool = False  # times the floor, as measured in the same run

    def words(self, unit: str) -> str:
        return f"≤ {self.most:g} × the floor" if self.relative else f"≤ {number(self.most)} {unit}".rstrip()


@dataclass(frozen=True)
class Row:
    """others: by name; a text where there is no figure, and why."""

    what: str
    unit: str
    ours: Figure
    floor: Figure | None = None
    others: dict[str, Figure | str] = field(default_factory=dict)
    goal: Goal | None = None

    @property
    def judged(self) -> Figure:
        return ratio(self.ours, self.floor) if self.goal and self.goal.relative and self.floor else self.ours

    def verdict(self) -> str:
        if self.goal is None:
            return ""
        judged = self.judged
        if judged.is_noisy and min(judged.values) <= self.goal.most < max(judged.values):
            return "cannot be told: too much noise"
        return "met" if judged.median <= self.goal.most else "missed"


def number(value: float) -> str:
    """Three digits that mean something."""
    if value == 0 or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def cell(figure: Figure | str | None) -> str:
    if figure is None:
        return "–"
    if isinstance(figure, str):
        return figure
    doubtful = " (noisy)" if figure.is_noisy else ""
    return number(figure.median) + doubtful


def table(rows: list[Row], others: list[str]) -> list[str]:
    lines = [f"| what | unit | floor | forestall | × floor | {' | '.join(others)} | wanted | |"]
    lines.append(f"|---|---|{'---:|' * (3 + len(others))}---|---|")
    for row in rows:
        times = f"{ratio(row.ours, row.floor).median:.2f}" if row.floor else "–"
        theirs = [cell(row.others.get(name)) for name in others]
        wanted = row.goal.words(row.unit) if row.goal else "–"
        cells = [row.what, row.unit, cell(row.floor), cell(row.ours), times, *theirs, wanted, row.verdict()]
        lines.append(f"| {' | '.join(cells)} |")
    return lines


@dataclass(frozen=True)
class Lines:
    """What forestall_stopwatch says: a word, the number of processes, then numbers. Other lines are nobody's."""

    columns: dict[str, list[tuple[float, ...]]]

    @classmethod
    def of(cls, text: str) -> Lines:
        columns: dict[str, list[tuple[float, ...]]] = {}
        for line in text.splitlines():
            words = line.split()
            try:
                numbers = tuple(float(each) for each in words[1:])
            except ValueError:
                continue
            if numbers:
                columns.setdefault(words[0], []).append(numbers)
        return cls(columns)

    def column(self, word: str, index: int) -> Figure:
        return Figure(tuple(line[index] for line in self.columns[word]))


def of_benchmarks(report: dict) -> dict[str, Figure]:
    """By name, us of the processor, from the JSON of Google Benchmark."""
    to_microseconds = {"ns": 1e-3, "us": 1.0, "ms": 1e3}
    found: dict[str, list[float]] = {}
    for run in report["benchmarks"]:
        if run["run_type"] == "iteration" and not run.get("error_occurred"):
            found.setdefault(run["run_name"], []).append(run["cpu_time"] * to_microseconds[run["time_unit"]])
    return {name: Figure(tuple(values)) for name, values in found.items()}
