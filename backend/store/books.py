"""The books: facts folded from the journal, as figures need them.

Whatever a batch of new lines touches is folded anew from all of its lines and replaces what was
there, so that no line counts twice. Two processes take turns for a company.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct
from msgspec.structs import asdict

from backend.domain.agent import AgentStatus
from backend.domain.board import Announcement
from backend.measures.folding import CallFacts, StatusSpan
from backend.store.changed_quarters import PATIENCE, mark_all, mark_calls
from backend.store.old_journal import read_line
from backend.store.rings import enter_rings
from backend.store.tenancy import Database, Work

OPEN_STATUSES = """
select agent_id, number, status, reason, wrap_up_of, start_at, end_at from agent_status
where tenant_id = $1 and agent_id = any($2::uuid[]) and end_at is null order by number
"""
WRAP_UPS = """
select agent_id, number, status, reason, wrap_up_of, start_at, end_at from agent_status
where tenant_id = $1 and wrap_up_of = any($2::uuid[]) order by number
"""
ENTER_STATUSES = """
insert into agent_status select * from jsonb_populate_recordset(null::agent_status, $1::jsonb)
on conflict (tenant_id, agent_id, number) do update set end_at = excluded.end_at
"""
FORGET_VISITS = "delete from visit where tenant_id = $1 and call_id = any($2::uuid[])"
FORGET_SHARES = "delete from handling where tenant_id = $1 and call_id = any($2::uuid[])"
FORGET_SPANS = "delete from span where tenant_id = $1 and call_id = any($2::uuid[])"
ENTER_FACTS = """
with the_visits as (
  insert into visit select * from jsonb_populate_recordset(null::visit, $1::jsonb)
),
the_shares as (
  insert into handling select * from jsonb_populate_recordset(null::handling, $2::jsonb)
)
insert into span select * from jsonb_populate_recordset(null::span, $3::jsonb)
"""

SKIP = """
with the_line as (
  select number from journal where tenant_id = $1 and number > $2 order by number limit 1
),
the_books as (
  insert into books (tenant_id, number) select $1, number from the_line
  on conflict (tenant_id) do update set number = excluded.number where books.number = $2
  returning number
)
insert into unread_line (tenant_id, number, problem, found_at)
select $1, number, $3, $4 from the_books on conflict do nothing
"""
FORGET_ALL_VISITS = "delete from visit where tenant_id = $1 and file_id is null"
FORGET_ALL_SHARES = "delete from handling where tenant_id = $1 and file_id is null"
FORGET_ALL_SPANS = "delete from span where tenant_id = $1"
FORGET_ALL_RINGS = "delete from ring where tenant_id = $1"
FORGET_ALL_STATUSES = "delete from agent_status where tenant_id = $1"
FORGET_ALL_LEFT_OUT = "delete from unread_line where tenant_id = $1"
AS_OF = """
select least($2, coalesce((select j.at from journal j where j.tenant_id = $1
  and j.number > coalesce((select number from books where tenant_id = $1), 0)
  order by j.number limit 1), $2))
"""

_encode = msgspec.json.Encoder().encode


class NewLines(Struct, frozen=True):
    """Lines of the journal that the books do not know, in order, and the number of the last."""

    lines: list[Announcement]
    last: int


async def unread_journals(database: Database) -> list[UUID]:
    """The companies whose journal goes further than their books."""
    return [row["tenant_id"] for row in await database.ask("select * from unread_journals()")]


async def new_lines(work: Work, limit: int) -> NewLines | None:
    """What is to be read next, at most `limit` lines; None if there is nothing, or somebody else
    is reading. Until this work ends nobody else may."""
    await work.connection.execute(
        "insert into books (tenant_id) values ($1) on conflict do nothing", work.tenant
    )
    known = await work.connection.fetchval(
        "select number from books where tenant_id = $1 for update skip locked", work.tenant
    )
    if known is None:
        return None
    rows = await work.connection.fetch(
        "select number, announcement from journal where tenant_id = $1 and number > $2"
        " order by number limit $3",
        work.tenant,
        known,
        limit,
    )
    if not rows:
        return None
    return NewLines([read_line(row["announcement"]) for row in rows], rows[-1]["number"])


async def lines_of_calls(
    work: Work, calls: Iterable[UUID], last: int
) -> dict[UUID, list[Announcement]]:
    """All that the journal says of these calls up to its line `last`, but the lines left out."""
    asked = list(calls)
    lines: dict[UUID, list[Announcement]] = {call: [] for call in asked}
    rows = await work.connection.fetch(
        "select call_id, announcement from journal where tenant_id = $1"
        " and call_id = any($2::uuid[]) and number <= $3"
        " and number not in (select number from unread_line where tenant_id = $1) order by number",
        work.tenant,
        asked,
        last,
    )
    for row in rows:
        lines[row["call_id"]].append(read_line(row["announcement"]))
    return lines


async def open_statuses(work: Work, agents: Iterable[UUID]) -> list[StatusSpan]:
    """How these agents stand, as far as the books go."""
    rows = await work.connection.fetch(OPEN_STATUSES, work.tenant, list(agents))
    return [status_of(row) for row in rows]


async def wrap_ups_of(work: Work, calls: Iterable[UUID]) -> list[StatusSpan]:
    """Every agent's wrap-up of one of these calls."""
    rows = await work.connection.fetch(WRAP_UPS, work.tenant, list(calls))
    return [status_of(row) for row in rows]


