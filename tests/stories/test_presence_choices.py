"""What an agent chooses to be: away for one of the company's reasons, and what comes after the
call or the wrap-up that they are in."""

import pytest

from backend.domain.board import Presence
from backend.domain.rules import Rules
from tests.stories.company import Agent, Company, Refused
from tests.stories.product import Product


def card(viewer: Agent, whom: Agent) -> tuple[str, str, str | None]:
    """Status, what is wanted, and why, as one's board shows it of the other."""
    assert viewer.board is not None
    found = whom.card(viewer.board)
    return (found.status.value, found.wanted.value, found.reason)


async def test_everybody_sees_why_somebody_is_away(acme: Company):
    await acme.on_duty("Ana", "Ben")
    await acme.ana.chooses("away", "Lunch")
    await acme.ben.sees(lambda _: card(acme.ben, acme.ana) == ("away", "away", "Lunch"))
    await acme.ana.chooses("away", "Training")
    await acme.ana.closes_board()
    await acme.ana.opens_board()
    await acme.ben.sees(lambda _: card(acme.ben, acme.ana) == ("away", "away", "Training"))
    await acme.ana.chooses("available")
    await acme.ben.sees(lambda _: card(acme.ben, acme.ana) == ("available", "available", None))


async def test_only_the_companys_own_reasons_are_accepted(product: Product):
    acme = await product.company("Acme", Rules(away_reasons=("Prayer",)))
    await acme.on_duty("Ana")
    assert acme.ana.board is not None
    assert acme.ana.board.rules.away_reasons == ("Prayer",)
    await acme.ana.chooses("away", "Prayer")
    with pytest.raises(Refused, match="400 no-such-reason"):
        await acme.ana.chooses("away", "Lunch")
    with pytest.raises(Refused, match="400 reason-without-away"):
        await acme.ana.chooses("available", "Prayer")
    for status in ("unreachable", "wrap_up", "offline"):
        with pytest.raises(Refused, match="400 not-a-choice"):
            await acme.ana.chooses(status)
    assert card(acme.ana, acme.ana) == ("away", "away", "Prayer")


async def test_a_choice_in_a_call_is_what_comes_after_the_wrap_up(acme: Company):
    await acme.on_duty("Ana", "Ben")
    caller = await acme.rings()
    await acme.ana.answers(caller)
    await acme.ana.chooses("away", "Lunch")
    await acme.ben.sees(lambda _: card(acme.ben, acme.ana)[1:] == ("away", "Lunch"))
    assert acme.ben.shows(acme.ana) == Presence.ON_CALL
    await caller.hears("voice", 700)
    await acme.ana.hangs_up(caller)
    await acme.ben.sees(lambda _: card(acme.ben, acme.ana) == ("wrap_up", "away", "Lunch"))
    second = await acme.rings("+15550002222")
    assert (await acme.ben.is_rung_by(second)).offered_to == (acme.ben.id,)
    await acme.product.later(Rules().wrap_up_seconds + 1)
    await acme.ben.sees(lambda _: card(acme.ben, acme.ana) == ("away", "away", "Lunch"))
    assert (await acme.ben.is_rung_by(second)).offered_to == (acme.ben.id,)


async def test_in_wrap_up_one_may_think_better_of_it_and_it_goes_on(acme: Company):
    await acme.on_duty("Ana")
    caller = await acme.rings()
    await acme.ana.answers(caller)
    await acme.ana.chooses("away", "Lunch")
    await acme.ana.chooses("available")
    await acme.ana.hangs_up(caller)
    await acme.ana.sees(lambda _: acme.ana.shows(acme.ana) == Presence.WRAP_UP)
    await acme.ana.chooses("away", "Break")
    assert card(acme.ana, acme.ana) == ("wrap_up", "away", "Break")
    await acme.ana.finishes_wrap_up()
    assert card(acme.ana, acme.ana) == ("away", "away", "Break")


async def test_without_wrap_up_a_break_begins_when_the_call_ends_and_not_when_it_was_chosen(
    product: Product,
):
    acme = await product.company("Acme", Rules(wrap_up_seconds=0))
    await acme.on_duty("Ana")
    caller = await acme.rings()
    await acme.ana.answers(caller)
    await acme.ana.chooses("away", "Lunch")
    product.clock.later += Rules().wrap_up
    await acme.ana.hangs_up(caller)
    ended = await acme.ana.sees_call(caller, "ended")
    await acme.ana.sees(lambda board: acme.ana.card(board).since == ended.ended_at)
