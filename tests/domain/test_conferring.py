"""Who has a conference when its agent leaves it, and what must not end or fill one."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

import pytest

from backend.domain import refusals, signals
from backend.domain.agent import Agent, AgentStatus
from backend.domain.call import Call, CallState
from backend.domain.decide import decide
from backend.domain.decision import Decision, Scene
from backend.domain.handover import NotTaken, TalkWith
from backend.domain.instructions import EndOutbound, HangUpCaller, RemoveLeg
from backend.domain.outbound import OwnNumber
from backend.domain.rules import Rules

NOW = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)
TENANT, OWN = UUID(int=1), "+12125550100"
ANA, BEN, CHLOE = UUID(int=11), UUID(int=12), UUID(int=13)
ARRIVES = signals.CallerArrived("CA1", "+15550001111", OWN)
SOMEBODY, ANOTHER, THIRD = NUMBERS = ("+12125550147", "+12125550148", "+12125550149")


def step(
    call: Call | None, signal: signals.CallSignal, now: datetime = NOW, rules: Rules | None = None
) -> Decision:
    agent = Agent(getattr(signal, "agent_id", ANA), "Ana", NOW, status=AgentStatus.AVAILABLE)
    free = tuple(a for a in (ANA, BEN, CHLOE) if call is None or not call.is_in_hands_of(a))
    own = (OwnNumber(OWN),)
    scene = Scene(TENANT, rules or Rules(), call, actor=agent, free=free, numbers=own)
    return decide(scene, signal, now)


def played(*steps: signals.CallSignal) -> Call:
    call: Call | None = None
    for signal in (ARRIVES, *steps):
        call = step(call, signal).call
    assert call is not None
    return call


TALK = (signals.AgentAnswered(ANA), signals.AgentJoined("A0", ANA))
WITH_BEN = (
    signals.AgentConsulted(ANA, BEN),
    signals.AgentAnswered(BEN),
    signals.AgentJoined("B0", BEN),
)
TO_ALL = signals.AgentTalkedWith(ANA, TalkWith.ALL)
OUTSIDE = [uuid5(played().id, f"outbound {n}") for n in range(3)]


def asked_outside(nth: int) -> tuple[signals.CallSignal, ...]:
    joined = signals.OutboundAnswered(OUTSIDE[nth], f"O{nth}")
    return signals.AgentConsulted(ANA, number=NUMBERS[nth]), joined


def two_outside() -> Call:
    return played(*TALK, *asked_outside(0), TO_ALL, *asked_outside(1))


def completed(call: Call) -> Call:
    after = step(call, signals.AgentCompleted(ANA)).call
    assert after is not None
    return after


def test_a_colleague_who_was_asked_last_comes_before_one_who_is_a_guest():
    chloe = (
        signals.AgentConsulted(ANA, CHLOE),
        signals.AgentAnswered(CHLOE),
        signals.AgentJoined("C0", CHLOE),
    )
    after = completed(played(*TALK, *WITH_BEN, TO_ALL, *chloe))
    assert (after.agent_id, after.agent_leg) == (CHLOE, "C0")
    assert [guest.agent_id for guest in after.guests] == [BEN]


def test_a_guest_who_is_an_agent_comes_before_those_outside_who_stay_in():
    after = completed(played(*TALK, *WITH_BEN, TO_ALL, *asked_outside(0)))
    assert (after.state, after.agent_id, after.guests) == (CallState.CONNECTED, BEN, ())
    assert after.consult is not None
    assert after.consult.outbound == OUTSIDE[0]


def test_a_guest_whose_voice_is_lost_is_passed_over_and_free():
    ringing = played(*TALK, *WITH_BEN, TO_ALL, *asked_outside(0))
    lost = step(ringing, signals.AgentLegLeft("B0", BEN)).call
    decision = step(lost, signals.AgentCompleted(ANA))
    assert decision.call is not None
    assert (decision.call.state, decision.call.guests) == (CallState.FORWARDED, ())
    assert decision.freed == (BEN,)
    assert decision.wrapping == (ANA,)


def test_the_last_one_outside_ends_a_forwarded_call_and_a_leg_that_was_given_up_does_not():
    given_up = (
        signals.AgentConsulted(ANA, number=THIRD),
        signals.OutboundPlaced(OUTSIDE[2], "O2"),
        signals.AgentCancelledConsult(ANA),
    )
    two = two_outside()
    for signal in given_up:
        after = step(two, signal).call
        assert after is not None
        two = after
    forwarded = completed(two)
    late = step(forwarded, signals.OutboundEnded(OUTSIDE[2], NotTaken.CANCELED)).call
    assert late is not None
    assert late.state is CallState.FORWARDED
    one = step(late, signals.OutboundEnded(OUTSIDE[0])).call
    assert one is not None
    assert one.transfer is not None
    assert (one.state, one.transfer.outbound) == (CallState.FORWARDED, OUTSIDE[1])
    last = step(one, signals.OutboundEnded(OUTSIDE[1]))
    assert last.call is not None
    assert last.call.state is CallState.ENDED
    assert any(isinstance(order, HangUpCaller) for order in last.asked)


def test_a_caller_who_leaves_takes_every_leg_outside_along_and_frees_everybody():
    both = played(*TALK, *WITH_BEN, TO_ALL, *asked_outside(0))
    ended = step(both, signals.CallerLeft("CA1"))
    assert ended.freed == (BEN,)
    assert ended.wrapping == (ANA,)
    assert {o.outbound for o in ended.asked if isinstance(o, EndOutbound)} == {OUTSIDE[0]}


def test_whoever_is_lost_keeps_their_place_until_their_time_is_over():
    rules = Rules(conference_size=4)
    full = played(*TALK, *WITH_BEN, TO_ALL, *asked_outside(0))
    lost = step(full, signals.AgentLegLeft("B0", BEN)).call
    with pytest.raises(refusals.ConferenceFull):
        step(lost, signals.AgentConsulted(ANA, CHLOE), rules=rules)
    later = NOW + Rules().rejoin
    gone = step(lost, signals.GuestTimeRanOut(), later).call
    assert gone is not None
    assert gone.guests == ()
    assert step(gone, signals.AgentConsulted(ANA, CHLOE), later, rules).call is not None


def test_a_guest_without_a_page_has_as_long_as_one_without_a_voice():
    four = played(*TALK, *WITH_BEN, TO_ALL, *asked_outside(0))
    away = step(four, signals.GuestWentOffline(BEN)).call
    assert away is not None
    again = step(away, signals.GuestWentOffline(BEN), NOW + timedelta(seconds=5)).call
    assert again == away, "the time is not begun anew"
    back = step(away, signals.GuestCameOnline(BEN)).call
    assert back is not None
    assert back.guests == four.guests
    out = step(away, signals.GuestTimeRanOut(), NOW + Rules().rejoin)
    assert out.freed == (BEN,)
    assert RemoveLeg(four.id, "B0", None) in out.asked


def test_a_number_that_is_in_the_call_is_not_rung_a_second_time():
    """However it is typed, as after an answer of ours that was lost."""
    with pytest.raises(refusals.AlreadyInTheCall):
        step(two_outside(), signals.AgentConsulted(ANA, number="(212) 555-0148"))


def test_whoever_never_came_does_not_wrap_up_and_the_one_before_may_end_the_call():
    on_the_way = (signals.AgentConsulted(ANA, BEN), signals.AgentAnswered(BEN))
    bens = two_outside()
    for signal in on_the_way:
        bens = step(bens, signal).call or bens
    bens = completed(bens)
    assert (bens.agent_id, bens.agent_leg) == (BEN, None)
    gone = step(bens, signals.TimeRanOut(), NOW + Rules().join)
    assert gone.call is not None
    assert gone.call.transfer is not None
    assert (gone.call.state, gone.call.transfer.by) == (CallState.FORWARDED, ANA)
    assert (gone.wrapping, gone.freed) == ((), (BEN,))
