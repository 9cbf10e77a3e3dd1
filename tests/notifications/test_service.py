from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select, text, update

from b2b_market.infra.audit_trail import AuditEvent
from b2b_market.infra.database import Tenant
from b2b_market.infra.ids import new_id
from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.money import Money
from b2b_market.kernel.paging import PageRequest
from b2b_market.kernel.permission import Role
from b2b_market.kernel.refusal import Forbidden, IllegalStep, NotFound, Unauthenticated
from b2b_market.notifications.commands import (
    ChangeSettings,
    Choice,
    CountUnread,
    ListFailedMail,
    ListGroups,
    ListMailbox,
    ListNotifications,
    MarkManyRead,
    MarkRead,
    ReadMailboxEntry,
    ReadSettings,
    RetryMail,
)
from b2b_market.notifications.models import Notification, NotificationMail, NotificationSetting
from b2b_market.notifications.module import shell_facts
from b2b_market.notifications.permissions import GRANTS, MailPermission
from b2b_market.notifications.public import Message, MessageType, Recipient, notify
from b2b_market.notifications.rules import ObligatoryMessage, UnknownMessageType
from b2b_market.notifications.service import channels, inbox, mail
from b2b_market.notifications.service.views import MailView, NotificationView
from b2b_market.notifications.states import MailStatus
from b2b_market.rbac.actor import Actor, anonymous, system_actor
from tests.notifications.sample_types import LampLit, LampSold, PasswordLost
from tests.support.plain_actors import plain_actor
from tests.support.works import work_for

READER = plain_actor()
COLLEAGUE = plain_actor(org=READER.org_id)
OPERATOR = plain_actor(*MailPermission, platform="operator")
RELAY = system_actor("rfq.tell", new_id())
LAMP = new_id()


def recipient(actor: Actor, **more: Any) -> Recipient:
    return Recipient(address="reader@example.com", user_id=actor.user_id, org_id=actor.org_id, **more)


def tell(runtime: Runtime, *readers: Recipient, kind: type[MessageType] = LampLit, later: int = 0, **more: Any) -> None:
    """Send one message as a handler acting for other companies would, ``later`` seconds after the test began."""
    message = Message(type=kind, **{"object_type": "lamp", "object_id": LAMP, "object_name": "Lamp 1", **more})
    with work_for(replace(runtime, shift=timedelta(seconds=later)), RELAY) as work:
        notify(work, readers or [recipient(READER)], message)


def listed(runtime: Runtime, actor: Actor = READER, **more: Any) -> list[NotificationView]:
    with work_for(runtime, actor) as work:
        return list(inbox.list_notifications(work, actor, ListNotifications(**more)).items)


def unread(runtime: Runtime, actor: Actor = READER) -> int:
    with work_for(runtime, actor) as work:
        return inbox.count_unread(work, actor, CountUnread())


def mails(runtime: Runtime) -> list[MailView]:
    stranger = anonymous()
    with work_for(runtime, stranger) as work:
        return list(mail.list_mailbox(work, stranger, ListMailbox()).items)


def choose(runtime: Runtime, *choices: Choice, actor: Actor = READER) -> None:
    with work_for(runtime, actor) as work:
        channels.change_settings(work, actor, ChangeSettings(choices))


class TestTelling:
    def test_a_message_reaches_its_reader_in_the_product_and_by_mail(self, runtime: Runtime) -> None:
        facts = {"name": "大灯", "price": Money.of("12.50", "CNY")}
        tell(
            runtime,
            recipient(READER, name="Wei", locale="zh-CN", timezone="Asia/Shanghai"),
            facts=facts,
            link="/lamps/1",
        )
        (shown,) = listed(runtime)
        assert (shown.kind, shown.subject, shown.body) == (LampLit.code, LampLit.subject, LampLit.body)
        assert shown.facts == facts
        assert (shown.link, shown.object_type, shown.object_id, shown.object_name) == (
            "/lamps/1",
            "lamp",
            LAMP,
            "Lamp 1",
        )
        assert shown.read_at is None
        (sent,) = mails(runtime)
        assert (sent.mail.address, sent.mail.name, sent.mail.locale) == ("reader@example.com", "Wei", "zh-CN")
        assert sent.mail.facts == facts
        assert (sent.status, sent.attempts) == (MailStatus.QUEUED, 0)

    def test_a_message_that_is_rolled_back_never_existed(self, runtime: Runtime) -> None:
        def fail_after_telling() -> None:
            with work_for(runtime, RELAY) as work:
                notify(work, [recipient(READER)], Message(type=LampLit))
                raise LookupError("too bad")

        with pytest.raises(LookupError):
            fail_after_telling()
        assert listed(runtime) == []
        assert mails(runtime) == []

    def test_each_reader_is_told_once(self, runtime: Runtime) -> None:
        tell(runtime, recipient(READER), recipient(COLLEAGUE), recipient(READER), Recipient(address="new@example.com"))
        assert len(listed(runtime)) == len(listed(runtime, COLLEAGUE)) == 1
        assert sorted(each.address for each in mails(runtime)) == ["new@example.com", *["reader@example.com"] * 2]

    def test_nobody_to_tell_is_no_error(self, runtime: Runtime) -> None:
        with work_for(runtime, RELAY) as work:
            notify(work, [], Message(type=LampLit))
        assert mails(runtime) == []

    def test_secrets_go_by_mail_only(self, runtime: Runtime) -> None:
        tell(runtime, kind=LampLit, secrets={"token": "s3cret"})
        assert listed(runtime) == []
        assert mails(runtime)[0].mail.secrets == {"token": "s3cret"}

    def test_a_link_out_of_the_product_is_an_error_and_tells_nobody(self, runtime: Runtime) -> None:
        with pytest.raises(ValueError, match="a path of the product"):
            tell(runtime, link="https://evil.example")
        assert listed(runtime) == []

    def test_telling_is_not_audited_as_a_change(self, runtime: Runtime) -> None:
        tell(runtime)
        with work_for(runtime, RELAY) as work:
            work.act_for(Tenant(machine=True))
            assert work.session.scalar(select(func.count()).select_from(AuditEvent)) == 0


