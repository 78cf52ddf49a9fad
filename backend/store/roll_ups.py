"""Roll-ups: the tallies of a company's past days, counted once and kept, so that a year is fast.

A day is counted whole, by the statements that count for every report, and replaces what was kept.
It is known by its borders, and no two overlap: whatever the company's clock is now, those that lie
within a slot are a part of it. What changed, is not over, or was counted by another S is counted
from its rows, so that an answer is always that of the rows.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import asdict

from backend.measures.intervals import STEP, Slot
from backend.measures.tally import Counting, Tally
from backend.store.changed_quarters import unmark
from backend.store.tallies import WAITS, By, Counts, Place, Scope, count, tallies_of
from backend.store.tenancy import Work

ROLLED_DAYS = """
select start_at, end_at from rolled_day d
where tenant_id = $1 and start_at >= $2 and end_at <= $3 and short_seconds = $4
  and coalesce(end_at <= (select c.start_at from changed_quarter c
    where c.tenant_id = $1 and c.start_at >= d.start_at order by c.start_at limit 1), true)
order by start_at
"""
# A year's waits of all agents together are five megabytes; one row of that would hold up the loop.
KEPT = """
select width_bucket(start_at, $2::timestamptz[]) as slot,
  case when $4::text <> 'nothing' then of_whom end as of_whom,
  sum(answered)::bigint as answered, sum(abandoned)::bigint as abandoned,
  sum(short_abandoned)::bigint as short_abandoned, sum(callback)::bigint as callback,
  sum(voicemail)::bigint as voicemail, sum(flow_out)::bigint as flow_out,
  sum(forced_out)::bigint as forced_out, sum(failed)::bigint as failed,
  sum(answered_wait_ms)::bigint as answered_wait_ms,
  sum(abandoned_wait_ms)::bigint as abandoned_wait_ms,
  max(longest_wait_ms) as longest_wait_ms, sum(skewed)::bigint as skewed,
  string_agg(answered_waits, '') as answered_waits,
  string_agg(abandoned_waits, '') as abandoned_waits, string_agg(other_waits, '') as other_waits,
  sum(handlings)::bigint as handlings, sum(told_handlings)::bigint as told_handlings,
  sum(unknown_handlings)::bigint as unknown_handlings, sum(transfers)::bigint as transfers,
  sum(talk_ms)::bigint as talk_ms, sum(hold_ms)::bigint as hold_ms,
  sum(consult_ms)::bigint as consult_ms, sum(wrap_up_ms)::bigint as wrap_up_ms,
  sum(handle_ms)::bigint as handle_ms, max(longest_handle_ms) as longest_handle_ms
from day_tally
where tenant_id = $1 and by = case $4 when 'agent' then 'agent' else 'queue' end
  and start_at = any($3::timestamptz[])
  and (cardinality($5::text[]) = 0 or of_whom = any($5))
group by 1, 2, case when $4 <> 'agent' then date_trunc('month', start_at) end
"""
WITH_CALLS = """
select since, until from unnest($2::timestamptz[], $3::timestamptz[]) as part (since, until)
where exists (select from visit
    where tenant_id = $1 and entered_at >= since and entered_at < until)
  or exists (select from handling
    where tenant_id = $1 and entered_at >= since and entered_at < until)
