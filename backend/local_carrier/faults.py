"""Faults on demand: what goes wrong at a carrier, when the lab asks for it, and the same each time.

A fault strikes a share of what it is for (or the next so many), chosen by dice with a seed of its
own. Wherever something can go wrong there is one question to `Faults`; whatever it says is written
down, so that nobody takes a fault that was wished for one that was not.
"""

from collections import deque
from collections.abc import Awaitable, Callable
from datetime import datetime
from itertools import count
from random import Random
from typing import Literal

import msgspec

from backend.local_carrier.clock import Clock

Kind = Literal[
    "callback-dropped",
    "callback-delayed",
    "callback-repeated",
    "callback-reordered",
    "wrong-signature",
    "answer-lost",
    "rest-slow",
    "rest-refused",
    "rest-answer-late",
    "socket-lost",
    "no-media",
    "other-region",
]
CALLBACKS: tuple[Kind, ...] = (
    "callback-dropped",
    "callback-delayed",
    "callback-repeated",
    "callback-reordered",
)
REST: tuple[Kind, ...] = ("rest-slow", "rest-refused", "rest-answer-late")
OTHER_REGION = "ie1"
KEPT_STRIKES = 5000


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """`match` is a part of what may be struck: of a URL and the event or status that is told there,
    of a REST path, of a message's type, of a room's name. Empty, it is all."""

    id: int
    kind: Kind
    share: float = 1.0
    next: int | None = None
    """Only so many, then never again."""
    match: str = ""
    account_sid: str = ""
    seconds: float = 5.0
    """Of a delay, or of a late answer."""
    status: Literal[429, 500, 503] = 503
    seed: int = 0


class Strike(msgspec.Struct, frozen=True, kw_only=True):
    number: int
    at: datetime
    fault: int
    kind: Kind
    what: str


class _Armed:
    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        self.left = fault.next
        self.dice = Random(fault.seed)  # noqa: S311  a seed is wished for, not secrecy

    def strikes(self, account_sid: str, what: str) -> bool:
        fault = self.fault
        if fault.account_sid not in ("", account_sid) or fault.match not in what:
            return False
        if self.left == 0 or self.dice.random() >= fault.share:
            return False
        if self.left is not None:
            self.left -= 1
        return True


class Faults:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._armed: dict[int, _Armed] = {}
        self._ids, self._numbers = count(1), count(1)
        self.strikes: deque[Strike] = deque(maxlen=KEPT_STRIKES)

    def all(self) -> list[Fault]:
        return [armed.fault for armed in self._armed.values()]

    def arm(self, fault: Fault) -> Fault:
        """From now on it strikes. It is given the id by which it is forgotten."""
        fault = msgspec.structs.replace(fault, id=next(self._ids))
        self._armed[fault.id] = _Armed(fault)
        return fault

    def forget(self, fault_id: int) -> bool:
        return self._armed.pop(fault_id, None) is not None

    def forget_all(self) -> None:
        self._armed.clear()

    def strike(self, kinds: tuple[Kind, ...], account_sid: str, what: str) -> Fault | None:
        """The fault that strikes this, if one does."""
        if not self._armed:
            return None
        for armed in self._armed.values():
            if armed.fault.kind in kinds and armed.strikes(account_sid, what):
                self.note(armed.fault, what)
                return armed.fault
        return None

    def note(self, fault: Fault, what: str) -> None:
        strike = Strike(
            number=next(self._numbers),
            at=self._clock.now(),
            fault=fault.id,
            kind=fault.kind,
            what=what,
        )
        self.strikes.append(strike)

    async def suffer(self, fault: Fault | None, send: Callable[[], Awaitable[None]]) -> None:
        """Send a callback as the fault that struck it lets it."""
        kind = fault.kind if fault is not None else None
        if fault is not None and kind in ("callback-delayed", "callback-reordered"):
            await self._clock.sleep(fault.seconds)
        if kind != "callback-dropped":
            await send()
        if kind == "callback-repeated":
            await send()
