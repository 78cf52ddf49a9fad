"""From a file to facts: every row is read, and what is wrong with it is said by row and reason."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
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
LONGEST_SHOWN = 60
MOST_BYTES = 2**30
MOST_ROWS = 5_000_000
ROWS_AT_ONCE = 500
"""Of a Parquet file. All of their cells are unpacked before anybody sees how long they are."""
NOBODY: Mapping[str, str] = {}
EARLIEST, LATEST = datetime(1970, 1, 2, tzinfo=UTC), datetime(2199, 12, 31, tzinfo=UTC)


class NotReadable(Exception):
    """The file is no table of past calls at all: it says why."""


class TooLong(NotReadable):
    """The file is larger than what is read at once."""


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


def read_history(
    raw: bytes,
    tenant: UUID,
    zone: ZoneInfo,
    *,
    agents: Mapping[str, str] = NOBODY,
    most_rows: int = MOST_ROWS,
) -> Reading:
    """Read the bytes of a CSV or Parquet file of past calls of that company, whose wall clock is in
    `zone`; `agents` are the ids of its agents by name, where only one is called so.

    Raises `NotReadable` if it is neither or has no `queue_entered_at`, `TooLong` if it is too much,
    `MemoryError` if more is in it than this process may hold.
    """
    if len(raw) > MOST_BYTES:
        raise TooLong(f"It is larger than {MOST_BYTES // 2**20} MB. Import it in parts.")
    try:
        names, rows = _parquet(raw, most_rows) if raw[:4] == b"PAR1" else _csv(raw, most_rows)
        reader = _Reader(tenant, zone, agents)
        calls = [
            call
            for number, row in enumerate(rows, 1)
            if (call := reader.read(number, row)) is not None
        ]
    except MemoryError:  # Arrow's own is one of these too
        raise
    except (pa.ArrowException, UnicodeDecodeError) as problem:
        raise NotReadable(f"It is no table that can be read: {problem}.") from problem
    return Reading(calls, reader.problems, tuple(name for name in names if name not in NAMES))


Rows = Iterator[dict[str, Any]]


def _csv(raw: bytes, most: int) -> tuple[list[str], Rows]:
    first, _, rest = raw.partition(b"\n")
    names = [name.strip(' "\r') for name in first.decode("utf-8-sig").split(",")]
    known = _known(names)
    if not rest.strip():
        return list(known), iter(())
    batches = csv.open_csv(
        BytesIO(rest),
        read_options=csv.ReadOptions(column_names=list(known.values())),
        parse_options=csv.ParseOptions(newlines_in_values=True),
        convert_options=csv.ConvertOptions(
            column_types={name: pa.string() for name in known.values()},
            include_columns=[known[name] for name in known if name in NAMES],
            strings_can_be_null=False,
        ),
    )
    return list(known), _rows(batches, known, most)


def _parquet(raw: bytes, most: int) -> tuple[list[str], Rows]:
    """Only the columns that we know are unpacked, and some rows at a time: a small file may hold
    very much that is alike."""
    file = parquet.ParquetFile(pa.BufferReader(raw))
    known = _known(file.schema_arrow.names)
    if file.metadata.num_rows > most:
        raise TooLong(f"It has more than {most:,} rows. Import it in parts.")
    wanted = [known[name] for name in known if name in NAMES]
    batches = file.iter_batches(ROWS_AT_ONCE, columns=wanted)  # pyright: ignore[reportUnknownMemberType]
    return list(known), _rows(batches, known, most)


def _known(names: Sequence[str]) -> dict[str, str]:
    """What the file calls its columns, by what we call them."""
    known = {name.strip().lower(): name for name in names}
    if len(known) < len(names):
        twice = Counter(name.strip().lower() for name in names).most_common(1)[0][0]
        raise NotReadable(f"There are two columns {twice}.")
    if "queue_entered_at" not in known:
        raise NotReadable(
            "There is no column queue_entered_at. The columns are: " + ", ".join(NAMES) + "."
        )
    return known


def _rows(batches: Iterable[Any], known: Mapping[str, str], most: int) -> Rows:
    ours = {name: our for our, name in known.items()}
    seen = 0
    for batch in batches:
        seen += batch.num_rows
        if seen > most:
            raise TooLong(f"It has more than {most:,} rows. Import it in parts.")
        for row in _in_microseconds(batch).to_pylist():
            yield {ours[name]: value for name, value in row.items()}


def _in_microseconds(batch: Any) -> pa.RecordBatch:
    """Python's times know nothing finer."""
    columns: dict[str, Any] = {}
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        if pa.types.is_timestamp(column.type):
            column = column.cast(pa.timestamp("us", column.type.tz), safe=False)
        columns[name] = column
    return pa.RecordBatch.from_pydict(columns)


class _Wrong(Exception):
    """A cell cannot be what it should be."""

    def __init__(self, column: str, code: str, reason: str) -> None:
        super().__init__(reason)
        self.column, self.code, self.reason = column, code, reason


class _Reader:
    def __init__(self, tenant: UUID, zone: ZoneInfo, agents: Mapping[str, str]) -> None:
        self.problems: list[Problem] = []
        self._tenant, self._zone, self._agents = tenant, zone, agents
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
        name = _text(row, "agent") or ""
        agent = self._agents.get(name, name)
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
            value = _time_of_text(name, value.strip())
        if value is None:
            return None
        if not isinstance(value, datetime):
            raise _Wrong(name, "no-such-time", f"{_shown(value)} is no time.")
        try:
            moment = value.replace(tzinfo=value.tzinfo or self._zone).astimezone(UTC)
        except OverflowError:
            moment = LATEST + timedelta(days=1)
        if not EARLIEST <= moment <= LATEST:
            raise _Wrong(name, "no-such-time", f"{value} is not between 1970 and 2199.")
        if value.tzinfo is not None:
            return moment
        if moment.astimezone(self._zone).replace(tzinfo=None) != value:
            reason = f"{value} did not exist in {self._zone}: the clock was put forward over it."
            raise _Wrong(name, "skipped-time", reason)
        return moment


def _time_of_text(name: str, text: str) -> datetime | None:
    """A date alone is none: it would be taken for midnight."""
    if not text:
        return None
    try:
        if ":" not in text:
            raise ValueError
        return datetime.fromisoformat(text)
    except ValueError:
        reason = f"{_shown(text)} is no time like 2026-01-31 14:48:31."
        raise _Wrong(name, "no-such-time", reason) from None


def _shown(value: object) -> str:
    """What stands in a cell, or as much of it as fits into a sentence."""
    text = repr(value)
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"


def _outcome(row: dict[str, Any], answered: object, abandoned: object) -> Outcome:
    said = _text(row, "outcome")
    if said is not None:
        try:
            outcome = Outcome(said.lower())
        except ValueError:
            outcome = Outcome.OPEN
        if outcome is Outcome.OPEN:
            raise _Wrong(
                "outcome", "no-such-outcome", f"{_shown(said)} is no way for a call to go."
            )
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
        raise _Wrong(name, "no-number", f"{_shown(value)} is no number of seconds.")
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
