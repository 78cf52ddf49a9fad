"""A cold transfer to a team: it rings at everybody of the team who is free, the first has it, and
whatever becomes of them, the caller is with somebody or waits audibly."""

from uuid import UUID, uuid4

import pytest

from backend.domain.board import Presence
from backend.domain.handover import NotTaken, Transfer
from backend.domain.rules import Rules
from tests.stories.company import Agent, Caller, Company, Refused

A_WHILE = Rules().transfer_seconds + 1
NEVER_JOINED = Rules().join_seconds + 1


async def handed_to_sales(acme: Company, *others: str) -> tuple[Caller, UUID]:
    """Ana talked to the caller and has handed them to Sales: Ben and Chloe are free, and so is Sam,
    who is not one of them."""
    sales = await acme.has_team("Sales", "Ana", "Ben", "Chloe", *others)
    await acme.on_duty("Ana", "Ben", "Chloe", "Sam")
    caller = await acme.rings(tone=440)
    await acme.ana.answers(caller, tone=700)
    await caller.hears("voice", 700)
    await acme.ana.transfers_to_team(caller, sales)
    ringing = await acme.ben.is_rung_by(caller)
    assert ringing.state == "ringing"
    assert set(ringing.offered_to) == {acme.ben.id, acme.chloe.id}
    assert ringing.transfer == Transfer(acme.ana.id, None, team=sales)
    await caller.hears("music")
    return caller, sales


async def rings_only_at(viewer: Agent, caller: Caller, *agents: Agent) -> None:
    """Wait until that caller rings at these people, and at nobody else."""
    wanted = {agent.id for agent in agents}
    await viewer.sees(lambda _: set(getattr(viewer.call(caller), "offered_to", ())) == wanted)


async def comes_back(acme: Company, caller: Caller, sales: UUID, why: NotTaken) -> None:
    """It rings at Ana alone, who sees why, and she takes it again."""
    back = await acme.ana.is_rung_by(caller)
    assert back.offered_to == (acme.ana.id,)
    assert back.transfer == Transfer(acme.ana.id, None, why, team=sales)
    await caller.hears("music")
    await acme.ana.answers(caller, tone=700)
    await caller.hears("voice", 700)
    assert (await acme.chloe.sees_call(caller, "connected")).transfer is None


async def test_the_first_of_the_team_who_answers_has_the_caller(acme: Company):
    caller, _ = await handed_to_sales(acme)
    assert acme.sam.shows(acme.ana) == Presence.WRAP_UP
    assert acme.sam.shows(acme.ben) == acme.sam.shows(acme.chloe) == Presence.RINGING
    assert acme.ana.shows(acme.sam) == Presence.AVAILABLE
    await acme.chloe.answers(caller, tone=1200)
    await caller.hears("voice", 1200)
    await acme.chloe.hears("voice", 440)
    has = await acme.ben.sees_call(caller, "connected")
    assert (has.agent_id, has.transfer, has.offered_to) == (acme.chloe.id, None, ())
    assert has.handled_by == (acme.ana.id, acme.chloe.id)
    assert acme.ana.shows(acme.ben) == Presence.AVAILABLE
    with pytest.raises(Refused, match=r"call-taken.*Chloe"):
        await acme.ben.claims(caller)


async def test_one_declines_and_another_has_the_caller(acme: Company):
    caller, sales = await handed_to_sales(acme)
    await acme.ben.declines(caller)
    await rings_only_at(acme.ana, caller, acme.chloe)
    assert acme.sam.shows(acme.ben) == Presence.AVAILABLE
    call = acme.chloe.call(caller)
    assert call is not None
    assert call.transfer == Transfer(acme.ana.id, None, team=sales)
    with pytest.raises(Refused, match="being-transferred"):
        await acme.ben.claims(caller)
    await acme.chloe.answers(caller, tone=1200)
    await caller.hears("voice", 1200)


async def test_when_all_of_the_team_decline_it_comes_back_at_once(acme: Company):
    caller, sales = await handed_to_sales(acme)
    await acme.ben.declines(caller)
    await acme.chloe.declines(caller)
    await comes_back(acme, caller, sales, NotTaken.DECLINED)


async def test_it_does_not_wait_for_one_of_the_team_who_has_taken_another_call(acme: Company):
    caller, sales = await handed_to_sales(acme)
    other = await acme.rings("+15550002222")
    await acme.chloe.answers(other)
    await acme.ben.declines(caller)
    await comes_back(acme, caller, sales, NotTaken.DECLINED)


