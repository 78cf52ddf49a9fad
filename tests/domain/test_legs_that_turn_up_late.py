"""A leg outside that was given up, and is there all the same, is ended: nobody is left ringing, or
alone in a room that somebody pays for."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from msgspec.structs import replace

from backend.domain import signals
from backend.domain.agent import Agent, AgentStatus
from backend.domain.call import Call, CallState
from backend.domain.decide import decide
from backend.domain.decision import Decision, Scene
from backend.domain.handover import NotTaken
from backend.domain.instructions import EndOutbound, RemoveLeg
from backend.domain.outbound import OwnNumber
from backend.domain.rules import Rules

NOW = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)
ANA, CALL = UUID(int=11), UUID(int=5)


def after(call: Call | None, signal: signals.CallSignal) -> Decision:
    agent = Agent(ANA, "Ana", NOW, status=AgentStatus.AVAILABLE)
    own = (OwnNumber("+12125550100"),)
    return decide(Scene(UUID(int=1), Rules(), call, actor=agent, numbers=own), signal, NOW)


def dialling() -> Call:
    call = after(None, signals.AgentDialled(ANA, CALL, "212 555 0147")).call
    joined = after(call, signals.AgentJoined("A1", ANA)).call
    assert joined is not None
    return joined


def given_up() -> Call:
    """The carrier had not answered when the agent hung up."""
    ended = after(dialling(), signals.AgentHungUp(ANA)).call
    assert ended is not None
    assert ended.state is CallState.ENDED
    return ended


@pytest.mark.parametrize(
    "kind", [signals.OutboundPlaced, signals.OutboundRinging, signals.OutboundAnswered]
)
def test_of_a_call_that_is_over(kind: type[signals.OutboundPlaced]):
    call = given_up()
    (outside,) = call.outbound
    late = after(call, kind(outside.id, "O1"))
    assert late.asked == (EndOutbound(CALL, outside.id, "O1", None),)
    assert late.said == ()
    assert after(late.call, kind(outside.id, "O1")).asked == (), "it is asked for once"


def test_of_a_consult_that_the_carrier_seemed_to_refuse():
    call = dialling()
    talking = after(call, signals.OutboundAnswered(call.outbound[0].id, "O1")).call
    consulting = after(talking, signals.AgentConsulted(ANA, number="212 555 0148")).call
    assert consulting is not None
    asked = consulting.outbound[1].id
    failed = after(consulting, signals.OutboundEnded(asked, NotTaken.FAILED))
    assert EndOutbound(CALL, asked, None, None) in failed.asked
    late = after(failed.call, signals.OutboundAnswered(asked, "O2"))
    assert late.asked == (EndOutbound(CALL, asked, "O2", None),)


def test_an_agent_who_comes_into_the_empty_room_of_a_call_that_is_over_is_let_out():
    late = after(given_up(), signals.AgentJoined("A2", ANA))
    assert late.asked == (RemoveLeg(CALL, "A2", None),)


def test_a_leg_that_talked_though_nobody_told_of_its_answer_costs():
    call = dialling()
    over = after(call, signals.OutboundEnded(call.outbound[0].id)).call
    assert over is not None
    (leg,) = over.outbound
    assert leg.answered_at == replace(leg).asked_at
