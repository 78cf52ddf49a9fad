"""From when on a figure asks for attention. The address of a view carries them, with the rest."""

from enum import StrEnum

from msgspec import Struct


class Level(StrEnum):
    """How a figure is drawn. `CALM` has no colour."""

    CALM = ""
    WARN = "warn"
    BAD = "bad"


class Thresholds(Struct, frozen=True):
    """Waits in seconds, the service level as a share."""

    warn_wait: float = 30.0
    bad_wait: float = 120.0
    target: float = 0.8
    """The service level that is promised."""
    tolerated: float = 0.1
    """So far below it is a warning yet; further is bad."""

    def of_wait(self, seconds: float | None) -> Level:
        if seconds is None or seconds < self.warn_wait:
            return Level.CALM
        return Level.WARN if seconds < self.bad_wait else Level.BAD

    def of_level(self, share: float | None) -> Level:
        if share is None or share >= self.target:
            return Level.CALM
        return Level.WARN if share >= self.target - self.tolerated else Level.BAD


def thresholds_of(asked: dict[str, list[str]]) -> Thresholds:
    """Those in a view's address: `warn` and `bad` in seconds, `target` in percent. What is no
    number there counts for nothing."""
    usual = Thresholds()
    return Thresholds(
        warn_wait=_number(asked, "warn", usual.warn_wait),
        bad_wait=_number(asked, "bad", usual.bad_wait),
        target=min(1.0, _number(asked, "target", usual.target * 100) / 100),
    )


def _number(asked: dict[str, list[str]], name: str, otherwise: float) -> float:
    try:
        value = float(asked[name][0])
    except (KeyError, ValueError):
        return otherwise
    return value if 0 <= value < 1e6 else otherwise
