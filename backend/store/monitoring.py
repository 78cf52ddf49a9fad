"""What supervisors are told of calls that they and others monitor. No agent's board asks here."""

from datetime import datetime
from uuid import UUID

import msgspec
from msgspec import Struct

from backend.domain.board import MonitorCard, monitor_cards_of
from backend.domain.call import Call
from backend.domain.rules import Rules
from backend.store.tenancy import Work


class Monitored(Struct, frozen=True):
    """A live call with everybody who monitors it."""

    call_id: UUID
    monitors: tuple[MonitorCard, ...]


class MonitoringLine(Struct, frozen=True):
    """One step of one supervisor: who, what, when."""

    at: datetime
    person_id: UUID
    event: str
    detail: dict[str, object]


_call = msgspec.json.Decoder(Call).decode
_calls = msgspec.json.Decoder(tuple[Call, ...]).decode
_rules = msgspec.json.Decoder(Rules).decode
_detail = msgspec.json.Decoder(dict[str, object]).decode


async def live_call(work: Work, call_id: UUID) -> Call | None:
    """That call with its monitors, the hidden ones too, but without its legs; None if it is not
    live, or none of this tenant."""
    row = await work.connection.fetchval(
        "select to_jsonb(c)::text from call c"
        " where tenant_id = $1 and id = $2 and state <> 'ended'",
        work.tenant,
        call_id,
    )
    return None if row is None else _call(row)


async def monitored_calls(work: Work) -> tuple[bool, tuple[Monitored, ...]]:
    """Whether agents see who monitors, and every call that is monitored now."""
    row = await work.connection.fetchrow(
        "select (select rules::text from tenant where tenant_id = $1) as rules,"
        " coalesce((select jsonb_agg(to_jsonb(c) order by c.started_at, c.id) from call c"
        " where c.tenant_id = $1 and c.monitored_by <> '{}'), '[]')::text as calls",
        work.tenant,
    )
    if row is None:
        raise LookupError(f"no tenant {work.tenant}")
    calls = _calls(row["calls"])
    return _rules(row["rules"]).monitoring_is_shown, tuple(
        Monitored(call.id, monitor_cards_of(call, for_supervisors=True)) for call in calls
    )


async def monitors_unseen(work: Work, person: UUID) -> bool:
    """Whether that person monitors a call whose agents are not told of it."""
    return await work.connection.fetchval(
        "select exists (select from call where tenant_id = $1 and monitored_by <> '{}'"
        " and $2 = any(monitored_by) and monitors @> jsonb_build_array("
        "jsonb_build_object('person_id', $2::uuid, 'is_shown', false)))",
        work.tenant,
        person,
    )


async def monitoring_of(work: Work, call_id: UUID) -> list[MonitoringLine] | None:
    """Every step of every supervisor in that call, in order; None if there is no such call."""
    there = await work.connection.fetchval(
        "select exists (select from call where tenant_id = $1 and id = $2)", work.tenant, call_id
    )
    if not there:
        return None
    rows = await work.connection.fetch(
        "select at, person_id, event, facts::text as facts from monitoring_log"
        " where tenant_id = $1 and call_id = $2 order by at, number",
        work.tenant,
        call_id,
    )
    return [
        MonitoringLine(row["at"], row["person_id"], row["event"], _facts(row["facts"]))
        for row in rows
    ]


def _facts(text: str) -> dict[str, object]:
    facts = _detail(text)
    facts.pop("event", None)
    facts.pop("agent_id", None)
    return facts
