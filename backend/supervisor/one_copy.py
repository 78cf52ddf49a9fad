"""One running copy per data folder, held by a lock that no crash can leave behind."""

import fcntl
import json
import os
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from backend.settings import make_data_folder
from backend.supervisor.failure import CannotStart

STOPPED_WITHIN = 15.0


class OneCopy:
    def __init__(self, descriptor: int, address: str):
        self._descriptor = descriptor
        self._address = address
        self._write(stopping=False)

    def is_stopping(self) -> None:
        """The next copy then waits for our end instead of refusing."""
        self._write(stopping=True)

    def _write(self, *, stopping: bool) -> None:
        state = {"pid": os.getpid(), "address": self._address, "stopping": stopping}
        os.truncate(self._descriptor, 0)
        os.pwrite(self._descriptor, json.dumps(state).encode(), 0)


@contextmanager
def one_copy(folder: Path, address: str) -> Generator[OneCopy]:
    make_data_folder(folder)
    try:
        descriptor = os.open(folder / "running", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as problem:
        raise CannotStart(f"The data folder {folder} cannot be used: {problem.strerror}.") from None
    try:
        _lock(descriptor, folder)
        yield OneCopy(descriptor, address)
    finally:
        os.close(descriptor)


def _lock(descriptor: int, folder: Path) -> None:
    deadline = time.monotonic() + STOPPED_WITHIN
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            holder = _holder(descriptor)
        if not holder["stopping"] or time.monotonic() > deadline:
            raise CannotStart(
                f"Patchbay is running already: {holder['address']} (process {holder['pid']}), "
                f"with the data in {folder}. Stop it first, or set PATCHBAY_DATA and the ports."
            )
        time.sleep(0.05)


def _holder(descriptor: int) -> dict[str, object]:
    try:
        return json.loads(os.pread(descriptor, 4096, 0))
    except ValueError:  # it is just being written
        return {"pid": "unknown", "address": "starting", "stopping": True}
