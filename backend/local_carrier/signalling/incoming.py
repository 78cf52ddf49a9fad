"""A call to a browser: what one registered tab is asked, and is told when it is over."""

from urllib.parse import urlencode

from backend.local_carrier.legs import Leg
from backend.local_carrier.registrations import BrowsersRung, Tab
from backend.local_carrier.signalling.browser_phone import BrowserPhone
from backend.local_carrier.webhooks.parameters import API_VERSION

VERIFIED, UNVERIFIED = "TN-Validation-Passed-A", "No-TN-Validation"


class Invited:
    """One tab that rings for one call; its phone holds the audio that it is offered.

    `ringing` holds all of them, as long as they do.
    """

    def __init__(
        self, leg: Leg, rung: BrowsersRung, tab: Tab, phone: BrowserPhone, ringing: list["Invited"]
    ) -> None:
        self.leg, self.rung, self.tab, self.phone = leg, rung, tab, phone
        self._ringing = ringing
        self._offer, self._is_sent = "", False
        ringing.append(self)

    async def prepare(self) -> None:
        self._offer = await self.phone.offer()

    async def send(self) -> None:
        self._is_sent = True
        invite: dict[str, object] = {
            "sdp": self._offer,
            "reconnect": self.phone.reconnect_token,
            "parameters": invite_parameters(self.leg),
        }
        await self.phone.tell("invite", invite)

    async def cancel(self) -> None:
        if self._is_sent:
            await self.phone.tell("cancel", {})
        await self.give_up()

    async def give_up_if_sent(self) -> None:
        """While the offer is still being made its audio must not be closed under it: whoever makes
        it then finds the tab gone, and cancels."""
        if self._is_sent:
            await self.give_up()

    async def give_up(self) -> None:
        """The tab does not ring any more, and knows it."""
        self.stop_ringing()
        await self.phone.close()

    def stop_ringing(self) -> None:
        if self in self._ringing:
            self._ringing.remove(self)


def invite_parameters(leg: Leg) -> dict[str, str]:
    """What the SDK shows as `call.parameters`; of `Params` it makes the custom parameters.

    A number is vouched for if it is the account's own: a stranger's call comes unsigned.
    """
    parameters = {
        "CallSid": leg.sid,
        "From": leg.caller,
        "To": leg.called,
        "AccountSid": leg.account.sid,
        "ApiVersion": API_VERSION,
    }
    if leg.caller.startswith("+"):
        parameters["StirStatus"] = VERIFIED if leg.account.may_show(leg.caller) else UNVERIFIED
    if leg.custom_parameters:
        parameters["Params"] = urlencode(leg.custom_parameters)
    return parameters
