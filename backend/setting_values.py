"""What a setting's value may be: each function reads one kind, or says what was expected."""

import base64
import binascii
from collections.abc import Callable
from pathlib import Path
from urllib.parse import SplitResult, urlsplit


class WrongValue(ValueError):
    """The value cannot be used; the message says what it is and what was expected."""

    def __init__(self, problem: str, expected: str):
        super().__init__(f"{problem}; expected {expected}")


def port(value: str) -> int:
    return _whole(value, 65535, "a port number")


def pool(value: str) -> int:
    return _whole(value, 1000, "a number of connections")


def folder(value: str) -> Path:
    path = Path(value).expanduser().absolute()
    if path.exists() and not path.is_dir():
        raise WrongValue(f"{value!r} is a file", "a folder, or the name of one to be made")
    return path


def one_of(*choices: str) -> Callable[[str], str]:
    def parse(value: str) -> str:
        if value not in choices:
            raise WrongValue(f"{value!r} is not a choice", " or ".join(choices))
        return value

    return parse


def host(value: str) -> str:
    if not value or any(sign in value for sign in "/ @"):
        raise WrongValue(
            f"{value!r} is not an address to listen on", "one like 127.0.0.1 or 0.0.0.0"
        )
    return value


def host_and_port(value: str) -> str:
    name, colon, number = value.rpartition(":")
    if not colon or not name or "/" in name or not number.isdecimal():
        raise WrongValue(f"{value!r} is not host:port", "something like localhost:8081, no scheme")
    port(number)
    return value


def origin(value: str) -> str:
    expected = "an origin like https://calls.example.com, without a path"
    url = address(value, expected)
    if url.scheme not in ("http", "https") or not url.hostname:
        raise WrongValue(f"{value!r} is not a web address", expected)
    if url.path.rstrip("/") or url.query or url.fragment or "@" in url.netloc:
        raise WrongValue(f"{value!r} has more than a scheme, a host and a port", expected)
    return f"{url.scheme}://{url.netloc}"


def public_origin(value: str) -> str:
    checked = origin(value)
    if checked.startswith("http:") and not is_localhost(checked):
        raise WrongValue(f"{value!r} is not encrypted", "https, as only localhost may go without")
    return checked


def database_url(value: str) -> str:
    # The value itself is never repeated: it carries a password.
    expected = "postgresql://user:password@host:5432/database"
    url = address(value, expected, shown="the value")
    if url.scheme not in ("postgresql", "postgres"):
        raise WrongValue("the value is not a PostgreSQL address", expected)
    if not url.username or not url.path.strip("/"):
        missing = "user" if not url.username else "database"
        raise WrongValue(f"the value names no {missing}", expected)
    return value


def address(value: str, expected: str, shown: str = "") -> SplitResult:
    try:
        parts = urlsplit(value)
        _ = parts.port
    except ValueError:
        raise WrongValue(f"{shown or repr(value)} is not a valid address", expected) from None
    return parts


def secret_key(value: str) -> bytes:
    expected = "32 random bytes in base64, such as `openssl rand -base64 32` prints"
    try:
        key = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        raise WrongValue("the value is not base64", expected) from None
    if len(key) != 32:
        raise WrongValue(f"the value holds {len(key)} bytes", expected)
    return key


def _whole(value: str, most: int, what: str) -> int:
    expected = f"{what} from 1 to {most}"
    if not value.isdecimal():
        raise WrongValue(f"{value!r} is not a number", expected)
    if not 1 <= int(value) <= most:
        raise WrongValue(f"{value} is out of range", expected)
    return int(value)


def is_localhost(origin: str) -> bool:
    host = urlsplit(origin).hostname or ""
    return host in ("localhost", "127.0.0.1", "::1") or host.endswith(".localhost")
