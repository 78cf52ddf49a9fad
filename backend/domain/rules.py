"""A tenant's time limits and sizes, and the words it chose for its people."""

from datetime import timedelta
from decimal import Decimal

from msgspec import Struct


class Dialling(Struct, frozen=True):
    """What may be called, and how much of it. Everything that is not allowed is refused."""

    enabled: bool = True
    """The company's switch: off, nobody calls out."""
    country: str = "US"
    """Numbers are read as they are dialled in this country (ISO 3166)."""
    countries: tuple[str, ...] = ("US",)
    """Only numbers of these countries are called."""
    premium: bool = False
    concurrent: int = 20
    """So many legs outside may be open at once."""
    per_minute: int = 30
    per_agent: int = 6
    """... of them by one agent within a minute."""
    spend_a_day: Decimal = Decimal(50)
    """Once the last 24 hours are estimated to have cost this, nothing more is called."""
    price: Decimal = Decimal("0.10")
    """What a minute is estimated to cost, in the account's currency."""
    prices: dict[str, Decimal] = {}
    """... by country, where it is known better."""
    ring_seconds: int = 30
    longest_minutes: int = 120
    """The carrier ends a leg outside after this, so that a forgotten one cannot cost for ever."""
    placing_seconds: int = 10
    """If the carrier has not taken the wish within this, it is too late: nobody is rung then."""

    @property
    def placing(self) -> timedelta:
        return timedelta(seconds=self.placing_seconds)

    @property
    def ring(self) -> timedelta:
        """How long an unanswered leg can be open: the carrier rings a little longer than asked
        (twilio.com/docs/voice/api/conference-participant-resource, Timeout)."""
        return timedelta(seconds=self.placing_seconds + self.ring_seconds + 10)


class Rules(Struct, frozen=True):
    """How long each step may take, in seconds, and how large the lot is."""

    ring_seconds: int = 60
    """A caller whom nobody answers is told so after this."""
    join_seconds: int = 15
    """A claim whose browser does not arrive is void after this, and the call rings again."""
    rejoin_seconds: int = 20
    """An agent whose leg is gone (a reload, a lost network) keeps the call this long."""
    park_seconds: int = 90
    """A parked call rings its parker after this, one that was set aside everybody."""
    park_return_seconds: int = 20
    """... and everybody after this much more."""
    transfer_seconds: int = 20
    """A call that was handed to a colleague returns to whoever handed it over after this,
    and rings at everybody after as long again."""
    wrap_up_seconds: int = 20
    held_calls: int = 3
    """So many callers an agent may have set aside besides the call in hand; 0: none. Each rings at
    everybody after `park_seconds`."""
    missed_rings: int = 3
    """An agent at whom so many offers in a row rang unanswered is not reachable; 0 is never."""
    dispositions: tuple[str, ...] = (
        "Solved",
        "Call back",
        "Passed on",
        "Wrong number",
        "No action needed",
    )
    """How a call went, in the company's words; whoever handled it chooses one."""
    disposition_required: bool = False
    """Nobody finishes a wrap-up without one. (When its time is over, it ends all the same.)"""
    away_reasons: tuple[str, ...] = ("Break", "Lunch", "Training", "Meeting")
    slots: int = 8
    conference_size: int = 6
    """So many people may talk in one call: the caller, its agent, everybody asked in. Whoever
    monitors is not counted, or a refusal would tell of them. (Twilio's own limit is 250.)"""
    dialling: Dialling = Dialling()
    time_zone: str = "UTC"
    """Where the company's days begin and end (IANA), for every figure of a day or an hour."""
    answer_within_seconds: int = 20
    """Who is answered no later than this is answered in time: the T of the service level."""
    short_abandon_seconds: int = 5
    """Who hangs up before this had dialled wrongly, and is taken out of it."""
    monitoring_is_shown: bool = True
    """Whether agents see on their card who listens. Where not, no message tells them."""

    @property
    def ring(self) -> timedelta:
        return timedelta(seconds=self.ring_seconds)

    @property
    def join(self) -> timedelta:
        return timedelta(seconds=self.join_seconds)

    @property
    def rejoin(self) -> timedelta:
        return timedelta(seconds=self.rejoin_seconds)

    @property
    def park(self) -> timedelta:
        return timedelta(seconds=self.park_seconds)

    @property
    def park_return(self) -> timedelta:
        return timedelta(seconds=self.park_return_seconds)

    @property
    def transfer(self) -> timedelta:
        return timedelta(seconds=self.transfer_seconds)

    @property
    def wrap_up(self) -> timedelta:
        return timedelta(seconds=self.wrap_up_seconds)
