"""The table of a call's states: every move that a call may make, and no other.

Rule 1: whatever changes `Call.state` is in this table. `decide` fills in what a move means;
it cannot invent one. Rule 2: nothing leaves ENDED. Rule 3: a pair that is not here changes
nothing: a carrier's signal is then late, a person's wish is refused.

Where a pair has several outcomes, the conditions are in `decide`, and the outcomes are all
listed here, so that the diagram in ARCHITECTURE.md, which is drawn from this table, is whole.
"""

from backend.domain.call import LIVE, CallState
from backend.domain.signals import (
    AgentAnswered,
    AgentCompleted,
    AgentHungUp,
    AgentJoined,
    AgentParked,
    AgentPickedUp,
    AgentResumed,
    AgentSetAside,
    AgentTransferred,
    CallerLeft,
    CallSignal,
    OutboundAnswered,
    OutboundEnded,
    SupervisorTookOver,
    TimeRanOut,
)

RINGING, CONNECTING, DIALLING, CONNECTED, HELD, PARKED, FORWARDED, ENDED = CallState

TRANSITIONS: dict[tuple[CallState, type[CallSignal]], tuple[CallState, ...]] = {
    (RINGING, AgentAnswered): (CONNECTING,),
    (RINGING, AgentJoined): (CONNECTED,),
    (RINGING, TimeRanOut): (ENDED,),
    (RINGING, OutboundAnswered): (FORWARDED,),
    (CONNECTING, AgentJoined): (CONNECTED, DIALLING),
    (CONNECTING, TimeRanOut): (RINGING, PARKED, ENDED),
    (CONNECTING, AgentParked): (PARKED,),
    (CONNECTING, AgentHungUp): (ENDED,),
    (DIALLING, OutboundAnswered): (CONNECTED,),
    (DIALLING, OutboundEnded): (ENDED,),
    (DIALLING, TimeRanOut): (ENDED,),
    (DIALLING, AgentHungUp): (ENDED,),
    (CONNECTED, TimeRanOut): (RINGING, CONNECTED, FORWARDED),
    (CONNECTED, AgentSetAside): (HELD,),
    (CONNECTED, AgentParked): (PARKED,),
    (CONNECTED, AgentTransferred): (RINGING,),
    (CONNECTED, AgentCompleted): (CONNECTED, CONNECTING, RINGING, FORWARDED),
    (CONNECTED, AgentHungUp): (ENDED,),
    (CONNECTED, SupervisorTookOver): (CONNECTED, CONNECTING),
    (HELD, AgentResumed): (CONNECTING,),
    (HELD, AgentAnswered): (CONNECTING,),
    (HELD, AgentParked): (PARKED,),
    (HELD, AgentTransferred): (RINGING,),
    (HELD, AgentHungUp): (ENDED,),
    (PARKED, AgentAnswered): (CONNECTING,),
    (PARKED, AgentPickedUp): (CONNECTING,),
    (FORWARDED, OutboundEnded): (ENDED,),
    (FORWARDED, AgentHungUp): (ENDED,),
    **{(state, CallerLeft): (ENDED,) for state in CallState if state in LIVE},
    **{
        (state, OutboundEnded): (ENDED,)
        for state in (RINGING, CONNECTING, CONNECTED, HELD, PARKED)  # a callee hung up
    },
}


def diagram() -> str:
    """The table as a mermaid state diagram."""
    lines = ["stateDiagram-v2", "    [*] --> ringing: CallerArrived"]
    lines += [
        f"    {state} --> {outcome}: {signal.__name__}"
        for (state, signal), outcomes in TRANSITIONS.items()
        for outcome in outcomes
    ]
    return "\n".join([*lines, "    ended --> [*]"])
