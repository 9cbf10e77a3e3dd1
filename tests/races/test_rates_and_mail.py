"""Two operators enter one rate at the same moment; several senders empty one queue of mail."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from decimal import Decimal
from email.message import EmailMessage
from threading import Barrier, Lock

import pytest
from pydantic import SecretStr

from b2b_market.infra.runtime import Runtime
from b2b_market.infra.smtp import MailServer
from b2b_market.kernel.currency import Currency
from b2b_market.notifications import tasks
from b2b_market.notifications.public import Message, MessageType, Recipient, notify
from b2b_market.rbac.actor import system_actor
from b2b_market.reference.commands import AddRate, ListRates
from b2b_market.reference.permissions import RatePermission
from b2b_market.reference.rules.rates import RateAlreadyEntered
from b2b_market.reference.service import rates as service
from tests.support.plain_actors import plain_actor
from tests.support.works import work_for

pytestmark = pytest.mark.committed
OPERATOR = plain_actor(*RatePermission, platform="operator")
AT_ONCE = 8


def test_one_of_many_equal_entries_is_stored_and_the_others_are_refused(committed_runtime: Runtime) -> None:
    start = Barrier(AT_ONCE)

    def enter(number: int) -> str:
        start.wait()
        command = AddRate(
            base=Currency("EUR"),
            quote=Currency("CNY"),
            value=Decimal(8) + number,
            day=date(2026, 11, 20),
            source=f"operator {number}",
        )
        try:
            with work_for(committed_runtime, OPERATOR) as work:
                return service.add_rate(work, OPERATOR, command).source
        except RateAlreadyEntered:
            return "refused"

    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(enter, range(AT_ONCE)))
    assert answers.count("refused") == AT_ONCE - 1
    (winner,) = set(answers) - {"refused"}
    with work_for(committed_runtime, OPERATOR) as work:
        (stored,) = service.list_rates(work, OPERATOR, ListRates()).items
    assert stored.source == winner


class Tick(MessageType):
    code = "races.tick"
    label = "Ticks"
    subject = "Tick"
    body = "Tick."


def test_many_senders_send_each_mail_once(committed_runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[str] = []
    lock = Lock()

    class Server:
        def send_message(self, message: EmailMessage) -> None:
            with lock:
                taken.append(message["To"].addresses[0].addr_spec)

        def close(self) -> None:
            """Nothing to close."""

    monkeypatch.setattr(MailServer, "_greet", lambda _server: Server())
    url = SecretStr("smtp://mail.example.com?from=market@example.com")
    runtime = replace(committed_runtime, settings=committed_runtime.settings.model_copy(update={"smtp_url": url}))
    machine, expected = system_actor("test"), sorted(f"{number:02}@example.com" for number in range(60))
    with work_for(runtime, machine) as work:
        notify(work, [Recipient(address=address) for address in expected], Message(type=Tick))
    start = Barrier(4)

    def send() -> int:
        start.wait()
        return tasks.send_mail(runtime)

    with ThreadPoolExecutor(4) as pool:
        sent = [future.result() for future in [pool.submit(send) for _ in range(4)]]
    assert sum(sent) == 60
    assert sorted(taken) == expected
