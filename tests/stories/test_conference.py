"""More than three in one call: who hears whom, whatever becomes of any of them, and who has the
call when its agent leaves the others talking. Nobody waits in silence, nobody is left behind."""

from uuid import UUID

import pytest

from backend.domain.board import CallCard, Presence, Snapshot
from backend.domain.handover import NotTaken
from backend.domain.rules import Rules
from tests.serving import eventually
from tests.stories.company import Agent, Caller, Company, Outside, Refused
from tests.stories.product import Product
from tests.stories.test_warm_transfer import ANA, BEN, CALLER, has, they_consult

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


# Coming in.


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


# What is refused, and why.


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


# Going.


async def test_a_guest_is_let_go_and_the_others_go_on(acme: Company):
    caller = await four_talk(acme)
    await acme.ana.lets_go(caller, acme.ben.id)
    await is_out(acme, caller, acme.ben)
    assert acme.ana.shows(acme.ben) == Presence.AVAILABLE
    await hear_each_other(caller, acme.ana, acme.chloe)
    await acme.ana.lets_go(caller, acme.ben.id)  # gone already: that is no mistake
    await acme.ana.talks_with(caller, "colleague")
    await caller.hears("music")


async def test_a_guest_leaves_and_the_others_go_on(acme: Company):
    caller = await four_talk(acme)
    await acme.ben.leaves(caller)
    await is_out(acme, caller, acme.ben)
    await hear_each_other(caller, acme.ana, acme.chloe)


async def test_whoever_became_a_guest_while_they_clicked_leave_leaves_all_the_same(acme: Company):
    caller = await four_talk(acme)
    await acme.ben.cancels_consult(caller)
    await is_out(acme, caller, acme.ben)
    await hear_each_other(caller, acme.ana, acme.chloe)


async def test_whoever_was_asked_in_last_leaves_too(acme: Company):
    caller = await four_talk(acme)
    await acme.chloe.cancels_consult(caller)
    await was_not_added(acme, caller, NotTaken.LEFT)
    await phone_is_off(acme, acme.chloe)


async def test_guests_outside_are_let_go_or_hang_up(acme: Company):
    caller, first, second = await only_those_outside(acme)
    card = acme.ana.call(caller)
    assert card is not None
    (guest,) = card.guests
    assert (guest.number, guest.agent_id, guest.present) == (first.number, None, True)
    await acme.ana.lets_go(caller, guest.id)
    await first.is_off()
    await hear_each_other(caller, acme.ana, second)
    third = await acme.telephone(tone=OUTSIDE)
    await acme.ana.consults_outside(caller, third)
    await third.is_rung()
    await acme.ana.sees(lambda _: getattr(acme.ana.consult_of(caller), "present", False))
    card = acme.ana.call(caller)
    assert card is not None
    leg_of_second = card.guests[0].id
    await second.hangs_up()
    await acme.ana.sees(lambda _: acme.ana.guest_of(caller, leg_of_second) is None)
    await hear_each_other(caller, acme.ana, third)


async def test_a_guest_who_reloads_is_back_in_the_talk(acme: Company):
    caller = await four_talk(acme)
    await acme.ben.loses_voice()
    await is_lost(acme.ana, caller, acme.ben.id)
    await hear_each_other(caller, acme.ana, acme.chloe)
    await acme.ben.rejoins(caller, tone=BEN)
    await hear_each_other(caller, acme.ana, acme.ben, acme.chloe)
    await acme.product.later(A_WHILE)
    await hear_each_other(caller, acme.ana, acme.ben, acme.chloe)


async def test_a_guest_whose_browser_dies_is_out_and_the_others_go_on(acme: Company):
    caller = await four_talk(acme)
    await acme.ben.loses_voice()
    await is_lost(acme.ana, caller, acme.ben.id)
    assert acme.ana.shows(acme.ben) == Presence.ON_CALL
    await acme.product.later(A_WHILE)
    await is_out(acme, caller, acme.ben)
    assert acme.ana.shows(acme.ben) == Presence.AVAILABLE
    await hear_each_other(caller, acme.ana, acme.chloe)


async def test_a_guest_whose_page_is_gone_is_out_in_time(acme: Company):
    """Also if a voice is still there: nobody can be seen to be behind it."""
    caller = await four_talk(acme)
    await acme.ben.is_gone()
    await acme.ana.sees(lambda _: acme.ana.shows(acme.ben) == Presence.OFFLINE)
    await acme.product.later(A_WHILE)
    await is_out(acme, caller, acme.ben)
    await hear_each_other(caller, acme.ana, acme.chloe)


