"""Tables of frames, as HTML: read by a screen reader, sorted by nobody's script, linked to more."""

# pandas tells no type of a column, and Bokeh's annotations know less of its models than they do.
# pyright: reportArgumentType=false, reportAttributeAccessIssue=false, reportCallIssue=false
# pyright: reportIndexIssue=false, reportGeneralTypeIssues=false, reportReturnType=false

from collections.abc import Sequence
from typing import Any

import pandas as pd
from msgspec import Struct

from backend.measures.catalogue import MEASURES
from dashboards.statistics.look import DASH, drawn, shown


class Column(Struct, frozen=True):
    """A column's head; `formula` is told when it is pointed at."""

    title: str
    is_number: bool = True
    formula: str = ""


class Cell(Struct, frozen=True):
    """What stands there, and where it leads."""

    text: str
    to: str = ""


def rows_of(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The frame's rows as plain values; where there is nothing, pandas says nan."""
    return frame.to_dict("records")


def table(
    caption: str,
    columns: Sequence[Column],
    rows: Sequence[Sequence[Cell]],
    *,
    empty: str,
    note: str = "",
) -> str:
    """The HTML of a table; `empty` is said where it has no rows."""
    return drawn("table.html", caption=caption, columns=columns, rows=rows, empty=empty, note=note)


def measured(name: str, value: object) -> Cell:
    """A cell with a measure's value; pandas says nan where there is none."""
    is_none = value is None or value != value
    return Cell(DASH if is_none else shown(name, float(value)))  # pyright: ignore[reportArgumentType]


def measure_columns(
    names: Sequence[str], headings: dict[str, str], formulas: dict[str, str]
) -> list[Column]:
    """The heads of these measures' columns."""
    return [
        Column(headings.get(name, MEASURES[name].title), True, formulas.get(name, ""))
        for name in names
    ]
