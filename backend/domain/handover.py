"""A call on its way from one agent to another: cold, or after a word between the two."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from msgspec import Struct


class NotTaken(StrEnum):
    """Why a colleague did not take the call that was to be handed to them."""

    DECLINED = "declined"
    NO_ANSWER = "no_answer"
    UNREACHABLE = "unreachable"
    """They went away, or their browser did not come."""
    LEFT = "left"
    """They were consulted, and left again."""
    BUSY = "busy"
    """A number outside is engaged."""
    FAILED = "failed"
    """A number outside could not be reached: it does not exist, or the line failed."""
    CANCELED = "canceled"
    """We gave up while a number outside rang."""


class Transfer(Struct, frozen=True):
    """A cold transfer under way: `by` hands the call to `to`, and it rings there alone; or to
    `number` outside, by the outbound leg of that id; or to everybody of `team` who is free.

    Once `failed` says why not, it rings at `by` again. A call that was forwarded keeps it.
    """

    by: UUID
    to: UUID | None
    failed: NotTaken | None = None
    number: str | None = None
    outbound: UUID | None = None
    team: UUID | None = None


class TalkWith(StrEnum):
    """Whom an agent who consults a colleague talks with; whoever is left out hears music."""

    COLLEAGUE = "colleague"
    CALLER = "caller"
    ALL = "all"


class Consult(Struct, frozen=True):
    """A warm transfer under way: the agent who has the call asks a colleague into its conference,
    or somebody at `number` outside, by the outbound leg of that id.

    A colleague is rung until `accepted`; a number outside needs no claim, it rings and answers.
    `leg` is theirs while they are in the room. One that `failed` only says why, until the agent
    does something else.
    """

    agent_id: UUID | None
    since: datetime
    accepted: bool = False
    leg: str | None = None
    talk_with: TalkWith = TalkWith.COLLEAGUE
    failed: NotTaken | None = None
    number: str | None = None
    outbound: UUID | None = None
    ringing: bool = False

    @property
    def is_there(self) -> bool:
        return self.leg is not None
