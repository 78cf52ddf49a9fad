"""A day as it is told over HTTP, and told the long way: by the whole journal, line by line."""

from datetime import UTC, datetime, timedelta
from functools import reduce
from itertools import pairwise
from typing import Any

import msgspec
from msgspec.structs import replace

from backend.domain.board import Announcement, Snapshot, apply
from backend.domain.rules import Rules
from backend.measures.folding import facts_of_call, status_spans
from backend.measures.tally import Counting, Tally, tally
from backend.reports.live_view import figures_of
from backend.reports.replay_message import DayEnd, DayHead, OfDay
from backend.reports.replayed_day import ReplayedDay
from tests.stories.company import Agent, Company

decode = msgspec.json.Decoder(OfDay).decode


def at_noon() -> Rules:
    """Rules of a company where it is about noon, so that no story of today sees midnight."""
    hours = datetime.now(UTC).hour - 12
    return Rules(time_zone=f"Etc/GMT{hours:+}" if hours else "UTC")


async def told_to(person: Agent, query: str = "") -> list[bytes]:
    """What that person is told of today, or of another day."""
    async with person.http.get(f"/api/reports/replay{query}") as answer:
        assert answer.status == 200, await answer.text()
        return (await answer.read()).splitlines()


async def replayed(person: Agent, query: str = "") -> ReplayedDay:
    """The day, told to that person."""
    first, *rest = await told_to(person, query)
    head = decode(first)
    assert isinstance(head, DayHead)
    day = ReplayedDay(head)
    for line in rest:
        day.hear(decode(line), line)
    assert isinstance(decode(rest[-1]), DayEnd)
    await day.close()
    assert day.lines == head.lines
    return day


async def journal_of(company: Company) -> list[Announcement]:
    """All that was ever announced."""
    async with company.product.services.database.work(company.tenant) as work:
        rows = await work.connection.fetch(
            "select announcement from journal where tenant_id = $1 order by number", company.tenant
        )
    return [msgspec.json.decode(row["announcement"], type=Announcement) for row in rows]


def board_by_hand(opening: Snapshot, lines: list[Announcement], moment: datetime) -> Snapshot:
    """What was told by then, one announcement after the other."""
    board = reduce(apply, told_by(lines, moment), opening)
    return replace(board, at=moment)


def told_by(lines: list[Announcement], moment: datetime) -> list[Announcement]:
    latest = datetime.min.replace(tzinfo=UTC)
    for place, line in enumerate(lines):
        latest = max(latest, line.at)
        if latest > moment:
            return lines[:place]
    return lines


def figures_by_hand(lines: list[Announcement], moment: datetime) -> dict[str, float | None]:
    """The figures of today as they would have been read from the journal of then."""
    return figures_of(tally_by_hand(lines, moment), Counting())


def tally_by_hand(lines: list[Announcement], moment: datetime) -> Tally:
    known = told_by(lines, moment)
    statuses = status_spans(known)
    calls = dict.fromkeys(line.call.id for line in known if line.call)
    facts = [
        facts_of_call(
            [line for line in known if line.call is not None and line.call.id == call],
            [span for span in statuses if span.wrap_up_of == call],
        )
        for call in calls
    ]
    visits = [visit for each in facts for visit in each.visits]
    shares = [share for each in facts for share in each.handlings if share.direction == "inbound"]
    return tally(visits, shares, Counting(), moment)


def moments_between(lines: list[Announcement], end: datetime) -> list[datetime]:
    """Some milliseconds after each thing that happened, where nothing else had happened yet."""
    soon = timedelta(milliseconds=3)
    times = [*sorted(line.at for line in lines), end]
    return [here + soon for here, there in pairwise(times) if there - here > 2 * soon]


def plain(value: Any) -> Any:
    """As it travels, so that two of them can be compared."""
    return msgspec.to_builtins(value)
