"""Who called again: the same number within a day, soon after giving up, or never once more.

A caller is a number; whoever withholds theirs is known to nobody and counted apart. Counted are
calls, not stays in queues: one that was sent on is one call. A call that comes in while another
of the same number still lasts is a further one too.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from msgspec import Struct

from backend.measures.catalogue import Figure, Unit
from backend.measures.facts import Outcome, Visit
from backend.measures.intervals import Slot

FEWEST_DIGITS = 3
"""What has fewer is a word that says that there is no number, or nothing at all."""
SPELLED = ("+266696687", "+7378742833", "+2562533", "+8656696", "+86282452253", "+7748283")
"""`anonymous`, `restricted`, `blocked`, `unknown`, `unavailable` and `private` on a keypad: what
some carriers send where there is no number."""
NOBODY_KNOWN = "nobody whose number is known came in"
NOBODY_GAVE_UP = "nobody whose number is known gave up"


class Windows(Struct, frozen=True):
    """How soon another call counts."""

    repeat: timedelta = timedelta(hours=24)
    """From when a call came in until the next one does."""
    redial: timedelta = timedelta(minutes=30)
    """From when they gave up until they call again."""
    lost: timedelta = timedelta(hours=24)
    """From when they gave up until they call and are answered. Not the end of the day: whoever gave
    up at five to midnight would be lost by then, and whoever did so in the morning hardly ever."""
    resolved: timedelta = timedelta(days=7)
    """From when an answered call came in until another one shows that it was not the last word."""


class Repeats(Struct, frozen=True):
    """Of one slot, by when calls came in. Callers are counted once, so slots do not add up."""

    calls: int = 0
    """Of known numbers."""
    withheld: int = 0
    """Calls without one."""
    callers: int = 0
    repeated: int = 0
    """Callers one of whose calls was followed by another."""
    gave_up: int = 0
    """Callers one of whose calls ended while they waited."""
    redialled: int = 0
    lost: int = 0
    """Callers one of whose givings up was followed by no call that was answered."""
    resolved: int = 0
    """Calls that were answered and followed by no other."""
    open: int = 0
    """Calls that still wait."""


class Contact(Struct, frozen=True):
    """One call, however many queues it was in."""

    call_id: UUID
    caller: str
    entered_at: datetime
    is_answered: bool
    gave_up_at: datetime | None
    is_open: bool


def is_number(caller: str) -> bool:
    """Whether that tells who called."""
    digits = sum(letter in "0123456789" for letter in caller)
    return digits >= FEWEST_DIGITS and caller not in SPELLED


def repeats(visits: Iterable[Visit], slots: Sequence[Slot], windows: Windows) -> list[Repeats]:
    """Of each slot, of visits that go on long enough after it: what `store.repeats` asks of
    PostgreSQL, written as one would say it."""
    contacts = sorted(_contacts(visits), key=lambda one: (one.entered_at, one.call_id))
    by_caller: dict[str, list[Contact]] = defaultdict(list)
    for contact in contacts:
        by_caller[contact.caller].append(contact)
    return [_of_slot(slot, by_caller, windows) for slot in slots]


def _contacts(visits: Iterable[Visit]) -> Iterable[Contact]:
    by_call: dict[UUID, list[Visit]] = defaultdict(list)
    for visit in visits:
        by_call[visit.call_id].append(visit)
    for call_id, stays in by_call.items():
        outcomes = {stay.outcome for stay in stays}
        is_answered = Outcome.ANSWERED in outcomes
        ends = [
            stay.entered_at + timedelta(milliseconds=stay.wait_ms or 0)
            for stay in stays
            if stay.outcome is Outcome.ABANDONED
        ]
        yield Contact(
            call_id,
            stays[0].caller,
            min(stay.entered_at for stay in stays),
            is_answered,
            None if is_answered else max(ends, default=None),
            Outcome.OPEN in outcomes,
        )


def _of_slot(slot: Slot, by_caller: Mapping[str, list[Contact]], windows: Windows) -> Repeats:
    found = defaultdict[str, int](int)
    for caller, contacts in by_caller.items():
        here = [n for n, one in enumerate(contacts) if slot.start <= one.entered_at < slot.end]
        found["open"] += sum(contacts[n].is_open for n in here)
        if not is_number(caller):
            found["withheld"] += len(here)
        elif here:
            found["calls"] += len(here)
            found["callers"] += 1
            for name, count in _of_caller(contacts, here, windows).items():
                found[name] += count
    return Repeats(**found)


def _of_caller(contacts: list[Contact], here: list[int], windows: Windows) -> dict[str, int]:
    gave_up = [n for n in here if contacts[n].gave_up_at is not None]
    return {
        "repeated": any(_again(contacts, n, windows.repeat) for n in here),
        "gave_up": bool(gave_up),
        "redialled": any(_redialled(contacts, n, windows.redial) for n in gave_up),
        "lost": any(not _answered_later(contacts, n, windows.lost) for n in gave_up),
        "resolved": sum(
            contacts[n].is_answered and not _again(contacts, n, windows.resolved) for n in here
        ),
    }


def _again(contacts: list[Contact], number: int, within: timedelta) -> bool:
    """Whether another call came in so soon after that one had."""
    later = contacts[number + 1 :]
    return bool(later) and later[0].entered_at <= contacts[number].entered_at + within


def _redialled(contacts: list[Contact], number: int, within: timedelta) -> bool:
    gave_up_at, later = contacts[number].gave_up_at, contacts[number + 1 :]
    return gave_up_at is not None and bool(later) and later[0].entered_at <= gave_up_at + within


def _answered_later(contacts: list[Contact], number: int, within: timedelta) -> bool:
    gave_up_at, later = contacts[number].gave_up_at, contacts[number + 1 :]
    return gave_up_at is not None and any(
        one.is_answered and one.entered_at <= gave_up_at + within for one in later
    )


class RepeatMeasure(Struct, frozen=True):
    """A measure of `Repeats`; `{W}` in its formula stands for the days of `Windows.resolved`.

    `is_late`: it has a value only once all of those days are over.
    """

    name: str
    title: str
    unit: Unit
    formula: str
    of: Callable[[Repeats], Figure]
    is_late: bool = False

    def shown_formula(self, windows: Windows) -> str:
        """The formula with the number of days by which it was counted."""
        return self.formula.format(W=windows.resolved.days)


def _count(name: str) -> Callable[[Repeats], Figure]:
    return lambda found: Figure(getattr(found, name))


def _share(above: str, below: str, why_none: str) -> Callable[[Repeats], Figure]:
    def figure(found: Repeats) -> Figure:
        whole = getattr(found, below)
        return Figure(getattr(found, above) / whole) if whole else Figure(None, why_none)

    return figure


_CALLS, _SHARE = Unit.CALLS, Unit.SHARE

REPEAT_MEASURES: dict[str, RepeatMeasure] = {
    each.name: each
    for each in (
        RepeatMeasure(
            "contacts", "Calls of known numbers", _CALLS, "calls with a number", _count("calls")
        ),
        RepeatMeasure(
            "withheld", "Calls without a number", _CALLS, "calls without one", _count("withheld")
        ),
        RepeatMeasure(
            "callers", "Callers", _CALLS, "different numbers that called", _count("callers")
        ),
        RepeatMeasure(
            "repeat_callers",
            "Called again within a day",
            _CALLS,
            "callers one of whose calls was followed by another within 24 h",
            _count("repeated"),
        ),
        RepeatMeasure(
            "callers_who_gave_up",
            "Callers who gave up",
            _CALLS,
            "callers who hung up while they waited, short abandons too",
            _count("gave_up"),
        ),
        RepeatMeasure(
            "redialled",
            "Redialled",
            _CALLS,
            "callers who called again within 30 min after they gave up",
            _count("redialled"),
        ),
        RepeatMeasure(
            "lost_callers",
            "Lost callers",
            _CALLS,
            "callers who gave up and were not answered in any call of the 24 h after it",
            _count("lost"),
        ),
        RepeatMeasure(
            "repeat_rate",
            "Repeat rate",
            _SHARE,
            "callers who called again within 24 h / callers",
            _share("repeated", "callers", NOBODY_KNOWN),
        ),
        RepeatMeasure(
            "redial_rate",
            "Redial rate",
            _SHARE,
            "callers who redialled within 30 min / callers who gave up",
            _share("redialled", "gave_up", NOBODY_GAVE_UP),
        ),
        RepeatMeasure(
            "lost_rate",
            "Lost rate",
            _SHARE,
            "callers not answered within 24 h after they gave up / callers who gave up",
            _share("lost", "gave_up", NOBODY_GAVE_UP),
        ),
        RepeatMeasure(
            "resolved",
            "Resolved at first contact",
            _CALLS,
            "answered calls after which the number did not call again within {W} days",
            _count("resolved"),
            is_late=True,
        ),
        RepeatMeasure(
            "first_contact_resolution",
            "First-contact resolution",
            _SHARE,
            "answered calls after which the number did not call again within {W} days"
            " / calls of known numbers",
            _share("resolved", "calls", NOBODY_KNOWN),
            is_late=True,
        ),
    )
}
