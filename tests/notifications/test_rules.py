from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from b2b_market.infra.ids import new_id
from b2b_market.kernel.money import Money
from b2b_market.notifications.commands import Bilingual, Choice, Fact, Message, MessageType, Phrase, Recipient
from b2b_market.notifications.rules import (
    MAX_ATTEMPTS,
    ObligatoryMessage,
    UnknownMessageType,
    each_once,
    in_app_wanted,
    load_facts,
    mail_wanted,
    message_types,
    next_attempt,
    require_choosable,
    require_path,
    store_facts,
    types_for,
)
from b2b_market.notifications.states import LIFECYCLE, MailStatus
from tests.notifications.sample_types import LampLit, LampSold, PasswordLost

NOW = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
FACTS: dict[str, Fact] = {
    "name": "大灯",
    "at": NOW,
    "day": date(2026, 11, 23),
    "price": Money.of("1250.50", "CNY"),
    "watts": 60,
    "buyer": Bilingual(zh="恒力", en="Hengli"),
    "reason": Phrase("Its time is over."),
}
READER = Recipient(address="a@example.com", user_id=new_id(), org_id=new_id())


class TestFacts:
    def test_facts_come_back_as_they_were(self) -> None:
        assert load_facts(store_facts(FACTS)) == FACTS

    def test_facts_are_stored_as_json(self) -> None:
        assert store_facts(FACTS) == {
            "name": "大灯",
            "at": {"time": "2026-11-22T08:30:00+00:00"},
            "day": {"date": "2026-11-23"},
            "price": {"money": {"amount": "1250.50", "currency": "CNY"}},
            "watts": 60,
            "buyer": {"zh": "恒力", "en": "Hengli"},
            "reason": {"phrase": "Its time is over."},
        }

    @pytest.mark.parametrize("value", [1.5, None, [], {}, {"money": {"amount": 1, "currency": "CNY"}}, {"time": 3}])
    def test_anything_else_is_an_error(self, value: Any) -> None:
        with pytest.raises(ValueError, match="a stored fact is"):
            load_facts({"x": value})


class TestTypes:
    def test_declared_types_are_found_by_code_in_order(self) -> None:
        found = message_types()
        assert found["test.lamp-lit"] is LampLit
        assert list(found) == sorted(found)

    def test_types_below_types_are_found(self) -> None:
        class Base(MessageType):
            code = "test-two.base"
            label = subject = body = "Two"  # the class outlives this test, so its settings line must be whole

        class Below(Base):
            code = "test-two.below"

        assert message_types(Base) == {"test-two.below": Below}
        assert message_types()["test-two.below"] is Below

    def test_two_types_of_one_code_are_an_error(self) -> None:
        class Base(MessageType):
            code = "test-three.base"
            label = subject = body = "Three"

        one, other = type("One", (Base,), {"code": "x"}), type("Other", (Base,), {"code": "x"})
        assert one is not other
        with pytest.raises(ValueError, match="two message types are named x"):
            message_types(Base)
        one.code = "y"  # type: ignore[attr-defined]  # so that the other tests find no double
        other.code = "z"  # type: ignore[attr-defined]  # as above

    def test_readers_get_types_that_need_nothing_or_what_they_hold(self) -> None:
        assert "test.lamp-sold" not in types_for(frozenset())
        assert types_for(frozenset({"lamp:sell"}))["test.lamp-sold"] is LampSold
        assert "test.lamp-lit" in types_for(frozenset())


