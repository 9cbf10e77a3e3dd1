import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from b2b_market.infra.smtp import MailRefused, MailServer


class OnItsPort(Controller):
    """A mail server on a port that it was given and that is nobody else's before it listens there."""

    def __init__(self, handler: object, **more: Any) -> None:
        super().__init__(handler, hostname="127.0.0.1", ready_timeout=60, **more)
        self._bound = socket.create_server(("127.0.0.1", 0))
        self.port = self._bound.getsockname()[1]

    def _create_server(self) -> Any:
        return self.loop.create_server(self._factory_invoker, sock=self._bound, ssl=self.ssl_context)


class Box:
    """Takes mail, or refuses what its address says."""

    def __init__(self) -> None:
        self.taken: list[Envelope] = []

    async def handle_RCPT(  # noqa: N802 - the name aiosmtpd looks for
        self, _server: Any, _session: Any, envelope: Envelope, address: str, _options: Any
    ) -> str:
        if address.startswith("nobody@"):
            return "550 no such user"
        if address.startswith("later@"):
            return "451 try later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Envelope) -> str:  # noqa: N802 - as above
        if b"Subject: spam" in (envelope.original_content or b""):
            return "554 looks like spam"
        self.taken.append(envelope)
        return "250 taken"


@pytest.fixture
def box() -> Iterator[tuple[Box, MailServer]]:
    handler = Box()
    controller = OnItsPort(handler, enable_SMTPUTF8=True)
    yield handler, _started(controller)
    controller.stop()


def _started(controller: OnItsPort, query: str = "", scheme: str = "smtp", login: str = "") -> MailServer:
    controller.start()
    return MailServer.from_url(f"{scheme}://{login}127.0.0.1:{controller.port}?from=market@example.com{query}")


def mail(to: str = "reader@example.com", subject: str = "hello") -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "market@example.com", to, subject
    message.set_content("text\n")
    return message


def test_mails_of_a_batch_go_over_one_connection(box: tuple[Box, MailServer]) -> None:
    handler, server = box
    with server.connect() as connection:
        connection.send(mail())
        connection.send(mail("other@example.com"))
    assert [envelope.rcpt_tos for envelope in handler.taken] == [["reader@example.com"], ["other@example.com"]]
    assert handler.taken[0].mail_from == "market@example.com"


@pytest.mark.parametrize(
    ("to", "subject", "forever", "words"),
    [
        ("nobody@example.com", "hello", True, "550 no such user"),
        ("later@example.com", "hello", False, "451 try later"),
        ("reader@example.com", "spam", True, "554"),
    ],
)
def test_refusals_tell_whether_to_try_again(
    box: tuple[Box, MailServer], to: str, subject: str, forever: bool, words: str
) -> None:
    handler, server = box
    with server.connect() as connection:
        with pytest.raises(MailRefused) as refused:
            connection.send(mail(to, subject))
        connection.send(mail())
    assert refused.value.forever is forever
    assert words in str(refused.value)
    assert len(handler.taken) == 1


def test_a_server_out_of_reach_is_tried_again() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))  # and does not listen, so nobody else does there either
        server = MailServer.from_url(f"smtp://127.0.0.1:{silent.getsockname()[1]}?from=market@example.com")
        with pytest.raises(MailRefused) as refused, server.connect():
            pass
    assert refused.value.forever is False


def test_an_unwritable_mail_is_never_tried_again(box: tuple[Box, MailServer]) -> None:
    _, server = box
    broken = EmailMessage()
    broken["Subject"] = "no recipients"
    broken.set_content("x")
    with server.connect() as connection, pytest.raises(MailRefused) as refused:
        connection.send(broken)
    assert refused.value.forever is True


@pytest.mark.parametrize(
    "url", ["", "http://host?from=a@b.c", "smtp://?from=a@b.c", "smtp://host", "smtp://host?from=nobody"]
)
def test_other_addresses_are_refused(url: str) -> None:
    with pytest.raises(ValueError, match="SMTP_URL"):
        MailServer.from_url(url)


def test_an_address_is_read() -> None:
    server = MailServer.from_url("smtps://user%40x:p%2Fw@mail.example.com?from=market@example.com")
    assert (server.host, server.port, server.user, server.password) == ("mail.example.com", 465, "user@x", "p/w")
    assert server.implicit_tls is True
    assert MailServer.from_url("smtp://mail.example.com?from=a@b.c").port == 587


class TestTls:
    @pytest.fixture
    def certificate(self, tmp_path: Path) -> Path:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
        now = datetime.now(UTC)
        signed = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(1)
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
            .sign(key, hashes.SHA256())
        )
        path = tmp_path / "server.pem"
        path.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            + signed.public_bytes(serialization.Encoding.PEM)
        )
        return path

    @pytest.fixture
    def _trusting(self, certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def context(**_: object) -> ssl.SSLContext:
            found = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            found.load_verify_locations(certificate)
            found.check_hostname = False  # the certificate names localhost, the test connects by number
            return found

        monkeypatch.setattr(ssl, "create_default_context", context)

    def _server_context(self, certificate: Path) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        return context

    @pytest.mark.usefixtures("_trusting")
    def test_a_password_is_shown_after_the_change_to_tls_only(self, certificate: Path) -> None:
        seen: list[bytes] = []

        def authenticate(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
            seen.append(data.password)
            return AuthResult(success=True)

        handler = Box()
        controller = OnItsPort(
            handler,
            tls_context=self._server_context(certificate),
            require_starttls=True,
            authenticator=authenticate,
        )
        server = _started(controller, login="user:secret@")
        try:
            with server.connect() as connection:
                connection.send(mail())
        finally:
            controller.stop()
        assert seen == [b"secret"]
        assert len(handler.taken) == 1

    def test_an_untrusted_certificate_ends_the_attempt(self, certificate: Path) -> None:
        controller = OnItsPort(Box(), tls_context=self._server_context(certificate))
        server = _started(controller)
        try:
            with pytest.raises(MailRefused) as refused, server.connect():
                pass
        finally:
            controller.stop()
        assert refused.value.forever is False
        assert "certificate" in str(refused.value).lower()

    def test_without_tls_no_password_leaves_for_another_machine(self, monkeypatch: pytest.MonkeyPatch) -> None:
        handler = Box()
        controller = OnItsPort(handler, auth_require_tls=False, auth_required=False)
        server = _started(controller, login="user:secret@")
        # The server answers on this machine under a name that is not this machine's.
        elsewhere = MailServer("mail.example.com", server.port, server.sender, "user", "secret", implicit_tls=False)
        monkeypatch.setattr("socket.getaddrinfo", lambda *_args, **_more: [(2, 1, 6, "", ("127.0.0.1", server.port))])
        try:
            with pytest.raises(MailRefused, match="the password stays here"), elsewhere.connect():
                pass
        finally:
            controller.stop()

    @pytest.mark.usefixtures("_trusting")
    def test_implicit_tls(self, certificate: Path) -> None:
        handler = Box()
        controller = OnItsPort(handler, ssl_context=self._server_context(certificate))
        server = _started(controller, scheme="smtps")
        try:
            with server.connect() as connection:
                connection.send(mail())
        finally:
            controller.stop()
        assert len(handler.taken) == 1
