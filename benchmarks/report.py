"""The figures as they are printed, for people and for machines. README.md documents the fields."""

import os
import platform
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Literal

import msgspec
from msgspec import Struct, field

FORMAT = 1
"""Raised when a field changes its meaning or goes; new fields may come at any time."""


class Floor(Struct, frozen=True):
    """What the same machine does in the same run without the product: the least there could be."""

    what: str
    value: float
    unit: str


class Goal(Struct, frozen=True):
    """The figure is good if its value, or its ratio to the floor, is at most this."""

    of: Literal["value", "ratio"]
    at_most: float


class Figure(Struct, frozen=True, kw_only=True):
    """One line of the report."""

    name: str
    what: str
    value: float
    unit: str
    floor: Floor
    samples: int
    goal: Goal | None = None
    details: dict[str, float] = field(default_factory=dict)
    ratio: float | None = None
    met: bool | None = None

    def __post_init__(self) -> None:
        comparable = self.unit == self.floor.unit and self.floor.value > 0
        _set(self, "value", round(self.value, 3))
        _set(self, "ratio", round(self.value / self.floor.value, 3) if comparable else None)
        if self.goal is not None:
            judged = self.value if self.goal.of == "value" else self.ratio
            _set(self, "met", None if judged is None else judged <= self.goal.at_most)


class Skipped(Struct, frozen=True):
    """A figure that could not be taken here, and why."""

    name: str
    why: str


class Machine(Struct, frozen=True):
    """Where the figures were taken; `load` is that of the minute before."""

    system: str
    processors: int
    python: str
    load: float


class Report(Struct, frozen=True):
    """A whole run."""

    format: int
    at: datetime
    quick: bool
    machine: Machine
    figures: list[Figure]
    skipped: list[Skipped]


def this_machine() -> Machine:
    return Machine(
        system=platform.platform(),
        processors=os.cpu_count() or 1,
        python=platform.python_version(),
        load=round(os.getloadavg()[0], 2),
    )


def report_of(results: Iterable[Figure | Skipped], *, quick: bool, machine: Machine) -> Report:
    """The report of a run; `machine` was looked at before it began."""
    taken = list(results)
    return Report(
        format=FORMAT,
        at=datetime.now(UTC),
        quick=quick,
        machine=machine,
        figures=[one for one in taken if isinstance(one, Figure)],
        skipped=[one for one in taken if isinstance(one, Skipped)],
    )


def as_json(report: Report) -> str:
    return msgspec.json.format(msgspec.json.encode(report), indent=2).decode()


def as_text(report: Report) -> str:
    """A table, and below it what belongs to each figure."""
    machine = report.machine
    lines = [
        f"{machine.processors} processors, load {machine.load} before; Python {machine.python};"
        f" {machine.system}{'; quick, so rough' if report.quick else ''}",
        "",
    ]
    head = ("figure", "measured", "floor", "ratio", "goal", "", "samples")
    rows = [head, *(_row(figure) for figure in report.figures)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        lines.append("  ".join(cells).rstrip())
    lines.insert(3, "  ".join("-" * width for width in widths))
    for figure in report.figures:
        lines += ["", f"{figure.name}: {figure.what}", f"  floor: {figure.floor.what}"]
        lines += [f"  {name}: {value:g}" for name, value in figure.details.items()]
    lines += [f"\nskipped: {one.name}, because {one.why}" for one in report.skipped]
    return "\n".join(lines)


def say(text: str) -> None:
    """Progress goes beside the report, never into it."""
    print(text, file=sys.stderr, flush=True)


def _row(figure: Figure) -> tuple[str, ...]:
    goal = figure.goal
    unit = "x floor" if goal is not None and goal.of == "ratio" else figure.unit
    verdict = {True: "met", False: "NOT MET", None: "-"}[figure.met]
    return (
        figure.name,
        f"{figure.value:g} {figure.unit}",
        f"{figure.floor.value:g} {figure.floor.unit}",
        "" if figure.ratio is None else f"{figure.ratio:.2f}",
        "" if goal is None else f"<= {goal.at_most:g} {unit}",
        verdict,
        str(figure.samples),
    )


def _set(figure: Figure, name: str, value: object) -> None:
    msgspec.structs.force_setattr(figure, name, value)