class TestReading:
    def test_the_newest_comes_first_and_pages_join(self, runtime: Runtime) -> None:
        for number in range(5):
            tell(runtime, later=number, facts={"name": str(number)})
        assert [view.facts["name"] for view in listed(runtime)] == ["4", "3", "2", "1", "0"]
        seen: list[UUID] = []
        request = PageRequest(limit=2)
        with work_for(runtime, READER) as work:
            while True:
                page = inbox.list_notifications(work, READER, ListNotifications(page=request))
                seen += [view.id for view in page.items]
                if page.next_after is None:
                    break
                request = PageRequest(limit=2, after=page.next_after)
        assert seen == [view.id for view in listed(runtime)]

    def test_a_colleague_has_an_inbox_of_their_own(self, runtime: Runtime) -> None:
        tell(runtime)
        assert listed(runtime, COLLEAGUE) == []
        (view,) = listed(runtime)
        with work_for(runtime, COLLEAGUE) as work, pytest.raises(NotFound):
            inbox.mark_read(work, COLLEAGUE, MarkRead(view.id))
        assert unread(runtime) == 1

    def test_messages_belong_to_the_company_one_acts_for(self, runtime: Runtime) -> None:
        tell(runtime)
        elsewhere = plain_actor(user=READER.user_id)
        assert listed(runtime, elsewhere) == []
        assert unread(runtime, elsewhere) == 0

    def test_reading_one_counts_once_and_keeps_its_time(self, runtime: Runtime) -> None:
        tell(runtime)
        (view,) = listed(runtime)
        with work_for(runtime, READER) as work:
            first = inbox.mark_read(work, READER, MarkRead(view.id))
        with work_for(runtime, READER) as work:
            assert inbox.mark_read(work, READER, MarkRead(view.id)).read_at == first.read_at
        assert unread(runtime) == 0
        assert listed(runtime, unread_only=True) == []

    def test_messages_are_grouped_by_what_they_are_about(self, runtime: Runtime) -> None:
        other = new_id()
        tell(runtime, later=0)
        tell(runtime, later=1, object_id=other, object_name="Lamp 2")
        tell(runtime, later=2, facts={"name": "latest"})
        tell(runtime, later=3, object_type="", object_id=None)
        tell(runtime, later=4, object_type="", object_id=None)
        with work_for(runtime, READER) as work:
            groups = list(inbox.list_groups(work, READER, ListGroups()).items)
            assert [(group.latest.object_type, group.count, group.unread) for group in groups] == [
                ("", 1, 1),
                ("", 1, 1),
                ("lamp", 2, 2),
                ("lamp", 1, 1),
            ]
            assert groups[2].latest.facts == {"name": "latest"}
            page = inbox.list_groups(work, READER, ListGroups(page=PageRequest(limit=3)))
            rest = inbox.list_groups(work, READER, ListGroups(page=PageRequest(limit=3, after=page.next_after)))
            assert [*page.items, *rest.items] == groups
        assert len(listed(runtime, object_type="lamp", object_id=LAMP)) == 2

    def test_reading_a_group_leaves_the_others_and_whatever_came_later(self, runtime: Runtime) -> None:
        tell(runtime, later=0)
        tell(runtime, later=1, object_id=new_id())
        tell(runtime, later=60)
        with work_for(runtime, READER) as work:
            soon = work.now() + timedelta(seconds=30)
            marked = inbox.mark_many_read(work, READER, MarkManyRead(until=soon, object_type="lamp", object_id=LAMP))
        assert marked == 1
        assert unread(runtime) == 2
        with work_for(runtime, READER) as work:
            groups = list(inbox.list_groups(work, READER, ListGroups(unread_only=True)).items)
            assert [(group.count, group.unread) for group in groups] == [(2, 1), (1, 1)]
            assert inbox.mark_many_read(work, READER, MarkManyRead(until=soon)) == 1
        assert unread(runtime) == 1

    def test_counting_stops_at_a_hundred(self, runtime: Runtime) -> None:
        with work_for(runtime, RELAY) as work:
            for _ in range(105):
                notify(work, [recipient(READER)], Message(type=LampSold))
        assert unread(runtime) == 100

    def test_strangers_have_no_inbox(self, runtime: Runtime) -> None:
        stranger = anonymous()
        with work_for(runtime, stranger) as work:
            for call in (
                lambda: inbox.list_notifications(work, stranger, ListNotifications()),
                lambda: inbox.list_groups(work, stranger, ListGroups()),
                lambda: inbox.count_unread(work, stranger, CountUnread()),
                lambda: inbox.mark_read(work, stranger, MarkRead(LAMP)),
                lambda: inbox.mark_many_read(work, stranger, MarkManyRead(until=work.now())),
                lambda: channels.read_settings(work, stranger, ReadSettings()),
                lambda: channels.change_settings(work, stranger, ChangeSettings(())),
            ):
                with pytest.raises(Unauthenticated):
                    call()

    def test_the_shell_shows_the_count(self, runtime: Runtime) -> None:
        tell(runtime)
        with work_for(runtime, READER) as work:
            assert shell_facts(work.session, READER).unread == 1
            assert shell_facts(work.session, anonymous()).unread == 0
            assert shell_facts(work.session, RELAY).unread == 0


