"""How a refusal looks on the wire: a stable code, and what happened, why, what to do."""

from http import HTTPStatus

from litestar import Response
from litestar.exceptions import HTTPException, ValidationException
from litestar.types import ExceptionHandlersMap
from msgspec import Struct

from backend.domain.refusals import Refusal
from backend.logs import logger
from backend.store.tenancy import DatabaseAway
from backend.web.connections import HttpRequest
from backend.web.policy import security_headers

log = logger("web")


class Problem(Struct, frozen=True):
    """The body of every answer that is not a success."""

    code: str
    detail: str
    status: int


class SignedOut(Refusal):
    """You are not signed in, or your session has ended. Sign in and try again."""

    code = "signed-out"
    status = 401


class NoSuchKey(Refusal):
    """That key reads no company's figures: it is unknown, revoked, or its time is over. Whoever
    runs Patchbay makes a new one with `python -m backend report-token`."""

    code = "no-such-key"
    status = 401


class WrongCredentials(Refusal):
    """That e-mail address and password do not belong together. Check both and try again."""

    code = "wrong-credentials"
    status = 401


class TooManyTries(Refusal):
    """Too many wrong passwords. Wait a few minutes, then try again."""

    code = "too-many-tries"
    status = 429


class NoSuchCompany(Refusal):
    """You do not belong to that company, or it does not exist. You stay where you are."""

    code = "no-such-company"
    status = 404


class ForeignOrigin(Refusal):
    """This request came from another site's page, so it was not carried out."""

    code = "foreign-origin"
    status = 403


class NotJson(Refusal):
    """The request's body must be JSON, and say so: "Content-Type: application/json"."""

    code = "not-json"
    status = 415


class NotAFile(Refusal):
    """A file is sent just as it is, and says so: "Content-Type: application/octet-stream"."""

    code = "not-a-file"
    status = 415


class OutOfDate(Refusal):
    """The database does not answer right now, so nothing was changed. Calls in progress go on.
    Try again in a moment."""

    code = "out-of-date"
    status = 503


class NoVoice(Refusal):
    """This company has no carrier account connected, so nobody can talk. An owner can connect
    one with `python -m backend connect-twilio`."""

    code = "no-carrier"
    status = 409


def answer(request: HttpRequest, problem: Problem) -> Response[Problem]:
    """The refusal, with the headers of every answer: what no route took, no middleware sees."""
    headers = security_headers(request.app.state.settings)
    return Response(problem, status_code=problem.status, headers=headers)


def _refused(request: HttpRequest, refusal: Refusal) -> Response[Problem]:
    return answer(request, Problem(refusal.code, " ".join(refusal.detail.split()), refusal.status))


def _away(request: HttpRequest, away: DatabaseAway) -> Response[Problem]:
    log.warning("refused, the database is away", path=request.url.path, reason=str(away))
    return _refused(request, OutOfDate())


def _invalid(request: HttpRequest, problem: ValidationException) -> Response[Problem]:
    return answer(request, Problem("not-understood", problem.detail, HTTPStatus.BAD_REQUEST))


def _http(request: HttpRequest, problem: HTTPException) -> Response[Problem]:
    if problem.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return _failed(request, problem)
    code = HTTPStatus(problem.status_code).phrase.lower().replace(" ", "-")
    return answer(request, Problem(code, problem.detail, problem.status_code))


def _too_deep(request: HttpRequest, _: RecursionError) -> Response[Problem]:
    """Nothing of ours is nested; what was sent is, beyond what can be read."""
    detail = "The request is nested too deeply."
    return answer(request, Problem("not-understood", detail, HTTPStatus.BAD_REQUEST))


def _failed(request: HttpRequest, problem: Exception) -> Response[Problem]:
    log.exception("a request failed", path=request.url.path, exc_info=problem)
    detail = "Something went wrong on our side; it has been noted. Try again."
    return answer(request, Problem("failed", detail, HTTPStatus.INTERNAL_SERVER_ERROR))


HANDLERS: ExceptionHandlersMap = {  # pyright: ignore[reportUnknownVariableType]
    Refusal: _refused,
    DatabaseAway: _away,
    ValidationException: _invalid,
    HTTPException: _http,
    RecursionError: _too_deep,
    Exception: _failed,
}
