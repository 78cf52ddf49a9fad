"""A company's calls from before Patchbay: a file of them is checked, and entered whole or not at
all. One way in for the command, the page and the demo.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec import Struct

from backend.domain.refusals import Refusal
from backend.history.reading import (
    MOST_ROWS,
    NotReadable,
    Problem,
    Reading,
    TooLong,
    digest_of,
    read_history,
)
from backend.store import history
from backend.store.company_rules import load_rules
from backend.store.history import HistoryFile
from backend.store.tenancy import Database
from backend.store.visits import agent_names


class Brought(Struct, frozen=True):
    """What a file held that is the company's history now; days are on the file's own clock."""

    calls: int
    first_day: date | None
    last_day: date | None
    time_zone: str
    ignored: tuple[str, ...] = ()
    """Columns that nobody looked at."""
    known_since: datetime | None = None
    """When the very same file was brought in before; then nothing has changed now."""
    back_again: int = 0
    """... or how many of its calls were not there any more, and are again: a file that told of them
    anew had been taken back."""


class NotATable(Refusal):
    """That file is no table of past calls."""

    code = "not-a-table"
    status = 400


class FileTooLarge(Refusal):
    """That file is larger than what is read at once. Bring it in in parts."""

    code = "file-too-large"
    status = 413


class OwnDays(Refusal):
    """The file tells of calls that Patchbay has taken itself: they would count twice."""

    code = "own-days"


class WrongRows(Refusal):
    """Rows of the file are wrong, so nothing of it was brought in."""

    code = "wrong-rows"
    status = 422

    def __init__(self, problems: list[Problem]) -> None:
        many = "One row is" if len(problems) == 1 else f"{len(problems):,} rows are"
        super().__init__(f"{many} wrong, so nothing was brought in. Mend the file and try again.")
        self.problems = problems

    @property
    def kinds(self) -> Counter[tuple[str, str]]:
        """How often each column was wrong in which way."""
        return Counter((each.column, each.code) for each in self.problems)


async def bring_in(
    database: Database,
    tenant: UUID,
    name: str,
    raw: bytes,
    *,
    time_zone: str | None = None,
    most_rows: int = MOST_ROWS,
    only_checks: bool = False,
) -> Brought:
    """Make the calls of that file, which is called `name`, the company's history. Times without an
    offset are of `time_zone`, else on the company's own clock. Raises `NotATable`, `FileTooLarge`,
    `OwnDays` or `WrongRows`; then nothing has changed.
    """
    digest = digest_of(raw)
    async with database.work(tenant) as work:
        zone = ZoneInfo(time_zone or (await load_rules(work)).time_zone)
        known = await history.find_file(work, digest)
        beginning = await history.own_beginning(work)
        agents = _only_ones(await agent_names(work))
    if known is not None and known.calls == known.held:
        return _as_before(known, zone)
    reading = await asyncio.to_thread(_read, raw, tenant, zone, agents, most_rows)
    _must_be_of_before(reading, beginning)
    if reading.problems:
        raise WrongRows(reading.problems)
    gone = 0
    if known is not None:
        async with database.work(tenant) as work:
            gone = await history.how_many_are_gone(work, [c.visit.call_id for c in reading.calls])
        if not gone:
            return _as_before(known, zone)
    brought = _told(reading, zone, gone)
    if only_checks:
        return brought
    now = datetime.now(UTC)
    calls = [(call.visit, call.handling) for call in reading.calls]
    async with database.work(tenant) as work:
        is_new = await history.enter(work, name, digest, calls, now)
    return brought if is_new else Brought(brought.calls, None, None, zone.key, known_since=now)


def _as_before(known: HistoryFile, zone: ZoneInfo) -> Brought:
    return Brought(known.held, None, None, zone.key, known_since=known.imported_at)


def _only_ones(names: Mapping[str, str]) -> dict[str, str]:
    """Agents' ids by name; where two are called alike, nobody knows whom a file means."""
    how_many = Counter(names.values())
    return {name: agent for agent, name in names.items() if how_many[name] == 1}


def _read(
    raw: bytes, tenant: UUID, zone: ZoneInfo, agents: Mapping[str, str], most_rows: int
) -> Reading:
    try:
        return read_history(raw, tenant, zone, agents=agents, most_rows=most_rows)
    except TooLong as problem:
        raise FileTooLarge(str(problem)) from problem
    except NotReadable as problem:
        raise NotATable(str(problem)) from problem


def _must_be_of_before(reading: Reading, beginning: datetime | None) -> None:
    if beginning is not None and any(c.visit.entered_at >= beginning for c in reading.calls):
        raise OwnDays(
            f"It tells of calls since {beginning:%Y-%m-%d %H:%M} UTC, when Patchbay began to take"
            " them: they would count twice. Leave those out."
        )


def _told(reading: Reading, zone: ZoneInfo, gone: int) -> Brought:
    times = [call.visit.entered_at for call in reading.calls]
    first, last = (min(times), max(times)) if times else (None, None)
    return Brought(
        calls=len(times),
        first_day=first and first.astimezone(zone).date(),
        last_day=last and last.astimezone(zone).date(),
        time_zone=zone.key,
        ignored=reading.ignored,
        back_again=gone,
    )
