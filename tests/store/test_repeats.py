"""PostgreSQL finds the repeats that Python finds, whoever called when."""

from datetime import date, timedelta
from random import Random
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import asyncpg
import pytest

from backend.domain.rules import Rules
from backend.embedded_postgres import EmbeddedPostgres
from backend.measures.facts import Outcome, Visit
from backend.measures.folding import CallFacts
from backend.measures.intervals import Size, slots
from backend.measures.repeats import Repeats, Windows, repeats
from backend.store import books, people
from backend.store.repeats import REPEATS, repeats_in
from backend.store.tallies import Scope
from backend.store.tenancy import Database

ZONE = ZoneInfo("America/New_York")
FIRST, LAST = date(2025, 11, 1), date(2025, 11, 3)
"""The second has an hour twice."""
CALLERS = (*(f"+1555000{n:04}" for n in range(12)), "anonymous", "", "+266696687", "0 30 12", "x1")
LATER = (
    timedelta(0),
    timedelta(milliseconds=1),
    timedelta(minutes=30),
    timedelta(hours=24),
    timedelta(days=2),
    timedelta(days=7),
)
"""From one call of a caller to the next: at, and a little beside, the borders that count."""
WAITS = (0, 1, 4_999, 60_000, 3_600_000)


def lived(dice: Random) -> list[CallFacts]:
    """Calls of few callers, some of them sent on from queue to queue, over two weeks."""
    start = slots(FIRST, LAST, ZONE, Size.WHOLE)[0].start - timedelta(hours=30)
    facts: list[CallFacts] = []
    for caller in CALLERS:
        at = start + timedelta(seconds=dice.randrange(3 * 86_400))
        for _ in range(dice.randrange(1, 14)):
            facts.append(_call(dice, caller, at))
            stay = facts[-1].visits[0]
            since = timedelta(milliseconds=dice.choice((0, stay.wait_ms or 0)))
            nudge = timedelta(milliseconds=dice.choice((-1, 0, 0, 1)))
            at += max(timedelta(0), dice.choice(LATER) + since + nudge)
    return facts


def _call(dice: Random, caller: str, at: object) -> CallFacts:
    call, entered = uuid4(), at
    stays: list[Visit] = []
    for number in range(dice.choice((1, 1, 1, 2))):
        outcome = dice.choice((Outcome.ANSWERED, Outcome.ABANDONED, *Outcome))
        stays.append(
            Visit(
                call_id=call,
                queue=dice.choice(("Sales", "Support")),
                caller=caller,
                entered_at=entered,  # pyright: ignore[reportArgumentType]
                outcome=outcome,
                wait_ms=None if outcome is Outcome.OPEN else dice.choice(WAITS),
                number=number,
            )
        )
        entered = stays[-1].entered_at + timedelta(seconds=dice.randrange(120))
    return CallFacts(tuple(stays), ())


@pytest.mark.parametrize("life", range(12))
@pytest.mark.parametrize("size", [Size.HOUR, Size.WHOLE])
async def test_the_database_counts_as_python_does(
    postgres: EmbeddedPostgres, size: Size, life: int
):
    dice = Random(f"{size} {life}")  # noqa: S311
    facts, cut = lived(dice), slots(FIRST, LAST, ZONE, size)
    windows = Windows(resolved=timedelta(days=dice.choice((1, 7, 31))))
    database, tenant = await Database.connect(postgres.web_url), uuid4()
    try:
        async with database.work(tenant) as work:
            await people.found_tenant(work, "Counted", Rules())
            await books.enter_facts(work, {each.visits[0].call_id: each for each in facts})
            for scope in (Scope(), Scope(("Sales",))):
                visits = [
                    visit
                    for each in facts
                    for visit in each.visits
                    if visit.queue in (scope.queues or ("Sales", "Support"))
                ]
                found = await repeats_in(work, cut, scope, windows)
                expected = repeats(visits, cut, windows)
                assert [found.get(n, Repeats()) for n in range(len(cut))] == expected
                assert any(one.calls for one in expected)
    finally:
        await database.close()


A_LONG_HISTORY = """
insert into visit (tenant_id, call_id, number, entered_at, queue, caller, outcome, wait_ms,
  is_skewed)
select $1, gen_random_uuid(), 0, timestamptz '2025-01-01' + n * interval '10 minutes', 'Sales',
  '+1555' || n % 700, 'abandoned', 1000, false
from generate_series(1, 50000) n
"""


async def test_a_day_is_found_by_its_time_and_sorted_once(postgres: EmbeddedPostgres):
    connection = await asyncpg.connect(postgres.superuser_url, database="patchbay")
    history = connection.transaction()
    await history.start()
    tenant, day = UUID(int=77), slots(FIRST, FIRST, ZONE, Size.HOUR)
    windows = Windows()
    try:
        await connection.execute("insert into tenant (tenant_id, name) values ($1, 'Acme')", tenant)
        await connection.execute(A_LONG_HISTORY, tenant)
        await connection.execute("analyze visit")
        asked = (tenant, [slot.start for slot in day], day[-1].end, [], timedelta(days=1), [])
        spans = (windows.repeat, windows.redial, windows.lost, windows.resolved)
        lines = await connection.fetch(f"explain {REPEATS}", *asked, *spans, 3)
    finally:
        await history.rollback()
        await connection.close()
    plan = "\n".join(line[0] for line in lines)
    assert "visit_by_time" in plan, plan
    assert "Seq Scan on visit" not in plan, plan
    assert plan.count("Sort Key: (min(visit.caller))") == 1, plan
