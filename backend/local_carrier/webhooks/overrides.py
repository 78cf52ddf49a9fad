"""The fragment of a webhook's URL may change its time-outs and retries: #ct=2000&rc=3&rp=5xx,rt."""

from urllib.parse import parse_qs, urlsplit

import msgspec

from backend.local_carrier.numbering import whole

LONGEST_TOTAL_SECONDS = 15.0
ANY_FAILURE = frozenset({"4xx", "5xx", "ct", "rt"})


class Overrides(msgspec.Struct, frozen=True):
    connect_seconds: float = 5.0
    read_seconds: float = 15.0
    total_seconds: float = LONGEST_TOTAL_SECONDS
    retries: int = 1
    retry_on: frozenset[str] = frozenset({"ct"})


def overrides_in(url: str) -> Overrides:
    """A value outside Twilio's range is as if it were not there."""
    given = {name: values[-1] for name, values in parse_qs(urlsplit(url).fragment).items()}
    usual = Overrides()
    policy = frozenset(given.get("rp", "ct").split(",")) & (ANY_FAILURE | {"all"})
    return Overrides(
        connect_seconds=_milliseconds(given.get("ct"), 10_000, usual.connect_seconds),
        read_seconds=_milliseconds(given.get("rt"), 15_000, usual.read_seconds),
        total_seconds=_milliseconds(given.get("tt"), 15_000, usual.total_seconds),
        retries=_count(given.get("rc"), usual.retries),
        retry_on=ANY_FAILURE if "all" in policy else policy or usual.retry_on,
    )


def _milliseconds(text: str | None, longest: int, usual: float) -> float:
    number = whole(text)
    return usual if number is None or not 100 <= number <= longest else number / 1000


def _count(text: str | None, usual: int) -> int:
    number = whole(text)
    return usual if number is None or number > 5 else number
