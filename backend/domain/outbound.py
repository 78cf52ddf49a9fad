"""A leg that the carrier is asked to place: to a number outside.

Only the guard (`dialling_guard`) makes one; whatever is asked of the carrier to ring somebody
outside is made of one. So nothing that rings outside goes round the guard.
"""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from msgspec import Struct

from backend.domain.handover import NotTaken


class Progress(StrEnum):
    """How far the callee of an outbound call has come, until they answer."""

    ASKED = "asked"
    RINGING = "ringing"


class OutboundLeg(Struct, frozen=True):
    """`id` is our name for it, `leg` the carrier's once it is known. `agent_id` wished for it.

    `price` is the estimated price of a minute, in the currency of the company's account.
    """

    id: UUID
    number: str
    caller_id: str
    agent_id: UUID
    asked_at: datetime
    price: Decimal
    leg: str | None = None
    answered_at: datetime | None = None
    over_at: datetime | None = None
    failed: NotTaken | None = None

    @property
    def is_open(self) -> bool:
        return self.over_at is None


class OwnNumber(Struct, frozen=True):
    """A number of the company. `emergency`: it has an address where help can be sent."""

    number: str
    emergency: bool = False


class Usage(Struct, frozen=True):
    """What the company's outbound legs amount to at this moment.

    `spent` estimates the last 24 hours: minutes begun, each at its leg's price.
    """

    open: int = 0
    last_minute: int = 0
    last_minute_by_actor: int = 0
    spent: Decimal = Decimal(0)
