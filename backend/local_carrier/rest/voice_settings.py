"""The fields that a number and a TwiML App share: where their calls go."""

from backend.local_carrier.accounts import VoiceSettings
from backend.local_carrier.rest.asking import Form, Json

FIELDS = (
    "FriendlyName",
    "VoiceUrl",
    "VoiceMethod",
    "VoiceFallbackUrl",
    "VoiceFallbackMethod",
    "VoiceCallerIdLookup",
    "StatusCallback",
    "StatusCallbackMethod",
    "SmsUrl",
    "SmsMethod",
    "SmsFallbackUrl",
    "SmsFallbackMethod",
    "ApiVersion",
)

_URLS = {
    "VoiceUrl": "voice_url",
    "VoiceFallbackUrl": "voice_fallback_url",
    "StatusCallback": "status_callback",
    "SmsUrl": "sms_url",
    "SmsFallbackUrl": "sms_fallback_url",
}
_METHODS = {
    "VoiceMethod": "voice_method",
    "VoiceFallbackMethod": "voice_fallback_method",
    "StatusCallbackMethod": "status_callback_method",
    "SmsMethod": "sms_method",
    "SmsFallbackMethod": "sms_fallback_method",
}


def keep_settings(settings: VoiceSettings, form: Form) -> None:
    """Read whole before anything is changed: a bad field must not leave half an update."""
    changes: dict[str, str | bool] = {}
    for field, name in _URLS.items():
        if field in form:
            changes[name] = form.url(field)
    for field, name in _METHODS.items():
        if field in form:
            changes[name] = form.method(field)
    if "VoiceCallerIdLookup" in form:
        changes["voice_caller_id_lookup"] = form.flag("VoiceCallerIdLookup")
    for name, value in changes.items():
        setattr(settings, name, value)


def settings_body(settings: VoiceSettings) -> Json:
    names = (*_URLS.values(), *_METHODS.values(), "voice_caller_id_lookup")
    return {name: getattr(settings, name) for name in names}
