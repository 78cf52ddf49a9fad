"""The lab's page: static files that ask nothing of any other host."""

from pathlib import Path

from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

FILES = Path(__file__).parent / "files"
KINDS = {".html": "text/html", ".css": "text/css", ".js": "text/javascript"}
NAMES = frozenset(path.name for path in FILES.iterdir() if path.suffix in KINDS)


def _file(name: str) -> Response[bytes]:
    path = FILES / name
    # No caching: a developer who updates the carrier must not look at yesterday's page.
    headers = {"Cache-Control": "no-cache"}
    return Response(path.read_bytes(), media_type=KINDS[path.suffix], headers=headers)


@get("/", include_in_schema=False, sync_to_thread=True)
def lab_page() -> Response[bytes]:
    return _file("lab.html")


@get("/page/{name:str}", include_in_schema=False, sync_to_thread=True)
def lab_file(name: FromPath[str]) -> Response[bytes]:
    if name not in NAMES:
        raise NotFoundException
    return _file(name)


PAGE = (lab_page, lab_file)
