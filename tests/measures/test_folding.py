"""From the journal to facts: whatever happens, in whatever order it is read."""

from collections import defaultdict
from datetime import datetime, timedelta
from itertools import pairwise
from random import Random
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from backend.domain.agent import AgentStatus
from backend.domain.board import AgentCard, Announcement, CallCard, card_of
from backend.domain.call import Call, CallState, Direction, EndReason
from backend.domain.handover import Consult, TalkWith
from backend.measures.durations import ms_between
from backend.measures.facts import Ending, Outcome, Part
from backend.measures.folding import CallFacts, StatusSpan, facts_of_call, status_spans
from backend.measures.tally import Counting, tally
from tests.vectors.board_fold import AGENTS, START, World

ANA, BEN, CHLOE = (agent.id for agent in AGENTS)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


class Story:
    """A call's lines, written by hand: what happened when, and what the card then said."""

    def __init__(self) -> None:
        self._call = Call(UUID(int=7), "+15551112222", "+15550100001", "CA1", START, START)
        self.lines: list[Announcement] = []
        self.then(0, "call-arrived")

    def then(self, seconds: float, event: str, **change: object) -> "Story":
        self._call = replace(self._call, **change)
        number = len(self.lines) + 1
        self.lines.append(Announcement(number, at(seconds), event, card_of(self._call)))
        return self

    def answered(self, seconds: float, by: UUID = ANA) -> "Story":
        self.then(seconds - 1, "call-claimed", state=CallState.CONNECTING, agent_id=by)
        return self.then(
            seconds,
            "call-connected",
            state=CallState.CONNECTED,
            agent_leg="CA2",
            answered_at=self._call.answered_at or at(seconds),
        )

    def ended(self, seconds: float, why: EndReason = EndReason.COMPLETED) -> "Story":
        return self.then(
            seconds,
            "call-ended",
            state=CallState.ENDED,
            agent_id=None,
            agent_leg=None,
            held_at=None,
            consult=None,
            ended_at=at(seconds),
            end_reason=why,
        )

    def facts(self, *wrap_ups: StatusSpan) -> CallFacts:
        return facts_of_call(self.lines, wrap_ups)


def wrap_up(start: float, end: float | None, agent: UUID = ANA) -> StatusSpan:
    until = None if end is None else at(end)
    return StatusSpan(agent, 1, AgentStatus.WRAP_UP, None, UUID(int=7), at(start), until)


def test_a_call_that_is_answered_and_wrapped_up():
    facts = Story().answered(12).ended(72).facts(wrap_up(72, 90))
    (visit,), (handling,) = facts.visits, facts.handlings
    assert (visit.outcome, visit.wait_ms, visit.answered_by) == (Outcome.ANSWERED, 12_000, str(ANA))
    assert (handling.talk_ms, handling.hold_ms, handling.wrap_up_ms) == (60_000, 0, 18_000)
    assert (handling.handle_ms, handling.ending, handling.is_final) == (78_000, Ending.OVER, True)
    assert [span.part for span in facts.spans] == [Part.TALK, Part.WRAP_UP]


def test_a_wrap_up_that_lasts_leaves_the_handle_time_open():
    (handling,) = Story().answered(12).ended(72).facts(wrap_up(72, None)).handlings
    assert (handling.is_final, handling.handle_ms, handling.talk_ms) == (False, None, 60_000)


@pytest.mark.parametrize(
    ("why", "outcome"),
    [
        (EndReason.ABANDONED, Outcome.ABANDONED),
        (EndReason.NO_ANSWER, Outcome.FORCED_OUT),
        (EndReason.REJECTED, Outcome.FORCED_OUT),
        (EndReason.FAILED, Outcome.FAILED),
    ],
)
def test_a_call_that_nobody_answers(why: EndReason, outcome: Outcome):
    (visit,) = Story().ended(9, why).facts().visits
    assert (visit.outcome, visit.wait_ms, visit.answered_by) == (outcome, 9_000, None)


def test_a_caller_who_leaves_while_the_first_agent_is_on_the_way_has_abandoned():
    story = Story().then(8, "call-claimed", state=CallState.CONNECTING, agent_id=ANA)
    facts = story.ended(9, EndReason.ABANDONED).facts()
    assert facts.visits[0].outcome is Outcome.ABANDONED
    assert facts.handlings == ()


