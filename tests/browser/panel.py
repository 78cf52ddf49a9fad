"""The Panel process of a story, which may die and come back."""

import asyncio
import sys


class PanelPart:
    """`python -m dashboards.board`, or `dashboards.statistics`, beside one running product."""

    def __init__(self, program: str, port: int, address: str, *wishes: str) -> None:
        self._program, self._port, self._address, self._wishes = program, port, address, wishes
        self._process: asyncio.subprocess.Process | None = None

    async def starts(self) -> None:
        """Start it; it answers when this returns."""
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", self._program, "--port", str(self._port), "--backend", self._address),
            *("--public-origin", self._address, *self._wishes),
            stdout=asyncio.subprocess.PIPE,
        )
        assert self._process.stdout is not None
        await asyncio.wait_for(self._process.stdout.readline(), 30)

    async def is_killed(self) -> None:
        assert self._process is not None
        self._process.kill()
        await self._process.wait()

    async def ends(self) -> None:
        assert self._process is not None
        if self._process.returncode is None:
            self._process.terminate()
            await self._process.wait()
