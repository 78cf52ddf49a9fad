"""One REST request, authenticated and read; its form refuses what Twilio does not know."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any, Protocol
from urllib.parse import urlencode, urlsplit

import msgspec

from backend.local_carrier.accounts import Account
from backend.local_carrier.exchange import Exchange
from backend.local_carrier.keys import KEYS, MOST_KEYS
from backend.local_carrier.numbering import whole
from backend.local_carrier.times import rfc2822
from backend.local_carrier.webhooks.parameters import API_VERSION

ROOT = f"/{API_VERSION}/Accounts"
LARGEST_PAGE, USUAL_PAGE = 1000, 50
PAGING = ("PageSize", "Page", "PageToken")
MORE_INFO = "https://www.twilio.com/docs/errors/"

Json = dict[str, Any]
Pairs = list[tuple[str, str]]


class Refused(Exception):
    """The request is refused, in Twilio's words: a status, a code and a message."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message

    def body(self) -> Json:
        return {
            "code": self.code,
            "message": self.message,
            "more_info": f"{MORE_INFO}{self.code}",
            "status": self.status,
        }


def not_found(path: str) -> Refused:
    return Refused(404, 20404, f"The requested resource {path} was not found")


class Form:
    """Form or query fields; each is asked for by its type, and every name must be known."""

    def __init__(self, pairs: Pairs, known: Sequence[str], unsupported: Sequence[str] = ()) -> None:
        for name, value in pairs:
            if name in unsupported and value not in ("", "false"):
                raise Refused(400, 20001, f"{name} is not supported by this local carrier")
            if name not in known and name not in unsupported:
                raise Refused(400, 20001, f"{name} is not a parameter of this resource")
        self._values = dict(pairs)
        self._pairs = pairs

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def without(self, names: Sequence[str]) -> dict[str, str]:
        return {name: value for name, value in self._values.items() if name not in names}

    def text(self, name: str, default: str = "") -> str:
        return self._values.get(name, default)

    def values(self, name: str) -> list[str]:
        """All values of a field that may be given more than once, each as it is."""
        return [value for key, value in self._pairs if key == name]

    def every(self, name: str) -> list[str]:
        """All values of a field that may be given more than once; some clients join them."""
        return [word for value in self.values(name) for word in value.replace(",", " ").split()]

    def has_moment(self, name: str, at: datetime | None) -> bool:
        """Whether that moment passes the filters on it: equal, `<` (until) and `>` (since)."""
        exactly, until, since = (self._moment(f"{name}{sign}") for sign in ("", "<", ">"))
        if exactly is until is since is None:
            return True
        if at is None:
            return False
        if exactly is not None:
            return exactly <= at < _end_of(exactly)
        return (until is None or at < _end_of(until)) and (since is None or at >= since)

    def _moment(self, name: str) -> datetime | None:
        """A day or a moment, in UTC; None if there is none."""
        given = self._values.get(name, "")
        if not given:
            return None
        try:
            moment = datetime.fromisoformat(given)
            _end_of(moment)
        except (ValueError, OverflowError) as error:
            raise Refused(400, 20001, f"{name} is not a date: {given}") from error
        return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)

    def keys(self, name: str) -> str:
        """Keys for the carrier to press once a call is answered."""
        given = self._values.get(name, "")
        if len(given) > MOST_KEYS or not KEYS.issuperset(given):
            raise Refused(400, 20001, f"{name} cannot be {given[:MOST_KEYS]}")
        return given

    def flag(self, name: str, *, default: bool = False) -> bool:
        """Anything but true is false, as Twilio says."""
        given = self._values.get(name, "")
        return given.lower() == "true" if given else default

    def url(self, name: str, wrong: int = 21205) -> str:
        given = self._values.get(name, "")
        if given and not is_web_address(given):
            raise Refused(400, wrong, f"{name} is not a valid URL: {given}")
        return given

    def method(self, name: str, default: str = "POST") -> str:
        given = self._values.get(name, default).upper()
        if given not in ("GET", "POST"):
            raise Refused(400, 20001, f"{name} must be GET or POST")
        return given

    def whole(self, name: str, default: int, *, least: int = 0, most: int = 10**9) -> int:
        given = self._values.get(name, "")
        if not given:
            return default
        number = whole(given)
        if number is None or not least <= number <= most:
            raise Refused(400, 20001, f"{name} must be a whole number from {least} to {most}")
        return number


def _end_of(moment: datetime) -> datetime:
    """A day ends with its last second, a second with its last fraction: both are whole in a
    filter."""
    is_a_day = moment.time() == time()
    return moment + (timedelta(days=1) if is_a_day else timedelta(seconds=1))


def is_web_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


class File(msgspec.Struct, frozen=True):
    """An answer that is no JSON: audio, or a picture."""

    content: bytes
    content_type: str


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    exchange: Exchange
    account: Account
    path: str
    names: dict[str, str]
    by: Account
    """Whose credentials these are: the account itself, or the one that opened it."""
    query: Form
    form: Form

    def uri(self, *parts: str) -> str:
        return "/".join([self.uri_of(self.account), *parts])

    def uri_of(self, account: Account) -> str:
        return f"{ROOT}/{account.sid}"


class Told(msgspec.Struct, frozen=True):
    body: Json | File | None
    status: int = 200


class Route(msgspec.Struct, frozen=True):
    """`path` is relative to the account; `{Sid}` names one part of it."""

    method: str
    path: str
    answer: Callable[[Asked], Told | Awaitable[Told]]
    fields: tuple[str, ...] = ()
    """Accepted and kept: of the form for POST, of the query for GET."""
    unsupported: tuple[str, ...] = ()
    """Twilio knows them, this carrier does not: refused by name."""
    json: bool = True
    """Whether the path ends in .json; that of a file has another ending, or none."""

    @property
    def creates(self) -> bool:
        """Asks a whole collection for one thing more."""
        return self.method == "POST" and self.path != "" and not self.path.endswith("}")


def page(asked: Asked, key: str, resource: str, items: Sequence[Json]) -> Told:
    size = min(max(1, asked.query.whole("PageSize", USUAL_PAGE)), LARGEST_PAGE)
    number = asked.query.whole("Page", 0)
    last = max(0, (len(items) - 1) // size)
    shown = list(items[number * size : (number + 1) * size])

    filters = asked.query.without(PAGING)

    def at(page_number: int) -> str:
        asks = {**filters, "PageSize": str(size), "Page": str(page_number)}
        whole = asked.uri(resource) if resource else f"{ROOT}.json"
        return f"{whole}?{urlencode(asks)}"

    start = number * size
    return Told(
        {
            key: shown,
            "page": number,
            "page_size": size,
            "start": start,
            "end": start + max(0, len(shown) - 1),
            "uri": at(number),
            "first_page_uri": at(0),
            "next_page_uri": at(number + 1) if number < last else None,
            "previous_page_uri": at(number - 1) if number > 0 else None,
        }
    )


def moment_filters(name: str) -> tuple[str, str, str]:
    return (name, f"{name}<", f"{name}>")


class Dated(Protocol):
    @property
    def created_at(self) -> datetime: ...

    @property
    def updated_at(self) -> datetime: ...


def dated(thing: Dated) -> Json:
    """Everything in Twilio's API says when it was made and last changed."""
    return {
        "date_created": rfc2822(thing.created_at),
        "date_updated": rfc2822(thing.updated_at),
    }
