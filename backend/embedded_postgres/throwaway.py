"""A server in a temporary folder, gone without a trace afterwards: for tests and benchmarks."""

import os
import shutil
import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from backend.embedded_postgres.server import EmbeddedPostgres, embedded_postgres


@asynccontextmanager
async def throwaway_postgres() -> AsyncGenerator[EmbeddedPostgres]:
    folder = make_throwaway_folder()
    home = folder
    try:
        async with embedded_postgres(folder / "postgres") as server:
            home = server.home.folder
            yield server
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        shutil.rmtree(home, ignore_errors=True)


def make_throwaway_folder() -> Path:
    """Unlike pytest's own, one that PostgreSQL may pass through when root runs the tests."""
    folder = Path(tempfile.mkdtemp(prefix="patchbay-"))
    if os.getuid() == 0:
        folder.chmod(0o711)
    return folder.resolve()
