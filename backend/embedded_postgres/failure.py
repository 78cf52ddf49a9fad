"""What keeps the embedded PostgreSQL from running, in words for the person at the terminal."""


class CannotRun(Exception):
    """The embedded PostgreSQL cannot run, and the message says what to do about it."""
