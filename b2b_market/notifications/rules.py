"""How facts are stored, which channels a reader gets, and when a mail is tried again."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from b2b_market.kernel.currency import Currency
from b2b_market.kernel.money import Money
from b2b_market.kernel.refusal import Kind, Refusal
from b2b_market.kernel.text import N_, is_clean
from b2b_market.notifications.commands import Bilingual, Choice, Fact, Message, MessageType, Phrase, Recipient

MAX_ATTEMPTS = 24
FIRST_DELAY = timedelta(seconds=30)
LONGEST_DELAY = timedelta(hours=6)
LEASE = timedelta(minutes=5)


class UnknownMessageType(Refusal):
    """No such type of message, or none that this reader gets."""

    kind, code = Kind.INVALID, "unknown-message-type"
    title = N_("This type of message is not known")
    advice = N_("{type} is not one of your message types; the settings list them all.")


class ObligatoryMessage(Refusal):
    """The type cannot be switched off."""

    kind, code = Kind.CONFLICT, "obligatory-message"
    title = N_("These messages cannot be switched off")
    advice = N_("Messages of the type {type} protect your account; at least their usual channels stay on.")


def store_facts(facts: Mapping[str, Fact]) -> dict[str, object]:
    """Return facts as JSON: text and whole numbers as they are, everything else as an object that names its kind."""
    return {name: _store(fact) for name, fact in facts.items()}


def load_facts(stored: Mapping[str, object]) -> dict[str, Fact]:
    """Return the facts of :func:`store_facts`; whatever it cannot have written raises ValueError."""
    return {name: _load(value) for name, value in stored.items()}


def _store(fact: Fact) -> object:
    if isinstance(fact, Money):
        return {"money": fact.to_json()}
    if isinstance(fact, datetime):
        return {"time": fact.astimezone(UTC).isoformat()}
    if isinstance(fact, date):
        return {"date": fact.isoformat()}
    if isinstance(fact, Bilingual):
        return {"zh": fact.zh, "en": fact.en}
    if isinstance(fact, Phrase):
        return {"phrase": fact.message_id}
    return fact


def _load(value: object) -> Fact:
    match value:
        case str() | int():
            return value
        case {"money": {"amount": str() as amount, "currency": str() as currency}}:
            return Money(Decimal(amount), Currency(currency))
        case {"time": str() as moment}:
            return datetime.fromisoformat(moment)
        case {"date": str() as day}:
            return date.fromisoformat(day)
        case {"zh": str() as zh, "en": str() as en}:
            return Bilingual(zh, en)
        case {"phrase": str() as message_id}:
            return Phrase(message_id)
        case _:
            message = (
                "a stored fact is text, a whole number, money, a time, a date, a text in two languages or a phrase"
            )
            raise ValueError(message)


def message_types(base: type[MessageType] = MessageType) -> dict[str, type[MessageType]]:
    """Return the declared message types of the loaded modules in order of code; two of one code raise ValueError."""
    found: dict[str, type[MessageType]] = {}
    for kind in base.__subclasses__():
        for each in (kind, *message_types(kind).values()):
            if found.setdefault(each.code, each) is not each:
                message = f"two message types are named {each.code}"
                raise ValueError(message)
    return dict(sorted(found.items()))


def types_for(permissions: frozenset[str]) -> dict[str, type[MessageType]]:
    """Return the types that somebody with ``permissions`` may get."""
    return {
        code: kind for code, kind in message_types().items() if not kind.permission or kind.permission in permissions
    }


def require_choosable(kinds: Mapping[str, type[MessageType]], choice: Choice) -> None:
    """Refuse a choice for a type the reader does not get, or one that closes a channel of an obligatory type."""
    kind = kinds.get(choice.code)
    if kind is None:
        raise UnknownMessageType(type=choice.code)
    if kind.obligatory and ((kind.in_app and not choice.in_app) or (kind.mail and not choice.mail)):
        raise ObligatoryMessage(type=choice.code)


def require_path(link: str) -> str:
    """Return a link that stays inside the product; raise ValueError for any other, which is a programming error."""
    if not link.startswith("/") or link.startswith("//") or "\\" in link or not is_clean(link):
        message = f"a message links to a path of the product, not to {link!r}"
        raise ValueError(message)
    return link


def in_app_wanted(message: Message, recipient: Recipient, choice: Choice | None) -> bool:
    """Tell whether a copy is shown in the product: a known person in a company, no secrets, not switched off."""
    if recipient.user_id is None or recipient.org_id is None or message.secrets:
        return False
    return message.type.in_app if choice is None or message.type.obligatory else choice.in_app


def mail_wanted(message: Message, recipient: Recipient, choice: Choice | None) -> bool:
    """Tell whether a mail is sent: an address is known, and not switched off."""
    if not recipient.address:
        return False
    return message.type.mail if choice is None or message.type.obligatory else choice.mail


def each_once(recipients: Iterable[Recipient]) -> tuple[Recipient, ...]:
    """Return the recipients without repetitions: one per person and company, one per address for strangers."""
    found = {
        (recipient.user_id, recipient.org_id, "" if recipient.user_id else recipient.address): recipient
        for recipient in recipients
    }
    return tuple(found.values())


def next_attempt(attempts: int, now: datetime) -> datetime | None:
    """Return when a mail that failed ``attempts`` times is tried again: doubling delays; None when it is given up."""
    if attempts >= MAX_ATTEMPTS:
        return None
    delay: timedelta = FIRST_DELAY * 2 ** (attempts - 1)
    return now + min(delay, LONGEST_DELAY)
