"""Agents at work: their status rows, and when a page of theirs last answered."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import msgspec

from backend.domain.agent import Agent
from backend.domain.call import Call
from backend.domain.rules import Rules
from backend.store.tenancy import Work

_agent = msgspec.json.Decoder(Agent).decode
_rules = msgspec.json.Decoder(Rules).decode
_call = msgspec.json.Decoder(Call).decode
_calls = msgspec.json.Decoder(tuple[Call, ...]).decode

RINGING = """
select coalesce(jsonb_agg(to_jsonb(c) order by c.started_at, c.id), '[]')::text
from call c where c.tenant_id = $1
  and (c.state = 'ringing' or (c.state = 'connected' and $2 = any(c.offered_to))
    or (c.state = 'parked' and (c.overdue or $2 = any(c.offered_to))))
"""


async def load_agent(work: Work, agent_id: UUID) -> Agent | None:
    """The agent's row, or None if that person takes no calls here."""
    row = await work.connection.fetchval(
        "select to_jsonb(a)::text from agent a where tenant_id = $1 and id = $2",
        work.tenant,
        agent_id,
    )
    return None if row is None else _agent(row)


async def load_rules(work: Work) -> tuple[int, Rules]:
    """The journal's last number and the tenant's rules."""
    row = await work.connection.fetchrow(
        "select h.number, t.rules::text from tenant t join journal_head h using (tenant_id)"
        " where t.tenant_id = $1",
        work.tenant,
    )
    if row is None:
        raise LookupError(f"no tenant {work.tenant}")
    return row["number"], _rules(row["rules"])


async def call_of(work: Work, agent_id: UUID) -> UUID | None:
    """The live call that this agent has, is consulted or a guest in, or monitors, if any."""
    return await work.connection.fetchval(
        "select id from call where tenant_id = $1 and"
        " (agent_id = $2 and state in ('connecting', 'dialling', 'connected') or consulted = $2"
        " or monitored_by <> '{}' and $2 = any(monitored_by)"
        " or guest_agents <> '{}' and $2 = any(guest_agents)) limit 1",
        work.tenant,
        agent_id,
    )


async def find_call(work: Work, call_id: UUID) -> Call | None:
    """That call without its legs, live or over."""
    row = await work.connection.fetchval(
        "select (to_jsonb(c) || '{\"legs\": []}')::text from call c"
        " where tenant_id = $1 and id = $2",
        work.tenant,
        call_id,
    )
    return None if row is None else _call(row)


async def call_as_guest(work: Work, agent_id: UUID) -> Call | None:
    """The call of which this agent is a guest, without its legs; None if they are of none."""
    row = await work.connection.fetchval(
        "select to_jsonb(c)::text from call c"
        " where tenant_id = $1 and guest_agents <> '{}' and $2 = any(guest_agents)",
        work.tenant,
        agent_id,
    )
    return None if row is None else _call(row)


async def ringing_calls(work: Work, agent_id: UUID) -> tuple[Call, ...]:
    """Calls that ring, or that could ring at this agent; without their legs."""
    return _calls(await work.connection.fetchval(RINGING, work.tenant, agent_id))


async def may_be_lost(work: Work) -> None:
    """Let this work commit without waiting for the disk: it is done again in ten seconds."""
    await work.connection.execute("set local synchronous_commit = off")


async def mark_seen(work: Work, agents: Iterable[UUID], now: datetime) -> list[UUID]:
    """Note that pages of these agents answered just now.

    Returns those of them whom the sweeper had taken for gone meanwhile.
    """
    rows = await work.connection.fetch(
        "update agent set seen_at = $3 where tenant_id = $1 and id = any($2::uuid[])"
        " returning id, status",
        work.tenant,
        list(agents),
        now,
    )
    return [row["id"] for row in rows if row["status"] == "offline"]
