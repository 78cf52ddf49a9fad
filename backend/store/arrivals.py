"""How many came in within each of very many slots, and what agents' time they took: for forecasts,
which look at months in quarters of an hour and need no waits one by one."""

from collections.abc import Sequence

from msgspec import Struct

from backend.measures.forecast import Handled
from backend.measures.intervals import Slot
from backend.store.tallies import Scope
from backend.store.tenancy import Work

ARRIVED = """
select width_bucket(entered_at, $2::timestamptz[]) as slot, count(*) as arrived,
  count(*) filter (where outcome = 'abandoned') as abandoned,
  coalesce(sum(wait_ms), 0)::bigint as waited_ms
from visit
where tenant_id = $1 and entered_at >= ($2::timestamptz[])[1] and entered_at < $3
  and (cardinality($4::text[]) = 0 or queue = any($4))
group by 1
"""
HANDLED = """
select width_bucket(entered_at, $2::timestamptz[]) as slot, count(*) as shares,
  sum(handle_ms)::bigint as ms
from handling
where tenant_id = $1 and entered_at >= ($2::timestamptz[])[1] and entered_at < $3
  and (cardinality($4::text[]) = 0 or queue = any($4)) and direction = 'inbound'
  and is_final and handle_ms is not null and talk_ms is distinct from 0
group by 1
"""


class Arrivals(Struct, frozen=True):
    """Of one slot. `waited_ms` is of all whose wait is over."""

    arrived: int
    abandoned: int
    waited_ms: int


async def arrivals_in(work: Work, slots: Sequence[Slot], scope: Scope) -> dict[int, Arrivals]:
    """Of each of these slots, which lie without gaps in order, by its place; nobody: not there."""
    rows = await work.connection.fetch(ARRIVED, *_asked(work, slots, scope))
    return {
        row["slot"] - 1: Arrivals(row["arrived"], row["abandoned"], row["waited_ms"])
        for row in rows
    }


async def handled_in(work: Work, slots: Sequence[Slot], scope: Scope) -> dict[int, Handled]:
    """The agents' shares of the calls that came in then, of whose time something is known."""
    rows = await work.connection.fetch(HANDLED, *_asked(work, slots, scope))
    return {row["slot"] - 1: Handled(row["shares"], row["ms"]) for row in rows}


def _asked(work: Work, slots: Sequence[Slot], scope: Scope) -> tuple[object, ...]:
    return work.tenant, [slot.start for slot in slots], slots[-1].end, list(scope.queues)
