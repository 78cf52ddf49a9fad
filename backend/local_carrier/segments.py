"""How many segments a text takes on the air: 160 characters of GSM-7, 153 each if it is joined of
several; 70 and 67 if it has a character that GSM-7 lacks (3GPP TS 23.038 and 23.040).
"""

GSM_7 = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_7_ESCAPED = frozenset("^{}\\[~]|€\f")
"""These take two places each: an escape, and themselves."""
LOOKS_LIKE = str.maketrans(
    {
        **dict.fromkeys("\u00ab\u00bb\u201c\u201d\u201e\u201f\u2033", '"'),
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u02bc\u0060\u00b4", "'"),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),  # hyphens, dashes
        **dict.fromkeys("\u00a0\u2002\u2003\u2007\u2009\u202f", " "),  # wide, thin, unbroken
        **dict.fromkeys("\u200b\u200d\u2060\ufeff", ""),  # of no width
        "\u2022": "*",
        "\u2026": "...",
        "\u2039": "<",
        "\u203a": ">",
        "\u2044": "/",
        "\u00d7": "x",
    }
)
"""What GSM-7 lacks and typing programs love, and what comes nearest to it."""


def segments(text: str) -> int:
    """At least one."""
    if is_gsm_7(text):
        return _pieces([2 if each in GSM_7_ESCAPED else 1 for each in text], 160, 153)
    return _pieces([2 if ord(each) > 0xFFFF else 1 for each in text], 70, 67)


def is_gsm_7(text: str) -> bool:
    return all(each in GSM_7 or each in GSM_7_ESCAPED for each in text)


def smart_encoded(text: str) -> str:
    """SmartEncoded: characters that GSM-7 lacks give way to those that look like them."""
    return text.translate(LOOKS_LIKE)


def _pieces(widths: list[int], alone: int, joined: int) -> int:
    if sum(widths) <= alone:
        return 1
    count, left = 1, joined
    for width in widths:
        if width > left:  # a character of two places is never cut in two
            count, left = count + 1, joined
        left -= width
    return count
