"""Who reads the archive takes turns: however much one person or company asks for at once, a place
is left for everybody else."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from uuid import UUID

from msgspec import Struct

from backend.domain.refusals import Refusal
from backend.store.tenancy import Turn


class TooManyReports(Refusal):
    """More reports are asked for at once than can wait. Wait until some of them are there, then ask
    for the others, a few at a time."""

    code = "too-many-reports"
    status = 429


class Places(Struct, frozen=True):
    """How many look at once, and how many wait. Each is less than the one before, so that neither
    a person nor a company has all."""

    in_all: int = 4
    of_company: int = 3
    of_reader: int = 2
    waiting_of_company: int = 100
    waiting_of_reader: int = 30
    """A page of the statistics asks for eight at once, and may be open several times."""


REPORTS = Places()
LOOKS = Places(in_all=3, of_company=2, of_reader=1)
"""For who asks once how things are now."""


class _Asked(Struct, eq=False):
    company: UUID
    reader: bytes
    begins: asyncio.Future[None]


class Turns:
    """Who looks, and who waits. Next is whose company, and who themselves, have the least under
    way; among those, whoever came first."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._under_way: list[_Asked] = []
        self._waiting: list[_Asked] = []

    def of(self, company: UUID, reader: bytes) -> Turn:
        """For one request, which may look several times: it is refused the first time, with
        `TooManyReports`, or not at all, because an answer that has begun must not break off."""
        is_in = False

        @asynccontextmanager
        async def turn() -> AsyncGenerator[None]:
            nonlocal is_in
            if not is_in:
                self._must_have_room(company, reader)
            is_in = True
            asked = _Asked(company, reader, asyncio.get_running_loop().create_future())
            self._waiting.append(asked)
            self._go_on()
            try:
                await asked.begins
                yield
            finally:
                (self._under_way if asked in self._under_way else self._waiting).remove(asked)
                self._go_on()

        return turn

    def _must_have_room(self, company: UUID, reader: bytes) -> None:
        of_company = [one for one in self._waiting if one.company == company]
        of_reader = [one for one in of_company if one.reader == reader]
        is_full = len(of_company) >= self._places.waiting_of_company
        if is_full or len(of_reader) >= self._places.waiting_of_reader:
            raise TooManyReports

    def _go_on(self) -> None:
        while (asked := self._next()) is not None:
            self._waiting.remove(asked)
            self._under_way.append(asked)
            asked.begins.set_result(None)

    def _next(self) -> _Asked | None:
        if len(self._under_way) >= self._places.in_all:
            return None
        companies = Counter(one.company for one in self._under_way)
        readers = Counter(one.reader for one in self._under_way)
        may = [
            one
            for one in self._waiting
            if companies[one.company] < self._places.of_company
            and readers[one.reader] < self._places.of_reader
            and not one.begins.done()  # whoever asked is gone
        ]
        return min(may, key=lambda one: (companies[one.company], readers[one.reader]), default=None)
