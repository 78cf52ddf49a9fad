"""From a file to facts: every row is read, and what is wrong with it is said by row and reason."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from hashlib import sha256
from io import BytesIO
from typing import Any
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

import pyarrow as pa
from msgspec import Struct
from pyarrow import csv, parquet

from backend.domain.call import Direction
from backend.history.columns import NAMES
from backend.measures.durations import ms_between
from backend.measures.facts import Ending, Handling, Outcome, Visit

LONGEST_SECONDS = 7 * 24 * 3600
"""Nobody waits or is handled for longer than a week; a greater number is of something else."""
LONGEST_TEXT = 200


class NotReadable(Exception):
    """The file is no table of past calls at all: it says why."""


class Problem(Struct, frozen=True):
    """What is wrong with a row; rows are counted from 1, without the line of column names."""

    row: int
    column: str
    code: str
    reason: str


class PastCall(Struct, frozen=True):
    """One row as facts."""

    visit: Visit
    handling: Handling | None


class Reading(Struct, frozen=True):
    """What a file holds. `calls` are complete only if there are no `problems`."""

    calls: list[PastCall]
    problems: list[Problem]
    ignored: tuple[str, ...]
    """Columns that we do not know."""


def digest_of(raw: bytes) -> bytes:
    """By which a file is known again, whatever it is called."""
    return sha256(raw).digest()


def read_history(raw: bytes, tenant: UUID, zone: ZoneInfo) -> Reading:
    """Read the bytes of a CSV or Parquet file of past calls of that company, whose wall clock is in
    `zone`. Raises `NotReadable` if it is neither, or has no `queue_entered_at`."""
    table = _table(raw)
    names = [name.strip().lower() for name in table.column_names]
    if twice := [name for name, n in Counter(names).items() if n > 1]:
        raise NotReadable(f"There are two columns {twice[0]}.")
    if "queue_entered_at" not in names:
        raise NotReadable(
            "There is no column queue_entered_at. The columns are: " + ", ".join(NAMES) + "."
        )
    table = table.rename_columns(names)
    known = [name for name in names if name in NAMES]
    reader = _Reader(tenant, zone)
    calls = [
        call
        for number, row in enumerate(_rows(table.select(known)), 1)
        if (call := reader.read(number, row)) is not None
    ]
    ignored = tuple(name for name in names if name not in NAMES)
    return Reading(calls, reader.problems, ignored)


def _table(raw: bytes) -> pa.Table:
    try:
        if raw[:4] == b"PAR1":
            return parquet.read_table(pa.BufferReader(raw))  # pyright: ignore[reportUnknownMemberType]
        first = raw.split(b"\n", 1)[0].decode("utf-8-sig")
        text = {name.strip(' "\r'): pa.string() for name in first.split(",")}
        return csv.read_csv(
            BytesIO(raw),
            parse_options=csv.ParseOptions(newlines_in_values=True),
            convert_options=csv.ConvertOptions(column_types=text, strings_can_be_null=False),
        )
    except (pa.ArrowException, UnicodeDecodeError) as problem:
        raise NotReadable(f"It is no table that can be read: {problem}.") from problem


def _rows(table: pa.Table) -> Iterator[dict[str, Any]]:
    for batch in table.to_batches(max_chunksize=10_000):
        yield from batch.to_pylist()


class _Wrong(Exception):
    """A cell cannot be what it should be."""

    def __init__(self, column: str, code: str, reason: str) -> None:
        super().__init__(reason)
        self.column, self.code, self.reason = column, code, reason


class _Reader:
    def __init__(self, tenant: UUID, zone: ZoneInfo) -> None:
        self.problems: list[Problem] = []
        self._tenant, self._zone = tenant, zone
        self._named: dict[str, int] = {}
        self._alike: Counter[str] = Counter()

    def read(self, number: int, row: dict[str, Any]) -> PastCall | None:
        """That row's facts; None, and a problem noted, if it is wrong."""
        try:
            return self._read(number, row)
        except _Wrong as wrong:
            self.problems.append(Problem(number, wrong.column, wrong.code, wrong.reason))
            return None

    def _read(self, number: int, row: dict[str, Any]) -> PastCall:
        entered = self._time(row, "queue_entered_at")
        if entered is None:
            raise _Wrong("queue_entered_at", "no-time", "It does not say when the caller came.")
        answered, abandoned, ended = (
            self._time(row, name) for name in ("answered_at", "abandoned_at", "ended_at")
        )
        outcome = _outcome(row, answered, abandoned)
        told = _seconds(row, "wait_seconds")
        over = answered if outcome is Outcome.ANSWERED else abandoned or ended
        if told is None and over is None:
            raise _Wrong("wait_seconds", "no-wait", "It does not say how long the caller waited.")
        wait = told if told is not None else ms_between(entered, over or entered)
        agent = _text(row, "agent") or ""
        visit = Visit(
            call_id=self._id(number, row),
            queue=_text(row, "queue") or "history",
            caller=_text(row, "caller") or "",
            entered_at=entered,
            outcome=outcome,
            wait_ms=max(0, wait),
            answered_by=agent if outcome is Outcome.ANSWERED else None,
            ended_at=ended,
            is_skewed=wait < 0,
        )
        if wait > LONGEST_SECONDS * 1000:
            raise _Wrong("wait_seconds", "too-long", "Nobody waits for more than a week.")
        if outcome is not Outcome.ANSWERED:
            return PastCall(visit, None)
        start = answered or entered + timedelta(milliseconds=visit.wait_ms or 0)
        return PastCall(visit, _handling(row, visit, agent, start))

    def _id(self, number: int, row: dict[str, Any]) -> UUID:
        name = _text(row, "call_id")
        if name is not None:
            if name in self._named:
                reason = f"Row {self._named[name]} has that call_id too."
                raise _Wrong("call_id", "twice", reason)
            self._named[name] = number
            return uuid5(self._tenant, f"history id {name}")
        # Rows that are alike are different calls, the first, the second and so on.
        content = repr([(key, str(value)) for key, value in sorted(row.items())])
        self._alike[content] += 1
        return uuid5(self._tenant, f"history row {self._alike[content]} {content}")

    def _time(self, row: dict[str, Any], name: str) -> datetime | None:
        value = row.get(name)
        if isinstance(value, str):
            value = value.strip()
            try:
                value = datetime.fromisoformat(value) if value else None
            except ValueError:
                reason = f"{value!r} is no time like 2026-01-31 14:48:31."
                raise _Wrong(name, "no-such-time", reason) from None
        if value is None:
            return None
        if not isinstance(value, datetime):
            raise _Wrong(name, "no-such-time", f"{value!r} is no time.")
        if value.tzinfo is not None:
            return value.astimezone(UTC)
        moment = value.replace(tzinfo=self._zone).astimezone(UTC)
        if moment.astimezone(self._zone).replace(tzinfo=None) != value:
            reason = f"{value} did not exist in {self._zone}: the clock was put forward over it."
            raise _Wrong(name, "skipped-time", reason)
        return moment


