import smtplib
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from b2b_market.infra.database import Tenant
from b2b_market.infra.ids import new_id
from b2b_market.infra.runtime import Runtime
from b2b_market.infra.smtp import MailServer
from b2b_market.kernel.refusal import NotFound
from b2b_market.notifications import tasks
from b2b_market.notifications.commands import ClaimMail, MailFailed, MailSent
from b2b_market.notifications.models import NotificationMail
from b2b_market.notifications.public import Message, Recipient, notify
from b2b_market.notifications.rules import LEASE, MAX_ATTEMPTS
from b2b_market.notifications.service import mail
from b2b_market.notifications.states import MailStatus
from b2b_market.rbac.actor import system_actor
from tests.notifications.sample_types import LampLit, PasswordLost
from tests.support.works import work_for

MACHINE = system_actor("schedule")


class FakeServer:
    """Stands where smtplib would talk to a server; ``says`` is what it answers to each address."""

    def __init__(self) -> None:
        self.taken: list[EmailMessage] = []
        self.connections = 0
        self.down = False
        self.says: dict[str, Exception] = {}

    def greet(self) -> "FakeServer":
        self.connections += 1
        if self.down:
            raise ConnectionRefusedError("nobody there")
        return self

    def send_message(self, message: EmailMessage) -> None:
        address = message["To"].addresses[0].addr_spec
        if address in self.says:
            raise self.says[address]
        self.taken.append(message)

    def close(self) -> None:
        """Nothing to close."""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> FakeServer:
    fake = FakeServer()
    monkeypatch.setattr(MailServer, "_greet", lambda _server: fake.greet())
    return fake


@pytest.fixture
def runtime(runtime: Runtime) -> Runtime:
    """The usual means, with a mail server set."""
    url = SecretStr("smtp://mail.example.com?from=market@example.com")
    return replace(runtime, settings=runtime.settings.model_copy(update={"smtp_url": url}))


def at(runtime: Runtime, seconds: float) -> Runtime:
    return replace(runtime, shift=timedelta(seconds=seconds))


def tell(runtime: Runtime, *addresses: str, **more: Any) -> None:
    readers = [Recipient(address=address, locale="zh-CN") for address in addresses]
    with work_for(runtime, MACHINE) as work:
        notify(work, readers, Message(type=more.pop("type", LampLit), facts={"name": "大灯"}, **more))


def rows(runtime: Runtime) -> list[NotificationMail]:
    with work_for(runtime, MACHINE) as work:
        work.act_for(Tenant(machine=True))
        return list(work.session.scalars(select(NotificationMail).order_by(NotificationMail.address)))


def test_due_mail_is_sent_over_one_connection_and_once(runtime: Runtime, server: FakeServer) -> None:
    tell(runtime, "a@example.com", "b@example.com")
    assert tasks.send_mail(runtime) == 2
    assert tasks.send_mail(runtime) == 0
    assert server.connections == 1
    assert [row.status for row in rows(runtime)] == [MailStatus.SENT] * 2
    assert all(row.sent_at is not None and row.attempts == 1 for row in rows(runtime))
    ids = {message["Message-ID"] for message in server.taken}
    assert ids == {f"<{row.id}@example.com>" for row in rows(runtime)}


def test_more_than_a_batch_is_sent_batch_by_batch(runtime: Runtime, server: FakeServer) -> None:
    tell(runtime, *(f"{number:02}@example.com" for number in range(2 * tasks.BATCH + 1)))
    assert tasks.send_mail(runtime) == 2 * tasks.BATCH + 1
    assert server.connections == 3


def test_secrets_are_forgotten_once_the_server_has_the_mail(runtime: Runtime, server: FakeServer) -> None:
    tell(runtime, "a@example.com", type=PasswordLost, secrets={"token": "s3cret"}, link="/reset?code={token}")
    assert rows(runtime)[0].secrets == {"token": "s3cret"}
    tasks.send_mail(runtime)
    assert rows(runtime)[0].secrets is None
    text = server.taken[0].get_content()
    assert "Use the code s3cret within an hour." in text
    assert "http://testserver/reset?code=s3cret" in text


def test_a_temporary_refusal_waits_and_is_tried_again(runtime: Runtime, server: FakeServer) -> None:
    tell(runtime, "a@example.com", "b@example.com")
    server.says["a@example.com"] = smtplib.SMTPRecipientsRefused({"a@example.com": (451, b"later")})
    assert tasks.send_mail(runtime) == 1
    waiting, sent = rows(runtime)
    assert (waiting.status, waiting.attempts, waiting.error) == (MailStatus.QUEUED, 1, "451 later")
    assert sent.status is MailStatus.SENT
    server.says.clear()
    assert tasks.send_mail(at(runtime, 29)) == 0
    assert tasks.send_mail(at(runtime, 31)) == 1
    assert rows(runtime)[0].error == ""


