"""A program with one tethered child, which ignores every polite signal."""

import subprocess
import sys

from backend.tether import lifeline, tethered

DEAF = """
import os, signal, sys
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(number, signal.SIG_IGN)
print("child", os.getpid(), os.getsid(0), flush=True)
signal.pause()
"""

command = tethered([sys.executable, "-c", DEAF], watch=sys.argv[1] == "watched")
subprocess.Popen(command, stdin=lifeline()).wait()