async def test_a_guest_whose_page_comes_back_in_time_stays(acme: Company):
    caller = await four_talk(acme)
    await acme.ben.is_gone()
    await acme.ana.sees(lambda _: acme.ana.shows(acme.ben) == Presence.OFFLINE)
    await acme.ben.opens_board()
    await acme.product.later(A_WHILE)
    await hear_each_other(caller, acme.ana, acme.ben, acme.chloe)


async def test_of_a_guest_whose_return_nothing_was_heard_the_carrier_is_asked(acme: Company):
    caller = await four_talk(acme)
    await acme.ben.loses_voice()
    await is_lost(acme.ana, caller, acme.ben.id)
    with acme.product.deaf_to("/conference"):
        await acme.ben.rejoins(caller, tone=BEN)
        await hear_each_other(caller, acme.ana, acme.ben, acme.chloe)
    await acme.product.later(A_WHILE)
    await acme.ana.sees(lambda _: getattr(acme.ana.guest_of(caller, acme.ben.id), "present", False))
    await hear_each_other(caller, acme.ana, acme.ben, acme.chloe)


# Leaving the others talking.


async def test_the_agent_leaves_them_talking_and_whoever_came_last_has_the_call(acme: Company):
    caller = await four_talk(acme)
    await acme.ana.completes(caller)
    card = await has(acme.chloe, caller)
    assert [guest.agent_id for guest in card.guests] == [acme.ben.id]
    assert card.handled_by == (acme.ana.id, acme.chloe.id)
    await hear_each_other(caller, acme.ben, acme.chloe)
    assert acme.chloe.shows(acme.ana) == Presence.WRAP_UP
    await phone_is_off(acme, acme.ana)


async def test_the_new_one_lets_guests_go_adds_others_and_leaves_in_turn(acme: Company):
    caller = await four_talk(acme)
    await acme.ana.completes(caller)
    await has(acme.chloe, caller)
    await acme.ana.goes("available")
    await acme.chloe.consults(caller, acme.ana)
    await acme.ana.joins_consult(caller, tone=ANA)
    await hear_each_other(caller, acme.ana, acme.ben, acme.chloe)
    await acme.chloe.completes(caller)
    await has(acme.ana, caller)
    await acme.ana.completes(caller)
    card = await has(acme.ben, caller)
    assert card.guests == ()
    await hear_each_other(caller, acme.ben)
    await acme.ben.hangs_up(caller)
    await caller.is_off()


async def test_with_somebody_outside_asked_last_a_colleague_has_the_call(acme: Company):
    caller, outside = await outside_too(acme)
    await acme.ana.completes(caller)
    card = await belongs_to(acme.ben, caller)
    assert card.consult is not None
    assert (card.guests, card.consult.number) == ((), outside.number)
    await hear_each_other(caller, acme.ben, outside)
    await acme.ben.talks_with(caller, "colleague")
    await caller.hears("music")
    await acme.ben.completes(caller)
    await acme.ben.sees_call(caller, "forwarded")
    await hear_each_other(caller, outside)


async def test_whoever_is_still_rung_is_asked_by_the_next_one_who_has_the_call(acme: Company):
    caller = await chloe_is_asked(acme)
    await acme.ana.completes(caller)
    await belongs_to(acme.ben, caller)
    await hear_each_other(caller, acme.ben)
    await acme.chloe.joins_consult(caller, tone=CHLOE)
    await hear_each_other(caller, acme.ben, acme.chloe)
    await acme.ben.completes(caller)
    await has(acme.chloe, caller)
    await hear_each_other(caller, acme.chloe)


async def test_left_to_people_outside_the_caller_is_forwarded_until_the_last_has_gone(
    acme: Company,
):
    caller, first, second = await only_those_outside(acme)
    await acme.ana.completes(caller)
    card = await acme.ben.sees_call(caller, "forwarded")
    assert card.transfer is not None
    assert (card.transfer.by, card.transfer.number) == (acme.ana.id, first.number)
    assert [guest.number for guest in card.guests] == [second.number]
    await hear_each_other(caller, first, second)
    assert acme.ben.shows(acme.ana) == Presence.WRAP_UP
    await first.hangs_up()
    await acme.ben.sees(lambda _: getattr(acme.ben.call(caller), "guests", None) == ())
    card = acme.ben.call(caller)
    assert card is not None
    assert card.transfer is not None
    assert card.transfer.number == second.number
    await hear_each_other(caller, second)
    await second.hangs_up()
    await acme.ben.sees_call(caller, "ended")
    await caller.is_off()


async def test_whoever_left_a_caller_to_people_outside_ends_that_call_for_all_of_them(
    acme: Company,
):
    caller, first, second = await only_those_outside(acme)
    await acme.ana.completes(caller)
    await acme.ben.sees_call(caller, "forwarded")
    await acme.ana.hangs_up(caller)
    await acme.ben.sees_call(caller, "ended")
    for one in (caller, first, second):
        await one.is_off()