order by since
"""
FORGET_DAYS = "delete from rolled_day where tenant_id = $1 and start_at < $3 and end_at > $2"
KEEP_DAYS = """
insert into rolled_day (tenant_id, start_at, end_at, short_seconds)
select $1, start_at, end_at, $4
from unnest($2::timestamptz[], $3::timestamptz[]) as day (start_at, end_at)
"""
KEEP_TALLIES = """
insert into day_tally select * from jsonb_populate_recordset(null::day_tally, $1::jsonb)
"""
SHORTER_THAN_A_DAY = timedelta(hours=1)
"""No slot of that length holds a day."""
ROWS_AT_ONCE = 20
"""So that packing them keeps nobody waiting."""
EPOCH = datetime.fromtimestamp(0, UTC)
_encode = msgspec.json.Encoder().encode


class Part(Struct, frozen=True):
    """A stretch of time, from `start` to just before `end`."""

    start: datetime
    end: datetime


async def count_with_roll_ups(
    work: Work,
    slots: Sequence[Slot],
    by: By,
    scope: Scope,
    counting: Counting,
    overdue_since: datetime,
) -> list[Counts]:
    """What `tallies.count` counts, from kept days as far as there are any and from rows for the
    rest; together they are the answer."""
    days = await _kept_days(work, slots, by, scope, counting)
    if not days:
        return [await count(work, slots, by, scope, counting, overdue_since)]
    found = [await _kept(work, slots, days, by, scope)]
    for part in await _with_calls(work, _between(days, slots[0].start, slots[-1].end)):
        first, cut = _cut(slots, part)
        counts = await count(work, cut, by, scope, counting, overdue_since)
        found.append(msgspec.structs.replace(counts, first=first))
    return found


async def roll_up(work: Work, days: Sequence[Slot], counting: Counting) -> None:
    """Count these days, one after the other without gaps, and keep those that are over: of which
    nobody waits or is talked with. Whoever asks is alone, and the days are past."""
    start, end = days[0].start, days[-1].end
    await unmark(work, start, end)
    await work.connection.execute(FORGET_DAYS, work.tenant, start, end)
    by_queue = await tallies_of(await count(work, days, By.QUEUE, Scope(), counting, end))
    lasting = {number for (number, _), tally in by_queue.items() if not tally.is_final}
    over = [number for number, day in enumerate(days) if number not in lasting and _fits(day)]
    await work.connection.execute(
        KEEP_DAYS,
        work.tenant,
        [days[number].start for number in over],
        [days[number].end for number in over],
        counting.short_seconds,
    )
    by_agent = await tallies_of(await count(work, days, By.AGENT, Scope(), counting, end))
    for by, tallies in ((By.QUEUE, by_queue), (By.AGENT, by_agent)):
        kept = [(place, tally) for place, tally in tallies.items() if place[0] in set(over)]
        await _keep(work, days, by, kept)


async def _kept_days(
    work: Work, slots: Sequence[Slot], by: By, scope: Scope, counting: Counting
) -> list[Part]:
    """Days that need not be counted again, each within one slot."""
    is_of_day_and_more = any(slot.end - slot.start > SHORTER_THAN_A_DAY for slot in slots)
    if not is_of_day_and_more or (by is By.AGENT and scope.queues):
        return []
    rows = await work.connection.fetch(
        ROLLED_DAYS, work.tenant, slots[0].start, slots[-1].end, counting.short_seconds
    )
    starts = [slot.start for slot in slots]
    days = [Part(row["start_at"], row["end_at"]) for row in rows]
    return [day for day in days if day.end <= slots[bisect_right(starts, day.start) - 1].end]


async def _kept(
    work: Work, slots: Sequence[Slot], days: Sequence[Part], by: By, scope: Scope
) -> Counts:
    starts, chosen = [slot.start for slot in slots], [day.start for day in days]
    rows = await work.connection.fetch(
        KEPT, work.tenant, starts, chosen, by.value, list(scope.queues)
    )
    return Counts([], [], kept=list(rows))


def _between(days: Sequence[Part], start: datetime, end: datetime) -> list[Part]:
    """What of that time is in none of these days."""
    borders = [start, *(border for day in days for border in (day.start, day.end)), end]
    parts = zip(borders[::2], borders[1::2], strict=True)
    return [Part(since, until) for since, until in parts if since < until]


async def _with_calls(work: Work, parts: Sequence[Part]) -> list[Part]:
    """Those in which somebody called: days on which nobody did are not kept."""
    since, until = [part.start for part in parts], [part.end for part in parts]
    rows = await work.connection.fetch(WITH_CALLS, work.tenant, since, until)
    return [Part(row["since"], row["until"]) for row in rows]


def _cut(slots: Sequence[Slot], part: Part) -> tuple[int, list[Slot]]:
    """The slots as far as they lie in that part, and the number of the first."""
    first = bisect_right([slot.start for slot in slots], part.start) - 1
    last = bisect_left([slot.start for slot in slots], part.end)
    return first, [
        Slot(max(slot.start, part.start), min(slot.end, part.end), slot.label)
        for slot in slots[first:last]
    ]


def _fits(day: Slot) -> bool:
    """Whether what changes in a day is marked in that day: its borders are those of quarters (those
    of Liberia were not, before 1972)."""
    return (day.start - EPOCH) % STEP == (day.end - EPOCH) % STEP == timedelta()


async def _keep(
    work: Work, days: Sequence[Slot], by: By, kept: Sequence[tuple[Place, Tally]]
) -> None:
    for start in range(0, len(kept), ROWS_AT_ONCE):
        rows: list[dict[str, Any]] = []
        for (number, of_whom), tally in kept[start : start + ROWS_AT_ONCE]:
            which = {"by": by, "start_at": days[number].start, "of_whom": of_whom}
            rows.append({"tenant_id": work.tenant, **which, **_as_row(tally)})
        await work.connection.execute(KEEP_TALLIES, _encode(rows).decode())


def _as_row(tally: Tally) -> Mapping[str, Any]:
    told = asdict(tally)
    packed = {name: f"\\x{told[name].packed().hex()}" for name in WAITS}
    return told | packed
