"""The very views of the pages, in a notebook: without a server, their style brought along."""

from typing import Any

import msgspec
import panel as pn

from backend.reports.live_message import Live
from dashboards.board.component import DIST
from dashboards.statistics.live import Seen
from dashboards.statistics.look import FILES, stopped
from dashboards.statistics.now import glance
from dashboards.statistics.thresholds import Thresholds
from dashboards.statistics.wallboard import people_html, tiles_html


def wallboard(now: dict[str, Any], thresholds: Thresholds | None = None) -> pn.Column:
    """The wallboard of a company as it is; `now` as of `patchbay.Figures.now()`."""
    limits = thresholds or Thresholds()
    live = msgspec.convert(now, Live)
    looked = glance(live, live.at, limits)
    seen = Seen(live, live.at, is_stale=False)
    return pn.Column(
        html(stopped(tiles_html(seen, looked, limits))), html(stopped(people_html(seen, looked)))
    )


def html(text: str) -> pn.pane.HTML:
    """A pane of ours that needs no server for its style."""
    tokens = (DIST / "tokens.css").read_text(encoding="utf-8").partition(".board,")
    sheets = [tokens[1] + tokens[2], FILES.joinpath("statistics.css").read_text(encoding="utf-8")]
    return pn.pane.HTML(text, stylesheets=sheets, sizing_mode="stretch_width")
