"""An agent calls a number outside: whatever becomes of it, the agent sees what it is, is free
again when it is over, and nobody is rung whom nobody waits for."""

from uuid import uuid4

import pytest

from backend.domain.board import Presence
from backend.domain.rules import Rules
from tests.stories.company import Company, Refused

RINGS_AT_MOST = Rules().dialling.ring.total_seconds() + 1


async def test_the_callee_who_answers_talks_with_the_agent(acme: Company):
    await acme.on_duty("Ana", "Ben")
    callee = await acme.telephone(tone=523)
    await acme.ana.calls(callee, tone=700)
    rung = await callee.is_rung()
    assert rung["from"] == acme.number
    card = await acme.ben.sees_call(callee, "connected")
    assert (card.direction, card.caller, card.number) == ("outbound", callee.number, acme.number)
    assert (card.agent_id, card.progress) == (acme.ana.id, None)
    assert acme.ben.shows(acme.ana) == Presence.ON_CALL
    await callee.hears("voice", 700)
    await acme.ana.hears("voice", 523)
    await acme.ana.hangs_up(callee)
    await callee.is_off()
    over = await acme.ben.sees_call(callee, "ended")
    assert (over.end_reason, over.handled_by) == ("completed", (acme.ana.id,))
    assert acme.ben.shows(acme.ana) == Presence.WRAP_UP


async def test_while_it_rings_the_agent_hears_it_and_every_board_says_so(acme: Company):
    await acme.on_duty("Ana", "Ben")
    callee = await acme.telephone("by-hand")
    await acme.ana.calls(callee)
    await callee.is_rung()
    await acme.ben.sees(lambda _: getattr(acme.ben.call(callee), "progress", None) == "ringing")
    ringing = await acme.ben.sees_call(callee, "dialling")
    assert (ringing.progress, ringing.answered_at) == ("ringing", None)
    await acme.ana.hears("ring")
    await callee.answers()
    await acme.ben.sees_call(callee, "connected")
    await acme.ana.hears("voice", 523)


@pytest.mark.parametrize(
    ("manner", "reason"), [("busy", "busy"), ("rejects", "busy"), ("fails", "failed")]
)
async def test_a_callee_who_cannot_be_had_is_shown_as_what_it_is(
    acme: Company, manner: str, reason: str
):
    await acme.on_duty("Ana", "Ben")
    callee = await acme.telephone(manner)
    await acme.ana.calls(callee)
    over = await acme.ben.sees_call(callee, "ended", within=8)
    assert (over.end_reason, over.answered_at) == (reason, None)
    assert acme.ben.shows(acme.ana) == Presence.AVAILABLE


async def test_a_callee_who_never_answers_is_given_up(acme: Company):
    await acme.on_duty("Ana")
    callee = await acme.telephone("never")
    await acme.ana.calls(callee)
    await callee.is_rung()
    await acme.product.later(RINGS_AT_MOST)
    over = await acme.ana.sees_call(callee, "ended")
    assert over.end_reason == "no_answer"
    await callee.is_off()


async def test_an_agent_who_gives_up_stops_the_ringing(acme: Company):
    await acme.on_duty("Ana", "Ben")
    callee = await acme.telephone("never")
    await acme.ana.calls(callee)
    await callee.is_rung()
    await acme.ana.hangs_up(callee)
    over = await acme.ben.sees_call(callee, "ended")
    assert over.end_reason == "canceled"
    await callee.is_off()
    assert acme.ben.shows(acme.ana) == Presence.AVAILABLE


async def test_a_callee_who_hangs_up_ends_the_call(acme: Company):
    await acme.on_duty("Ana", "Ben")
    callee = await acme.telephone()
    await acme.ana.calls(callee)
    await callee.is_rung()
    await acme.ben.sees_call(callee, "connected")
    await callee.hangs_up()
    over = await acme.ben.sees_call(callee, "ended")
    assert over.end_reason == "completed"
    assert acme.ben.shows(acme.ana) == Presence.WRAP_UP


async def test_nobody_is_rung_before_the_agent_is_there(acme: Company):
    await acme.on_duty("Ana")
    callee = await acme.telephone()
    await acme.ana.wishes_to_call(callee.number)
    await acme.ana.sees_call(callee, "connecting")
    await acme.product.services.courier.idle()
    await acme.product.later(Rules().join_seconds + 1)
    over = await acme.ana.sees_call(callee, "ended")
    assert over.end_reason == "canceled"
    await callee.is_not_rung()


