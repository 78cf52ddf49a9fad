"""How the stories of conferences begin, and what people in one hear and see."""

from uuid import UUID

from backend.domain.board import CallCard, Presence, Snapshot
from backend.domain.handover import NotTaken
from backend.domain.rules import Rules
from tests.serving import eventually
from tests.stories.company import Agent, Caller, Company, Outside
from tests.stories.test_warm_transfer import ANA, CALLER, they_consult

CHLOE, OUTSIDE, SAM = 1000, 523, 1300
A_WHILE = Rules().rejoin_seconds + 1
RINGS_AT_MOST = Rules().dialling.ring.total_seconds() + 1

Person = Agent | Caller


async def hear_each_other(*people: Person) -> None:
    """Each of them hears all the others, and nobody else."""
    for one in people:
        await one.hears_only(*(other for other in people if other is not one))


async def three_talk(acme: Company) -> Caller:
    """The caller, Ana, who has the call, and Ben."""
    caller = await they_consult(acme)
    await acme.ana.talks_with(caller, "all")
    await hear_each_other(caller, acme.ana, acme.ben)
    return caller


async def chloe_is_asked(acme: Company) -> Caller:
    """... and Chloe rings, while they go on talking."""
    caller = await three_talk(acme)
    await acme.ana.consults(caller, acme.chloe)
    await acme.chloe.is_rung_by(caller)
    await hear_each_other(caller, acme.ana, acme.ben)
    return caller


async def four_talk(acme: Company) -> Caller:
    """The caller and three agents: Ana has the call, Ben is a guest, Chloe was asked in last."""
    caller = await chloe_is_asked(acme)
    await acme.chloe.joins_consult(caller, tone=CHLOE)
    await hear_each_other(caller, acme.ana, acme.ben, acme.chloe)
    return caller


async def outside_is_asked(acme: Company, manner: str = "by-hand") -> tuple[Caller, Outside]:
    """Ana, Ben and the caller talk; a number outside rings."""
    caller = await three_talk(acme)
    outside = await acme.telephone(manner, tone=OUTSIDE)
    await acme.ana.consults_outside(caller, outside)
    await outside.is_rung()
    await hear_each_other(caller, acme.ana, acme.ben)
    return caller, outside


async def outside_too(acme: Company) -> tuple[Caller, Outside]:
    """... and whoever is outside talks with them."""
    caller, outside = await outside_is_asked(acme)
    await outside.answers()
    await acme.ana.sees(lambda _: getattr(acme.ana.consult_of(caller), "present", False))
    await hear_each_other(caller, acme.ana, acme.ben, outside)
    return caller, outside


async def only_those_outside(acme: Company) -> tuple[Caller, Outside, Outside]:
    """Ana and the caller talk with two people outside."""
    await acme.on_duty("Ana", "Ben")
    caller = await acme.rings(tone=CALLER)
    await acme.ana.answers(caller, tone=ANA)
    people = [await acme.telephone("by-hand", tone=tone) for tone in (OUTSIDE, 620)]
    for number, outside in enumerate(people):
        await acme.ana.consults_outside(caller, outside)
        await outside.is_rung()
        await outside.answers()
        await acme.ana.sees(lambda _: getattr(acme.ana.consult_of(caller), "present", False))
        if number == 0:
            await acme.ana.talks_with(caller, "all")
    await hear_each_other(caller, acme.ana, *people)
    return caller, people[0], people[1]


async def belongs_to(agent: Agent, caller: Caller) -> CallCard:
    """Wait until that agent has the call, whoever else is in it."""

    def it(_: Snapshot) -> CallCard | None:
        card = agent.call(caller)
        return card if card is not None and card.agent_id == agent.id else None

    return await agent.sees(it)


async def is_lost(agent: Agent, caller: Caller, guest: UUID) -> None:
    await agent.sees(lambda _: not getattr(agent.guest_of(caller, guest), "present", True))


async def is_out(acme: Company, caller: Caller, agent: Agent) -> None:
    """That agent is no guest any more, free, and their phone is off."""
    await acme.ana.sees(lambda _: acme.ana.guest_of(caller, agent.id) is None)
    await acme.ana.sees(lambda _: acme.ana.shows(agent) != Presence.ON_CALL)
    await phone_is_off(acme, agent)


async def phone_is_off(acme: Company, agent: Agent) -> None:
    async def off() -> bool:
        phone = await acme.product.lab("GET", f"/phones/{agent.phone}")
        return phone["status"] in ("completed", "failed", "canceled")

    await eventually(off)


async def was_not_added(acme: Company, caller: Caller, why: NotTaken) -> None:
    """Ana sees why, and the talk goes on as it was."""
    await acme.ana.sees(
        lambda _: getattr(acme.ana.consult_of(caller), "failed", None) is why, within=15
    )
    await hear_each_other(caller, acme.ana, acme.ben)
    card = acme.ana.call(caller)
    assert card is not None
    assert (card.agent_id, card.held_at) == (acme.ana.id, None)
    assert [guest.agent_id for guest in card.guests] == [acme.ben.id]
    assert card.offered_to == ()
