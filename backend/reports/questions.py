"""What may be asked: which days, cut how, broken down by what; and what is too much at once."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct

from backend.domain.refusals import Refusal
from backend.domain.rules import Rules
from backend.measures.intervals import Size, Slot, local_day, slots
from backend.measures.tally import Counting
from backend.store.tallies import By, Scope

MOST_SLOTS = 40_000
"""A year in quarters of an hour, and a little."""
EARLIEST, LATEST = date(1970, 1, 2), date(2199, 12, 31)


class BackwardDays(Refusal):
    """The last day is before the first. Ask for days in their order."""

    code = "backward-days"
    status = 400


class NoSuchDays(Refusal):
    """Figures are of days between 1970 and 2199."""

    code = "no-such-days"
    status = 400


class TooManyDays(Refusal):
    """So many days are too many at once. Ask for fewer."""

    code = "too-many-days"
    status = 400


class NoSuchQueue(Refusal):
    """No queue can be called that."""

    code = "no-such-queue"
    status = 400


class TooManySlots(Refusal):
    """So many slots make no table. Ask for fewer days, or for longer slots."""

    code = "too-many-slots"
    status = 400


class Question(Struct, frozen=True):
    """A company's figures: of these slots, broken down so, counted by the company's own rules."""

    slots: tuple[Slot, ...]
    by: By
    scope: Scope
    counting: Counting
    zone: ZoneInfo
    now: datetime

    @property
    def overdue_since(self) -> datetime:
        """Who came before that and still waits is a miss already."""
        return self.now - timedelta(seconds=self.counting.threshold_seconds)


def ask(
    rules: Rules,
    now: datetime,
    *,
    first: date | None,
    last: date | None,
    size: Size = Size.WHOLE,
    by: By = By.NOTHING,
    queues: tuple[str, ...] = (),
) -> Question:
    """The question for days of the company's calendar, both included; without them, for today.

    Raises a `Refusal` if it cannot be answered.
    """
    scope = scope_of(queues)
    zone = ZoneInfo(rules.time_zone)
    today = local_day(now, zone)
    first = first or last or today
    last = last or max(first, today)
    if last < first:
        raise BackwardDays
    if first < EARLIEST or last > LATEST:
        raise NoSuchDays
    days = (last - first).days + 1
    if size not in (Size.WHOLE, Size.DAY) and days * 24 > MOST_SLOTS:
        raise TooManySlots
    cut = slots(first, last, zone, size)
    if len(cut) > MOST_SLOTS:
        raise TooManySlots
    return Question(cut, by, scope, counting_of(rules), zone, now)


def scope_of(queues: tuple[str, ...]) -> Scope:
    """Only these queues; none: all. Raises `NoSuchQueue`."""
    if any("\0" in queue for queue in queues):
        raise NoSuchQueue
    return Scope(queues)


def must_span(question: Question, most_days: int, most_slots: int) -> None:
    """Raises `TooManyDays` or `TooManySlots`."""
    if len(question.slots) > most_slots:
        raise TooManySlots(
            f"At most {most_slots} slots at once. Ask for fewer days or longer slots."
        )
    if question.slots[-1].end - question.slots[0].start > timedelta(days=most_days + 1):
        raise TooManyDays(f"At most {most_days} days at once. Ask for fewer.")


def counting_of(rules: Rules) -> Counting:
    """What a company with these rules counts by."""
    return Counting(rules.answer_within_seconds, rules.short_abandon_seconds)
