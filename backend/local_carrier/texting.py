"""How texts travel: from a number of ours to a telephone, and from a telephone to a number.

A number sends one segment a second; what comes faster waits in its line, and whatever is canceled
there leaves its turn to the next. A text to another number of this carrier arrives there; all
others end at a telephone outside, as its handset says.
"""

from collections import deque
from collections.abc import Sequence

import msgspec

from backend.local_carrier import opting_out
from backend.local_carrier.accounts import Account, Accounts, PhoneNumber
from backend.local_carrier.background import Background
from backend.local_carrier.clock import Clock
from backend.local_carrier.handsets import Handsets, TextManner
from backend.local_carrier.messages import (
    LARGEST_MEDIA_BYTES,
    CannotText,
    Direction,
    Message,
    Messages,
    MessageStatus,
)
from backend.local_carrier.numbering import e164, region_of
from backend.local_carrier.twiml.messaging import perform_messaging
from backend.local_carrier.twiml.messaging_stage import MessagingStage, Reply
from backend.local_carrier.twiml.stage import GoTo
from backend.local_carrier.webhooks.delivery import Answer, WebhookFailed, Webhooks
from backend.local_carrier.webhooks.message_parameters import inbound_parameters, status_parameters

SEGMENTS_PER_SECOND = 1.0
"""Twilio's rate for a long code of the United States."""
LONGEST_VALIDITY_SECONDS = 36_000
SENDING_SECONDS = 0.5
COOKIES_KEPT_SECONDS = 4 * 3600
"""So long Twilio remembers the cookies of a conversation between two numbers."""
UNROUTABLE = 30003


Line = tuple[str, str]
"""An account's SID and one of its numbers: what that sends goes out one after the other."""


class Fate(msgspec.Struct, frozen=True):
    """What becomes of a text once it is sent, and after how many seconds; `sent` is where it
    stays if no receipt ever comes."""

    status: MessageStatus
    error_code: int | None = None
    after: float = 1.0


FATES: dict[TextManner, Fate] = {
    "delivers": Fate(MessageStatus.DELIVERED),
    "slow": Fate(MessageStatus.DELIVERED, after=60.0),
    "no-receipt": Fate(MessageStatus.SENT),
    "unreachable": Fate(MessageStatus.UNDELIVERED, 30003),
    "blocked": Fate(MessageStatus.UNDELIVERED, 30004),
    "unknown": Fate(MessageStatus.UNDELIVERED, 30005),
    "landline": Fate(MessageStatus.UNDELIVERED, 30006),
    "filtered": Fate(MessageStatus.UNDELIVERED, 30007),
    "fails": Fate(MessageStatus.FAILED, 30008),
}


