"""The parking lot: a caller waits in a slot until somebody picks up, or time calls back."""

from datetime import datetime

from msgspec.structs import replace

from backend.domain import events, refusals, signals
from backend.domain.call import Call, CallState
from backend.domain.consulting import must_not_consult
from backend.domain.decision import Decision, Scene, grown, missed_by, move
from backend.domain.orders import hold_caller, remove


def park(scene: Scene, call: Call, signal: signals.AgentParked, now: datetime) -> Decision:
    if call.state is CallState.PARKED and call.parked_by == signal.agent_id:
        return Decision(call)
    if call.agent_id != signal.agent_id:
        raise refusals.NotYourCall
    must_not_consult(call)
    slot = _choose_slot(scene, call, signal.slot)
    parked = move(
        call,
        signal,
        CallState.PARKED,
        now,
        slot=slot,
        parked_by=signal.agent_id,
        agent_id=None,
        agent_leg=None,
        offered_to=(),
        declined_by=(),
        overdue=False,
        caller_held=True,
        held_at=None,
        transfer=None,
        consult=None,
        deadline=now + scene.rules.park,
    )
    said = (events.CallParked(signal.agent_id, slot),)
    leaves = (*hold_caller(call), *remove(call, call.agent_leg))
    return Decision(parked, said, leaves, freed=(signal.agent_id,))


def _choose_slot(scene: Scene, call: Call, wish: int | None) -> int:
    taken = scene.taken_slots - ({call.slot} if call.slot is not None else set[int]())
    if wish is None:
        every = range(1, scene.rules.slots + 1)
        free = next((slot for slot in every if slot not in taken), None)
        if free is None:
            raise refusals.LotFull
        return free
    if not 1 <= wish <= scene.rules.slots:
        raise refusals.NoSuchSlot
    if wish in taken:
        raise refusals.SlotTaken
    return wish


def park_ran_out(scene: Scene, call: Call, now: datetime) -> Decision:
    """First the parker is rung, then everybody, for as long as the caller waits."""
    assert call.slot is not None  # noqa: S101  a parked call has a slot: `_park` gave it one
    parker_first = not call.overdue and not call.offered_to and not call.declined_by
    parker = tuple(agent for agent in scene.free if agent == call.parked_by)
    if parker_first and parker:
        to, overdue = parker, False
    else:
        to, overdue = scene.free, True
    # Whoever declined is rung again with everybody: the caller is still waiting.
    rings = replace(
        call,
        offered_to=to,
        overdue=overdue,
        declined_by=(),
        deadline=now + scene.rules.park_return,
    )
    if set(to) == set(call.offered_to) and overdue == call.overdue:
        return Decision(rings)
    # At everybody it goes on ringing: that is one offer, however long the caller waits.
    missed = () if call.overdue else missed_by(scene, call)
    return Decision(grown(rings), (events.ParkOverdue(call.slot, to),), missed=missed)
