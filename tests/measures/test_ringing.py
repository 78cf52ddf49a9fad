"""Whom a call rings at, for how long, and how that ends."""

from collections import Counter
from datetime import datetime
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from backend.domain.board import Announcement
from backend.domain.call import CallState, EndReason
from backend.domain.handover import Consult, NotTaken, Transfer
from backend.measures.facts import Ring, RingEnding
from tests.measures.test_folding import (
    ANA,
    BEN,
    CHLOE,
    Story,
    at,
    busy_world,
    calls_in,
    last_card,
    told_at_random,
)

EVERYBODY = (ANA, BEN, CHLOE)


def rang(story: Story) -> list[tuple[UUID, RingEnding, datetime, datetime | None]]:
    return [
        (UUID(ring.agent), ring.ending, ring.started_at, ring.ended_at)
        for ring in story.facts().rings
    ]


def endings(story: Story) -> dict[UUID, RingEnding]:
    return {agent: ending for agent, ending, *_ in rang(story)}


def rings(*agents: UUID) -> Story:
    return Story().then(1, "call-offered", offered_to=agents)


def claimed(story: Story, seconds: float, by: UUID) -> Story:
    connecting = {"state": CallState.CONNECTING, "offered_to": (), "agent_id": by}
    return story.then(seconds, "call-claimed", **connecting)


def test_of_those_whom_a_call_rings_at_one_is_quicker():
    assert rang(claimed(rings(*EVERYBODY), 9, BEN)) == [
        (ANA, RingEnding.NOT_SELECTED, at(1), at(9)),
        (BEN, RingEnding.ANSWERED, at(1), at(9)),
        (CHLOE, RingEnding.NOT_SELECTED, at(1), at(9)),
    ]


def test_a_call_that_still_rings_is_open():
    assert rang(rings(ANA)) == [(ANA, RingEnding.OPEN, at(1), None)]


def test_nobody_answers_and_a_caller_gives_up():
    nobody = rings(ANA, BEN).then(61, "call-ended", offered_to=(), end_reason=EndReason.NO_ANSWER)
    assert endings(nobody) == {ANA: RingEnding.MISSED, BEN: RingEnding.MISSED}
    gone = rings(ANA, BEN).then(8, "call-ended", offered_to=(), end_reason=EndReason.ABANDONED)
    assert endings(gone) == {ANA: RingEnding.ABANDONED, BEN: RingEnding.ABANDONED}
    broken = rings(ANA).then(8, "call-ended", offered_to=(), end_reason=EndReason.FAILED)
    assert endings(broken) == {ANA: RingEnding.ABANDONED}
    talked = rings(ANA).then(8, "call-offered", answered_at=at(0))
    talked.then(61, "call-ended", offered_to=(), end_reason=EndReason.FAILED)
    assert endings(talked) == {ANA: RingEnding.MISSED}, "time was over after a transfer"


def test_one_declines_one_goes_away_and_one_comes_later():
    story = rings(ANA, BEN).then(5, "offer-refused", offered_to=(BEN,))
    story.then(7, "offer-withdrawn", offered_to=())
    story.then(9, "call-offered", offered_to=(CHLOE,))
    assert rang(story) == [
        (ANA, RingEnding.DECLINED, at(1), at(5)),
        (BEN, RingEnding.WITHDRAWN, at(1), at(7)),
        (CHLOE, RingEnding.OPEN, at(9), None),
    ]


def handed_to_ben() -> Story:
    handed = {"state": CallState.RINGING, "transfer": Transfer(ANA, BEN), "offered_to": (BEN,)}
    return Story().answered(10).then(20, "call-transferred", **handed, agent_id=None)


def test_a_transfer_that_nobody_takes_comes_back_and_is_open_to_all():
    story = handed_to_ben()
    failed = Transfer(ANA, BEN, failed=NotTaken.NO_ANSWER)
    story.then(40, "transfer-failed", transfer=failed, offered_to=(ANA,))
    story.then(40, "transfer-returned")
    story.then(60, "call-offered", transfer=None, offered_to=(ANA, BEN))
    assert rang(story) == [
        (BEN, RingEnding.MISSED, at(20), at(40)),
        (ANA, RingEnding.MISSED, at(40), at(60)),
        (ANA, RingEnding.OPEN, at(60), None),
        (BEN, RingEnding.OPEN, at(60), None),
    ]


def test_whoever_handed_a_call_on_takes_it_back():
    assert endings(claimed(handed_to_ben(), 30, ANA)) == {BEN: RingEnding.WITHDRAWN}


