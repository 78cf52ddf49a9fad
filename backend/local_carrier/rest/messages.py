"""Message: a text, SMS or MMS. To be sent, looked at, called back while it is queued, redacted."""

from backend.local_carrier.accounts import PhoneNumber
from backend.local_carrier.handsets import REFUSED_TEXTS
from backend.local_carrier.messages import (
    FAILURES,
    LONGEST_BODY,
    MOST_MEDIA,
    CannotText,
    Message,
)
from backend.local_carrier.numbering import e164
from backend.local_carrier.rest.asking import (
    PAGING,
    Asked,
    Form,
    Json,
    Refused,
    Route,
    Told,
    dated,
    is_web_address,
    moment_filters,
    not_found,
    page,
)
from backend.local_carrier.segments import smart_encoded
from backend.local_carrier.texting import LONGEST_VALIDITY_SECONDS, Text
from backend.local_carrier.times import rfc2822
from backend.local_carrier.webhooks.parameters import API_VERSION

CREATE = (
    *("To", "From", "Body", "MediaUrl", "StatusCallback", "ApplicationSid"),
    *("ValidityPeriod", "SmartEncoded", "SendAsMms"),
)
WITHOUT_EFFECT = (
    *("MaxPrice", "ProvideFeedback", "Attempt", "ForceDelivery", "RiskCheck", "TrafficType"),
)
CREATE_UNSUPPORTED = (
    *("MessagingServiceSid", "ScheduleType", "SendAt", "ShortenUrls", "PersistentAction"),
    *("ContentSid", "ContentVariables", "ContentRetention", "AddressRetention"),
)
FILTERS = ("To", "From", *moment_filters("DateSent"), *PAGING)
BAD_UPDATE, TOO_LATE, UNFINISHED = 30400, 30409, 20009


def list_all(asked: Asked) -> Told:
    newest_first = reversed(asked.exchange.messages.of_account(asked.account))
    found = [_body(asked, message) for message in newest_first if _is_wanted(asked.query, message)]
    return page(asked, "messages", "Messages.json", found)


def create(asked: Asked) -> Told:
    form = asked.form
    to, number = _recipient(form), _sender(asked)
    if number.phone_number == to:
        raise Refused(400, 21266, "'To' and 'From' number cannot be the same")
    media_urls = tuple(form.values("MediaUrl"))
    text = Text(
        number=number,
        to=to,
        body=_text(form, media_urls),
        media_urls=media_urls,
        status_callback=_status_callback(asked),
        validity_seconds=_validity(form),
        as_mms=form.flag("SendAsMms"),
    )
    try:
        message = asked.exchange.texting.send(asked.account, text)
    except CannotText as problem:
        raise Refused(400, problem.code, problem.why) from problem
    return Told(_body(asked, message), 201)


def fetch(asked: Asked) -> Told:
    return Told(_body(asked, found_message(asked, "Sid")))


def update(asked: Asked) -> Told:
    """An empty Body redacts; Status=canceled calls back what is still queued. One at a time."""
    message, form = found_message(asked, "Sid"), asked.form
    if ("Body" in form) is ("Status" in form):
        raise Refused(400, BAD_UPDATE, "Either Body or Status is required")
    if "Body" in form:
        if form.text("Body"):
            raise Refused(400, BAD_UPDATE, "Body can only be set to an empty text")
        if message.is_under_way:
            raise Refused(409, UNFINISHED, "The message is still being sent. Cannot redact.")
        message.redact()
    elif form.text("Status") != "canceled":
        raise Refused(400, BAD_UPDATE, "Status can only be set to canceled")
    elif not asked.exchange.texting.cancel(message):
        raise Refused(409, TOO_LATE, "This message cannot be canceled")
    return Told(_body(asked, message))


def delete(asked: Asked) -> Told:
    """Its media go with it."""
    message = found_message(asked, "Sid")
    if message.is_under_way:
        raise Refused(409, UNFINISHED, "The message is still being sent. Cannot delete.")
    asked.exchange.messages.forget(message)
    return Told(None, 204)


