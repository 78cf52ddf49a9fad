"""A cold transfer: the agent leaves, one colleague, a team or a number outside is rung, and the
caller hears music meanwhile.

Whoever does not take it gives it back: to the agent who handed it over, if they are still there,
and after that to everybody. In a team the first who answers has it, and it comes back once nobody
of the team is left. So a caller is never handed into nowhere.
"""

from datetime import datetime
from uuid import UUID

from msgspec.structs import replace

from backend.domain import events, instructions, refusals, signals
from backend.domain.call import Call, CallState
from backend.domain.calling_off import call_off
from backend.domain.consulting import must_not_consult
from backend.domain.decision import Decision, Scene, also, grown, move
from backend.domain.dialling_guard import authorise, placing
from backend.domain.handover import NotTaken, Transfer
from backend.domain.orders import hold_caller, remove


def transfer(scene: Scene, call: Call, signal: signals.AgentTransferred, now: datetime) -> Decision:
    if call.transfer is not None and _is_repeated(call.transfer, signal):
        return Decision(call)
    if call.agent_id != signal.agent_id:
        raise refusals.NotYourCall
    if call.state not in (CallState.CONNECTED, CallState.HELD):
        raise refusals.NotInTheCall
    must_not_consult(call)
    if signal.number is not None:
        return _transfer_outside(scene, call, signal, signal.number, now)
    if signal.team is not None:
        return _transfer_to_team(scene, call, signal, signal.team, now)
    to = signal.to
    if to is None or to not in scene.free or to == signal.agent_id:
        raise refusals.ColleagueNotAvailable
    deadline = now + scene.rules.transfer
    handed = _leave(call, signal, Transfer(signal.agent_id, to), now, deadline, offered_to=(to,))
    said = (events.CallTransferred(signal.agent_id, to),)
    return Decision(handed, said, _farewell(call), wrapping=(signal.agent_id,))


def _is_repeated(transfer: Transfer, signal: signals.AgentTransferred) -> bool:
    is_mine = transfer.by == signal.agent_id and transfer.failed is None
    if signal.team is not None:
        return is_mine and transfer.team == signal.team
    return is_mine and signal.to is not None and transfer.to == signal.to


def _transfer_to_team(
    scene: Scene, call: Call, signal: signals.AgentTransferred, team: UUID, now: datetime
) -> Decision:
    if scene.team is None:
        raise refusals.NoSuchTeam
    rung = _free_of_team(scene, but=(signal.agent_id,))
    if not rung:
        raise refusals.TeamNotAvailable
    transfer = Transfer(signal.agent_id, None, team=team)
    deadline = now + scene.rules.transfer
    handed = _leave(call, signal, transfer, now, deadline, offered_to=rung)
    said = (events.CallTransferred(signal.agent_id, None, team),)
    return Decision(handed, said, _farewell(call), wrapping=(signal.agent_id,))


def _free_of_team(scene: Scene, *, but: tuple[UUID, ...]) -> tuple[UUID, ...]:
    return tuple(one for one in scene.free if one in (scene.team or ()) and one not in but)


def _transfer_outside(
    scene: Scene, call: Call, signal: signals.AgentTransferred, number: str, now: datetime
) -> Decision:
    outside = authorise(scene, call, call.id, number, call.number, signal.agent_id, now)
    transfer = Transfer(signal.agent_id, None, number=outside.number, outbound=outside.id)
    with_leg = replace(call, outbound=(*call.outbound, outside))
    deadline = now + scene.rules.dialling.ring
    handed = _leave(with_leg, signal, transfer, now, deadline, offered_to=())
    asked = (*_farewell(call), placing(scene, handed, outside, now))
    said = (events.CallTransferred(signal.agent_id, None),)
    return Decision(handed, said, asked, wrapping=(signal.agent_id,))


def _farewell(call: Call) -> tuple[instructions.Instruction, ...]:
    """What lets the agent out, with music for the caller."""
    return (*hold_caller(call), *remove(call, call.agent_leg))


def _leave(
    call: Call,
    signal: signals.AgentTransferred,
    transfer: Transfer,
    now: datetime,
    deadline: datetime,
    *,
    offered_to: tuple[UUID, ...],
) -> Call:
    return move(
        call,
        signal,
        CallState.RINGING,
        now,
        transfer=transfer,
        offered_to=offered_to,
        declined_by=(),
        agent_id=None,
        agent_leg=None,
        caller_held=True,
        held_at=None,
        consult=None,
        overdue=False,
        deadline=deadline,
    )


def may_take(call: Call, agent_id: UUID) -> bool:
    """Whether a call that rings is this agent's to take: one under transfer is not everybody's."""
    if call.transfer is None or agent_id in (call.transfer.by, call.transfer.to):
        return True
    return call.transfer.team is not None and agent_id in call.offered_to


def still_rings(scene: Scene, call: Call) -> bool:
    """Whether a call under transfer still rings at somebody who has no other call."""
    return any(agent in scene.free for agent in call.offered_to)


def offer_in_team(scene: Scene, call: Call, agent_id: UUID, now: datetime) -> Decision:
    """Somebody comes free while it rings at their team: it rings there too."""
    transfer = call.transfer
    if transfer is None or transfer.failed is not None or agent_id not in (scene.team or ()):
        return Decision(call)
    if agent_id in (transfer.by, *call.offered_to, *call.declined_by):
        return Decision(call)
    # If the last of them has just gone away, it begins to ring anew.
    deadline = call.deadline if call.offered_to else now + scene.rules.transfer
    rings = replace(call, offered_to=(*call.offered_to, agent_id), deadline=deadline)
    return Decision(grown(rings), (events.CallOffered((agent_id,)),))


def ring_the_rest(scene: Scene, call: Call, lost: UUID, now: datetime) -> Decision | None:
    """Who took it for their team did not come: the others are rung, if any is free. None if not;
    nobody is rung twice, so that a caller is not kept going round in a team."""
    transfer = call.transfer
    if transfer is None or transfer.team is None:
        return None
    declined = also(call.declined_by, lost)
    rest = _free_of_team(scene, but=(transfer.by, *declined))
    if not rest:
        return None
    deadline = now + scene.rules.transfer
    rings = replace(call, offered_to=rest, declined_by=declined, deadline=deadline)
    return Decision(grown(rings), (events.CallOffered(rest),))


def turn_down(scene: Scene, call: Call, why: NotTaken, now: datetime) -> Decision:
    """Whoever it rings at under this transfer does not take it: on to the next."""
    transfer = call.transfer
    assert transfer is not None  # noqa: S101  asked only of calls under transfer
    asked = call_off(call, transfer.outbound)
    if transfer.failed is None:
        failed = events.TransferFailed(transfer.by, transfer.to, why, transfer.team)
        if scene.is_at_hand(transfer.by):
            back = replace(
                call,
                transfer=replace(transfer, failed=why),
                offered_to=(transfer.by,),
                deadline=now + scene.rules.transfer,
            )
            return Decision(grown(back), (failed, events.TransferReturned(transfer.by)), asked)
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
    return Decision(grown(open_to_all), (*said, *offers), asked)


def lose(call: Call, agent_id: UUID, now: datetime) -> Decision:
    """An agent whom it rings at cannot be rung any more; in a team the others still are. Who is
    next after the last needs a look at everybody, which the passing of time brings at once."""
    left = tuple(agent for agent in call.offered_to if agent != agent_id)
    fewer = replace(call, offered_to=left, deadline=call.deadline if left else now)
    return Decision(grown(fewer), (events.OfferWithdrawn(agent_id),))
