"""What callers and agents notice when a part of the machine fails: as little as can be."""

import asyncio
import os
import sys
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
from litestar import HttpMethod, Litestar, Request, Response, route

from backend.app import assemble
from backend.carrier import lock_out
from backend.courier import LONGEST_WAIT_SECONDS, PATIENCE
from backend.embedded_postgres import EmbeddedPostgres
from backend.settings import Settings
from tests.serving import cuttable, eventually, free_socket, served
from tests.stories.company import Agent, Company
from tests.stories.product import (
    HandClock,
    Product,
    environment_for,
    running_product,
    settings_for,
)


async def test_while_the_database_is_away_callers_stay_and_new_ones_still_ring(
    acme: Company, postgres: EmbeddedPostgres
):
    await acme.on_duty("Ana", "Ben")
    first = await acme.rings("+15550001111", tone=440)
    await acme.ana.sees_call(first, "ringing")
    await postgres.stop()
    try:
        await told(acme.ana, "stale")
        second = await acme.rings("+15550002222", tone=523)
        await second.hears("ring")
        await first.hears("ring")
        await the_outage_lasts()
        await first.hears("ring")
    finally:
        await postgres.start()
    await told(acme.ana, "live")
    await acme.ana.sees_call(second, "ringing", within=10)
    await acme.ana.answers(second)
    await second.hears("voice", 700)
    await acme.ben.answers(first, tone=1200)
    await first.hears("voice", 1200)


async def test_while_the_database_is_away_a_conversation_goes_on_and_its_end_is_not_lost(
    acme: Company, postgres: EmbeddedPostgres
):
    await acme.on_duty("Ana", "Ben")
    staying = await acme.rings("+15550001111", tone=440)
    leaving = await acme.rings("+15550002222", tone=523)
    await acme.ana.answers(staying, tone=700)
    await acme.ben.answers(leaving, tone=1200)
    await leaving.hears("voice", 1200)
    await postgres.stop()
    try:
        await told(acme.ana, "stale")
        await staying.hears("voice", 700)
        await leaving.hangs_up()
        await the_outage_lasts()
        await staying.hears("voice", 700)
    finally:
        await postgres.start()
    await told(acme.ana, "live")
    ended = await acme.ana.sees_call(leaving, "ended", within=10)
    assert ended.end_reason == "completed"
    await acme.ana.sees_call(staying, "connected")
    await staying.hears("voice", 700)


async def test_a_frozen_database_does_not_keep_a_caller_waiting(
    acme: Company, postgres: EmbeddedPostgres
):
    await acme.on_duty("Ana")
    postgres.freeze()
    try:
        caller = await acme.rings(tone=440)
        await caller.hears("ring")
        await told(acme.ana, "stale")
    finally:
        postgres.thaw()
    await acme.ana.sees_call(caller, "ringing", within=15)


async def test_when_the_web_server_is_killed_the_voices_go_on_and_the_board_comes_back(
    postgres: EmbeddedPostgres, carrier: str, tmp_path: Path
):
    with free_socket() as free:
        settings = settings_for(postgres.web_url, carrier, tmp_path, free.getsockname()[1])
    async with a_company_without_a_server(settings, carrier) as acme:
        server = await started(settings, postgres.web_url, carrier, tmp_path)
        await acme.on_duty("Ana", "Ben")
        caller = await acme.rings(tone=440)
        await acme.ana.answers(caller, tone=700)
        await caller.hears("voice", 700)
        server.kill()
        await server.wait()
        await caller.hears("voice", 700)
        await acme.ana.hears("voice", 440)
        server = await started(settings, postgres.web_url, carrier, tmp_path)
        try:
            for agent in (acme.ana, acme.ben):
                assert agent.board is not None
                await agent.opens_board(since=agent.board.number)
            await acme.ben.sees_call(caller, "connected")
            await acme.every_board_is_right()
            await acme.ana.parks(caller)
            await acme.ben.sees_call(caller, "parked")
            await caller.hears("music")
            await caller.hangs_up()
            await acme.ben.sees_call(caller, "ended")
        finally:
            server.terminate()
            await server.wait()


