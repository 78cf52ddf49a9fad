"""The page of the board and the server that hands it out: one bare document, nothing else."""

import secrets
from urllib.parse import urlsplit

import panel as pn
from bokeh.server.server import Server
from jinja2 import Template
from panel.io.server import get_server

from dashboards.board.component import CallBoard
from dashboards.entrance import OUR_HEADERS, BackendKnows, serve_only_ours

TWILIO = "wss://*.twilio.com https://*.twilio.com"
PREFIX, PAGE = "/panel", "/board"
TITLE = "Patchbay"
LARGEST_MESSAGE = 1024 * 1024
"""The page has nothing to say to this server; whatever is larger is a mistake."""

TOKEN_LIFE_SECONDS = 120
"""How long after the page its websocket may open: a slow line, not a page kept for later."""

# Panel's own template names its icons and styles; this one has what the board needs.
DOCUMENT = Template(
    """{% from macros import embed %}<!DOCTYPE html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>{{ title | e }}</title>
    <link rel="icon" href="/assets/favicon.svg" type="image/svg+xml">
    <style>html, body { height: 100%; margin: 0 } body { background: #eff1f5 }
    @media (prefers-color-scheme: dark) { body { background: #0b0f15 } }</style>
    {{ bokeh_css }}
    {{ bokeh_js }}
  </head>
  <body>
    {% for doc in docs %}{% for root in doc.roots %}{{ embed(root) }}{% endfor %}{% endfor %}
    {{ plot_script }}
    <noscript>Patchbay needs JavaScript: calls ring and are spoken in this page.</noscript>
  </body>
</html>
"""
)


def board() -> CallBoard:
    """One visitor's document. The browser asks the backend for everything that is in it."""
    document = pn.state.curdoc
    if document is not None:
        document.template = DOCUMENT
    return CallBoard(sizing_mode="stretch_both")


def board_server(
    *, port: int, address: str, backend: str, public_origin: str, signalling: str = ""
) -> Server:
    """A server of the board's page under /panel/board, not yet started."""
    # A board that reconnected would be unmounted and drawn anew; it needs nothing from this server.
    pn.config.reconnect = False
    pn.config.notifications = False
    serve_only_ours()
    origin = urlsplit(public_origin)
    return get_server(
        {PAGE: board},
        port=port,
        address=address,
        prefix=PREFIX,
        title={PAGE: TITLE},
        websocket_origin=origin.netloc,
        auth_provider=BackendKnows(backend),
        # The page's token: signed, short-lived, and without the cookie or any header but ours.
        sign_sessions=True,
        secret_key=secrets.token_urlsafe(48),
        generate_session_ids=True,
        session_token_expiration=TOKEN_LIFE_SECONDS,
        include_cookies=[],
        include_headers=OUR_HEADERS,
        websocket_max_message_size=LARGEST_MESSAGE,
        use_index=False,
        ico_path="none",
        feed_hosts=_feed_hosts(origin.scheme, origin.netloc, signalling),
    )


def _feed_hosts(scheme: str, host: str, signalling: str) -> str:
    """Where the page's sockets may go: the feed's own host, and the voice's."""
    feed = f"{'wss' if scheme == 'https' else 'ws'}://{host}"
    voice = f"ws://{signalling} wss://{signalling}" if signalling else TWILIO
    return f"{feed} {voice}"
