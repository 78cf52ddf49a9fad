"""An agent in a call asks for help, until a supervisor comes or the agent takes it back."""

from datetime import datetime

from msgspec.structs import replace

from backend.domain import events, refusals, signals
from backend.domain.call import Call, CallState
from backend.domain.decision import Decision, grown


def ask_for_help(call: Call, signal: signals.AgentAskedForHelp, now: datetime) -> Decision:
    """Nobody is asked again while they wait, and nobody who can be heard already."""
    if call.agent_id != signal.agent_id:
        raise refusals.NotYourCall
    if call.state is not CallState.CONNECTED:
        raise refusals.NotInTheCall
    if call.help_at is not None:
        return Decision(call)
    if any(one.is_noticed for one in call.monitors):
        raise refusals.HelpIsHere
    return Decision(grown(replace(call, help_at=now)), (events.HelpAsked(signal.agent_id),))


def take_help_back(call: Call, signal: signals.AgentTookHelpBack) -> Decision:
    if call.agent_id != signal.agent_id:
        raise refusals.NotYourCall
    if call.help_at is None:
        return Decision(call)
    return Decision(grown(replace(call, help_at=None)), (events.HelpEnded(signal.agent_id),))
