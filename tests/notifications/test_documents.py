from dataclasses import replace
from datetime import UTC, date, datetime
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from b2b_market.kernel.money import Money
from b2b_market.notifications.commands import Bilingual, Fact, Phrase
from b2b_market.notifications.documents import Mail, Reader, Written, catalogue, compose, mail_body, write
from b2b_market.ui.i18n import PO_FILE, Catalogue
from b2b_market.ui.language import Language

NOW = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
PO = """msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"

msgid "The lamp {name} is lit"
msgstr "{name} 灯已点亮"

msgid "At {at} on {day} for {price}, {watts} W. {token}"
msgstr "{day} {at}，{price}，{watts} 瓦。{token}"

msgid "Hello {name},"
msgstr "{name}，您好："

msgid "Sent by {place}."
msgstr "由 {place} 发送。"

msgid "Choose which mails you get: {link}"
msgstr "选择接收哪些邮件：{link}"
"""
MAIL = Mail(
    address="reader@example.com",
    name="王 Wei",
    locale="en",
    timezone="Asia/Shanghai",
    subject="The lamp {name} is lit",
    body="At {at} on {day} for {price}, {watts} W. {token}",
    facts={"name": "大灯", "at": NOW, "day": date(2026, 11, 23), "price": Money.of("1250.50", "CNY"), "watts": 60},
    secrets={"token": "s3cret"},
    link="/lamps/1?code={token}",
    obligatory=False,
    created_at=NOW,
)


@pytest.fixture
def words(tmp_path: Path) -> Catalogue:
    path = tmp_path / PO_FILE
    path.parent.mkdir(parents=True)
    path.write_text(PO, "utf-8")
    return Catalogue([tmp_path])


def test_names_and_the_products_own_words_are_the_readers_too(words: Catalogue) -> None:
    facts: dict[str, Fact] = {"name": Bilingual(zh="大灯", en="Headlight"), "token": Phrase("The lamp {name} is lit")}
    found = {
        language: write("{name}", "{token}", facts, Reader.of(language, "UTC"), words) for language in ("en", "zh")
    }
    assert found == {"en": Written("Headlight", "The lamp {name} is lit"), "zh": Written("大灯", "{name} 灯已点亮")}


def test_a_message_is_written_in_the_readers_language_zone_and_formats(words: Catalogue) -> None:
    english = write(MAIL.subject, MAIL.body, MAIL.facts, Reader.of("en", "Asia/Shanghai"), words)
    assert english == Written(
        "The lamp 大灯 is lit",
        "At 22 Nov 2026 16:30 (UTC+08:00) on 23 Nov 2026 for CNY\u00a01,250.50, 60 W. {token}",
    )
    chinese = write(MAIL.subject, MAIL.body, MAIL.facts, Reader.of("zh-CN", "UTC"), words)
    assert chinese.subject == "大灯 灯已点亮"
    assert chinese.body.startswith("2026-11-23 2026-11-22 08:30")
    assert "¥1,250.50" in chinese.body
    assert "{token}" in chinese.body


@pytest.mark.parametrize(("locale", "zone"), [("", ""), ("xx", "Nowhere/City"), ("en", "../../etc/passwd")])
def test_unknown_readers_read_english_on_utc(locale: str, zone: str) -> None:
    reader = Reader.of(locale, zone)
    assert reader.language is Language.EN
    assert str(reader.zone) == "UTC"


def test_a_mail_holds_greeting_message_link_and_the_way_to_the_settings(words: Catalogue) -> None:
    written = mail_body(replace(MAIL, locale="zh-CN"), words, "https://market.example/")
    assert written.subject == "大灯 灯已点亮"
    first, message, link, footer = written.body.split("\n\n")
    assert first == "王 Wei，您好："
    assert message.endswith("60 瓦。s3cret")
    assert link == "https://market.example/lamps/1?code=s3cret"
    assert footer == (
        "-- \n由 https://market.example 发送。\n选择接收哪些邮件：https://market.example/notifications/settings\n"
    )


def test_an_obligatory_mail_offers_no_way_out_and_a_stranger_is_greeted_without_name(words: Catalogue) -> None:
    written = mail_body(replace(MAIL, name="", obligatory=True), words, "https://market.example")
    assert written.body.startswith("Hello,\n\n")
    assert "settings" not in written.body


def test_a_secret_cannot_fill_what_facts_say(words: Catalogue) -> None:
    hostile = replace(MAIL, facts={**MAIL.facts, "name": "{token}"}, secrets={"token": "s3cret"})
    assert mail_body(hostile, words, "https://market.example").subject == "The lamp {token} is lit"


def test_the_mail_on_the_wire_reads_back(words: Catalogue) -> None:
    body = mail_body(MAIL, words, "https://market.example")
    message = compose(MAIL, "0192-id", "market@market.example", body)
    again = message_from_bytes(bytes(message), policy=policy.default)
    assert again["From"] == "market@market.example"
    assert again["To"].addresses[0].addr_spec == "reader@example.com"
    assert again["To"].addresses[0].display_name == "王 Wei"
    assert again["Subject"] == body.subject
    assert again["Message-ID"] == "<0192-id@market.example>"
    assert again["Auto-Submitted"] == "auto-generated"
    assert again["Content-Language"] == "en"
    assert again["Date"].datetime == NOW
    assert again.get_content().replace("\r\n", "\n") == body.body
    assert all(len(line) <= 998 for line in bytes(message).splitlines())


@pytest.mark.parametrize("hostile", ["x\r\nBcc: all@example.com", "x\nSubject: other", "x\x00"])
def test_names_and_subjects_cannot_add_headers(hostile: str) -> None:
    mail = replace(MAIL, name=hostile)
    message = compose(mail, "1", "market@market.example", Written(f"{hostile} subject", "text\n"))
    again = message_from_bytes(bytes(message), policy=policy.default)
    assert again["Bcc"] is None
    assert len(again.get_all("Subject") or []) == 1
    assert again["To"].addresses[0].addr_spec == "reader@example.com"


def test_international_addresses_are_written() -> None:
    message = compose(replace(MAIL, address="用户@例子.cn"), "1", "market@market.example", Written("s", "b\n"))
    assert message["To"].addresses[0].addr_spec == "用户@例子.cn"


@pytest.mark.parametrize("address", ["", "nobody", "a@b\r\nBcc: c@d", "a b@example.com", "@example.com"])
def test_addresses_that_cannot_stand_in_a_header_are_errors(address: str) -> None:
    with pytest.raises(ValueError, match="is no address"):
        compose(replace(MAIL, address=address), "1", "market@market.example", Written("s", "b\n"))


def test_workers_know_every_modules_sentences() -> None:
    assert catalogue().translate(Language.ZH, "Not found") == "未找到"
    assert catalogue().translate(Language.ZH, "Undelivered mail") == "未送达的邮件"
    assert catalogue() is catalogue()
