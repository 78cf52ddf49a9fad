"""Callbacks that could not be stored, on disk until they can: one file each.

The carrier has its answer and will not send them again. A file is complete or absent; one that
fails again and again is laid aside, so that it cannot hold up the others.
"""

import os
from hashlib import sha256
from pathlib import Path
from uuid import UUID

import msgspec
from msgspec import Struct

from backend.domain.signals import Callback
from backend.logs import logger

log = logger("spool")

TRIES = 120
"""At two a second: a fault that passes within a minute loses nothing."""


class Spooled(Struct, frozen=True):
    """A callback of one tenant, and how often it failed for another reason than the database."""

    tenant: UUID
    callback: Callback
    failures: int = 0


class Spool:
    """The folder of spooled callbacks. A repeat of one overwrites it with the same."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def put(self, spooled: Spooled) -> None:
        """Write it down, durably. Blocks for one disk flush."""
        path = self._path(spooled)
        fresh = path.with_suffix(".new")
        with fresh.open("wb") as file:
            file.write(msgspec.json.encode(spooled))
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def everything(self) -> list[Spooled]:
        """What is waiting, oldest first. A file that cannot be read is laid aside."""
        files = sorted(self._folder.glob("*.json"), key=lambda path: path.stat().st_mtime_ns)
        return [spooled for path in files if (spooled := _read(path)) is not None]

    def remove(self, spooled: Spooled) -> None:
        self._path(spooled).unlink(missing_ok=True)

    def failed(self, spooled: Spooled) -> None:
        """It failed though the database is there: count, and lay it aside in the end."""
        failures = spooled.failures + 1
        if failures < TRIES:
            self.put(msgspec.structs.replace(spooled, failures=failures))
            return
        path = self._path(spooled)
        aside = path.with_suffix(".bad")
        path.replace(aside)
        log.error("callback laid aside", file=str(aside), key=spooled.callback.key)

    def _path(self, spooled: Spooled) -> Path:
        name = sha256(f"{spooled.tenant} {spooled.callback.key}".encode()).hexdigest()[:32]
        return self._folder / f"{name}.json"


def _read(path: Path) -> Spooled | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Spooled)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        aside = path.with_suffix(".bad")
        path.replace(aside)
        log.exception("a spooled callback cannot be read and is laid aside", file=str(aside))
        return None