def test_a_caller_who_still_waits_is_open():
    (visit,) = Story().facts().visits
    assert (visit.outcome, visit.wait_ms) == (Outcome.OPEN, None)
    counted = tally([visit], [], Counting(), at(25))
    assert (counted.offered, counted.open, counted.overdue, counted.is_final) == (1, 1, 1, False)


def test_a_clock_that_runs_ahead_gives_a_wait_of_nothing_and_is_counted():
    story = Story()
    story.then(0, "call-claimed", state=CallState.CONNECTING, agent_id=ANA)
    story.then(0, "call-connected", state=CallState.CONNECTED, agent_leg="CA2", answered_at=at(-1))
    (visit,) = story.facts().visits
    assert (visit.wait_ms, visit.is_skewed) == (0, True)
    assert tally([visit], [], Counting(), at(1)).skewed == 1


def test_holding_and_losing_the_agents_voice_is_hold_and_waiting_in_the_lot_is_nobodys_time():
    story = Story().answered(10)
    story.then(20, "call-held", held_at=at(20)).then(50, "call-resumed", held_at=None)
    story.then(60, "agent-lost", agent_leg=None).then(65, "agent-rejoined", agent_leg="CA3")
    story.then(
        70,
        "call-parked",
        state=CallState.PARKED,
        agent_id=None,
        agent_leg=None,
        slot=1,
        parked_by=ANA,
    )
    story.then(
        100, "call-picked-up", state=CallState.CONNECTING, agent_id=BEN, slot=None, parked_by=None
    )
    story.then(101, "call-connected", state=CallState.CONNECTED, agent_leg="CA4")
    ana, ben = story.ended(111).facts().handlings
    assert (ana.talk_ms, ana.hold_ms, ana.ending) == (25_000, 35_000, Ending.PARKED)
    assert (ben.talk_ms, ben.hold_ms, ben.ending) == (10_000, 0, Ending.OVER)
    assert story.facts().visits[0].wait_ms == 10_000


def test_a_caller_set_aside_is_held_until_they_talk_again():
    story = Story().answered(10)
    story.then(20, "call-set-aside", state=CallState.HELD, agent_leg=None, held_at=at(20))
    story.then(50, "call-resumed", state=CallState.CONNECTING, held_at=None)
    story.then(52, "call-connected", state=CallState.CONNECTED, agent_leg="CA3")
    (share,) = story.ended(62).facts().handlings
    assert (share.talk_ms, share.hold_ms) == (20_000, 32_000)


def test_a_word_with_a_colleague_is_both_agents_time_and_the_handing_over_a_transfer():
    story = Story().answered(10).then(20, "call-held", held_at=at(20))
    asks = Consult(BEN, at(20))
    story.then(20, "consult-started", consult=asks)
    story.then(25, "consult-accepted", consult=replace(asks, accepted=True))
    there = replace(asks, accepted=True, leg="CA5")
    story.then(26, "consult-joined", consult=there)
    story.then(40, "consult-changed", consult=replace(there, talk_with=TalkWith.ALL), held_at=None)
    story.then(50, "consult-completed", consult=None, agent_id=BEN, agent_leg="CA5")
    ana, ben = story.ended(80).facts().handlings
    assert (ana.talk_ms, ana.hold_ms, ana.consult_ms) == (20_000, 6_000, 14_000)
    assert ana.ending is Ending.TRANSFERRED
    assert (ben.talk_ms, ben.consult_ms, ben.ending) == (40_000, 14_000, Ending.OVER)
    counted = tally(story.facts().visits, story.facts().handlings, Counting(), at(80))
    assert (counted.offered, counted.answered, counted.handlings, counted.transfers) == (1, 1, 2, 1)


