"""At whom a call rang, for how long, and how that ended: read from whom its cards say it is offered
to.

A card does not say why it no longer rings at somebody; the line's event and the card before do.
"""

from collections.abc import Sequence
from uuid import UUID

from msgspec.structs import replace

from backend.domain.board import CallCard
from backend.domain.call import EndReason
from backend.domain.handover import NotTaken
from backend.measures.facts import Ring, RingEnding
from backend.measures.told import Told

TAKEN = {"call-claimed", "call-picked-up", "call-connected", "consult-accepted"}
"""Events by which somebody has the call, or comes to the talk for which they were rung."""

CONSULTED = {NotTaken.DECLINED: RingEnding.DECLINED, NotTaken.NO_ANSWER: RingEnding.MISSED}
"""How it ended for a colleague who was asked; for any other reason they were not rung any more."""


def rings_of(told: Sequence[Told]) -> tuple[Ring, ...]:
    """Each time that the call rang at an agent, the earliest first; `told` tells of something."""
    over: list[Ring] = []
    ringing: dict[UUID, Ring] = {}
    before = told[0].card
    for line in told:
        for agent, ending in _endings(before, line).items():
            over.append(replace(ringing.pop(agent), ended_at=line.at, ending=ending))
        for agent in line.card.offered_to:
            if agent not in ringing:
                ringing[agent] = Ring(line.card.id, str(agent), line.at)
        before = line.card
    rang = [ring for ring in over if not _was_none(ring)]
    in_order = sorted((*rang, *ringing.values()), key=lambda ring: (ring.started_at, ring.agent))
    return tuple(replace(ring, number=number) for number, ring in enumerate(in_order))


def _endings(before: CallCard, line: Told) -> dict[UUID, RingEnding]:
    """At whom it does not ring any more, and why; at everybody if it is another offer now, though
    it may ring on."""
    goes_on = () if _is_another_offer(before, line.card) else line.card.offered_to
    stopped = [agent for agent in before.offered_to if agent not in goes_on]
    is_alone = len(stopped) == 1
    return {agent: _ending(agent, before, line, is_alone=is_alone) for agent in stopped}


def _is_another_offer(before: CallCard, card: CallCard) -> bool:
    """Whether whoever was rung has had their time: it comes back to who handed it over, is open to
    all, or rings at everybody after its parker."""
    is_handed = before.transfer is not None and card.transfer != before.transfer
    return is_handed or (card.overdue and not before.overdue)


def _ending(agent: UUID, before: CallCard, line: Told, *, is_alone: bool) -> RingEnding:
    card = line.card
    if line.event in TAKEN:
        return _of_taken(agent, before, card)
    if line.event == "offer-refused":
        # Of several, in a team, the card does not tell who refused. It is over for all of them, and
        # counts the same.
        return RingEnding.DECLINED if is_alone else RingEnding.MISSED
    if card.consult is not None and card.consult.failed is not None:
        return CONSULTED.get(card.consult.failed, RingEnding.WITHDRAWN)
    if line.event == "call-ended":
        return _of_ended(before, card)
    return RingEnding.MISSED if _is_another_offer(before, card) else RingEnding.WITHDRAWN


def _of_taken(agent: UUID, before: CallCard, card: CallCard) -> RingEnding:
    asked = card.consult
    if agent == card.agent_id or (asked is not None and asked.is_on and asked.agent_id == agent):
        return RingEnding.ANSWERED
    handed = before.transfer
    is_taken_back = handed is not None and handed.failed is None and handed.by == card.agent_id
    return RingEnding.WITHDRAWN if is_taken_back else RingEnding.NOT_SELECTED


def _of_ended(before: CallCard, card: CallCard) -> RingEnding:
    """Time that is over ends a call as failed if somebody has talked with the caller before."""
    ran_out = card.end_reason == EndReason.NO_ANSWER
    ran_out |= card.end_reason == EndReason.FAILED and before.answered_at is not None
    return RingEnding.MISSED if ran_out else RingEnding.ABANDONED


def _was_none(ring: Ring) -> bool:
    """Whether it was taken away as it began: who is offered a call by the very turn that finds them
    not reachable is never rung."""
    return ring.ending is RingEnding.WITHDRAWN and ring.started_at == ring.ended_at
