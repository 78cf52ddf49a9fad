"""From the journal to facts: what each line's card says was true until the next line.

The fold looks at the set of a call's lines, in the order of their numbers. So it does not matter
in which order, how often, or in how many batches they were read.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import chain
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from backend.domain.agent import AgentStatus
from backend.domain.board import AgentCard, Announcement, CallCard
from backend.domain.call import CallState, Direction, EndReason
from backend.domain.handover import TalkWith
from backend.measures.durations import ms_between
from backend.measures.facts import Ending, Handling, Outcome, Part, Ring, Span, Visit
from backend.measures.ringing import rings_of
from backend.measures.told import Told, in_order

HANDED_ON = {"call-transferred", "consult-completed", "call-forwarded"}
"""Events by which their agent has given the call to somebody else."""

OUTCOMES = {
    EndReason.ABANDONED: Outcome.ABANDONED,
    EndReason.COMPLETED: Outcome.ABANDONED,  # the caller left while the first agent was on the way
    EndReason.NO_ANSWER: Outcome.FORCED_OUT,
    EndReason.REJECTED: Outcome.FORCED_OUT,
    EndReason.CANCELED: Outcome.FORCED_OUT,
    EndReason.BUSY: Outcome.FORCED_OUT,
    EndReason.FAILED: Outcome.FAILED,
}
"""What a call that nobody answered was, for the queue."""


class StatusSpan(Struct, frozen=True):
    """A stretch of an agent's status; `end` is None while it lasts. `number` is that of the line
    that began it."""

    agent: UUID
    number: int
    status: AgentStatus
    reason: str | None
    wrap_up_of: UUID | None
    start: datetime
    end: datetime | None = None


class CallFacts(Struct, frozen=True):
    """All that figures need to know of one call."""

    visits: tuple[Visit, ...] = ()
    handlings: tuple[Handling, ...] = ()
    spans: tuple[Span, ...] = ()
    rings: tuple[Ring, ...] = ()


def facts_of_call(lines: Iterable[Announcement], wrap_ups: Iterable[StatusSpan] = ()) -> CallFacts:
    """The facts of the one call of which these lines tell; `wrap_ups` are its agents' after it.

    Lines of anything else are left out.
    """
    told = in_order(lines)
    if not told:
        return CallFacts()
    shares = [share for agent in _agents_in(told) for share in _shares(agent, told)]
    shares.sort(key=lambda share: (share.spans[0].start, share.agent))
    after = _wrap_ups(shares, wrap_ups)
    handlings = tuple(
        _handling(number, told[-1].card, share, after.get(number, []))
        for number, share in enumerate(shares)
    )
    worked = (span for share in shares for span in share.spans)
    wrapped = (
        Span(str(one.agent), told[0].card.id, Part.WRAP_UP, one.start, one.end)
        for stretches in after.values()
        for one in stretches
    )
    return CallFacts(_visits(told), handlings, tuple(chain(worked, wrapped)), rings_of(told))


def status_spans(
    lines: Iterable[Announcement], known: Iterable[StatusSpan] = ()
) -> tuple[StatusSpan, ...]:
    """Every agent's status, stretch by stretch, the earliest first; an agent's last is open.

    `known` are the open stretches from before these lines. A status that is announced again, or
    whose card only has another wish, goes on.
    """
    spans = {span.agent: [span] for span in known}
    for line in sorted(lines, key=lambda line: line.number):
        card = line.agent
        if card is None:
            continue
        of_agent = spans.setdefault(card.id, [])
        begun = _begun(card, line.number)
        if of_agent and _goes_on(of_agent[-1], begun):
            continue
        if of_agent:
            of_agent[-1] = replace(of_agent[-1], end=max(of_agent[-1].start, begun.start))
        of_agent.append(begun)
    found = chain.from_iterable(spans.values())
    return tuple(sorted(found, key=lambda span: span.number))


class _Share(Struct, frozen=True):
    agent: UUID
    spans: tuple[Span, ...]
    ending: Ending


def _agents_in(told: list[Told]) -> Iterator[UUID]:
    seen: set[UUID] = set()
    for line in told:
        for agent in _parts(line.card):
            if agent not in seen:
                seen.add(agent)
                yield agent


def _parts(card: CallCard) -> dict[UUID, Part]:
    """What each agent does in a call that stands like this."""
    owner = card.agent_id
    if card.state is CallState.HELD and owner is not None:
        return {owner: Part.HOLD}
    if card.state is CallState.DIALLING and owner is not None:
        return {owner: Part.DIAL}
    if card.state is not CallState.CONNECTED or owner is None:
        return {}
    parts = {one.agent_id: Part.TALK for one in card.guests if one.agent_id and one.present}
    consult = card.consult
    if consult is None or not consult.is_on:
        parts[owner] = Part.TALK if card.agent_present and card.held_at is None else Part.HOLD
        return parts
    together = consult.present and consult.talk_with is TalkWith.ALL
    if consult.agent_id is not None and consult.present:
        parts[consult.agent_id] = Part.TALK if together else Part.CONSULT
    if not card.agent_present:
        parts[owner] = Part.HOLD
    elif consult.talk_with is not TalkWith.COLLEAGUE or card.guests:
        parts[owner] = Part.TALK
    else:
        parts[owner] = Part.CONSULT if consult.present else Part.HOLD
    return parts


def _shares(agent: UUID, told: list[Told]) -> Iterator[_Share]:
    """Each time this agent came into the call, until they were out of it again."""
    spans: list[Span] = []
    for place, line in enumerate(told):
        after = told[place + 1] if place + 1 < len(told) else None
        part = _parts(line.card).get(agent)
        resumes = part is None and _comes_back(agent, line.card) and spans
        if resumes:
            part = Part.HOLD
        if part is None:
            continue
        end = after.at if after is not None else None
        if spans and spans[-1].part is part and spans[-1].end == line.at:
            spans[-1] = replace(spans[-1], end=end)
        else:
            spans.append(Span(str(agent), line.card.id, part, line.at, end))
        if after is None:
            yield _Share(agent, tuple(spans), Ending.OPEN)
        elif agent not in _parts(after.card) and not _comes_back(agent, after.card):
            yield _Share(agent, tuple(spans), _ending(agent, line.card, told[place + 1 :]))
            spans = []


def _comes_back(agent: UUID, card: CallCard) -> bool:
    """On the way back to a caller whom they had put on hold, or to a talk that they lost: their
    share goes on meanwhile."""
    if card.state is CallState.CONNECTING:
        return card.agent_id == agent
    asked = card.consult
    is_asked = asked is not None and asked.is_on and asked.agent_id == agent
    return card.state is CallState.CONNECTED and (
        is_asked or any(one.agent_id == agent for one in card.guests)
    )


def _ending(agent: UUID, before: CallCard, rest: list[Told]) -> Ending:
    after, card = rest[0], rest[0].card
    if card.state is CallState.ENDED:
        return Ending.OVER
    had_it = before.agent_id == agent and (before.agent_present or before.held_at is not None)
    if after.event in HANDED_ON and had_it and not _comes_back_to(agent, rest):
        return Ending.TRANSFERRED
    if card.state is CallState.PARKED and card.parked_by == agent:
        return Ending.PARKED
    return Ending.LEFT


def _comes_back_to(agent: UUID, rest: list[Told]) -> bool:
    """Whether nobody took what they handed on, and they have it again."""
    taken = next((line.card for line in rest if _is_with_somebody(line.card)), None)
    return taken is not None and agent in _parts(taken)


def _is_with_somebody(card: CallCard) -> bool:
    return card.state is CallState.FORWARDED or bool(_parts(card))


def _visits(told: list[Told]) -> tuple[Visit, ...]:
    first, last = told[0].card, told[-1].card
    if last.direction is not Direction.INBOUND:
        return ()
    answer = next((line for line in told if Part.TALK in _parts(line.card).values()), None)
    visit = Visit(
        call_id=last.id,
        queue=last.number,
        caller=last.caller,
        entered_at=first.started_at,
        outcome=Outcome.OPEN,
        ended_at=last.ended_at,
    )
    if answer is not None:
        over = answer.card.answered_at or answer.at
        by = next(a for a, part in _parts(answer.card).items() if part is Part.TALK)
        visit = replace(visit, outcome=Outcome.ANSWERED, answered_by=str(by))
    elif last.ended_at is not None:
        over = last.ended_at
        visit = replace(visit, outcome=OUTCOMES[EndReason(last.end_reason or "failed")])
    else:
        return (visit,)
    waited = ms_between(visit.entered_at, over)
    return (replace(visit, wait_ms=max(0, waited), is_skewed=waited < 0),)


def _wrap_ups(shares: list[_Share], spans: Iterable[StatusSpan]) -> dict[int, list[StatusSpan]]:
    """The wrap-ups after each share, by the share's place: of the agent's shares the last one that
    was over by then. One that was interrupted comes in several stretches."""
    found: dict[int, list[StatusSpan]] = {}
    for span in spans:
        theirs = [place for place, share in enumerate(shares) if share.agent == span.agent]
        over = [p for p in theirs if (shares[p].spans[-1].end or span.start) <= span.start]
        if theirs:
            found.setdefault((over or theirs)[-1], []).append(span)
    return found


def _handling(number: int, card: CallCard, share: _Share, wrap_ups: list[StatusSpan]) -> Handling:
    started = Handling(
        call_id=card.id,
        entered_at=card.started_at,
        queue=card.number,
        direction=card.direction,
        agent=str(share.agent),
        started_at=share.spans[0].start,
        ended_at=share.spans[-1].end,
        ending=share.ending,
        number=number,
        is_final=False,
    )
    if share.ending is Ending.OPEN:
        return started
    talk, hold, consult = (_total(share, part) for part in (Part.TALK, Part.HOLD, Part.CONSULT))
    over = replace(started, talk_ms=talk, hold_ms=hold, consult_ms=consult)
    if any(stretch.end is None for stretch in wrap_ups):
        return over
    after = sum(ms_between(one.start, one.end) for one in wrap_ups if one.end)
    handled = talk + hold + consult + after
    return replace(over, wrap_up_ms=after, handle_ms=handled, is_final=True)


def _total(share: _Share, part: Part) -> int:
    return sum(
        ms_between(span.start, span.end) for span in share.spans if span.part is part and span.end
    )


def _begun(card: AgentCard, number: int) -> StatusSpan:
    return StatusSpan(
        card.id,
        number,
        card.status,
        card.reason if card.status is AgentStatus.AWAY else None,
        card.wrap_up_of if card.status is AgentStatus.WRAP_UP else None,
        card.since,
    )


def _goes_on(known: StatusSpan, begun: StatusSpan) -> bool:
    """Whether that line was read before, or nothing that a figure asks for has changed."""
    return begun.number <= known.number or (known.status, known.reason, known.wrap_up_of) == (
        begun.status,
        begun.reason,
        begun.wrap_up_of,
    )
