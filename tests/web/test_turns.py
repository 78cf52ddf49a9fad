"""Who reads the archive takes turns, so that nobody has all of it."""

import asyncio
from contextlib import AsyncExitStack
from uuid import UUID, uuid4

import pytest

from backend.store.tenancy import Turn
from backend.web.turns import Places, TooManyReports, Turns

ACME, GLOBEX, INITECH = uuid4(), uuid4(), uuid4()
PLACES = Places(in_all=4, of_company=3, of_reader=2, waiting_of_company=5, waiting_of_reader=3)


class Room:
    """Who is in it by now, in order; each stays until they are sent out."""

    def __init__(self) -> None:
        self.turns = Turns(PLACES)
        self.entered: list[str] = []
        self._leaves: dict[str, asyncio.Event] = {}
        self.visits: dict[str, asyncio.Task[None]] = {}

    async def asks(self, name: str, company: UUID) -> None:
        """A person's name, and then a number, so that they may ask again."""
        self._leaves[name] = asyncio.Event()
        turn = self.turns.of(company, name[:3].encode())

        async def visit() -> None:
            async with turn():
                self.entered.append(name)
                await self._leaves[name].wait()

        self.visits[name] = asyncio.create_task(visit())
        await settled()

    async def leaves(self, name: str) -> None:
        self._leaves[name].set()
        await self.visits[name]
        await settled()


async def settled() -> None:
    """Everybody who can go on has gone on."""
    for _ in range(5):
        await asyncio.sleep(0)


async def test_a_reader_has_two_a_company_three_and_a_place_is_left_for_another():
    room = Room()
    for name in ("ada1", "ada2", "ada3", "sam1", "sam2"):
        await room.asks(name, ACME)
    assert room.entered == ["ada1", "ada2", "sam1"]
    await room.asks("kim1", GLOBEX)
    assert room.entered[3:] == ["kim1"]


async def test_next_is_who_has_least_and_then_who_came_first():
    room = Room()
    for name in ("ada1", "ada2", "sam1", "ada3"):
        await room.asks(name, ACME)
    for name in ("kim1", "kim2"):
        await room.asks(name, GLOBEX)
    await room.asks("lee1", INITECH)
    await room.leaves("sam1")
    assert room.entered[-1] == "lee1", "whose company has nothing under way"
    await room.leaves("ada1")
    assert room.entered[-1] == "ada3", "who came before kim2, each with one under way"
    await room.leaves("ada2")
    assert room.entered[-1] == "kim2"


async def test_who_asks_for_too_much_is_refused_and_who_has_begun_never_is():
    room = Room()
    begun = room.turns.of(ACME, b"ada")
    async with begun():
        pass
    for number in range(5):
        await room.asks(f"ada{number}", ACME)
    with pytest.raises(TooManyReports):
        async with room.turns.of(ACME, b"ada")():
            pass
    again = asyncio.create_task(_goes_through(begun))
    await settled()
    assert not again.done()
    await room.asks("sam1", ACME)  # has a place
    await room.asks("sam2", ACME)  # and waits as the fifth of the company
    with pytest.raises(TooManyReports):
        async with room.turns.of(ACME, b"ben")():
            pass
    for name in list(room.visits):
        await room.leaves(name)
    await again


async def _goes_through(turn: Turn) -> None:
    async with turn():
        pass


async def test_who_goes_away_while_waiting_or_looking_leaves_the_place_to_others():
    room = Room()
    for name in ("ada1", "ada2", "ada3", "ada4"):
        await room.asks(name, ACME)
    room.visits["ada3"].cancel()
    room.visits["ada1"].cancel()
    await settled()
    assert room.entered == ["ada1", "ada2", "ada4"]
    await room.leaves("ada2")
    async with AsyncExitStack() as both:
        turn = room.turns.of(ACME, b"sam")
        await both.enter_async_context(turn())
        await both.enter_async_context(turn())