async def test_unanswered_by_the_team_it_comes_back_in_time_and_counts_as_missed(acme: Company):
    caller, sales = await handed_to_sales(acme)
    await acme.product.later(A_WHILE)
    await comes_back(acme, caller, sales, NotTaken.NO_ANSWER)
    async with acme.product.services.database.work(acme.tenant) as work:
        missed = await work.connection.fetch("select name, missed from agent where missed > 0")
    assert {(row["name"], row["missed"]) for row in missed} == {("Ben", 1), ("Chloe", 1)}


async def test_if_nobody_takes_it_back_either_it_rings_at_everybody(acme: Company):
    caller, _ = await handed_to_sales(acme)
    await acme.ben.declines(caller)
    await acme.chloe.declines(caller)
    await acme.ana.is_rung_by(caller)
    await acme.ana.declines(caller)
    ringing = await acme.sam.is_rung_by(caller)
    assert ringing.transfer is None
    assert {acme.ben.id, acme.chloe.id, acme.sam.id} <= set(ringing.offered_to)
    await caller.hears("music")
    await acme.sam.answers(caller, tone=1200)
    await caller.hears("voice", 1200)


async def test_a_caller_who_hangs_up_while_it_rings_at_the_team_is_gone(acme: Company):
    caller, _ = await handed_to_sales(acme)
    await caller.hangs_up()
    ended = await acme.ben.sees_call(caller, "ended")
    assert (ended.end_reason, ended.transfer, ended.offered_to) == ("completed", None, ())
    assert acme.ana.shows(acme.ben) == acme.ana.shows(acme.chloe) == Presence.AVAILABLE


async def test_if_the_one_who_handed_it_to_the_team_is_gone_it_rings_at_everybody(acme: Company):
    caller, _ = await handed_to_sales(acme)
    await acme.ana.is_gone()
    await acme.ben.sees(lambda _: acme.ben.shows(acme.ana) == Presence.OFFLINE)
    await caller.hears("music")
    await acme.ben.declines(caller)
    await acme.chloe.declines(caller)
    ringing = await acme.sam.is_rung_by(caller)
    assert ringing.transfer is None
    await acme.sam.answers(caller, tone=1200)
    await caller.hears("voice", 1200)


async def test_from_one_of_the_team_whose_voice_never_comes_it_goes_to_the_others(acme: Company):
    caller, sales = await handed_to_sales(acme)
    await acme.ben.claims(caller)
    await acme.ben.sees_call(caller, "connecting")
    await caller.hears("music")
    await acme.product.later(NEVER_JOINED)
    again = await acme.chloe.is_rung_by(caller)
    assert again.offered_to == (acme.chloe.id,)
    assert again.transfer == Transfer(acme.ana.id, None, team=sales)
    assert acme.sam.shows(acme.ben) == Presence.AVAILABLE
    await acme.chloe.claims(caller)
    await acme.chloe.sees_call(caller, "connecting")
    await acme.product.later(NEVER_JOINED)
    await comes_back(acme, caller, sales, NotTaken.UNREACHABLE)


async def test_from_one_of_the_team_whose_browser_dies_in_the_call_it_rings_at_everybody(
    acme: Company,
):
    caller, _ = await handed_to_sales(acme)
    await acme.ben.answers(caller, tone=1200)
    await caller.hears("voice", 1200)
    await acme.ben.loses_voice()
    await caller.hears("music")
    await acme.product.later(Rules().rejoin_seconds + 1)
    ringing = await acme.sam.is_rung_by(caller)
    assert ringing.transfer is None


async def test_whoever_of_the_team_goes_away_is_rung_no_more_and_after_the_last_it_comes_back(
    acme: Company,
):
    caller, sales = await handed_to_sales(acme)
    await acme.ben.goes("away")
    await rings_only_at(acme.ana, caller, acme.chloe)
    await acme.chloe.is_gone()
    await acme.ana.sees(lambda _: acme.ana.shows(acme.chloe) == Presence.OFFLINE)
    await acme.product.sweep()
    await acme.chloe.opens_board()
    await comes_back(acme, caller, sales, NotTaken.UNREACHABLE)


