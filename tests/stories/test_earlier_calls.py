"""What an agent sees at once of whoever they talk with: that caller's earlier calls."""

from uuid import UUID

import pytest

from backend.domain.board import Snapshot
from tests.stories.company import Caller, Company, Refused


async def calls_and_is_gone(company: Company, number: str) -> None:
    caller = await company.rings(number)
    await company.ana.sees_call(caller, "ringing")
    await caller.hangs_up()
    await caller.is_off()


async def rings_now(company: Company, caller: Caller) -> UUID:
    """The id of that caller's live call."""

    def live(board: Snapshot) -> UUID | None:
        return next((card.id for card in board.calls if card.caller == caller.number), None)

    return await company.ana.sees(live)


async def test_a_callers_earlier_calls_are_there_the_newest_first(acme: Company, globex: Company):
    for company in (acme, globex):
        await company.on_duty("Ana")
    answered = await acme.rings("+15550001111")
    await acme.ana.answers(answered)
    await acme.ana.hangs_up(answered)
    await acme.ana.sees_call(answered, "ended")
    await acme.ana.goes("available")
    await calls_and_is_gone(acme, "+15550001111")
    await calls_and_is_gone(acme, "+15550002222")
    await calls_and_is_gone(globex, "+15550001111")
    again = await acme.rings("+15550001111")

    live = await rings_now(acme, again)
    found = (await acme.ana.asks("GET", f"/api/calls/{live}/earlier"))["calls"]
    assert [call["end_reason"] for call in found] == ["abandoned", "completed"]
    assert {call["caller"] for call in found} == {again.number}
    assert found[1]["handled_by"] == [str(acme.ana.id)]
    newest = (await acme.ana.asks("GET", f"/api/calls/{live}/earlier?limit=1"))["calls"]
    assert newest == found[:1]
    with pytest.raises(Refused, match="no-such-call"):
        await globex.ana.asks("GET", f"/api/calls/{live}/earlier")


async def test_who_withholds_the_number_has_no_earlier_calls(acme: Company):
    await acme.on_duty("Ana")
    await calls_and_is_gone(acme, "anonymous")
    again = await acme.rings("anonymous")
    live = await rings_now(acme, again)
    found = await acme.ana.asks("GET", f"/api/calls/{live}/earlier")
    assert found == {"calls": [], "notes": []}
