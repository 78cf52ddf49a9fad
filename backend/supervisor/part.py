"""One program of the product that runs in a process of its own and answers HTTP."""

import asyncio
import os
import signal
import time
from asyncio.subprocess import PIPE, STDOUT, Process
from collections.abc import Mapping
from urllib.parse import urlsplit

import msgspec

from backend.supervisor.failure import CannotStart
from backend.supervisor.terminal import pass_on
from backend.tether import lifeline, tethered


class Part(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    command: list[str]
    answers_at: str  # an http address; any answer will do
    environment: Mapping[str, str]
    answers_within: float = 60.0
    ends_within: float = 1.0


class RunningPart:
    def __init__(self, part: Part):
        self.part = part
        self.name = part.name
        self._process: Process | None = None
        self._output: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            *tethered(self.part.command),
            stdin=lifeline(),
            stdout=PIPE,
            stderr=STDOUT,
            env=self.part.environment,
        )
        assert self._process.stdout  # noqa: S101 (it is a pipe)
        self._output = asyncio.create_task(pass_on(self.name, self._process.stdout))
        deadline = time.monotonic() + self.part.answers_within
        while not await _answers(self.part.answers_at):
            if self._process.returncode is not None:
                await self._output
                raise CannotStart(f"{self.name} {in_words(self._process.returncode)} at its start.")
            if time.monotonic() > deadline:
                await self.stop()
                within = f"within {self.part.answers_within:.0f} s"
                raise CannotStart(f"{self.name} did not answer at {self.part.answers_at} {within}.")
            await asyncio.sleep(0.03)

    async def wait(self) -> int:
        if self._process is None:
            raise CannotStart(f"{self.name} was never started.")
        return await self._process.wait()

    async def stop(self) -> None:
        if self._process is None or self._process.returncode is not None:
            return
        self._process.terminate()
        try:
            await asyncio.wait_for(self._process.wait(), self.part.ends_within)
        except TimeoutError:
            os.killpg(self._process.pid, signal.SIGKILL)
            await self._process.wait()
        if self._output:
            await self._output


def in_words(code: int) -> str:
    return f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"


async def _answers(address: str) -> bool:
    url = urlsplit(address)
    try:
        async with asyncio.timeout(5):
            reader, writer = await asyncio.open_connection(url.hostname, url.port)
            try:
                request = f"GET {url.path or '/'} HTTP/1.1\r\nHost: {url.netloc}\r\n"
                writer.write(f"{request}Connection: close\r\n\r\n".encode())
                return (await reader.read(5)) == b"HTTP/"
            finally:
                writer.close()
    except (OSError, TimeoutError):
        return False
