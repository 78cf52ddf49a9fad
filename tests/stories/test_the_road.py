"""A call's whole road, as callers and agents live it, on the local carrier."""

import asyncio

import pytest

from backend.domain.board import Presence
from tests.stories.company import Company, Refused


async def test_a_caller_rings_and_talks_to_the_agent_who_answers(acme: Company, globex: Company):
    await acme.on_duty("Ana", "Ben")
    await globex.on_duty("Ana")
    caller = await acme.rings(tone=440)
    ringing = await acme.ana.sees_call(caller, "ringing")
    assert set(ringing.offered_to) == {acme.ana.id, acme.ben.id}
    assert acme.ana.shows(acme.ben) == Presence.RINGING
    await caller.hears("ring")
    await acme.ana.answers(caller, tone=700)
    await acme.ben.sees_call(caller, "connected")
    assert acme.ben.shows(acme.ana) == Presence.ON_CALL
    await caller.hears("voice", 700)
    await acme.ana.hears("voice", 440)
    assert globex.ana.board is not None
    assert globex.ana.board.calls == ()
    await caller.hangs_up()
    ended = await acme.ben.sees_call(caller, "ended")
    assert ended.end_reason == "completed"
    assert ended.handled_by == (acme.ana.id,)
    assert globex.ana.board.number == 2, "Globex heard of nothing but its own two changes"


async def test_two_callers_answered_in_the_opposite_order_each_reach_the_right_agent(
    acme: Company,
):
    await acme.on_duty("Ana", "Ben")
    first = await acme.rings("+15550001111", tone=440)
    second = await acme.rings("+15550002222", tone=523)
    await acme.ana.answers(second, tone=700)
    await acme.ben.answers(first, tone=1200)
    await second.hears("voice", 700)
    await first.hears("voice", 1200)
    await acme.ana.hears("voice", 523)
    await acme.ben.hears("voice", 440)


async def test_of_two_agents_who_answer_together_one_wins_and_the_other_learns_who(
    acme: Company,
):
    await acme.on_duty("Ana", "Ben")
    caller = await acme.rings()
    await acme.ana.sees_call(caller, "ringing")
    await acme.ben.sees_call(caller, "ringing")
    outcomes = await asyncio.gather(
        acme.ana.claims(caller), acme.ben.claims(caller), return_exceptions=True
    )
    lost = [each for each in outcomes if isinstance(each, Refused)]
    assert [(each.status, each.code) for each in lost] == [(409, "call-taken")]
    winner = acme.ben if isinstance(outcomes[0], Refused) else acme.ana
    assert winner.name in lost[0].detail
    assert (await acme.ana.sees_call(caller, "connecting")).agent_id == winner.id


async def test_a_parked_caller_hears_music_and_any_agent_picks_up(acme: Company):
    await acme.on_duty("Ana", "Ben")
    caller = await acme.rings(tone=440)
    await acme.ana.answers(caller)
    await caller.hears("voice", 700)
    await acme.ana.parks(caller)
    parked = await acme.ben.sees_call(caller, "parked")
    assert (parked.slot, parked.parked_by) == (1, acme.ana.id)
    assert acme.ben.shows(acme.ana) == Presence.AVAILABLE
    await caller.hears("music")
    await acme.ben.picks_up(caller, tone=1200)
    await caller.hears("voice", 1200)
    await acme.ben.hears("voice", 440)
    await caller.hangs_up()
    ended = await acme.ana.sees_call(caller, "ended")
    assert ended.handled_by == (acme.ana.id, acme.ben.id)
    assert ended.slot is None


async def test_a_parked_caller_survives_the_agent_closing_everything(acme: Company):
    await acme.on_duty("Ana", "Ben")
    caller = await acme.rings()
    await acme.ana.answers(caller)
    await acme.ana.parks(caller, slot=3)
    await acme.ben.sees_call(caller, "parked")
    await acme.ana.closes_board()
    await caller.hears("music")
    await acme.ben.picks_up(caller, tone=1200)
    await caller.hears("voice", 1200)


async def test_a_caller_parked_too_long_rings_the_parker_and_then_everyone(acme: Company):
    await acme.on_duty("Ana", "Ben")
    caller = await acme.rings()
    await acme.ana.answers(caller)
    await acme.ana.parks(caller)
    await acme.ben.sees_call(caller, "parked")
    await acme.product.later(91)
    await acme.ben.sees(lambda _: getattr(acme.ben.call(caller), "offered_to", ()) != ())
    card = acme.ben.call(caller)
    assert card is not None
    assert card.offered_to == (acme.ana.id,)
    await acme.product.later(21)
    await acme.ben.sees(lambda _: len(getattr(acme.ben.call(caller), "offered_to", ())) == 2)
    await caller.hears("music")
    await acme.ben.answers(caller, tone=1200)
    await caller.hears("voice", 1200)


