"""Counting in the database what `measures.tally` counts in Python: the same, by test.

What is asked for is cut into slots, and those into groups; each gets one `Tally`.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from msgspec import Struct

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
  case $7 when 'queue' then queue when 'agent' then answered_by end as of_whom,
  count(*) filter (where outcome = 'answered') as answered,
  count(*) filter (where outcome = 'abandoned') as abandoned,
  count(*) filter (where outcome = 'abandoned' and wait_ms < $4) as short_abandoned,
  count(*) filter (where outcome = 'callback') as callback,
  count(*) filter (where outcome = 'voicemail') as voicemail,
  count(*) filter (where outcome = 'flow_out') as flow_out,
  count(*) filter (where outcome = 'forced_out') as forced_out,
  count(*) filter (where outcome = 'failed') as failed,
  count(*) filter (where outcome = 'open') as open,
  count(*) filter (where outcome = 'open' and entered_at < $5) as overdue,
  coalesce(sum(wait_ms) filter (where outcome = 'answered'), 0)::bigint as answered_wait_ms,
  coalesce(sum(wait_ms) filter (where outcome = 'abandoned'), 0)::bigint as abandoned_wait_ms,
  coalesce(max(wait_ms), 0) as longest_wait_ms,
  count(*) filter (where is_skewed) as skewed,
  array_agg((wait_ms + 999) / 1000) filter (where outcome = 'answered') as answered_waits,
  array_agg((wait_ms + 999) / 1000) filter (where outcome = 'abandoned') as abandoned_waits,
  array_agg((wait_ms + 999) / 1000) filter
    (where outcome not in ('answered', 'abandoned', 'open')) as other_waits
from visit
where tenant_id = $1 and entered_at >= ($2::timestamptz[])[1] and entered_at < $3
  and (cardinality($6::text[]) = 0 or queue = any($6))
  and ($7::text <> 'agent' or answered_by is not null)
group by 1, 2
"""

HANDLINGS = """
select width_bucket(entered_at, $2::timestamptz[]) as slot,
  case $5::text when 'queue' then queue when 'agent' then agent end as of_whom,
  count(*) filter (where counts) as handlings,
  count(*) filter (where is_final and not counts) as unknown_handlings,
  count(*) filter (where counts and ending = 'transferred') as transfers,
  coalesce(sum(talk_ms) filter (where counts), 0)::bigint as talk_ms,
  coalesce(sum(hold_ms) filter (where counts), 0)::bigint as hold_ms,
  coalesce(sum(consult_ms) filter (where counts), 0)::bigint as consult_ms,
  coalesce(sum(wrap_up_ms) filter (where counts), 0)::bigint as wrap_up_ms,
  coalesce(sum(handle_ms) filter (where counts), 0)::bigint as handle_ms,
  coalesce(max(handle_ms) filter (where counts), 0) as longest_handle_ms,
  count(*) filter (where not is_final) as unfinished
from (select *, is_final and handle_ms is not null and talk_ms is distinct from 0 as counts
  from handling
  where tenant_id = $1 and entered_at >= ($2::timestamptz[])[1] and entered_at < $3
    and direction = 'inbound' and (cardinality($4::text[]) = 0 or queue = any($4))) h
group by 1, 2
"""

WAITS = ("answered_waits", "abandoned_waits", "other_waits")

Place = tuple[int, str | None]
"""A slot, counted from 0, and a group in it."""


async def tallies(
    work: Work,
    slots: Sequence[Slot],
    by: By,
    scope: Scope,
    counting: Counting,
    overdue_since: datetime,
) -> dict[Place, Tally]:
    """What came in within these slots, which lie without gaps in order; empty places are left out.

    `overdue_since`: who came before that and still waits has waited longer than the threshold.
    """
    starts, end = [slot.start for slot in slots], slots[-1].end
    queues = list(scope.queues)
    short_ms = counting.short_seconds * 1000
    visits = await work.connection.fetch(
        VISITS, work.tenant, starts, end, short_ms, overdue_since, queues, by.value
    )
    shares = await work.connection.fetch(HANDLINGS, work.tenant, starts, end, queues, by.value)
    found: dict[Place, Tally] = {}
    for row in (*visits, *shares):
        place = (row["slot"] - 1, row["of_whom"])
        found[place] = found.get(place, Tally()) + _tally(row)
    return found


def _tally(row: Mapping[str, Any]) -> Tally:
    counts = {name: value for name, value in row.items() if name not in ("slot", "of_whom")}
    counts |= {name: Waits(counts[name] or ()) for name in WAITS if name in counts}
    return Tally(**counts)
