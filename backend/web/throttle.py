"""Slows down guessing: a few wrong passwords per address, then a pause."""

from collections import deque
from datetime import datetime, timedelta

WINDOW = timedelta(minutes=5)
TRIES = 10
REMEMBERED = 10_000
"""Addresses kept at most; the oldest are forgotten first."""


class Throttle:
    """Failed sign-ins by address, in this process."""

    def __init__(self) -> None:
        self._failures: dict[str, deque[datetime]] = {}

    def may_try(self, who: str, now: datetime) -> bool:
        """Whether one more password may be tried. The try counts as a failure until `forget`:
        many that come at the same moment must not all find the count where it was."""
        failures = self._failures.setdefault(who, deque())
        while failures and now - failures[0] > WINDOW:
            failures.popleft()
        if len(failures) >= TRIES:
            return False
        failures.append(now)
        if len(self._failures) > REMEMBERED:
            del self._failures[next(iter(self._failures))]
        return True

    def forget(self, who: str) -> None:
        """The password was right."""
        self._failures.pop(who, None)