async def test_a_colleague_who_is_rung_is_called_off_if_only_people_outside_are_left(
    acme: Company,
):
    caller, first, second = await only_those_outside(acme)
    await acme.ana.consults(caller, acme.ben)
    await acme.ben.is_rung_by(caller)
    await acme.ana.completes(caller)
    card = await acme.ben.sees_call(caller, "forwarded")
    assert card.offered_to == ()
    await hear_each_other(caller, first, second)
    assert acme.ben.shows(acme.ben) == Presence.AVAILABLE


async def test_a_colleague_on_the_way_has_the_call_while_the_caller_talks_with_those_outside(
    acme: Company,
):
    caller, first, second = await only_those_outside(acme)
    await acme.ana.consults(caller, acme.ben)
    await acme.ben.is_rung_by(caller)
    await acme.ben.claims(caller)
    await acme.ana.completes(caller)
    await has(acme.ben, caller)
    await hear_each_other(caller, first, second)
    await acme.ben.joins(caller, tone=BEN)
    await hear_each_other(caller, acme.ben, first, second)


async def test_nobody_leaves_a_caller_alone(acme: Company):
    caller = await chloe_is_asked(acme)
    await acme.chloe.declines(caller)
    await was_not_added(acme, caller, NotTaken.DECLINED)
    await acme.ben.loses_voice()
    await is_lost(acme.ana, caller, acme.ben.id)
    with pytest.raises(Refused, match="nobody-consulted"):
        await acme.ana.completes(caller)
    await hear_each_other(caller, acme.ana)


# When something breaks.


async def test_if_the_agents_browser_dies_the_others_go_on_and_one_has_the_call_in_time(
    acme: Company,
):
    caller = await four_talk(acme)
    await acme.ana.loses_voice()
    await acme.ben.sees(lambda _: not getattr(acme.ben.call(caller), "agent_present", True))
    await hear_each_other(caller, acme.ben, acme.chloe)
    await acme.product.later(A_WHILE)
    card = await has(acme.chloe, caller)
    assert [guest.agent_id for guest in card.guests] == [acme.ben.id]
    await hear_each_other(caller, acme.ben, acme.chloe)
    assert acme.ben.shows(acme.ana) == Presence.WRAP_UP


async def test_an_agent_who_reloads_is_back_in_the_conference(acme: Company):
    caller = await four_talk(acme)
    await acme.ana.loses_voice()
    await acme.ben.sees(lambda _: not getattr(acme.ben.call(caller), "agent_present", True))
    await acme.ana.joins(caller, tone=ANA)
    await hear_each_other(caller, acme.ana, acme.ben, acme.chloe)
    await acme.product.later(A_WHILE)
    await belongs_to(acme.ana, caller)


async def test_if_the_agents_browser_dies_among_people_outside_the_caller_is_forwarded(
    acme: Company,
):
    caller, first, second = await only_those_outside(acme)
    await acme.ana.loses_voice()
    await acme.ben.sees(lambda _: not getattr(acme.ben.call(caller), "agent_present", True))
    await hear_each_other(caller, first, second)
    await acme.product.later(A_WHILE)
    await acme.ben.sees_call(caller, "forwarded")
    await hear_each_other(caller, first, second)


async def test_if_every_browser_dies_the_caller_hears_music_and_rings_at_everybody(acme: Company):
    caller = await four_talk(acme)
    await acme.sam.opens_board()
    await acme.sam.goes("available")
    for agent in (acme.chloe, acme.ben, acme.ana):
        await agent.loses_voice()
    await acme.sam.sees(lambda _: not getattr(acme.sam.call(caller), "agent_present", True))
    await is_lost(acme.sam, caller, acme.ben.id)
    await caller.hears("music")
    await acme.product.later(A_WHILE)
    ringing = await acme.sam.is_rung_by(caller)
    assert (ringing.state, ringing.guests, ringing.consult) == ("ringing", (), None)
    for agent in (acme.ana, acme.ben, acme.chloe):
        assert acme.sam.shows(agent) != Presence.ON_CALL
    await acme.sam.answers(caller, tone=SAM)
    await hear_each_other(caller, acme.sam)


async def test_the_first_to_be_back_talks_with_the_caller(acme: Company):
    caller = await chloe_is_asked(acme)
    await acme.chloe.declines(caller)
    await was_not_added(acme, caller, NotTaken.DECLINED)
    await acme.ben.loses_voice()
    await is_lost(acme.ana, caller, acme.ben.id)
    await acme.ana.loses_voice()
    await caller.hears("music")
    await acme.ben.rejoins(caller, tone=BEN)
    await hear_each_other(caller, acme.ben)
    await acme.product.later(A_WHILE)
    await belongs_to(acme.ben, caller)
    await hear_each_other(caller, acme.ben)


