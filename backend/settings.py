"""Everything read from the environment: each setting declared once, in SETTINGS, and read once.

A setting that is wrong, or a PATCHBAY_ name that does not exist, stops the program before anything
else has started. An empty value counts as unset: that is how container tools pass what is not set.
"""

import base64
import binascii
import difflib
import os
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import msgspec


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
    secret_key: bytes
    demo: Literal["auto", "yes", "no"]
    log_format: Literal["console", "json"]


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


# -- what a value may be ------------------------------------------------------------------------


class _Wrong(ValueError):
    def __init__(self, problem: str, expected: str):
        super().__init__(f"{problem}; expected {expected}")


def _port(value: str) -> int:
    expected = "a port number from 1 to 65535"
    if not value.isdecimal():
        raise _Wrong(f"{value!r} is not a number", expected)
    if not 1 <= int(value) <= 65535:
        raise _Wrong(f"{value} is out of range", expected)
    return int(value)


def _pool(value: str) -> int:
    expected = "a number of connections from 1 to 1000"
    if not value.isdecimal():
        raise _Wrong(f"{value!r} is not a number", expected)
    if not 1 <= int(value) <= 1000:
        raise _Wrong(f"{value} is out of range", expected)
    return int(value)


def _folder(value: str) -> Path:
    folder = Path(value).expanduser().absolute()
    if folder.exists() and not folder.is_dir():
        raise _Wrong(f"{value!r} is a file", "a folder, or the name of one to be made")
    return folder


def _one_of(*choices: str) -> Callable[[str], str]:
    def parse(value: str) -> str:
        if value not in choices:
            raise _Wrong(f"{value!r} is not a choice", " or ".join(choices))
        return value

    return parse


def _host(value: str) -> str:
    if not value or any(sign in value for sign in "/ @"):
        raise _Wrong(f"{value!r} is not an address to listen on", "one like 127.0.0.1 or 0.0.0.0")
    return value


def _host_and_port(value: str) -> str:
    host, colon, port = value.rpartition(":")
    if not colon or not host or "/" in host or not port.isdecimal():
        raise _Wrong(f"{value!r} is not host:port", "something like localhost:8081, no scheme")
    _port(port)
    return value


def _origin(value: str) -> str:
    expected = "an origin like https://calls.example.com, without a path"
    url = _url(value, expected)
    if url.scheme not in ("http", "https") or not url.hostname:
        raise _Wrong(f"{value!r} is not a web address", expected)
    if url.path.rstrip("/") or url.query or url.fragment or "@" in url.netloc:
        raise _Wrong(f"{value!r} has more than a scheme, a host and a port", expected)
    return f"{url.scheme}://{url.netloc}"


def _public_origin(value: str) -> str:
    origin = _origin(value)
    if origin.startswith("http:") and not is_localhost(origin):
        raise _Wrong(f"{value!r} is not encrypted", "https, as only localhost may go without")
    return origin


def _database_url(value: str) -> str:
    # The value itself is never repeated: it carries a password.
    expected = "postgresql://user:password@host:5432/database"
    url = _url(value, expected, shown="the value")
    if url.scheme not in ("postgresql", "postgres"):
        raise _Wrong("the value is not a PostgreSQL address", expected)
    if not url.username or not url.path.strip("/"):
        missing = "user" if not url.username else "database"
        raise _Wrong(f"the value names no {missing}", expected)
    return value


def _url(value: str, expected: str, shown: str = ""):
    try:
        url = urlsplit(value)
        _ = url.port
    except ValueError:
        raise _Wrong(f"{shown or repr(value)} is not a valid address", expected) from None
    return url


def _secret_key(value: str) -> bytes:
    expected = "32 random bytes in base64, such as `openssl rand -base64 32` prints"
    try:
        key = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        raise _Wrong("the value is not base64", expected) from None
    if len(key) != 32:
        raise _Wrong(f"the value holds {len(key)} bytes", expected)
    return key


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
        _database_url,
        None,
        "its own PostgreSQL, in the data folder",
        secret=True,
    ),
    Setting(
        "DATABASE_OWNER_URL",
        "database_owner_url",
        "the same database as its owner, for migrations only",
        _database_url,
        None,
        "none",
        secret=True,
    ),
    Setting(
        "PATCHBAY_DATABASE_POOL",
        "database_pool",
        "connections to PostgreSQL that one web server holds",
        _pool,
        "10",
    ),
    Setting("PATCHBAY_HOST", "host", "address that the web server listens on", _host, "127.0.0.1"),
    Setting("PATCHBAY_PORT", "port", "port that the web server listens on", _port, "8080"),
    Setting(
        "PATCHBAY_PUBLIC_URL",
        "public_url",
        "address at which browsers and the carrier reach the product",
        _public_origin,
        _public_url_by_port,
        "localhost, at PATCHBAY_PORT",
    ),
    Setting(
        "PATCHBAY_DATA",
        "data_folder",
        "folder for all that is kept on this machine",
        _folder,
        ".data",
    ),
    Setting(
        "PATCHBAY_CARRIER",
        "carrier",
        "who carries the calls: local (simulated, on this machine) or twilio",
        _one_of("local", "twilio"),
        "local",
    ),
    Setting(
        "PATCHBAY_CARRIER_PORT",
        "carrier_port",
        "port of the local carrier and its lab",
        _port,
        "8081",
    ),
    Setting(
        "PATCHBAY_CARRIER_API_URL",
        "carrier_api_url",
        "base address of the carrier's REST API",
        _origin,
        _api_url_by_carrier,
        "the local carrier, or https://api.twilio.com",
    ),
    Setting(
        "PATCHBAY_CARRIER_SIGNALLING",
        "carrier_signalling",
        "host:port that the browser phone signals to",
        _host_and_port,
        _signalling_by_carrier,
        "the local carrier, or what Twilio's SDK chooses",
    ),
    Setting(
        "PATCHBAY_PANEL_PORT",
        "panel_port",
        "port of the process that serves the Panel pages, on this machine only",
        _port,
        "8082",
    ),
    Setting(
        "PATCHBAY_SECRET_KEY",
        "secret_key",
        "key that encrypts stored secrets: 32 bytes in base64",
        _secret_key,
        None,
        "made once, kept in the data folder",
        secret=True,
    ),
    Setting(
        "PATCHBAY_DEMO",
        "demo",
        "lay out the demo companies: auto (only in its own PostgreSQL), yes or no",
        _one_of("auto", "yes", "no"),
        "auto",
    ),
    Setting(
        "PATCHBAY_LOG",
        "log_format",
        "how log lines look: console or json",
        _one_of("console", "json"),
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
    ports = {"PATCHBAY_PORT": values["port"], "PATCHBAY_PANEL_PORT": values["panel_port"]}
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


def is_localhost(origin: str) -> bool:
    host = urlsplit(origin).hostname or ""
    return host in ("localhost", "127.0.0.1", "::1") or host.endswith(".localhost")


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
        return _secret_key(file.read_text("ascii").strip())
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
