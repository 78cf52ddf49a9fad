"""A webhook: what a customer is asked or told, and how that is spelled on the wire."""

import uuid
from urllib.parse import urlencode, urlsplit, urlunsplit

import msgspec

from backend.local_carrier.accounts import Account
from backend.local_carrier.webhooks.signature import signature, with_body_hash

Parameters = dict[str, str]

EVENT_FIELDS = ("StatusCallbackEvent", "CallStatus", "RecordingStatus", "MessageStatus")
"""Whichever of them a webhook has says what happened."""


class JsonBody(msgspec.Struct, frozen=True):
    """A webhook that is no form. `hashed` is what bodySHA256 is made of: the body itself, unless
    a check is to be tested with something else, or with none."""

    body: bytes
    hashed: bytes | None

    @classmethod
    def of(cls, value: object) -> "JsonBody":
        body = msgspec.json.encode(value)
        return cls(body, body)


class Webhook(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is asked or told, however often it must be sent and wherever it is moved."""

    account: Account
    url: str
    parameters: Parameters
    method: str = "POST"
    json: JsonBody | None = None
    """The body of a POST that is no form."""
    keeps_port: bool = False
    """Whether the port of an HTTPS address is signed: for texts it is, for calls it is not."""
    fallback: bool = False
    fault: str | None = None
    """The fault that struck it, if one did."""
    token: str = msgspec.field(default_factory=lambda: str(uuid.uuid4()))
    """By which the receiver knows a repetition of what it was sent before."""

    @property
    def in_words(self) -> str:
        """What a fault may be asked to match: the address, and the event that is told."""
        events = [self.parameters[name] for name in EVENT_FIELDS if name in self.parameters]
        return " ".join([self.url.partition("#")[0], *events])

    def as_sent(self) -> tuple[str, bytes | None]:
        """The URL that goes over the wire, without its fragment, and the body. A GET carries its
        fields in the URL, and a JSON body its hash."""
        parts = urlsplit(self.url)._replace(fragment="")
        whole = urlunsplit(parts)
        if self.json is not None:
            hashed = self.json.hashed
            return whole if hashed is None else with_body_hash(whole, hashed), self.json.body
        if self.method == "POST":
            return whole, urlencode(self.parameters).encode()
        query = "&".join(filter(None, [parts.query, urlencode(self.parameters)]))
        return urlunsplit(parts._replace(query=query)), None

    def signed(self, auth_token: str, sent_url: str) -> str:
        """The signature of what `as_sent` gave."""
        is_form = self.method == "POST" and self.json is None
        fields = self.parameters.items() if is_form else ()
        return signature(auth_token, sent_url, fields, keeps_port=self.keeps_port)
