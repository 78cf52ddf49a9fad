"""A made-up past for the first demo company: some weeks of calls up to yesterday evening, so that
whoever looks at the product for the first time finds statistics in it.

Callers come as they do in offices: more on Mondays, few on Saturdays, in two waves a day. Who
waits, and for how long, follows from how many agents are there and how long they talk. A day is the
same whenever it is made up.
"""

import asyncio
import csv
from datetime import date, datetime, time, timedelta
from heapq import heappop, heappush
from io import StringIO
from math import log
from random import Random
from zoneinfo import ZoneInfo

from msgspec import Struct

from backend.clock import Clock, real_clock
from backend.demo import COMPANIES
from backend.measures.intervals import local_day
from backend.past_calls import Brought, bring_in
from backend.settings import Settings
from backend.store import history
from backend.store.company_rules import load_rules
from backend.store.people import Role
from backend.store.tenancy import Database

COMPANY = COMPANIES[0]
NAME = "a made-up past"
DAYS = 8 * 7
MARK = "demo-past"
"""A file in the data folder: whoever takes the past back does not find it again."""

CALLS_AN_HOUR = 9.0
"""For each agent, at a time like any other."""
BY_WEEKDAY = (1.18, 1.04, 1.0, 0.97, 0.9, 0.45, 0.0)
BY_HOUR = {
    8: 0.6,
    9: 1.0,
    10: 1.3,
    11: 1.2,
    12: 0.75,
    13: 0.8,
    14: 1.15,
    15: 1.1,
    16: 0.85,
    17: 0.6,
}
SATURDAY, SATURDAY_HOURS = 5, range(9, 13)
BY_DAY_SPREAD = 0.1
"""Of the logarithm of how much more or less a day is than others of its name."""

PATIENCE = 150.0
"""Seconds after which half of those who wait have given up, roughly."""
TRIES_AGAIN, TRIES_AGAIN_AFTER = 0.55, (60.0, 900.0)
"""Of those who gave up, how many, and after how many seconds."""
COMES_BACK, COMES_BACK_AFTER = 0.06, (1200.0, 10800.0)
"""... and of those who were helped, but not to the end."""
REACTION = (2.0, 9.0)
"""Seconds that it rings at an agent who is free."""
TALK, TALK_SPREAD, LONGEST_TALK = 150.0, 0.55, 1500.0
HOLDS, HOLD = 0.15, (20.0, 90.0)
WRAP_UP = (5.0, 20.0)
"""No longer than the demo's rules give."""
BREAK = timedelta(minutes=45)

REGULARS, IS_A_REGULAR, IS_WITHHELD = 1500, 0.7, 0.04
HEAD = (
    *("queue", "caller", "queue_entered_at", "outcome", "wait_seconds", "agent"),
    *("talk_seconds", "hold_seconds", "wrap_up_seconds", "ended_at"),
)


class Shift(Struct):
    """An agent's day: from when to when they are there, their break, and when they are free."""

    agent: str
    pace: float
    """How long they talk, as a share of what is usual."""
    rests_at: datetime
    free_at: datetime

    def takes(self, moment: datetime) -> datetime:
        """When they could take whoever has waited since that moment."""
        could = max(self.free_at, moment)
        return self.rests_at + BREAK if self.rests_at <= could < self.rests_at + BREAK else could


async def make_up_past(settings: Settings, clock: Clock = real_clock) -> Brought | None:
    """Give the company its past, by the way by which every file of past calls comes in. None if it
    was given one before, or if anything has ever happened in it: then it is left as it is."""
    mark = settings.data_folder / MARK
    if mark.exists():
        return None
    assert settings.database_url is not None  # noqa: S101  the supervisor has started it
    database = await Database.connect(settings.database_url, 1)
    try:
        async with database.work(COMPANY.tenant) as work:
            if not await history.is_untouched(work):
                return None
            zone = ZoneInfo((await load_rules(work)).time_zone)
        yesterday = local_day(clock(), zone) - timedelta(days=1)
        raw = await asyncio.to_thread(past_until, yesterday)
        brought = await bring_in(database, COMPANY.tenant, NAME, raw)
        mark.touch()
        return brought
    finally:
        await database.close()


def past_until(last: date) -> bytes:
    """The file of calls, as CSV. They come to the company's number, which is their queue as it is
    that of live calls."""
    agents = [name for name, role in COMPANY.people if role is Role.AGENT]
    written = StringIO()
    rows = csv.writer(written, lineterminator="\n")
    rows.writerow(HEAD)
    for before in reversed(range(DAYS)):
        rows.writerows(_calls_of(last - timedelta(days=before), agents))
    return written.getvalue().encode()


