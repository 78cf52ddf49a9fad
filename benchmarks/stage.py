"""What every figure stands on: a PostgreSQL of this run, a folder, and how thorough to be."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from msgspec import Struct

from backend.embedded_postgres import EmbeddedPostgres, throwaway_postgres
from backend.embedded_postgres.throwaway import make_throwaway_folder
from backend.store.migrate import migrate
from benchmarks.processes import Postgres, removed_afterwards


class Stage(Struct, frozen=True):
    """`quick`: fewer samples, so a rougher figure, but of the same things."""

    postgres: EmbeddedPostgres
    folder: Path
    quick: bool

    def size(self, full: int, quick: int) -> int:
        """How many, in this run."""
        return quick if self.quick else full

    def folder_for(self, name: str) -> Path:
        """A folder of its own for one benchmark."""
        folder = self.folder / name
        folder.mkdir(exist_ok=True)
        return folder

    @property
    def postgres_processes(self) -> Postgres:
        return Postgres(self.postgres.pid)


@asynccontextmanager
async def stage(*, quick: bool) -> AsyncGenerator[Stage]:
    """The product's own kind of PostgreSQL, fsync on, migrated, gone afterwards."""
    with removed_afterwards(make_throwaway_folder()) as folder:
        async with throwaway_postgres() as postgres:
            await migrate(postgres.owner_url, "patchbay_web")
            yield Stage(postgres, folder, quick)
