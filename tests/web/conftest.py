"""A product that several tests share, where each brings a company of its own."""

from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio

from backend.embedded_postgres import EmbeddedPostgres
from tests.stories.product import Product, running_product


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def lasting_product(
    postgres: EmbeddedPostgres, carrier: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncGenerator[Product]:
    """Runs as long as the module's tests. Its clock is moved forwards only."""
    folder = tmp_path_factory.mktemp("product")
    async with running_product(postgres.web_url, carrier, folder) as product:
        yield product
