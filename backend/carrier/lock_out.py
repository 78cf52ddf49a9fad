"""Credentials that the carrier refuses, and who may find out whether they are good again.

A token that was rotated in Twilio's console is refused until somebody runs `connect-twilio`. Until
then one request in fifteen seconds tries it, whatever that asks for, and all others are spared:
an account that knocks for each of a thousand calls looks like an attacker.
"""

from datetime import datetime, timedelta

from backend.clock import Clock

LASTS = timedelta(seconds=15)

Login = tuple[str, str]
"""An account and its token."""


class LockOut:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._until: dict[Login, datetime] = {}

    def holds(self, login: Login) -> bool:
        """Whether nobody may ask with these now. Whoever is let through asks for all others."""
        now = self._clock()
        until = self._until.get(login)
        if until is None:
            return False
        if now < until:
            return True
        self._until[login] = now + LASTS
        return False

    def learn(self, login: Login, *, refused: bool) -> None:
        """What the carrier answered: that it knows these, or that it does not."""
        if refused:
            self._until[login] = self._clock() + LASTS
        else:
            self._until.pop(login, None)
