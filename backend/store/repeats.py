"""Who called again, counted in the database as `measures.repeats` counts in Python: the same, by
test.

All calls of the days asked for and of some days after them are sorted once, by number and time;
each is then looked at with the next one and with the next one that was answered.
"""

from collections.abc import Sequence
from datetime import timedelta

from backend.measures.intervals import Slot
from backend.measures.repeats import FEWEST_DIGITS, SPELLED, Repeats, Windows
from backend.store.tallies import Scope
from backend.store.tenancy import Work

LONGEST_STAY = timedelta(days=1)
"""Nobody is sent from queue to queue, or waits, for longer: so much earlier and later is read."""

REPEATS = """
with contact as (
  select call_id, min(caller) as caller, min(entered_at) as entered_at,
    bool_or(outcome = 'answered') as is_answered, bool_or(outcome = 'open') as is_open,
    max(entered_at + wait_ms * interval '1 millisecond') filter (where outcome = 'abandoned')
      as over_at
  from visit
  where tenant_id = $1 and entered_at >= ($2::timestamptz[])[1] - $5::interval
    and entered_at < $3::timestamptz + greatest($7, $8, $9, $10::interval) + $5::interval
    and (cardinality($4::text[]) = 0 or queue = any($4))
  group by call_id
),
followed as (
  select *, case when not is_answered then over_at end as gave_up_at,
    char_length(regexp_replace(caller, '[^0-9]', '', 'g')) >= $11 and caller <> all($6::text[])
      as is_known,
    lag(entered_at) over later as next_at,
    min(entered_at) filter (where is_answered)
      over (later rows between unbounded preceding and 1 preceding) as next_answered_at
  from contact
  window later as (partition by caller order by entered_at desc, call_id desc)
),
by_caller as (
  select width_bucket(entered_at, $2::timestamptz[]) as slot, is_known, caller,
    count(*) as calls, count(*) filter (where is_open) as open,
    bool_or(next_at <= entered_at + $7) as repeated,
    bool_or(gave_up_at is not null) as gave_up,
    bool_or(next_at <= gave_up_at + $8) as redialled,
    bool_or(gave_up_at is not null and (next_answered_at <= gave_up_at + $9) is not true) as lost,
    count(*) filter (where is_answered and (next_at <= entered_at + $10) is not true) as resolved
  from followed
  where entered_at >= ($2::timestamptz[])[1] and entered_at < $3
  group by 1, 2, 3
)
select slot, coalesce(sum(calls) filter (where is_known), 0)::bigint as calls,
  coalesce(sum(calls) filter (where not is_known), 0)::bigint as withheld,
  count(*) filter (where is_known) as callers,
  count(*) filter (where is_known and repeated) as repeated,
  count(*) filter (where is_known and gave_up) as gave_up,
  count(*) filter (where is_known and redialled) as redialled,
  count(*) filter (where is_known and lost) as lost,
  coalesce(sum(resolved) filter (where is_known), 0)::bigint as resolved,
  sum(open)::bigint as open
from by_caller group by 1
"""


async def repeats_in(
    work: Work, slots: Sequence[Slot], scope: Scope, windows: Windows
) -> dict[int, Repeats]:
    """Of each of these slots, which lie without gaps in order, by its place; nobody: not there.

    With queues in `scope`, only calls into these are calls at all: who was turned away in one and
    helped in another has called once.
    """
    rows = await work.connection.fetch(
        REPEATS,
        work.tenant,
        [slot.start for slot in slots],
        slots[-1].end,
        list(scope.queues),
        LONGEST_STAY,
        list(SPELLED),
        windows.repeat,
        windows.redial,
        windows.lost,
        windows.resolved,
        FEWEST_DIGITS,
    )
    counted = ({**row} for row in rows)
    return {row.pop("slot") - 1: Repeats(**row) for row in counted}
