"""A past day of a company, read so that it can be played: in small parts, none of which holds a
transaction while it is sent or keeps the loop for longer than a moment."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from datetime import date, datetime, timedelta
from typing import TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec import Struct, json
from msgspec.structs import replace

from backend.domain.board import Announcement
from backend.domain.refusals import Refusal
from backend.domain.rules import Rules
from backend.measures.facts import Visit
from backend.measures.intervals import local_day
from backend.measures.known_at import Share
from backend.reports.live_view import LATELY
from backend.reports.masking import masked_card
from backend.reports.questions import ask, counting_of
from backend.reports.replay_message import DayEnd, DayHead, DayShare, DayVisit, OfDay
from backend.store.books import as_of, last_entered
from backend.store.replays import (
    Place,
    board_before,
    first_line_at,
    lines_after,
    shares_after,
    visits_after,
)
from backend.store.tenancy import Database, Work

MOST_LINES = 300_000
"""Of the journal in a day: some twenty thousand calls. Whoever plays it holds all of them."""
ROWS_AT_ONCE = 250
ROWS_A_TURN = 50
"""Read, masked and written: about a millisecond."""

_encode = json.Encoder().encode


class DayNotBegun(Refusal):
    """That day has not begun yet in this company. Ask for today, or for a day that is over."""

    code = "day-not-begun"
    status = 400


class DayTooFull(Refusal):
    """So much happened on that day that it cannot be played. Its figures are in the history, and
    each of its calls can be looked at by itself."""

    code = "day-too-full"
    status = 400


class DayPlan(Struct, frozen=True):
    """What is to be read of a day, and how it began."""

    tenant: UUID
    head: DayHead
    last: int
    """The journal's last line that is told."""
    sees_numbers: bool


async def plan_day(
    work: Work, rules: Rules, day: date | None, now: datetime, *, sees_numbers: bool
) -> DayPlan:
    """How that day began, of the company's calendar; today if none is named, as far as the books
    go. Raises `NoSuchDays`, `DayNotBegun` or `DayTooFull`."""
    today = local_day(now, ZoneInfo(rules.time_zone))
    day = day or today
    if day > today:
        raise DayNotBegun
    (whole,) = ask(rules, now, first=day, last=day).slots
    first = await first_line_at(work, whole.start)
    last = min(await first_line_at(work, whole.end) - 1, await last_entered(work))
    lines = max(0, last - first + 1)
    if lines > MOST_LINES:
        raise DayTooFull(f"{lines} things happened on that day. {DayTooFull.__doc__}")
    board = await board_before(work, first, whole.start)
    head = DayHead(
        day=day,
        time_zone=rules.time_zone,
        start=whole.start,
        end=whole.end,
        until=max(whole.start, min(whole.end, await as_of(work, now))),
        counting=counting_of(rules),
        board=board,
        lines=lines,
    )
    return DayPlan(work.tenant, head, last, sees_numbers)


async def told(archive: Database, plan: DayPlan) -> AsyncGenerator[bytes]:
    """The day, a line of JSON for each thing in it. Raises `DatabaseAway`."""
    head = plan.head
    yield _line(head, plan)
    start, end = head.start - LATELY, head.until + timedelta(microseconds=1)

    async def of_callers(work: Work, place: Place) -> Sequence[Visit]:
        return await visits_after(work, place, start, end, ROWS_AT_ONCE)

    async def of_agents(work: Work, place: Place) -> Sequence[Share]:
        return await shares_after(work, place, start, end, ROWS_AT_ONCE)

    async for some in _pages(archive, plan, start, of_callers, _place_of_visit):
        async for part in _in_turns([DayVisit(one) for one in some], plan):
            yield part
    async for some in _pages(archive, plan, start, of_agents, _place_of_share):
        async for part in _in_turns([DayShare(one) for one in some], plan):
            yield part
    async for part in _journal(archive, plan):
        yield part
    yield _line(DayEnd(), plan)


Row = TypeVar("Row")


async def _pages(
    archive: Database,
    plan: DayPlan,
    start: datetime,
    more: Callable[[Work, Place], Awaitable[Sequence[Row]]],
    place_of: Callable[[Row], Place],
) -> AsyncGenerator[Sequence[Row]]:
    place: Place = (start, UUID(int=0), -1)
    while True:
        async with archive.work(plan.tenant) as work:
            rows = await more(work, place)
        yield rows
        if len(rows) < ROWS_AT_ONCE:
            return
        place = place_of(rows[-1])


async def _journal(archive: Database, plan: DayPlan) -> AsyncGenerator[bytes]:
    number = plan.head.board.number
    while number < plan.last:
        async with archive.work(plan.tenant) as work:
            lines = await lines_after(work, number, plan.last, ROWS_AT_ONCE)
        if not lines:
            return
        async for part in _in_turns(lines, plan):
            yield part
        number = lines[-1].number


async def _in_turns(rows: Sequence[OfDay], plan: DayPlan) -> AsyncGenerator[bytes]:
    """Written, some at a time; others have their turn in between."""
    for first in range(0, len(rows), ROWS_A_TURN):
        yield b"".join(_line(row, plan) for row in rows[first : first + ROWS_A_TURN])
        await asyncio.sleep(0)


def _line(row: OfDay, plan: DayPlan) -> bytes:
    return _encode(row if plan.sees_numbers else _without_numbers(row)) + b"\n"


def _without_numbers(row: OfDay) -> OfDay:
    match row:
        case Announcement(call=card) if card is not None:
            return replace(row, call=masked_card(card))
        case DayHead(board=board):
            calls, recent = (
                tuple(map(masked_card, cards)) for cards in (board.calls, board.recent)
            )
            return replace(row, board=replace(board, calls=calls, recent=recent))
        case _:
            return row


def _place_of_visit(visit: Visit) -> Place:
    return visit.entered_at, visit.call_id, visit.number


def _place_of_share(share: Share) -> Place:
    handling = share.handling
    return handling.entered_at, handling.call_id, handling.number
