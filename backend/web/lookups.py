"""What people ask: the board, calls that are over, one call with its journal."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from litestar import Router, get
from litestar.di import NamedDependency
from litestar.exceptions import ValidationException
from litestar.params import FromPath, FromQuery, QueryParameter
from msgspec import Struct

from backend.clock import Clock
from backend.domain.board import CallCard, Snapshot
from backend.domain.decision import Note
from backend.domain.refusals import NoSuchCall
from backend.store import boards
from backend.store.boards import EarlierCalls, JournalLine
from backend.store.tenancy import Database
from backend.web.visitor import Visitor


class CallHistory(Struct, frozen=True):
    """A call and everything that was learnt and written down about it, in order."""

    call: CallCard
    journal: list[JournalLine]
    notes: tuple[Note, ...]


class EndedCalls(Struct, frozen=True):
    calls: tuple[CallCard, ...]


@get("/board")
async def board(
    visitor: NamedDependency[Visitor],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
) -> Snapshot:
    """The whole board, as the feed's snapshot gives it."""
    async with database.work(visitor.tenant) as work:
        return await boards.snapshot(work, visitor.person.id, clock())


@get("/calls")
async def ended_calls(
    visitor: NamedDependency[Visitor],
    database: NamedDependency[Database],
    before: FromQuery[datetime | None] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=200)] = 50,
) -> EndedCalls:
    """Calls that ended before a moment (of UTC, if it does not say), newest first."""
    async with database.work(visitor.tenant) as work:
        return EndedCalls(await boards.ended_calls(work, _in_utc(before), limit))


@get("/calls/{call_id:uuid}")
async def call_history(
    call_id: FromPath[UUID],
    visitor: NamedDependency[Visitor],
    database: NamedDependency[Database],
) -> CallHistory:
    """One call with its journal and its notes."""
    async with database.work(visitor.tenant) as work:
        found = await boards.find_call(work, call_id)
    if found is None:
        raise NoSuchCall
    return CallHistory(found.card, found.journal, found.notes)


@get("/calls/{call_id:uuid}/earlier")
async def earlier_calls(
    call_id: FromPath[UUID],
    visitor: NamedDependency[Visitor],
    database: NamedDependency[Database],
    limit: Annotated[int, QueryParameter(ge=1, le=200)] = 10,
) -> EarlierCalls:
    """The same caller's calls before this one, newest first, with what was noted about them."""
    async with database.work(visitor.tenant) as work:
        found = await boards.earlier_calls(work, call_id, limit)
    if found is None:
        raise NoSuchCall
    return found


def _in_utc(moment: datetime | None) -> datetime | None:
    if moment is None or moment.tzinfo is None:
        return moment and moment.replace(tzinfo=UTC)
    try:
        return moment.astimezone(UTC)
    except OverflowError as problem:
        raise ValidationException("`before` is outside the calendar") from problem


lookups_router = Router("/api", route_handlers=[board, ended_calls, call_history, earlier_calls])
