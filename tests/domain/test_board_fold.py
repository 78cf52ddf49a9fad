"""The fold that keeps a board current, on the vectors that the browser's fold is held to too."""

from functools import reduce

import pytest
from msgspec.structs import replace

from backend.domain.board import Gap, apply, apply_all
from tests.vectors import board_fold

CASES = board_fold.cases()


def test_the_shared_vectors_are_what_the_domain_announces_today():
    assert board_fold.FILE.read_text() == board_fold.text(), (
        "python -m tests.vectors.board_fold writes them anew"
    )


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_a_repeated_announcement_changes_nothing(case: board_fold.Case):
    board = case.snapshot
    for said in case.events:
        board = apply(apply(board, said), said)
    assert replace(board, at=case.expected.at) == case.expected


def test_a_missing_announcement_is_noticed():
    case = CASES[0]
    with pytest.raises(Gap):
        apply(case.snapshot, case.events[1])


def test_the_vectors_hold_every_event_that_can_be_announced_of_a_call():
    names = {said.event for case in CASES for said in case.events}
    assert {
        "call-arrived",
        "call-dialled",
        "callee-called",
        "callee-rings",
        "call-forwarded",
        "consult-rings",
        "call-claimed",
        "call-connected",
        "claim-expired",
        "agent-lost",
        "agent-rejoined",
        "call-returned",
        "call-parked",
        "park-overdue",
        "call-picked-up",
        "call-ended",
        "call-held",
        "call-resumed",
        "call-transferred",
        "consult-started",
        "consult-accepted",
        "consult-joined",
        "consult-lost",
        "consult-changed",
        "consult-ended",
        "consult-completed",
        "guest-lost",
        "guest-rejoined",
        "guest-left",
        "help-asked",
        "help-ended",
        "monitoring-started",
        "monitor-joined",
        "monitor-lost",
        "monitoring-changed",
        "monitoring-ended",
        "call-taken-over",
        "transfer-failed",
        "transfer-returned",
        "offer-refused",
        "agent-changed",
    } <= names


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_all_at_once_makes_the_same_board_as_one_by_one(case: board_fold.Case):
    for known in range(len(case.events) + 1):
        one_by_one = reduce(apply, case.events[:known], case.snapshot)
        assert apply_all(case.snapshot, case.events[:known]) == one_by_one
        assert apply_all(one_by_one, case.events) == apply_all(case.snapshot, case.events)


def test_nothing_is_skipped_when_many_are_announced_at_once():
    case = next(case for case in CASES if len(case.events) > 2)
    with pytest.raises(Gap):
        apply_all(case.snapshot, (case.events[0], case.events[2]))
