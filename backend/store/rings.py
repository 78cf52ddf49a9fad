"""Rings in the books: entered with the call that rang, counted for agents, and read up for calls
that were in the books before rings were kept."""

from collections.abc import Iterable, Sequence
from uuid import UUID

import msgspec
from msgspec import Struct
from msgspec.structs import asdict

from backend.measures.facts import Ring, RingEnding
from backend.measures.intervals import Slot
from backend.measures.ring_counts import RingCounts
from backend.store.tenancy import Database, Work

FORGET = "delete from ring where tenant_id = $1 and call_id = any($2::uuid[])"
ENTER = "insert into ring select * from jsonb_populate_recordset(null::ring, $1::jsonb)"
# Who takes one call while another rings at them too is not disturbed by that one any more.
COUNT = """
select slot, agent, ending, count(*) as rings from (
  select width_bucket(r.started_at, $2::timestamptz[]) - 1 as slot, r.agent,
    case when r.ending = 'missed' and exists (select from span s
      where s.tenant_id = $1 and s.agent = r.agent and s.call_id <> r.call_id
        and s.part <> 'wrap_up' and s.start_at >= r.started_at and s.start_at < r.ended_at)
    then 'withdrawn' else r.ending end as ending
  from ring r where r.tenant_id = $1 and r.started_at >= $3 and r.started_at < $4) as rung
group by 1, 2, 3
"""
LACKING = """
select number, without_rings from books
where tenant_id = $1 and without_rings > 0 for update skip locked
"""
LATEST_LINES = """
select number, call_id from journal where tenant_id = $1 and number <= $2
order by number desc limit $3
"""

_encode = msgspec.json.Encoder().encode


class OldCalls(Struct, frozen=True):
    """Calls whose rings the books lack. Their journal is read up to its line `known`; every line
    from `first` on is looked at by then."""

    calls: Sequence[UUID]
    known: int
    first: int


async def enter_rings(work: Work, calls: Sequence[UUID], rings: Iterable[Ring]) -> None:
    """Replace what the books say of how these calls rang."""
    rows = [{"tenant_id": work.tenant, **asdict(ring)} for ring in rings]
    await work.connection.execute(FORGET, work.tenant, calls)
    await work.connection.execute(ENTER, _encode(rows).decode())


async def count_rings(work: Work, slots: Sequence[Slot]) -> dict[str, dict[int, RingCounts]]:
    """For each agent how often calls rang at them in each slot, counted from 0, and how that ended.
    A ring counts where it began."""
    starts = [slot.start for slot in slots]
    rows = await work.connection.fetch(COUNT, work.tenant, starts, starts[0], slots[-1].end)
    found: dict[str, dict[int, RingCounts]] = {}
    for row in rows:
        of_agent = found.setdefault(row["agent"], {})
        of_agent[row["slot"]] = of_agent.get(row["slot"], RingCounts()).with_more(
            RingEnding(row["ending"]), row["rings"]
        )
    return found


async def companies_without_rings(database: Database) -> list[UUID]:
    """Those whose books know of calls without their rings."""
    rows = await database.ask("select * from companies_without_rings()")
    return [row["tenant_id"] for row in rows]


async def calls_without_rings(work: Work, limit: int) -> OldCalls | None:
    """The calls of the latest `limit` lines of the journal that were read without rings; None if
    there are none, or somebody else reads. Until this work ends nobody else may."""
    books = await work.connection.fetchrow(LACKING, work.tenant)
    if books is None:
        return None
    lines = await work.connection.fetch(LATEST_LINES, work.tenant, books["without_rings"], limit)
    calls = dict.fromkeys(line["call_id"] for line in lines if line["call_id"])
    return OldCalls(tuple(calls), books["number"], lines[-1]["number"] if lines else 1)


async def rings_are_known_from(work: Work, number: int) -> None:
    """The rings of all calls of which that line of the journal, or a later one, tells are in the
    books."""
    await work.connection.execute(
        "update books set without_rings = $2 where tenant_id = $1", work.tenant, number - 1
    )
