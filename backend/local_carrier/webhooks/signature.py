"""X-Twilio-Signature: base64(HMAC-SHA1(auth token, URL + sorted form fields))."""

import base64
import hmac
from collections.abc import Iterable
from urllib.parse import urlsplit, urlunsplit


def signature(auth_token: str, url: str, fields: Iterable[tuple[str, str]] = ()) -> str:
    """A GET and a JSON body sign the URL alone: pass no fields."""
    message = signed_url(url)
    values: dict[str, set[str]] = {}
    for name, value in fields:
        values.setdefault(name, set()).add(value)
    for name in sorted(values):
        for value in sorted(values[name]):  # a repeated name: each different value once, in order
            message += name + value
    digest = hmac.digest(auth_token.encode(), message.encode(), "sha1")
    return base64.b64encode(digest).decode()


def signed_url(url: str) -> str:
    """Without fragment and user:password; an HTTPS port is dropped for voice, an HTTP port kept."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    if parts.scheme == "https" and parts.port is not None:
        host = host[: host.rindex(":")]
    return urlunsplit(parts._replace(netloc=host, fragment=""))
