"""What the journal tells of one call, in the order in which we learnt it."""

from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct

from backend.domain.board import Announcement, CallCard


class Told(Struct, frozen=True):
    """The call as it was from `at` on, and by what."""

    at: datetime
    event: str
    card: CallCard


def in_order(lines: Iterable[Announcement]) -> list[Told]:
    """The lines that tell of a call, each once. What a callback told late is dated as it happened,
    which may be before what we knew by then; no stretch of time runs backwards for that."""
    once = {line.number: line for line in lines if line.call is not None}
    told: list[Told] = []
    for _, line in sorted(once.items()):
        assert line.call is not None  # noqa: S101  or it would not be among them
        at = max(line.at, told[-1].at) if told else line.at
        told.append(Told(at, line.event, line.call))
    return told