def test_a_final_refusal_ends_at_once(runtime: Runtime, server: FakeServer) -> None:
    tell(runtime, "a@example.com")
    server.says["a@example.com"] = smtplib.SMTPRecipientsRefused({"a@example.com": (550, b"no such user")})
    assert tasks.send_mail(runtime) == 0
    (row,) = rows(runtime)
    assert (row.status, row.attempts, row.error) == (MailStatus.DEAD, 1, "550 no such user")
    assert tasks.send_mail(at(runtime, 86400)) == 0


def test_an_address_that_is_none_ends_at_once_and_stops_nobody(runtime: Runtime, server: FakeServer) -> None:
    tell(runtime, "a@example.com", "not an address")
    assert tasks.send_mail(runtime) == 1
    assert [(row.address, row.status) for row in rows(runtime)] == [
        ("a@example.com", MailStatus.SENT),
        ("not an address", MailStatus.DEAD),
    ]
    assert "is no address" in rows(runtime)[1].error
    assert len(server.taken) == 1


def test_a_server_out_of_reach_loses_nothing_and_is_given_up_after_the_last_attempt(
    runtime: Runtime, server: FakeServer
) -> None:
    tell(runtime, "a@example.com")
    server.down = True
    seconds = 0.0
    for attempt in range(1, MAX_ATTEMPTS + 1):
        assert tasks.send_mail(at(runtime, seconds)) == 0
        (row,) = rows(runtime)
        assert row.attempts == attempt
        assert row.status is (MailStatus.DEAD if attempt == MAX_ATTEMPTS else MailStatus.QUEUED)
        assert "nobody there" in row.error
        seconds += 6 * 3600


def test_two_senders_share_the_work(runtime: Runtime) -> None:
    tell(runtime, "a@example.com", "b@example.com", "c@example.com")
    with work_for(runtime, MACHINE) as work:
        first = mail.claim_mail(work, MACHINE, ClaimMail(2))
    with work_for(runtime, MACHINE) as work:
        second = mail.claim_mail(work, MACHINE, ClaimMail(2))
    assert len(first) == 2
    assert len(second) == 1
    assert not {each.id for each in first} & {each.id for each in second}


def test_a_sender_that_died_is_replaced_when_its_lease_ends(runtime: Runtime, server: FakeServer) -> None:
    tell(runtime, "a@example.com")
    with work_for(runtime, MACHINE) as work:
        mail.claim_mail(work, MACHINE, ClaimMail(5))
    assert tasks.send_mail(at(runtime, LEASE.total_seconds() - 1)) == 0
    assert tasks.send_mail(at(runtime, LEASE.total_seconds() + 1)) == 1
    assert len(server.taken) == 1


def test_notes_of_a_late_sender_change_nothing(runtime: Runtime, server: FakeServer) -> None:
    tell(runtime, "a@example.com")
    tasks.send_mail(runtime)
    (row,) = rows(runtime)
    with work_for(runtime, MACHINE) as work:
        mail.note_mail_sent(work, MACHINE, MailSent(row.id))
        mail.note_mail_failed(work, MACHINE, MailFailed(row.id, "too late", forever=True))
    (again,) = rows(runtime)
    assert (again.status, again.sent_at, again.error) == (MailStatus.SENT, row.sent_at, "")
    assert len(server.taken) == 1


def test_without_a_server_mail_is_kept_and_never_sent_later(runtime: Runtime, server: FakeServer) -> None:
    without = replace(runtime, settings=runtime.settings.model_copy(update={"smtp_url": None}))
    tell(runtime, "a@example.com", "b@example.com")
    assert tasks.send_mail(without) == 2
    assert tasks.send_mail(without) == 0
    assert [row.status for row in rows(runtime)] == [MailStatus.KEPT] * 2
    assert tasks.send_mail(runtime) == 0
    assert server.taken == []


def test_mail_for_an_unknown_id_is_an_error_for_the_operator_to_see(runtime: Runtime) -> None:
    with work_for(runtime, MACHINE) as work, pytest.raises(NotFound):
        mail.note_mail_sent(work, MACHINE, MailSent(new_id()))


def test_sending_is_scheduled() -> None:
    assert [(task.name, task.every) for task in tasks.TASKS] == [("notifications.send_mail", 5.0)]