def _calls_of(day: date, agents: list[str]) -> list[list[str]]:
    """One day, caller by caller in the order in which they came: whoever cannot wait until an agent
    is free gives up."""
    dice = Random(f"{COMPANY.number} {day}")  # noqa: S311  nothing secret
    shifts = _shifts(day, agents, dice)
    coming = _arrivals(day, len(shifts), dice)
    rows: list[list[str]] = []
    while coming:
        entered, caller = heappop(coming)
        patience = dice.expovariate(log(2) / PATIENCE)
        shift = min(shifts, key=lambda one: (one.takes(entered), one.free_at))
        answered = shift.takes(entered) + timedelta(seconds=dice.uniform(*REACTION))
        wait = (answered - entered).total_seconds()
        if wait > patience:
            rows.append(_row(entered, caller, "abandoned", patience, "", ("", "", "")))
            again, after, since = TRIES_AGAIN, TRIES_AGAIN_AFTER, patience
        else:
            spans = _handled(shift, answered, dice)
            rows.append(_row(entered, caller, "answered", wait, shift.agent, spans))
            again, after, since = COMES_BACK, COMES_BACK_AFTER, wait
        later = entered + timedelta(seconds=since + dice.uniform(*after))
        if dice.random() < again and caller and later.hour in _hours(day):
            heappush(coming, (later, caller))
    return rows


def _hours(day: date) -> range:
    return SATURDAY_HOURS if day.weekday() == SATURDAY else range(min(BY_HOUR), max(BY_HOUR) + 1)


def _shifts(day: date, agents: list[str], dice: Random) -> list[Shift]:
    """Everybody is there all day, but for a break, each at another time; on Saturdays not all."""
    here = agents[:-1] if day.weekday() == SATURDAY else agents
    opens = datetime.combine(day, time(_hours(day)[0]))
    return [
        Shift(
            agent=agent,
            pace=0.9 + 0.1 * place,
            rests_at=opens + timedelta(hours=2 if day.weekday() == SATURDAY else 3.5 + place),
            free_at=opens + timedelta(seconds=dice.uniform(0, 60)),
        )
        for place, agent in enumerate(here)
    ]


def _arrivals(day: date, agents: int, dice: Random) -> list[tuple[datetime, str]]:
    """When callers come for the first time on that day, and who."""
    usual = CALLS_AN_HOUR * agents * BY_WEEKDAY[day.weekday()]
    usual *= dice.lognormvariate(0, BY_DAY_SPREAD)
    found: list[tuple[datetime, str]] = []
    if not usual:
        return found
    for hour in _hours(day):
        second, rate = 0.0, usual * BY_HOUR[hour] / 3600
        while (second := second + dice.expovariate(rate)) < 3600:
            moment = datetime.combine(day, time(hour)) + timedelta(seconds=round(second, 3))
            found.append((moment, _caller(dice)))
    return found


def _caller(dice: Random) -> str:
    """A number that is nobody's: area code 555."""
    kind = dice.random()
    if kind < IS_WITHHELD:
        return ""
    if kind < IS_WITHHELD + IS_A_REGULAR:
        return f"+1555{2_000_000 + int(REGULARS * dice.random() ** 1.5) * 617}"
    return f"+1555{dice.randrange(3_000_000, 10_000_000)}"


def _handled(shift: Shift, answered: datetime, dice: Random) -> tuple[str, str, str]:
    """The agent has the call now: seconds of talk, hold and wrap-up."""
    talk = min(LONGEST_TALK, dice.lognormvariate(log(TALK * shift.pace), TALK_SPREAD))
    hold = dice.uniform(*HOLD) if dice.random() < HOLDS else 0.0
    wrap_up = dice.uniform(*WRAP_UP)
    shift.free_at = answered + timedelta(seconds=talk + hold + wrap_up)
    return f"{talk:.3f}", f"{hold:.3f}", f"{wrap_up:.3f}"


def _row(
    entered: datetime,
    caller: str,
    outcome: str,
    wait: float,
    agent: str,
    spans: tuple[str, str, str],
) -> list[str]:
    over = wait + sum(float(span) for span in spans[:2] if span)
    ended = entered + timedelta(seconds=over)
    told = (entered.isoformat(" ", "milliseconds"), outcome, f"{wait:.3f}", agent)
    return [COMPANY.number, caller, *told, *spans, ended.isoformat(" ", "milliseconds")]
