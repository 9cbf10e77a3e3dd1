"""Handing mails to a mail server, one connection per batch. Called by tasks only, never inside a transaction."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Final
from urllib.parse import parse_qs, unquote, urlsplit

_PORTS: Final = {"smtp": 587, "smtps": 465}
_PERMANENT: Final = 500


class MailRefused(Exception):
    """The server did not take a mail. ``forever`` means it never will: the address or the mail itself is refused."""

    def __init__(self, reason: str, *, forever: bool) -> None:
        """Keep the server's words, which may name the address but never the mail's content."""
        super().__init__(reason)
        self.forever = forever


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail goes: ``smtp[s]://user:password@host:port?from=address``.

    ``smtps`` speaks TLS from the first byte. ``smtp`` changes to TLS where the server offers it, and refuses to show a
    password to one that does not, unless it is this machine.
    """

    host: str
    port: int
    sender: str
    user: str
    password: str
    implicit_tls: bool
    timeout: float = 20.0

    @classmethod
    def from_url(cls, url: str) -> "MailServer":
        """Read the setting; raise ValueError where it names no server or no sender."""
        address = urlsplit(url)
        sender = parse_qs(address.query).get("from", [""])[-1]
        if address.scheme not in _PORTS or not address.hostname or "@" not in sender:
            message = "SMTP_URL must look like smtp://user:password@host:587?from=market@example.com"
            raise ValueError(message)
        return cls(
            address.hostname,
            address.port or _PORTS[address.scheme],
            sender,
            unquote(address.username or ""),
            unquote(address.password or ""),
            address.scheme == "smtps",
        )

    @contextmanager
    def connect(self) -> Iterator["MailConnection"]:
        """Open a connection for a batch; raise MailRefused (not forever) where none can be had."""
        try:
            client = self._greet()
        except (OSError, smtplib.SMTPException) as error:
            raise MailRefused(_words(error), forever=False) from error
        try:
            yield MailConnection(client)
        finally:
            client.close()

    def _greet(self) -> smtplib.SMTP:
        context = ssl.create_default_context()
        if self.implicit_tls:
            client: smtplib.SMTP = smtplib.SMTP_SSL(self.host, self.port, timeout=self.timeout, context=context)
        else:
            client = smtplib.SMTP(self.host, self.port, timeout=self.timeout)
        try:
            self._secure(client, context)
        except BaseException:
            client.close()
            raise
        return client

    def _secure(self, client: smtplib.SMTP, context: ssl.SSLContext) -> None:
        client.ehlo()
        encrypted = self.implicit_tls
        if not encrypted and client.has_extn("starttls"):
            client.starttls(context=context)
            client.ehlo()
            encrypted = True
        if self.user:
            if not encrypted and self.host not in {"127.0.0.1", "::1", "localhost"}:
                message = "the server offers no TLS; the password stays here"
                raise smtplib.SMTPException(message)
            client.login(self.user, self.password)


@dataclass(frozen=True, slots=True)
class MailConnection:
    """An open connection."""

    client: smtplib.SMTP

    def send(self, mail: EmailMessage) -> None:
        """Hand over one mail; when this returns the server has taken it. Raise MailRefused otherwise."""
        try:
            self.client.send_message(mail)
        except (OSError, smtplib.SMTPException, ValueError) as error:
            raise MailRefused(_words(error), forever=_is_final(error)) from error


def _is_final(error: Exception) -> bool:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= _PERMANENT for code, _ in error.recipients.values())
    if isinstance(error, smtplib.SMTPDataError):
        return error.smtp_code >= _PERMANENT
    # ValueError: the mail cannot be written at all (a line end in an address); SMTPNotSupportedError: nor as UTF-8.
    # A refused sender is a fault of the settings, which somebody will mend.
    return isinstance(error, ValueError | smtplib.SMTPNotSupportedError)


def _words(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return "; ".join(f"{code} {text.decode('utf-8', 'replace')}" for code, text in error.recipients.values())
    return f"{type(error).__name__}: {error}"
