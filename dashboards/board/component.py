"""The board as a Panel component: a prebuilt bundle and its settings. No call passes here."""

import json
from pathlib import Path
from typing import Any

import param
from panel.custom import JSComponent

DIST = Path(__file__).parent / "dist"
BUNDLE = "board.bundle.js"


def bundle_hash() -> str:
    """What the bundle is now, so that a browser never keeps an old one."""
    manifest = json.loads((DIST / "manifest.json").read_text(encoding="utf-8"))
    return str(manifest["outputs"][BUNDLE])[:12]


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
        return f"{address}?v={bundle_hash()}" if server else address
