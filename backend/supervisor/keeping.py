"""Keeps a part alive: when it ends unasked, it is started again, sooner at first than later."""

import asyncio
import time
from typing import Protocol

from backend.supervisor.part import in_words
from backend.supervisor.terminal import say

PAUSES = (0.1, 0.5, 1.0, 2.0, 5.0)  # seconds before each further try
SOUND_AFTER = 30.0  # a part that lived this long begins again with the shortest pause


class Startable(Protocol):
    """A part of the product, or the embedded PostgreSQL."""

    name: str

    async def start(self) -> None: ...
    async def wait(self) -> int: ...
    async def stop(self) -> None: ...


class Kept:
    def __init__(self, part: Startable):
        self.part = part
        self._keeping: asyncio.Task[None] | None = None

    async def start(self) -> None:
        await self.part.start()
        self._keeping = asyncio.create_task(self._keep(), name=f"keep {self.part.name}")

    async def stop(self) -> None:
        if self._keeping:
            self._keeping.cancel()
            await asyncio.wait([self._keeping])
        await self.part.stop()

    async def _keep(self) -> None:
        failures = 0
        while True:
            began = time.monotonic()
            ending = in_words(await self.part.wait())
            failures = 0 if time.monotonic() - began > SOUND_AFTER else failures
            while True:
                pause = PAUSES[min(failures, len(PAUSES) - 1)]
                failures += 1
                say(f"{self.part.name} {ending}; starting it again in {pause} s")
                await asyncio.sleep(pause)
                try:
                    await self.part.start()
                except Exception as problem:  # whatever it is, the next try may go better
                    ending = f"did not start again ({problem})"
                else:
                    say(f"{self.part.name} is back")
                    break
