"""Whom the stories about texts are between, and how one is sent."""

from typing import Any

import aiohttp

from tests.local_carrier.lab import Company

ANA = "+15557654321"
BEN = "+15557654322"
PICTURE = b"\x89PNG\r\n\x1a\n and the rest"
WHOLE_ROAD = 5.0
"""Seconds in which any text has come wherever it comes, the slow ones aside."""


async def text(acme: Company, **more: Any) -> Any:
    fields = {"to": ANA, "from_": acme.number, "body": "Hello", **more}
    return await acme.twilio.messages.create_async(**fields)


async def picture_of(acme: Company, path: str) -> tuple[int, str, bytes]:
    basic = {"Authorization": aiohttp.encode_basic_auth(acme.account_sid, acme.auth_token)}
    async with acme.lab.http.get(path, headers=basic) as response:
        return response.status, response.content_type, await response.read()
