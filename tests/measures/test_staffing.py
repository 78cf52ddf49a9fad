"""Erlang's formulas against published and independently computed values."""

import pytest

from backend.measures.erlang import (
    agents_needed,
    erlang_b,
    erlang_c,
    impatient_queue,
    patient_queue,
)


@pytest.mark.parametrize(("load", "agents", "expected"), [(10, 10, 0.21458), (2, 5, 0.03670)])
def test_erlang_b(load: float, agents: int, expected: float):
    assert erlang_b(load, agents) == pytest.approx(expected, abs=5e-6)


@pytest.mark.parametrize(
    ("load", "agents", "expected"),
    [(2, 3, 0.44444), (10, 11, 0.68212), (10, 13, 0.28527), (10, 14, 0.17413), (48, 50, 0.69446)],
)
def test_erlang_c(load: float, agents: int, expected: float):
    assert erlang_c(load, agents) == pytest.approx(expected, abs=6e-6)


@pytest.mark.parametrize(("agents", "level"), [(11, 38.96), (12, 64.02), (13, 79.56), (14, 88.84)])
def test_a_hundred_calls_in_half_an_hour(agents: int, level: float):
    queue = patient_queue(100 / 1800, 180, agents, 20)
    assert queue.service_level * 100 == pytest.approx(level, abs=0.006)


def test_fourteen_agents_wait_and_are_busy_as_published():
    queue = patient_queue(100 / 1800, 180, 14, 20)
    assert queue.mean_wait == pytest.approx(7.84, abs=0.006)
    assert queue.occupancy == pytest.approx(0.714, abs=0.0006)
    assert agents_needed(100 / 1800, 180, 0.8, 20) == 14
    assert agents_needed(100 / 1800, 180, 0.8, 20, shrinkage=0.3) == 20


@pytest.mark.parametrize(("agents", "level"), [(14, 49.0), (15, 68.8), (16, 81.5)])
def test_the_busiest_half_hour_of_the_bank(agents: int, level: float):
    queue = patient_queue(118 / 1800, 191, agents, 20)
    assert queue.service_level * 100 == pytest.approx(level, abs=0.06)
    assert agents_needed(118 / 1800, 191, 0.8, 20) == 16


def test_callers_who_give_up_are_fewer_who_wait():
    impatient = impatient_queue(48 / 60, 60, 120, 50, 20)
    assert impatient.abandon == pytest.approx(0.0309, abs=6e-5)
    assert impatient.mean_wait == pytest.approx(3.71, abs=0.006)
    assert impatient.wait_probability == pytest.approx(0.4678, abs=6e-5)
    patient = patient_queue(48 / 60, 60, 50, 20)
    assert patient.mean_wait == pytest.approx(20.83, abs=0.006)


def test_with_endless_patience_nobody_gives_up():
    impatient = impatient_queue(100 / 1800, 180, 1e7, 14, 20)
    patient = patient_queue(100 / 1800, 180, 14, 20)
    assert impatient.abandon == pytest.approx(0, abs=1e-5)
    assert impatient.mean_wait == pytest.approx(patient.mean_wait, rel=1e-3)
    assert impatient.service_level == pytest.approx(patient.service_level, abs=1e-3)


@pytest.mark.parametrize("agents", [40, 50, 400])
def test_whoever_is_not_served_at_once_is_served_in_the_end_or_gives_up(agents: int):
    """The two ends of the service level by Erlang A, each known by another way."""
    at_once = impatient_queue(agents * 0.96 / 60, 60, 120, agents, 0)
    assert at_once.service_level == pytest.approx(1 - at_once.wait_probability, abs=1e-9)
    in_the_end = impatient_queue(agents * 0.96 / 60, 60, 120, agents, 1e5)
    assert in_the_end.service_level == pytest.approx(1 - in_the_end.abandon, abs=1e-6)


@pytest.mark.parametrize("patience", [30, 900, 3600])
def test_with_fewer_agents_no_more_callers_are_served_in_time(patience: int):
    levels = [
        round(impatient_queue(2.0, 180, patience, agents, 20).service_level, 6)
        for agents in range(200, 421, 20)
    ]
    assert levels == sorted(levels)
    assert levels[0] < 0.6 < 0.9 < levels[-1]


def test_a_queue_that_only_grows_is_called_unstable_and_no_calls_need_nobody():
    grows = patient_queue(100 / 1800, 180, 10, 20)
    assert not grows.is_stable
    assert (grows.service_level, grows.occupancy) == (0, 1)
    assert agents_needed(0, 180, 0.8, 20) == 0
    assert impatient_queue(0, 180, 100, 0, 20).service_level == 1
    assert impatient_queue(100 / 1800, 180, 100, 4, 20).is_stable


def test_a_night_with_far_more_agents_than_calls_has_nobody_waiting():
    for calls, agents in ((1, 125), (10, 180), (30, 225)):
        queue = impatient_queue(calls / 1800, 180, 120, agents, 20)
        assert (queue.service_level, queue.abandon) == (1.0, 0.0)
        assert queue.occupancy == pytest.approx(calls * 180 / 1800 / agents)
