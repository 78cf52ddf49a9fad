"""Fetches the audio that TwiML names, and decodes each different file only once."""

import hashlib

from backend.local_carrier.accounts import Account
from backend.local_carrier.audio.clips import Clip
from backend.local_carrier.audio.wav import NotAWav, read_wav
from backend.local_carrier.webhooks.delivery import Webhooks

KEPT_CLIPS = 200


class NoSound(Exception):
    """What the URL gave cannot be played."""


class Sounds:
    def __init__(self, webhooks: Webhooks) -> None:
        self._webhooks = webhooks
        self._decoded: dict[bytes, Clip] = {}

    async def at(self, account: Account, url: str) -> Clip:
        if not url.startswith(("http://", "https://")):
            raise NoSound(f"{url} is not an http address")
        answer = await self._webhooks.request(account, url, {}, method="GET")
        return self.decoded(answer.body)

    def decoded(self, wav: bytes) -> Clip:
        name = hashlib.sha256(wav).digest()
        if name not in self._decoded:
            if len(self._decoded) >= KEPT_CLIPS:
                del self._decoded[next(iter(self._decoded))]
            try:
                self._decoded[name] = Clip(read_wav(wav))
            except NotAWav as error:
                raise NoSound(str(error)) from error
        return self._decoded[name]
