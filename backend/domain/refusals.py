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
    """The call is over. You find it under recent calls."""

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
    """You are in a call. Put it on hold, park it, hang up or leave it first, then take this one."""

    code = "already-on-a-call"


class TooManyHeld(Refusal):
    """Your company does not let more callers wait on hold for one agent. Talk to one of them, or
    park or hand one over, first."""

    code = "too-many-held"


class CallIsYoursNow(Refusal):
    """The call has become yours. Leave the others talking, or end it, if you want to be out."""

    code = "call-is-yours-now"


class NotReachable(Refusal):
    """Your page is not connected, so no voice can reach you. Reload the page and try again."""

    code = "not-reachable"


class NotInTheCall(Refusal):
    """Your voice is not in the call yet. Wait until you are connected, then try again."""

    code = "not-in-the-call"


class NotAnsweredYet(Refusal):
    """Nobody has answered this call yet. Wait until somebody does, or hang up."""

    code = "not-answered-yet"


class ColleagueNotAvailable(Refusal):
    """That colleague cannot take a call now. Choose somebody who is available, or park the call."""

    code = "colleague-not-available"


class NoSuchTeam(Refusal):
    """There is no such team in this company. Reload the page to see those there are now."""

    code = "no-such-team"
    status = 404


class TeamNotAvailable(Refusal):
    """Nobody of that team can take a call now. Choose a colleague who is available or another
    team, or park the call."""

    code = "team-not-available"


class ConsultUnderway(Refusal):
    """You are consulting somebody. Hand the call over, or let them go first."""

    code = "consult-underway"


class ConferenceUnderway(Refusal):
    """Others whom you asked in talk with you and the caller, so nobody is put on hold, parked or
    handed on alone. Let them go first, or leave them talking."""

    code = "conference-underway"


class ConferenceFull(Refusal):
    """As many people are in this call as your company allows. Let one of them go, then add
    another."""

    code = "conference-full"


class AlreadyInTheCall(Refusal):
    """That number is in this call already."""

    code = "already-in-the-call"


class NobodyConsulted(Refusal):
    """Nobody whom you consult is in this call with you."""

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
    """Whoever listens to a call whose agent is not told is away until they leave it."""

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


class NotANumber(Refusal):
    """That is not a telephone number that can be called. Check the digits, and write a number
    abroad with + and its country code."""

    code = "not-a-number"
    status = 400


class CallingOutIsOff(Refusal):
    """Calling out is switched off for your company. Ask an owner of your company about it."""

    code = "calling-out-is-off"
    status = 403


class PremiumNumber(Refusal):
    """Premium-rate, satellite and other specially charged numbers are not called from here."""

    code = "premium-number"
    status = 403


class CountryNotAllowed(Refusal):
    """Your company does not call numbers of that country. An owner of your company can have it
    allowed."""

    code = "country-not-allowed"
    status = 403


class NoEmergencyCalls(Refusal):
    """Emergency calls cannot be made from here: none of your company's numbers has an address
    where help could be sent. Use a telephone, now."""

    code = "no-emergency-calls"
    status = 403


class NotYourNumber(Refusal):
    """That number is not one of your company's, so it cannot be shown to whom you call."""

    code = "not-your-number"
    status = 403


class NoNumberToCallFrom(Refusal):
    """Your company has no number to call from yet. Ask an owner of your company to connect one."""

    code = "no-number-to-call-from"


class TooManyOutboundCalls(Refusal):
    """Your company has as many calls to the outside under way as it may. Try again when one of
    them is over."""

    code = "too-many-outbound-calls"
    status = 429


class DiallingTooFast(Refusal):
    """That is one call to the outside too many within a minute. Wait a moment, then try again."""

    code = "dialling-too-fast"
    status = 429


class SpendLimitReached(Refusal):
    """Your company has reached its daily limit for calls to the outside. An owner of your company
    can have it raised."""

    code = "spend-limit-reached"
    status = 429


class NobodyNamed(Refusal):
    """Name one to hand the call to: a colleague, a team, or a number outside."""

    code = "nobody-named"


class NotHandledByYou(Refusal):
    """You have not had this call, so notes and disposition are for those who had it."""

    code = "not-handled-by-you"


class NoteTooLong(Refusal):
    """A note holds at most 4,000 characters. Shorten it; nothing was saved of it."""

    code = "note-too-long"
    status = 400


class NoSuchDisposition(Refusal):
    """Your company has no such disposition. Choose one of those that the board offers."""

    code = "no-such-disposition"
    status = 400


class DispositionMissing(Refusal):
    """Choose a disposition first: your company wants one for every call. The wrap-up goes on."""

    code = "disposition-missing"


class NoSuchReason(Refusal):
    """Your company has no such reason for being away. Choose one of those that the board offers,
    or none."""

    code = "no-such-reason"
    status = 400