def test_who_was_only_asked_and_never_talked_with_the_caller_is_in_no_mean():
    story = Story().answered(10).then(20, "call-held", held_at=at(20))
    asks = Consult(BEN, at(20), accepted=True, leg="CA5")
    story.then(20, "consult-joined", consult=asks)
    story.then(30, "consult-ended", consult=None, held_at=None)
    ana, ben = story.ended(40).facts().handlings
    assert (ben.talk_ms, ben.consult_ms, ben.ending) == (0, 10_000, Ending.LEFT)
    counted = tally([], [ana, ben], Counting(), at(40))
    assert (counted.handlings, counted.unknown_handlings) == (1, 1)


def test_a_wrap_up_that_was_interrupted_is_all_of_its_stretches():
    (share,) = Story().answered(10).ended(70).facts(wrap_up(70, 80), wrap_up(82, 90)).handlings
    assert (share.wrap_up_ms, share.is_final) == (18_000, True)


def test_each_wrap_up_is_of_the_share_before_it():
    story = Story().answered(10)
    story.then(20, "call-transferred", state=CallState.RINGING, agent_id=None, agent_leg=None)
    story.answered(40, BEN)
    story.then(50, "call-transferred", state=CallState.RINGING, agent_id=None, agent_leg=None)
    story.answered(60).ended(80)
    after = (wrap_up(20, 30), wrap_up(50, 54, BEN), wrap_up(80, 95))
    ana, ben, ana_again = story.facts(*after).handlings
    assert [one.wrap_up_ms for one in (ana, ben, ana_again)] == [10_000, 4_000, 15_000]
    assert (ana.ending, ben.ending) == (Ending.TRANSFERRED, Ending.TRANSFERRED)


def test_calling_out_is_busy_time_and_no_handle_time():
    story = Story()
    story.lines.clear()
    dials = {"direction": Direction.OUTBOUND, "state": CallState.DIALLING, "agent_id": ANA}
    story.then(0, "callee-called", **dials, agent_leg="CA2")
    story.then(20, "call-connected", state=CallState.CONNECTED, answered_at=at(20))
    facts = story.ended(50).facts()
    assert facts.visits == ()
    assert [(span.part, span.start, span.end) for span in facts.spans] == [
        (Part.DIAL, at(0), at(20)),
        (Part.TALK, at(20), at(50)),
    ]
    (share,) = facts.handlings
    assert (share.talk_ms, share.handle_ms) == (30_000, 30_000)


def test_a_call_that_nobody_took_and_that_came_back_was_no_transfer():
    story = Story().answered(10)
    story.then(20, "call-transferred", state=CallState.RINGING, agent_id=None, agent_leg=None)
    story.then(40, "transfer-failed").answered(45).ended(60)
    first, second = story.facts().handlings
    assert (first.ending, second.ending) == (Ending.LEFT, Ending.OVER)


def three_talk(story: Story) -> Consult:
    story.answered(10)
    there = Consult(BEN, at(20), accepted=True, leg="CA5", talk_with=TalkWith.ALL)
    story.then(20, "consult-changed", consult=there)
    return there


def test_a_colleague_who_is_lost_and_comes_back_has_one_share_and_the_owner_talks_on():
    story = Story()
    there = three_talk(story)
    story.then(30, "consult-lost", consult=replace(there, leg=None))
    story.then(33, "consult-joined", consult=replace(there, leg="CA6"))
    ana, ben = story.ended(50).facts().handlings
    assert (ana.talk_ms, ana.hold_ms) == (40_000, 0)
    assert (ben.talk_ms, ben.hold_ms, ben.ending) == (27_000, 3_000, Ending.OVER)


def test_whoever_was_lost_has_handed_nothing_on():
    story = Story()
    three_talk(story)
    story.then(30, "agent-lost", agent_leg=None)
    story.then(50, "consult-completed", consult=None, agent_id=BEN, agent_leg="CA5")
    ana, ben = story.ended(60).facts().handlings
    assert (ana.ending, ben.ending) == (Ending.LEFT, Ending.OVER)


def test_what_was_told_late_makes_no_time_run_backwards():
    story = Story().answered(10).then(40, "call-held", held_at=at(40))
    story.then(35, "agent-lost", agent_leg=None)  # it was lost before; we heard of it after
    (share,) = story.then(50, "agent-rejoined", agent_leg="CA3").ended(60).facts().handlings
    assert (share.talk_ms, share.hold_ms) == (30_000, 20_000)


