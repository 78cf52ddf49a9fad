"""How the product logs: one line per event, for people or for machines.

Our own events go straight to the stream, which costs a tenth of the standard library's handlers;
what libraries log comes by those handlers and looks the same.
"""

import logging
import sys
from typing import Literal, cast

import structlog

TO_STREAM: list[structlog.typing.Processor] = [
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def logger(name: str) -> structlog.typing.FilteringBoundLogger:
    """The log of one part of the product; every line carries the part's name."""
    return cast("structlog.typing.FilteringBoundLogger", structlog.get_logger(part=name))


def configure_logs(log_format: Literal["console", "json"]) -> None:
    """Log to standard output. Phone numbers are not logged; calls and tenants by their ids."""
    machine = log_format == "json"
    render: structlog.typing.Processor = (
        structlog.processors.JSONRenderer()
        if machine
        else structlog.dev.ConsoleRenderer(
            colors=sys.stdout.isatty(),
            pad_event_to=20,
            # The richer ones show local variables: addresses of databases, passwords and all.
            exception_formatter=structlog.dev.plain_traceback,
        )
    )
    exceptions = [structlog.processors.format_exc_info] if machine else []
    structlog.configure(
        processors=[*TO_STREAM, *exceptions, render],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stdout),
        cache_logger_on_first_use=True,
    )
    of_libraries = structlog.stdlib.ProcessorFormatter(
        processor=render,
        foreign_pre_chain=[structlog.stdlib.add_logger_name, *TO_STREAM, *exceptions],
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(of_libraries)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.INFO)
