"""Which days a view is of, as its address says; and the same weekdays before, to compare with."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct

from backend.clock import real_clock
from backend.measures.intervals import local_day

EARLIEST, LATEST = date(1980, 1, 1), date(2190, 12, 31)
"""What lies beyond is a slip of the keyboard, and the backend has no figures of it."""
MOST_DAYS = 366 * 3
"""A view of more would draw nothing that can be told apart."""


class Days(Struct, frozen=True):
    """From `first` to `last`, both included, in the company's own calendar."""

    first: date
    last: date
    today: date

    @property
    def count(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def query(self) -> dict[str, str]:
        return {"first": str(self.first), "last": str(self.last)}

    @property
    def before(self) -> "Days":
        """As many days, the same weekdays, before these and not touching them."""
        shift = timedelta(weeks=-(-self.count // 7))
        return Days(self.first - shift, self.last - shift, self.today)

    @property
    def words(self) -> str:
        if self.first == self.last:
            return f"{self.first:%A, %-d %B %Y}"
        return f"{self.first:%-d %B %Y} to {self.last:%-d %B %Y}"


def days_of(asked: dict[str, list[str]], zone: str) -> Days:
    """Those in a view's address, `first` and `last`; what is no day there is today, and what is
    the wrong way round is turned."""
    today = local_day(real_clock(), ZoneInfo(zone))
    first, last = _day(asked, "first"), _day(asked, "last")
    first, last = sorted((first or last or today, last or first or today))
    return Days(max(first, last - timedelta(days=MOST_DAYS)), last, today)


def usual(today: date) -> dict[str, tuple[date, date]]:
    """Days that are often asked for, by name."""
    day = timedelta(days=1)
    month_start = today.replace(day=1)
    return {
        "Today": (today, today),
        "Yesterday": (today - day, today - day),
        "Last 7 days": (today - 6 * day, today),
        "Last 4 weeks": (today - 27 * day, today),
        "This month": (month_start, today),
        "Last month": ((month_start - day).replace(day=1), month_start - day),
    }


def _day(asked: dict[str, list[str]], name: str) -> date | None:
    try:
        day = date.fromisoformat(asked[name][0])
    except (KeyError, ValueError):
        return None
    return min(max(day, EARLIEST), LATEST)
