"""Refusals of the lab: a stable code, and what happened, in one body for all of them."""

import logging
from typing import Any

from litestar import Request, Response
from litestar.exceptions import HTTPException, NotFoundException

from backend.local_carrier.accounts import NumberTaken
from backend.local_carrier.lab.views import Problem
from backend.local_carrier.rest.asking import ROOT, Refused
from backend.local_carrier.voices import NoSuchVoice

AnyRequest = Request[Any, Any, Any]

log = logging.getLogger(__name__)


class LabProblem(Exception):
    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(detail)
        self.problem = Problem(code, detail, status)


def told(_: AnyRequest, error: LabProblem) -> Response[Problem]:
    return Response(error.problem, status_code=error.problem.status)


def number_taken(_: AnyRequest, error: NumberTaken) -> Response[Problem]:
    problem = Problem(error.code, f"Another account owns {error}.", 409)
    return Response(problem, status_code=409)


def no_such_voice(_: AnyRequest, error: NoSuchVoice) -> Response[Problem]:
    return Response(Problem(error.code, error.detail, 400), status_code=400)


def unexpected(request: AnyRequest, error: Exception) -> Response[Any]:
    """The outermost loop of a request: what nobody foresaw is told, and written down."""
    log.error("%s %s broke", request.method, request.url.path, exc_info=error)
    if request.url.path.startswith(ROOT):
        refused = Refused(500, 20500, "An internal server error has occurred")
        return Response(refused.body(), status_code=500)
    detail = "The local carrier broke on this request: its log says how."
    return Response(Problem("internal-error", detail, 500), status_code=500)


def not_understood(_: AnyRequest, error: HTTPException) -> Response[Problem]:
    """Litestar's own refusals (unknown path, bad JSON), in the same words as ours."""
    details: object = getattr(error, "extra", None)
    detail = f"{error.detail} {details}" if details else error.detail
    code = "not-found" if error.status_code == 404 else "bad-request"
    return Response(Problem(code, detail, error.status_code), status_code=error.status_code)


def only_the_document(request: AnyRequest) -> None:
    """Litestar answers what is unknown beside its OpenAPI document with an HTML page of its own."""
    if request.scope["path"] not in ("/lab", "/lab/openapi.json"):
        raise NotFoundException