def status(number: int, seconds: float, is_: AgentStatus, **more: object) -> Announcement:
    card = AgentCard(ANA, "Ana", number, is_, at(seconds), AgentStatus.AVAILABLE, None, None, None)
    return Announcement(number, at(seconds), "agent-changed", agent=replace(card, **more))


def test_an_agents_day_is_cut_where_the_status_changes():
    lines = [
        status(1, 0, AgentStatus.AVAILABLE),
        status(2, 5, AgentStatus.AVAILABLE, since=at(0), wanted=AgentStatus.AWAY),
        status(3, 9, AgentStatus.WRAP_UP, wrap_up_of=UUID(int=7)),
        status(4, 20, AgentStatus.AWAY, reason="Lunch"),
        status(5, 30, AgentStatus.AWAY, reason="Break"),
    ]
    spans = status_spans(lines)
    assert [(one.status, one.reason, one.start, one.end) for one in spans] == [
        (AgentStatus.AVAILABLE, None, at(0), at(9)),
        (AgentStatus.WRAP_UP, None, at(9), at(20)),
        (AgentStatus.AWAY, "Lunch", at(20), at(30)),
        (AgentStatus.AWAY, "Break", at(30), None),
    ]
    assert status_spans([*reversed(lines), *lines]) == spans


def busy_world(seed: int) -> World:
    """Things happen in it at random, to the real `decide`."""
    kinds = ("supervised", "calls_out", "in_teams", "confers")
    return World(Random(seed), **{kind: n == seed % 5 for n, kind in enumerate(kinds)})  # noqa: S311


def told_at_random(seed: int) -> list[Announcement]:
    """A busy hour."""
    world = busy_world(seed)
    return [said for _ in range(120) for said in world.turn()]


def calls_in(lines: list[Announcement]) -> dict[UUID, list[Announcement]]:
    found: dict[UUID, list[Announcement]] = defaultdict(list)
    for line in lines:
        if line.call is not None:
            found[line.call.id].append(line)
    return found


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 100_000), st.randoms(use_true_random=False))
def test_the_facts_are_the_same_whatever_the_order_and_however_often_a_line_is_read(
    seed: int, dice: Random
):
    for lines in calls_in(told_at_random(seed)).values():
        facts = facts_of_call(lines)
        again = lines + dice.choices(lines, k=len(lines))
        dice.shuffle(again)
        assert facts_of_call(again) == facts


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 100_000))
def test_nobody_who_came_in_is_lost_and_every_share_is_the_sum_of_its_parts(seed: int):
    for lines in calls_in(told_at_random(seed)).values():
        facts, card = facts_of_call(lines), last_card(lines)
        assert len(facts.visits) == (card.direction == "inbound")
        counted = tally(facts.visits, facts.handlings, Counting(), lines[-1].at)
        assert counted.offered == len(facts.visits)
        assert len(counted.waits) + counted.open == counted.offered
        for visit in facts.visits:
            assert (visit.outcome is Outcome.OPEN) == (visit.wait_ms is None)
            if card.ended_at is not None:
                assert visit.outcome is not Outcome.OPEN
        if card.ended_at is not None:
            assert all(one.is_final and one.ended_at for one in facts.handlings)
        spans = sum(
            ms_between(span.start, span.end)
            for span in facts.spans
            if span.end and span.part is not Part.DIAL
        )
        shares = sum(
            (one.talk_ms or 0) + (one.hold_ms or 0) + (one.consult_ms or 0)
            for one in facts.handlings
        )
        assert shares <= spans
        if card.ended_at is not None:
            assert shares == spans


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 100_000))
def test_an_agent_does_one_thing_at_a_time_in_a_call(seed: int):
    for lines in calls_in(told_at_random(seed)).values():
        by_agent: dict[str, list[tuple[datetime, datetime]]] = defaultdict(list)
        for span in facts_of_call(lines).spans:
            by_agent[span.agent].append((span.start, span.end or lines[-1].at))
        for spans in by_agent.values():
            spans.sort()
            assert all(one[1] <= after[0] for one, after in pairwise(spans))


def last_card(lines: list[Announcement]) -> CallCard:
    card = lines[-1].call
    assert card is not None
    return card
