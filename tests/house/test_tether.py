"""A tethered child ends with its parent, whatever ends the parent, and wherever we run."""

import os
import signal

import pytest

from tests.house.processes import is_alive, program, until


@pytest.mark.parametrize("means", ["by-the-kernel", "watched"])
@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM])
async def test_the_child_ends_with_its_parent(means: str, end: signal.Signals):
    async with program("tether_owner.py", means) as owner:
        _, child, session = (await owner.says("child")).split()
        assert session != str(os.getsid(owner.pid))
        os.kill(owner.pid, end)
        await until("the child has ended", lambda: not is_alive(int(child)))
