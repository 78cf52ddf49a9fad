"""Counting in the database what `measures.tally` counts in Python: the same, by test.

What is asked for is cut into slots, and those into groups; each gets one `Tally`.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from backend.measures.facts import Outcome
from backend.measures.intervals import Slot
from backend.measures.tally import Counting, Tally
from backend.measures.waits import Waits
from backend.store.tenancy import Work


class By(StrEnum):
    """What the figures of a slot are broken down by."""

    NOTHING = "nothing"
    QUEUE = "queue"
    AGENT = "agent"
    """Who answered, and whose share it was: what nobody answered is in no group."""


class Scope(Struct, frozen=True):
    """Which visits and handlings are counted, of those that came in within the slots."""

    queues: tuple[str, ...] = ()
    """Only these; none: all."""


VISITS = """
select width_bucket(entered_at, $2::timestamptz[]) as slot,
  case $7::text when 'queue' then queue when 'agent' then answered_by end as of_whom,
  outcome, count(*) as n, coalesce(sum(wait_ms), 0)::bigint as ms,
  coalesce(max(wait_ms), 0) as longest_ms, count(*) filter (where wait_ms < $4) as short,
  count(*) filter (where entered_at < $5) as overdue, count(*) filter (where is_skewed) as skewed,
  coalesce(string_agg(int4send((wait_ms + 999) / 1000), ''), '') as waits
from visit
where tenant_id = $1 and entered_at >= ($2::timestamptz[])[1] and entered_at < $3
  and (cardinality($6::text[]) = 0 or queue = any($6))
  and ($7 <> 'agent' or answered_by is not null)
group by 1, 2, 3
"""

HANDLINGS = """
select width_bucket(entered_at, $2::timestamptz[]) as slot,
  case $5::text when 'queue' then queue when 'agent' then agent end as of_whom,
  count(*) filter (where counts) as handlings,
  count(*) filter (where told) as told_handlings,
  count(*) filter (where is_final and not counts) as unknown_handlings,
  count(*) filter (where counts and ending = 'transferred') as transfers,
  coalesce(sum(talk_ms) filter (where told), 0)::bigint as talk_ms,
  coalesce(sum(hold_ms) filter (where told), 0)::bigint as hold_ms,
  coalesce(sum(consult_ms) filter (where told), 0)::bigint as consult_ms,
  coalesce(sum(wrap_up_ms) filter (where told), 0)::bigint as wrap_up_ms,
  coalesce(sum(handle_ms) filter (where counts), 0)::bigint as handle_ms,
  coalesce(max(handle_ms) filter (where counts), 0) as longest_handle_ms,
  count(*) filter (where not is_final) as unfinished
from (select *, is_final and handle_ms is not null and talk_ms is distinct from 0 as counts,
    is_final and handle_ms is not null and talk_ms <> 0 as told
  from handling
  where tenant_id = $1 and entered_at >= ($2::timestamptz[])[1] and entered_at < $3
    and direction = 'inbound' and (cardinality($4::text[]) = 0 or queue = any($4))) h
group by 1, 2
"""

Place = tuple[int, str | None]
"""A slot, counted from 0, and a group in it."""


class Counts(Struct, frozen=True):
    """What the database has counted, row by row; `tallies_of` adds it up."""

    visits: list[Mapping[str, Any]]
    shares: list[Mapping[str, Any]]
    first: int = 0
    """Which slot of the question is the first of these."""
    kept: list[Mapping[str, Any]] = []
    """Tallies that were counted before, in `store/roll_ups`; their waits are packed."""

    def __len__(self) -> int:
        return len(self.visits) + len(self.shares) + len(self.kept)


async def count(
    work: Work,
    slots: Sequence[Slot],
    by: By,
    scope: Scope,
    counting: Counting,
    overdue_since: datetime,
) -> Counts:
    """Count what came in within these slots, which lie without gaps in order.

    `overdue_since`: who came before that and still waits has waited longer than the threshold.
    """
    starts, end = [slot.start for slot in slots], slots[-1].end
    queues = list(scope.queues)
    short_ms = counting.short_seconds * 1000
    visits = await work.connection.fetch(
        VISITS, work.tenant, starts, end, short_ms, overdue_since, queues, by.value
    )
    shares = await work.connection.fetch(HANDLINGS, work.tenant, starts, end, queues, by.value)
    return Counts(list(visits), list(shares))


async def tallies_of(counts: Counts, *more: Counts) -> dict[Place, Tally]:
    """A tally for each place in which somebody was; lets others have their turn meanwhile."""
    found: dict[Place, Tally] = {}
    number = 0
    for each in (counts, *more):
        told = ((each.visits, _of_visits), (each.shares, _of_shares), (each.kept, _of_kept))
        for rows, tally_of in told:
            for row in rows:
                place = (each.first + row["slot"] - 1, row["of_whom"])
                _add(found, place, await tally_of(row))
                number += 1
                if number % ROWS_A_TURN == 0:
                    await asyncio.sleep(0)
    return found


def _add(found: dict[Place, Tally], place: Place, tally: Tally) -> None:
    known = found.get(place)
    found[place] = tally if known is None else known + tally


PLACE = ("slot", "of_whom")
ROWS_A_TURN = 50
"""At most two milliseconds: whoever reads a year must not keep the loop from answering a caller."""
BYTES_A_TURN = 80_000
"""Of packed waits: about a millisecond."""
WAITS = ("answered_waits", "abandoned_waits", "other_waits")


async def _of_kept(row: Mapping[str, Any]) -> Tally:
    """A tally that was kept."""
    told = {name: value for name, value in row.items() if name not in PLACE}
    for name in WAITS:
        told[name] = await _unpacked(told[name])
    return Tally(**told)


async def _of_shares(row: Mapping[str, Any]) -> Tally:
    """The shares in one place."""
    return Tally(**{name: value for name, value in row.items() if name not in PLACE})


async def _of_visits(row: Mapping[str, Any]) -> Tally:
    """The visits of one outcome in one place."""
    outcome, n, ms = Outcome(row["outcome"]), row["n"], row["ms"]
    if outcome is Outcome.OPEN:
        return Tally(open=n, overdue=row["overdue"], skewed=row["skewed"])
    over = Tally(longest_wait_ms=row["longest_ms"], skewed=row["skewed"])
    waits = await _unpacked(row["waits"])
    if outcome is Outcome.ANSWERED:
        return replace(over, answered=n, answered_wait_ms=ms, answered_waits=waits)
    if outcome is Outcome.ABANDONED:
        short = row["short"]
        return replace(
            over,
            abandoned=n,
            short_abandoned=short,
            abandoned_wait_ms=ms,
            abandoned_waits=waits,
        )
    return replace(over, **{outcome.value: n}, other_waits=waits)


async def _unpacked(packed: bytes) -> Waits:
    """Waits of one row: those of a few are read at once, others have their turn between many."""
    waits = Waits()
    for start in range(0, len(packed), BYTES_A_TURN):
        waits += Waits.unpacked(packed[start : start + BYTES_A_TURN])
        if len(packed) * ROWS_A_TURN > BYTES_A_TURN:
            await asyncio.sleep(0)
    return waits
