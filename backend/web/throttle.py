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
        failures = self._failures.get(who)
        if failures is None:
            return True
        while failures and now - failures[0] > WINDOW:
            failures.popleft()
        return len(failures) < TRIES

    def failed(self, who: str, now: datetime) -> None:
        self._failures.setdefault(who, deque()).append(now)
        if len(self._failures) > REMEMBERED:
            del self._failures[next(iter(self._failures))]

    def forget(self, who: str) -> None:
        self._failures.pop(who, None)
