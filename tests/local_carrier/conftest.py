import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

import psutil
import pytest

from backend.local_carrier.clock import MovedClock
from backend.local_carrier.server import carrier
from tests.local_carrier.customer import Customer
from tests.local_carrier.lab import Company, Lab
from tests.serving import eventually, served


@pytest.fixture
async def lab(tmp_path: Path, customer: Customer) -> AsyncGenerator[Lab, None]:
    audio_before = sockets_for_audio()
    async with served(carrier(tmp_path)) as address, Lab.at(address) as lab:
        yield lab
    nothing_is_left_running()
    await eventually(lambda: sockets_for_audio() <= audio_before)


@pytest.fixture
async def still(tmp_path: Path, customer: Customer) -> AsyncGenerator[Lab, None]:
    """A carrier without audio, whose time stands still until the test lets it pass."""
    audio_before = sockets_for_audio()
    application = carrier(tmp_path, media="null", clock=MovedClock("hand"))
    async with served(application) as address, Lab.at(address) as lab:
        yield lab
    nothing_is_left_running()
    await eventually(lambda: sockets_for_audio() <= audio_before)


def nothing_is_left_running() -> None:
    """Whatever a test did, the carrier that ends leaves nothing running behind it."""
    left = [
        t for t in asyncio.all_tasks() if "local_carrier" in repr(t.get_coro()) and not t.done()
    ]
    assert [t for t in left if "conftest" not in repr(t)] == []


def sockets_for_audio() -> int:
    """Every peer connection that is not closed holds one, of the carrier's and of the test's."""
    return len(psutil.Process().net_connections("udp"))


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
