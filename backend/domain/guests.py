"""Who is in a call beside the caller, its agent, and whoever is consulted."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from backend.domain.handover import Consult


class Guest(Struct, frozen=True):
    """Somebody in a conference: an agent, or by the outbound leg of that id somebody at `number`.

    They were consulted and talked with everybody when one more person was asked in. `leg` is
    theirs while they are in the room.
    """

    agent_id: UUID | None
    since: datetime
    leg: str | None = None
    number: str | None = None
    outbound: UUID | None = None
    deadline: datetime | None = None
    """Until when an agent whose voice or page is lost may come back."""

    @property
    def id(self) -> UUID:
        """What they are told apart by: the agent's id, or that of the leg outside."""
        known = self.agent_id or self.outbound
        assert known is not None  # noqa: S101  a guest is one of the two
        return known

    @property
    def is_there(self) -> bool:
        return self.leg is not None


def guest_of(consult: Consult) -> Guest:
    """Whoever is consulted, as the guest they become when the next person is asked in."""
    return Guest(consult.agent_id, consult.since, consult.leg, consult.number, consult.outbound)