class TestChannels:
    def settings(self, runtime: Runtime, actor: Actor = READER) -> dict[str, tuple[bool, bool]]:
        with work_for(runtime, actor) as work:
            found = channels.read_settings(work, actor, ReadSettings())
        return {view.type.code: (view.in_app, view.mail) for view in found if view.type.code.startswith("test.")}

    def test_until_one_chooses_types_have_their_usual_channels(self, runtime: Runtime) -> None:
        assert self.settings(runtime) == {LampLit.code: (True, True), PasswordLost.code: (False, True)}
        seller = plain_actor()
        object.__setattr__(seller, "permissions", frozenset({"lamp:sell"}))
        assert self.settings(runtime, seller)[LampSold.code] == (True, False)

    def test_choices_hold_for_what_is_told_afterwards(self, runtime: Runtime) -> None:
        choose(runtime, Choice(LampLit.code, in_app=False, mail=True))
        tell(runtime)
        assert listed(runtime) == []
        assert len(mails(runtime)) == 1
        choose(runtime, Choice(LampLit.code, in_app=True, mail=False))
        assert self.settings(runtime)[LampLit.code] == (True, False)
        tell(runtime)
        assert len(listed(runtime)) == 1
        assert len(mails(runtime)) == 1

    def test_choices_are_ones_own(self, runtime: Runtime) -> None:
        choose(runtime, Choice(LampLit.code, in_app=False, mail=False))
        tell(runtime, recipient(READER), recipient(COLLEAGUE))
        assert listed(runtime) == []
        assert len(listed(runtime, COLLEAGUE)) == 1

    @pytest.mark.parametrize(
        ("choice", "refusal"),
        [
            (Choice("test.unheard-of", in_app=True, mail=True), UnknownMessageType),
            (Choice(LampSold.code, in_app=True, mail=True), UnknownMessageType),
            (Choice(PasswordLost.code, in_app=False, mail=False), ObligatoryMessage),
        ],
    )
    def test_a_refused_choice_keeps_none_of_them(
        self, runtime: Runtime, choice: Choice, refusal: type[Exception]
    ) -> None:
        with pytest.raises(refusal):
            choose(runtime, Choice(LampLit.code, in_app=False, mail=False), choice)
        assert self.settings(runtime)[LampLit.code] == (True, True)

    def test_a_choice_made_before_a_type_became_obligatory_counts_no_more(self, runtime: Runtime) -> None:
        with work_for(runtime, READER) as work:
            row = NotificationSetting(
                user_id=READER.user_id, kind=PasswordLost.code, in_app=False, mail=False, changed_at=work.now()
            )
            work.session.add(row)
        assert self.settings(runtime)[PasswordLost.code] == (False, True)
        tell(runtime, kind=PasswordLost)
        assert len(mails(runtime)) == 1


