"""A program that runs an embedded PostgreSQL until it is killed."""

import asyncio
import sys
from pathlib import Path

from backend.embedded_postgres import embedded_postgres


async def main(folder: Path) -> None:
    async with embedded_postgres(folder) as server:
        print("postmaster", server.pid, flush=True)
        await asyncio.Event().wait()


asyncio.run(main(Path(sys.argv[1])))
