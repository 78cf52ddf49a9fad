"""What the carrier tells when its place has passed: who came in is there all the same."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from backend.domain import signals
from backend.domain.agent import Agent, AgentStatus
from backend.domain.call import Call, CallState
from backend.domain.decision import Scene
from backend.domain.ordering import has_its_place, next_in_order
from backend.domain.rules import Rules
from backend.turn import Turn

NOW = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)
TENANT, CALL, ANA = UUID(int=1), UUID(int=5), UUID(int=11)
ROOM = "CF1"


def told(number: int | None, signal: signals.CarrierSignal) -> signals.Callback:
    return signals.Callback(
        call_id=CALL,
        key=f"{number} {signal}",
        signal=signal,
        received_at=NOW,
        happened_at=NOW,
        conference=None if number is None else ROOM,
        sequence=number,
    )


ARRIVED = told(None, signals.CallerArrived("CA1", "+15550001111", "+15550002222"))
CALLER_IN = told(1, signals.CallerJoined("CA1"))
ANA_IN, ANA_OUT = (
    told(2, signals.AgentJoined("CA2", ANA)),
    told(4, signals.AgentLegLeft("CA2", ANA)),
)
NOTED = told(3, signals.ConferenceNoted())
CALLER_OUT = told(5, signals.CallerLeft("CA1"))


def lived(*happened: signals.Callback | signals.AgentAnswered) -> Call:
    """The call after these, one by one, each of which was waited for long enough."""
    turn = Turn(TENANT, NOW)
    turn.start(0, Rules())
    agent = Agent(ANA, "Ana", NOW, status=AgentStatus.AVAILABLE)
    call: Call | None = None
    for one in happened:
        scene = Scene(TENANT, Rules(), call, actor=agent, free=(ANA,))
        if isinstance(one, signals.AgentAnswered):
            call = turn.apply(scene, one)
            continue
        assert next_in_order(call, [one], NOW + timedelta(seconds=3)) == one
        if has_its_place(call, one):
            call = turn.apply(scene, one.signal, one)
    assert call is not None
    return call


CLAIMED = (ARRIVED, CALLER_IN, signals.AgentAnswered(ANA))


def test_an_agent_whose_join_is_told_late_has_the_caller_who_then_has_not_given_up():
    assert lived(*CLAIMED, NOTED).state is CallState.CONNECTING
    talking = lived(*CLAIMED, NOTED, ANA_IN)
    assert (talking.state, talking.agent_leg) == (CallState.CONNECTED, "CA2")
    over = lived(*CLAIMED, NOTED, ANA_IN, ANA_OUT, CALLER_OUT)
    assert (over.end_reason, over.answered_at) == ("completed", NOW)


def test_a_join_that_is_told_after_its_own_leaving_brings_nobody_in():
    call = lived(*CLAIMED, NOTED, ANA_OUT, ANA_IN)
    assert (call.state, call.agent_leg) == (CallState.CONNECTING, None)


def test_the_late_join_of_a_page_that_was_reloaded_does_not_end_the_newer_voice():
    newer = told(3, signals.AgentJoined("CA3", ANA))
    assert lived(*CLAIMED, newer, ANA_IN).agent_leg == "CA3"


def test_a_late_join_changes_no_place_in_the_carriers_order():
    assert lived(*CLAIMED, NOTED, ANA_IN).heard == 3


def test_who_was_heard_of_is_heard_of_once():
    call = lived(*CLAIMED, ANA_IN, NOTED)
    assert lived(*CLAIMED, ANA_IN, NOTED, ANA_IN) == call
