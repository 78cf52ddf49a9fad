"""Sam the supervisor and Ada the analyst are signed in."""

import pytest

from tests.stories.company import Company


@pytest.fixture
async def acme(acme: Company) -> Company:
    await acme.sam.signs_in()
    await acme.ada.signs_in()
    return acme
