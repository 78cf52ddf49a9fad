"""A supervisor in a conference is heard by whom they wish, and has its guests once they take it
over."""

import pytest

from backend.domain.board import Presence
from tests.stories.company import Company, Refused
from tests.stories.conferring import (
    A_WHILE,
    SAM,
    Person,
    four_talk,
    hear_each_other,
    three_talk,
)
from tests.stories.test_warm_transfer import has


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
