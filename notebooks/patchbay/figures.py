"""What a notebook may ask of Patchbay, and what comes back."""

import json
import os
from collections.abc import Sequence
from datetime import date
from http.client import HTTPResponse
from typing import Any, Literal, cast
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import HTTPRedirectHandler, Request, build_opener
from uuid import UUID

import pyarrow as pa

As = Literal["pandas", "polars", "arrow"]
Day = date | str
"""A day of the company's calendar; as text `2026-11-30`."""
TIMEOUT_SECONDS = 600


class _NowhereElse(HTTPRedirectHandler):
    """A key is for one address: it is not carried to another one."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


_OPENER = build_opener(_NowhereElse)


class Refused(Exception):
    """Patchbay did not answer the question. `code` is stable, the text says what to do."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code


def connect(address: str | None = None, token: str | None = None) -> "Figures":
    """The figures of the company whose key this is; without arguments, those of the environment:
    PATCHBAY_URL (http://localhost:8080 if it is not set) and PATCHBAY_TOKEN.

    Raises `Refused` at once if the key opens nothing.
    """
    address = address or os.environ.get("PATCHBAY_URL") or "http://localhost:8080"
    token = token or os.environ.get("PATCHBAY_TOKEN")
    if not token:
        raise Refused("no-key", "Set PATCHBAY_TOKEN to a key, or hand one in as `token`.")
    return Figures(address, token)


