"""How the carrier's callbacks read: its form fields in, our signals out.

Unknown fields and events are accepted (Twilio adds some without notice); a field that we need
and that is missing makes the callback `Unreadable`.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from uuid import UUID

from backend.carrier.names import (
    CALLER_LABEL,
    is_leg_name,
    monitor_of_label,
    outbound_of_label,
    person_of_identity,
    person_of_label,
)
from backend.domain import signals
from backend.domain.call import call_id_of
from backend.domain.handover import NotTaken
from backend.domain.signals import Callback, CarrierSignal

Form = Mapping[str, str]

JUST_NOW = timedelta(seconds=2)
TERMINAL = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})
NOT_ANSWERED = {
    "busy": NotTaken.BUSY,
    "no-answer": NotTaken.NO_ANSWER,
    "failed": NotTaken.FAILED,
    "canceled": NotTaken.CANCELED,
}
"""What the last status of a leg to a number outside means; `completed` means that it talked."""
ENDED_BY_THE_ROOM = frozenset({"moderator_ended_conference", "conference_ended_via_api"})


class Unreadable(ValueError):
    """A callback lacks a field that Twilio always sends."""


def read_arrival(tenant: UUID, form: Form, received_at: datetime) -> Callback:
    """The voice webhook of one of the tenant's numbers."""
    leg = _need(form, "CallSid")
    signal = signals.CallerArrived(leg, form.get("From") or "anonymous", _need(form, "To"))
    return Callback(call_id_of(tenant, leg), f"voice:{leg}", signal, received_at, received_at)


def read_caller_status(tenant: UUID, form: Form, received_at: datetime) -> Callback | None:
    """The status callback of a number: a caller's leg has ended. None if it goes on."""
    leg, status = _need(form, "CallSid"), _need(form, "CallStatus")
    if status not in TERMINAL:
        return None
    return Callback(
        call_id=call_id_of(tenant, leg),
        key=f"status:{leg}:{status}",
        signal=signals.CallerLeft(leg, failed=status == "failed"),
        received_at=received_at,
        happened_at=_happened_at(form, received_at),
    )


def read_conference_event(call_id: UUID, form: Form, received_at: datetime) -> Callback:
    """A conference's status callback, in its place in the conference's sequence."""
    conference = _need(form, "ConferenceSid")
    event = _need(form, "StatusCallbackEvent")
    sequence = _number(form, "SequenceNumber")
    leg = form.get("CallSid", "")
    return Callback(
        call_id=call_id,
        key=f"conference:{conference}:{event}:{sequence}:{leg}",
        signal=_conference_signal(event, leg, form),
        received_at=received_at,
        happened_at=_happened_at(form, received_at),
        conference=conference,
        sequence=sequence,
    )


def read_outbound_status(
    call_id: UUID, outbound: UUID, form: Form, received_at: datetime
) -> Callback | None:
    """The status callback of a leg that we had placed. None for what the conference tells better:
    that somebody has answered."""
    leg, status = _need(form, "CallSid"), _need(form, "CallStatus")
    if status == "ringing":
        signal = signals.OutboundRinging(outbound, leg)
    elif status in TERMINAL:
        signal = signals.OutboundEnded(outbound, NOT_ANSWERED.get(status))
    else:
        return None
    return Callback(
        call_id=call_id,
        key=f"outbound:{leg}:{status}",
        signal=signal,
        received_at=received_at,
        happened_at=_happened_at(form, received_at),
    )


def read_agent_leg(form: Form) -> tuple[UUID, UUID, str] | None:
    """Who connects, to which call, and the page's name for this attempt.

    The carrier vouches for `From` (it is the access token's identity); the rest is what the
    browser sent. None if any of it is not as our page sends it.
    """
    person = person_of_identity(form.get("From", ""))
    leg = form.get("leg", "")
    try:
        call_id = UUID(form.get("call_id", ""))
    except ValueError:
        return None
    if person is None or not is_leg_name(leg):
        return None
    return person, call_id, leg


def _conference_signal(event: str, leg: str, form: Form) -> CarrierSignal:
    label = form.get("ParticipantLabel", "")
    outbound = outbound_of_label(label)
    agent, monitor = person_of_label(label), monitor_of_label(label)
    over = form.get("ReasonParticipantLeft") in ENDED_BY_THE_ROOM
    match event:
        case "participant-join" if outbound is not None:
            return signals.OutboundAnswered(outbound, leg)
        case "participant-leave" if outbound is not None:
            why = NOT_ANSWERED.get(form.get("ParticipantCallStatus", ""))
            return signals.OutboundEnded(outbound, why, call_over=over)
        case "participant-join" if agent is not None:
            return signals.AgentJoined(leg, agent)
        case "participant-join" if label == CALLER_LABEL:
            return signals.CallerJoined(leg)
        case "participant-leave" if agent is not None:
            return signals.AgentLegLeft(leg, agent, call_over=over)
        case "participant-join" if monitor is not None:
            return signals.MonitorJoined(leg, monitor)
        case "participant-leave" if monitor is not None:
            return signals.MonitorLegLeft(leg, monitor, call_over=over)
        case "participant-leave" if label == CALLER_LABEL:
            return signals.CallerLeft(leg, failed=form.get("ParticipantCallStatus") == "failed")
        case "conference-end":
            return signals.ConferenceEnded()
        case _:
            return signals.ConferenceNoted()


def _happened_at(form: Form, received_at: datetime) -> datetime:
    """When it happened. The carrier's clock counts whole seconds, so a callback that comes at
    once is dated by ours, and one that comes late by the carrier's."""
    try:
        stated = parsedate_to_datetime(form["Timestamp"])
    except (KeyError, ValueError):
        return received_at
    stated = stated.astimezone(UTC)
    return received_at if received_at - stated < JUST_NOW else stated


def _need(form: Form, name: str) -> str:
    value = form.get(name, "")
    if not value:
        raise Unreadable(f"{name} is missing")
    return value


def _number(form: Form, name: str) -> int:
    try:
        return int(_need(form, name))
    except ValueError as problem:
        raise Unreadable(f"{name} is not a number") from problem
