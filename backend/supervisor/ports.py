"""Whether the ports that the parts will listen on are free."""

import asyncio
import errno
import socket
import time
from collections.abc import Mapping

from backend.supervisor.failure import CannotStart

# The parts of a copy that was killed a moment ago are on their way out.
FREE_WITHIN = 2.0


async def until_free(wanted: Mapping[str, tuple[str, int]]) -> None:
    """`wanted`: the setting's name, and the address to be listened on."""
    deadline = time.monotonic() + FREE_WITHIN
    while problems := [line for line in map(_problem, wanted, wanted.values()) if line]:
        if time.monotonic() > deadline:
            raise CannotStart("\n".join(problems))
        await asyncio.sleep(0.05)


def _problem(setting: str, address: tuple[str, int]) -> str | None:
    host, port = address
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        with socket.socket(found[0][0], socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(found[0][4])
    except socket.gaierror:
        return f"{host} is no address of this machine; choose another by PATCHBAY_HOST."
    except OSError as problem:
        if problem.errno == errno.EADDRINUSE:
            reason = "is taken by another program"
        else:
            reason = f"cannot be used ({problem.strerror})"
        return f"Port {port} on {host} {reason}; end that, or choose another by {setting}."
    return None
