"""Files of past calls, from a page: owners and admins bring them in, see what there is, and take
them back."""

import asyncio
from collections.abc import Generator
from contextlib import contextmanager
from datetime import date, datetime
from tempfile import TemporaryFile
from typing import Annotated, BinaryIO
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Response, Router, delete, get, post
from litestar.di import NamedDependency, Provide
from litestar.exceptions import InternalServerException
from litestar.exceptions.http_exceptions import RequestEntityTooLarge
from litestar.params import FromPath, QueryParameter
from msgspec import Struct

from backend.domain.refusals import Refusal
from backend.logs import logger
from backend.past_calls import Brought, FileTooLarge
from backend.past_calls_apart import NotBrought, Order, bring_in_apart
from backend.settings import Settings
from backend.store import history
from backend.store.company_rules import load_rules
from backend.store.history import HistoryFile
from backend.store.tenancy import Database
from backend.web.connections import HttpRequest
from backend.web.visitor import Visitor

log = logger("history-files")

MOST_BYTES = 64 * 2**20
MOST_ROWS = 500_000
"""What is larger is for whoever runs Patchbay, by `import-history`: to read so many takes a minute
and most of a gigabyte."""
UPLOAD_SECONDS = 900
"""Longer than a line of 1 Mbit/s takes for the largest file."""
READ_AT_ONCE = 1
TOO_LARGE = (
    f"That file is larger than {MOST_BYTES // 2**20} MB. Bring it in in parts, or ask whoever runs"
    " Patchbay to import it with `python -m backend import-history`."
)
FileName = Annotated[
    str, QueryParameter(name="name", min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")
]


class NoSuchFile(Refusal):
    """No such file was brought into this company; perhaps it has been taken back already."""

    code = "no-such-file"
    status = 404


class FileUnderway(Refusal):
    """Another file of your company is being brought in. Wait until that is done, then try again."""

    code = "file-underway"


class UploadBroken(Refusal):
    """The file did not arrive whole, so nothing was brought in. Try again."""

    code = "upload-broken"
    status = 400


class Uploads:
    """Files that are on their way in: one of a company at once, and one is read at a time."""

    def __init__(self) -> None:
        self._companies: set[UUID] = set()
        self.reading = asyncio.Semaphore(READ_AT_ONCE)

    @contextmanager
    def one_of(self, tenant: UUID) -> Generator[None]:
        """That company's is while the block runs. Raises `FileUnderway`."""
        if tenant in self._companies:
            raise FileUnderway
        self._companies.add(tenant)
        try:
            yield
        finally:
            self._companies.remove(tenant)


class FileCard(Struct, frozen=True):
    """A file that was brought in. The days are those of its calls on the company's clock. Calls of
    which a later file tells anew are that one's; there are no days where all are."""

    id: UUID
    name: str
    calls: int
    first_day: date | None
    last_day: date | None
    imported_at: datetime


class HistoryFiles(Struct, frozen=True):
    """The latest first; what the largest file may be; on whose clock days and times are."""

    files: list[FileCard]
    most_bytes: int
    most_rows: int
    time_zone: str


async def current_keeper(visitor: NamedDependency[Visitor]) -> Visitor:
    """The dependency: who keeps the company's past. Raises `NotAllowed`."""
    visitor.must_administer(
        "Calls from before Patchbay are brought in, and taken back, by owners and admins of the"
        " company. Ask one of them."
    )
    return visitor


@get()
async def listed(
    keeper: NamedDependency[Visitor], archive: NamedDependency[Database]
) -> HistoryFiles:
    """The files that were brought into one's company."""
    async with archive.work(keeper.tenant) as work:
        zone = (await load_rules(work)).time_zone
        files = await history.files(work)
    cards = [_card(file, ZoneInfo(zone)) for file in files]
    return HistoryFiles(cards, MOST_BYTES, MOST_ROWS, zone)


@post(status_code=200, request_max_body_size=MOST_BYTES)
async def brought(
    request: HttpRequest,
    keeper: NamedDependency[Visitor],
    uploads: NamedDependency[Uploads],
    settings: NamedDependency[Settings],
    name: FileName,
) -> Response[Brought | NotBrought]:
    """Bring a CSV or Parquet file in, which is the request's body: whole, or not at all, and then
    it is said which rows are wrong and why. The same file twice changes nothing."""
    with uploads.one_of(keeper.tenant), TemporaryFile(dir=settings.data_folder) as file:
        await _receive(request, file)
        order = Order(
            settings.database_url or "", keeper.tenant, name, file.fileno(), most_rows=MOST_ROWS
        )
        async with uploads.reading:
            answer = await bring_in_apart(order, file)
    if isinstance(answer, NotBrought):
        return Response(answer, status_code=answer.status)
    log.info(
        "past calls were brought in",
        tenant=str(keeper.tenant),
        by=str(keeper.person.id),
        calls=answer.calls,
        again=answer.known_since is not None,
    )
    return Response(answer)


@delete("/{file_id:uuid}", status_code=204)
async def taken_back(
    file_id: FromPath[UUID],
    keeper: NamedDependency[Visitor],
    database: NamedDependency[Database],
) -> None:
    """Take a file back: its calls are the company's history no longer."""
    async with database.work(keeper.tenant) as work:
        if not await history.forget_files(work, [file_id]):
            raise NoSuchFile
    log.info("past calls were taken back", tenant=str(keeper.tenant), by=str(keeper.person.id))


async def _receive(request: HttpRequest, file: BinaryIO) -> None:
    """Raises `FileTooLarge` or `UploadBroken`."""
    try:
        async with asyncio.timeout(UPLOAD_SECONDS):
            async for chunk in request.stream():
                await asyncio.to_thread(file.write, chunk)
        await asyncio.to_thread(file.flush)
    except RequestEntityTooLarge as problem:
        raise FileTooLarge(TOO_LARGE) from problem
    except (TimeoutError, InternalServerException) as problem:  # or whoever sent it is gone
        raise UploadBroken from problem


def _card(file: HistoryFile, zone: ZoneInfo) -> FileCard:
    first, last = (
        None if moment is None else moment.astimezone(zone).date()
        for moment in (file.first_at, file.last_at)
    )
    return FileCard(file.id, file.name, file.calls, first, last, file.imported_at)


history_files_router = Router(
    "/api/history-files",
    route_handlers=[listed, brought, taken_back],
    dependencies={"keeper": Provide(current_keeper)},
)
