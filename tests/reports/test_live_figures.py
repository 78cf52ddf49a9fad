"""A company as it is now, as wallboards have it: a line whenever something has changed."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import aiohttp
import msgspec
import pytest

from backend.store.sessions import read_token
from backend.web import live_figures
from tests.stories.company import Agent, Company, Refused

Look = Callable[[dict[str, Any]], Any]


class Stream:
    """Someone's stream of live figures."""

    def __init__(self, answer: aiohttp.ClientResponse) -> None:
        self._answer = answer

    async def shows(self, look: Look) -> dict[str, Any]:
        """The first line in which that is so."""
        async with asyncio.timeout(10):
            async for line in self._answer.content:
                seen = msgspec.json.decode(line)
                if look(seen):
                    return seen
        raise AssertionError("the stream ended")

    async def ends(self) -> None:
        async with asyncio.timeout(10):
            await self._answer.content.read()


@asynccontextmanager
async def stream_of(person: Agent) -> AsyncGenerator[Stream]:
    async with person.http.get("/api/reports/live") as answer:
        assert answer.status == 200
        yield Stream(answer)


def waiting(seen: dict[str, Any]) -> list[str]:
    return [call["caller"] for call in seen["calls"] if call["waiting_since"]]


async def test_a_call_is_seen_from_its_ring_to_its_figures(acme: Company, globex: Company):
    await acme.on_duty("Ana")
    await globex.on_duty("Ana")
    elsewhere = await globex.rings("+15559990000")
    await globex.ana.is_rung_by(elsewhere)
    async with stream_of(acme.sam) as stream:
        await stream.shows(lambda seen: seen["calls"] == [])
        caller = await acme.rings("+15550001111")
        seen = await stream.shows(waiting)
        assert waiting(seen) == ["+15550001111"]
        (queue,) = seen["queues"]
        assert (queue["queue"], queue["waiting"]) == (acme.number, 1)
        await acme.ana.answers(caller)
        await stream.shows(lambda seen: ana(seen)["presence"] == "on_call" and not waiting(seen))
        await acme.product.the_books_are_right()
        seen = await stream.shows(lambda seen: seen["today"]["answered"] == 1)
        assert ana(seen)["figures"]["answered"] == 1
        assert seen["lately"]["sl_now"] == 1
        assert sum(quarter["figures"]["offered"] for quarter in seen["quarters"]) == 1
        await acme.ana.hangs_up(caller)
        await stream.shows(lambda seen: seen["calls"] == [])


def ana(seen: dict[str, Any]) -> dict[str, Any]:
    return next(agent for agent in seen["agents"] if agent["name"] == "Ana")


async def test_an_analyst_sees_no_number_whole_and_an_agent_sees_nothing(acme: Company):
    await acme.on_duty("Ana")
    caller = await acme.rings("+15550001111")
    await acme.ana.is_rung_by(caller)
    async with stream_of(acme.ada) as stream:
        assert waiting(await stream.shows(waiting)) == ["+1555•••••11"]
    with pytest.raises(Refused, match="not-allowed"):
        await acme.ana.asks("GET", "/api/reports/now")
    async with acme.ana.http.get("/api/reports/live") as answer:
        assert answer.status == 403


async def test_a_stream_ends_when_its_reader_signs_out_or_has_to_ask_anew(
    acme: Company, monkeypatch: pytest.MonkeyPatch
):
    await acme.sam.signs_in()
    async with stream_of(acme.sam) as stream:
        await stream.shows(lambda _: True)
        await acme.sam.asks("POST", "/api/sign-out")
        await stream.ends()
    await acme.sam.signs_in()
    monkeypatch.setattr(live_figures, "LASTS", 0.0)
    async with stream_of(acme.sam) as stream:
        await stream.ends()


async def test_a_company_has_only_so_many_streams_and_each_that_is_closed_makes_room(
    acme: Company, globex: Company, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(live_figures, "STREAMS", 1)
    await globex.sam.signs_in()
    async with stream_of(acme.sam) as stream, stream_of(globex.sam):
        await stream.shows(lambda _: True)
        async with acme.sam.http.get("/api/reports/live") as answer:
            assert answer.status == 429
            assert (await answer.json())["code"] == "too-many-streams"
    async with asyncio.timeout(10):
        while (await _status(acme.sam)) == 429:  # noqa: ASYNC110 (the server hears of it soon)
            await asyncio.sleep(0.05)


async def test_one_session_has_few_streams_and_leaves_the_others_to_colleagues(acme: Company):
    async with AsyncExitStack() as open_streams:
        for _ in range(live_figures.STREAMS_OF_ONE):
            stream = await open_streams.enter_async_context(stream_of(acme.sam))
            await stream.shows(lambda _: True)
        async with acme.sam.http.get("/api/reports/live") as answer:
            assert (answer.status, (await answer.json())["code"]) == (429, "too-many-streams")
        colleagues = await open_streams.enter_async_context(stream_of(acme.ada))
        await colleagues.shows(lambda _: True)


async def test_streams_asked_for_all_at_once_are_no_more_for_that(acme: Company):
    many = [acme.sam.http.get("/api/reports/live") for _ in range(10)]
    answers = await asyncio.gather(*many)
    statuses = Counter(answer.status for answer in answers)
    for answer in answers:
        answer.close()
    assert statuses == {200: live_figures.STREAMS_OF_ONE, 429: 10 - live_figures.STREAMS_OF_ONE}


async def test_reports_asked_for_all_at_once_keep_nobody_elses_and_no_live_figures_waiting(
    acme: Company, globex: Company
):
    await globex.sam.signs_in()
    turn = acme.product.services.report_turns.of(acme.tenant, session_of(acme.ada))
    async with turn(), turn():  # two that take long
        forty = [
            asyncio.create_task(acme.ada.asks("GET", "/api/reports/intervals")) for _ in range(40)
        ]
        refused: set[asyncio.Task[Any]] = set()
        async with asyncio.timeout(10):
            while len(refused) < 10:
                waiting = [one for one in forty if one not in refused]
                done, _ = await asyncio.wait(waiting, return_when="FIRST_COMPLETED")
                refused |= done
        assert {str(one.exception()).partition(":")[0] for one in refused} == {
            "429 too-many-reports"
        }
        for colleague in (acme.sam, globex.sam):
            assert await colleague.asks("GET", "/api/reports/intervals")
        async with stream_of(acme.ada) as stream:
            await stream.shows(lambda _: True)
        assert await acme.ada.asks("GET", "/api/reports/now")
    others = [one for one in forty if one not in refused]
    assert all(await asyncio.gather(*others))


def session_of(person: Agent) -> bytes:
    (cookie,) = person.http.cookie_jar
    token = read_token(cookie.value)
    assert token is not None
    return token.hash


async def _status(person: Agent) -> int:
    async with person.http.get("/api/reports/live") as answer:
        return answer.status


async def test_who_only_reads_figures_begins_with_them_and_who_takes_calls_with_the_board(
    acme: Company,
):
    await acme.ben.signs_in()
    for person, place in ((acme.ada, "/statistics/desk"), (acme.ben, "/panel/board")):
        async with person.http.get("/", allow_redirects=False) as answer:
            assert (answer.status, answer.headers["Location"]) == (303, place)
