"""When a browser dies in a conference, or the caller is gone."""

from backend.domain.board import Presence
from backend.domain.handover import NotTaken
from backend.store.due import SILENT_CALL
from tests.stories.company import Company
from tests.stories.conferring import (
    A_WHILE,
    OUTSIDE,
    SAM,
    belongs_to,
    chloe_is_asked,
    four_talk,
    hear_each_other,
    is_lost,
    only_those_outside,
    phone_is_off,
    was_not_added,
)
from tests.stories.test_warm_transfer import ANA, BEN, has


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


async def test_of_agents_whose_leaving_nothing_was_heard_the_carrier_is_asked(acme: Company):
    caller = await four_talk(acme)
    await acme.sam.opens_board()
    await acme.sam.goes("available")
    with acme.product.deaf_to("/conference"):
        await acme.chloe.loses_voice()
        await acme.ben.loses_voice()
        await caller.hears_only(acme.ana)
    await acme.ana.completes(caller)
    await belongs_to(acme.chloe, caller)
    await acme.product.later(SILENT_CALL.total_seconds() + 1)
    await acme.sam.sees(lambda _: not getattr(acme.sam.call(caller), "agent_present", True))
    await caller.hears("music")
    await acme.product.later(A_WHILE)
    await acme.sam.is_rung_by(caller)
    await acme.sam.answers(caller, tone=SAM)
    await hear_each_other(caller, acme.sam)