def _outcome(row: dict[str, Any], answered: object, abandoned: object) -> Outcome:
    said = _text(row, "outcome")
    if said is not None:
        try:
            outcome = Outcome(said.lower())
        except ValueError:
            outcome = Outcome.OPEN
        if outcome is Outcome.OPEN:
            raise _Wrong("outcome", "no-such-outcome", f"{said!r} is no way for a call to go.")
        return outcome
    if answered is not None:
        return Outcome.ANSWERED
    if abandoned is not None:
        return Outcome.ABANDONED
    raise _Wrong("outcome", "no-outcome", "It does not say what became of the caller.")


def _handling(row: dict[str, Any], visit: Visit, agent: str, start: datetime) -> Handling:
    talk, hold, wrap_up = (
        _seconds(row, name) for name in ("talk_seconds", "hold_seconds", "wrap_up_seconds")
    )
    handle = _seconds(row, "handle_seconds")
    if handle is None and talk is not None:
        handle = talk + (hold or 0) + (wrap_up or 0)
    over = None if handle is None else start + timedelta(milliseconds=handle - (wrap_up or 0))
    return Handling(
        call_id=visit.call_id,
        entered_at=visit.entered_at,
        queue=visit.queue,
        direction=Direction.INBOUND,
        agent=agent,
        started_at=start,
        ended_at=over or visit.ended_at,
        ending=Ending.OVER,
        talk_ms=talk,
        hold_ms=hold,
        wrap_up_ms=wrap_up,
        handle_ms=handle,
    )


def _seconds(row: dict[str, Any], name: str) -> int | None:
    """A number of seconds, in milliseconds."""
    value = row.get(name)
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if isinstance(value, timedelta):
        value = value.total_seconds()
    if type(value) is int and 0 <= value <= LONGEST_SECONDS:
        return value * 1000
    try:
        seconds = Decimal(str(value).strip())
    except InvalidOperation:
        seconds = Decimal("NaN")
    if not seconds.is_finite():
        raise _Wrong(name, "no-number", f"{value!r} is no number of seconds.")
    if seconds < 0 or seconds > LONGEST_SECONDS:
        reason = f"{value} s is not between 0 and a week."
        raise _Wrong(name, "no-such-length", reason)
    return int(seconds * 1000)


def _text(row: dict[str, Any], name: str) -> str | None:
    value = row.get(name)
    text = "" if value is None else str(value).strip()
    if len(text) > LONGEST_TEXT or "\0" in text:
        raise _Wrong(name, "no-such-text", f"It is longer than {LONGEST_TEXT}, or not text.")
    return text or None
