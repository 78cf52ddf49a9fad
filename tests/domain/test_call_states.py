"""The table of a call's states, and the pure function that keeps to it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from backend.domain import events, instructions, signals
from backend.domain.agent import Agent, AgentStatus
from backend.domain.call import Call, CallState
from backend.domain.call_states import TRANSITIONS, diagram
from backend.domain.decide import decide
from backend.domain.decision import Decision, Scene
from backend.domain.handover import NotTaken, TalkWith
from backend.domain.instructions import RemoveLeg, SeatMonitor
from backend.domain.monitoring import MonitorMode, seat_of
from backend.domain.outbound import OwnNumber
from backend.domain.refusals import Refusal
from backend.domain.rules import Rules

MONITORING_EVENTS = (
    events.MonitoringStarted,
    events.MonitorJoined,
    events.MonitorLost,
    events.MonitoringChanged,
    events.MonitoringEnded,
)
HAD_BY_AN_AGENT = (
    CallState.CONNECTING,
    CallState.DIALLING,
    CallState.CONNECTED,
    CallState.HELD,
)
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
TENANT = UUID(int=1)
OWN = "+12125550100"
ANA, BEN, SAM, CHLOE = UUID(int=11), UUID(int=12), UUID(int=13), UUID(int=14)
SALES, SALESPEOPLE = UUID(int=21), (BEN, SAM)


def test_the_diagram_in_the_architecture_page_is_drawn_from_the_table():
    page = Path(__file__).parents[2] / "ARCHITECTURE.md"
    assert diagram() in page.read_text()


def test_nothing_leaves_the_end():
    assert all(state is not CallState.ENDED for state, _ in TRANSITIONS)


def scene(
    call: Call | None,
    actor: UUID = ANA,
    free: tuple[UUID, ...] = (ANA, BEN, CHLOE),
    rules: Rules = Rules(),  # noqa: B008  it is frozen
) -> Scene:
    """As the store gives it, of whoever is in this call too (`floor.LOAD`)."""
    agent = Agent(actor, "Ana", NOW, status=AgentStatus.AVAILABLE)
    free = tuple(one for one in free if call is None or not call.is_in_hands_of(one))
    return Scene(
        TENANT,
        rules,
        call,
        actor=agent,
        actor_call=call.id if call is not None and call.is_in_hands_of(actor) else None,
        free=free,
        team=SALESPEOPLE,
        numbers=(OwnNumber(OWN),),
    )


def arrived() -> Call:
    decision = decide(scene(None), signals.CallerArrived("CA1", "+15550001111", OWN), NOW)
    assert decision.call is not None
    return decision.call


def dialled() -> Call:
    wish = signals.AgentDialled(ANA, UUID(int=5), "(212) 555-0147")
    decision = decide(scene(None), wish, NOW)
    assert decision.call is not None
    return decision.call


OUTSIDE = [uuid5(arrived().id, f"outbound {n}") for n in range(3)]
OUTSIDE += [uuid5(UUID(int=5), f"outbound {n}") for n in range(3)]

some_signal = st.one_of(
    st.builds(signals.CallerJoined, leg=st.just("CA1")),
    st.builds(signals.CallerLeft, leg=st.just("CA1"), failed=st.booleans()),
    st.builds(signals.AgentJoined, leg=st.sampled_from(["A1", "A2", "B1"]), agent_id=st.just(ANA)),
    st.builds(signals.AgentJoined, leg=st.sampled_from(["B1", "B2"]), agent_id=st.just(BEN)),
    st.builds(signals.AgentJoined, leg=st.just("C1"), agent_id=st.just(CHLOE)),
    st.builds(
        signals.AgentLegLeft,
        leg=st.sampled_from(["A0", "A1", "A2", "B0", "B1", "B2", "C0", "C1"]),
        agent_id=st.just(ANA),
        call_over=st.booleans(),
    ),
    st.builds(signals.ConferenceEnded),
    st.builds(signals.ConferenceNoted),
    *(
        st.builds(kind, agent_id=st.sampled_from([ANA, BEN, CHLOE]))
        for kind in (
            signals.AgentAnswered,
            signals.AgentDeclined,
            signals.AgentPickedUp,
            signals.AgentHungUp,
            signals.AgentHeld,
            signals.AgentResumed,
            signals.AgentSetAside,
            signals.AgentCompleted,
            signals.AgentCancelledConsult,
            signals.AgentBecameFree,
            signals.AgentBecameUnavailable,
            signals.AgentAskedForHelp,
            signals.AgentTookHelpBack,
        )
    ),
    st.builds(
        signals.AgentParked,
        agent_id=st.sampled_from([ANA, BEN]),
        slot=st.one_of(st.none(), st.integers(1, 8)),
    ),
    *(
        st.builds(kind, agent_id=st.sampled_from([ANA, BEN]), to=st.sampled_from([ANA, BEN, CHLOE]))
        for kind in (signals.AgentTransferred, signals.AgentConsulted)
    ),
    st.builds(signals.AgentTransferred, agent_id=st.sampled_from([ANA, BEN]), team=st.just(SALES)),
    st.builds(
        signals.AgentTalkedWith,
        agent_id=st.sampled_from([ANA, BEN]),
        talk_with=st.sampled_from(TalkWith),
    ),
    *(
        st.builds(
            kind,
            agent_id=st.sampled_from([ANA, BEN]),
            number=st.sampled_from(["+12125550148", "+12125550149", "911", "+4930123456"]),
        )
        for kind in (signals.AgentTransferred, signals.AgentConsulted)
    ),
    *(
        st.builds(kind, outbound=st.sampled_from(OUTSIDE), leg=st.sampled_from(["O1", "O2"]))
        for kind in (signals.OutboundPlaced, signals.OutboundRinging, signals.OutboundAnswered)
    ),
    st.builds(
        signals.OutboundEnded,
        outbound=st.sampled_from(OUTSIDE),
        why=st.sampled_from([None, NotTaken.BUSY, NotTaken.NO_ANSWER, NotTaken.FAILED]),
        call_over=st.booleans(),
    ),
    st.builds(
        signals.AgentNoted,
        agent_id=st.sampled_from([ANA, BEN]),
        text=st.sampled_from(["", "calls again", "x" * 4001]),
    ),
    st.builds(
        signals.AgentDisposed,
        agent_id=st.sampled_from([ANA, BEN]),
        disposition=st.sampled_from([*Rules().dispositions, "Unheard of"]),
    ),
    *(
        st.builds(kind, agent_id=st.sampled_from([SAM, BEN]), mode=st.sampled_from(MonitorMode))
        for kind in (signals.SupervisorMonitored, signals.SupervisorChangedMode)
    ),
    *(
        st.builds(kind, agent_id=st.sampled_from([SAM, BEN]))
        for kind in (signals.SupervisorLeft, signals.SupervisorTookOver)
    ),
    st.builds(signals.MonitorJoined, leg=st.sampled_from(["S1", "S2"]), agent_id=st.just(SAM)),
    st.builds(
        signals.MonitorLegLeft,
        leg=st.sampled_from(["S1", "S2"]),
        agent_id=st.just(SAM),
        call_over=st.booleans(),
    ),
    st.builds(signals.MonitorTimeRanOut),
    st.builds(
        signals.AgentLetGuestGo,
        agent_id=st.sampled_from([ANA, BEN, CHLOE]),
        guest=st.sampled_from([BEN, CHLOE, *OUTSIDE[:3]]),
    ),
    *(
        st.builds(kind, agent_id=st.sampled_from([BEN, CHLOE]))
        for kind in (signals.GuestWentOffline, signals.GuestCameOnline)
    ),
    st.builds(signals.GuestTimeRanOut),
    st.builds(signals.TimeRanOut),
)


# Random signals seldom get as far as a talk that somebody monitors.
TALK = (signals.AgentAnswered(ANA), signals.AgentJoined("A0", ANA))
HANDED = (*TALK, signals.AgentTransferred(ANA, team=SALES))
MONITORED = (
    *TALK,
    signals.SupervisorMonitored(SAM, MonitorMode.WHISPER),
    signals.MonitorJoined("S0", SAM),
)
MERGED = (
    *TALK,
    signals.AgentConsulted(ANA, BEN),
    signals.AgentAnswered(BEN),
    signals.AgentJoined("B0", BEN),
    signals.AgentTalkedWith(ANA, TalkWith.ALL),
)
CONFERENCE = (
    *MERGED,
    signals.AgentConsulted(ANA, CHLOE),
    signals.AgentAnswered(CHLOE),
    signals.AgentJoined("C0", CHLOE),
)
WITH_THOSE_OUTSIDE = (
    *MERGED,
    signals.AgentConsulted(ANA, number="+12125550148"),
    signals.OutboundAnswered(OUTSIDE[0], "O1"),
    signals.AgentConsulted(ANA, number="+12125550149"),
    signals.OutboundAnswered(OUTSIDE[1], "O2"),
)
BEGINNINGS = [
    (arrived(), ()),
    (arrived(), TALK),
    (arrived(), HANDED),
    (arrived(), MONITORED),
    (arrived(), CONFERENCE),
    (arrived(), WITH_THOSE_OUTSIDE),
    (dialled(), ()),
]


@given(
    st.sampled_from(BEGINNINGS),
    st.lists(st.tuples(some_signal, st.integers(0, 120)), max_size=25),
    st.booleans(),
)
def test_any_sequence_of_signals_keeps_the_call_whole(
    beginning: tuple[Call, tuple[signals.CallSignal, ...]],
    steps: list[tuple[signals.CallSignal, int]],
    is_shown: bool,
):
    rules = Rules(monitoring_is_shown=is_shown)
    (call, opening), now = beginning, NOW
    for signal in opening:
        after = decide(scene(call, getattr(signal, "agent_id", ANA), rules=rules), signal, now).call
        assert after is not None
        call = after
    for signal, later in steps:
        now += timedelta(seconds=later)
        actor = getattr(signal, "agent_id", ANA)
        try:
            decision = decide(scene(call, actor, rules=rules), signal, now)
        except Refusal:
            continue
        assert decision.call is not None
        is_whole(call, decision)
        call = decision.call


TAKES_AWAY = (instructions.EndOutbound, instructions.RemoveLeg)
"""What may be asked when a call is over: to end what turns up late."""
WRITTEN_DOWN = (events.CallNoted, events.CallDisposed)


def is_whole(before: Call, decision: Decision) -> None:
    after = decision.call
    assert after is not None
    if before.state is CallState.ENDED:
        assert after.state is CallState.ENDED
        assert (after.ended_at, after.end_reason) == (before.ended_at, before.end_reason)
        assert all(isinstance(event, WRITTEN_DOWN) for event in decision.said)
        assert all(isinstance(order, TAKES_AWAY) for order in decision.asked)
    assert {note.agent_id for note in decision.noted} <= set(after.handled_by)
    disposed = [one.agent_id for one in after.dispositions]
    assert len(set(disposed)) == len(disposed), "one of each"
    assert set(disposed) <= set(after.handled_by)
    assert set(decision.missed) <= set(before.offered_to)
    assert (after.rev > before.rev) == bool(decision.said), "a revision is an announcement"
    has_agent = after.state in HAD_BY_AN_AGENT
    assert (after.agent_id is not None) == has_agent
    if after.state is CallState.PARKED:
        assert after.slot is not None
        assert after.caller_held
    if after.held_at is not None:
        assert after.state in (CallState.CONNECTED, CallState.HELD)
        assert after.caller_held
    if after.state is CallState.HELD:
        assert after.held_at is not None
        assert after.agent_leg is None
        assert after.deadline is not None, "nobody waits on hold for ever"
    forwarded = after.state in (CallState.FORWARDED, CallState.ENDED)
    if after.transfer is not None and forwarded:
        assert after.transfer.number is not None
    elif after.transfer is not None:
        assert has_agent or after.state is CallState.RINGING
        assert after.caller_held
        team = SALESPEOPLE if after.transfer.team is not None else ()
        assert set(after.offered_to) <= {after.transfer.by, after.transfer.to, *team}
        assert after.transfer.by not in after.offered_to or after.transfer.failed is not None
        assert not set(after.offered_to) & set(after.declined_by), "who declined is rung no more"
    if after.consult is not None:
        assert after.state is CallState.CONNECTED
        assert after.consult.failed is None or not after.consult.is_there
        waits = after.consult.failed is None and not after.consult.is_there
        assert not waits or after.deadline is not None, "no consult waits for ever"
    if after.is_live and after.answered_at is not None:
        assert talks_with_somebody(after) != after.caller_held, "nobody waits in silence"
    assert (after.state is CallState.ENDED) == (after.ended_at is not None)
    looks_after_itself = after.state in (CallState.FORWARDED, CallState.ENDED)
    assert looks_after_itself or after.deadline is not None or after.agent_present
    rings_outside_are_called_off(before, decision)
    assert set(before.handled_by) <= set(after.handled_by)
    monitors_are_in_order(before, decision)
    guests_are_in_order(before, decision)
    if before.answered_at is not None:
        assert after.answered_at == before.answered_at, "the first answer counts"


def rings_outside_are_called_off(before: Call, decision: Decision) -> None:
    """Who is rung outside is waited for: by the call, or the carrier was asked to end it."""
    after = decision.call
    assert after is not None
    waited_for = {
        None if after.transfer is None or after.transfer.failed else after.transfer.outbound,
        None if after.consult is None or after.consult.failed else after.consult.outbound,
        None if after.callee is None else after.callee.id,
        *(guest.outbound for guest in after.guests),
    }
    placed = {o.outbound for o in decision.asked if isinstance(o, instructions.PlaceOutbound)}
    ended = {o.outbound for o in decision.asked if isinstance(o, instructions.EndOutbound)}
    assert placed <= waited_for
    before_it = {
        None if before.transfer is None or before.transfer.failed else before.transfer.outbound,
        None if before.consult is None or before.consult.failed else before.consult.outbound,
        *(guest.outbound for guest in before.guests),
    }
    for gone in before_it - waited_for - {None}:
        leg = after.outbound_leg(gone)
        assert leg is not None
        kept = after.state is CallState.FORWARDED
        assert kept or not leg.is_open or gone in ended or after.state is CallState.ENDED
    if after.state is CallState.ENDED:
        assert all(not leg.is_open for leg in after.outbound)


def monitors_are_in_order(before: Call, decision: Decision) -> None:
    """None is stuck, none sits with nobody, and each is heard by those for whom it speaks."""
    after = decision.call
    assert after is not None
    is_talk = after.agent_id is not None and after.state is not CallState.HELD
    assert is_talk or not after.monitors, "nobody monitors a call without an agent in it"
    assert not after.help_at or after.state is CallState.CONNECTED
    for one in after.monitors:
        assert one.leg is not None or one.deadline is not None, "no monitor is awaited for ever"
        assert one.person_id not in (after.agent_id, after.consulted)
    shown = {m.person_id for m in before.monitors if m.is_shown}
    let_go = shown - {m.person_id for m in after.monitors}
    assert let_go <= {*decision.freed, after.agent_id}, "whoever monitors no more is free again"
    removed = {one.leg for one in decision.asked if isinstance(one, RemoveLeg)}
    for one in before.monitors:
        keeps = any(one.leg == m.leg for m in after.monitors) or one.leg == after.agent_leg
        known = after.leg(one.leg or "")
        is_gone = known is None or known.left_at is not None
        assert one.leg is None or keeps or is_gone or one.leg in removed or not after.is_live
    seats = {one.leg: one.seat for one in decision.asked if isinstance(one, SeatMonitor)}
    for one in after.monitors:
        if one.leg is None:
            continue
        was = next((m for m in before.monitors if m.leg == one.leg), None)
        seat = seat_of(one.mode, after.agent_leg)
        if was is None or seat_of(was.mode, before.agent_leg) != seat:
            assert seats[one.leg] == seat, "a whisper follows its agent, and nobody else hears it"
    hidden = [m for m in (*before.monitors, *after.monitors) if not m.is_shown]
    told = {e.agent_id for e in decision.said if isinstance(e, MONITORING_EVENTS)}
    assert not told & {m.person_id for m in hidden}, "what is hidden is not announced"


def guests_are_in_order(before: Call, decision: Decision) -> None:
    """They are in a talk with everybody, none is awaited for ever, and whoever is one no more is
    out of the room and free, or has the call."""
    after = decision.call
    assert after is not None
    if after.guests:
        assert after.state in (CallState.CONNECTED, CallState.FORWARDED)
        assert (after.held_at, after.transfer is None) == (None, after.agent_id is not None)
    if after.state is CallState.FORWARDED:
        assert all(one.outbound is not None and one.is_there for one in after.guests)
    if after.guests and after.consult is not None and after.consult.failed is None:
        assert after.consult.talk_with is TalkWith.ALL
    everybody = [
        after.agent_id,
        after.consulted,
        *(one.agent_id for one in after.guests),
        *(one.person_id for one in after.monitors),
    ]
    agents = [agent for agent in everybody if agent is not None]
    assert len(set(agents)) == len(agents), "nobody is in one call twice"
    for one in after.guests:
        assert one.is_there or one.deadline is not None, "no guest is awaited for ever"
    removed = {one.leg for one in decision.asked if isinstance(one, RemoveLeg)}
    asked_in = [g.agent_id for g in before.guests if g.agent_id is not None]
    asked_in += [] if before.consulted is None else [before.consulted]
    for agent in asked_in:
        assert agent in decision.freed or after.is_in_hands_of(agent) or agent in after.offered_to
    for guest in before.guests:
        stays = guest in after.guests or after.guest(guest.id) is not None
        known = after.leg(guest.leg or "")
        is_gone = known is None or known.left_at is not None
        if guest.agent_id is not None and not stays and after.is_live:
            assert is_gone or guest.leg in (*removed, after.agent_leg)


def talks_with_somebody(call: Call) -> bool:
    if call.state is CallState.FORWARDED or any(one.is_there for one in call.guests):
        return True
    consult = call.consult if call.consult is not None and call.consult.failed is None else None
    if consult is not None and consult.is_there and consult.talk_with is TalkWith.ALL:
        return True
    is_private = consult is not None and consult.talk_with is TalkWith.COLLEAGUE
    return call.agent_present and call.held_at is None and not is_private


@given(some_signal)
def test_the_same_signal_twice_is_announced_once(signal: signals.CallSignal):
    actor = getattr(signal, "agent_id", ANA)
    try:
        first = decide(scene(arrived(), actor), signal, NOW)
        assert first.call is not None
        second = decide(scene(first.call, actor), signal, NOW)
    except Refusal:
        return
    assert second.said == ()


@pytest.mark.parametrize("state", list(CallState))
def test_a_caller_who_hangs_up_ends_any_live_call(state: CallState):
    call = replace(arrived(), state=state)
    if state is CallState.ENDED:
        return
    ended = decide(scene(call), signals.CallerLeft("CA1"), NOW).call
    assert ended is not None
    assert ended.state is CallState.ENDED


def test_a_leg_that_left_before_it_was_known_does_not_come_to_life():
    call = arrived()
    gone = decide(scene(call), signals.AgentLegLeft("A1", ANA), NOW).call
    late = decide(scene(gone), signals.AgentJoined("A1", ANA), NOW).call
    assert late is not None
    assert late.state is CallState.RINGING
