"""How an account proves that it may show a number which is not its own: the carrier calls that
number, and whoever answers there presses the code that only the account was told.
"""

import secrets
from collections.abc import Callable
from typing import ClassVar
from xml.etree.ElementTree import fromstring

import msgspec

from backend.local_carrier.accounts import Account, Accounts, CallerId
from backend.local_carrier.calls import Calls
from backend.local_carrier.clock import Clock
from backend.local_carrier.handsets import Handsets, Step
from backend.local_carrier.keys import press_keys
from backend.local_carrier.legs import Callbacks, Leg, LegStatus
from backend.local_carrier.people import People
from backend.local_carrier.sids import new_sid
from backend.local_carrier.twiml.gather import Gather
from backend.local_carrier.twiml.say import Say
from backend.local_carrier.twiml.stage import IN_A_CALL, End, GoTo, Stage, Where
from backend.local_carrier.twiml.stage import Step as TwimlStep
from backend.local_carrier.webhooks.delivery import Webhooks
from backend.local_carrier.webhooks.parameters import call_parameters

TWILIO_CALLS_FROM = "+14157234000"
CODE_DIGITS = 6
TRIES = 3
RING_SECONDS = 60.0
TYPING_SECONDS = 2.0
ASKS_FOR_DIGITS = Gather.read(
    fromstring(  # noqa: S314  our own words
        f"""<Gather numDigits="{CODE_DIGITS}" timeout="10">
            <Say>Please enter your six digit verification code.</Say>
        </Gather>"""
    )
)
"""Its action is asked of nobody: what it would be told is looked at here."""
THANKS = Say("Thank you. Your phone number is verified.", "en-US", 1)


class Validation(msgspec.Struct, frozen=True, kw_only=True):
    """What the account asks for; `delay` is how many seconds the call waits."""

    account: Account
    number: str
    friendly_name: str
    delay: int = 0
    extension: str = ""
    status_callback: str = ""
    status_callback_method: str = "POST"


class CallerIds:
    """`outgoing(account, to=, caller=, callbacks=)` makes a leg that nobody has rung yet."""

    def __init__(
        self,
        accounts: Accounts,
        calls: Calls,
        people: People,
        handsets: Handsets,
        clock: Clock,
        webhooks: Webhooks,
        outgoing: Callable[..., Leg],
    ) -> None:
        self._accounts, self._calls, self._people = accounts, calls, people
        self._handsets, self._clock, self._webhooks = handsets, clock, webhooks
        self._outgoing = outgoing

    def validate(self, asked: Validation) -> tuple[Leg, str]:
        """The call that will ask for the code, and the code."""
        code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
        leg = self._outgoing(
            asked.account, to=asked.number, caller=TWILIO_CALLS_FROM, callbacks=Callbacks()
        )
        self._calls.remember(leg)
        leg.watchers.append(self._tells(asked))
        handset = self._handsets.at(asked.number)
        is_outside = self._accounts.owner_of(asked.number) is None
        if is_outside and handset.manner == "answers" and not handset.script:
            # Nobody has said what the person there does: they have the code, and type it. Nobody
            # types anything for a number of another account: its TwiML answers for itself.
            self._people.follow(leg, [Step(after=TYPING_SECONDS, press=code)], None)
        leg.begin_script(self._call(leg, asked, code))
        return leg, code

    async def _call(self, leg: Leg, asked: Validation, code: str) -> None:
        await self._clock.sleep(asked.delay)
        if not await self._calls.ring(leg, RING_SECONDS):
            return
        await press_keys(leg, asked.extension)
        self._calls.perform(leg, [AskForCode(code, lambda: self._verify(asked))])

    def _verify(self, asked: Validation) -> None:
        if asked.account.may_show(asked.number):
            return  # two calls asked at the same time, and both were answered
        now = self._clock.now()
        caller_id = CallerId(
            sid=new_sid("PN"),
            phone_number=asked.number,
            friendly_name=asked.friendly_name,
            created_at=now,
            updated_at=now,
        )
        asked.account.caller_ids[caller_id.sid] = caller_id
        self._accounts.save()

    def _tells(self, asked: Validation) -> Callable[[Leg, LegStatus], None]:
        def watch(leg: Leg, _: LegStatus) -> None:
            if leg.is_live or not asked.status_callback:
                return
            fields = call_parameters(leg) | _outcome(asked)
            self._webhooks.notify(
                leg.sid,
                leg.account,
                asked.status_callback,
                fields,
                method=asked.status_callback_method,
            )

        return watch


class AskForCode(msgspec.Struct, frozen=True):
    answers: ClassVar[bool] = True
    allowed: ClassVar[frozenset[Where]] = IN_A_CALL
    code: str
    verified: Callable[[], None]

    async def run(self, stage: Stage) -> TwimlStep:
        for _ in range(TRIES):
            entered = await ASKS_FOR_DIGITS.run(stage)
            if isinstance(entered, GoTo) and entered.parameters["Digits"] == self.code:
                self.verified()
                await THANKS.run(stage)
                break
        return End()


def _outcome(asked: Validation) -> dict[str, str]:
    for sid, caller_id in asked.account.caller_ids.items():
        if caller_id.phone_number == asked.number:
            return {"VerificationStatus": "success", "OutgoingCallerIdSid": sid}
    return {"VerificationStatus": "failed"}
