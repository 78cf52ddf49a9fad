"""A callback that waited out an outage is dated as it happened, and gives no less time for that."""

from datetime import timedelta

import pytest

from backend.domain import signals
from backend.domain.call import Call
from backend.domain.decision import Scene
from backend.domain.monitoring import MonitorMode
from backend.domain.rules import Rules
from backend.turn import Turn
from tests.domain.test_conferring import (
    ANA,
    BEN,
    CHLOE,
    NOW,
    TALK,
    TENANT,
    TO_ALL,
    WITH_BEN,
    asked_outside,
    played,
)

LATE = timedelta(seconds=60)
FOUR = (*TALK, *WITH_BEN, TO_ALL, *asked_outside(0))
LISTENS = (
    signals.SupervisorMonitored(CHLOE, MonitorMode.LISTEN),
    signals.MonitorJoined("M0", CHLOE),
)
REJOIN = Rules().rejoin


def told(call: Call, signal: signals.CarrierSignal) -> Call:
    """The call once it is told, a minute late."""
    callback = signals.Callback(call.id, "CB1", signal, NOW + LATE, NOW)
    return Turn(TENANT, NOW + LATE).apply(Scene(TENANT, Rules(), call), signal, callback)


def test_a_lost_agent_has_their_whole_time():
    assert told(played(*TALK), signals.AgentLegLeft("A0", ANA)).deadline == NOW + LATE + REJOIN


def test_so_has_a_lost_guest_of_a_conference():
    guest = told(played(*FOUR), signals.AgentLegLeft("B0", BEN)).guest(BEN)
    assert guest is not None
    assert guest.deadline == NOW + LATE + REJOIN


def test_so_has_a_lost_supervisor():
    monitor = told(played(*TALK, *LISTENS), signals.MonitorLegLeft("M0", CHLOE)).monitor(CHLOE)
    assert monitor is not None
    assert monitor.deadline == NOW + LATE + REJOIN


@pytest.mark.parametrize("steps", [TALK, FOUR, (*TALK, *LISTENS)])
def test_whoever_was_waited_for_before_is_waited_for_no_longer(
    steps: tuple[signals.CallSignal, ...],
):
    call = played(*steps)
    once = told(call, signals.AgentLegLeft("A0", ANA))
    again = told(once, signals.ConferenceNoted())
    assert again.deadline == once.deadline
    assert [one.deadline for one in again.guests] == [one.deadline for one in once.guests]
