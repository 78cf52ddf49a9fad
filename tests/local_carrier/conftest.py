import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from backend.local_carrier.clock import Clock, MovedClock, RealClock
from backend.local_carrier.server import carrier
from tests.local_carrier.customer import Customer
from tests.local_carrier.lab import Company, Lab
from tests.serving import served


@pytest.fixture
def clock() -> MovedClock:
    """Stands still until a story moves it; all that happens meanwhile has then happened."""
    return MovedClock()


@pytest.fixture
def carriers_clock() -> Clock:
    """Real, unless a test file gives its stories' carrier the clock that they move."""
    return RealClock()


@pytest.fixture
async def lab(
    tmp_path: Path, customer: Customer, carriers_clock: Clock
) -> AsyncGenerator[Lab, None]:
    audible = isinstance(carriers_clock, RealClock)  # audio takes its own time
    application = carrier(tmp_path, media="real" if audible else "null", clock=carriers_clock)
    async with served(application) as address, Lab.at(address) as lab:
        yield lab
    nothing_is_left_running()


@pytest.fixture
async def still(tmp_path: Path, customer: Customer) -> AsyncGenerator[Lab, None]:
    """A carrier without audio, whose time stands still until the test lets it pass."""
    application = carrier(tmp_path, media="null", clock=MovedClock("hand"))
    async with served(application) as address, Lab.at(address) as lab:
        yield lab
    nothing_is_left_running()


def nothing_is_left_running() -> None:
    """Whatever a test did, the carrier that ends leaves nothing running behind it."""
    left = [
        t for t in asyncio.all_tasks() if "local_carrier" in repr(t.get_coro()) and not t.done()
    ]
    assert [t for t in left if "conftest" not in repr(t)] == []


@pytest.fixture(scope="session")
async def shop() -> AsyncGenerator[Customer, None]:
    customer = Customer()
    async with served(customer.application) as address:
        customer.address = address
        yield customer


@pytest.fixture
def customer(shop: Customer) -> Customer:
    shop.forget()
    return shop


@pytest.fixture
async def acme(lab: Lab, customer: Customer) -> Company:
    return await lab.company("Acme", "+15550100001", customer)


@pytest.fixture
async def globex(lab: Lab, customer: Customer) -> Company:
    return await lab.company("Globex", "+15550100002", customer)
