"""The feed's JSON Schema, for whoever drives us from outside: committed, and true."""

import json
from typing import Any

import msgspec
from jsonschema import Draft202012Validator

from backend.web import feed_messages
from tests.architecture.code import ROOT
from tests.stories.company import Company

COMMITTED = ROOT / "backend/web/feed.schema.json"


def test_the_committed_schema_is_that_of_the_code():
    said = json.dumps(feed_messages.schema(), indent=2, sort_keys=True) + "\n"
    assert COMMITTED.read_text() == said, "write backend/web/feed.schema.json anew"


def validator(direction: str) -> Draft202012Validator:
    schema: dict[str, Any] = json.loads(COMMITTED.read_text())
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema | {"$ref": f"#/$defs/{direction}"})


async def test_every_message_of_a_story_is_as_the_schema_says(acme: Company):
    await acme.on_duty("Ana", "Ben")
    caller = await acme.rings()
    await acme.ana.answers(caller)
    await acme.ana.parks(caller, slot=3)
    await acme.ben.picks_up(caller)
    await acme.ben.hangs_up(caller)
    await acme.ana.sees_call(caller, "ended")
    of_server = validator("FromServer")
    for agent in (acme.ana, acme.ben):
        assert {message["type"] for message in agent.heard} >= {"snapshot", "event"}
        for message in agent.heard:
            of_server.validate(message)


def test_what_the_backend_understands_is_what_the_schema_allows():
    of_client = validator("FromClient")
    for message, is_right in (
        ({"type": "hello", "since": None}, True),
        ({"type": "hello", "since": 412}, True),
        ({"type": "resume", "since": 0}, True),
        ({"type": "pong"}, True),
        ({"type": "hello", "since": -1}, False),
        ({"type": "resume", "since": None}, False),
        ({"type": "resume"}, False),
        ({"type": "snapshot"}, False),
        ({}, False),
    ):
        assert of_client.is_valid(message) == is_right, message
        assert understood(message) == is_right, message


def understood(message: dict[str, Any]) -> bool:
    try:
        feed_messages.read(json.dumps(message))
    except msgspec.ValidationError:
        return False
    return True
