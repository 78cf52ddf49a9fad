"""PostgreSQL counts what Python counts, whatever was lived through."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from random import Random
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest

from backend.domain.call import Direction
from backend.domain.rules import Rules
from backend.embedded_postgres import EmbeddedPostgres
from backend.measures.facts import Ending, Handling, Outcome, Visit
from backend.measures.folding import CallFacts
from backend.measures.intervals import Size, Slot, slots
from backend.measures.tally import Counting, Tally, tally
from backend.store import books, people
from backend.store.tallies import By, Scope, count, tallies_of
from backend.store.tenancy import Database

ZONE = ZoneInfo("America/New_York")
DAYS = (date(2025, 11, 1), date(2025, 11, 3))
"""The second has an hour twice."""
QUEUES, AGENTS = ("Sales", "Support"), ("Ana", "Ben", "")


def lived(dice: Random) -> list[CallFacts]:
    """Calls of all kinds over three days, and some of the days around."""
    start = slots(*DAYS, ZONE, Size.WHOLE)[0].start - timedelta(hours=6)
    return [_call(dice, start) for _ in range(400)]


def _call(dice: Random, start: datetime) -> CallFacts:
    call, queue = uuid4(), dice.choice(QUEUES)
    entered = start + timedelta(seconds=dice.randrange(3 * 86_400 + 12 * 3600))
    direction = dice.choice((Direction.INBOUND, Direction.INBOUND, Direction.OUTBOUND))
    visits: tuple[Visit, ...] = ()
    if direction is Direction.INBOUND:
        outcome = dice.choice(tuple(Outcome))
        is_open = outcome is Outcome.OPEN
        visits = (
            Visit(
                call_id=call,
                queue=queue,
                caller="+15550001111",
                entered_at=entered,
                outcome=outcome,
                wait_ms=None if is_open else dice.choice((0, 4_999, 5_000, 5_001, 20_000, 20_001)),
                answered_by=dice.choice(AGENTS) if outcome is Outcome.ANSWERED else None,
                is_skewed=dice.random() < 0.1,
            ),
        )
    shares = tuple(
        _share(dice, call, entered, queue, direction, n) for n in range(dice.randrange(3))
    )
    return CallFacts(visits, shares)


def _share(
    dice: Random, call: UUID, entered: datetime, queue: str, direction: Direction, number: int
) -> Handling:
    talk = dice.choice((0, 60_000, None))
    is_final = dice.random() < 0.8
    return Handling(
        call_id=call,
        entered_at=entered,
        queue=queue,
        direction=direction,
        agent=dice.choice(AGENTS),
        started_at=entered,
        ended_at=entered + timedelta(minutes=1),
        ending=dice.choice(tuple(Ending)),
        talk_ms=talk,
        hold_ms=dice.choice((0, 5_000)),
        consult_ms=0,
        wrap_up_ms=dice.choice((0, 7_000)),
        handle_ms=dice.choice((None, 70_000, 90_001)) if is_final else None,
        number=number,
        is_final=is_final,
    )


GROUP_OF: dict[By, tuple[Callable[[Visit], str | None], Callable[[Handling], str | None]]] = {
    By.NOTHING: (lambda _: None, lambda _: None),
    By.QUEUE: (lambda visit: visit.queue, lambda share: share.queue),
    By.AGENT: (lambda visit: visit.answered_by, lambda share: share.agent),
}


def counted_in_python(
    facts: list[CallFacts], cut: tuple[Slot, ...], by: By, scope: Scope, now: datetime
) -> dict[tuple[int, str | None], Tally]:
    found: dict[tuple[int, str | None], tuple[list[Visit], list[Handling]]] = {}
    of_visit, of_share = GROUP_OF[by]
    for number, slot in enumerate(cut):
        for each in facts:
            for visit in each.visits:
                is_in = slot.start <= visit.entered_at < slot.end
                grouped = by is not By.AGENT or visit.answered_by is not None
                if is_in and grouped and visit.queue in (scope.queues or QUEUES):
                    found.setdefault((number, of_visit(visit)), ([], []))[0].append(visit)
            for share in each.handlings:
                is_in = slot.start <= share.entered_at < slot.end
                counts = share.direction is Direction.INBOUND
                if is_in and counts and share.queue in (scope.queues or QUEUES):
                    found.setdefault((number, of_share(share)), ([], []))[1].append(share)
    counting = Counting()
    return {place: tally(*those, counting, now) for place, those in found.items()}


@pytest.mark.parametrize("by", By)
@pytest.mark.parametrize("size", [Size.HOUR, Size.DAY, Size.WHOLE])
async def test_the_database_counts_as_python_does(postgres: EmbeddedPostgres, size: Size, by: By):
    dice = Random(f"{size} {by}")  # noqa: S311
    facts, cut = lived(dice), slots(*DAYS, ZONE, size)
    now = cut[-1].end
    database, tenant = await Database.connect(postgres.web_url), uuid4()
    try:
        async with database.work(tenant) as work:
            await people.found_tenant(work, "Counted", Rules())
            await books.enter_facts(work, {each_call(each): each for each in facts})
            for scope in (Scope(), Scope(("Sales",))):
                overdue_since = now - timedelta(seconds=20)
                counts = await count(work, cut, by, scope, Counting(), overdue_since)
                found = await tallies_of(counts)
                assert found == counted_in_python(facts, cut, by, scope, now)
    finally:
        await database.close()


def each_call(facts: CallFacts) -> UUID:
    told = (*facts.visits, *facts.handlings)
    return told[0].call_id if told else uuid4()
