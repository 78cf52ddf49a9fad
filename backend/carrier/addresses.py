"""Where the carrier finds us: one address per kind of webhook, each with its tenant in it.

The fragment overrides Twilio's time-outs and asks it to repeat what failed
(twilio.com/docs/usage/webhooks/webhooks-connection-overrides). It is not part of what is signed.
"""

from uuid import UUID

ASKED = "#ct=2000&rt=5000&rc=1&rp=ct,rt,5xx"
"""For requests whose answer is TwiML: somebody is listening."""
TOLD = "#ct=2000&rt=5000&rc=3&rp=ct,rt,5xx"
"""For callbacks that only tell."""


class Addresses:
    """The webhook addresses of one tenant."""

    def __init__(self, public_url: str, tenant: UUID) -> None:
        self._public_url = public_url.rstrip("/")
        self._root = f"{self._public_url}/twilio/{tenant}"

    @property
    def voice(self) -> str:
        """What a number asks when it is called."""
        return f"{self._root}/voice{ASKED}"

    @property
    def voice_fallback(self) -> str:
        """What a number asks when `voice` failed; answered in the same way."""
        return f"{self._root}/voice-fallback{ASKED}"

    @property
    def caller_status(self) -> str:
        """Told when a caller's leg has ended."""
        return f"{self._root}/caller-status{TOLD}"

    @property
    def agent(self) -> str:
        """What the TwiML App asks when an agent's browser connects."""
        return f"{self._root}/agent{ASKED}"

    def agent_again(self, call_id: UUID, leg: str) -> str:
        """The same question once more: a redirect does not repeat what the browser sent."""
        return f"{self._root}/agent?call_id={call_id}&leg={leg}{ASKED}"

    @property
    def agent_fallback(self) -> str:
        return f"{self._root}/agent-fallback{ASKED}"

    @property
    def ringing(self) -> str:
        """What a caller hears while nobody has answered."""
        return f"{self._root}/ringing"

    @property
    def hold_music(self) -> str:
        return f"{self._root}/hold-music"

    def conference(self, call_id: UUID) -> str:
        """Told what happens in a call's conference."""
        return f"{self._root}/calls/{call_id}/conference{TOLD}"

    def outbound(self, call_id: UUID, outbound: UUID) -> str:
        """Told how far a leg to a number outside has come."""
        return f"{self._root}/calls/{call_id}/outbound/{outbound}{TOLD}"

    def dial_ended(self, call_id: UUID) -> str:
        """Asked what to do with a caller whose conference is over."""
        return f"{self._root}/calls/{call_id}/dial-ended{ASKED}"

    def sound(self, name: str) -> str:
        """One of our own recordings."""
        return f"{self._public_url}/sounds/{name}.wav"
