"""Wrap-up: whoever talked says how it went and notes what matters, in peace and for a while; what
they wrote is found again when the caller comes back."""

import pytest

from backend.domain.board import CallCard, Presence, Snapshot
from backend.domain.rules import Rules
from tests.stories.company import Agent, Caller, Company, Refused
from tests.stories.product import Product

LIMIT = Rules().wrap_up_seconds


async def ana_has_talked(acme: Company, number: str = "+15557654321") -> Caller:
    """Ana took a call, noted something while she talked, and hung up."""
    caller = await acme.rings(number)
    await acme.ana.answers(caller)
    await acme.ana.notes(caller, "Order 4711 has not come")
    await acme.ana.hangs_up(caller)
    await acme.ana.sees_call(caller, "ended")
    return caller


async def wraps_up(agent: Agent, caller: Caller) -> CallCard:
    """Wait until the board says which call that agent wraps up, and until when."""

    def it(board: Snapshot) -> CallCard | None:
        card, mine = agent.call(caller), agent.card(board)
        is_it = card is not None and mine.wrap_up_of == card.id and mine.deadline is not None
        return card if is_it else None

    return await agent.sees(it)


def disposed(agent: Agent, caller: Caller) -> list[tuple[object, str]]:
    """What that agent's board shows of how the call went: who says what."""
    card = agent.call(caller)
    assert card is not None
    return [(one.agent_id, one.name) for one in card.dispositions]


async def test_in_wrap_up_an_agent_disposes_of_the_call_and_its_notes_come_back_with_the_caller(
    acme: Company,
):
    await acme.on_duty("Ana", "Ben")
    caller = await ana_has_talked(acme)
    card = await wraps_up(acme.ana, caller)
    await acme.ana.notes(caller, "Order 4711 has not come.\nSends it again.")
    await acme.ana.disposes(caller, "Call back")
    await acme.ben.sees(lambda _: disposed(acme.ben, caller) == [(acme.ana.id, "Call back")])
    await acme.ana.finishes_wrap_up()
    mine = acme.ana.card(await acme.ana.sees(lambda board: board))
    assert (mine.status, mine.wrap_up_of, mine.deadline) == ("available", None, None)

    again = await acme.rings(caller.number)
    live = await acme.ben.sees(
        lambda board: next((c.id for c in board.calls if c.caller == again.number), None)
    )
    earlier = await acme.ben.asks("GET", f"/api/calls/{live}/earlier")
    assert [(note["call_id"], note["text"]) for note in earlier["notes"]] == [
        (str(card.id), "Order 4711 has not come.\nSends it again.")
    ]


async def test_the_journal_says_who_and_when_and_a_note_can_be_forgotten(acme: Company):
    await acme.on_duty("Ana")
    caller = await ana_has_talked(acme)
    await acme.ana.notes(caller, "Order 4711 has not come")  # the same again: nothing happened
    await acme.ana.disposes(caller, "Solved")
    await acme.ana.notes(caller, "  \n")
    card = await wraps_up(acme.ana, caller)
    told = await acme.ana.asks("GET", f"/api/calls/{card.id}")
    assert told["notes"] == []
    written = [line for line in told["journal"] if line["event"] in ("call-noted", "call-disposed")]
    by_ana = {"agent_id": str(acme.ana.id)}
    assert [line["detail"] for line in written] == [
        by_ana,
        by_ana | {"disposition": "Solved"},
        by_ana,
    ]
    assert "4711" not in str(acme.ana.heard), "a note is not in the feed"
    assert "4711" not in str(told)


