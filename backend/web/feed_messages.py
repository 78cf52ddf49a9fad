"""The messages of the feed, both ways. Their JSON Schema is in `feed.schema.json`, beside this.

A board opens the socket, says `hello` with the last number it has (or null), and gets a
`snapshot`, or the `event`s that it lacks and then `live`. Events are numbered densely per
company; whoever sees a gap says `resume`. A `ping` must be answered by a `pong` at once: that
is how presence is proven.
"""

from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from backend.domain.board import Announcement, Snapshot

Number = Annotated[int, Meta(ge=0)]
"""A place in the company's journal."""


class Hello(Struct, frozen=True, tag_field="type", tag="hello"):
    """The first message of a client; `since` is the last number that it has."""

    since: Number | None = None


class Resume(Struct, frozen=True, tag_field="type", tag="resume"):
    """A client saw a gap after `since`."""

    since: Number


class Pong(Struct, frozen=True, tag_field="type", tag="pong"):
    """The answer to a ping."""


class Ping(Struct, frozen=True, tag_field="type", tag="ping"):
    """Are you there? Sent every ten seconds."""


class Stale(Struct, frozen=True, tag_field="type", tag="stale"):
    """The database is away: what is shown may be out of date. Calls go on."""

    detail: str


class Live(Struct, frozen=True, tag_field="type", tag="live"):
    """What is shown is current (again)."""


class Farewell(Struct, frozen=True, tag_field="type", tag="goodbye"):
    """The server ends this feed, and why."""

    code: str
    detail: str


FromClient = Hello | Resume | Pong
FromServer = Snapshot | Announcement | Ping | Stale | Live | Farewell

read = msgspec.json.Decoder(FromClient).decode
_encode = msgspec.json.Encoder().encode


def text_of(message: FromServer) -> str:
    """The message as it is sent."""
    return _encode(message).decode()


def schema() -> dict[str, Any]:
    """A JSON Schema with a definition for either direction."""
    (client, server), components = msgspec.json.schema_components(
        [FromClient, FromServer], ref_template="#/$defs/{name}"
    )
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Patchbay feed",
        "$defs": {**components, "FromClient": client, "FromServer": server},
    }
