"""Texts in the lab: what telephones outside text to our numbers, and everything that is texted.

How a telephone takes texts is said at `/lab/handsets/{number}` (`texts`), or by its magic number:
+15005550020 is slow, 21 unreachable (30003), 22 blocked (30004), 23 unknown (30005), 24 a landline
(30006), 25 filtered (30007), 26 fails (30008), 27 sends no receipt; all others get them.
"""

import base64
import re
from datetime import datetime

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from backend.local_carrier.exchange import Exchange
from backend.local_carrier.lab.problems import LabProblem
from backend.local_carrier.messages import (
    LARGEST_MEDIA_BYTES,
    LONGEST_BODY,
    MOST_MEDIA,
    Message,
    Note,
    Reached,
)
from backend.local_carrier.numbering import e164
from backend.local_carrier.texting import NobodyThere

Lab = NamedDependency[Exchange]
REFUSALS = {"no-such-number": 404}
CONTENT_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+", re.ASCII)


class NewMedia(msgspec.Struct, forbid_unknown_fields=True):
    content_type: str
    data: str
    """In base64."""


class NewMessage(msgspec.Struct, rename={"sender": "from"}, forbid_unknown_fields=True):
    sender: str
    to: str
    body: str = ""
    media: list[NewMedia] = []


class MediaView(msgspec.Struct):
    sid: str
    content_type: str
    size: int
    url: str
    """Of the picture itself, at the lab."""


class MessageView(msgspec.Struct, rename={"sender": "from"}):
    sid: str
    change: int
    """Counted over all changes of all messages: the last that this one has seen."""
    account_sid: str
    direction: str
    sender: str
    to: str
    body: str
    status: str
    error_code: int | None
    num_segments: int
    media: list[MediaView]
    created_at: datetime
    statuses: list[Reached]
    log: list[Note]


class MessagesApi(Controller):
    path = "/lab"

    @get("/messages", summary="All texts, both ways; those that changed after `since`")
    async def messages(
        self, exchange: Lab, since: FromQuery[int] = 0, account_sid: FromQuery[str] = ""
    ) -> list[MessageView]:
        return [
            _view(message)
            for message in exchange.messages.changed_since(since)
            if account_sid in ("", message.account.sid)
        ]

    @post("/messages", summary="A telephone outside texts one of our numbers")
    async def text(self, exchange: Lab, data: JSONBody[NewMessage]) -> MessageView:
        sender = e164(data.sender)
        if sender is None:
            raise LabProblem(400, "not-a-number", f"{data.sender} is not like +15550100001.")
        if not data.body and not data.media:
            raise LabProblem(400, "nothing-to-say", "A text needs a body or media.")
        if len(data.body) > LONGEST_BODY or len(data.media) > MOST_MEDIA:
            limits = f"{LONGEST_BODY} characters and {MOST_MEDIA} media"
            raise LabProblem(400, "too-long", f"A text has at most {limits}.")
        media = [(each.content_type, _decoded(each)) for each in data.media]
        try:
            return _view(exchange.texting.receive(sender, data.to, data.body, media))
        except NobodyThere as refusal:
            status = REFUSALS.get(refusal.code, 409)
            raise LabProblem(status, refusal.code, refusal.detail) from refusal

    @get("/messages/{sid:str}/media/{media_sid:str}", summary="A picture that was texted")
    async def media(
        self, exchange: Lab, sid: FromPath[str], media_sid: FromPath[str]
    ) -> Response[bytes]:
        message = exchange.messages.find(sid)
        for media in message.media if message is not None else ():
            if media.sid == media_sid:
                # Whatever it claims to be, no browser may take it for a page of the lab's.
                headers = {
                    "X-Content-Type-Options": "nosniff",
                    "Content-Security-Policy": "sandbox",
                }
                return Response(media.content, media_type=media.content_type, headers=headers)
        raise LabProblem(404, "no-such-media", f"There is no media {media_sid}.")


def _decoded(media: NewMedia) -> bytes:
    if not CONTENT_TYPE.fullmatch(media.content_type):
        raise LabProblem(400, "not-a-type", f"{media.content_type} is not like image/png.")
    try:
        content = base64.b64decode(media.data, validate=True)
    except ValueError as error:
        raise LabProblem(400, "not-base64", f"The media is not base64: {error}.") from error
    if len(content) > LARGEST_MEDIA_BYTES:
        raise LabProblem(400, "too-large", f"Media has at most {LARGEST_MEDIA_BYTES} bytes.")
    return content


def _view(message: Message) -> MessageView:
    return MessageView(
        sid=message.sid,
        change=message.change,
        account_sid=message.account.sid,
        direction=message.direction,
        sender=message.sender,
        to=message.to,
        body=message.body,
        status=str(message.status),
        error_code=message.error_code,
        num_segments=message.segments,
        media=[
            MediaView(
                each.sid,
                each.content_type,
                len(each.content),
                f"/lab/messages/{message.sid}/media/{each.sid}",
            )
            for each in message.media
        ],
        created_at=message.created_at,
        statuses=message.reached,
        log=list(message.log),
    )
