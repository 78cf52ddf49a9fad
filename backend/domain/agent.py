"""An agent's status: what was chosen, and what the server can prove."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from msgspec import Struct


class AgentStatus(StrEnum):
    """What an agent is, apart from calls; `Presence` adds what calls make of it."""

    OFFLINE = "offline"
    """No page of theirs has answered lately."""
    AVAILABLE = "available"
    AWAY = "away"
    WRAP_UP = "wrap_up"
    """Work after a call, until finished or out of time."""
    UNREACHABLE = "unreachable"
    """Calls rang at them unanswered, one after the other; none is offered until they say that
    they are back."""


class Presence(StrEnum):
    """What colleagues see. Derived, never stored: see `board.presence_of`."""

    OFFLINE = "offline"
    AVAILABLE = "available"
    RINGING = "ringing"
    ON_CALL = "on_call"
    MONITORING = "monitoring"
    WRAP_UP = "wrap_up"
    AWAY = "away"
    UNREACHABLE = "unreachable"


class Agent(Struct, frozen=True):
    """A person who takes calls for one tenant.

    `wanted` is their own choice, available or away: what they are whenever no call, no wrap-up
    and no missed offers say otherwise. It is kept while they are offline.
    """

    id: UUID
    name: str
    since: datetime
    rev: int = 0
    status: AgentStatus = AgentStatus.OFFLINE
    wanted: AgentStatus = AgentStatus.AWAY
    reason: str | None = None
    """Why they want to be away, in one of the company's words."""
    deadline: datetime | None = None
    """When the wrap-up runs out."""
    wrap_up_of: UUID | None = None
    """The call that is wrapped up."""
    missed: int = 0
    """How many offers in a row rang at them to the end."""
    set_by: UUID | None = None
    """The supervisor who chose the present status, until the agent chooses again."""
    set_reason: str | None = None
    """Why they did: for the agent and the journal, not for everybody's board."""

    @property
    def may_be_offered(self) -> bool:
        return self.status is AgentStatus.AVAILABLE
