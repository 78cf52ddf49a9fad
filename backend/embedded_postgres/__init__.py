"""A PostgreSQL of our own: anybody's binaries, run under our supervision on one folder.

`embedded_postgres(folder)` starts it and stops it again; the folder keeps the data, the port and
the passwords. Nobody is ever trusted without a password, the application's login is no superuser
and owns nothing, and the server ends when we end, whatever ends us.
"""

from backend.embedded_postgres.failure import CannotRun
from backend.embedded_postgres.server import EmbeddedPostgres, embedded_postgres, running_web_url
from backend.embedded_postgres.throwaway import throwaway_postgres

__all__ = [
    "CannotRun",
    "EmbeddedPostgres",
    "embedded_postgres",
    "running_web_url",
    "throwaway_postgres",
]
