"""The security headers of every answer: what a page may load, and what others may do with it."""

from urllib.parse import urlsplit

from backend.settings import Settings

CONTENT_POLICY = "Content-Security-Policy"
TWILIO_HOSTS = "wss://*.twilio.com https://*.twilio.com"


def security_headers(settings: Settings) -> dict[str, str]:
    """The headers, by name."""
    headers = {
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Permissions-Policy": "microphone=(self), camera=(), geolocation=()",
        "Cross-Origin-Opener-Policy": "same-origin",
        CONTENT_POLICY: content_policy(settings),
    }
    if settings.public_url.startswith("https:"):
        headers["Strict-Transport-Security"] = "max-age=31536000"
    return headers


def content_policy(settings: Settings) -> str:
    """What our own pages may load: everything from here, and the voice from the carrier."""
    carrier = TWILIO_HOSTS
    if settings.carrier_signalling:
        host = settings.carrier_signalling
        carrier = f"ws://{host} wss://{host}"
    public = urlsplit(settings.public_url)
    feed = f"{'wss' if public.scheme == 'https' else 'ws'}://{public.netloc}"
    return "; ".join(
        (
            "default-src 'self'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data:",
            "media-src 'self' blob:",
            f"connect-src 'self' {feed} {carrier}",
            "object-src 'none'",
            "base-uri 'none'",
            "frame-ancestors 'self'",
            "form-action 'self'",
        )
    )
