"""The two companies are furnished once: no test here may leave a trace in Globex."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
import pytest_asyncio

from backend.embedded_postgres import EmbeddedPostgres
from tests.isolation.world import World, admin_of
from tests.stories.product import running_product


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def world(
    postgres: EmbeddedPostgres, carrier: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncGenerator[World]:
    folder: Path = tmp_path_factory.mktemp("isolation")
    admin = await admin_of(postgres.superuser_url)
    async with running_product(postgres.web_url, carrier, folder) as product:
        acme, globex = await product.company("Acme"), await product.company("Globexqx")
        world = World(product, acme, globex, admin)
        await world.furnish()
        yield world
    await admin.close()
