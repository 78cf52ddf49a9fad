"""The frames of the wire: `{type, version, payload}`; only the fields that are read are named."""

import msgspec

VERSION = "1.6"
HEARTBEAT = "\n"


class Twilio(msgspec.Struct):
    params: str = ""


class Media(msgspec.Struct):
    audio: bool = False


class Payload(msgspec.Struct):
    token: str = ""
    callsid: str = ""
    sdp: str = ""
    reconnect: str = ""
    reconnect_seconds: float = msgspec.field(name="reconnectTimeout", default=0.0)
    dtmf: str = ""
    voiceeventsid: str = ""
    content: msgspec.Raw = msgspec.Raw(b"null")
    contenttype: str = "application/json"
    messagetype: str = ""
    message: str | None = None
    twilio: Twilio = msgspec.field(default_factory=Twilio)
    media: Media = msgspec.field(default_factory=Media)


class Message(msgspec.Struct):
    type: str
    payload: Payload = msgspec.field(default_factory=Payload)


def read_message(text: str) -> Message:
    """Raises msgspec.MsgspecError for what is not one."""
    return msgspec.json.decode(text, type=Message)


def written(kind: str, payload: dict[str, object]) -> str:
    return msgspec.json.encode({"type": kind, "version": VERSION, "payload": payload}).decode()


def error_body(code: int, message: str) -> dict[str, object]:
    return {"error": {"code": code, "message": message}}
