"""A cold transfer: the agent leaves, one colleague is rung, and the caller hears music meanwhile.

Whoever does not take it gives it back: to the agent who handed it over, if they are still there,
and after that to everybody. So a caller is never handed into nowhere.
"""

from datetime import datetime
from uuid import UUID

from msgspec.structs import replace

from backend.domain import events, instructions, refusals, signals
from backend.domain.call import Call, CallState
from backend.domain.consulting import must_not_consult
from backend.domain.decision import Decision, Scene, grown, move
from backend.domain.handover import NotTaken, Transfer


def transfer(scene: Scene, call: Call, signal: signals.AgentTransferred, now: datetime) -> Decision:
    if call.transfer == Transfer(signal.agent_id, signal.to):
        return Decision(call)
    if call.agent_id != signal.agent_id:
        raise refusals.NotYourCall
    if call.state is not CallState.CONNECTED:
        raise refusals.NotInTheCall
    must_not_consult(call)
    if signal.to not in scene.free or signal.to == signal.agent_id:
        raise refusals.ColleagueNotAvailable
    asked: list[instructions.Instruction] = []
    if not call.caller_held:
        asked.append(instructions.HoldCaller(call.id, call.caller_leg, call.conference))
    if call.agent_leg is not None:
        asked.append(instructions.RemoveLeg(call.id, call.agent_leg, call.conference))
    handed = move(
        call,
        signal,
        CallState.RINGING,
        now,
        transfer=Transfer(signal.agent_id, signal.to),
        offered_to=(signal.to,),
        declined_by=(),
        agent_id=None,
        agent_leg=None,
        caller_held=True,
        held_at=None,
        consult=None,
        deadline=now + scene.rules.transfer,
    )
    said = (events.CallTransferred(signal.agent_id, signal.to),)
    return Decision(handed, said, tuple(asked), wrapping=(signal.agent_id,))


def may_take(call: Call, agent_id: UUID) -> bool:
    """Whether a call that rings is this agent's to take: one under transfer is not everybody's."""
    return call.transfer is None or agent_id in (call.transfer.by, call.transfer.to)


def turn_down(scene: Scene, call: Call, why: NotTaken, now: datetime) -> Decision:
    """Whoever it rings at under this transfer does not take it: on to the next."""
    transfer = call.transfer
    assert transfer is not None  # noqa: S101  asked only of calls under transfer
    if transfer.failed is None:
        failed = events.TransferFailed(transfer.by, transfer.to, why)
        at_hand = transfer.by in (*scene.free, *scene.wrapping)
        if at_hand:
            back = replace(
                call,
                transfer=replace(transfer, failed=why),
                offered_to=(transfer.by,),
                deadline=now + scene.rules.transfer,
            )
            return Decision(grown(back), (failed, events.TransferReturned(transfer.by)))
        said: tuple[events.Event, ...] = (failed,)
    else:
        said = ()
    # Whoever declined is rung again with everybody: the caller is still waiting.
    open_to_all = replace(
        call,
        transfer=None,
        offered_to=scene.free,
        declined_by=(),
        deadline=now + scene.rules.ring,
    )
    offers = (events.CallOffered(scene.free),) if scene.free or not said else ()
    return Decision(grown(open_to_all), (*said, *offers))


def lose(call: Call, agent_id: UUID, now: datetime) -> Decision:
    """The agent whom it rings at cannot be rung any more. Who is next needs a look at everybody,
    which the passing of time brings at once."""
    nobody = replace(call, offered_to=(), deadline=now)
    return Decision(grown(nobody), (events.OfferWithdrawn(agent_id),))
