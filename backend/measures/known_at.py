"""What was known at an instant of the past, told from what is known of it now.

Whoever had not been answered yet was waiting, whatever became of them; an agent's share was not
over before its wrap-up was. So a figure of then is the measure of now, of what was known then.
"""

from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from backend.measures.facts import Handling, Outcome, Visit


class Share(Struct, frozen=True):
    """An agent's share of a call, and when it was over with its wrap-up; None while it is not."""

    handling: Handling
    over_at: datetime | None


def over_at(visit: Visit) -> datetime | None:
    """When it was known what became of the caller; None while they wait."""
    if visit.wait_ms is None:
        return None
    return visit.entered_at + timedelta(milliseconds=visit.wait_ms)


def still_waiting(visit: Visit) -> Visit:
    """The visit before anything has become of it."""
    return replace(
        visit, outcome=Outcome.OPEN, wait_ms=None, answered_by=None, ended_at=None, is_skewed=False
    )


def still_lasting(handling: Handling) -> Handling:
    """The share before it is over."""
    return replace(handling, is_final=False)
