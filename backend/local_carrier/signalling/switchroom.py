"""What all browsers of the exchange have open: their sockets, their calls, and what rings there."""

from datetime import datetime
from itertools import count
from typing import Protocol

from backend.local_carrier.exchange import Exchange
from backend.local_carrier.signalling import browser_phone
from backend.local_carrier.signalling.browser_phone import BrowserPhone
from backend.local_carrier.signalling.incoming import Invited
from backend.local_carrier.signalling.tokens import Access


class Line(browser_phone.Line, Protocol):
    """One browser's open socket."""

    id: int
    opened_at: datetime
    access: Access | None
    """Whose token it last listened with; None before the first good one."""

    @property
    def is_registered(self) -> bool: ...

    async def drop(self) -> None:
        """As if the network had lost it: the page is told nothing."""
        ...


class Switchroom:
    def __init__(self, exchange: Exchange) -> None:
        self.exchange = exchange
        self.lines: dict[int, Line] = {}
        self.phones: dict[str, BrowserPhone] = {}
        """Calls of browsers that are not over, by their SID."""
        self.invited: list[Invited] = []
        """Tabs that ring."""
        self._ids = count(1)

    def next_id(self) -> int:
        return next(self._ids)

    def find(self, sid: str, access: Access | None) -> BrowserPhone | None:
        """Only the account and identity that a call belongs to may touch it."""
        phone = self.phones.get(sid)
        if phone is None or access is None:
            return None
        return phone if access.is_of(phone.access) else None

    def ringing(self, sid: str, access: Access | None, token: str) -> Invited | None:
        """A tab that rings for that call and was given that token to pass it on."""
        return next(
            (
                invited
                for invited in self.invited
                if invited.leg.sid == sid
                and access is not None
                and access.is_of(invited.phone.access)
                and invited.phone.proves(token)
            ),
            None,
        )
