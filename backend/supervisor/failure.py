"""What keeps the product from starting, in words for the person at the terminal."""


class CannotStart(Exception):
    """The product cannot start, and the message says what to do about it."""
