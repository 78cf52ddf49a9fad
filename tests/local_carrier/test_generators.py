"""Callers by plan: the same seed gives the same calls, and what becomes of them is counted."""

from itertools import pairwise
from statistics import mean, stdev
from typing import Any

import pytest

from backend.local_carrier.clock import MovedClock
from backend.local_carrier.generators import HOUR, Plan, Spread, planned
from tests.local_carrier.customer import Customer
from tests.local_carrier.lab import Company, Lab

ANSWERS = "+15557770001"
WISH: dict[str, Any] = {
    "calls": 200,
    "rates": [100, 400],
    "talk": {"mean": 60, "shape": "exponential"},
    "patience": {"mean": 30, "shape": "exponential"},
    "seed": 3,
}


def plan(**how: Any) -> Plan:
    return Plan(**({"to": "+15550100001", "calls": 2000, "rates": (1000.0,), "seed": 7} | how))


def test_the_same_seed_gives_the_same_calls_and_another_gives_others() -> None:
    assert list(planned(plan())) == list(planned(plan()))
    assert list(planned(plan())) != list(planned(plan(seed=8)))


def test_calls_arrive_as_a_poisson_process() -> None:
    calls = list(planned(plan()))
    gaps = [later.at - earlier.at for earlier, later in pairwise(calls)]
    assert mean(gaps) == pytest.approx(3.6, rel=0.1)
    assert stdev(gaps) == pytest.approx(mean(gaps), rel=0.1)  # as of an exponential one
    assert len({call.caller for call in calls}) == len(calls)


def test_each_hour_has_its_own_rate_and_the_last_goes_on() -> None:
    calls = list(planned(plan(rates=(200.0, 50.0, 800.0))))
    hours = [sum(hour * HOUR <= c.at < (hour + 1) * HOUR for c in calls) for hour in range(4)]
    for counted, expected in zip(hours, (200, 50, 800, 800), strict=True):
        assert counted == pytest.approx(expected, abs=4 * expected**0.5)


@pytest.mark.parametrize("shape", ["exponential", "lognormal"])
def test_talk_has_the_mean_that_was_asked_for(shape: Any) -> None:
    calls = list(planned(plan(talk=Spread(mean=120.0, shape=shape))))
    assert mean(call.talk for call in calls) == pytest.approx(120, rel=0.1)
    fixed = planned(plan(talk=Spread(mean=9.0, shape="fixed"), patience=None, keys="1"))
    assert {(c.talk, c.patience, c.keys) for c in fixed} == {(9.0, None, "1")}


class TestInTheCarriersTime:
    @pytest.fixture
    async def lab(self, still_lab: Lab) -> Lab:
        await still_lab.handset(ANSWERS, after=20)
        return still_lab

    async def test_every_caller_is_offered_and_then_answered_or_abandons(
        self, lab: Lab, acme: Company, clock: MovedClock
    ) -> None:
        acme.answers_calls_with(f"<Dial>{ANSWERS}</Dial>")
        body = {**WISH, "to": acme.number}
        assert (await lab.ask("POST", "/lab/generators", body, 201))["is_over"] is False
        await clock.move(4 * HOUR)
        (generator,) = await lab.ask("GET", "/lab/generators")
        counts = generator["counts"]
        assert (generator["is_over"], counts["offered"], counts["ended"]) == (True, 200, 200)
        assert counts["answered"] + counts["abandoned"] == 200
        # The share whose patience, exponential with a mean of 30 s, outlasts 20 s of ringing.
        assert counts["answered"] == pytest.approx(200 * 0.51, abs=25)
        calls = await acme.twilio.calls.list_async(to=acme.number, page_size=1000)
        assert len(calls) == 200
        assert {call.status for call in calls} <= {"completed", "canceled"}

    async def test_keys_are_pressed_after_the_answer(
        self, lab: Lab, acme: Company, customer: Customer, clock: MovedClock
    ) -> None:
        acme.answers_calls_with("<Gather numDigits='1' action='/chosen'/>")
        customer.twiml("/chosen", "<Hangup/>")
        wish = {"to": acme.number, "calls": 3, "rates": [3600], "keys": "2", "patience": None}
        await lab.ask("POST", "/lab/generators", wish, 201)
        await clock.move(60)
        assert [got.fields["Digits"] for got in customer.at("/chosen")] == ["2", "2", "2"]

    async def test_a_generator_that_is_stopped_sends_nobody_any_more(
        self, lab: Lab, acme: Company, clock: MovedClock
    ) -> None:
        acme.answers_calls_with("<Hangup/>")
        made = await lab.ask("POST", "/lab/generators", {**WISH, "to": acme.number}, 201)
        await clock.move(600)
        await lab.ask("DELETE", f"/lab/generators/{made['id']}", status=204)
        came = len(await acme.twilio.calls.list_async())
        await clock.move(HOUR)
        assert 0 < came == len(await acme.twilio.calls.list_async())

    async def test_a_number_that_nobody_owns_is_counted_as_refused(
        self, lab: Lab, clock: MovedClock
    ) -> None:
        wish = {"to": "+15559999999", "calls": 2, "rates": [3600]}
        await lab.ask("POST", "/lab/generators", wish, 201)
        await clock.move(60)
        (generator,) = await lab.ask("GET", "/lab/generators")
        assert (generator["counts"]["refused"], generator["is_over"]) == (2, True)
