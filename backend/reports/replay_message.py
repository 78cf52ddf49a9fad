"""What is said of a past day so that it can be played: how it began, and all that happened in it.

First its `DayHead`, then every visit and every agent's share that its figures count, then every
line of its journal in order, and a `DayEnd`, without which something is missing.
"""

from datetime import date, datetime

from msgspec import Struct

from backend.domain.board import Announcement, Snapshot
from backend.measures.facts import Visit
from backend.measures.known_at import Share
from backend.measures.tally import Counting


class DayHead(Struct, frozen=True, tag_field="type", tag="day"):
    """A day of the company's calendar, from `start` to just before `end`; it can be played until
    `until`, which is earlier while the day lasts. `board` is how it began.

    The rules by which it is counted, and the board's teams and slots, are those of now: nothing
    remembers what they were.
    """

    day: date
    time_zone: str
    start: datetime
    end: datetime
    until: datetime
    counting: Counting
    board: Snapshot
    lines: int
    """How many of the journal there are, so that whoever waits can be told how long."""


class DayVisit(Struct, frozen=True, tag_field="type", tag="visit"):
    """A caller's stay in a queue, without their number."""

    visit: Visit


class DayShare(Struct, frozen=True, tag_field="type", tag="share"):
    """An agent's share of a call that came in."""

    share: Share


class DayEnd(Struct, frozen=True, tag_field="type", tag="end"):
    """That was all."""


OfDay = DayHead | DayVisit | DayShare | Announcement | DayEnd
