import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import psutil
import pytest
from litestar import Litestar

from backend.local_carrier.clock import MovedClock
from backend.local_carrier.server import carrier
from backend.local_carrier.webrtc import offer_only
from tests.local_carrier.customer import Customer
from tests.local_carrier.lab import Company, Lab
from tests.serving import eventually, served


@pytest.fixture(autouse=True)
def loopback() -> None:
    """Audio finds its way here, whatever other networks the machine is in."""
    offer_only(["127.0.0.1"])


@pytest.fixture
def clock() -> MovedClock:
    """Stands still until a story moves it; all that happens meanwhile has then happened."""
    return MovedClock()


@pytest.fixture
async def lab(tmp_path: Path, customer: Customer) -> AsyncGenerator[Lab, None]:
    """With audio, in real time. A file whose stories need no audio takes `still_lab` for it."""
    async with _lab_of(carrier(tmp_path)) as lab:
        yield lab


@pytest.fixture
async def still_lab(
    tmp_path: Path, customer: Customer, clock: MovedClock
) -> AsyncGenerator[Lab, None]:
    """Without audio, in time that is moved by hand."""
    async with _lab_of(carrier(tmp_path, media="null", clock=clock)) as lab:
        yield lab


@asynccontextmanager
async def _lab_of(application: Litestar) -> AsyncGenerator[Lab, None]:
    audio_before = sockets_for_audio()
    async with served(application) as address, Lab.at(address) as lab:
        yield lab
    await eventually(lambda: sockets_for_audio() <= audio_before)
    # Whatever a test did, the carrier that ends leaves nothing running behind it.
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
def after(customer: Customer) -> None:
    """What the customer says to a caller whose <Dial> of `RINGS_ANA` has ended."""
    customer.twiml("/after", "<Hangup/>")


@pytest.fixture
async def acme(lab: Lab, customer: Customer) -> Company:
    return await lab.company("Acme", "+15550100001", customer)


@pytest.fixture
async def globex(lab: Lab, customer: Customer) -> Company:
    return await lab.company("Globex", "+15550100002", customer)
