"""An agent at whom call after call rings unanswered is not there: no caller waits for them, and
everybody sees it, until they say that they are back."""

from backend.domain.board import Presence
from backend.domain.rules import Rules
from tests.stories.company import Agent, Caller, Company
from tests.stories.product import Product

RING = Rules().ring_seconds + 1
TRANSFER = Rules().transfer_seconds + 1


async def rings_to_the_end(company: Company, times: int) -> None:
    """That many callers whom nobody answers."""
    for _ in range(times):
        caller = await company.rings()
        await company.ana.is_rung_by(caller)
        await company.product.later(RING)
        await ends(company.ana, caller)


async def ends(agent: Agent, caller: Caller) -> None:
    """Wait until no call of that number lives on this board."""
    await agent.sees(lambda board: all(call.caller != caller.number for call in board.calls))


async def is_unreachable(viewer: Agent, whom: Agent) -> None:
    await viewer.sees(lambda _: viewer.shows(whom) == Presence.UNREACHABLE)


async def test_after_three_unanswered_rings_an_agent_is_not_reachable_until_they_say_so(
    acme: Company,
):
    await acme.on_duty("Ana")
    await acme.ben.opens_board()
    await rings_to_the_end(acme, 2)
    assert acme.ben.shows(acme.ana) == Presence.AVAILABLE
    await rings_to_the_end(acme, 1)
    await is_unreachable(acme.ben, acme.ana)
    fourth = await acme.rings("+15550004444")
    assert (await acme.ben.sees_call(fourth, "ringing")).offered_to == ()

    await acme.ana.closes_board()
    await acme.ana.opens_board()
    assert acme.ana.shows(acme.ana) == Presence.UNREACHABLE, "a page that reloads is nobody"
    await acme.ana.goes("available")
    assert (await acme.ana.is_rung_by(fourth)).offered_to == (acme.ana.id,)
    await acme.product.later(RING)
    await ends(acme.ana, fourth)
    assert acme.ana.shows(acme.ana) == Presence.AVAILABLE, "it is counted from the start again"


async def test_answering_declining_and_choosing_each_show_that_somebody_is_there(acme: Company):
    await acme.on_duty("Ana")
    await rings_to_the_end(acme, 2)
    caller = await acme.rings()
    await acme.ana.is_rung_by(caller)
    await acme.ana.declines(caller)
    await acme.product.later(RING)
    await ends(acme.ana, caller)
    await rings_to_the_end(acme, 2)
    await acme.ana.chooses("available")
    await rings_to_the_end(acme, 2)
    taken = await acme.rings("+15550002222")
    await acme.ana.answers(taken)
    await acme.ana.hangs_up(taken)
    await acme.ana.goes("available")
    await rings_to_the_end(acme, 2)
    assert acme.ana.shows(acme.ana) == Presence.AVAILABLE


async def test_whom_a_colleague_or_the_caller_forestalled_has_missed_nothing(acme: Company):
    await acme.on_duty("Ana", "Ben")
    for number in ("+15550001111", "+15550002222", "+15550003333"):
        left = await acme.rings(number)
        await acme.ana.is_rung_by(left)
        acme.product.clock.later += Rules().transfer
        await left.hangs_up()
        await ends(acme.ana, left)
        taken = await acme.rings(number)
        await acme.ana.is_rung_by(taken)
        acme.product.clock.later += Rules().transfer
        await acme.ben.answers(taken)
        await acme.ben.hangs_up(taken)
        await acme.ben.goes("available")
    assert acme.ben.shows(acme.ana) == Presence.AVAILABLE


async def test_a_transfer_a_consult_and_a_ring_back_count_as_well(product: Product):
    acme = await product.company("Acme", Rules(missed_rings=3, wrap_up_seconds=0))
    await acme.on_duty("Ana", "Ben")
    caller = await acme.rings()
    await acme.ana.answers(caller)
    await acme.ana.consults(caller, acme.ben)
    await acme.ben.is_rung_by(caller)
    await product.later(TRANSFER)
    await acme.ana.sees(lambda _: getattr(acme.ana.consult_of(caller), "failed", None))
    await acme.ana.transfers(caller, acme.ben)
    await acme.ben.is_rung_by(caller)
    await product.later(TRANSFER)
    await acme.ana.is_rung_by(caller)
    assert acme.ana.shows(acme.ben) == Presence.AVAILABLE
    await acme.ana.answers(caller)
    await acme.ana.transfers(caller, acme.ben)
    await acme.ben.is_rung_by(caller)
    await product.later(TRANSFER)
    await is_unreachable(acme.ana, acme.ben)


async def test_so_does_a_caller_who_rings_back_out_of_the_lot(product: Product):
    acme = await product.company("Acme", Rules(missed_rings=1, wrap_up_seconds=0))
    await acme.on_duty("Ana", "Ben")
    caller = await acme.rings()
    await acme.ana.answers(caller)
    await acme.ana.parks(caller)
    await product.later(Rules().park_seconds + 1)
    await acme.ana.is_rung_by(caller)
    await product.later(Rules().park_return_seconds + 1)
    await is_unreachable(acme.ben, acme.ana)
    for _ in range(3):  # at everybody it rings on: that is one offer, and not over
        await product.later(Rules().park_return_seconds + 1)
    assert (await acme.ben.is_rung_by(caller)).offered_to == (acme.ben.id,)


async def test_who_takes_a_caller_is_back_without_saying_so(acme: Company):
    await acme.on_duty("Ana")
    await rings_to_the_end(acme, 3)
    await is_unreachable(acme.ana, acme.ana)
    caller = await acme.rings("+15550005555")
    await acme.ana.answers(caller)
    assert acme.ana.shows(acme.ana) == Presence.ON_CALL
    await acme.ana.hangs_up(caller)
    await acme.ana.finishes_wrap_up()
    assert acme.ana.shows(acme.ana) == Presence.AVAILABLE
