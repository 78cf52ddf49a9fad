"""Guests are let go or leave, and whoever has the call leaves the others talking: nobody waits in
silence, nobody is left behind."""

import pytest

from backend.domain.board import Presence
from backend.domain.handover import NotTaken
from tests.stories.company import Caller, Company, Refused
from tests.stories.conferring import (
    A_WHILE,
    CHLOE,
    OUTSIDE,
    belongs_to,
    chloe_is_asked,
    four_talk,
    hear_each_other,
    is_lost,
    is_out,
    only_those_outside,
    outside_too,
    phone_is_off,
    three_talk,
    was_not_added,
)
from tests.stories.test_warm_transfer import ANA, BEN, has


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


async def test_whoever_has_become_its_agent_is_told_so_when_they_leave_as_a_guest(acme: Company):
    """They clicked "Leave" in the moment in which the call became theirs."""
    caller = await four_talk(acme)
    await acme.chloe.loses_voice()
    await is_lost_last(acme, caller)
    await acme.ana.completes(caller)
    await belongs_to(acme.ben, caller)
    with pytest.raises(Refused, match="call-is-yours-now"):
        await acme.ben.lets_go(caller, acme.ben.id)
    await caller.hears("voice", BEN)


async def is_lost_last(acme: Company, caller: Caller) -> None:
    await acme.ana.sees(lambda _: not getattr(acme.ana.consult_of(caller), "present", True))


async def test_a_guest_who_had_no_page_when_they_became_one_is_out_in_time(acme: Company):
    caller = await three_talk(acme)
    await acme.ben.is_gone()
    await acme.ana.sees(lambda _: acme.ana.shows(acme.ben) == Presence.OFFLINE)
    await acme.ana.consults(caller, acme.chloe)
    await acme.chloe.joins_consult(caller, tone=CHLOE)
    assert acme.ana.guest_of(caller, acme.ben.id) is not None
    await acme.product.later(A_WHILE)
    await is_out(acme, caller, acme.ben)
    await hear_each_other(caller, acme.ana, acme.chloe)
