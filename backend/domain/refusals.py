"""Why a wish of a person is refused. The docstring is the message; the code is stable."""


class Refusal(Exception):
    """The request was refused."""

    code = "refused"
    status = 409

    def __init__(self, detail: str | None = None) -> None:
        super().__init__(detail or self.__doc__ or self.code)

    @property
    def detail(self) -> str:
        return str(self)


class NoSuchCall(Refusal):
    """There is no such call in this company. Perhaps the link is from another one."""

    code = "no-such-call"
    status = 404


class NotAllowed(Refusal):
    """Your role in this company does not include this."""

    code = "not-allowed"
    status = 403


class CallTaken(Refusal):
    """A colleague has this call."""

    code = "call-taken"


class CallerLeftAlready(Refusal):
    """The caller has hung up; the call is over. You find it under recent calls."""

    code = "caller-left"


class NotRinging(Refusal):
    """This call is not ringing any more."""

    code = "not-ringing"


class NotParked(Refusal):
    """This call is not in the parking lot any more."""

    code = "not-parked"


class NotYourCall(Refusal):
    """You do not have this call, so you cannot do this with it."""

    code = "not-your-call"


class AlreadyOnACall(Refusal):
    """You are in a call. Park it, hang up or leave it first, then take this one."""

    code = "already-on-a-call"


class NotReachable(Refusal):
    """Your page is not connected, so no voice can reach you. Reload the page and try again."""

    code = "not-reachable"


class NotInTheCall(Refusal):
    """Your voice is not in the call yet. Wait until you are connected, then try again."""

    code = "not-in-the-call"


class ColleagueNotAvailable(Refusal):
    """That colleague cannot take a call now. Choose somebody who is available, or park the call."""

    code = "colleague-not-available"


class ConsultUnderway(Refusal):
    """You are consulting a colleague. Hand the call over, or let the colleague go first."""

    code = "consult-underway"


class NobodyConsulted(Refusal):
    """No colleague is in this call with you."""

    code = "nobody-consulted"


class BeingTransferred(Refusal):
    """This call is being handed to somebody else."""

    code = "being-transferred"


class NoSuchAgent(Refusal):
    """There is no such agent in this company."""

    code = "no-such-agent"
    status = 404


class NobodyToMonitor(Refusal):
    """No agent talks on this call now, so there is nobody to listen to."""

    code = "nobody-to-monitor"


class NotMonitoring(Refusal):
    """You do not listen to this call any more. Listen to it first, then choose who hears you."""

    code = "not-monitoring"


class UnseenInACall(Refusal):
    """You listen to a call whose agent is not told. Leave it first, then go available."""

    code = "unseen-in-a-call"


class HelpIsHere(Refusal):
    """A supervisor is in this call already. Speak to them."""

    code = "help-is-here"


class ReasonMissing(Refusal):
    """Say why in a few words; the agent will read it."""

    code = "reason-missing"
    status = 400


class SlotTaken(Refusal):
    """That parking slot already holds another caller. Choose another one."""

    code = "slot-taken"


class NoSuchSlot(Refusal):
    """The parking lot has no slot of that number."""

    code = "no-such-slot"
    status = 400


class LotFull(Refusal):
    """Every parking slot is taken. Pick a parked call up first, or keep this one."""

    code = "lot-full"