async def test_an_instruction_that_the_carrier_could_not_take_is_carried_out_later(
    postgres: EmbeddedPostgres, carrier: str, tmp_path: Path
):
    async with (
        cuttable(carrier) as line,
        running_product(
            postgres.web_url, carrier, tmp_path, PATCHBAY_CARRIER_API_URL=line.address
        ) as product,
    ):
        acme = await product.company("Acme")
        await acme.on_duty("Ana")
        caller = await acme.rings()
        await acme.ana.answers(caller)
        line.cut()
        await acme.ana.parks(caller)
        await acme.ana.sees_call(caller, "parked")
        await product.services.courier.idle()
        line.mend()
        await product.later(2)
        await caller.hears("music")


async def test_a_caller_is_hung_up_in_the_end_however_long_the_carrier_was_away(
    postgres: EmbeddedPostgres, carrier: str, tmp_path: Path
):
    async with (
        cuttable(carrier) as line,
        running_product(
            postgres.web_url, carrier, tmp_path, PATCHBAY_CARRIER_API_URL=line.address
        ) as product,
    ):
        acme = await product.company("Acme")
        await acme.on_duty("Ana")
        caller = await acme.rings()
        await acme.ana.answers(caller)
        line.cut()
        await acme.ana.hangs_up(caller)
        await acme.ana.sees_call(caller, "ended")
        for _ in range(2 * PATIENCE):
            await product.later(2 * LONGEST_WAIT_SECONDS)
        line.mend()
        await product.later(2 * LONGEST_WAIT_SECONDS)
        await caller.is_off()


async def test_while_the_carrier_refuses_the_token_one_request_asks_for_all(
    postgres: EmbeddedPostgres, carrier: str, tmp_path: Path
):
    async with aiohttp.ClientSession(carrier) as beyond:
        door = Door(beyond)
        async with (
            served(Litestar([door.handler()], openapi_config=None, logging_config=None)) as there,
            running_product(
                postgres.web_url, carrier, tmp_path, PATCHBAY_CARRIER_API_URL=there
            ) as product,
        ):
            acme = await product.company("Acme")
            await acme.on_duty("Ana")
            callers = [await acme.rings(f"+1555000111{n}") for n in range(3)]
            silent = [await acme.rings(f"+1555000222{n}") for n in range(3)]
            door.is_open = False
            for caller in callers:
                await acme.ana.answers(caller)
                await acme.ana.hangs_up(caller)
                await acme.ana.sees_call(caller, "ended")
            await product.services.courier.idle()
            acmes = aiohttp.encode_basic_auth(acme.account_sid, acme.auth_token)
            assert door.turned_away[acmes] == 1
            for _ in range(3):
                await product.later(lock_out.LASTS.total_seconds())
            assert 1 < door.turned_away[acmes] <= 4
            door.is_open = True
            for _ in range(2):  # one finds out, then the others go
                await product.later(2 * LONGEST_WAIT_SECONDS)
            for caller in callers:
                await caller.is_off()
            for caller in silent:
                await caller.hangs_up()


class Door:
    """Stands before the carrier's REST API. While it is shut, nobody's token is good."""

    def __init__(self, beyond: aiohttp.ClientSession) -> None:
        self._beyond = beyond
        self.is_open = True
        self.turned_away = Counter[str]()
        """How often each login was refused."""

    def handler(self) -> Any:
        async def door(request: Request[Any, Any, Any]) -> Response[bytes]:
            if not self.is_open:
                self.turned_away[request.headers["authorization"]] += 1
                refusal = b'{"code": 20003, "message": "Authenticate", "status": 401}'
                return Response(refusal, status_code=401, media_type="application/json")
            async with self._beyond.request(
                str(request.method),
                str(request.url)[len(str(request.base_url)) - 1 :],
                data=await request.body(),
                headers={
                    name: request.headers[name]
                    for name in ("authorization", "content-type")
                    if name in request.headers
                },
            ) as answer:
                return Response(
                    await answer.read(),
                    status_code=answer.status,
                    media_type=answer.content_type,
                )

        methods = [HttpMethod.GET, HttpMethod.POST, HttpMethod.DELETE]
        return route("/{path:path}", http_method=methods, status_code=200)(door)


