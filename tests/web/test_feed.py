"""The feed's socket: who is let in, who is sent away, and when."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from litestar import Litestar, websocket

from backend.feed.hub import Goodbye, Listener, Numbered
from backend.store import people, sessions
from backend.web.connections import Socket
from backend.web.feed_socket import DONE, SIGNED_OUT, SILENT, Board, Pace
from backend.web.visitor import identify
from tests.serving import eventually, free_socket, served_on
from tests.stories.company import Agent, Company
from tests.stories.product import Product

HELLO = '{"type":"hello","since":null}'


@pytest.fixture
def product(lasting_product: Product) -> Product:
    return lasting_product


async def heard(socket: aiohttp.ClientWebSocketResponse) -> Any:
    """The next message, or the code with which the socket is closed."""
    async with asyncio.timeout(5):
        frame = await socket.receive()
    if frame.type is aiohttp.WSMsgType.TEXT:
        return frame.json()
    assert frame.type is aiohttp.WSMsgType.CLOSE, frame
    assert socket.close_code is not None
    return socket.close_code


async def last_words(socket: aiohttp.ClientWebSocketResponse) -> list[Any]:
    """Everything until the socket is closed, without pings; last its code."""
    words: list[Any] = []
    while not words or not isinstance(words[-1], int):
        words.append(await heard(socket))
    return [word for word in words if word != {"type": "ping"}]


@asynccontextmanager
async def board_of(agent: Agent, hello: bool = True) -> AsyncGenerator[Any]:
    """A board of that person, opened; its snapshot is read."""
    async with agent.http.ws_connect("/api/feed") as socket:
        if hello:
            await socket.send_str(HELLO)
            while (first := await heard(socket))["type"] != "snapshot":
                assert first["type"] == "event"
        yield socket


def is_goodbye(word: Any, code: str) -> bool:
    return word["type"] == "goodbye" and word["code"] == code and word["detail"]


# Who is let in.


@pytest.mark.parametrize("cookie", ["", "patchbay_session=", "patchbay_session=" + "A" * 64])
async def test_whoever_is_signed_out_is_told_so_and_nothing_else(product: Product, cookie: str):
    url = f"{product.address}/api/feed"
    async with product.http.ws_connect(url, headers={"Cookie": cookie}) as socket:
        words = await last_words(socket)
    assert is_goodbye(words[0], "signed-out")
    assert words[1:] == [SIGNED_OUT]


async def test_a_session_that_was_signed_out_opens_no_board(acme: Company):
    await acme.ana.signs_in()
    cookie = next(iter(acme.ana.http.cookie_jar)).value
    await acme.ana.asks("POST", "/api/sign-out")
    url, headers = f"{acme.product.address}/api/feed", {"Cookie": f"patchbay_session={cookie}"}
    async with acme.product.http.ws_connect(url, headers=headers) as socket:
        assert is_goodbye(await heard(socket), "signed-out")
        assert await heard(socket) == SIGNED_OUT


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.example",
        "null",
        "",
        "http://localhost",
        "http://localhost:1",
        "https://{here}",
        "http://{here}.evil.example",
        "http://evil@{here}",
        "http://[",
    ],
)
async def test_another_sites_page_opens_no_board(acme: Company, origin: str):
    await acme.ana.signs_in()
    here = acme.product.address.removeprefix("http://")
    headers = {"Origin": origin.format(here=here)}
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await acme.ana.http.ws_connect("/api/feed", headers=headers)
    assert refused.value.status == 403


async def test_our_own_page_opens_a_board(acme: Company):
    await acme.ana.signs_in()
    headers = {"Origin": acme.product.address}
    async with acme.ana.http.ws_connect("/api/feed", headers=headers) as socket:
        await socket.send_str(HELLO)
        assert isinstance(await heard(socket), dict)


# Who is sent away.


async def test_signing_out_closes_this_sessions_boards_at_once_and_no_others(acme: Company):
    ana = acme.ana
    await ana.signs_in()
    elsewhere = Agent(acme, "Ana", ana.id, ana.email, ana.password)
    await elsewhere.signs_in()
    async with board_of(ana) as one, board_of(ana) as two, board_of(elsewhere) as other:
        await ana.asks("POST", "/api/sign-out")
        for socket in (one, two):
            words = await last_words(socket)
            assert is_goodbye(words[-2], "signed-out")
            assert words[-1] == DONE
        await acme.ben.signs_in()
        await acme.ben.asks("PUT", "/api/presence", {"status": "away"})
        assert (await heard(other))["type"] == "event"
    await elsewhere.closes()


async def test_a_board_that_has_not_said_hello_is_closed_too_and_was_told_nothing(acme: Company):
    await acme.ana.signs_in()
    async with board_of(acme.ana, hello=False) as socket:
        await eventually(lambda: acme.tenant in acme.product.services.hub.tenants())
        await acme.ana.asks("POST", "/api/sign-out")
        words = await last_words(socket)
    assert is_goodbye(words[0], "signed-out")
    assert words[1:] == [DONE]


async def test_switching_company_closes_the_boards_of_the_one_that_is_left(
    acme: Company, globex: Company
):
    await in_both(acme, globex, acme.ana)
    await acme.ana.signs_in()
    await acme.ana.asks("PUT", "/api/session/tenant", {"tenant": str(acme.tenant)})
    async with board_of(acme.ana) as socket:
        me = await acme.ana.asks("PUT", "/api/session/tenant", {"tenant": str(globex.tenant)})
        words = await last_words(socket)
    assert me["tenant"]["id"] == str(globex.tenant)
    assert is_goodbye(words[-2], "tenant-switched")
    assert words[-1] == DONE


async def test_signing_in_anew_closes_the_boards_of_the_session_that_was_brought(acme: Company):
    await acme.ana.signs_in()
    async with board_of(acme.ana) as socket:
        await acme.ana.signs_in()
        words = await last_words(socket)
    assert is_goodbye(words[-2], "session-ended")
    assert words[-1] == DONE


async def test_a_page_that_asks_without_end_hears_the_goodbye_all_the_same(acme: Company):
    """Its wishes must not push the goodbye out of the queue."""
    await acme.ana.signs_in()
    async with board_of(acme.ana) as socket:

        async def ask_without_end() -> None:
            while not socket.closed:
                for _ in range(100):
                    await socket.send_str('{"type":"resume","since":0}')
                await asyncio.sleep(0)

        asking = asyncio.create_task(ask_without_end())
        await acme.ana.asks("POST", "/api/sign-out")
        words = await last_words(socket)
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
    assert is_goodbye(words[-2], "signed-out")


async def in_both(one: Company, other: Company, agent: Agent) -> None:
    """The person becomes an agent of the other company too."""
    async with one.product.services.database.work(other.tenant) as work:
        await people.add_member(work, agent.id, agent.name, people.Role.AGENT)


# A hurried pace, over a real socket.


@asynccontextmanager
async def hurried(product: Product, agent: Agent, pace: Pace) -> AsyncGenerator[Any]:
    """A board of that person on a server of its own, which is less patient than ours."""
    services = product.services

    @websocket("/feed")
    async def feed(socket: Socket) -> None:
        visitor = await identify(socket, services.database, product.clock)
        await socket.accept()
        listener = Listener(visitor.tenant, visitor.person.id, visitor.session.token.hash)
        services.hub.enter(listener)
        board = Board(
            socket, visitor, listener, services.database, services.hub, product.clock, pace
        )
        await board.run()
        services.hub.leave(listener)

    listener = free_socket()
    app = Litestar([feed], logging_config=None)
    app.state.settings = product.settings
    url = f"http://127.0.0.1:{listener.getsockname()[1]}/feed"
    cookie = next(iter(agent.http.cookie_jar))
    headers = {"Cookie": f"{cookie.key}={cookie.value}"}
    async with (
        served_on(listener, app),
        product.http.ws_connect(url, headers=headers) as socket,
    ):
        yield socket


async def test_a_page_that_answers_no_ping_is_dropped(acme: Company):
    await acme.ana.signs_in()
    async with hurried(acme.product, acme.ana, Pace(ping=0.02, patience=0.2)) as socket:
        await socket.send_str(HELLO)
        assert (await heard(socket))["type"] == "snapshot"
        assert await last_words(socket) == [SILENT]


async def test_a_page_that_answers_pings_stays(acme: Company):
    await acme.ana.signs_in()
    async with hurried(acme.product, acme.ana, Pace(ping=0.02, patience=0.3)) as socket:
        await socket.send_str(HELLO)
        assert (await heard(socket))["type"] == "snapshot"
        for _ in range(30):
            assert await heard(socket) == {"type": "ping"}
            await socket.send_str('{"type":"pong"}')


async def test_a_page_that_never_says_a_word_is_dropped(acme: Company):
    await acme.ana.signs_in()
    async with hurried(acme.product, acme.ana, Pace(patience=0.1)) as socket:
        assert await last_words(socket) == [SILENT]


@pytest.mark.parametrize("later", [sessions.IDLE, sessions.ABSOLUTE])
async def test_a_board_whose_session_has_run_out_is_closed(acme: Company, later: timedelta):
    await acme.ana.signs_in()
    async with hurried(acme.product, acme.ana, Pace(ping=0.02, doubt=2)) as socket:
        await socket.send_str(HELLO)
        assert (await heard(socket))["type"] == "snapshot"
        acme.product.clock.later += later + timedelta(seconds=1)
        words = await last_words(socket)
    assert is_goodbye(words[-2], "session-ended")
    assert words[-1] == DONE


async def test_a_board_whose_session_ended_elsewhere_is_closed(acme: Company):
    """In another process: our hub hears nothing of it."""
    await acme.ana.signs_in()
    cookie = next(iter(acme.ana.http.cookie_jar))
    token = sessions.read_token(cookie.value)
    assert token is not None
    async with hurried(acme.product, acme.ana, Pace(ping=0.02, doubt=2)) as socket:
        await socket.send_str(HELLO)
        assert (await heard(socket))["type"] == "snapshot"
        async with acme.product.services.database.work(acme.tenant) as work:
            await sessions.close_session(work, token)
        words = await last_words(socket)
    assert is_goodbye(words[-2], "session-ended")


async def test_a_goodbye_comes_before_what_was_queued_for_whoever_was_not_greeted(acme: Company):
    """Events that wait for a page that says hello too late are never sent."""
    await acme.ana.signs_in()
    hub = acme.product.services.hub
    async with hurried(acme.product, acme.ana, Pace()) as socket:
        await eventually(lambda: acme.tenant in hub.tenants())
        hub.publish(acme.tenant, [Numbered.of(7, '{"type":"event","secret":true}')])
        token = sessions.read_token(next(iter(acme.ana.http.cookie_jar)).value)
        assert token is not None
        hub.dismiss(token.hash, Goodbye("signed-out", "You have signed out."))
        words = await last_words(socket)
    assert is_goodbye(words[0], "signed-out")
    assert words[1:] == [DONE]
