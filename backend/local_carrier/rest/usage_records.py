"""UsageRecord: how much of each category was used in a span of days.

The list itself, AllTime, Today, Yesterday, ThisMonth and LastMonth have one record for each
category; Daily, Monthly and Yearly one for each category and day, month or year, the newest first.
"""

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta
from urllib.parse import urlencode

from backend.local_carrier.rest.asking import PAGING, Asked, Json, Refused, Route, Told, page
from backend.local_carrier.usage import CATEGORIES, Category, Use, used, uses
from backend.local_carrier.webhooks.parameters import API_VERSION

RESOURCE = "Usage/Records"
FILTERS = ("Category", "StartDate", "EndDate", "IncludeSubaccounts", *PAGING)
Span = tuple[date, date]
"""The first day and the last."""
Cut = Callable[[Span], list[Span]]
"""Which parts of an account's life (up to today) a list is about."""


def of(name: str, cut: Cut) -> Route:
    """The list of that name."""
    resource = f"{RESOURCE}/{name}" if name else RESOURCE

    def list_all(asked: Asked) -> Told:
        every, wanted = _uses(asked), asked.query.text("Category")
        found = [
            _body(asked, category, span, every)
            for span in _within(asked, cut(_life(asked)))
            for category in CATEGORIES.values()
            if wanted in ("", category.name)
        ]
        return page(asked, "usage_records", f"{resource}.json", found)

    return Route("GET", resource, list_all, FILTERS)


def _uses(asked: Asked) -> list[Use]:
    """Those of the account's subaccounts too, unless they are not wanted."""
    exchange = asked.exchange
    accounts = [asked.account]
    if asked.query.flag("IncludeSubaccounts", default=True):
        accounts = exchange.accounts.opened_by(asked.account)
    return [
        use
        for account in accounts
        for use in uses(
            account,
            exchange.calls.of_account(account),
            exchange.messages.of_account(account),
            exchange.recordings.of_account(account),
        )
    ]


def _life(asked: Asked) -> Span:
    return asked.account.created_at.date(), asked.exchange.clock.now().date()


def _within(asked: Asked, spans: list[Span]) -> list[Span]:
    """What StartDate and EndDate leave of them."""
    start = _day(asked, "StartDate") or date.min
    end = _day(asked, "EndDate") or date.max
    cut = [(max(first, start), min(last, end)) for first, last in spans]
    return [(first, last) for first, last in cut if first <= last]


def _day(asked: Asked, name: str) -> date | None:
    """A date, or so many days from today: "-30days"."""
    given = asked.query.text(name)
    if not given:
        return None
    days_from_now = re.fullmatch(r"([+-]\d{1,5})days?", given)
    if days_from_now is not None:
        return asked.exchange.clock.now().date() + timedelta(days=int(days_from_now[1]))
    try:
        return date.fromisoformat(given)
    except ValueError as error:
        raise Refused(400, 20001, f"{name} is not a date: {given}") from error


def _body(asked: Asked, category: Category, span: Span, every: list[Use]) -> Json:
    first, last = (day.isoformat() for day in span)
    total = used(every, category, *span)
    uri, of_category = asked.uri(RESOURCE), urlencode({"Category": category.name})
    period = urlencode({"StartDate": first, "EndDate": last})
    return {
        "account_sid": asked.account.sid,
        "api_version": API_VERSION,
        "as_of": asked.exchange.clock.now().isoformat(timespec="seconds"),
        "category": category.name,
        "description": category.description,
        "count": str(total.count) if category.counted_in else None,
        "count_unit": category.counted_in,
        "usage": str(total.amount),
        "usage_unit": category.measured_in,
        "price": None,
        "price_unit": "usd",
        "start_date": first,
        "end_date": last,
        "uri": f"{uri}.json?{of_category}&{period}",
        "subresource_uris": {
            _snake(name): f"{uri}/{name}.json?{of_category}" for name in CUTS if name
        },
    }


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


def _whole(life: Span) -> list[Span]:
    return [life]


def _today(life: Span) -> list[Span]:
    return [(life[1], life[1])]


def _yesterday(life: Span) -> list[Span]:
    day = life[1] - timedelta(days=1)
    return [(day, day)]


def _this_month(life: Span) -> list[Span]:
    return [(life[1].replace(day=1), life[1])]


def _last_month(life: Span) -> list[Span]:
    last = life[1].replace(day=1) - timedelta(days=1)
    return [(last.replace(day=1), last)]


def _daily(life: Span) -> list[Span]:
    days = (life[1] - timedelta(days=ago) for ago in range((life[1] - life[0]).days + 1))
    return [(day, day) for day in days]


def _monthly(life: Span) -> list[Span]:
    months = range(_month(life[1]), _month(life[0]) - 1, -1)
    return [_days_of(month, 1) for month in months]


def _yearly(life: Span) -> list[Span]:
    return [_days_of(year * 12, 12) for year in range(life[1].year, life[0].year - 1, -1)]


def _month(day: date) -> int:
    """The months' own number, so that they can be counted through."""
    return day.year * 12 + day.month - 1


def _days_of(month: int, how_many: int) -> Span:
    (year, at), (last_year, last_at) = divmod(month, 12), divmod(month + how_many - 1, 12)
    last_day = monthrange(last_year, last_at + 1)[1]
    return date(year, at + 1, 1), date(last_year, last_at + 1, last_day)


CUTS: dict[str, Cut] = {
    "": _whole,
    "AllTime": _whole,
    "Daily": _daily,
    "LastMonth": _last_month,
    "Monthly": _monthly,
    "ThisMonth": _this_month,
    "Today": _today,
    "Yearly": _yearly,
    "Yesterday": _yesterday,
}
ROUTES = tuple(of(name, cut) for name, cut in CUTS.items())
