"""Sends webhooks: one request with its retries and redirects, or callbacks one after another.

The log keeps every attempt, with what was sent and what came back.
"""

import asyncio
import time
import uuid
from collections import deque
from collections.abc import Hashable
from datetime import datetime
from urllib.parse import urlencode, urljoin, urlsplit, urlunsplit

import aiohttp
import msgspec
from yarl import URL

from backend.local_carrier.accounts import Account
from backend.local_carrier.background import Background
from backend.local_carrier.clock import Clock
from backend.local_carrier.webhooks.overrides import Overrides, overrides_in
from backend.local_carrier.webhooks.signature import signature, with_body_hash

Parameters = dict[str, str]

MOST_REDIRECTS = 10
KEPT_DELIVERIES = 5000
KEPT_BODY_CHARACTERS = 4000
FORM, JSON = "application/x-www-form-urlencoded; charset=UTF-8", "application/json"


class Delivery(msgspec.Struct):
    """One attempt, as /lab/deliveries tells it. `status` is null while nothing came back."""

    id: int
    at: datetime
    account_sid: str
    method: str
    url: str
    parameters: Parameters
    signature: str
    attempt: int
    fallback: bool
    json: str | None = None
    """The body of a webhook that is no form."""
    status: int | None = None
    body: str | None = None
    error: str | None = None
    duration_ms: float | None = None


class JsonBody(msgspec.Struct, frozen=True):
    """A webhook that is no form. `hashed` is what bodySHA256 is made of: the body itself, unless
    a check is to be tested with something else, or with none."""

    body: bytes
    hashed: bytes | None


class Answer(msgspec.Struct, frozen=True):
    url: str
    content_type: str
    body: bytes


class WebhookFailed(Exception):
    """A webhook gave no usable answer."""

    def __init__(self, code: int, url: str, why: str) -> None:
        super().__init__(f"{code}: {url}: {why}")
        self.code, self.url, self.why = code, url, why