async def test_a_parker_who_is_away_is_skipped_and_everyone_else_rings(acme: Company):
    await acme.on_duty("Ana", "Ben", "Chloe")
    caller = await acme.rings()
    await acme.ana.answers(caller)
    await acme.ana.parks(caller)
    await acme.ana.goes("away")
    await acme.product.later(91)
    await acme.ben.sees(lambda _: getattr(acme.ben.call(caller), "offered_to", ()) != ())
    card = acme.ben.call(caller)
    assert card is not None
    assert set(card.offered_to) == {acme.ben.id, acme.chloe.id}


async def test_a_caller_whom_nobody_answers_is_told_so(acme: Company):
    await acme.on_duty("Ana")
    caller = await acme.rings()
    await acme.ana.sees_call(caller, "ringing")
    await acme.product.later(61)
    ended = await acme.ana.sees_call(caller, "ended")
    assert ended.end_reason == "no_answer"
    await caller.hears("speech")
    await caller.is_off(within=15)


async def test_a_caller_who_gives_up_has_abandoned(acme: Company):
    await acme.on_duty("Ana")
    caller = await acme.rings()
    await acme.ana.sees_call(caller, "ringing")
    await caller.hangs_up()
    ended = await acme.ana.sees_call(caller, "ended")
    assert (ended.end_reason, ended.answered_at) == ("abandoned", None)
    assert acme.ana.shows(acme.ana) == Presence.AVAILABLE


async def test_an_agent_whose_voice_is_cut_off_comes_back_to_the_caller(acme: Company):
    await acme.on_duty("Ana", "Ben")
    caller = await acme.rings()
    await acme.ana.answers(caller, tone=700)
    await caller.hears("voice", 700)
    await acme.ana.loses_voice()
    await acme.ben.sees(lambda _: not getattr(acme.ben.call(caller), "agent_present", True))
    await caller.hears("music")
    await acme.ana.joins(caller, tone=1200)
    await caller.hears("voice", 1200)
    card = acme.ana.call(caller)
    assert card is not None
    assert card.handled_by == (acme.ana.id,)


async def test_a_new_leg_of_the_same_agent_replaces_the_old_one(acme: Company):
    await acme.on_duty("Ana")
    caller = await acme.rings()
    await acme.ana.answers(caller, tone=700)
    await caller.hears("voice", 700)
    old = acme.ana.phone
    await acme.ana.joins(caller, tone=1200)
    await caller.hears("voice", 1200)
    phone = await acme.product.lab("GET", f"/phones/{old}")
    assert phone["status"] == "completed"
    await acme.ana.sees_call(caller, "connected")


async def test_a_caller_whose_agent_never_comes_back_rings_at_everybody(acme: Company):
    await acme.on_duty("Ana", "Ben")
    caller = await acme.rings()
    await acme.ana.answers(caller)
    await acme.ana.loses_voice()
    await acme.ben.sees(lambda _: not getattr(acme.ben.call(caller), "agent_present", True))
    await acme.product.later(21)
    ringing = await acme.ben.sees_call(caller, "ringing")
    assert acme.ben.id in ringing.offered_to
    await caller.hears("music")
    await acme.ben.answers(caller, tone=1200)
    await caller.hears("voice", 1200)


async def test_a_claim_whose_browser_never_arrives_rings_again(acme: Company):
    await acme.on_duty("Ana", "Ben")
    caller = await acme.rings()
    await acme.ana.claims(caller)
    await acme.ben.sees_call(caller, "connecting")
    await acme.product.later(16)
    ringing = await acme.ben.sees_call(caller, "ringing")
    assert acme.ben.id in ringing.offered_to
    await caller.hears("ring")
    await acme.ben.answers(caller)
    await caller.hears("voice", 700)


async def test_a_pick_up_whose_browser_never_arrives_goes_back_to_its_slot(acme: Company):
    await acme.on_duty("Ana", "Ben")
    caller = await acme.rings()
    await acme.ana.answers(caller)
    await acme.ana.parks(caller, slot=5)
    card = await acme.ben.sees_call(caller, "parked")
    await acme.ben.asks("DELETE", f"/api/calls/{card.id}/parking")
    await acme.ana.sees_call(caller, "connecting")
    await acme.product.later(16)
    parked = await acme.ana.sees_call(caller, "parked")
    assert parked.slot == 5
    await caller.hears("music")


async def test_an_agent_who_declines_is_not_rung_and_the_others_are(acme: Company):
    await acme.on_duty("Ana", "Ben")
    caller = await acme.rings()
    card = await acme.ana.sees_call(caller, "ringing")
    await acme.ana.asks("POST", f"/api/calls/{card.id}/refusal")
    await acme.ben.sees(lambda _: acme.ben.shows(acme.ana) == Presence.AVAILABLE)
    assert acme.ben.shows(acme.ben) == Presence.RINGING