async def test_a_call_whose_end_nobody_reported_is_found_out_by_asking(acme: Company):
    await acme.on_duty("Ana")
    caller = await acme.rings()
    await acme.ana.answers(caller)
    await caller.hears("voice", 700)
    with acme.product.deaf_to("/conference", "/caller-status"):
        await caller.hangs_up()
        await caller.is_off()
        await all_is_told(acme, "dial-ended", "caller-status", "conference-end")
        await acme.ana.sees_call(caller, "connected")
        await acme.product.later(31)
        ended = await acme.ana.sees_call(caller, "ended")
    assert ended.end_reason == "completed"


async def test_an_agent_whose_arrival_nobody_reported_keeps_the_call(acme: Company):
    await acme.on_duty("Ana", "Ben")
    caller = await acme.rings(tone=440)
    await acme.ana.claims(caller)
    card = await acme.ana.sees_call(caller, "connecting")
    with acme.product.deaf_to("/conference"):
        acme.ana.phone = await acme.ana.dials(card.id)
        await caller.hears("voice", 700)
    await acme.product.later(16)
    assert (await acme.ben.sees_call(caller, "connected")).agent_id == acme.ana.id


async def test_a_page_that_is_closed_makes_its_agent_offline(acme: Company):
    await acme.on_duty("Ana", "Ben")
    await acme.ana.closes_board()
    await acme.ben.sees(lambda _: acme.ben.shows(acme.ana) == "offline", within=8)


async def all_is_told(company: Company, *what: str) -> None:
    """The carrier has said each of these to the company, heard or not: silence begins only now."""

    async def told_them() -> bool:
        said = [
            f"{each['url']} {each['parameters'].get('StatusCallbackEvent', '')}"
            for each in await company.product.lab("GET", "/deliveries")
            if str(company.tenant) in each["url"] and each["duration_ms"] is not None
        ]
        return all(any(one in line for line in said) for one in what)

    await eventually(told_them)


async def the_outage_lasts() -> None:
    """Five seconds are the fault itself, not a wait for something: longer than every time-out and
    retry of the product between a webhook and its answer."""
    await asyncio.sleep(5)


async def told(agent: Agent, kind: str, within: float = 10) -> None:
    """Wait until the server has said that to this person's page."""

    def heard() -> bool:
        last = [m["type"] for m in agent.heard if m["type"] in ("stale", "live", "snapshot")]
        return bool(last) and last[-1] == kind

    try:
        await eventually(heard, within=within)
    except AssertionError:
        said = [message["type"] for message in agent.heard]
        raise AssertionError(f"{agent.name} was told {said}, not {kind}") from None


@asynccontextmanager
async def a_company_without_a_server(settings: Settings, carrier: str) -> AsyncGenerator[Company]:
    """Acme, laid out in the database and at the carrier; its web server is a process apart."""
    services = await assemble(settings, HandClock())
    product = Product(settings, services, HandClock(), carrier)
    try:
        yield await product.company("Acme")
    finally:
        await product.close()
        await services.stop()


async def started(
    settings: Settings, database_url: str, carrier: str, folder: Path
) -> asyncio.subprocess.Process:
    """A web server of its own; it answers when this returns."""
    environment = environment_for(database_url, carrier, folder, settings.port)
    server = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "backend", "serve", env={**os.environ, **environment}
    )

    async def answers() -> bool:
        try:
            async with aiohttp.ClientSession() as http, http.get(f"{settings.public_url}/livez"):
                return True
        except aiohttp.ClientError:
            return False

    await eventually(answers, within=15)
    return server
