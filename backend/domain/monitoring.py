"""Supervisors in a call that is not theirs: how they listen, and what the room is told of it."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from msgspec import Struct


class MonitorMode(StrEnum):
    """Who hears the supervisor. They hear everybody in every mode."""

    LISTEN = "listen"
    """Nobody."""
    WHISPER = "whisper"
    """The agent alone."""
    BARGE = "barge"
    """Everybody."""


class Monitor(Struct, frozen=True):
    """One supervisor in a call; `leg` is theirs while they are in the room.

    Whether the company's agents are told (`is_shown`) is settled by the rule that held when they
    came, so that a rule that changes later gives nobody away.
    """

    person_id: UUID
    mode: MonitorMode
    since: datetime
    is_shown: bool = True
    leg: str | None = None
    deadline: datetime | None = None
    """Until when a leg that is not there may come, or come back."""

    @property
    def is_noticed(self) -> bool:
        """Whether the agent sees or hears that somebody has come."""
        return self.leg is not None and (self.is_shown or self.mode is not MonitorMode.LISTEN)


class Seat(Struct, frozen=True):
    """How a monitor's leg sits in the room: unheard, heard by one leg alone, or by everybody."""

    muted: bool
    coached: str | None = None


LISTENS = Seat(muted=True)
SPEAKS = Seat(muted=False)


def seat_of(mode: MonitorMode, agent_leg: str | None) -> Seat:
    """Whoever whispers while the agent's voice is gone is unheard until it is back: a word that
    was meant for the agent must never reach the caller."""
    match mode:
        case MonitorMode.BARGE:
            return SPEAKS
        case MonitorMode.WHISPER if agent_leg is not None:
            return Seat(muted=False, coached=agent_leg)
        case MonitorMode.WHISPER | MonitorMode.LISTEN:
            return LISTENS
