"""What a listener is hearing, told beside the audio so that a test can ask who it was."""

import msgspec


class FromParticipant(msgspec.Struct, frozen=True, tag="participant", tag_field="kind"):
    sid: str
    label: str | None


class FromPlay(msgspec.Struct, frozen=True, tag="play", tag_field="kind", omit_defaults=True):
    url: str
    ringback: bool = False


class FromSay(msgspec.Struct, frozen=True, tag="say", tag_field="kind"):
    text: str


Source = FromParticipant | FromPlay | FromSay
