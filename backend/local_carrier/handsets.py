"""The telephones of the outside world: what happens at a number that no account here owns.

A number behaves as the lab says (`PUT /lab/handsets/{number}`), or as its magic number does, or
like most people: it rings for two seconds, then somebody answers.
"""

from typing import Annotated, Literal

import msgspec

from backend.local_carrier.keys import MOST_KEYS

Manner = Literal["answers", "busy", "rejects", "never", "fails", "by-hand", "fax", "machine"]
AnsweredBy = Literal["human", "fax", "machine_start"]
TextManner = Literal[
    "delivers",
    "slow",
    "no-receipt",
    "unreachable",
    "blocked",
    "unknown",
    "landline",
    "filtered",
    "fails",
]
"""What becomes of a text to that telephone: `texting.FATES` says with which status and code."""


Seconds = Annotated[float, msgspec.Meta(ge=0, le=86_400)]
Keys = Annotated[str, msgspec.Meta(pattern=r"^[0-9*#A-DwW]*$(?!\n)", max_length=MOST_KEYS)]
"""Of a telephone; w is a pause of half a second."""


class Step(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the person does next, so many seconds after the step before (or after the answer)."""

    after: Seconds = 0.0
    press: Keys = ""
    say: str = ""
    """Words for a <Gather> that listens to speech."""
    hang_up: bool = False


class VoiceChoice(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One of these: a steady tone in Hz, silence, a WAV file in base64 (it is repeated), or the
    session description of a browser that offers its microphone."""

    tone: float | None = None
    silence: bool = False
    wav: str | None = None
    microphone: str | None = None


class Handset(msgspec.Struct, frozen=True, kw_only=True):
    number: str
    manner: Manner = "answers"
    after: float = 2.0
    """Seconds that it rings before that happens."""
    voice: VoiceChoice = VoiceChoice(tone=523.0)
    script: tuple[Step, ...] = ()
    texts: TextManner = "delivers"

    @property
    def answered_by(self) -> AnsweredBy:
        match self.manner:
            case "fax":
                return "fax"
            case "machine":
                return "machine_start"
            case _:
                return "human"


FAX = VoiceChoice(tone=2100.0)
"""The tone with which a fax machine answers (ITU-T T.30, CED)."""
BEHIND_TWILIOS: dict[str, Handset] = {
    handset.number: handset
    for handset in (
        Handset(number="+15005550010", after=0.0),
        Handset(number="+15005550011", after=6.0),
        Handset(number="+15005550012", manner="busy", after=0.5),
        Handset(number="+15005550013", manner="never"),
        Handset(number="+15005550014", manner="fails", after=0.5),
        Handset(number="+15005550015", manner="rejects", after=1.0),
        Handset(number="+15005550016", manner="fax", after=1.0, voice=FAX),
        Handset(
            number="+15005550017",
            after=1.0,
            script=(Step(after=3.0, hang_up=True),),
        ),
        Handset(number="+15005550018", manner="by-hand"),
        Handset(number="+15005550019", manner="machine", after=3.0),
        Handset(number="+15005550020", texts="slow"),
        Handset(number="+15005550021", texts="unreachable"),
        Handset(number="+15005550022", texts="blocked"),
        Handset(number="+15005550023", texts="unknown"),
        Handset(number="+15005550024", texts="landline"),
        Handset(number="+15005550025", texts="filtered"),
        Handset(number="+15005550026", texts="fails"),
        Handset(number="+15005550027", texts="no-receipt"),
    )
}
"""500 555 is the exchange in which Twilio's own magic numbers lie; these go on behind them."""
IN_A_CITY = {
    number.replace("+150055500", "+121255501"): msgspec.structs.replace(
        handset, number=number.replace("+150055500", "+121255501")
    )
    for number, handset in BEHIND_TWILIOS.items()
}
"""The same again among numbers kept free for fiction: those of 500 are personal numbers, which
a product with a guard against toll fraud does not call."""
MAGIC = BEHIND_TWILIOS | IN_A_CITY

REFUSED: dict[str, tuple[int, str]] = {
    "+15005550001": (21217, "Phone number does not appear to be valid"),
    "+15005550002": (21214, "'To' phone number cannot be reached"),
    "+15005550003": (21215, "Account not authorized to call this number"),
    "+15005550004": (21216, "Account not allowed to call this number"),
}
"""Twilio's documented magic `To` numbers: creating a call to one is refused with this code
(twilio.com/docs/iam/test-credentials)."""

REFUSED_TEXTS: dict[str, tuple[int, str]] = {
    "+15005550001": (21211, "The 'To' number is not a valid phone number"),
    "+15005550002": (21612, "The 'To' phone number is not currently reachable via SMS"),
    "+15005550003": (21408, "Permission to send an SMS has not been enabled for the region"),
    "+15005550004": (21610, "Attempt to send to unsubscribed recipient"),
    "+15005550009": (21614, "'To' number is not a valid mobile number"),
}
"""The same for texts."""


class Handsets:
    def __init__(self) -> None:
        self._set: dict[str, Handset] = {}

    def all(self) -> list[Handset]:
        return [*self._set.values(), *(h for n, h in MAGIC.items() if n not in self._set)]

    def set(self, handset: Handset) -> None:
        self._set[handset.number] = handset

    def forget(self, number: str) -> bool:
        return self._set.pop(number, None) is not None

    def at(self, number: str) -> Handset:
        return self._set.get(number) or MAGIC.get(number) or Handset(number=number)