async def test_an_agent_who_reloads_while_it_rings_comes_back_into_the_call(acme: Company):
    await acme.on_duty("Ana")
    callee = await acme.telephone("by-hand")
    call_id = await acme.ana.calls(callee)
    await callee.is_rung()
    await acme.ana.loses_voice()
    await acme.ana.sees(lambda _: not getattr(acme.ana.call(callee), "agent_present", True))
    await callee.answers()
    await acme.ana.sees_call(callee, "connected")
    await callee.hears("music")
    acme.ana.phone = await acme.ana.dials(call_id, 700)
    await callee.hears("voice", 700)


async def test_an_agent_who_is_gone_for_good_leaves_nobody_ringing(acme: Company):
    await acme.on_duty("Ana", "Ben")
    callee = await acme.telephone("never")
    await acme.ana.calls(callee)
    await callee.is_rung()
    await acme.ana.loses_voice()
    await acme.ben.sees(lambda _: not getattr(acme.ben.call(callee), "agent_present", True))
    await acme.product.later(Rules().rejoin_seconds + 1)
    assert (await acme.ben.sees_call(callee, "ended")).end_reason == "canceled"
    await callee.is_off()


async def test_a_callee_can_be_parked_picked_up_and_handed_over_like_a_caller(acme: Company):
    await acme.on_duty("Ana", "Ben")
    callee = await acme.telephone(tone=523)
    await acme.ana.calls(callee)
    await callee.is_rung()
    await acme.ana.sees_call(callee, "connected")
    await acme.ana.parks(callee)
    await callee.hears("music")
    await acme.ben.picks_up(callee, tone=1200)
    await callee.hears("voice", 1200)
    await acme.ben.hears("voice", 523)


async def test_the_same_wish_twice_is_one_call(acme: Company):
    await acme.on_duty("Ana")
    callee = await acme.telephone()
    wish = {"request": str(uuid4()), "number": callee.number}
    first = await acme.ana.asks("POST", "/api/dialling", wish)
    assert await acme.ana.asks("POST", "/api/dialling", wish) == first
    with pytest.raises(Refused) as refusal:
        await acme.ana.wishes_to_call(callee.number)
    assert refusal.value.code == "already-on-a-call"


async def test_a_carrier_that_refuses_ends_the_call_and_says_so(acme: Company):
    await acme.on_duty("Ana")
    fault = {"kind": "rest-refused", "status": 500, "next": 40, "account_sid": acme.account_sid}
    armed = await acme.product.lab("POST", "/faults", fault)
    callee = await acme.telephone()
    await acme.ana.calls(callee)
    await acme.ana.sees_call(callee, "dialling")
    acme.product.clock.later += Rules().dialling.placing
    await acme.product.sweep()
    over = await acme.ana.sees_call(callee, "ended")
    assert over.end_reason == "failed"
    await acme.product.lab("DELETE", f"/faults/{armed['id']}")
    await acme.product.sweep()
    await callee.is_not_rung()


async def test_a_callee_is_rung_once_though_the_carriers_answer_was_lost(acme: Company):
    await acme.on_duty("Ana")
    callee = await acme.telephone("by-hand")
    fault = {
        "kind": "rest-answer-late",
        "seconds": 11,
        "next": 1,
        "match": "Participants",
        "account_sid": acme.account_sid,
    }
    await acme.product.lab("POST", "/faults", fault)
    await acme.ana.calls(callee)
    await callee.is_rung()
    await acme.product.services.courier.idle()
    await acme.product.later(1)
    phones = await acme.product.lab("GET", "/phones")
    assert [each["to"] for each in phones].count(callee.number) == 1
    await callee.answers()
    await acme.ana.sees_call(callee, "connected")


async def test_nobody_is_rung_for_an_agent_who_has_given_up_meanwhile(acme: Company):
    await acme.on_duty("Ana")
    callee = await acme.telephone()
    fault = {
        "kind": "rest-refused",
        "status": 503,
        "next": 2,
        "match": "Participants",
        "account_sid": acme.account_sid,
    }
    await acme.product.lab("POST", "/faults", fault)
    await acme.ana.calls(callee)
    await acme.ana.hangs_up(callee)
    assert (await acme.ana.sees_call(callee, "ended")).end_reason == "canceled"
    await acme.product.services.courier.idle()
    await acme.product.later(5)
    await acme.product.sweep()
    await callee.is_not_rung()