class Text(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be sent from one of an account's numbers."""

    number: PhoneNumber
    to: str
    body: str
    media_urls: tuple[str, ...] = ()
    direction: Direction = "outbound-api"
    status_callback: str = ""
    validity_seconds: int = LONGEST_VALIDITY_SECONDS
    as_mms: bool = False


class NobodyThere(Exception):
    """The text has nowhere to go: no account takes texts at that number."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code, self.detail = code, detail


class Texting:
    """`address` begins the links to what comes with a text."""

    def __init__(
        self,
        messages: Messages,
        accounts: Accounts,
        handsets: Handsets,
        clock: Clock,
        webhooks: Webhooks,
        background: Background,
        *,
        address: str,
    ) -> None:
        self._messages, self._accounts, self._handsets = messages, accounts, handsets
        self._clock, self._webhooks, self._background = clock, webhooks, background
        self._address = address
        self._roads = Background()
        self._lines: dict[Line, deque[Message]] = {}
        """What waits for its turn at each number that is sending."""
        self._free_at: dict[Line, float] = {}
        """When each number will have sent what it has to send."""
        self._cookies: dict[tuple[str, str, str], tuple[float, dict[str, str]]] = {}
        """Each conversation's, and until when; in the order in which they will be forgotten."""

    def send(self, account: Account, text: Text) -> Message:
        """The message is queued from now on. Raises `CannotText`."""
        if text.to in text.number.opted_out:
            raise CannotText(21610, "Attempt to send to unsubscribed recipient")
        if self._wait(account, text.number.phone_number) > LONGEST_VALIDITY_SECONDS:
            raise CannotText(21611, "The 'From' number has too many messages in its queue")
        return self._queue(account, text)

    def cancel(self, message: Message) -> bool:
        """False if it is too late."""
        if not self._become(message, MessageStatus.CANCELED):
            return False
        self._leave_line(message)
        return True

    def receive(
        self, sender: str, to: str, body: str, media: Sequence[tuple[str, bytes]] = ()
    ) -> Message:
        """A text reaches one of our numbers; its SMS URL is asked how to answer.

        `media` are pairs of content type and content. Raises `NobodyThere`.
        """
        owned = self._accounts.owner_of(to)
        if owned is None:
            raise NobodyThere("no-such-number", f"No account of this carrier owns {to}.")
        account, number = owned
        if account.status != "active":
            raise NobodyThere("account-not-active", f"The account is {account.status}.")
        message = Message(
            account,
            self._clock,
            self._messages.changes,
            sender=sender,
            to=to,
            body=body,
            direction="inbound",
            is_mms=bool(media),
        )
        for content_type, content in media:
            message.attach(content_type, content)
        self._messages.add(message)
        self._heed_wish(message, number)
        self._background.start(self._ask(message, number))
        return message

    async def close(self) -> None:
        """What is under way arrives nowhere."""
        await self._roads.finish(0)

    # Out

    def _queue(self, account: Account, text: Text) -> Message:
        message = Message(
            account,
            self._clock,
            self._messages.changes,
            sender=text.number.phone_number,
            to=text.to,
            body=text.body,
            direction=text.direction,
            media_urls=text.media_urls,
            is_mms=text.as_mms or bool(text.media_urls),
            status_callback=text.status_callback,
        )
        self._messages.add(message)
        wait = self._wait(account, message.sender)
        if wait > text.validity_seconds:
            self._roads.start(self._expire(message, text.validity_seconds))
        self._join_line(message, wait)
        return message

    def _wait(self, account: Account, sender: str) -> float:
        return max(0.0, self._free_at.get((account.sid, sender), 0.0) - self._clock.seconds())

    def _join_line(self, message: Message, wait: float) -> None:
        line = _line(message)
        self._free_at[line] = self._clock.seconds() + wait + _sending_seconds(message)
        if line not in self._lines:
            self._lines[line] = deque()
            self._roads.start(self._send_in_turn(line))
        self._lines[line].append(message)

    def _leave_line(self, message: Message) -> bool:
        """What waits behind it moves up. False if its turn has come."""
        line = _line(message)
        waiting = self._lines.get(line)
        if waiting is None or message not in waiting:
            return False
        waiting.remove(message)
        self._free_at[line] -= _sending_seconds(message)
        return True

    async def _expire(self, message: Message, validity: int) -> None:
        await self._clock.sleep(validity)
        if self._leave_line(message):
            self._become(message, MessageStatus.FAILED, 30036)

    async def _send_in_turn(self, line: Line) -> None:
        waiting = self._lines[line]
        while waiting:
            message = waiting.popleft()
            self._roads.start(self._carry(message))
            await self._clock.sleep(_sending_seconds(message))
        del self._lines[line]

    async def _carry(self, message: Message) -> None:
        if message.account.status != "active":
            self._become(message, MessageStatus.FAILED, 30002)
            return
        if not self._become(message, MessageStatus.SENDING):
            return  # it was canceled meanwhile
        problem = await self._fetch_media(message)
        if problem is not None:
            self._become(message, MessageStatus.FAILED, problem)
            return
        await self._clock.sleep(SENDING_SECONDS)
        await self._hand_over(message)

    async def _fetch_media(self, message: Message) -> int | None:
        """Twilio's code for what went wrong, if anything did."""
        for url in message.media_urls:
            try:
                answer = await self._webhooks.request(
                    message.account, url, {}, method="GET", keeps_port=True
                )
            except WebhookFailed as failure:
                message.note(f"its media cannot be had: {failure}")
                return failure.code
            if "/" not in answer.content_type or answer.content_type == "text/html":
                message.note(f"{url} is no media: {answer.content_type}")
                return 12300
            if len(answer.body) > LARGEST_MEDIA_BYTES:
                message.note(f"{url} has {len(answer.body)} bytes")
                return 11751
            message.attach(answer.content_type, answer.body)
            message.media_urls = message.media_urls[1:]
        return None

    async def _hand_over(self, message: Message) -> None:
        if self._accounts.owner_of(message.to) is not None:
            await self._arrive_here(message)
            return
        fate = FATES[self._handsets.at(message.to).texts]
        if fate.status is MessageStatus.FAILED:
            self._become(message, fate.status, fate.error_code)
            return
        self._become(message, MessageStatus.SENT)
        if fate.status is not MessageStatus.SENT:
            await self._clock.sleep(fate.after)
            self._become(message, fate.status, fate.error_code)

    async def _arrive_here(self, message: Message) -> None:
        """Another number of this carrier: what was sent comes in there, as a message of its own."""
        self._become(message, MessageStatus.SENT)
        await self._clock.sleep(FATES["delivers"].after)
        media = [(each.content_type, each.content) for each in message.media]
        try:
            self.receive(message.sender, message.to, message.body, media)
        except NobodyThere as problem:
            message.note(problem.detail)
            self._become(message, MessageStatus.UNDELIVERED, UNROUTABLE)
            return
        self._become(message, MessageStatus.DELIVERED)

    def _become(
        self, message: Message, status: MessageStatus, error_code: int | None = None
    ) -> bool:
        """Every change of an outgoing message is told from here, and so only once."""
        if not message.become(status, error_code):
            return False
        if message.status_callback:
            self._webhooks.notify(
                message.sid,
                message.account,
                message.status_callback,
                status_parameters(message),
                keeps_port=True,
            )
        return True

    # In

    def _heed_wish(self, message: Message, number: PhoneNumber) -> None:
        """STOP, START and HELP are answered by the carrier, also to whoever wants no more texts."""
        wish = opting_out.wish_of(message.body, number, message.sender)
        if wish is None:
            return
        if wish == "stop":
            number.opted_out.add(message.sender)
        if wish == "start":
            number.opted_out.discard(message.sender)
        self._accounts.save()
        message.note(f"the carrier heeds the word: {wish}")
        reply = Text(
            number=number,
            to=message.sender,
            body=opting_out.REPLIES[wish],
            direction="outbound-reply",
        )
        self._queue(message.account, reply)

    async def _ask(self, message: Message, number: PhoneNumber) -> None:
        account = message.account
        settings = account.applications.get(number.sms_application_sid) or number
        if not settings.sms_url:
            message.note("nobody is asked: there is no SMS URL")
            return
        fields = inbound_parameters(message, self._address)
        cookies = self._cookies_between(message)

        def send(reply: Reply) -> Message:
            return self._reply(message, reply)

        async def ask(step: GoTo, is_fallback: bool) -> Answer:
            return await self._webhooks.request(
                account,
                step.url,
                fields | step.parameters,
                method=step.method,
                fallback=is_fallback,
                cookies=cookies,
                keeps_port=True,
            )

        await perform_messaging(MessagingStage(message, send), settings, ask)

    def _reply(self, inbound: Message, reply: Reply) -> Message:
        """Raises `CannotText`."""
        account = inbound.account
        sender = reply.sender or inbound.to
        owned = self._accounts.owner_of(e164(sender) or sender)
        if owned is None or owned[0] is not account:
            raise CannotText(14102, f"{sender} is not a number of this account")
        number = owned[1]
        # "For 'to' numbers without a '+', Twilio will use the same country code as the 'from'".
        given = reply.to or inbound.sender
        to = e164(given, region_of(number.phone_number))
        if to is None:
            raise CannotText(14101, f"{given} is not a phone number")
        text = Text(
            number=number,
            to=to,
            body=reply.body,
            media_urls=reply.media_urls,
            direction="outbound-reply",
            status_callback=reply.status_callback,
        )
        return self.send(account, text)

    def _cookies_between(self, message: Message) -> dict[str, str]:
        """Set by the customer's answers, sent back while the conversation goes on."""
        now = self._clock.seconds()
        while self._cookies and self._cookies[oldest := next(iter(self._cookies))][0] < now:
            del self._cookies[oldest]
        # A number may change hands: what one account's answers set is never another's.
        pair = (message.account.sid, message.to, message.sender)
        _, cookies = self._cookies.pop(pair, (now, {}))
        self._cookies[pair] = (now + COOKIES_KEPT_SECONDS, cookies)
        return cookies


def _line(message: Message) -> Line:
    return message.account.sid, message.sender


def _sending_seconds(message: Message) -> float:
    """So long its number sends nothing else."""
    return message.segments / SEGMENTS_PER_SECOND
