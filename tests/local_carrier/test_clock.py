"""The carrier's time: real, fast, or moved by hand."""

import asyncio
import selectors
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
import uvloop

from backend.local_carrier.clock import MovedClock, running, within
from backend.local_carrier.server import carrier
from tests.local_carrier.customer import Customer, Got, Reply
from tests.local_carrier.lab import Company, Lab
from tests.serving import eventually, served

OUTSIDE = "+15557770001"

Story = Coroutine[Any, Any, None]
Lived = Callable[[Story], None]


@pytest.fixture(params=[asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
def lived(request: pytest.FixtureRequest) -> Lived:
    """Runs a story: the clock must know in either event loop when all has come to rest."""

    def live(story: Story) -> None:
        with asyncio.Runner(loop_factory=request.param) as runner:
            runner.run(story)

    return live


def test_moments_come_in_order_and_each_sleeper_sees_its_own(lived: Lived) -> None:
    async def story() -> None:
        clock, woken = MovedClock(), list[tuple[str, float]]()

        async def sleeper(name: str, *naps: float) -> None:
            for nap in naps:
                await clock.sleep(nap)
                woken.append((name, clock.seconds()))

        both = asyncio.gather(sleeper("ana", 3, 3), sleeper("ben", 5, 0.5))
        began = clock.now()
        await clock.move(5.5)
        assert woken == [("ana", 3.0), ("ben", 5.0), ("ben", 5.5)]
        assert (clock.now() - began).total_seconds() == clock.seconds() == 5.5
        await clock.move(0.5)
        assert woken[3:] == [("ana", 6.0)]
        await both

    lived(story())


def test_a_tenth_of_a_second_three_times_is_three_tenths(lived: Lived) -> None:
    async def story() -> None:
        clock = MovedClock()

        async def three_naps() -> None:
            for _ in range(3):
                await clock.sleep(0.1)

        sleeping = asyncio.create_task(three_naps())
        await clock.move(0.3)
        assert sleeping.done()

    lived(story())


def test_whoever_sleeps_no_time_needs_nobody_to_move_it(lived: Lived) -> None:
    async def story() -> None:
        clock = MovedClock()
        await clock.sleep(0)
        assert clock.seconds() == 0

    lived(story())


def test_a_moment_is_over_only_when_all_that_it_set_going_has_come_to_rest(lived: Lived) -> None:
    async def story() -> None:
        clock, seen = MovedClock(), list[float]()

        async def link(more: int) -> None:
            if more:
                await asyncio.gather(asyncio.gather(asyncio.create_task(link(more - 1))))
                await asyncio.gather(asyncio.shield(asyncio.sleep(0)), asyncio.sleep(0))
            with clock.work():
                await asyncio.to_thread(time.sleep, 0.001)
            seen.append(clock.seconds())

        async def chain() -> None:
            await clock.sleep(1)
            await link(20)
            await clock.sleep(1)
            seen.append(clock.seconds())

        chained = asyncio.create_task(chain())
        await clock.move(9)
        assert chained.done()
        assert seen == [1.0] * 21 + [2.0]

    lived(story())


def test_nothing_happens_while_work_is_under_way_outside(lived: Lived) -> None:
    async def story() -> None:
        clock = MovedClock()
        answer: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        async def ask() -> float:
            await clock.sleep(1)
            with clock.work():
                await answer
            return clock.seconds()

        asked, late = asyncio.create_task(ask()), asyncio.create_task(clock.sleep(2))
        moving = asyncio.create_task(clock.move(10))
        await asyncio.sleep(0.02)
        assert (late.done(), moving.done(), clock.seconds()) == (False, False, 1.0)
        answer.set_result(None)
        await moving
        assert late.done()
        assert await asked == 1.0

    lived(story())


def test_a_sleeper_that_is_cancelled_is_forgotten(lived: Lived) -> None:
    async def story() -> None:
        clock = MovedClock()
        over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        waiting = asyncio.create_task(within(clock, over, 3600))
        await clock.move(1)
        assert clock.sleepers == 1
        over.set_result(None)
        assert await waiting is True
        await clock.move(0)
        assert clock.sleepers == 0

    lived(story())


def test_a_wait_that_lasts_too_long_is_given_up_in_the_clocks_time(lived: Lived) -> None:
    async def story() -> None:
        clock = MovedClock()
        never: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        waiting = asyncio.create_task(within(clock, never, 30))
        await clock.move(29.9)
        assert not waiting.done()
        await clock.move(0.1)
        assert await waiting is False

    lived(story())


def test_who_moves_a_clock_that_is_moving_waits_for_their_turn(lived: Lived) -> None:
    async def story() -> None:
        clock = MovedClock()
        await asyncio.gather(clock.move(3), clock.move(4))
        assert clock.seconds() == 7

    lived(story())


def test_fast_time_jumps_from_moment_to_moment(lived: Lived) -> None:
    async def story() -> None:
        clock = MovedClock("fast")
        async with running(clock):
            await asyncio.gather(clock.sleep(86_400), clock.sleep(3600))
            assert clock.seconds() == 86_400
            await clock.sleep(1)
            assert clock.seconds() == 86_401

    lived(story())


def test_fast_time_with_a_limit_is_never_faster_than_that(lived: Lived) -> None:
    async def story() -> None:
        began = time.monotonic()
        clock = MovedClock("fast", most=100)
        async with running(clock):
            for _ in range(5):
                await clock.sleep(1)
            assert 5 <= clock.seconds() <= (time.monotonic() - began) * 100

    lived(story())


def test_in_limited_time_a_short_sleep_is_not_held_up_by_a_long_one(lived: Lived) -> None:
    async def story() -> None:
        clock = MovedClock("fast", most=100)
        async with running(clock):
            long = asyncio.create_task(clock.sleep(3600))
            await asyncio.sleep(0.02)
            fell_asleep = clock.seconds()
            assert fell_asleep > 0, "time flows while nothing happens"
            await clock.sleep(1)
            assert fell_asleep + 1 <= clock.seconds() < 3600
            assert not long.done()
            long.cancel()

    lived(story())


class CountedSelector(selectors.DefaultSelector):
    looks = 0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self.looks += 1
        return super().select(timeout)


@pytest.mark.parametrize("most", [None, 0.001])
def test_a_fast_clock_without_anything_to_do_costs_nothing(most: float | None) -> None:
    selector = CountedSelector()

    async def story() -> None:
        clock = MovedClock("fast", most=most)
        async with running(clock):
            far_away = asyncio.create_task(clock.sleep(0.1 if most is None else 3600))
            await asyncio.sleep(0.02)
            looks = selector.looks
            await asyncio.sleep(0.2)
            assert selector.looks - looks < 5
            far_away.cancel()

    with asyncio.Runner(loop_factory=lambda: asyncio.SelectorEventLoop(selector)) as runner:
        runner.run(story())


@pytest.fixture
async def quiet_acme(still_lab: Lab, customer: Customer) -> Company:
    return await still_lab.company("Acme", "+15550100001", customer)


def test_the_rest_of_a_moment_that_no_clock_can_tell_does_not_stop_time(lived: Lived) -> None:
    """Found by hypothesis: a recording of two seconds, begun at a half, never came to its end."""

    async def story() -> None:
        clock = MovedClock()
        moment = 2 + 1e-9

        async def until() -> None:
            while (left := moment - clock.seconds()) > 0:
                await clock.sleep(left)

        waiting = asyncio.create_task(until())
        await clock.move(3)
        assert waiting.done()

    lived(story())


async def test_the_lab_moves_the_clock(still_lab: Lab, quiet_acme: Company) -> None:
    await still_lab.handset(OUTSIDE, after=2.0)
    quiet_acme.answers_calls_with(f"<Dial>{OUTSIDE}</Dial>")
    caller = await quiet_acme.is_called()
    await still_lab.passes(1.999)

    async def callees() -> list[str]:
        calls = await quiet_acme.twilio.calls.list_async(parent_call_sid=caller.sid)
        return [call.status for call in calls]

    assert await callees() == ["ringing"]
    await still_lab.passes(0.001)
    assert await callees() == ["in-progress"]
    told = await still_lab.ask("GET", "/lab/clock")
    assert (told["kind"], told["seconds"]) == ("hand", 2.0)


async def test_time_that_passed_is_over_with_all_its_webhooks(
    still_lab: Lab, quiet_acme: Company, customer: Customer
) -> None:
    def slowly(_: Got) -> Reply:
        return Reply(
            "<Response><Pause length='3'/><Redirect>/next</Redirect></Response>", delay=0.1
        )

    customer.answers(quiet_acme.voice_path, slowly)
    customer.answers("/next", Reply("<Response><Reject/></Response>", delay=0.1))
    caller = await quiet_acme.is_called()
    await still_lab.passes(10)
    assert (await caller.look())["status"] == "no-answer"
    assert len(customer.at("/next")) == 1


async def test_a_time_limit_of_hours_is_over_in_a_moment(
    still_lab: Lab, quiet_acme: Company, customer: Customer
) -> None:
    quiet_acme.answers_calls_with("<Dial timeLimit='7200'><Conference>room</Conference></Dial>")
    caller = await quiet_acme.is_called()
    await still_lab.passes(7199)
    assert (await caller.look())["status"] == "in-progress"
    await still_lab.passes(1)
    assert (await quiet_acme.twilio.calls(caller.sid).fetch_async()).duration == "7200"


async def test_in_fast_time_an_hour_is_over_by_itself(tmp_path: Path, customer: Customer) -> None:
    application = carrier(tmp_path, media="null", clock=MovedClock("fast"))
    async with served(application) as address, Lab.at(address) as lab:
        acme = await lab.company("Acme", "+15550100001", customer)
        acme.answers_calls_with("<Say>Please wait</Say><Pause length='3600'/>")
        caller = await acme.is_called()
        await caller.becomes("completed")
        ended = await acme.twilio.calls(caller.sid).fetch_async()
        assert 3600 < int(ended.duration) < 3610
        problem = await lab.ask("POST", "/lab/clock", {"advance": 1}, 409)
        assert problem["code"] == "clock-not-by-hand"


async def test_each_start_of_the_carrier_is_a_run_of_its_own(
    tmp_path: Path, customer: Customer
) -> None:
    """Whoever keeps count of deliveries and strikes learns so that they begin anew."""
    runs: list[str] = []
    for _ in range(2):
        application = carrier(tmp_path, media="null", clock=MovedClock("hand"))
        async with served(application) as address, Lab.at(address) as lab:
            before = await lab.ask("GET", "/lab/clock")
            moved = await lab.ask("POST", "/lab/clock", {"advance": 5})
            assert moved["run"] == before["run"]
            runs.append(moved["run"])
    assert runs[0] != runs[1]


async def test_real_time_cannot_be_moved(lab: Lab) -> None:
    assert (await lab.ask("GET", "/lab/clock"))["kind"] == "real"
    problem = await lab.ask("POST", "/lab/clock", {"advance": 1}, 409)
    assert problem["code"] == "clock-not-by-hand"


@pytest.mark.parametrize("seconds", [-1, "soon", 10**9])
async def test_time_passes_forwards_and_not_for_ever(still_lab: Lab, seconds: Any) -> None:
    problem = await still_lab.ask("POST", "/lab/clock", {"advance": seconds}, 400)
    assert problem["code"] == "bad-request"


async def test_a_conversation_is_as_long_as_the_time_that_passed(
    still_lab: Lab, quiet_acme: Company, customer: Customer
) -> None:
    quiet_acme.answers_calls_with("<Dial><Conference>room</Conference></Dial>")
    caller = await quiet_acme.is_called(patience=20)
    await still_lab.passes(19)
    agent = await quiet_acme.connects()
    await still_lab.passes(60)
    await agent.hangs_up()
    await eventually(lambda: len(customer.at(quiet_acme.voice_path)) == 2)
    assert (await caller.look())["status"] == "in-progress"
    await caller.hangs_up()
    calls = await quiet_acme.twilio.calls.list_async()
    assert {call.sid: call.duration for call in calls} == {caller.sid: "79", agent.sid: "60"}
