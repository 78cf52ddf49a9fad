"""The lab's page: three static files, read once, that ask nothing of any other host."""

from pathlib import Path

from litestar import Response, get

FILES = Path(__file__).parent / "files"


def _file(name: str, media_type: str) -> Response[bytes]:
    # No caching: a developer who updates the carrier must not look at yesterday's page.
    headers = {"Cache-Control": "no-cache"}
    return Response((FILES / name).read_bytes(), media_type=media_type, headers=headers)


@get("/", include_in_schema=False, sync_to_thread=True)
def lab_page() -> Response[bytes]:
    return _file("lab.html", "text/html")


@get("/lab.css", include_in_schema=False, sync_to_thread=True)
def lab_style() -> Response[bytes]:
    return _file("lab.css", "text/css")


@get("/lab.js", include_in_schema=False, sync_to_thread=True)
def lab_script() -> Response[bytes]:
    return _file("lab.js", "text/javascript")


PAGE = (lab_page, lab_style, lab_script)
