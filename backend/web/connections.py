"""Litestar's connections, with their type parameters filled in once."""

from typing import Any

from litestar import Request, WebSocket
from litestar.connection import ASGIConnection
from litestar.datastructures import State

HttpRequest = Request[Any, Any, State]
Socket = WebSocket[Any, Any, State]
Connection = ASGIConnection[Any, Any, Any, State]
