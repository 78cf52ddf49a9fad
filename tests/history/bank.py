"""Half a year of a real call centre, where it is at hand, as a file of past calls.

"Anonymous Bank", an Israeli bank in 1999, collected by Ilan Guedj and Avi Mandelbaum (Technion);
free for use, see Brown et al., "Statistical Analysis of a Telephone Call Center", JASA 100 (2005).
Whoever has it sets PATCHBAY_TEST_BANK_CALLS to the folder with `calls_jan_jun.parquet`,
`reference.json` and `golden_15min.csv`. It is not ours to hand on, so it is not kept here.
"""

import csv
import json
import os
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

FOLDER = os.environ.get("PATCHBAY_TEST_BANK_CALLS")
needs_the_bank = pytest.mark.skipif(
    not FOLDER or not (Path(FOLDER) / "calls_jan_jun.parquet").is_file(),
    reason="PATCHBAY_TEST_BANK_CALLS names no folder with the Technion's Anonymous Bank data",
)
ZONE = "Asia/Jerusalem"
NOBODY = "NO_SERVER"


def write_history(file: Path) -> int:
    """The bank's calls with the columns of an import; how many there are.

    Who never queued (hung up in the menu) was not offered, and PHANTOMs are nobody.
    """
    rows = list(_rows())
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    parquet.write_table(pa.table(columns), file)
    return len(rows)


def calls_of_day(day: date) -> Iterator[dict[str, Any]]:
    """The offered calls of one day, with the columns of an import."""
    return _rows(day)


def reference() -> dict[str, dict[str, float]]:
    """The published figures: of each month ("1" to "6"), and of all ("1-6")."""
    return json.loads((_folder() / "reference.json").read_text())


def golden() -> Iterator[tuple[datetime, dict[str, int | None]]]:
    """The counts of each quarter of an hour in which somebody called, by the wall clock."""
    with (_folder() / "golden_15min.csv").open() as lines:
        for row in csv.DictReader(lines):
            day, slot = date.fromisoformat(row.pop("d")), int(row.pop("slot15"))
            start = datetime.combine(day, time()) + slot * timedelta(minutes=15)
            yield start, {name: int(value) if value else None for name, value in row.items()}


def as_published(row: dict[str, Any]) -> dict[str, int | None]:
    """A row of our measures as a row of the published table: counts and sums out of means."""
    answered, handled = row["answered"], row["handled"]
    return {
        "offered": row["offered"],
        "answered": answered,
        "abandoned": row["abandoned"],
        "short_ab_lt5": row["short_abandoned"],
        "ans_le20": round((row["sl_d"] or 0) * answered),
        "ab_le20": round((row["sl_c"] or 0) * (answered + row["abandoned"]))
        - round((row["sl_a"] or 0) * (answered + row["abandoned"])),
        "wait_sum_ans": round((row["asa"] or 0) * answered),
        "service_sum": round((row["aht"] or 0) * handled),
        "service_n": handled,
        "p95_rank_ans": None if row["wait_p95"] is None else int(row["wait_p95"]),
    }


def _folder() -> Path:
    assert FOLDER is not None
    return Path(FOLDER)


def _rows(of_day: date | None = None) -> Iterator[dict[str, Any]]:
    which: Any = None if of_day is None else [("day", "=", of_day)]
    table = parquet.read_table(_folder() / "calls_jan_jun.parquet", filters=which)
    for number, call in enumerate(table.to_pylist()):
        is_answered = call["outcome"] == "AGENT"
        if not is_answered and not (call["outcome"] == "HANG" and call["q_start"] > 0):
            continue
        midnight = datetime.combine(call["day"], time())
        entered = call["q_start"] or call["vru_exit"]
        is_served = is_answered and call["ser_start"] > 0
        yield {
            "call_id": str(number),
            "queue": call["type"].strip(),
            "caller": call["customer_id"],
            "queue_entered_at": midnight + timedelta(seconds=entered),
            "outcome": "answered" if is_answered else "abandoned",
            "wait_seconds": call["q_time"],
            "agent": None if call["server"] == NOBODY else call["server"],
            "handle_seconds": call["ser_time"] if is_served else None,
        }
