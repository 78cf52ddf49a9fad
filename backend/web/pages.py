"""The pages and their files: the board as a static page, signing in, and the way to them."""

from pathlib import Path
from urllib.parse import urlsplit

from litestar import Response, Router, get
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import File, Redirect
from litestar.status_codes import HTTP_303_SEE_OTHER
from msgspec import Struct

from backend.clock import Clock
from backend.settings import Settings
from backend.store.people import TAKES_CALLS
from backend.store.tenancy import Database
from backend.web.connections import HttpRequest
from backend.web.problems import SignedOut
from backend.web.visitor import identify

BOARD, STATIC_BOARD, SIGN_IN = "/panel/board", "/board", "/sign-in"
STATISTICS = "/statistics/desk"
TYPES = {
    ".html": "text/html",
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
    ".woff2": "font/woff2",
    ".png": "image/png",
}


class DemoAccount(Struct, frozen=True):
    """A sign-in of the demo companies, shown on the sign-in page of a demo, and nowhere else."""

    tenant: str
    name: str
    role: str
    email: str
    password: str


def _at_home(request: HttpRequest, settings: Settings) -> Redirect | None:
    """To the product's own address, for whoever typed 127.0.0.1 where it is called localhost.

    A page under another name than the public one could not send a single command.
    """
    public = urlsplit(settings.public_url)
    asked = request.headers.get("host", "").rpartition(":")[0]
    if public.hostname != "localhost" or asked not in ("127.0.0.1", "[::1]"):
        return None
    return Redirect(f"{settings.public_url}{request.url.path}", status_code=HTTP_303_SEE_OTHER)


@get("/", include_in_schema=False)
async def home(
    request: HttpRequest,
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    settings: NamedDependency[Settings],
) -> Redirect:
    """The board for whoever takes calls, the statistics for whoever only reads them, else the way
    in."""
    if home := _at_home(request, settings):
        return home
    try:
        visitor = await identify(request, database, clock)
    except SignedOut:
        return Redirect(SIGN_IN, status_code=HTTP_303_SEE_OTHER)
    first = BOARD if visitor.role in TAKES_CALLS else STATISTICS
    return Redirect(first, status_code=HTTP_303_SEE_OTHER)


@get(STATIC_BOARD, include_in_schema=False)
async def static_board(
    request: HttpRequest,
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    browser_files: NamedDependency[Path],
) -> File | Redirect:
    """The board without a Python session of its own."""
    try:
        await identify(request, database, clock)
    except SignedOut:
        return Redirect(f"{SIGN_IN}?next={STATIC_BOARD}", status_code=HTTP_303_SEE_OTHER)
    return _file(browser_files / "board.html")


@get(SIGN_IN, include_in_schema=False)
async def sign_in_page(
    request: HttpRequest,
    browser_files: NamedDependency[Path],
    settings: NamedDependency[Settings],
) -> File | Redirect:
    return _at_home(request, settings) or _file(browser_files / "sign_in.html")


@get("/assets/{name:str}", include_in_schema=False)
async def asset(name: FromPath[str], browser_files: NamedDependency[Path]) -> File:
    """One of the bundle's files, by its plain name."""
    path = browser_files / name
    if path.parent != browser_files or path.suffix not in TYPES or not path.is_file():
        raise NotFoundException
    return _file(path)


@get("/api/demo-accounts")
async def demo_accounts(demo: NamedDependency[tuple[DemoAccount, ...]]) -> Response[object]:
    """The demo's sign-ins; unknown where there is no demo."""
    if not demo:
        raise NotFoundException
    return Response(demo)


@get("/livez", include_in_schema=False)
async def alive() -> str:
    """This process answers."""
    return "alive"


@get("/readyz", include_in_schema=False)
async def ready(database: NamedDependency[Database]) -> str:
    """The database answers too. Raises `DatabaseAway`, a 503."""
    await database.ask("select 1")
    return "ready"


def _file(path: Path) -> File:
    return File(
        path,
        media_type=TYPES[path.suffix],
        content_disposition_type="inline",
        headers={"Cache-Control": "no-cache"},
    )


pages_router = Router(
    "/",
    route_handlers=[home, static_board, sign_in_page, asset, demo_accounts, alive, ready],
)