async def test_a_caller_who_hangs_up_frees_everybody(acme: Company):
    caller = await four_talk(acme)
    outside = await acme.telephone(tone=OUTSIDE)
    await acme.ana.consults_outside(caller, outside)
    await outside.is_rung()
    await acme.ana.sees(lambda _: getattr(acme.ana.consult_of(caller), "present", False))
    await caller.hangs_up()
    ended = await acme.ben.sees_call(caller, "ended")
    assert (ended.end_reason, ended.consult, ended.guests) == ("completed", None, ())
    await acme.ben.sees(lambda _: acme.ben.shows(acme.ana) == Presence.WRAP_UP)
    assert acme.ben.shows(acme.ben) == acme.ben.shows(acme.chloe) == Presence.AVAILABLE
    await outside.is_off()
    for agent in (acme.ana, acme.ben, acme.chloe):
        await phone_is_off(acme, agent)


# Supervisors.


@pytest.mark.parametrize("mode", ["listen", "whisper", "barge"])
async def test_a_supervisor_in_a_conference_is_heard_by_whom_they_wish(acme: Company, mode: str):
    caller = await four_talk(acme)
    await acme.on_duty("Sam")
    await acme.sam.monitors(caller, mode, tone=SAM)
    await acme.sam.hears_only(caller, acme.ana, acme.ben, acme.chloe)
    heard = {
        "listen": (),
        "whisper": (acme.ana,),
        "barge": (caller, acme.ana, acme.ben, acme.chloe),
    }
    everybody: tuple[Person, ...] = (caller, acme.ana, acme.ben, acme.chloe)
    for one in everybody:
        others = tuple(other for other in everybody if other is not one)
        await one.hears_only(*others, *((acme.sam,) if one in heard[mode] else ()))


async def test_a_whisper_follows_the_call_to_whoever_has_it_next(acme: Company):
    caller = await four_talk(acme)
    await acme.on_duty("Sam")
    await acme.sam.monitors(caller, "whisper", tone=SAM)
    await acme.ana.completes(caller)
    await has(acme.chloe, caller)
    await acme.chloe.hears_only(caller, acme.ben, acme.sam)
    await acme.ben.hears_only(caller, acme.chloe)
    await caller.hears_only(acme.ben, acme.chloe)


async def test_a_supervisor_who_takes_a_conference_over_has_its_guests(acme: Company):
    caller = await four_talk(acme)
    await acme.on_duty("Sam")
    await acme.sam.monitors(caller, "listen", tone=SAM)
    await acme.sam.takes_over(caller)
    card = await has(acme.sam, caller)
    assert [guest.agent_id for guest in card.guests] == [acme.ben.id, acme.chloe.id]
    await hear_each_other(caller, acme.sam, acme.ben, acme.chloe)
    await acme.sam.sees(lambda _: acme.sam.shows(acme.ana) == Presence.WRAP_UP)
    await acme.sam.lets_go(caller, acme.ben.id)
    await hear_each_other(caller, acme.sam, acme.chloe)


@pytest.mark.parametrize("comes", [True, False])
async def test_while_a_supervisor_is_on_the_way_the_caller_talks_with_the_others(
    acme: Company, comes: bool
):
    caller = await four_talk(acme)
    await acme.on_duty("Sam")
    await acme.sam.takes_over(caller)
    await hear_each_other(caller, acme.ben, acme.chloe)
    if comes:
        await acme.sam.joins(caller, tone=SAM)
        await hear_each_other(caller, acme.sam, acme.ben, acme.chloe)
    await acme.product.later(A_WHILE)
    await has(acme.sam if comes else acme.ben, caller)
    await hear_each_other(caller, *((acme.sam,) if comes else ()), acme.ben, acme.chloe)


async def test_a_guest_neither_monitors_nor_takes_over_the_call_they_are_in(acme: Company):
    await acme.on_duty("Sam")
    caller = await three_talk(acme)
    await acme.ana.consults(caller, acme.sam)
    await acme.sam.joins_consult(caller, tone=SAM)
    await acme.ana.consults(caller, acme.chloe)
    card = await acme.chloe.is_rung_by(caller)
    for path, body in (("monitoring", {"mode": "listen"}), ("takeover", None)):
        with pytest.raises(Refused, match="already-on-a-call"):
            await acme.sam.asks("POST", f"/api/calls/{card.id}/{path}", body)
    await hear_each_other(caller, acme.ana, acme.ben, acme.sam)