async def test_an_agent_who_comes_on_duty_is_offered_what_rings(acme: Company):
    await acme.on_duty("Ana")
    caller = await acme.rings()
    await acme.ana.sees_call(caller, "ringing")
    await acme.on_duty("Ben")
    await acme.ben.sees(lambda _: acme.ben.shows(acme.ben) == Presence.RINGING)
    await acme.ana.goes("away")
    await acme.ben.sees(lambda _: acme.ben.shows(acme.ana) == Presence.AWAY)
    card = acme.ben.call(caller)
    assert card is not None
    assert card.offered_to == (acme.ben.id,)


async def test_after_a_call_an_agent_wraps_up_and_is_then_free(acme: Company):
    await acme.on_duty("Ana")
    caller = await acme.rings()
    await acme.ana.answers(caller)
    await acme.ana.hangs_up(caller)
    await acme.ana.sees_call(caller, "ended")
    await caller.is_off()
    await acme.ana.sees(lambda _: acme.ana.shows(acme.ana) == Presence.WRAP_UP)
    await acme.product.later(21)
    await acme.ana.sees(lambda _: acme.ana.shows(acme.ana) == Presence.AVAILABLE)


async def test_a_wrap_up_can_be_finished_and_then_the_next_caller_rings(acme: Company):
    await acme.on_duty("Ana")
    first = await acme.rings("+15550001111")
    await acme.ana.answers(first)
    second = await acme.rings("+15550002222")
    await acme.ana.sees_call(second, "ringing")
    await first.hangs_up()
    await acme.ana.sees(lambda _: acme.ana.shows(acme.ana) == Presence.WRAP_UP)
    await acme.ana.asks("DELETE", "/api/wrap-up")
    await acme.ana.sees(lambda _: acme.ana.shows(acme.ana) == Presence.RINGING)


async def test_what_an_agent_may_not_do_is_refused_with_the_reason(acme: Company):
    await acme.on_duty("Ana", "Ben")
    first = await acme.rings("+15550001111")
    second = await acme.rings("+15550002222")
    await acme.ana.answers(first)
    with pytest.raises(Refused, match="not-your-call"):
        await acme.ben.parks(first)
    with pytest.raises(Refused, match="not-your-call"):
        await acme.ben.hangs_up(first)
    with pytest.raises(Refused, match="already-on-a-call"):
        await acme.ana.claims(second)
    with pytest.raises(Refused, match="no-such-slot"):
        await acme.ana.parks(first, slot=99)
    await acme.ana.parks(first, slot=2)
    await acme.ana.answers(second)
    with pytest.raises(Refused, match="slot-taken"):
        await acme.ana.parks(second, slot=2)
    await second.hangs_up()
    await acme.ana.sees_call(second, "ended")
    with pytest.raises(Refused, match="caller-left"):
        await acme.ben.parks(second)


async def test_an_analyst_sees_the_board_and_takes_no_calls(acme: Company):
    await acme.on_duty("Ana")
    caller = await acme.rings()
    await acme.ada.opens_board()
    with pytest.raises(Refused, match="not-allowed"):
        await acme.ada.claims(caller)


async def test_a_caller_who_leaves_the_lot_frees_the_slot(acme: Company):
    await acme.on_duty("Ana", "Ben")
    first = await acme.rings("+15550001111")
    await acme.ana.answers(first)
    await acme.ana.parks(first)
    await acme.ana.sees_call(first, "parked")
    await first.hangs_up()
    await acme.ana.sees_call(first, "ended")
    with pytest.raises(Refused, match="caller-left"):
        await acme.ben.picks_up(first)
    second = await acme.rings("+15550002222")
    await acme.ana.answers(second)
    await acme.ana.parks(second)
    assert (await acme.ana.sees_call(second, "parked")).slot == 1


async def test_a_call_tells_its_whole_history(acme: Company):
    await acme.on_duty("Ana", "Ben")
    caller = await acme.rings()
    await acme.ana.answers(caller)
    await acme.ana.parks(caller)
    await acme.ben.sees_call(caller, "parked")
    await acme.ben.picks_up(caller)
    await acme.ben.hangs_up(caller)
    card = await acme.ben.sees_call(caller, "ended")
    history = await acme.ana.asks("GET", f"/api/calls/{card.id}")
    assert [line["event"] for line in history["journal"]] == [
        "call-arrived",
        "call-offered",
        "call-claimed",
        "call-connected",
        "call-parked",
        "call-picked-up",
        "call-connected",
        "call-ended",
    ]
    listed = await acme.ana.asks("GET", "/api/calls?limit=5")
    assert [call["id"] for call in listed["calls"]] == [str(card.id)]
