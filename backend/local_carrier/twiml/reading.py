"""Reads one XML element strictly: what Twilio does not know is an error, not a shrug."""

from collections.abc import Sequence
from urllib.parse import urljoin
from xml.etree.ElementTree import Element

from backend.local_carrier.numbering import whole


class TwimlError(Exception):
    """The TwiML cannot be performed. 12100: it is not XML. 12200: it is not TwiML."""

    def __init__(self, code: int, why: str) -> None:
        super().__init__(f"{code}: {why}")
        self.code, self.why = code, why


def absolute(document_url: str, url: str) -> str:
    """A relative URL is relative to the document that names it; what is no URL stays what it is,
    and is refused where it is to be fetched."""
    try:
        return urljoin(document_url, url)
    except ValueError:
        return url


class Reader:
    """One element whose attributes are all known; each is asked for by its type."""

    def __init__(
        self,
        element: Element,
        attributes: Sequence[str],
        *,
        children: bool = False,
        wrong_value: int = 12200,
    ) -> None:
        self.element = element
        self.name = element.tag
        self._wrong_value = wrong_value
        unknown = set(element.attrib) - set(attributes)
        if unknown:
            raise TwimlError(12200, f"<{self.name}> has no attribute {', '.join(sorted(unknown))}")
        if not children and len(element):
            raise TwimlError(12200, f"<{element[0].tag}> is not allowed inside <{self.name}>")

    @property
    def body(self) -> str:
        return (self.element.text or "").strip()

    def text(self, name: str, default: str = "") -> str:
        return self.element.get(name, default)

    def maybe(self, name: str) -> str | None:
        return self.element.get(name)

    def need(self, name: str) -> str:
        given = self.element.get(name, "")
        if not given:
            raise TwimlError(12200, f"<{self.name}> needs {name}")
        return given

    def flag(self, name: str, default: bool) -> bool:
        return self.choice(name, ("true", "false"), "true" if default else "false") == "true"

    def choice(self, name: str, allowed: Sequence[str], default: str) -> str:
        given = self.element.get(name, default)
        if given not in allowed:
            raise self._wrong(name, given)
        return given

    def method(self, name: str, default: str = "POST") -> str:
        return self.choice(name, ("GET", "POST"), default)

    def whole(self, name: str, default: int, *, least: int = 0, most: int = 86_400) -> int:
        given = self.element.get(name)
        if given is None:
            return default
        number = whole(given)
        if number is None or not least <= number <= most:
            raise self._wrong(name, given)
        return number

    def unsupported(self, *names: str) -> None:
        """Known to Twilio, not to this layer: refused, so that nobody believes it was kept."""
        for name in names:
            given = self.element.get(name)
            if given not in (None, "", "false", "do-not-record"):
                raise TwimlError(12200, f"<{self.name} {name}> is not kept by this local carrier")

    def _wrong(self, name: str, given: str) -> TwimlError:
        return TwimlError(self._wrong_value, f'<{self.name}> cannot have {name}="{given}"')
