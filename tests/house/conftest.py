"""A folder that PostgreSQL may enter whoever runs the tests, and a server to look at."""

import shutil
from collections.abc import AsyncGenerator, Generator
from pathlib import Path

import pytest
import pytest_asyncio

from backend.embedded_postgres import EmbeddedPostgres, throwaway_postgres
from backend.embedded_postgres.throwaway import make_throwaway_folder


@pytest.fixture
def folder() -> Generator[Path]:
    made = make_throwaway_folder()
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture(scope="module")
def lived_in() -> Generator[Path]:
    """A folder that several tests use one after the other, so that only the first starts cold."""
    made = make_throwaway_folder()
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def house_server() -> AsyncGenerator[EmbeddedPostgres]:
    async with throwaway_postgres() as server:
        yield server
