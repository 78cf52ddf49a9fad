"""No message that a board may send brings it anything of another company.

The messages come from the feed's own JSON Schema: a new one fails here until it has a case.
"""

import asyncio
import json
from typing import Any

import aiohttp
import pytest

from backend.web import feed_messages
from backend.web.feed_socket import LARGEST_FRAME, NOT_UNDERSTOOD
from tests.isolation.world import World

WILD = (None, 0, 1, 2**31, 2**63, 2**64, 10**400, "theirs")
"""What a board may say it has; "theirs" is the number at which Globex is."""
CASES: dict[str, list[dict[str, Any]]] = {
    "hello": [{"since": since} for since in WILD],
    "resume": [{"since": since} for since in WILD if since is not None],
    "pong": [{}],
}
MALFORMED = [
    "",
    "{",
    "[]",
    "null",
    '"hello"',
    "{}",
    '{"type":"goodbye"}',
    '{"type":"snapshot","since":1}',
    '{"type":"hello","since":-1}',
    '{"type":"hello","since":1.5}',
    '{"type":"hello","since":"1"}',
    '{"type":"hello","since":' + "9" * 5000 + "}",
    '{"type":"resume"}',
    '{"type":"resume","since":null}',
    '{"type":"resume","since":-9223372036854775808}',
    '{"type":"pong","since":' + "1" * (LARGEST_FRAME + 1) + "}",
    b'{"type":"hello","since":null}',
    b"\xff\xfe",
]


def kinds_from_client() -> list[str]:
    schema = feed_messages.schema()
    options = schema["$defs"]["FromClient"]["anyOf"]
    names = [option["$ref"].rpartition("/")[2] for option in options]
    return [schema["$defs"][name]["properties"]["type"]["enum"][0] for name in names]


@pytest.mark.parametrize("kind", kinds_from_client())
async def test_no_message_brings_another_companys_events(world: World, kind: str):
    """Ada's board says it, in every way, while Globex is busy."""
    theirs = (await world.globex.ana.asks("GET", "/api/board"))["number"]
    async with world.acme.ada.http.ws_connect("/api/feed") as socket:
        await socket.send_str('{"type":"hello","since":null}')
        snapshot = await heard_by(world, socket)
        assert snapshot["type"] == "snapshot"
        for case in CASES[kind]:
            message = {"type": kind} | case
            if message.get("since") == "theirs":
                message["since"] = theirs
            await be_busy(world, "away")
            await socket.send_str(json.dumps(message))
            await be_busy(world, "available")
            answers = await until_own_event(world, socket)
            events = [each for each in answers if each["type"] == "event"]
            assert events, "our own arrives all the same"
            kinds = {each["type"] for each in answers}
            assert kinds <= {"event", "snapshot", "live", "ping"}


async def be_busy(world: World, status: str) -> None:
    """Something happens in Globex, and its own board sees it."""
    await world.globex.ben.goes(status)


async def heard_by(world: World, socket: aiohttp.ClientWebSocketResponse) -> dict[str, Any]:
    async with asyncio.timeout(5):
        frame = await socket.receive()
    assert frame.type is aiohttp.WSMsgType.TEXT, frame
    world.expect_nothing_of_globex(frame.data)
    return json.loads(frame.data)


async def until_own_event(
    world: World, socket: aiohttp.ClientWebSocketResponse
) -> list[dict[str, Any]]:
    """Everything up to an event that Acme makes now."""
    await world.acme.chloe.asks("PUT", "/api/presence", {"status": "away"})
    set_to = await world.acme.chloe.asks("PUT", "/api/presence", {"status": "available"})
    answers: list[dict[str, Any]] = []
    while True:
        answers.append(await heard_by(world, socket))
        agent = answers[-1].get("agent") or {}
        if agent.get("id") == set_to["agent_id"] and agent["rev"] == set_to["rev"]:
            return answers


@pytest.mark.parametrize("greeted", [False, True], ids=["as the first word", "later"])
async def test_a_malformed_frame_closes_the_socket_and_does_nothing_else(
    world: World, greeted: bool
):
    async with world.unchanged(world.acme, world.globex):
        for frame in MALFORMED:
            async with world.acme.ada.http.ws_connect("/api/feed") as socket:
                if greeted:
                    await socket.send_str('{"type":"hello","since":null}')
                    await heard_by(world, socket)
                if isinstance(frame, bytes):
                    await socket.send_bytes(frame)
                else:
                    await socket.send_str(frame)
                async with asyncio.timeout(5):
                    answer = await socket.receive()
                assert answer.type is aiohttp.WSMsgType.CLOSE, (frame[:80], answer)
                assert socket.close_code == NOT_UNDERSTOOD, frame[:80]


@pytest.mark.parametrize("first", ['{"type":"pong"}', '{"type":"resume","since":0}'])
async def test_whoever_does_not_begin_with_hello_is_told_nothing(world: World, first: str):
    async with world.acme.ada.http.ws_connect("/api/feed") as socket:
        await socket.send_str(first)
        async with asyncio.timeout(5):
            answer = await socket.receive()
        assert answer.type is aiohttp.WSMsgType.CLOSE
        assert socket.close_code == NOT_UNDERSTOOD
