"""Asks the backend for figures, as the visitor whose page it is for: it decides what they see."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any

import aiohttp
import msgspec
import pandas as pd
import pyarrow as pa

from backend.reports.live_message import Live
from backend.reports.replay_message import OfDay

LONGEST_LINE = 16 * 1024 * 1024
"""A company of a thousand agents says less than a megabyte at once."""
CONNECT_SECONDS, ANSWER_SECONDS = 5.0, 120.0
SILENCE_SECONDS = 30.0
"""Live figures come every few seconds, so a stream that is silent for so long is gone."""

Query = Mapping[str, str | Sequence[str]]

_live = msgspec.json.Decoder(Live).decode
_of_day = msgspec.json.Decoder(OfDay).decode


class Refused(Exception):
    """The backend said no: why, in its words, and a stable code."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(detail)
        self.status, self.code, self.detail = status, code, detail


class Backend:
    """The backend's figures at `address`. Every method raises `Refused`, and
    `aiohttp.ClientError` or `TimeoutError` if it does not answer."""

    def __init__(self, address: str) -> None:
        self._address = address.rstrip("/")
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def said(self, cookie: str, path: str, query: Query | None = None) -> Any:
        """A JSON answer, as it stands there."""
        async with self._client().get(
            f"{self._address}{path}", params=_pairs(query), headers=_as(cookie)
        ) as answer:
            return await _content(answer, msgspec.json.decode)

    async def frame(self, cookie: str, name: str, query: Query | None = None) -> pd.DataFrame:
        """The frame of that name under /api/reports, instants with their zone (UTC)."""
        asked = {**(query or {}), "format": "arrow"}
        async with self._client().get(
            f"{self._address}/api/reports/{name}", params=_pairs(asked), headers=_as(cookie)
        ) as answer:
            return await _content(answer, _read_arrow)

    async def live(self, cookie: str) -> AsyncGenerator[Live]:
        """The company as it is, whenever something has changed, until the backend ends it."""
        waits = aiohttp.ClientTimeout(
            total=None, connect=CONNECT_SECONDS, sock_read=SILENCE_SECONDS
        )
        async with self._client().get(
            f"{self._address}/api/reports/live", headers=_as(cookie), timeout=waits
        ) as answer:
            await _must_be_ok(answer)
            async for line in answer.content:
                yield _live(line)

    async def replay(self, cookie: str, day: str) -> AsyncGenerator[tuple[OfDay, bytes]]:
        """All that is told of that day (today, if it is empty), each with how it is written."""
        waits = aiohttp.ClientTimeout(
            total=None, connect=CONNECT_SECONDS, sock_read=SILENCE_SECONDS
        )
        async with self._client().get(
            f"{self._address}/api/reports/replay",
            params={"day": day} if day else None,
            headers=_as(cookie),
            timeout=waits,
        ) as answer:
            await _must_be_ok(answer)
            async for text in answer.content:
                yield _of_day(text), text

    def _client(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=ANSWER_SECONDS, connect=CONNECT_SECONDS),
                cookie_jar=aiohttp.DummyCookieJar(),
                connector=aiohttp.TCPConnector(limit=0),  # a stream for each company and role
                read_bufsize=LONGEST_LINE,
            )
        return self._session


def _as(cookie: str) -> dict[str, str]:
    return {"Cookie": cookie}


def _pairs(query: Query | None) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for name, value in (query or {}).items():
        values = [value] if isinstance(value, str) else value
        pairs += [(name, each) for each in values]
    return pairs


async def _content(answer: aiohttp.ClientResponse, read: Any) -> Any:
    await _must_be_ok(answer)
    return read(await answer.read())


async def _must_be_ok(answer: aiohttp.ClientResponse) -> None:
    if answer.status == 200:
        return
    try:
        problem = msgspec.json.decode(await answer.read())
        code, detail = str(problem["code"]), str(problem["detail"])
    except (msgspec.DecodeError, KeyError, TypeError):
        code, detail = "no-answer", f"the backend answered with status {answer.status}"
    raise Refused(answer.status, code, detail)


def _read_arrow(content: bytes) -> pd.DataFrame:
    return pa.ipc.open_stream(content).read_all().to_pandas()