def test_a_team_that_turns_a_call_away_together_has_missed_it():
    """Who of them refused, and who was in another call, the card does not tell."""
    story = handed_to_ben().then(21, "call-offered", offered_to=(BEN, CHLOE))
    failed = Transfer(ANA, BEN, failed=NotTaken.DECLINED)
    story.then(30, "offer-refused", transfer=failed, offered_to=(ANA,))
    found = endings(story)
    assert found == {BEN: RingEnding.MISSED, CHLOE: RingEnding.MISSED, ANA: RingEnding.OPEN}


def test_a_colleague_who_is_asked_answers_declines_or_is_not_asked_any_more():
    def asked(**consult: object) -> Story:
        story = Story().answered(10)
        story.then(20, "consult-started", consult=Consult(BEN, at(20)), offered_to=(BEN,))
        after = Consult(BEN, at(20), **consult) if consult else None  # type: ignore[arg-type]
        event = "consult-accepted" if "accepted" in consult else "consult-ended"
        return story.then(30, event, consult=after, offered_to=())

    assert endings(asked(accepted=True)) == {BEN: RingEnding.ANSWERED}
    assert endings(asked(failed=NotTaken.DECLINED)) == {BEN: RingEnding.DECLINED}
    assert endings(asked(failed=NotTaken.NO_ANSWER)) == {BEN: RingEnding.MISSED}
    assert endings(asked(failed=NotTaken.UNREACHABLE)) == {BEN: RingEnding.WITHDRAWN}
    assert endings(asked()) == {BEN: RingEnding.WITHDRAWN}


def test_a_colleague_who_is_asked_and_then_handed_the_call_is_rung_once():
    story = Story().answered(10)
    story.then(20, "consult-started", consult=Consult(BEN, at(20)), offered_to=(BEN,))
    handed = {"state": CallState.RINGING, "consult": None, "transfer": Transfer(ANA, BEN)}
    story.then(25, "call-transferred", **handed, agent_id=None)
    assert rang(claimed(story, 30, BEN)) == [(BEN, RingEnding.ANSWERED, at(20), at(30))]


def test_a_parked_call_rings_its_parker_and_then_everybody_for_as_long_as_it_waits():
    parked = {"state": CallState.PARKED, "agent_id": None, "slot": 1, "parked_by": ANA}
    story = Story().answered(10).then(20, "call-parked", **parked)
    story.then(110, "park-overdue", offered_to=(ANA,))
    story.then(130, "park-overdue", offered_to=(ANA, BEN), overdue=True)
    story.then(150, "park-overdue", offered_to=(BEN,))
    assert rang(story) == [
        (ANA, RingEnding.MISSED, at(110), at(130)),
        (ANA, RingEnding.WITHDRAWN, at(130), at(150)),
        (BEN, RingEnding.OPEN, at(130), None),
    ]


def test_who_is_offered_a_call_and_found_not_reachable_at_once_was_not_rung():
    story = rings(ANA).then(5, "call-offered", offered_to=(ANA, BEN))
    story.then(5, "offer-withdrawn", offered_to=(ANA,))
    assert endings(story) == {ANA: RingEnding.OPEN}


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 100_000))
def test_it_rings_at_whom_the_cards_say(seed: int):
    for lines in calls_in(told_at_random(seed)).values():
        story = Story()
        story.lines = lines
        found = story.facts().rings
        assert [ring.number for ring in found] == list(range(len(found)))
        for line in lines:
            assert line.call is not None
            # At one moment several things are told; after the last of them, this is so.
            if line.at != _next_time(lines, line):
                assert sorted(_rings_at(found, line.at)) == sorted(map(str, line.call.offered_to))
        if last_card(lines).ended_at is not None:
            assert all(ring.ended_at is not None for ring in found)


def _next_time(lines: list[Announcement], line: Announcement) -> datetime | None:
    place = lines.index(line)
    return lines[place + 1].at if place + 1 < len(lines) else None


def _rings_at(found: tuple[Ring, ...], moment: datetime) -> list[str]:
    """At whom it rang right after that moment."""
    return [
        ring.agent
        for ring in found
        if ring.started_at <= moment and (ring.ended_at is None or ring.ended_at > moment)
    ]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 100_000))
def test_whoever_missed_a_ring_has_missed_it_by_the_decision_too(seed: int):
    """... by which an agent at whom call after call rings unanswered is not reachable."""
    world = busy_world(seed)
    lines = [said for _ in range(120) for said in world.turn()]
    folded: Counter[tuple[UUID, UUID, datetime | None]] = Counter()
    for call, of_call in calls_in(lines).items():
        story = Story()
        story.lines = of_call
        for ring in story.facts().rings:
            if ring.ending is RingEnding.MISSED:
                folded[call, UUID(ring.agent), ring.ended_at] += 1
    assert folded == Counter(world.missed)
