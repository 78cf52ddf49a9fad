"""Whom PostgreSQL runs as. It refuses to be root, so root lends it another account."""

import os
import pwd
import stat
from pathlib import Path

import msgspec

from backend.embedded_postgres.failure import CannotRun

# An administrator who wants the data to belong to a name of its own adds the user "patchbay".
ACCOUNTS_FOR_ROOT = ("patchbay", "nobody")


class Account(msgspec.Struct, frozen=True):
    uid: int
    gid: int
    name: str

    @property
    def is_ours(self) -> bool:
        return self.uid == os.getuid()

    @property
    def ids(self) -> tuple[int, int] | None:
        """What a child must change to, or None if it may stay who we are."""
        return None if self.is_ours else (self.uid, self.gid)

    def give(self, path: Path) -> None:
        if not self.is_ours:
            os.chown(path, self.uid, self.gid)

    def closed_parent(self, path: Path) -> Path | None:
        """The first folder on the way to `path` that this account may not pass through."""
        for folder in reversed(path.parents):
            if not self._may(folder, stat.S_IXUSR):
                return folder
        return None

    def may_run(self, program: Path) -> bool:
        return self.closed_parent(program) is None and self._may(program, stat.S_IXUSR)

    def may_read(self, file: Path) -> bool:
        return self.closed_parent(file) is None and self._may(file, stat.S_IRUSR)

    def _may(self, path: Path, owner_bit: int) -> bool:
        entry = path.stat()
        if entry.st_uid == self.uid:
            bit = owner_bit
        elif entry.st_gid == self.gid:
            bit = owner_bit >> 3
        else:
            bit = owner_bit >> 6
        return bool(entry.st_mode & bit)


def account_for(cluster: Path) -> Account:
    """Root keeps to the account that the data belong to already."""
    if os.getuid() != 0:
        return Account(os.getuid(), os.getgid(), str(os.getuid()))
    if cluster.exists() and (owner := cluster.stat().st_uid) != 0:
        entry = pwd.getpwuid(owner)
        return Account(entry.pw_uid, entry.pw_gid, entry.pw_name)
    for name in ACCOUNTS_FOR_ROOT:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid, entry.pw_name)
    raise CannotRun(
        "PostgreSQL does not run as root, and there is no account to lend it: "
        "add a user named patchbay, or run Patchbay as a normal user."
    )
