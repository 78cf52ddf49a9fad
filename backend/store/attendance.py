"""Agents at work: their status rows, and when a page of theirs last answered."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import msgspec
from msgspec import Struct

from backend.domain.agent import Agent
from backend.domain.call import Call
from backend.domain.rules import Rules
from backend.store.tenancy import Work


class Ringing(Struct, frozen=True):
    """A call that rings, or could; with those of the team that it is handed to, if it is to one."""

    call: Call
    team: tuple[UUID, ...] | None


_agent = msgspec.json.Decoder(Agent).decode
_rules = msgspec.json.Decoder(Rules).decode
_call = msgspec.json.Decoder(Call).decode
_ringing = msgspec.json.Decoder(tuple[Ringing, ...]).decode

RINGING = """
select coalesce(jsonb_agg(jsonb_build_object('call', to_jsonb(c), 'team',
  case when c.transfer->>'team' is not null then
    (select jsonb_agg(m.agent_id) from team_member m
      where m.tenant_id = $1 and m.team_id = (c.transfer->>'team')::uuid) end)
  order by c.started_at, c.id), '[]')::text
from call c where c.tenant_id = $1
  and (c.state = 'ringing' or (c.state = 'connected' and $2 = any(c.offered_to))
    or (c.state in ('parked', 'held') and (c.overdue or $2 = any(c.offered_to)))
    or (c.state = 'held' and c.agent_id = $2))
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


async def call_of(work: Work, agent_id: UUID, *, as_monitor: bool = True) -> UUID | None:
    """The live call in which this agent's voice belongs, if any: theirs, one in which they are
    consulted or a guest, or (asked for `as_monitor`) one that they monitor."""
    return await work.connection.fetchval(
        "select id from call where tenant_id = $1 and"
        " (agent_id = $2 and state in ('connecting', 'dialling', 'connected') or consulted = $2"
        " or $3 and monitored_by <> '{}' and $2 = any(monitored_by)"
        " or guest_agents <> '{}' and $2 = any(guest_agents)) limit 1",
        work.tenant,
        agent_id,
        as_monitor,
    )


async def calls_held_by(work: Work, agent_id: UUID) -> list[UUID]:
    """The calls that this agent has set aside."""
    rows = await work.connection.fetch(
        "select id from call where tenant_id = $1 and agent_id = $2 and state = 'held'",
        work.tenant,
        agent_id,
    )
    return [row["id"] for row in rows]


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


async def ringing_calls(work: Work, agent_id: UUID) -> tuple[Ringing, ...]:
    """Calls that ring, that could ring at this agent, or that they have set aside; without their
    legs."""
    return _ringing(await work.connection.fetchval(RINGING, work.tenant, agent_id))


async def may_be_lost(work: Work) -> None:
    """Let this work commit without waiting for the disk: it is done again in ten seconds."""
    await work.connection.execute("set local synchronous_commit = off")


async def was_seen_since(work: Work, agent_id: UUID, moment: datetime) -> bool:
    """Whether a page of theirs has answered after that, at whatever server."""
    return await work.connection.fetchval(
        "select exists (select from agent where tenant_id = $1 and id = $2 and seen_at > $3)",
        work.tenant,
        agent_id,
        moment,
    )


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
