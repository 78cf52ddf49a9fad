"""What a signal makes of a call: `decide(scene, signal, now)`, pure.

Theory of operation. A `Scene` is what must be known to decide; a `Decision` is what follows:
the call as it is afterwards, what to announce, and what to ask of the carrier. A signal that
fits no row of `call_states.TRANSITIONS` changes nothing: it is late (carrier, time) or refused
(a person, by a `Refusal`). Nothing here reads a clock or waits.
"""

from datetime import datetime
from typing import assert_never
from uuid import UUID

from msgspec.structs import replace

from backend.domain import instructions, refusals, signals
from backend.domain.call import Call, CallState, Direction, EndReason, Leg, LegRole
from backend.domain.conferring import (
    add,
    guest_came_online,
    guest_went_offline,
    guests_ran_out,
    is_conference,
    leave_them_talking,
    let_go,
)
from backend.domain.connecting import agent_joined, agent_leg_left, claim, claim_ran_out
from backend.domain.consulting import cancel, complete, consult, talk_with
from backend.domain.decision import Decision, Scene, missed_by, remember
from backend.domain.dialling import answered, dial, dialling_ran_out, over, placed, rings
from backend.domain.ending import caller_left, end, hang_up
from backend.domain.handover import NotTaken
from backend.domain.helping import ask_for_help, take_help_back
from backend.domain.holding import hold, hold_ran_out, resume, rings_on, set_aside
from backend.domain.offering import arrive, decline, offer_to, withdraw_from
from backend.domain.parking import park, park_ran_out
from backend.domain.supervising import (
    change_mode,
    keep_monitors,
    leave,
    monitor,
    monitor_joined,
    monitor_leg_left,
    monitors_ran_out,
    take_over,
)
from backend.domain.transferring import transfer, turn_down
from backend.domain.wrapping_up import dispose, note

TO_SOMEBODY = (
    signals.AgentParked,
    signals.AgentHeld,
    signals.AgentSetAside,
    signals.AgentTransferred,
    signals.AgentConsulted,
)
"""What can be done with a caller, and not with a telephone that rings."""


def decide(scene: Scene, signal: signals.CallSignal, now: datetime) -> Decision:
    """What `signal` makes of the call of this scene, and of whoever monitors it.

    Raises a `Refusal` if a person wished something that cannot be; a carrier's signal is
    never refused, at most it changes nothing.
    """
    return keep_monitors(scene.call, _decide(scene, signal, now))


