"""Messages written out in the reader's language: for the page, the API, and as mail.

Mail is plain text on purpose: it reads the same everywhere, carries no trackers, and shows each link's whole address.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from b2b_market.kernel.money import Money
from b2b_market.kernel.text import N_
from b2b_market.notifications.commands import Bilingual, Fact, Phrase
from b2b_market.ui import fmt
from b2b_market.ui.i18n import PO_FILE, Catalogue, fill
from b2b_market.ui.language import Language, parse_language

_WIDTH = 998  # RFC 5322: no line of a mail is longer
_SPECIAL = frozenset('<>()[],;:\\"')


@dataclass(frozen=True, slots=True)
class Reader:
    """In which language and on whose clock a message is read."""

    language: Language
    zone: tzinfo

    @classmethod
    def of(cls, locale: str, timezone: str) -> "Reader":
        """Return the reader of a stored locale and zone; what is not known any more becomes English and UTC."""
        try:
            zone = ZoneInfo(timezone)
        except (ZoneInfoNotFoundError, ValueError):
            zone = ZoneInfo("UTC")
        return cls(parse_language(locale) or Language.EN, zone)


@dataclass(frozen=True, slots=True)
class Written:
    """A message in words."""

    subject: str
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """What makes up one mail: message ids, facts, secrets, and whom it is for."""

    address: str
    name: str
    locale: str
    timezone: str
    subject: str
    body: str
    facts: Mapping[str, Fact]
    secrets: Mapping[str, str]
    link: str
    obligatory: bool
    created_at: datetime


def write(subject: str, body: str, facts: Mapping[str, Fact], reader: Reader, catalogue: Catalogue) -> Written:
    """Write a message in the reader's language, its facts in the reader's formats; fields without a fact stay."""
    shown = {name: _show(fact, reader, catalogue) for name, fact in facts.items()}
    return Written(
        fill(catalogue.translate(reader.language, subject), shown),
        fill(catalogue.translate(reader.language, body), shown),
    )


def _show(fact: Fact, reader: Reader, catalogue: Catalogue) -> str:
    match fact:
        case Money():
            return fmt.money(fact, reader.language)
        case datetime():
            return f"{fmt.moment(fact, reader.zone, reader.language)} ({fmt.zone_offset(fact, reader.zone)})"
        case str() | int():
            return str(fact)
        case Bilingual():
            return fact.zh if reader.language is Language.ZH else fact.en
        case Phrase():
            return catalogue.translate(reader.language, fact.message_id)
        case day:
            return fmt.date_text(day, reader.language)


def mail_body(mail: Mail, catalogue: Catalogue, public_url: str) -> Written:
    """Return a mail's subject and whole text: greeting, message, link, and how to change what is sent."""
    reader = Reader.of(mail.locale, mail.timezone)
    # Secrets are filled in together with the facts, never into them: a fact may hold somebody's "{token}".
    written = write(mail.subject, mail.body, {**mail.facts, **mail.secrets}, reader, catalogue)
    say = catalogue.translate
    base = public_url.rstrip("/")
    parts = [
        say(reader.language, N_("Hello {name},"), name=mail.name) if mail.name else say(reader.language, N_("Hello,")),
        written.body,
        base + fill(mail.link, mail.secrets),
        "-- \n" + say(reader.language, N_("Sent by {place}."), place=base),
    ]
    if not mail.obligatory:
        settings = f"{base}/notifications/settings"
        parts[-1] += "\n" + say(reader.language, N_("Choose which mails you get: {link}"), link=settings)
    return Written(written.subject, "\n\n".join(parts) + "\n")


def compose(mail: Mail, mail_id: str, sender: str, body: Written) -> EmailMessage:
    """Return the mail for the wire. Its Message-ID is made of its id, so that a mail sent twice can be told as one.

    Raise ValueError for an address that cannot stand in a header.
    """
    message = EmailMessage(policy=SMTP.clone(max_line_length=_WIDTH))
    message["From"] = sender
    message["To"] = _recipient(mail)
    message["Subject"] = " ".join(body.subject.split())
    message["Date"] = mail.created_at
    message["Message-ID"] = f"<{mail_id}@{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(body.body, cte="quoted-printable" if body.body.isascii() else "base64")
    message["Content-Language"] = str(Reader.of(mail.locale, mail.timezone).language)
    return message


def _recipient(mail: Mail) -> Address:
    """Return whom the mail is for; international addresses too, so the library's own (ASCII) reading is not used."""
    local, _, domain = mail.address.rpartition("@")
    odd = any(not character.isprintable() or character.isspace() or character in _SPECIAL for character in mail.address)
    if not local or not domain or odd:
        message = f"{mail.address!r} is no address"
        raise ValueError(message)
    return Address(mail.name if mail.name.isprintable() else "", local, domain)


@cache
def catalogue() -> Catalogue:
    """Return the sentences of every module, read once: a worker has no pages that would hold them."""
    return Catalogue(_packages())


def _packages() -> Iterable[Path]:
    product = Path(__file__).parents[1]
    return sorted(folder for folder in product.iterdir() if (folder / PO_FILE).is_file())
