"""The board as Panel components: prebuilt bundles and their settings. No call passes here."""

import json
from pathlib import Path
from typing import Any

import param
from panel.custom import JSComponent

DIST = Path(__file__).parent / "dist"
BUNDLE, REPLAY_BUNDLE = "board.bundle.js", "replay.bundle.js"


def bundle_hash(bundle: str) -> str:
    """What the bundle is now, so that a browser never keeps an old one."""
    manifest = json.loads((DIST / "manifest.json").read_text(encoding="utf-8"))
    return str(manifest["outputs"][bundle])[:12]


class CallBoard(JSComponent):
    """The agents' board."""

    # No `_esm`: the bundle is what loads, always, and nothing is compiled at run time.
    _bundle = f"dist/{BUNDLE}"

    api_base = param.String(default="", doc="Where the backend's API is; empty: the page's origin.")
    asset_base = param.String(default="/assets", doc="Where the backend serves the fonts.")
    theme = param.Selector(default="auto", objects=["auto", "light", "dark"])

    @classmethod
    def _render_esm(cls, compiled: Any = True, server: bool = False) -> str:
        """Panel's address of the bundle has no hash, and browsers would keep an old one."""
        address = super()._render_esm(compiled, server)
        return f"{address}?v={bundle_hash(BUNDLE)}" if server else address


class BoardReplay(JSComponent):
    """The board of a past moment: told what to show, and at what time; it asks for nothing."""

    _bundle = f"dist/{REPLAY_BUNDLE}"

    snapshot = param.String(default="", doc="The whole board as JSON; empty before the first.")
    at = param.Number(default=0.0, doc="The time that is played, in milliseconds.")
    pace = param.Number(default=0.0, doc="So many seconds of it go by in one of ours.")
    time_zone = param.String(default="UTC", doc="By whose clock times of day are told (IANA).")
    company = param.String(default="")
    theme = param.Selector(default="light", objects=["light", "dark"])

    @classmethod
    def _render_esm(cls, compiled: Any = True, server: bool = False) -> str:
        """As the board's."""
        address = super()._render_esm(compiled, server)
        return f"{address}?v={bundle_hash(REPLAY_BUNDLE)}" if server else address
