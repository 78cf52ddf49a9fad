"""Hold and resume: the caller hears music, and the agent keeps the call."""

import pytest

from backend.domain.board import Presence
from tests.stories.company import Company, Refused


async def test_a_caller_on_hold_hears_music_and_then_the_agent_again(acme: Company):
    await acme.on_duty("Ana", "Ben")
    caller = await acme.rings(tone=440)
    await acme.ana.answers(caller, tone=700)
    await caller.hears("voice", 700)
    await acme.ana.holds(caller)
    held = await acme.ben.sees(lambda _: _on_hold(acme, caller))
    assert held.agent_id == acme.ana.id
    assert acme.ben.shows(acme.ana) == Presence.ON_CALL
    await caller.hears("music")
    await acme.ana.hears("silence")
    await acme.ana.holds(caller)
    assert acme.ben.call(caller) == held, "holding twice is holding once"
    await acme.ana.resumes(caller)
    await caller.hears("voice", 700)
    await acme.ana.hears("voice", 440)
    await acme.ben.sees(lambda _: _on_hold(acme, caller) is None)


async def test_a_held_caller_stays_on_hold_while_the_agents_page_is_reloaded(acme: Company):
    await acme.on_duty("Ana")
    caller = await acme.rings(tone=440)
    await acme.ana.answers(caller)
    await acme.ana.holds(caller)
    await caller.hears("music")
    await acme.ana.loses_voice()
    await acme.ana.sees(lambda _: not getattr(acme.ana.call(caller), "agent_present", True))
    await acme.ana.joins(caller, tone=1200)
    assert (await acme.ana.sees_call(caller, "connected")).held_at is not None
    await acme.product.services.courier.idle()
    await caller.hears("music")
    await acme.ana.resumes(caller)
    await caller.hears("voice", 1200)


async def test_who_resumes_while_the_page_is_lost_is_heard_once_it_is_back(acme: Company):
    await acme.on_duty("Ana")
    caller = await acme.rings(tone=440)
    await acme.ana.answers(caller)
    await acme.ana.holds(caller)
    await acme.ana.loses_voice()
    await acme.ana.sees(lambda _: not getattr(acme.ana.call(caller), "agent_present", True))
    await acme.ana.resumes(caller)
    await acme.product.services.courier.idle()
    await caller.hears("music")
    await acme.ana.joins(caller, tone=1200)
    await caller.hears("voice", 1200)


async def test_a_held_call_can_be_parked_and_picked_up(acme: Company):
    await acme.on_duty("Ana", "Ben")
    caller = await acme.rings(tone=440)
    await acme.ana.answers(caller)
    await acme.ana.holds(caller)
    await acme.ana.parks(caller)
    assert (await acme.ben.sees_call(caller, "parked")).held_at is None
    await caller.hears("music")
    await acme.ben.picks_up(caller, tone=1200)
    await caller.hears("voice", 1200)


async def test_a_held_caller_who_hangs_up_is_gone(acme: Company):
    await acme.on_duty("Ana")
    caller = await acme.rings()
    await acme.ana.answers(caller)
    await acme.ana.holds(caller)
    await caller.hears("music")
    await caller.hangs_up()
    ended = await acme.ana.sees_call(caller, "ended")
    assert (ended.end_reason, ended.held_at) == ("completed", None)


async def test_only_who_talks_holds_and_resumes(acme: Company):
    await acme.on_duty("Ana", "Ben")
    caller = await acme.rings()
    await acme.ana.claims(caller)
    await acme.ana.sees_call(caller, "connecting")
    with pytest.raises(Refused, match="not-in-the-call"):
        await acme.ana.holds(caller)
    await acme.ana.joins(caller)
    with pytest.raises(Refused, match="not-your-call"):
        await acme.ben.holds(caller)
    with pytest.raises(Refused, match="not-your-call"):
        await acme.ben.resumes(caller)


def _on_hold(company: Company, caller: object):
    board = company.ben.board
    assert board is not None
    return next((card for card in board.calls if card.held_at is not None), None)
