"""A call that is handed to a team: at whom it rings, who may take it, and when it comes back."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from msgspec.structs import replace

from backend.domain import events, refusals, signals
from backend.domain.agent import Agent, AgentStatus
from backend.domain.call import Call, CallState
from backend.domain.decide import decide
from backend.domain.decision import Decision, Scene
from backend.domain.handover import NotTaken, Transfer
from backend.domain.rules import Rules

NOW = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)
ANA, BEN, CHLOE, DAN = (UUID(int=number) for number in (11, 12, 13, 14))
SALES = UUID(int=21)
A_WHILE = Rules().transfer


def talk() -> Call:
    return Call(
        id=UUID(int=5),
        caller="+15550001111",
        number="+15550100001",
        caller_leg="CA1",
        started_at=NOW,
        since=NOW,
        state=CallState.CONNECTED,
        agent_id=ANA,
        agent_leg="A1",
        answered_at=NOW,
    )


def decided(
    call: Call,
    signal: signals.CallSignal,
    *,
    free: tuple[UUID, ...] = (BEN, CHLOE, DAN),
    wrapping: tuple[UUID, ...] = (ANA,),
    team: tuple[UUID, ...] | None = (ANA, BEN, CHLOE),
    now: datetime = NOW,
) -> Decision:
    actor = Agent(getattr(signal, "agent_id", ANA), "Somebody", NOW, status=AgentStatus.AVAILABLE)
    scene = Scene(UUID(int=1), Rules(), call, actor=actor, free=free, wrapping=wrapping, team=team)
    return decide(scene, signal, now)


def after(decision: Decision) -> Call:
    assert decision.call is not None
    return decision.call


def handed() -> Call:
    return after(decided(talk(), signals.AgentTransferred(ANA, team=SALES)))


def test_it_rings_at_those_of_the_team_who_are_free_and_not_at_who_hands_it_over():
    decision = decided(talk(), signals.AgentTransferred(ANA, team=SALES), free=(ANA, CHLOE, DAN))
    assert after(decision).offered_to == (CHLOE,)
    assert after(decision).transfer == Transfer(ANA, None, team=SALES)
    assert decision.said == (events.CallTransferred(ANA, None, SALES),)
    assert decision.wrapping == (ANA,)


@pytest.mark.parametrize(
    ("team", "free", "refusal"),
    [
        (None, (BEN,), refusals.NoSuchTeam),
        ((), (BEN,), refusals.TeamNotAvailable),
        ((ANA, BEN), (ANA, CHLOE), refusals.TeamNotAvailable),
    ],
)
def test_a_team_that_nobody_can_take_it_for_is_refused(
    team: tuple[UUID, ...] | None, free: tuple[UUID, ...], refusal: type[refusals.Refusal]
):
    with pytest.raises(refusal):
        decided(talk(), signals.AgentTransferred(ANA, team=SALES), team=team, free=free)


def test_who_has_been_rung_may_take_it_and_so_may_who_handed_it_over():
    for agent in (BEN, CHLOE, ANA):
        taken = after(decided(handed(), signals.AgentAnswered(agent)))
        assert (taken.state, taken.agent_id) == (CallState.CONNECTING, agent)
    with pytest.raises(refusals.BeingTransferred):
        decided(handed(), signals.AgentAnswered(DAN))


def test_who_declines_is_rung_no_more_and_the_last_one_gives_it_back():
    first = decided(handed(), signals.AgentDeclined(BEN))
    assert after(first).offered_to == (CHLOE,)
    assert first.said == (events.OfferRefused(BEN),)
    last = decided(after(first), signals.AgentDeclined(CHLOE))
    assert after(last).offered_to == (ANA,)
    assert last.said == (
        events.OfferRefused(CHLOE),
        events.TransferFailed(ANA, None, NotTaken.DECLINED, SALES),
        events.TransferReturned(ANA),
    )


def test_those_who_have_another_call_by_now_are_not_waited_for():
    given_back = after(decided(handed(), signals.AgentDeclined(BEN), free=(BEN, DAN)))
    assert given_back.offered_to == (ANA,)


def test_who_comes_free_is_rung_if_they_are_of_the_team_and_have_not_declined():
    call = after(decided(handed(), signals.AgentDeclined(BEN)))
    for nobody in (ANA, BEN, CHLOE, DAN):
        assert decided(call, signals.AgentBecameFree(nobody)).said == ()
    late = decided(call, signals.AgentBecameFree(DAN), team=(CHLOE, DAN))
    assert after(late).offered_to == (CHLOE, DAN)
    assert after(late).deadline == call.deadline
    returned = after(decided(call, signals.AgentDeclined(CHLOE)))
    assert decided(returned, signals.AgentBecameFree(DAN), team=(DAN,)).said == ()


def test_when_the_last_of_them_goes_away_the_next_is_found_at_once_unless_another_comes_free():
    fewer = after(decided(handed(), signals.AgentBecameUnavailable(BEN)))
    assert (fewer.offered_to, fewer.deadline) == ((CHLOE,), NOW + A_WHILE)
    later = NOW + timedelta(seconds=3)
    nobody = after(decided(fewer, signals.AgentBecameUnavailable(CHLOE), now=later))
    assert (nobody.offered_to, nobody.deadline) == ((), later)
    back = decided(nobody, signals.TimeRanOut(), now=later)
    assert after(back).transfer == Transfer(ANA, None, NotTaken.UNREACHABLE, team=SALES)
    anew = after(decided(nobody, signals.AgentBecameFree(BEN), now=later))
    assert (anew.offered_to, anew.deadline) == ((BEN,), later + A_WHILE)


def test_in_time_it_comes_back_and_counts_as_missed_by_those_who_had_no_other_call():
    over = decided(handed(), signals.TimeRanOut(), free=(BEN, DAN), now=NOW + A_WHILE)
    assert after(over).offered_to == (ANA,)
    assert after(over).transfer == Transfer(ANA, None, NotTaken.NO_ANSWER, team=SALES)
    assert over.missed == (BEN,)


def test_if_who_handed_it_over_is_gone_it_rings_at_everybody():
    over = decided(handed(), signals.TimeRanOut(), wrapping=(), now=NOW + A_WHILE)
    assert (after(over).transfer, after(over).offered_to) == (None, (BEN, CHLOE, DAN))


def test_who_took_it_and_did_not_come_is_followed_by_the_rest_of_the_team_and_nobody_twice():
    call = after(decided(handed(), signals.AgentAnswered(BEN)))
    late = NOW + Rules().join
    first = decided(call, signals.TimeRanOut(), now=late)
    assert (after(first).state, after(first).offered_to) == (CallState.RINGING, (CHLOE,))
    assert first.said == (events.ClaimExpired(BEN), events.CallOffered((CHLOE,)))
    assert first.freed == (BEN,)
    assert after(first).deadline == late + A_WHILE
    assert decided(after(first), signals.AgentBecameFree(BEN), now=late).said == ()
    taken = after(decided(after(first), signals.AgentAnswered(CHLOE), now=late))
    last = decided(taken, signals.TimeRanOut(), now=late + Rules().join)
    assert after(last).offered_to == (ANA,)
    assert after(last).transfer == Transfer(ANA, None, NotTaken.UNREACHABLE, team=SALES)


def test_the_same_wish_twice_is_one_transfer():
    again = decided(handed(), signals.AgentTransferred(ANA, team=SALES))
    assert (again.call, again.said) == (handed(), ())
    with pytest.raises(refusals.NotYourCall):
        decided(handed(), signals.AgentTransferred(ANA, team=UUID(int=22)))


def test_a_transfer_to_one_colleague_is_not_offered_to_others_who_come_free():
    call = replace(handed(), transfer=Transfer(ANA, BEN), offered_to=(BEN,))
    assert decided(call, signals.AgentBecameFree(CHLOE), team=None).said == ()
