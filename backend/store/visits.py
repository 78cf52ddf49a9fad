"""The visits behind a figure, one by one, in the order in which they began."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from backend.measures.facts import Outcome
from backend.store.tallies import Scope
from backend.store.tenancy import Work

PAGE = """
select v.call_id, v.number, v.queue, v.caller, v.entered_at, v.outcome, v.wait_ms,
  v.answered_by as agent, v.ended_at, v.file_id is not null as is_imported
from visit v
where v.tenant_id = $1 and v.entered_at >= $2 and v.entered_at < $3
  and (cardinality($4::text[]) = 0 or v.queue = any($4))
  and (cardinality($5::text[]) = 0 or v.outcome = any($5))
  and (v.entered_at, v.call_id, v.number) > ($6, $7, $8)
order by v.entered_at, v.call_id, v.number limit $9
"""
LATEST = """
select v.call_id, v.number, v.queue, v.caller, v.entered_at, v.outcome, v.wait_ms,
  v.answered_by as agent, v.ended_at, v.file_id is not null as is_imported
from visit v
where v.tenant_id = $1 and v.entered_at >= $2 and v.entered_at < $3
  and (cardinality($4::text[]) = 0 or v.queue = any($4))
  and (cardinality($5::text[]) = 0 or v.outcome = any($5))
order by v.entered_at desc, v.call_id desc, v.number desc limit $6
"""
SHARES = """
select call_id, count(*) as shares, sum(handle_ms)::bigint as handle_ms,
  sum(talk_ms)::bigint as talk_ms, sum(hold_ms)::bigint as hold_ms,
  sum(consult_ms)::bigint as consult_ms, sum(wrap_up_ms)::bigint as wrap_up_ms
from handling where tenant_id = $1 and call_id = any($2::uuid[]) group by call_id
"""
SPANS = ("handle_ms", "talk_ms", "hold_ms", "consult_ms", "wrap_up_ms")
NO_SHARE: dict[str, int | None] = {"shares": 0, **dict.fromkeys(SPANS)}
COUNT = """
select count(*) from visit where tenant_id = $1 and entered_at >= $2 and entered_at < $3
  and (cardinality($4::text[]) = 0 or queue = any($4))
  and (cardinality($5::text[]) = 0 or outcome = any($5))
"""

Place = tuple[datetime, UUID, int]
"""Where a visit stands in the order: when it began, its call, its number."""


async def count_visits(
    work: Work, start: datetime, end: datetime, scope: Scope, outcomes: Sequence[Outcome]
) -> int:
    """How many began from `start` to just before `end`; without outcomes, of all."""
    return await work.connection.fetchval(COUNT, *_asked(work, start, end, scope, outcomes))


async def visits_after(
    work: Work,
    place: Place,
    start: datetime,
    end: datetime,
    scope: Scope,
    outcomes: Sequence[Outcome],
    limit: int,
) -> list[dict[str, Any]]:
    """The next `limit` of those after a place, each with its agents' time together.

    In two questions: in one, PostgreSQL looked up the shares of all before it cut the page, and a
    company that had just imported its history waited for minutes.
    """
    asked = _asked(work, start, end, scope, outcomes)
    return await _with_shares(work, await work.connection.fetch(PAGE, *asked, *place, limit))


async def latest_visits(
    work: Work,
    start: datetime,
    end: datetime,
    scope: Scope,
    outcomes: Sequence[Outcome],
    limit: int,
) -> list[dict[str, Any]]:
    """The last `limit` of them, the latest first, each as `visits_after` gives it."""
    asked = _asked(work, start, end, scope, outcomes)
    return await _with_shares(work, await work.connection.fetch(LATEST, *asked, limit))


async def _with_shares(work: Work, page: list[Any]) -> list[dict[str, Any]]:
    calls = [row["call_id"] for row in page]
    found = await work.connection.fetch(SHARES, work.tenant, calls)
    shares = {row["call_id"]: dict(row) for row in found}
    names = await agent_names(work)
    return [
        {**row, **shares.get(row["call_id"], NO_SHARE), "agent_name": _named(row["agent"], names)}
        for row in map(dict, page)
    ]


def _named(agent: str | None, names: Mapping[str, str]) -> str | None:
    """An agent of our own by name; one of an imported file is a name already."""
    return None if agent is None else names.get(agent, agent)


class Timeline(Struct, frozen=True):
    """All that an imported file told of when something happened in a call."""

    entered_at: datetime
    outcome: str
    over_at: datetime
    """When the wait was over."""
    agent: str | None
    """Who answered, by name."""
    ended_at: datetime | None


async def imported_timeline(work: Work, call_id: UUID) -> Timeline | None:
    """That call's, or None if no file told of it."""
    row = await work.connection.fetchrow(
        "select entered_at, outcome, entered_at + wait_ms * interval '1 millisecond' as over_at,"
        " answered_by as agent, ended_at from visit"
        " where tenant_id = $1 and call_id = $2 and file_id is not null",
        work.tenant,
        call_id,
    )
    if row is None:
        return None
    return replace(Timeline(**row), agent=_named(row["agent"], await agent_names(work)))


async def visit_of(work: Work, call_id: UUID) -> tuple[datetime, datetime | None] | None:
    """From when to when that caller waited; None if the call never came in here."""
    row = await work.connection.fetchrow(
        "select entered_at, entered_at + wait_ms * interval '1 millisecond' as over_at from visit"
        " where tenant_id = $1 and call_id = $2 order by number limit 1",
        work.tenant,
        call_id,
    )
    return None if row is None else (row["entered_at"], row["over_at"])


async def agent_names(work: Work) -> dict[str, str]:
    """The name of everybody who takes calls, by id."""
    rows = await work.connection.fetch(
        "select id::text as id, name from agent where tenant_id = $1", work.tenant
    )
    return {row["id"]: row["name"] for row in rows}


def _asked(
    work: Work, start: datetime, end: datetime, scope: Scope, outcomes: Sequence[Outcome]
) -> tuple[object, ...]:
    wanted = [outcome.value for outcome in outcomes]
    return (work.tenant, start, end, list(scope.queues), wanted)
