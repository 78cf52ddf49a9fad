"""Everything read from the environment: each setting declared once, in SETTINGS, and read once.

A setting that is wrong, or a PATCHBAY_ name that does not exist, stops the program before anything
else has started. An empty value counts as unset: that is how container tools pass what is not set.
"""

import base64
import difflib
import os
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import msgspec

from backend import setting_values as value


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What the environment says, in our words."""

    database_url: str | None  # None: the product starts a PostgreSQL of its own
    database_owner_url: str | None
    database_pool: int
    public_url: str
    host: str
    port: int
    data_folder: Path
    carrier: Literal["local", "twilio"]
    carrier_api_url: str
    carrier_signalling: str  # host:port, empty: whatever the carrier's browser SDK uses by itself
    carrier_port: int
    panel_port: int
    statistics_port: int
    secret_key: bytes
    demo: Literal["auto", "yes", "no"]
    log_format: Literal["console", "json"]

    @property
    def postgres_folder(self) -> Path:
        """Of the PostgreSQL of its own, if there is one."""
        return self.data_folder / "postgres"


class WrongSettings(Exception):
    """Some settings cannot be used."""

    def __init__(self, problems: list[str]):
        super().__init__("\n".join(problems))
        self.problems = problems


def read_settings(environ: Mapping[str, str]) -> Settings:
    """One side effect: when no key is set, the key file in the data folder is made on first use."""
    values, problems = _parse(environ)
    problems += _unknown_names(environ)
    if not problems:
        problems += _contradictions(values)
    if problems:
        raise WrongSettings(problems)
    if values["secret_key"] is None:
        try:
            values["secret_key"] = _key_kept_in(values["data_folder"])
        except (OSError, ValueError) as problem:
            raise WrongSettings([f"PATCHBAY_SECRET_KEY: is not set, and {problem}"]) from None
    return Settings(**values)


class Row(msgspec.Struct, frozen=True):
    """One line of the table that `python -m backend settings` prints."""

    name: str
    meaning: str
    default: str
    current: str


def table_of_settings(environ: Mapping[str, str]) -> list[Row]:
    values, _ = _parse(environ)
    return [
        Row(
            setting.name,
            setting.meaning,
            _default_as_text(setting),
            _current_as_text(setting, environ, values),
        )
        for setting in SETTINGS
    ]


def make_data_folder(folder: Path) -> None:
    """Ours alone; if root makes it, others may pass through, as PostgreSQL must not run as root."""
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    for each in reversed(missing):
        each.mkdir(exist_ok=True)
        each.chmod(0o711 if os.getuid() == 0 else 0o700)


# -- the settings -------------------------------------------------------------------------------


class Setting(msgspec.Struct, frozen=True):
    name: str
    field: str
    meaning: str
    parse: Callable[[str], Any]
    default: str | Callable[[Mapping[str, Any]], str | None] | None
    default_in_words: str = ""
    secret: bool = False


def _public_url_by_port(values: Mapping[str, Any]) -> str:
    return f"http://localhost:{values['port']}"


def _api_url_by_carrier(values: Mapping[str, Any]) -> str:
    local = f"http://localhost:{values['carrier_port']}"
    return local if values["carrier"] == "local" else "https://api.twilio.com"


def _signalling_by_carrier(values: Mapping[str, Any]) -> str | None:
    return f"localhost:{values['carrier_port']}" if values["carrier"] == "local" else None


# In an order in which a default needs only what stands above it.
SETTINGS: tuple[Setting, ...] = (
    Setting(
        "DATABASE_URL",
        "database_url",
        "PostgreSQL as the product uses it: a login that is no superuser and owns nothing",
        value.database_url,
        None,
        "its own PostgreSQL, in the data folder",
        secret=True,
    ),
    Setting(
        "DATABASE_OWNER_URL",
        "database_owner_url",
        "the same database as its owner, for migrations only",
        value.database_url,
        None,
        "none",
        secret=True,
    ),
    Setting(
        "PATCHBAY_DATABASE_POOL",
        "database_pool",
        "connections to PostgreSQL that one web server holds",
        value.pool,
        "10",
    ),
    Setting(
        "PATCHBAY_HOST", "host", "address that the web server listens on", value.host, "127.0.0.1"
    ),
    Setting("PATCHBAY_PORT", "port", "port that the web server listens on", value.port, "8080"),
    Setting(
        "PATCHBAY_PUBLIC_URL",
        "public_url",
        "address at which browsers and the carrier reach the product",
        value.public_origin,
        _public_url_by_port,
        "localhost, at PATCHBAY_PORT",
    ),
    Setting(
        "PATCHBAY_DATA",
        "data_folder",
        "folder for all that is kept on this machine",
        value.folder,
        ".data",
    ),
    Setting(
        "PATCHBAY_CARRIER",
        "carrier",
        "who carries the calls: local (simulated, on this machine) or twilio",
        value.one_of("local", "twilio"),
        "local",
    ),
    Setting(
        "PATCHBAY_CARRIER_PORT",
        "carrier_port",
        "port of the local carrier and its lab",
        value.port,
        "8081",
    ),
    Setting(
        "PATCHBAY_CARRIER_API_URL",
        "carrier_api_url",
        "base address of the carrier's REST API",
        value.origin,
        _api_url_by_carrier,
        "the local carrier, or https://api.twilio.com",
    ),
    Setting(
        "PATCHBAY_CARRIER_SIGNALLING",
        "carrier_signalling",
        "host:port that the browser phone signals to",
        value.host_and_port,
        _signalling_by_carrier,
        "the local carrier, or what Twilio's SDK chooses",
    ),
    Setting(
        "PATCHBAY_PANEL_PORT",
        "panel_port",
        "port of the process that serves the board's Panel page, on this machine only",
        value.port,
        "8082",
    ),
    Setting(
        "PATCHBAY_STATISTICS_PORT",
        "statistics_port",
        "port of the process that serves the statistics pages, on this machine only",
        value.port,
        "8083",
    ),
    Setting(
        "PATCHBAY_SECRET_KEY",
        "secret_key",
        "key that encrypts stored secrets: 32 bytes in base64",
        value.secret_key,
        None,
        "made once, kept in the data folder",
        secret=True,
    ),
    Setting(
        "PATCHBAY_DEMO",
        "demo",
        "lay out the demo companies: auto (only in its own PostgreSQL), yes or no",
        value.one_of("auto", "yes", "no"),
        "auto",
    ),
    Setting(
        "PATCHBAY_LOG",
        "log_format",
        "how log lines look: console or json",
        value.one_of("console", "json"),
        "console",
    ),
)


# -- reading ------------------------------------------------------------------------------------


def _parse(environ: Mapping[str, str]) -> tuple[dict[str, Any], list[str]]:
    values: dict[str, Any] = {}
    problems: list[str] = []
    for setting in SETTINGS:
        given = environ.get(setting.name, "").strip()
        try:
            values[setting.field] = setting.parse(given) if given else _default(setting, values)
        except ValueError as problem:
            problems.append(f"{setting.name}: {problem}")
            values[setting.field] = _default(setting, values)
    return values, problems


def _default(setting: Setting, values: Mapping[str, Any]) -> Any:
    default = setting.default(values) if callable(setting.default) else setting.default
    if default is None:
        return "" if setting.field == "carrier_signalling" else None
    return setting.parse(default)


def _unknown_names(environ: Mapping[str, str]) -> list[str]:
    known = [setting.name for setting in SETTINGS]
    problems: list[str] = []
    for name in sorted(environ):
        # PATCHBAY_TEST_... speaks to the tests, which start the product with their own environment.
        if not name.startswith("PATCHBAY_") or name.startswith("PATCHBAY_TEST_") or name in known:
            continue
        near = difflib.get_close_matches(name, known, n=1)
        hint = f"did you mean {near[0]}?" if near else "`python -m backend settings` lists all"
        problems.append(f"{name}: there is no such setting; {hint}")
    return problems


def _contradictions(values: Mapping[str, Any]) -> list[str]:
    problems: list[str] = []
    ports = {
        "PATCHBAY_PORT": values["port"],
        "PATCHBAY_PANEL_PORT": values["panel_port"],
        "PATCHBAY_STATISTICS_PORT": values["statistics_port"],
    }
    if values["carrier"] == "local":
        ports["PATCHBAY_CARRIER_PORT"] = values["carrier_port"]
    for name, port in list(ports.items())[1:]:
        earlier = next(other for other, taken in ports.items() if taken == port)
        if earlier != name:
            problems.append(f"{name}: {port} is the port of {earlier} too; expected another one")
    if values["demo"] == "yes" and values["carrier"] != "local":
        problems.append(
            "PATCHBAY_DEMO: the demo companies' numbers exist only at the local carrier; "
            "expected auto or no, or PATCHBAY_CARRIER=local"
        )
    return problems


def _key_kept_in(folder: Path) -> bytes:
    file = folder / "secret.key"
    if not file.exists():
        make_data_folder(folder)
        draft = folder / f".secret.key.{secrets.token_hex(4)}"
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as opened:
            opened.write(base64.b64encode(secrets.token_bytes(32)) + b"\n")
            opened.flush()
            os.fsync(opened.fileno())
        try:
            file.hardlink_to(draft)  # whole or not at all, and the first of two processes wins
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    try:
        return value.secret_key(file.read_text("ascii").strip())
    except ValueError as problem:
        raise ValueError(f"{file} cannot be used: {problem}") from None


# -- showing ------------------------------------------------------------------------------------


def _default_as_text(setting: Setting) -> str:
    if setting.default_in_words:
        return setting.default_in_words
    return setting.default if isinstance(setting.default, str) else ""


def _current_as_text(
    setting: Setting, environ: Mapping[str, str], values: Mapping[str, Any]
) -> str:
    given = environ.get(setting.name, "").strip()
    if not given:
        value = values[setting.field]
        return "(default)" if value in (None, "") else str(value)
    if not setting.secret:
        return given
    return without_password(given) if "://" in given else "(set, not shown)"


def without_password(url: str) -> str:
    try:
        parts = urlsplit(url)
        user = f"{parts.username}:***@" if parts.username else ""
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return "(set, not shown)"
    return f"{parts.scheme}://{user}{parts.hostname or ''}{port}{parts.path}"