async def test_whoever_of_the_team_comes_free_meanwhile_is_rung_too(acme: Company):
    sales = await acme.has_team("Sales", "Ben", "Chloe")
    await acme.on_duty("Ana", "Ben", "Sam")
    await acme.chloe.opens_board()
    caller = await acme.rings()
    await acme.ana.answers(caller)
    await acme.ana.transfers_to_team(caller, sales)
    await rings_only_at(acme.ana, caller, acme.ben)
    await acme.chloe.goes("available")
    await acme.sam.goes("away")
    await acme.sam.goes("available")
    await acme.ana.goes("available")
    await rings_only_at(acme.ana, caller, acme.ben, acme.chloe)
    await acme.ben.declines(caller)
    await acme.ben.goes("away")
    await acme.ben.goes("available")
    await rings_only_at(acme.ana, caller, acme.chloe)
    await acme.chloe.answers(caller, tone=1200)
    await caller.hears("voice", 1200)


async def test_it_can_be_taken_back_while_it_rings_at_the_team(acme: Company):
    caller, _ = await handed_to_sales(acme)
    await acme.ana.answers(caller, tone=700)
    await caller.hears("voice", 700)
    has = await acme.ben.sees_call(caller, "connected")
    assert (has.agent_id, has.transfer) == (acme.ana.id, None)
    assert acme.sam.shows(acme.ben) == Presence.AVAILABLE


async def test_nobody_else_takes_what_rings_at_a_team(acme: Company):
    caller, _ = await handed_to_sales(acme)
    with pytest.raises(Refused, match="being-transferred"):
        await acme.sam.claims(caller)


async def test_the_same_wish_twice_is_one_transfer(acme: Company):
    caller, sales = await handed_to_sales(acme)
    await acme.ana.transfers_to_team(caller, sales)
    with pytest.raises(Refused, match="not-your-call"):
        await acme.ana.transfers(caller, acme.ben)


async def test_a_team_of_which_nobody_is_free_is_refused_and_the_agent_keeps_the_caller(
    acme: Company, globex: Company
):
    theirs = await globex.has_team("Sales", "Ben")
    sales = await acme.has_team("Sales", "Ana", "Ben")
    empty = await acme.has_team("Support")
    await globex.on_duty("Ben")
    await acme.on_duty("Ana", "Chloe")
    caller = await acme.rings()
    await acme.ana.answers(caller, tone=700)
    for team in (sales, empty):
        with pytest.raises(Refused, match=r"team-not-available.*park the call"):
            await acme.ana.transfers_to_team(caller, team)
    for nothing in (theirs, uuid4(), acme.ben.id):
        with pytest.raises(Refused, match="404 no-such-team"):
            await acme.ana.transfers_to_team(caller, nothing)
    await caller.hears("voice", 700)
    await acme.ana.sees_call(caller, "connected")


async def test_one_target_is_named_and_not_two(acme: Company):
    sales = await acme.has_team("Sales", "Ben")
    await acme.on_duty("Ana", "Ben")
    caller = await acme.rings()
    await acme.ana.answers(caller)
    card = acme.ana.call(caller)
    assert card is not None
    for body in ({}, {"team": str(sales), "to": str(acme.ben.id)}):
        with pytest.raises(Refused, match="nobody-named"):
            await acme.ana.asks("POST", f"/api/calls/{card.id}/transfer", body)


async def test_a_team_that_is_removed_while_a_call_rings_at_it_loses_no_caller(acme: Company):
    sales = await acme.has_team("Sales", "Ben", "Chloe")
    await acme.on_duty("Ana", "Ben", "Chloe")
    caller = await acme.rings()
    await acme.ana.answers(caller)
    await acme.ana.transfers_to_team(caller, sales)
    await acme.ben.is_rung_by(caller)
    await acme.loses_team(sales)
    await acme.ben.declines(caller)
    await acme.chloe.claims(caller)
    await acme.product.later(NEVER_JOINED)
    assert (await acme.ana.is_rung_by(caller)).offered_to == (acme.ana.id,)
    for agent in acme.people.values():
        await agent.closes_board()  # what boards know of teams is of when they were opened


async def test_a_board_is_told_of_the_companys_teams(acme: Company, globex: Company):
    await globex.has_team("Sales", "Ben")
    support = await acme.has_team("Support", "Chloe")
    sales = await acme.has_team("Sales", "Ben", "Chloe")
    await acme.ana.opens_board()
    board = acme.ana.board
    assert board is not None
    assert [(team.id, team.name, set(team.members)) for team in board.teams] == [
        (sales, "Sales", {acme.ben.id, acme.chloe.id}),
        (support, "Support", {acme.chloe.id}),
    ]
