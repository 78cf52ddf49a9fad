"""`python -m backend …` as whoever runs the product types it."""

import asyncio
import os
import sys
from typing import NamedTuple


class Said(NamedTuple):
    """How a command ended: its exit status, and what it printed."""

    status: int | None
    out: str
    err: str


async def give(*words: str, **environment: str) -> Said:
    """Give one command while the product runs, which answers in this very loop."""
    around = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "backend", *words),
        env=around | environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(120):
        out, err = await process.communicate()
    return Said(process.returncode, out.decode(), err.decode())
