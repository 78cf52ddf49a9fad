"""What the person at the terminal reads: our own lines, and those of the parts by their names."""

import sys
from asyncio import StreamReader

WIDTH = 8  # of the longest name


def say(line: str) -> None:
    try:
        print(line, flush=True)
    except OSError:  # nobody reads any more; that is no reason to end a call
        sys.stdout = open("/dev/null", "w")  # noqa: SIM115


async def pass_on(name: str, output: StreamReader) -> None:
    """Every line of a part's output, until its end. No line is too long and none is held back."""
    rest = b""
    while chunk := await output.read(65536):
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            _say_for(name, line)
    if rest:
        _say_for(name, rest)


def _say_for(name: str, line: bytes) -> None:
    say(f"{name:<{WIDTH}} | {line.decode(errors='replace').rstrip()}")
