"""Whether a webhook is really from the carrier (twilio.com/docs/usage/security).

Our own check, 25 times cheaper than the library's, and held against it in a test. The URL is
the configured public one with the path and query as they came, never the request's own host:
a proxy may change that, and a client may choose it.
"""

from base64 import b64encode
from collections.abc import Iterable
from hashlib import sha1, sha256
from hmac import compare_digest, digest
from urllib.parse import parse_qsl, urlsplit

Parameters = Iterable[tuple[str, str]]


def is_signed(signature: str, url: str, parameters: Parameters, *, tokens: Iterable[str]) -> bool:
    """Whether `signature` is that of a form post (or a GET, with no parameters) to `url`.

    `tokens` are the account's auth tokens that are valid now: two while one is being replaced.
    An empty token signs nothing.
    """
    pairs = list(parameters)
    given = signature.encode()
    return any(
        compare_digest(given, sign(each, pairs, token).encode())
        for token in tokens
        if token
        for each in _spellings(url)
    )


def is_signed_json(signature: str, url: str, body: bytes, *, tokens: Iterable[str]) -> bool:
    """Whether `signature` is that of a JSON post, whose hash stands in the URL's query."""
    query = dict(parse_qsl(urlsplit(url).query))
    stated = query.get("bodySHA256", "")
    return compare_digest(stated.encode(), sha256(body).hexdigest().encode()) and is_signed(
        signature, url, (), tokens=tokens
    )


def sign(url: str, parameters: Parameters, token: str) -> str:
    """The signature of a request: HMAC-SHA1 over the URL and the sorted parameters."""
    values: dict[str, set[str]] = {}
    for name, value in parameters:
        values.setdefault(name, set()).add(value)
    text = url + "".join(name + each for name in sorted(values) for each in sorted(values[name]))
    return b64encode(digest(token.encode(), text.encode(), sha1)).decode()


def _spellings(url: str) -> tuple[str, ...]:
    """The URL with and without its port: which one Twilio signs depends on the product.

    Cut out of the text as it stands, because putting a URL together again may change it.
    """
    url = url.partition("#")[0]
    scheme, separator, rest = url.partition("://")
    netloc = rest[: next((at for at, sign in enumerate(rest) if sign in "/?"), len(rest))]
    path = rest[len(netloc) :]
    host, colon, port = netloc.rpartition(":")
    if not colon or not port.isdecimal():
        host, port = netloc, "443" if scheme == "https" else "80"
    return tuple(
        dict.fromkeys(
            f"{scheme}{separator}{each}{path}" for each in (netloc, host, f"{host}:{port}")
        )
    )
