"""Media: what came with a message. Without .json the address is the picture itself."""

from backend.local_carrier.messages import Media, Message
from backend.local_carrier.rest.asking import (
    PAGING,
    Asked,
    File,
    Json,
    Route,
    Told,
    dated,
    moment_filters,
    not_found,
    page,
)
from backend.local_carrier.rest.messages import found_message


def list_all(asked: Asked) -> Told:
    message = found_message(asked, "MessageSid")
    found = [
        _body(asked, message, media)
        for media in message.media
        if asked.query.has_moment("DateCreated", media.created_at)
    ]
    return page(asked, "media_list", f"Messages/{message.sid}/Media.json", found)


def fetch(asked: Asked) -> Told:
    return Told(_body(asked, *_found(asked)))


def content(asked: Asked) -> Told:
    _, media = _found(asked)
    return Told(File(media.content, media.content_type))


def delete(asked: Asked) -> Told:
    message, media = _found(asked)
    message.detach(media)
    return Told(None, 204)


def _found(asked: Asked) -> tuple[Message, Media]:
    message = found_message(asked, "MessageSid")
    for media in message.media:
        if media.sid == asked.names["Sid"]:
            return message, media
    raise not_found(asked.path)


def _body(asked: Asked, message: Message, media: Media) -> Json:
    return {
        "sid": media.sid,
        "account_sid": asked.account.sid,
        "parent_sid": message.sid,
        "content_type": media.content_type,
        "uri": f"{asked.uri('Messages', message.sid, 'Media', media.sid)}.json",
        **dated(media),
    }


COLLECTION = "Messages/{MessageSid}/Media"
ONE = f"{COLLECTION}/{{Sid}}"
ROUTES = (
    Route("GET", COLLECTION, list_all, (*moment_filters("DateCreated"), *PAGING)),
    Route("GET", ONE, fetch),
    Route("GET", ONE, content, json=False),
    Route("DELETE", ONE, delete),
)
