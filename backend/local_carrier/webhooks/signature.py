"""X-Twilio-Signature: base64(HMAC-SHA1(auth token, URL + sorted form fields)).

A JSON body is signed by its hash, which stands in the URL as bodySHA256.
"""

import base64
import hashlib
import hmac
from collections.abc import Iterable
from urllib.parse import urlsplit, urlunsplit


def signature(
    auth_token: str,
    url: str,
    fields: Iterable[tuple[str, str]] = (),
    *,
    keeps_port: bool = False,
) -> str:
    """A GET and a JSON body sign the URL alone: pass no fields."""
    message = signed_url(url, keeps_port=keeps_port)
    values: dict[str, set[str]] = {}
    for name, value in fields:
        values.setdefault(name, set()).add(value)
    for name in sorted(values):
        for value in sorted(values[name]):  # a repeated name: each different value once, in order
            message += name + value
    digest = hmac.digest(auth_token.encode(), message.encode(), "sha1")
    return base64.b64encode(digest).decode()


def with_body_hash(url: str, body: bytes) -> str:
    parts = urlsplit(url)
    query = "&".join(filter(None, [parts.query, f"bodySHA256={hashlib.sha256(body).hexdigest()}"]))
    return urlunsplit(parts._replace(query=query))


def signed_url(url: str, *, keeps_port: bool) -> str:
    """Without fragment and user:password. The port of an HTTP address is kept; that of an HTTPS
    address is dropped for voice, and kept for messaging."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    if parts.scheme == "https" and parts.port is not None and not keeps_port:
        host = host[: host.rindex(":")]
    return urlunsplit(parts._replace(netloc=host, fragment=""))
