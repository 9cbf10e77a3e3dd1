"""What identity mails: links for forgotten passwords, and notices of changed ones."""

import pytest
from sqlalchemy import text

from b2b_market.identity.commands import ReadLink, RequestReset
from b2b_market.identity.public import set_password_by_link
from b2b_market.identity.service.passwords import read_link, request_reset
from b2b_market.infra.database import Tenant, set_tenant
from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.permission import Role
from b2b_market.rbac.actor import Actor, anonymous
from tests.support.delivery import drain_outbox
from tests.support.people import make_company, make_person
from tests.support.works import work_for

LI = "li@hengli.example"


@pytest.fixture
def person(runtime: Runtime) -> Actor:
    return make_person(runtime, make_company(runtime), Role.BUYER_PURCHASER, email=LI, locale="zh-CN", name="李伟")


def mails(runtime: Runtime) -> list[dict[str, object]]:
    with runtime.database.session() as session:
        set_tenant(session, Tenant(machine=True))
        rows = session.execute(text("SELECT * FROM notification_mail ORDER BY created_at, id")).mappings().all()
        session.rollback()
    return [dict(row) for row in rows]


def test_a_reset_mails_one_working_link(runtime: Runtime, person: Actor) -> None:
    stranger = anonymous()
    with work_for(runtime, stranger) as work:
        request_reset(work, stranger, RequestReset(LI))
    drain_outbox(runtime)
    (mail,) = mails(runtime)
    assert (mail["kind"], mail["address"], mail["locale"]) == ("identity.password_reset", LI, "zh-CN")
    assert mail["link"] == "/set-password?token={token}"
    secrets = mail["secrets"]
    assert isinstance(secrets, dict)
    with work_for(runtime, stranger) as work:
        assert read_link(work, stranger, ReadLink(secrets["token"])).id == person.user_id


def test_nothing_is_mailed_to_unknown_addresses(runtime: Runtime) -> None:
    stranger = anonymous()
    with work_for(runtime, stranger) as work:
        request_reset(work, stranger, RequestReset("nobody@x.example"))
    drain_outbox(runtime)
    assert mails(runtime) == []


def test_a_changed_password_is_told_to_its_owner(runtime: Runtime, person: Actor) -> None:
    stranger = anonymous()
    with work_for(runtime, stranger) as work:
        request_reset(work, stranger, RequestReset(LI))
    drain_outbox(runtime)
    secrets = mails(runtime)[0]["secrets"]
    assert isinstance(secrets, dict)
    with work_for(runtime, stranger) as work:
        set_password_by_link(work, secrets["token"], "seven tall grey herons")
    drain_outbox(runtime)
    notice = mails(runtime)[1]
    assert (notice["kind"], notice["user_id"], notice["secrets"]) == (
        "identity.password_set",
        person.user_id,
        None,
    )
