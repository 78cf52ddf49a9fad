"""A Bokeh page with nothing on it, the least that a Panel page can be.

`python -m benchmarks.floors.bare_page PORT` serves it.
"""

import sys

from bokeh.document import Document
from bokeh.server.server import Server


def nothing(_: Document) -> None:
    """The document stays empty."""


def main() -> None:
    port = int(sys.argv[1])
    server = Server({"/": nothing}, port=port, allow_websocket_origin=[f"127.0.0.1:{port}"])
    server.run_until_shutdown()


if __name__ == "__main__":
    main()
