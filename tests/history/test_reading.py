"""A file of past calls is read whole, and whatever is wrong in it is named by row and reason."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from pyarrow import parquet

from backend.history.reading import NotReadable, Reading, read_history
from backend.measures.facts import Outcome

TENANT, BERLIN = UUID(int=1), ZoneInfo("Europe/Berlin")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "calls.csv"


def read(file: Path, *lines: str) -> Reading:
    file.write_text("\n".join(lines) + "\n")
    return read_history(file.read_bytes(), TENANT, BERLIN)


def test_a_row_with_everything_is_a_visit_and_a_share(file: Path):
    reading = read(
        file,
        "call_id,queue,caller,queue_entered_at,answered_at,ended_at,agent,"
        "talk_seconds,hold_seconds,wrap_up_seconds",
        "A7,Sales,+493012345,2026-01-31 10:00:00,2026-01-31 10:00:17.5,2026-01-31 10:03,Ana,"
        "120,20,30.25",
    )
    (call,) = reading.calls
    visit, share = call.visit, call.handling
    assert share is not None
    assert (visit.outcome, visit.wait_ms, visit.answered_by) == (Outcome.ANSWERED, 17_500, "Ana")
    assert visit.entered_at == datetime(2026, 1, 31, 9, 0, tzinfo=UTC)
    assert (visit.queue, visit.caller) == ("Sales", "+493012345")
    assert (share.agent, share.handle_ms, share.wrap_up_ms) == ("Ana", 170_250, 30_250)


def test_what_is_told_counts_whatever_the_clocks_say(file: Path):
    reading = read(
        file,
        "queue_entered_at,answered_at,wait_seconds,handle_seconds",
        "2026-01-31 10:00:00,2026-01-31 10:00:20,19,0",
        "2026-01-31 10:00:00,2026-01-31 09:59:59,,",
    )
    told, skewed = (call.visit for call in reading.calls)
    assert (told.wait_ms, told.is_skewed) == (19_000, False)
    assert (skewed.wait_ms, skewed.is_skewed) == (0, True)
    shares = [call.handling.handle_ms for call in reading.calls if call.handling]
    assert shares == [0, None], "nothing told is not 0"


def test_times_may_carry_their_own_offset(file: Path):
    reading = read(
        file,
        "queue_entered_at,abandoned_at",
        "2026-01-31T10:00:00Z,2026-01-31T11:00:09+01:00",
    )
    (call,) = reading.calls
    assert (call.visit.outcome, call.visit.wait_ms) == (Outcome.ABANDONED, 9_000)
    assert call.handling is None


def test_everything_that_is_wrong_is_named_at_once(file: Path):
    reading = read(
        file,
        "call_id,queue_entered_at,outcome,wait_seconds,handle_seconds",
        "1,2026-01-31 10:00:00,answered,5,60",
        "2,,answered,5,60",
        "3,31.1.2026,answered,5,60",
        "4,2026-03-29 02:30:00,answered,5,60",
        "5,2026-01-31 10:00:00,vanished,5,60",
        "6,2026-01-31 10:00:00,,5,60",
        "7,2026-01-31 10:00:00,abandoned,,",
        "8,2026-01-31 10:00:00,answered,-5,60",
        "9,2026-01-31 10:00:00,answered,5,long",
        "1,2026-01-31 10:00:00,answered,5,60",
        "11,2026-01-31 10:00:00,answered,5,NaN",
        "12,2026-01-31 10:00:00,open,5,60",
    )
    assert [(each.row, each.column, each.code) for each in reading.problems] == [
        (2, "queue_entered_at", "no-time"),
        (3, "queue_entered_at", "no-such-time"),
        (4, "queue_entered_at", "skipped-time"),
        (5, "outcome", "no-such-outcome"),
        (6, "outcome", "no-outcome"),
        (7, "wait_seconds", "no-wait"),
        (8, "wait_seconds", "no-such-length"),
        (9, "handle_seconds", "no-number"),
        (10, "call_id", "twice"),
        (11, "handle_seconds", "no-number"),
        (12, "outcome", "no-such-outcome"),
    ]
    assert reading.problems[8].reason == "Row 1 has that call_id too."


def test_rows_that_are_alike_are_different_calls_and_the_same_ones_every_time(file: Path):
    lines = ("queue_entered_at,outcome,wait_seconds", *["2026-01-31 10:00:00,abandoned,5"] * 2)
    once, again = read(file, *lines), read(file, *lines)
    ids = [call.visit.call_id for call in once.calls]
    assert len(set(ids)) == 2
    assert ids == [call.visit.call_id for call in again.calls]


def test_a_parquet_file_says_the_same_as_a_csv_file(tmp_path: Path):
    entered = datetime(2026, 1, 31, 10, 0)  # noqa: DTZ001  on the wall clock, as files have it
    table = pa.table(
        {
            "queue_entered_at": pa.array([entered], pa.timestamp("ms")),
            "answered_at": pa.array(
                [datetime(2026, 1, 31, 9, 0, 12, tzinfo=UTC)], pa.timestamp("us", "UTC")
            ),
            "handle_seconds": pa.array([timedelta(seconds=61)], pa.duration("s")),
            "Agent": ["Ana"],
            "colour": ["blue"],
        }
    )
    file = tmp_path / "calls.parquet"
    parquet.write_table(table, file)
    reading = read_history(file.read_bytes(), TENANT, BERLIN)
    (call,) = reading.calls
    assert call.handling is not None
    assert (call.visit.wait_ms, call.handling.handle_ms) == (12_000, 61_000)
    assert call.visit.answered_by == "Ana"
    assert reading.ignored == ("colour",)


def test_a_blank_after_the_comma_changes_no_number(file: Path):
    reading = read(
        file,
        "queue_entered_at, caller, outcome, wait_seconds",
        "2026-01-31 10:00:00,0049301234,abandoned,5",
    )
    assert reading.calls[0].visit.caller == "0049301234"


@pytest.mark.parametrize(
    "time", ["0001-01-01 00:00:00", "9999-12-31 23:59:59", "19990101", "2026-01-31", "x" * 5000]
)
def test_a_time_that_cannot_be_is_named_shortly(file: Path, time: str):
    (problem,) = read(file, "queue_entered_at,outcome,wait_seconds", f"{time},abandoned,5").problems
    assert (problem.row, problem.code) == (1, "no-such-time")
    assert len(problem.reason) < 150


def test_times_with_nanoseconds_are_times(tmp_path: Path):
    entered = pa.array([1_769_853_600_000_000_123], pa.timestamp("ns", "UTC"))
    file = tmp_path / "calls.parquet"
    parquet.write_table(
        pa.table({"queue_entered_at": entered, "outcome": ["abandoned"], "wait_seconds": [5]}), file
    )
    (call,) = read_history(file.read_bytes(), TENANT, BERLIN).calls
    assert type(call.visit.entered_at) is datetime
    assert call.visit.entered_at == datetime(2026, 1, 31, 10, 0, tzinfo=UTC)


def test_columns_that_are_not_ours_are_not_even_unpacked(tmp_path: Path):
    table = pa.table({"noise": pa.array(["n" * 1000] * 100_000).dictionary_encode()})
    file = tmp_path / "calls.parquet"
    parquet.write_table(table, file)
    assert file.stat().st_size < 100_000
    with pytest.raises(NotReadable, match="no column queue_entered_at"):
        read_history(file.read_bytes(), TENANT, BERLIN)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "no column queue_entered_at"),
        (b"a,b\n1,2\n", "no column queue_entered_at"),
        (b"PAR1 and nothing more", "no table"),
        (b"queue_entered_at,agent\n2026-01-31\n", "no table"),
        (b"\xff\xfe\x00,\n", "no table"),
        (b"queue_entered_at,agent,Agent\n2026-01-31,a,b\n", "two columns agent"),
    ],
)
def test_what_is_no_such_table_is_refused_with_a_reason(file: Path, content: bytes, why: str):
    file.write_bytes(content)
    with pytest.raises(NotReadable, match=why):
        read_history(file.read_bytes(), TENANT, BERLIN)