def _decide(scene: Scene, signal: signals.CallSignal, now: datetime) -> Decision:
    call = scene.call
    if isinstance(signal, signals.CallerArrived):
        return Decision(call) if call else arrive(scene, signal, now)
    if isinstance(signal, signals.AgentDialled):
        return Decision(call) if call else dial(scene, signal, now)
    if call is None:
        raise refusals.NoSuchCall
    is_talk = not isinstance(signal, signals.AfterCallWork)
    if not call.is_live and is_talk and isinstance(signal, signals.Command):
        raise refusals.CallerLeftAlready
    if (
        isinstance(signal, TO_SOMEBODY)
        and call.agent_id == signal.agent_id
        and _is_unanswered(call)
    ):
        raise refusals.NotAnsweredYet
    match signal:
        case signals.CallerJoined():
            return Decision(remember(call, Leg(signal.leg, LegRole.CALLER, now)))
        case signals.AgentJoined():
            return agent_joined(scene, call, signal, now)
        case signals.AgentLegLeft():
            return agent_leg_left(scene, call, signal, now)
        case signals.CallerLeft():
            return caller_left(call, signal, now)
        case signals.OutboundPlaced():
            return placed(call, signal)
        case signals.OutboundRinging():
            return rings(call, signal)
        case signals.OutboundAnswered():
            return answered(call, signal, now)
        case signals.OutboundEnded():
            return over(scene, call, signal, now)
        case signals.ConferenceNoted():
            return Decision(call)
        case signals.ConferenceEnded():
            return Decision(replace(call, conference_over=True))
        case signals.AgentAnswered() | signals.AgentPickedUp():
            return claim(scene, call, signal, now)
        case signals.AgentDeclined():
            return decline(scene, call, signal, now)
        case signals.AgentParked():
            return park(scene, call, signal, now)
        case signals.AgentHungUp():
            return hang_up(call, signal, now)
        case signals.AgentHeld():
            return hold(call, signal, now)
        case signals.AgentSetAside():
            return set_aside(scene, call, signal, now)
        case signals.AgentResumed() if _is_taken_up(call, signal.agent_id):
            return claim(scene, call, signal, now)
        case signals.AgentResumed():
            return resume(call, signal)
        case signals.AgentTransferred():
            return transfer(scene, call, signal, now)
        case signals.AgentConsulted() if is_conference(call):
            return add(scene, call, signal, now)
        case signals.AgentConsulted():
            return consult(scene, call, signal, now)
        case signals.AgentTalkedWith():
            return talk_with(call, signal, now)
        case signals.AgentCompleted() if call.guests:
            return leave_them_talking(scene, call, signal, now)
        case signals.AgentCompleted():
            return complete(scene, call, signal, now)
        case signals.AgentCancelledConsult(agent_id) if call.guest(agent_id) is not None:
            return let_go(call, signals.AgentLetGuestGo(agent_id, agent_id))
        case signals.AgentCancelledConsult():
            return cancel(call, signal)
        case signals.AgentLetGuestGo():
            return let_go(call, signal)
        case signals.GuestWentOffline():
            return guest_went_offline(scene, call, signal, now)
        case signals.GuestCameOnline():
            return guest_came_online(call, signal)
        case signals.GuestTimeRanOut():
            return guests_ran_out(call, now)
        case signals.AgentNoted():
            return note(scene, call, signal, now)
        case signals.AgentDisposed():
            return dispose(scene, call, signal, now)
        case signals.AgentAskedForHelp():
            return ask_for_help(call, signal, now)
        case signals.AgentTookHelpBack():
            return take_help_back(call, signal)
        case signals.SupervisorMonitored():
            return monitor(scene, call, signal, now)
        case signals.SupervisorChangedMode():
            return change_mode(call, signal)
        case signals.SupervisorLeft():
            return leave(call, signal)
        case signals.SupervisorTookOver():
            return take_over(scene, call, signal, now)
        case signals.MonitorJoined():
            return monitor_joined(scene, call, signal, now)
        case signals.MonitorLegLeft():
            return monitor_leg_left(scene, call, signal, now)
        case signals.MonitorTimeRanOut():
            return monitors_ran_out(call, now)
        case signals.AgentBecameFree():
            return offer_to(scene, call, signal.agent_id, now)
        case signals.AgentBecameUnavailable():
            return withdraw_from(call, signal, now)
        case signals.TimeRanOut():
            return _time_ran_out(scene, call, now)
        case _:
            assert_never(signal)


def _time_ran_out(scene: Scene, call: Call, now: datetime) -> Decision:
    if call.deadline is None or now < call.deadline:
        return Decision(call)
    match call.state:
        case CallState.RINGING if call.transfer is not None:
            was_rung = bool(call.offered_to) or call.transfer.number is not None
            why = NotTaken.NO_ANSWER if was_rung else NotTaken.UNREACHABLE
            onward = turn_down(scene, call, why, now)
            return replace(onward, missed=missed_by(scene, call))
        case CallState.RINGING if call.overdue:
            return rings_on(scene, call, now)
        case CallState.RINGING:
            told = (instructions.TellNobodyAnswers(call.id, call.caller_leg),)
            talked = call.answered_at is not None
            reason = EndReason.FAILED if talked else EndReason.NO_ANSWER
            unanswered = end(call, signals.TimeRanOut(), reason, now, asked=told)
            return replace(unanswered, missed=missed_by(scene, call))
        case CallState.DIALLING:
            return dialling_ran_out(call, now)
        case CallState.CONNECTING if _is_unanswered(call):
            return dialling_ran_out(call, now)
        case CallState.CONNECTING | CallState.CONNECTED:
            return claim_ran_out(scene, call, now)
        case CallState.HELD:
            return hold_ran_out(scene, call, now)
        case CallState.PARKED:
            return park_ran_out(scene, call, now)
        case CallState.FORWARDED | CallState.ENDED:
            return Decision(call)
        case _:
            assert_never(call.state)


def _is_taken_up(call: Call, agent_id: UUID) -> bool:
    """Whether that agent has set the call aside, or is on the way back into it."""
    on_the_way = call.state is CallState.CONNECTING and call.agent_id == agent_id
    return call.is_held_by(agent_id) or on_the_way


def _is_unanswered(call: Call) -> bool:
    """Whether this is an outbound call that nobody has answered yet."""
    return call.direction is Direction.OUTBOUND and call.answered_at is None
