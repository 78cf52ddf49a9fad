"""A call's callbacks in every order and repeated: always the same call, the same facts.

On the real store. The callbacks are those of calls that really happened on the local carrier,
taken from the inbox and given to a switchboard anew, as another call, in another order.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from datetime import UTC, datetime, timedelta
from itertools import permutations
from random import Random
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest

from backend.domain import signals
from backend.domain.call import Call, call_id_of
from backend.domain.rules import Rules
from backend.domain.signals import Callback
from backend.embedded_postgres import EmbeddedPostgres
from backend.store import floor, people
from backend.store.people import Role
from backend.store.tenancy import Database
from backend.switchboard import Switchboard
from tests.stories.company import Caller, Company

SIDE_BY_SIDE = 8
Facts = tuple[object, ...]


@pytest.fixture
async def database(postgres: EmbeddedPostgres) -> AsyncGenerator[Database]:
    database = await Database.connect(postgres.web_url, SIDE_BY_SIDE)
    yield database
    await database.close()


async def test_a_short_call_is_the_same_in_every_order_of_its_callbacks(
    acme: Company, database: Database
):
    await acme.on_duty("Ana")
    caller = await acme.rings()
    await acme.ana.sees_call(caller, "ringing")
    await caller.hangs_up()
    await acme.ana.sees_call(caller, "ended")
    recorded = await callbacks_of(acme, caller, database)
    assert 4 <= len(recorded) <= 7
    outcomes = await replay_all(database, recorded, list(permutations(recorded)))
    assert len(outcomes) == 1, outcomes


async def test_an_answered_call_is_the_same_in_sampled_orders_with_repeats(
    acme: Company, database: Database
):
    await acme.on_duty("Ana", "Ben")
    caller = await acme.rings()
    await acme.ana.answers(caller)
    await acme.ana.loses_voice()
    await acme.ben.sees(lambda _: not getattr(acme.ben.call(caller), "agent_present", True))
    await acme.ana.joins(caller)
    await caller.hears("voice", 700)
    await caller.hangs_up()
    await acme.ana.sees_call(caller, "ended")
    recorded = await callbacks_of(acme, caller, database)
    assert len(recorded) > 7
    dice = Random(11)  # noqa: S311
    orders = [[*recorded]]
    for _ in range(400):
        order = [*recorded, *dice.choices(recorded, k=dice.randrange(6))]
        dice.shuffle(order)
        orders.append(order)
    outcomes = await replay_all(database, recorded, orders)
    assert len(outcomes) == 1, outcomes


async def callbacks_of(company: Company, caller: Caller, database: Database) -> list[Callback]:
    """What the inbox holds of that call, once all of it is there."""
    call_id = call_id_of(company.tenant, caller.sid)

    async def inbox() -> list[Callback]:
        async with database.work(company.tenant) as work:
            rows = await work.connection.fetch(
                "select body::text from callback where call_id = $1 order by received_at", call_id
            )
        return [msgspec.json.decode(row["body"], type=Callback) for row in rows]

    async with asyncio.timeout(5):
        while True:
            recorded = await inbox()
            kinds = {type(each.signal) for each in recorded}
            told = any(each.key.startswith("status:") for each in recorded)
            if told and signals.ConferenceEnded in kinds:
                return recorded
            await asyncio.sleep(0.02)


async def replay_all(
    database: Database, recorded: list[Callback], orders: list[Any]
) -> dict[Facts, int]:
    """Every order, each as a call of its own, several tenants side by side; the outcomes."""
    tenants = [await _tenant_with_an_agent(database) for _ in range(SIDE_BY_SIDE)]
    # Ahead of every clock: no sweeper of another story finds these calls due meanwhile.
    now = max(each.received_at for each in recorded) + timedelta(hours=1)
    outcomes: dict[Facts, int] = {}
    waiting = iter(orders)

    async def replay(tenant: UUID) -> None:
        switchboard = Switchboard(
            database, lambda: now, _to_nobody, lambda *_: None, lambda _: None
        )
        await switchboard.attend(tenant, _AGENT, signals.AgentCameOnline())
        await switchboard.attend(tenant, _AGENT, signals.AgentWentAvailable())
        for order in waiting:
            anew = _as_another_call(tenant, recorded)
            for callback in order:
                await switchboard.take_callback(tenant, anew(callback))
            await switchboard.attend(tenant, _AGENT, signals.AgentFinishedWrapUp())
            facts = await _facts(database, tenant, anew(order[0]).call_id)
            outcomes[facts] = outcomes.get(facts, 0) + 1

    await asyncio.gather(*(replay(tenant) for tenant in tenants))
    return outcomes


_AGENT = uuid4()


async def _tenant_with_an_agent(database: Database) -> UUID:
    global _AGENT
    tenant = uuid4()
    async with database.work(tenant) as work:
        await people.found_tenant(work, "Replay", Rules())
    _AGENT = await people.register_person(
        database, email="replay@example.com", name="Replay", password_hash="none"
    )
    async with database.work(tenant) as work:
        await people.add_member(work, _AGENT, "Replay", Role.AGENT)
    return tenant


async def _to_nobody(*_: object) -> None:
    """Nobody listens to a replay."""


def _as_another_call(tenant: UUID, recorded: list[Callback]) -> Callable[[Callback], Callback]:
    """Gives the recorded call's callbacks another caller, conference, legs and agent."""
    legs = {getattr(each.signal, "leg", None) for each in recorded}
    legs |= {getattr(each.signal, "caller_leg", None) for each in recorded}
    sids = {sid for sid in (*legs, *(each.conference for each in recorded)) if sid}
    agents = {getattr(each.signal, "agent_id", None) for each in recorded} - {None}
    fresh = {sid: sid[:2] + uuid4().hex for sid in sids}
    arrival = next(each for each in recorded if isinstance(each.signal, signals.CallerArrived))
    assert isinstance(arrival.signal, signals.CallerArrived)
    call_id = call_id_of(tenant, fresh[arrival.signal.caller_leg])

    def anew(callback: Callback) -> Callback:
        text = msgspec.json.encode(callback).decode().replace(str(callback.call_id), str(call_id))
        for old, new in fresh.items():
            text = text.replace(old, new)
        for agent in agents:
            text = text.replace(str(agent), str(_AGENT))
        return msgspec.json.decode(text, type=Callback)

    return anew


async def _facts(database: Database, tenant: UUID, call_id: UUID) -> Facts:
    """What must not depend on the order: the final call, and what the journal says of it."""
    async with database.work(tenant) as work:
        loaded = await floor.load(work, call_id, None, None, datetime.now(UTC))
        lines = await work.connection.fetch(
            "select event, at, facts->>'reason' as reason from journal"
            " where call_id = $1 order by number",
            call_id,
        )
        assert loaded.waiting == ()
    call = loaded.call
    assert isinstance(call, Call)
    return (
        call.state.value,
        call.end_reason,
        call.started_at,
        call.answered_at,
        call.ended_at,
        len(call.handled_by),
        tuple((line["event"], line["at"], line["reason"]) for line in lines),
    )