class Webhooks:
    def __init__(self, background: Background, clock: Clock) -> None:
        self._clock = clock
        self.log: deque[Delivery] = deque(maxlen=KEPT_DELIVERIES)
        self._session: aiohttp.ClientSession
        self._background = background
        self._last_in_line: dict[Hashable, asyncio.Task[None]] = {}
        self._count = 0

    async def open(self) -> None:
        # No limit of connections: one slow receiver must never hold up another's webhooks.
        connector = aiohttp.TCPConnector(limit=0)
        self._session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": "TwilioProxy/1.1 (local carrier)"},
        )

    async def close(self) -> None:
        await self._session.close()

    async def request(
        self,
        account: Account,
        url: str,
        parameters: Parameters,
        *,
        method: str = "POST",
        fallback: bool = False,
        cookies: dict[str, str] | None = None,
        json: JsonBody | None = None,
    ) -> Answer:
        """Asks a customer what to do next. Follows redirects; raises `WebhookFailed`.

        `cookies` are sent, and changed as the answers say.
        """
        kept = {} if cookies is None else cookies
        for _ in range(MOST_REDIRECTS + 1):
            _check_address(url)
            with self._clock.work():
                answer, moved_to, status = await self._with_retries(
                    account, url, parameters, kept, json, method=method, fallback=fallback
                )
            if moved_to is None:
                return msgspec.structs.replace(answer, url=url)
            url = urljoin(url, moved_to)
            if status in (301, 302, 303):
                method, json = "GET", None
        raise WebhookFailed(11215, url, "too many redirects")

    def notify(
        self,
        line: Hashable,
        account: Account,
        url: str,
        parameters: Parameters,
        *,
        method: str = "POST",
    ) -> None:
        """Tells a customer what happened, after whatever the same line was told before."""
        previous = self._last_in_line.get(line)

        async def deliver() -> None:
            if previous is not None:
                await asyncio.wait([previous])
            try:
                await self.request(account, url, parameters, method=method)
            except WebhookFailed:
                pass  # lost, as with Twilio; the log has every attempt
            finally:
                if self._last_in_line.get(line) is asyncio.current_task():
                    del self._last_in_line[line]

        self._last_in_line[line] = self._background.start(deliver())

    async def _with_retries(
        self,
        account: Account,
        url: str,
        parameters: Parameters,
        cookies: dict[str, str],
        json: JsonBody | None,
        *,
        method: str,
        fallback: bool,
    ) -> tuple[Answer, str | None, int]:
        overrides = overrides_in(url)
        deadline = time.monotonic() + overrides.total_seconds
        token = str(uuid.uuid4())
        attempt = 0
        while True:
            attempt += 1
            sent, body = _as_sent(url, parameters, method, json)
            delivery = self._written_down(
                account, sent, parameters, json, method, attempt, fallback
            )
            try:
                return await self._attempt(delivery, body, cookies, overrides, deadline, token)
            except _AttemptFailed as failure:
                tried_enough = attempt > overrides.retries or time.monotonic() >= deadline
                if tried_enough or failure.kind not in overrides.retry_on:
                    raise WebhookFailed(failure.code, url, failure.why) from failure

    async def _attempt(
        self,
        delivery: Delivery,
        content: bytes | None,
        cookies: dict[str, str],
        overrides: Overrides,
        deadline: float,
        token: str,
    ) -> tuple[Answer, str | None, int]:
        headers = {
            "X-Twilio-Signature": delivery.signature,
            "I-Twilio-Idempotency-Token": token,
            "Accept": "*/*",
        }
        if content is not None:
            headers["Content-Type"] = FORM if delivery.json is None else JSON
        began = time.monotonic()
        limits = aiohttp.ClientTimeout(
            total=max(0.05, deadline - began),
            sock_connect=overrides.connect_seconds,
            sock_read=overrides.read_seconds,
        )
        try:
            async with self._session.request(
                delivery.method,
                URL(delivery.url, encoded=True),  # exactly the characters that were signed
                data=content,
                headers=headers,
                cookies=cookies,
                timeout=limits,
                allow_redirects=False,
            ) as response:
                body = await response.read()
                cookies.update((name, each.value) for name, each in response.cookies.items())
                delivery.status = response.status
                content_type = response.content_type
                if content_type.startswith(("text/", "application/")):
                    delivery.body = body.decode(errors="replace")[:KEPT_BODY_CHARACTERS]
                else:
                    delivery.body = f"<{len(body)} bytes of {content_type}>"
                moved_to = response.headers.get("Location")
        except (aiohttp.ServerTimeoutError, TimeoutError) as error:
            connecting = isinstance(error, aiohttp.ConnectionTimeoutError)
            kind = "ct" if connecting else "rt"
            raise _AttemptFailed(kind, 11205 if connecting else 11200, "timed out") from error
        except aiohttp.ClientConnectorError as error:
            raise _AttemptFailed("ct", 11205, f"no connection: {error.strerror}") from error
        except (aiohttp.ClientError, ValueError) as error:
            # Half an answer is never asked for again: the receiver may have acted on it.
            raise _AttemptFailed("broken", 11200, f"no answer: {error!r}") from error
        finally:
            delivery.duration_ms = round((time.monotonic() - began) * 1000, 1)
            delivery.error = None if delivery.status else "no answer"
        if response.status >= 400:
            kind = "4xx" if response.status < 500 else "5xx"
            raise _AttemptFailed(kind, 11200, f"HTTP status {response.status}")
        moved = moved_to if 300 <= response.status < 400 else None
        answered_from = delivery.url
        return Answer(answered_from, content_type, body), moved, response.status

    def _written_down(
        self,
        account: Account,
        url: str,
        parameters: Parameters,
        json: JsonBody | None,
        method: str,
        attempt: int,
        fallback: bool,
    ) -> Delivery:
        signed_fields = parameters.items() if method == "POST" else ()
        keeps_port = "MessageSid" in parameters
        self._count += 1
        delivery = Delivery(
            id=self._count,
            at=self._clock.now(),
            account_sid=account.sid,
            method=method,
            url=url,
            parameters=parameters,
            signature=signature(account.auth_token, url, signed_fields, keeps_port=keeps_port),
            attempt=attempt,
            fallback=fallback,
            json=json.body.decode() if json is not None else None,
        )
        self.log.append(delivery)
        return delivery


class _AttemptFailed(Exception):
    def __init__(self, kind: str, code: int, why: str) -> None:
        super().__init__(why)
        self.kind, self.code, self.why = kind, code, why


def _check_address(url: str) -> None:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise WebhookFailed(11100, url, "not an http address")


def _as_sent(
    url: str, parameters: Parameters, method: str, json: JsonBody | None
) -> tuple[str, bytes | None]:
    """The URL that goes over the wire, without its fragment, and the body. A GET carries its
    fields in the URL, and a JSON body its hash."""
    parts = urlsplit(url)._replace(fragment="")
    if json is not None:
        whole = urlunsplit(parts)
        return with_body_hash(whole, json.hashed) if json.hashed is not None else whole, json.body
    if method == "POST":
        return urlunsplit(parts), urlencode(parameters).encode()
    query = "&".join(filter(None, [parts.query, urlencode(parameters)]))
    return urlunsplit(parts._replace(query=query)), None