async def test_two_who_handled_a_call_keep_their_own_notes_and_dispositions(acme: Company):
    await acme.on_duty("Ana", "Ben")
    caller = await acme.rings()
    await acme.ana.answers(caller)
    await acme.ana.notes(caller, "Wants to speak to Ben")
    await acme.ana.transfers(caller, acme.ben)
    await acme.ben.is_rung_by(caller)
    await acme.ben.answers(caller, tone=1200)
    assert await acme.ben.reads_notes(caller) == {acme.ana.id: "Wants to speak to Ben"}
    await wraps_up(acme.ana, caller)
    await acme.ana.disposes(caller, "Passed on")
    await acme.ben.notes(caller, "All is well")
    await acme.ben.disposes(caller, "Solved")
    await acme.ana.notes(caller, "Wanted to speak to Ben")
    assert await acme.ana.reads_notes(caller) == {
        acme.ana.id: "Wanted to speak to Ben",
        acme.ben.id: "All is well",
    }
    both = [(acme.ana.id, "Passed on"), (acme.ben.id, "Solved")]
    await acme.ana.sees(lambda _: disposed(acme.ana, caller) == both)
    await acme.ben.hangs_up(caller)


async def test_only_those_who_handled_a_call_write_about_it_and_only_what_can_be_kept(
    acme: Company,
):
    await acme.on_duty("Ana", "Ben")
    caller = await ana_has_talked(acme)
    await acme.ben.sees_call(caller, "ended")
    for wish in (acme.ben.notes(caller, "I listened"), acme.ben.disposes(caller, "Solved")):
        with pytest.raises(Refused, match="not-handled-by-you"):
            await wish
    with pytest.raises(Refused, match="note-too-long"):
        await acme.ana.notes(caller, "x" * 4001)
    with pytest.raises(Refused, match="no-such-disposition"):
        await acme.ana.disposes(caller, "Whatever")
    await acme.ana.notes(caller, "a\x00 b\r\nc" + "\N{FAMILY}" * 100)
    text = (await acme.ana.reads_notes(caller))[acme.ana.id]
    assert text == "a b\nc" + "\N{FAMILY}" * 100


async def test_where_a_disposition_is_required_nobody_finishes_without_but_time_does(
    product: Product,
):
    acme = await product.company("Acme", Rules(disposition_required=True))
    await acme.on_duty("Ana")
    caller = await ana_has_talked(acme)
    with pytest.raises(Refused, match="disposition-missing"):
        await acme.ana.finishes_wrap_up()
    await acme.ana.chooses("available")
    assert acme.ana.shows(acme.ana) == Presence.WRAP_UP, "a choice does not end it"
    await acme.ana.disposes(caller, "Solved")
    await acme.ana.finishes_wrap_up()
    assert acme.ana.shows(acme.ana) == Presence.AVAILABLE

    await ana_has_talked(acme, "+15550001111")
    await product.later(LIMIT + 1)
    await acme.ana.sees(lambda _: acme.ana.shows(acme.ana) == Presence.AVAILABLE)
    assert acme.ana.board is not None
    assert acme.ana.board.rules.disposition_required


async def test_a_page_that_was_closed_and_opened_again_knows_what_is_wrapped_up(acme: Company):
    await acme.on_duty("Ana")
    caller = await ana_has_talked(acme)
    await wraps_up(acme.ana, caller)
    await acme.ana.closes_board()
    await acme.ana.opens_board()
    await wraps_up(acme.ana, caller)
    assert await acme.ana.reads_notes(caller) == {acme.ana.id: "Order 4711 has not come"}


async def test_a_call_that_comes_back_in_wrap_up_may_be_taken_without_a_disposition(
    product: Product,
):
    acme = await product.company("Acme", Rules(disposition_required=True))
    await acme.on_duty("Ana", "Ben")
    caller = await acme.rings()
    await acme.ana.answers(caller)
    await acme.ana.transfers(caller, acme.ben)
    await acme.ben.declines(caller)
    await acme.ana.is_rung_by(caller)
    await acme.ana.answers(caller)
    mine = acme.ana.card(await acme.ana.sees(lambda board: board))
    assert (mine.status, mine.wrap_up_of) == ("available", None)
    await caller.hears("voice", 700)