class TestChannels:
    def message(self, kind: type[MessageType], **more: Any) -> Message:
        return Message(type=kind, **more)

    @pytest.mark.parametrize(
        ("kind", "choice", "in_app", "mail"),
        [
            (LampLit, None, True, True),
            (LampSold, None, True, False),
            (LampLit, Choice("test.lamp-lit", in_app=False, mail=True), False, True),
            (LampLit, Choice("test.lamp-lit", in_app=True, mail=False), True, False),
            (LampSold, Choice("test.lamp-sold", in_app=False, mail=True), False, True),
            (PasswordLost, Choice("test.password-lost", in_app=True, mail=False), False, True),
        ],
    )
    def test_choices_decide_except_for_obligatory_types(
        self, kind: type[MessageType], choice: Choice | None, in_app: bool, mail: bool
    ) -> None:
        assert in_app_wanted(self.message(kind), READER, choice) is in_app
        assert mail_wanted(self.message(kind), READER, choice) is mail

    def test_strangers_get_mail_only(self) -> None:
        stranger = Recipient(address="a@example.com")
        assert not in_app_wanted(self.message(LampLit), stranger, None)
        assert mail_wanted(self.message(LampLit), stranger, None)
        without_company = Recipient(address="a@example.com", user_id=new_id())
        assert not in_app_wanted(self.message(LampLit), without_company, None)

    def test_without_an_address_no_mail_is_sent(self) -> None:
        assert not mail_wanted(self.message(LampLit), Recipient(user_id=new_id(), org_id=new_id()), None)

    def test_secrets_are_never_shown_in_the_product(self) -> None:
        assert not in_app_wanted(self.message(LampLit, secrets={"token": "x"}), READER, None)
        assert mail_wanted(self.message(LampLit, secrets={"token": "x"}), READER, None)

    def test_one_person_is_told_once_per_company(self) -> None:
        user, one, two = new_id(), new_id(), new_id()
        again = Recipient(address="b@example.com", user_id=user, org_id=one)
        people = [Recipient(address="a@example.com", user_id=user, org_id=org) for org in (one, two)]
        strangers = [Recipient(address="c@example.com"), Recipient(address="c@example.com")]
        assert each_once([*people, again, *strangers]) == (again, people[1], strangers[0])

    def test_choices_must_be_for_types_one_gets(self) -> None:
        kinds: dict[str, type[MessageType]] = {"test.lamp-lit": LampLit, "test.password-lost": PasswordLost}
        require_choosable(kinds, Choice("test.lamp-lit", in_app=False, mail=False))
        require_choosable(kinds, Choice("test.password-lost", in_app=True, mail=True))
        with pytest.raises(UnknownMessageType) as unknown:
            require_choosable(kinds, Choice("test.other", in_app=True, mail=True))
        assert unknown.value.facts == {"type": "test.other"}
        with pytest.raises(ObligatoryMessage):
            require_choosable(kinds, Choice("test.password-lost", in_app=False, mail=False))

    def test_an_obligatory_type_in_the_product_stays_there(self) -> None:
        class Locked(MessageType):
            code = "test-four.locked"
            label = subject = body = "Four"
            mail = False
            obligatory = True

        with pytest.raises(ObligatoryMessage):
            require_choosable({"test-four.locked": Locked}, Choice("test-four.locked", in_app=False, mail=True))


@pytest.mark.parametrize("link", ["/", "/rfqs/1?tab=quotes#line-3", "/搜索"])
def test_links_stay_inside_the_product(link: str) -> None:
    assert require_path(link) == link


@pytest.mark.parametrize("link", ["", "rfqs", "https://evil.example", "//evil.example", "/\\evil.example", "/a\u202eb"])
def test_links_that_lead_elsewhere_are_errors(link: str) -> None:
    with pytest.raises(ValueError, match="a path of the product"):
        require_path(link)


def test_mail_is_tried_again_with_doubling_delays_until_it_is_given_up() -> None:
    delays = [next_attempt(attempts, NOW) for attempts in range(1, MAX_ATTEMPTS)]
    seconds = [(moment - NOW).total_seconds() for moment in delays if moment is not None]
    assert seconds == [30, 60, 120, 240, 480, 960, 1920, 3840, 7680, 15360, *[21600] * 13]
    assert next_attempt(MAX_ATTEMPTS, NOW) is None
    assert next_attempt(MAX_ATTEMPTS + 5, NOW) is None
    assert timedelta(days=3) < timedelta(seconds=sum(seconds)) < timedelta(days=5)


def test_a_mail_ends_sent_or_kept_or_waits_dead_for_somebody() -> None:
    assert LIFECYCLE.terminal() == {MailStatus.SENT, MailStatus.KEPT}
    assert LIFECYCLE.allowed(MailStatus.DEAD) == ("retry",)
