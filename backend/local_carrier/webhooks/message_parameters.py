"""The fields that Twilio sends about a text: of one that came in, and of how one fares."""

from backend.local_carrier.messages import Media, Message, MessageStatus
from backend.local_carrier.webhooks.parameters import API_VERSION, place
from backend.local_carrier.webhooks.webhook import Parameters

WITH_RECEIPT = (MessageStatus.DELIVERED, MessageStatus.UNDELIVERED)


def inbound_parameters(message: Message, address: str) -> Parameters:
    """`address` begins the links to what came with it."""
    fields = {
        "MessageSid": message.sid,
        "SmsSid": message.sid,
        "SmsMessageSid": message.sid,
        "AccountSid": message.account.sid,
        "ApiVersion": API_VERSION,
        "SmsStatus": str(message.status),
        "From": message.sender,
        "To": message.to,
        "Body": message.body,
        "NumSegments": str(message.segments),
        "NumMedia": str(message.media_count),
    }
    for at, media in enumerate(message.media):
        fields[f"MediaContentType{at}"] = media.content_type
        fields[f"MediaUrl{at}"] = media_url(address, message, media)
    return fields | place(("From",), message.sender) | place(("To",), message.to)


def status_parameters(message: Message) -> Parameters:
    fields = {
        "MessageSid": message.sid,
        "SmsSid": message.sid,
        "MessageStatus": str(message.status),
        "SmsStatus": str(message.status),
        "AccountSid": message.account.sid,
        "ApiVersion": API_VERSION,
        "From": message.sender,
        "To": message.to,
    }
    if message.error_code is not None:
        fields["ErrorCode"] = str(message.error_code)
    if message.status in WITH_RECEIPT:
        fields["RawDlrDoneDate"] = message.updated_at.strftime("%y%m%d%H%M")
    return fields


def media_url(address: str, message: Message, media: Media) -> str:
    """Without an ending it is the picture itself."""
    account = f"{address}/{API_VERSION}/Accounts/{message.account.sid}"
    return f"{account}/Messages/{message.sid}/Media/{media.sid}"
