"""Stretches of agents' time that reach into some days, for the overlap rule."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from backend.measures.facts import Part, Span
from backend.measures.folding import StatusSpan
from backend.store.books import status_of
from backend.store.tenancy import Work

LONGEST_CALL = timedelta(hours=24)
"""No call lasts longer at the carrier (twilio.com/docs/voice/api/call-resource, TimeLimit), so
whatever reaches into a day began no earlier than that before it."""

SPANS = """
select agent, call_id, part, start_at, end_at from span
where tenant_id = $1 and start_at >= $4 and start_at < $3 and (end_at is null or end_at > $2)
order by start_at, call_id, number
"""
OF_CALL = """
select agent, call_id, part, start_at, end_at from span
where tenant_id = $1 and call_id = $2 order by start_at, number
"""
STATUSES = """
select agent_id, number, status, reason, wrap_up_of, start_at, end_at from agent_status
where tenant_id = $1 and start_at >= $2 and start_at < $3
union all
select before.* from agent a cross join lateral (
  select agent_id, number, status, reason, wrap_up_of, start_at, end_at from agent_status s
  where s.tenant_id = $1 and s.agent_id = a.id and s.start_at < $2
  order by s.start_at desc, s.number desc limit 1) before
where a.tenant_id = $1 and (before.end_at is null or before.end_at > $2)
order by agent_id, number
"""


async def spans_within(work: Work, start: datetime, end: datetime) -> list[Span]:
    """What agents did in calls, of all that reaches into the time from `start` to `end`."""
    rows = await work.connection.fetch(SPANS, work.tenant, start, end, start - LONGEST_CALL)
    return [_span(row) for row in rows]


async def spans_of(work: Work, call_id: UUID) -> list[Span]:
    """What agents did in that call, in order."""
    return [_span(row) for row in await work.connection.fetch(OF_CALL, work.tenant, call_id)]


def _span(row: Mapping[str, Any]) -> Span:
    return Span(row["agent"], row["call_id"], Part(row["part"]), row["start_at"], row["end_at"])


async def statuses_within(work: Work, start: datetime, end: datetime) -> list[StatusSpan]:
    """How agents stood, of all that reaches into that time."""
    rows = await work.connection.fetch(STATUSES, work.tenant, start, end)
    return [status_of(row) for row in rows]
