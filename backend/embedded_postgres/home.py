"""The folder that an embedded PostgreSQL lives in, and what lies there beside the data.

cluster/         PostgreSQL's own data, 0700, made whole or not at all
sockets/         its Unix socket, 0700
passwords.json   of its three logins, 0600
port             the TCP port it had last time
lock             held by the process that runs it
postgres.log
"""

import fcntl
import json
import os
import secrets
import socket
import tempfile
from pathlib import Path

from backend.embedded_postgres.account import Account
from backend.embedded_postgres.failure import CannotRun

# Where the data go when root starts us in a folder that no other account may enter, such as /root.
ELSEWHERE = Path("/var/lib/patchbay")
ELSEWHERE_NOTE = "elsewhere"
LOGINS = ("postgres", "patchbay_owner", "patchbay_web")
LONGEST_SOCKET_PATH = 100  # of the 107 bytes that every system allows


class Home:
    def __init__(self, folder: Path, shelf: Path):
        self.folder = folder
        self.shelf = shelf  # where a copy of the binaries may stand
        self.cluster = folder / "cluster"
        self.sockets = folder / "sockets"
        self.log = folder / "postgres.log"
        self._lock: int | None = None

    def lock(self) -> None:
        descriptor = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(descriptor, 20, 0).decode().strip() or "unknown"
            os.close(descriptor)
            raise CannotRun(
                f"The PostgreSQL in {self.folder} is being run by process {holder} already."
            ) from None
        os.truncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        self._lock = descriptor

    def unlock(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def passwords(self) -> dict[str, str]:
        file = self.folder / "passwords.json"
        if not file.exists():
            made = {login: secrets.token_hex(24) for login in LOGINS}
            write_whole(file, json.dumps(made))
        return json.loads(file.read_text())

    def port(self) -> int:
        """That of last time, so that an address somebody noted stays right, else any free one."""
        file = self.folder / "port"
        if file.exists() and _is_free(int(file.read_text())):
            return int(file.read_text())
        return self.another_port()

    def another_port(self) -> int:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port: int = free.getsockname()[1]
        write_whole(self.folder / "port", str(port))
        return port

    def socket_folder(self, account: Account) -> Path | None:
        if len(os.fsencode(self.sockets)) + len("/.s.PGSQL.65535") > LONGEST_SOCKET_PATH:
            return None  # TCP alone, then
        self.sockets.mkdir(exist_ok=True)
        self.sockets.chmod(0o700)
        account.give(self.sockets)
        return self.sockets


def find_home(folder: Path, account: Account, elsewhere: Path) -> Home:
    """`folder`, or for root in a closed place a folder elsewhere, whose name `folder` remembers."""
    _make(folder, 0o700 if account.is_ours else 0o711)
    if noted := _noted_home(folder):
        return noted
    if not os.access(folder, os.W_OK):
        raise CannotRun(f"{folder} cannot be written by the user who runs Patchbay.")
    closed = None if account.is_ours else account.closed_parent(folder / "cluster")
    if closed is None:
        return Home(folder, folder)
    try:
        _make(elsewhere, 0o755)
        if account.closed_parent(elsewhere / "x"):
            raise PermissionError
        chosen = Path(tempfile.mkdtemp(prefix="postgres-", dir=elsewhere))
    except OSError:
        raise CannotRun(
            f"PostgreSQL does not run as root, and the user {account.name} may not pass through "
            f"{closed}: set PATCHBAY_DATA to a folder elsewhere, or run as a normal user."
        ) from None
    chosen.chmod(0o711)
    write_whole(folder / ELSEWHERE_NOTE, str(chosen))
    return Home(chosen, elsewhere)


def present_home(folder: Path) -> Home:
    """Where the data are that belong to `folder`; nothing is made."""
    return _noted_home(folder) or Home(folder, folder)


def _noted_home(folder: Path) -> Home | None:
    note = folder / ELSEWHERE_NOTE
    if note.exists() and (noted := Path(note.read_text().strip())).is_dir():
        return Home(noted, noted.parent)
    return None


def write_whole(file: Path, text: str) -> None:
    draft = file.with_name(f".{file.name}.new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as opened:
        opened.write(text)
        opened.flush()
        os.fsync(opened.fileno())
    draft.replace(file)


def _make(folder: Path, mode: int) -> None:
    for each in reversed((folder, *folder.parents)):
        if not each.exists():
            each.mkdir(exist_ok=True)
            each.chmod(mode)  # mkdir's own mode is at the mercy of the umask


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