class Figures:
    """One company's figures. Frames are pandas unless `as_` says "polars" or "arrow".

    Times are UTC; `slot` is the start on the company's wall clock. Spans of time are in seconds,
    shares between 0 and 1; what has no meaning is empty, never 0.
    """

    def __init__(self, address: str, token: str) -> None:
        self._address, self._token = address.rstrip("/"), token
        catalogue = json.loads(self._ask("measures"))
        self.time_zone: str = catalogue["time_zone"]
        self.answer_within_seconds: int = catalogue["answer_within_seconds"]
        self.short_abandon_seconds: int = catalogue["short_abandon_seconds"]
        self.formulas: dict[str, str] = {
            each["name"]: each["formula"] for each in catalogue["measures"]
        }
        """How each measure is counted, with the company's own thresholds."""
        self.forecast_formulas: dict[str, str] = catalogue["forecast"]
        self.repeat_formulas: dict[str, str] = {
            each["name"]: each["formula"] for each in catalogue["repeats"]
        }

    def __repr__(self) -> str:
        return f"<Figures of {self._address}, days of {self.time_zone}>"

    def intervals(
        self,
        first: Day | None = None,
        last: Day | None = None,
        *,
        size: Literal["15min", "30min", "hour", "day", "whole"] = "day",
        by: Literal["nothing", "queue", "agent"] = "nothing",
        queue: str | Sequence[str] = (),
        as_: As = "pandas",
    ) -> Any:
        """Every measure for each slot of those days, both included; without days, of today."""
        asked = {"first": first, "last": last, "size": size, "by": by, "queue": _listed(queue)}
        return self._frame("intervals", asked, as_)

    def agents(
        self,
        first: Day | None = None,
        last: Day | None = None,
        *,
        queue: str | Sequence[str] = (),
        as_: As = "pandas",
    ) -> Any:
        """Every measure for each agent over all of those days."""
        return self.intervals(first, last, size="whole", by="agent", queue=queue, as_=as_)

    def agent_time(
        self,
        first: Day | None = None,
        last: Day | None = None,
        *,
        size: Literal["15min", "30min", "hour", "day", "whole"] = "day",
        as_: As = "pandas",
    ) -> Any:
        """What each agent did with their time in each slot, split where it ends, in seconds; and
        their occupancy."""
        return self._frame("agents", {"first": first, "last": last, "size": size}, as_)

    def traffic(
        self,
        first: Day | None = None,
        last: Day | None = None,
        *,
        size: Literal["15min", "30min", "hour", "day", "whole"] = "hour",
        as_: As = "pandas",
    ) -> Any:
        """How many calls agents were in at once in each slot, at most, and in Erlangs."""
        return self._frame("traffic", {"first": first, "last": last, "size": size}, as_)

    def forecast(
        self,
        day: Day | None = None,
        *,
        size: Literal["15min", "30min", "hour"] = "30min",
        target: float = 0.8,
        queue: str | Sequence[str] = (),
        as_: As = "pandas",
    ) -> Any:
        """How many callers to expect in each slot of today or a day to come, nine times of ten
        between `low` and `high`, and the fewest agents with whom `target` of them are answered in
        time. `wape` is how wrong this was in the past; less than `wape_floor` nobody can be."""
        asked = {"day": day, "size": size, "target": target, "queue": _listed(queue)}
        return self._frame("forecast", asked, as_)

    def repeats(
        self,
        first: Day | None = None,
        last: Day | None = None,
        *,
        size: Literal["15min", "30min", "hour", "day", "whole"] = "whole",
        within_days: int = 7,
        queue: str | Sequence[str] = (),
        as_: As = "pandas",
    ) -> Any:
        """How many callers called again, redialled after giving up, were lost, or did not need to
        call again within so many days (empty until these are over). Callers are counted once in
        each slot, so slots do not add up."""
        asked = {"first": first, "last": last, "size": size, "within_days": within_days}
        return self._frame("repeats", asked | {"queue": _listed(queue)}, as_)

    def waits(
        self,
        first: Day | None = None,
        last: Day | None = None,
        *,
        queue: str | Sequence[str] = (),
        as_: As = "pandas",
    ) -> Any:
        """How many callers waited how long, second by second, over all of those days."""
        return self._frame("waits", {"first": first, "last": last, "queue": _listed(queue)}, as_)

    def now(self) -> dict[str, Any]:
        """The company as it is: its calls, its agents, and today's figures, as the wallboard has
        them."""
        return json.loads(self._ask("now"))

    def calls(
        self,
        first: Day | None = None,
        last: Day | None = None,
        *,
        queue: str | Sequence[str] = (),
        outcome: str | Sequence[str] = (),
        as_: As = "pandas",
    ) -> Any:
        """One row for each caller who came into a queue on those days, the earliest first."""
        asked = {"first": first, "last": last, "queue": _listed(queue)}
        return self._frame("calls", asked | {"outcome": _listed(outcome)}, as_)

    def events(self, call: UUID | str, *, as_: As = "pandas") -> Any:
        """What happened in a call, in the order in which it was learnt."""
        return self._frame(f"calls/{UUID(str(call))}/events", {}, as_)

    def stretches(self, call: UUID | str, *, as_: As = "pandas") -> Any:
        """How long the caller waited, and what each agent did in that call, from when to when."""
        return self._frame(f"calls/{UUID(str(call))}/stretches", {}, as_)

    def _frame(self, path: str, asked: dict[str, Any], as_: As) -> Any:
        if as_ not in ("pandas", "polars", "arrow"):
            raise ValueError(f'as_ is "pandas", "polars" or "arrow", not {as_!r}')
        table = pa.ipc.open_stream(self._ask(path, asked | {"format": "arrow"})).read_all()
        if as_ == "arrow":
            return table
        if as_ == "polars":
            import polars

            return polars.from_arrow(table)
        return table.to_pandas()

    def _ask(self, path: str, asked: dict[str, Any] | None = None) -> bytes:
        told = {name: value for name, value in (asked or {}).items() if value not in (None, [])}
        url = f"{self._address}/api/reports/{path}?{urlencode(told, doseq=True)}"
        if not url.startswith(("http://", "https://")):
            raise Refused("no-address", f"{self._address} is no address of Patchbay.")
        request = Request(url, headers={"Authorization": f"Bearer {self._token}"})  # noqa: S310
        try:
            with cast("HTTPResponse", _OPENER.open(request, timeout=TIMEOUT_SECONDS)) as answer:
                return answer.read()
        except HTTPError as error:
            raise _refused(error) from None
        except URLError as error:
            told = f"{self._address} does not answer: {error.reason}. Is PATCHBAY_URL right?"
            raise Refused("no-answer", told) from None


def _refused(error: HTTPError) -> Refused:
    try:
        told = json.loads(error.read())
        return Refused(told["code"], told["detail"])
    except (ValueError, KeyError, TypeError):
        return Refused(f"http-{error.code}", f"Patchbay answered {error.code} {error.reason}.")


def _listed(one_or_more: str | Sequence[str]) -> list[str]:
    return [one_or_more] if isinstance(one_or_more, str) else list(one_or_more)
