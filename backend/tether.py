"""Child processes that cannot outlive us, whatever ends us, SIGKILL included.

This file is also the script that such a child starts as, with nothing but the standard library:
it leaves our session (a Ctrl-C in the terminal is for us alone), becomes the given user, asks the
kernel for a signal when its parent dies, and turns into the wanted program. Where the kernel knows
no such signal (anything but Linux) it stays, runs the program as its child, and watches a pipe
that breaks when we die.
"""

import argparse
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

PR_SET_PDEATHSIG = 1

_lifeline: list[int] = []


def tethered(
    command: Sequence[str | Path],
    *,
    death_signal: signal.Signals = signal.SIGKILL,
    user: tuple[int, int] | None = None,
    watch: bool = not sys.platform.startswith("linux"),
) -> list[str]:
    """The command line that runs `command` tied to this process; `user` is a uid and a gid.

    Start it from the main thread, which is the one whose end the kernel reports, and with
    `stdin=lifeline()`.
    """
    options = [f"--death-signal={int(death_signal)}", f"--parent={os.getpid()}"]
    if user:
        options.append(f"--user={user[0]}:{user[1]}")
    if watch:
        options.append("--watch")
    # -I -S: quick, and deaf to whatever PYTHON... the environment holds for the program itself.
    return [sys.executable, "-I", "-S", __file__, *options, "--", *map(str, command)]


def lifeline() -> int:
    """The reading end of a pipe whose writing end only this process holds, and never uses."""
    if not _lifeline:
        _lifeline.extend(os.pipe())
    return _lifeline[0]


def main() -> None:
    parser = argparse.ArgumentParser(description="Run a program that ends with its parent.")
    parser.add_argument("--death-signal", type=int, required=True)
    parser.add_argument("--parent", type=int, required=True)
    parser.add_argument("--user")
    parser.add_argument("--watch", action="store_true")
    parser.add_argument("command", nargs="+")
    given = parser.parse_args()

    libc = None
    if not given.watch:
        import ctypes  # now: the user we become may not be allowed to read where Python lies

        libc = ctypes.CDLL(None, use_errno=True)
    os.setsid()
    if given.user:
        uid, gid = map(int, given.user.split(":"))
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    if libc is None:
        sys.exit(_watch(given.command, given.death_signal))
    # After setuid, which would clear it.
    if libc.prctl(PR_SET_PDEATHSIG, given.death_signal, 0, 0, 0) != 0:
        sys.exit("the kernel refused to report the end of the parent process")
    if os.getppid() != given.parent:
        sys.exit("the parent process has gone already")
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.execvp(given.command[0], given.command)  # noqa: S606


def _watch(command: list[str], death_signal: int) -> int:
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL)  # noqa: S603
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGQUIT, signal.SIGHUP):
        signal.signal(number, lambda received, _frame: child.send_signal(received))

    def until_the_parent_is_gone() -> None:
        while os.read(0, 1):
            pass
        child.send_signal(death_signal)

    threading.Thread(target=until_the_parent_is_gone, daemon=True).start()
    code = child.wait()
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    main()