async def enter_statuses(work: Work, spans: Sequence[StatusSpan]) -> None:
    """Put these into the books; one that is known there may have ended since."""
    rows = [
        {
            "tenant_id": work.tenant,
            "agent_id": span.agent,
            "number": span.number,
            "status": span.status,
            "reason": span.reason,
            "wrap_up_of": span.wrap_up_of,
            "start_at": span.start,
            "end_at": span.end,
        }
        for span in sorted(spans, key=lambda span: span.end is None)  # one open at a time
    ]
    await work.connection.execute(ENTER_STATUSES, _encode(rows).decode())


async def enter_facts(work: Work, facts: dict[UUID, CallFacts]) -> None:
    """Replace what the books say of these calls; the days they came in are to be rolled up."""
    tenant, found = work.tenant, facts.values()
    visits = [{"tenant_id": tenant, **asdict(one)} for each in found for one in each.visits]
    shares = [{"tenant_id": tenant, **asdict(one)} for each in found for one in each.handlings]
    spans = [
        {
            "tenant_id": tenant,
            "call_id": span.call_id,
            "number": number,
            "agent": span.agent,
            "part": span.part,
            "start_at": span.start,
            "end_at": span.end,
        }
        for each in found
        for number, span in enumerate(each.spans)
    ]
    calls = list(facts)
    await mark_calls(work, calls)
    await work.connection.execute(FORGET_VISITS, tenant, calls)
    await forget_shares(work, calls)
    await work.connection.execute(FORGET_SPANS, tenant, calls)
    entered = (_encode(rows).decode() for rows in (visits, shares, spans))
    await work.connection.execute(ENTER_FACTS, *entered)
    await enter_rings(work, calls, [ring for each in found for ring in each.rings])
    await mark_calls(work, calls)


async def close_at(work: Work, number: int) -> None:
    """The books go as far as that line of the journal now."""
    await work.connection.execute(
        "update books set number = $2 where tenant_id = $1", work.tenant, number
    )


async def last_entered(work: Work) -> int:
    """The number of the line up to which the books go."""
    found = await work.connection.fetchval(
        "select number from books where tenant_id = $1", work.tenant
    )
    return found or 0


async def skip_line(work: Work, after: int, problem: str, now: datetime) -> None:
    """Leave the line after that number out, and write down why: one that cannot be read must not
    keep all that came later out of the books. Nothing if the books go further by now."""
    await work.connection.execute(SKIP, work.tenant, after, problem, now)


async def forget(work: Work) -> None:
    """Throw the books away; the journal, from which they are made anew, stays. What was imported
    stays too. Every day is to be rolled up again."""
    await mark_all(work)
    await work.connection.execute(FORGET_ALL_VISITS, work.tenant, timeout=PATIENCE)
    await work.connection.execute(FORGET_ALL_SHARES, work.tenant, timeout=PATIENCE)
    await work.connection.execute(FORGET_ALL_SPANS, work.tenant, timeout=PATIENCE)
    await work.connection.execute(FORGET_ALL_RINGS, work.tenant, timeout=PATIENCE)
    await work.connection.execute(FORGET_ALL_STATUSES, work.tenant, timeout=PATIENCE)
    await work.connection.execute(FORGET_ALL_LEFT_OUT, work.tenant, timeout=PATIENCE)
    await work.connection.execute(
        "update books set number = 0, without_rings = 0 where tenant_id = $1", work.tenant
    )


async def left_out(work: Work) -> list[tuple[int, str]]:
    """The lines that could not be read, each with why."""
    rows = await work.connection.fetch(
        "select number, problem from unread_line where tenant_id = $1 order by number",
        work.tenant,
    )
    return [(row["number"], row["problem"]) for row in rows]


async def as_of(work: Work, now: datetime) -> datetime:
    """Up to when the books know everything: `now`, or when the first line was written that they do
    not know yet."""
    return await work.connection.fetchval(AS_OF, work.tenant, now)


async def forget_shares(work: Work, calls: list[UUID]) -> None:
    """These calls' shares are told anew."""
    await work.connection.execute(FORGET_SHARES, work.tenant, calls)


def status_of(row: Mapping[str, Any]) -> StatusSpan:
    """A row of `agent_status`."""
    return StatusSpan(
        row["agent_id"],
        row["number"],
        AgentStatus(row["status"]),
        row["reason"],
        row["wrap_up_of"],
        row["start_at"],
        row["end_at"],
    )