class TestMail:
    def dead(self, runtime: Runtime) -> UUID:
        tell(runtime)
        with work_for(runtime, RELAY) as work:
            work.act_for(Tenant(machine=True))
            work.session.execute(update(NotificationMail).values(status=MailStatus.DEAD, attempts=10, error="550 gone"))
            return work.session.scalars(select(NotificationMail.id)).one()

    def test_the_operator_sees_what_was_given_up_and_sends_it_again(self, runtime: Runtime) -> None:
        mail_id = self.dead(runtime)
        with work_for(runtime, OPERATOR) as work:
            (found,) = mail.list_failed_mail(work, OPERATOR, ListFailedMail()).items
            assert (found.id, found.address, found.error, found.attempts) == (
                mail_id,
                "reader@example.com",
                "550 gone",
                10,
            )
        with work_for(runtime, OPERATOR) as work:
            again = mail.retry_mail(work, OPERATOR, RetryMail(mail_id))
        assert (again.status, again.attempts, again.error) == (MailStatus.QUEUED, 0, "")
        with work_for(runtime, OPERATOR) as work:
            assert mail.list_failed_mail(work, OPERATOR, ListFailedMail()).items == []

    def test_a_mail_on_its_way_is_not_the_operators_to_see(self, runtime: Runtime) -> None:
        tell(runtime)
        (waiting,) = mails(runtime)
        with work_for(runtime, OPERATOR) as work, pytest.raises(NotFound):
            mail.retry_mail(work, OPERATOR, RetryMail(waiting.id))

    @pytest.mark.parametrize("actor", [READER, plain_actor(platform="operator")])
    def test_others_may_not(self, runtime: Runtime, actor: Actor) -> None:
        mail_id = self.dead(runtime)
        with work_for(runtime, actor) as work:
            with pytest.raises(Forbidden):
                mail.list_failed_mail(work, actor, ListFailedMail())
            with pytest.raises(Forbidden):
                mail.retry_mail(work, actor, RetryMail(mail_id))

    def test_an_entry_of_the_mailbox_is_read_whole(self, runtime: Runtime) -> None:
        tell(runtime, secrets={"token": "s3cret"}, link="/welcome?code={token}")
        (waiting,) = mails(runtime)
        stranger = anonymous()
        with work_for(runtime, stranger) as work:
            found = mail.read_mailbox_entry(work, stranger, ReadMailboxEntry(waiting.id))
            assert found == waiting
            with pytest.raises(NotFound):
                mail.read_mailbox_entry(work, stranger, ReadMailboxEntry(new_id()))

    def test_only_the_operator_looks_after_mail(self) -> None:
        assert {role for roles in GRANTS.values() for role in roles} == {Role.PLATFORM_OPERATOR}

    def test_a_dead_mail_leaves_only_by_retry(self, runtime: Runtime) -> None:
        mail_id = self.dead(runtime)
        with work_for(runtime, OPERATOR) as work:
            mail.retry_mail(work, OPERATOR, RetryMail(mail_id))
            with pytest.raises((IllegalStep, NotFound)):
                mail.retry_mail(work, OPERATOR, RetryMail(mail_id))


class TestFence:
    """What the database itself refuses, whatever the code above it asks for."""

    @pytest.mark.parametrize(
        "tenant", [Tenant(), Tenant((new_id(),)), Tenant(platform="operator"), Tenant(machine=True)]
    )
    def test_messages_of_others_are_invisible_and_untouchable(self, runtime: Runtime, tenant: Tenant) -> None:
        tell(runtime)
        with work_for(runtime, READER) as work:
            work.act_for(tenant)
            assert work.session.scalars(select(Notification.id)).all() == []
            done = work.session.execute(update(Notification).values(link="/evil"))
            assert done.rowcount == 0  # type: ignore[attr-defined]  # a CursorResult
        assert listed(runtime)[0].link == "/"

    @pytest.mark.parametrize(
        "tenant", [Tenant(), READER.tenant(), Tenant(platform="operator"), Tenant(platform="auditor")]
    )
    def test_mail_is_for_the_machine(self, runtime: Runtime, tenant: Tenant) -> None:
        tell(runtime)
        with work_for(runtime, READER) as work:
            work.act_for(tenant)
            assert work.session.scalars(select(NotificationMail.id)).all() == []
            done = work.session.execute(update(NotificationMail).values(address="evil@example.com"))
            assert done.rowcount == 0  # type: ignore[attr-defined]  # a CursorResult
        assert mails(runtime)[0].address == "reader@example.com"

    def test_nobody_deletes(self, runtime: Runtime) -> None:
        with work_for(runtime, READER) as work:
            for table in ("notification", "notification_mail", "notification_setting"):
                assert not work.session.scalar(text("SELECT has_table_privilege(:t, 'DELETE')"), {"t": table})
