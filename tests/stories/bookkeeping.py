"""Every story's books: read in small batches, they say what the whole journal says at once."""

from typing import Any
from uuid import UUID

import msgspec

from backend.bookkeeper import read_some
from backend.domain.board import Announcement
from backend.measures.durations import ms_between
from backend.measures.facts import Part, Ring, RingEnding, Span
from backend.measures.folding import CallFacts, facts_of_call, status_spans
from backend.store.tenancy import Database, Work

AT_ONCE = 3
"""Lines in a batch: fewer than any story has, so that each is read in many."""


async def the_books_are_right(database: Database, tenant: UUID) -> None:
    """Reads this company's journal on, and compares what was entered with a fold of all that was
    read. (What a callback tells meanwhile is read the next time.)"""
    await read_the_journal(database, tenant)
    async with database.work(tenant) as work:
        await _nobody_else_reads(work)
        lines = await _journal(work)
        statuses = status_spans(lines)
        facts = [
            facts_of_call(
                [line for line in lines if line.call is not None and line.call.id == call],
                [span for span in statuses if span.wrap_up_of == call],
            )
            for call in dict.fromkeys(line.call.id for line in lines if line.call)
        ]
        assert await _entered(work, "visit") == _rows(facts, "visits")
        assert await _entered(work, "handling") == _rows(facts, "handlings")
        entered = await work.connection.fetch(
            "select agent_id, number, status, reason, wrap_up_of, start_at, end_at"
            " from agent_status where tenant_id = $1 order by number",
            tenant,
        )
        assert [tuple(row) for row in entered] == [
            (one.agent, one.number, one.status, one.reason, one.wrap_up_of, one.start, one.end)
            for one in statuses
        ]
        spans = await work.connection.fetch(
            "select agent, call_id, part, start_at, end_at from span where tenant_id = $1", tenant
        )
        entered_spans = [
            Span(row["agent"], row["call_id"], Part(row["part"]), row["start_at"], row["end_at"])
            for row in spans
        ]
        assert sorted(map(_told, entered_spans)) == sorted(
            _told(span) for each in facts for span in each.spans
        )
        rings = await work.connection.fetch(
            "select call_id, agent, started_at, ended_at, ending, number from ring"
            " where tenant_id = $1 order by call_id, number",
            tenant,
        )
        assert [Ring(**{**row, "ending": RingEnding(row["ending"])}) for row in rings] == [
            ring
            for each in sorted(facts, key=lambda each: [ring.call_id for ring in each.rings][:1])
            for ring in each.rings
        ]
        for each in facts:
            shares = sum(one.handle_ms or 0 for one in each.handlings if one.is_final)
            assert shares <= sum(
                ms_between(span.start, span.end) for span in each.spans if span.end
            ), "no share is longer than its parts"


async def read_the_journal(database: Database, tenant: UUID) -> None:
    """Enters all that this company's journal has grown by."""
    more = True
    while more:
        async with database.work(tenant) as work:
            await _nobody_else_reads(work)
            more = await read_some(work, AT_ONCE)


async def _nobody_else_reads(work: Work) -> None:
    """Until this work ends: a product of other stories, on this database, may keep books too."""
    await work.connection.execute(
        "insert into books (tenant_id) values ($1) on conflict do nothing", work.tenant
    )
    await work.connection.execute(
        "select number from books where tenant_id = $1 for update", work.tenant
    )


async def _journal(work: Work) -> list[Announcement]:
    rows = await work.connection.fetch(
        "select announcement from journal where tenant_id = $1 and number <="
        " (select number from books where tenant_id = $1) order by number",
        work.tenant,
    )
    return [msgspec.json.decode(row["announcement"], type=Announcement) for row in rows]


async def _entered(work: Work, table: str) -> list[dict[str, Any]]:
    rows = await work.connection.fetch(
        f"select * from {table} where tenant_id = $1 and file_id is null"  # noqa: S608
        " order by entered_at, call_id, number",
        work.tenant,
    )
    without = {"tenant_id", "file_id"}
    return [{key: value for key, value in row.items() if key not in without} for row in rows]


def _rows(facts: list[CallFacts], kind: str) -> list[dict[str, Any]]:
    found = [msgspec.structs.asdict(one) for each in facts for one in getattr(each, kind)]
    return sorted(found, key=lambda row: (row["entered_at"], row["call_id"], row["number"]))


def _told(span: Span) -> str:
    return f"{span.call_id} {span.agent} {span.part} {span.start} {span.end}"
