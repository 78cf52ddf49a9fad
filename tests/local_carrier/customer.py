"""A customer of the carrier: answers webhooks as the test says, and keeps every one it got."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from litestar import HttpMethod, Litestar, Request, Response, route
from twilio.request_validator import RequestValidator


@dataclass(frozen=True)
class Got:
    method: str
    url: str
    path: str
    fields: dict[str, str]
    posted: dict[str, str]
    headers: dict[str, str]
    body: str

    def is_signed_with(self, auth_token: str) -> bool:
        """As Twilio's own validator sees it."""
        signature = self.headers["x-twilio-signature"]
        is_json = self.headers.get("content-type", "").startswith("application/json")
        signed = self.body if is_json else self.posted
        return RequestValidator(auth_token).validate(self.url, signed, signature)


@dataclass
class Reply:
    body: str | bytes = ""
    content_type: str = "text/xml"
    status: int = 200
    delay: float = 0
    headers: dict[str, str] = field(default_factory=dict)


Answering = Reply | Callable[[Got], Reply]


class Customer:
    def __init__(self) -> None:
        self.address = ""
        self.got: list[Got] = []
        self._replies: dict[str, Answering] = {}
        self.application = Litestar([self._handler()], openapi_config=None, logging_config=None)

    def forget(self) -> None:
        self.got, self._replies = [], {}

    def url(self, path: str) -> str:
        return f"{self.address}{path}"

    def answers(self, path: str, reply: Answering) -> str:
        self._replies[path] = reply
        return self.url(path)

    def twiml(self, path: str, verbs: str) -> str:
        return self.answers(path, Reply(f"<Response>{verbs}</Response>"))

    def at(self, path: str) -> list[Got]:
        return [got for got in self.got if got.path == path]

    def events(self, path: str) -> list[str]:
        return [got.fields["StatusCallbackEvent"] for got in self.at(path)]

    def _handler(self) -> Any:
        async def customer(request: Request[Any, Any, Any]) -> Response[str | bytes]:
            body = (await request.body()).decode()
            form = "" if body.startswith("{") else body
            posted = dict(parse_qsl(form, keep_blank_values=True))
            query = request.scope["query_string"].decode()
            path = request.scope["path"]
            url = f"{self.address}{path}" + (f"?{query}" if query else "")
            fields = dict(parse_qsl(query, keep_blank_values=True)) | posted
            got = Got(str(request.method), url, path, fields, posted, dict(request.headers), body)
            self.got.append(got)
            reply = self._replies.get(path, Reply(status=404))
            reply = reply(got) if callable(reply) else reply
            if reply.delay:
                await asyncio.sleep(reply.delay)
            return Response(
                reply.body,
                status_code=reply.status,
                media_type=reply.content_type,
                headers=reply.headers,
            )

        methods = [HttpMethod.GET, HttpMethod.POST]
        return route(["/", "/{path:path}"], http_method=methods, status_code=200)(customer)
