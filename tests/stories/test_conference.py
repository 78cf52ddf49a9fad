"""One more person is added to a talk: who hears whom, who could not be had, and what is refused
while more than three talk."""

import pytest

from backend.domain.board import Presence
from backend.domain.handover import NotTaken
from backend.domain.rules import Rules
from tests.stories.company import Company, Refused
from tests.stories.conferring import (
    CHLOE,
    OUTSIDE,
    RINGS_AT_MOST,
    chloe_is_asked,
    four_talk,
    hear_each_other,
    outside_is_asked,
    outside_too,
    three_talk,
    was_not_added,
)
from tests.stories.product import Product
from tests.stories.test_warm_transfer import they_consult


async def test_a_caller_and_three_agents_all_hear_each_other(acme: Company):
    caller = await four_talk(acme)
    card = acme.ana.call(caller)
    assert card is not None
    assert [guest.agent_id for guest in card.guests] == [acme.ben.id]
    assert card.consult is not None
    assert (card.consult.agent_id, card.consult.talk_with) == (acme.chloe.id, "all")
    for agent in (acme.ana, acme.ben, acme.chloe):
        assert acme.ana.shows(agent) == Presence.ON_CALL
        await agent.hears("voice")
    await caller.hears("voice")


async def test_so_do_a_caller_two_agents_and_somebody_outside(acme: Company):
    caller, outside = await outside_too(acme)
    await caller.hears("voice")
    await outside.hears("voice")


async def test_a_fifth_person_is_added_in_the_same_way(acme: Company):
    caller = await four_talk(acme)
    outside = await acme.telephone(tone=OUTSIDE)
    await acme.ana.consults_outside(caller, outside)
    await outside.is_rung()
    await acme.ana.sees(lambda _: getattr(acme.ana.consult_of(caller), "present", False))
    await hear_each_other(caller, acme.ana, acme.ben, acme.chloe, outside)


async def test_whoever_declines_leaves_the_others_talking(acme: Company):
    caller = await chloe_is_asked(acme)
    await acme.chloe.declines(caller)
    await was_not_added(acme, caller, NotTaken.DECLINED)


async def test_so_does_whoever_does_not_answer(acme: Company):
    caller = await chloe_is_asked(acme)
    await acme.product.later(Rules().transfer_seconds + 1)
    await was_not_added(acme, caller, NotTaken.NO_ANSWER)


async def test_so_does_one_who_goes_away(acme: Company):
    caller = await chloe_is_asked(acme)
    await acme.chloe.goes("away")
    await was_not_added(acme, caller, NotTaken.UNREACHABLE)


async def test_so_does_one_whose_voice_never_comes(acme: Company):
    caller = await chloe_is_asked(acme)
    await acme.chloe.claims(caller)
    await acme.product.later(Rules().join_seconds + 1)
    await was_not_added(acme, caller, NotTaken.UNREACHABLE)
    assert acme.ana.shows(acme.chloe) == Presence.AVAILABLE


@pytest.mark.parametrize(("manner", "why"), [("busy", NotTaken.BUSY), ("fails", NotTaken.FAILED)])
async def test_so_does_a_number_outside_that_cannot_be_had(
    acme: Company, manner: str, why: NotTaken
):
    caller = await three_talk(acme)
    outside = await acme.telephone(manner)
    await acme.ana.consults_outside(caller, outside)
    await was_not_added(acme, caller, why)


async def test_so_does_one_outside_who_does_not_answer(acme: Company):
    caller, outside = await outside_is_asked(acme, "never")
    await acme.product.later(RINGS_AT_MOST)
    await was_not_added(acme, caller, NotTaken.NO_ANSWER)
    await outside.is_off()


async def test_whoever_rings_can_be_given_up(acme: Company):
    caller, outside = await outside_is_asked(acme, "never")
    await acme.ana.cancels_consult(caller)
    await outside.is_off()
    await hear_each_other(caller, acme.ana, acme.ben)


async def test_after_one_who_could_not_be_had_another_is_added(acme: Company):
    caller = await chloe_is_asked(acme)
    await acme.chloe.declines(caller)
    await was_not_added(acme, caller, NotTaken.DECLINED)
    await acme.ana.consults(caller, acme.chloe)
    await acme.chloe.joins_consult(caller, tone=CHLOE)
    await hear_each_other(caller, acme.ana, acme.ben, acme.chloe)


async def test_while_more_than_three_talk_nobody_is_held_parked_or_handed_on_alone(acme: Company):
    caller = await four_talk(acme)
    for wish in (
        acme.ana.holds(caller),
        acme.ana.parks(caller),
        acme.ana.hangs_up(caller),
        acme.ana.transfers(caller, acme.chloe),
        acme.ana.talks_with(caller, "colleague"),
        acme.ana.talks_with(caller, "caller"),
    ):
        with pytest.raises(Refused, match="conference-underway"):
            await wish
    for wish in (
        acme.ben.consults(caller, acme.chloe),
        acme.ben.completes(caller),
        acme.chloe.lets_go(caller, acme.ben.id),
        acme.ben.hangs_up(caller),
    ):
        with pytest.raises(Refused, match="not-your-call"):
            await wish
    await hear_each_other(caller, acme.ana, acme.ben, acme.chloe)


async def test_nobody_is_added_before_all_talk_together(acme: Company):
    caller = await they_consult(acme)
    with pytest.raises(Refused, match="consult-underway") as refused:
        await acme.ana.consults(caller, acme.chloe)
    assert "Talk with all of them" in refused.value.detail


async def test_one_is_asked_in_after_the_other(acme: Company):
    caller = await chloe_is_asked(acme)
    with pytest.raises(Refused, match="consult-underway"):
        await acme.ana.consults_outside(caller, await acme.telephone())


async def test_a_company_says_how_many_may_talk_in_one_call(product: Product):
    acme = await product.company("Acme", Rules(conference_size=4))
    caller = await four_talk(acme)
    outside = await acme.telephone()
    with pytest.raises(Refused, match="conference-full"):
        await acme.ana.consults_outside(caller, outside)
    await outside.is_not_rung()
    await acme.ana.lets_go(caller, acme.ben.id)
    await acme.ana.consults_outside(caller, outside)
    await outside.is_rung()


async def test_while_they_confer_no_other_call_reaches_any_of_them(acme: Company):
    caller = await four_talk(acme)
    second = await acme.rings("+15550009999")
    assert (await acme.ana.sees_call(second, "ringing")).offered_to == ()
    for agent in (acme.ana, acme.ben, acme.chloe):
        with pytest.raises(Refused, match="already-on-a-call"):
            await agent.claims(second)
    await acme.ben.leaves(caller)
    await acme.ben.is_rung_by(second)
