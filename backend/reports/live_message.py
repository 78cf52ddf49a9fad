"""What is said of a company as it is now; wallboards read the same words that are written here."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from backend.domain.agent import Presence
from backend.domain.call import CallState, Direction

SHOWN = (
    "offered",
    "answered",
    "abandoned",
    "short_abandoned",
    "forced_out",
    "open",
    "sl_e",
    "sl_now",
    "asa",
    "abandon_rate",
    "longest_wait",
    "wait_p95",
    "handled",
    "aht",
    "transfer_rate",
)
"""Of all measures, those that somebody looks at while calls come in."""

Figures = dict[str, float | None]
"""Measures by name: calls, shares between 0 and 1, seconds; None where one has no meaning."""


class LiveCall(Struct, frozen=True):
    """A call in progress. `since` is when its present state began, `waiting_since` from when on
    its caller has had nobody; None while somebody has them."""

    id: UUID
    queue: str
    direction: Direction
    state: CallState
    caller: str
    agent: str | None
    slot: int | None
    started_at: datetime
    since: datetime
    waiting_since: datetime | None
    help_at: datetime | None


class LiveAgent(Struct, frozen=True):
    """An agent as colleagues see them; `since` is when that began."""

    id: UUID
    name: str
    presence: Presence
    since: datetime
    reason: str | None
    calls: int
    """How many they have, on hold included."""
    figures: Figures


class LiveQueue(Struct, frozen=True):
    """One queue: how many wait in it, the first since when, and its figures of today."""

    queue: str
    waiting: int
    waiting_since: datetime | None
    figures: Figures


class LiveQuarter(Struct, frozen=True):
    """A quarter of an hour of today that has begun."""

    start: datetime
    figures: Figures


class Live(Struct, frozen=True):
    """All that a wallboard shows. `journal` and `books` are the last lines that the calls and the
    figures know; they differ for a moment, when something has just happened."""

    at: datetime
    journal: int
    books: int
    time_zone: str
    answer_within_seconds: int
    short_abandon_seconds: int
    calls: tuple[LiveCall, ...]
    agents: tuple[LiveAgent, ...]
    queues: tuple[LiveQueue, ...]
    today: Figures
    lately: Figures
    quarters: tuple[LiveQuarter, ...]
