"""What every story stands on: a real PostgreSQL, the local carrier, and the product itself."""

import asyncio
import gc
import sys
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
import pytest_asyncio

from backend.embedded_postgres import EmbeddedPostgres, throwaway_postgres
from backend.store.migrate import migrate
from tests.serving import free_socket
from tests.stories.company import Company
from tests.stories.product import Product, running_product


def pytest_collection_finish() -> None:
    """Whatever is loaded by now stays until the end. The garbage collector need not go through all
    of it again and again: that would be an eighth of what the tests compute."""
    gc.collect()
    gc.freeze()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def postgres() -> AsyncGenerator[EmbeddedPostgres]:
    """A PostgreSQL of the tests' own, migrated; stories share it and differ in their tenants."""
    async with throwaway_postgres() as server:
        await migrate(server.owner_url, "patchbay_web")
        yield server


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def carrier(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[str]:
    """The local carrier as its own process, with real audio. Gives its address."""
    state: Path = tmp_path_factory.mktemp("carrier")
    with free_socket() as free:
        port = free.getsockname()[1]
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "backend.local_carrier", "--port", str(port), "--state", str(state)),
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    ready = await asyncio.wait_for(process.stdout.readline(), 20)
    assert b"ready" in ready, ready
    yield f"http://localhost:{port}"
    process.terminate()
    await process.wait()


@pytest.fixture
async def product(
    postgres: EmbeddedPostgres, carrier: str, tmp_path: Path
) -> AsyncGenerator[Product]:
    """The product, with a clock that the story moves by hand."""
    async with running_product(postgres.web_url, carrier, tmp_path) as product:
        yield product
        await product.every_board_is_right()
        await product.the_books_are_right()


@pytest.fixture
async def acme(product: Product) -> Company:
    """A company with agents Ana, Ben and Chloe."""
    return await product.company("Acme")


@pytest.fixture
async def globex(product: Product) -> Company:
    """Another company, which must never notice anything."""
    return await product.company("Globex")
