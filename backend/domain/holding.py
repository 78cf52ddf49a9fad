"""Hold and resume: the caller hears music, and the agent keeps the call."""

from datetime import datetime

from msgspec.structs import replace

from backend.domain import events, instructions, refusals, signals
from backend.domain.call import Call, CallState
from backend.domain.consulting import must_not_consult
from backend.domain.decision import Decision, grown


def hold(call: Call, signal: signals.AgentHeld, now: datetime) -> Decision:
    _must_talk(call, signal)
    if call.held_at is not None:
        return Decision(call)
    held = grown(replace(call, held_at=now, caller_held=True, consult=None))
    asked = instructions.HoldCaller(call.id, call.caller_leg, call.conference)
    return Decision(held, (events.CallHeld(signal.agent_id),), () if call.caller_held else (asked,))


def resume(call: Call, signal: signals.AgentResumed) -> Decision:
    """Whoever resumes while their page is lost is heard when it is back, and music plays until
    then."""
    _must_talk(call, signal)
    if call.held_at is None:
        return Decision(call)
    said = (events.CallResumed(signal.agent_id),)
    if not call.agent_present:
        return Decision(grown(replace(call, held_at=None, consult=None)), said)
    asked = instructions.ResumeCaller(call.id, call.caller_leg, call.conference)
    talks = replace(call, held_at=None, caller_held=False, consult=None)
    return Decision(grown(talks), said, (asked,))


def _must_talk(call: Call, signal: signals.AgentHeld | signals.AgentResumed) -> None:
    if call.agent_id != signal.agent_id:
        raise refusals.NotYourCall
    if call.state is not CallState.CONNECTED:
        raise refusals.NotInTheCall
    must_not_consult(call)