def found_message(asked: Asked, name: str) -> Message:
    message = asked.exchange.messages.find(asked.names[name])
    if message is None or message.account is not asked.account:
        raise not_found(asked.path)
    return message


def _recipient(form: Form) -> str:
    given = form.text("To").strip()
    if not given:
        raise Refused(400, 21604, "A 'To' phone number is required.")
    number = e164(given)
    if number is None:
        raise Refused(400, 21211, f"The 'To' number {given} is not a valid phone number.")
    if number in REFUSED_TEXTS:
        code, why = REFUSED_TEXTS[number]
        raise Refused(400, code, why)
    return number


def _sender(asked: Asked) -> PhoneNumber:
    """Only an account's own number can text: a verified caller ID cannot."""
    given = asked.form.text("From").strip()
    if not given:
        raise Refused(400, 21603, "A 'From' phone number is required.")
    number = e164(given)
    if number is None:
        raise Refused(400, 21212, f"The 'From' number {given} is not a valid phone number.")
    owned = asked.exchange.accounts.owner_of(number)
    if owned is None or owned[0] is not asked.account:
        why = f"The 'From' phone number {number} is not a message-capable number of this account."
        raise Refused(400, 21606, why)
    return owned[1]


def _text(form: Form, media_urls: tuple[str, ...]) -> str:
    body = form.text("Body")
    if not body and not media_urls:
        raise Refused(400, 21602, "Message body is required.")
    if len(body) > LONGEST_BODY:
        why = f"The message body exceeds the {LONGEST_BODY} character limit."
        raise Refused(400, 21617, why)
    if len(media_urls) > MOST_MEDIA:
        raise Refused(400, 21623, "Number of media files exceeds allowed limit")
    if not all(map(is_web_address, media_urls)):
        raise Refused(400, 21620, "Invalid media URL(s)")
    return smart_encoded(body) if form.flag("SmartEncoded") else body


def _status_callback(asked: Asked) -> str:
    """ "If both are included" StatusCallback wins over the application's."""
    form = asked.form
    own, application_sid = form.url("StatusCallback", 21609), form.text("ApplicationSid")
    if own or not application_sid:
        return own
    application = asked.account.applications.get(application_sid)
    if application is None:
        raise Refused(400, 21218, f"Invalid ApplicationSid: {application_sid}")
    return application.message_status_callback or application.sms_status_callback


def _validity(form: Form) -> int:
    try:
        longest = LONGEST_VALIDITY_SECONDS
        return form.whole("ValidityPeriod", longest, least=1, most=longest)
    except Refused as refusal:
        raise Refused(400, 90007, "Invalid validity period value") from refusal


def _is_wanted(query: Form, message: Message) -> bool:
    texts = {"From": message.sender, "To": message.to}
    return all(query.text(name) in ("", text) for name, text in texts.items()) and query.has_moment(
        "DateSent", message.sent_at
    )


def _body(asked: Asked, message: Message) -> Json:
    uri = asked.uri("Messages", message.sid)
    return {
        "sid": message.sid,
        "account_sid": asked.account.sid,
        "api_version": API_VERSION,
        "messaging_service_sid": None,
        "direction": message.direction,
        "from": message.sender,
        "to": message.to,
        "body": message.body,
        "num_segments": str(message.segments),
        "num_media": str(message.media_count),
        "status": str(message.status),
        "error_code": message.error_code,
        "error_message": FAILURES.get(message.error_code or 0),
        "date_sent": rfc2822(message.sent_at) if message.sent_at else None,
        "price": None,
        "price_unit": "USD",
        "uri": f"{uri}.json",
        "subresource_uris": {"media": f"{uri}/Media.json"},
        **dated(message),
    }


ROUTES = (
    Route("GET", "Messages", list_all, FILTERS),
    Route("POST", "Messages", create, (*CREATE, *WITHOUT_EFFECT), CREATE_UNSUPPORTED),
    Route("GET", "Messages/{Sid}", fetch),
    Route("POST", "Messages/{Sid}", update, ("Body", "Status")),
    Route("DELETE", "Messages/{Sid}", delete),
)
