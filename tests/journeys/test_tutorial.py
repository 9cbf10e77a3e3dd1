"""The tutorial is true: its calls, commands and pages are gone through, in English and in Chinese."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, update

from b2b_market.identity.models import User
from b2b_market.infra.database import Tenant, set_tenant
from b2b_market.infra.outbox import OutboxRow
from b2b_market.infra.runtime import Runtime
from b2b_market.organizations.demo.filling import SETTING, SIGN_INS
from b2b_market.tendering.cli import opening
from b2b_market.tendering.rules import sealed_keyfile
from tests.journeys.stands import standing, work_once
from tests.journeys.tutorial import PEOPLE, Reader, blocks
from tests.support.servers import Servers

DOCS = Path(__file__).parents[2] / "docs" / "tutorial"
PAGES = {
    language: (DOCS / name).read_text(encoding="utf-8")
    for language, name in (
        ("en", "run-a-tender.en.md"),
        ("zh-CN", "run-a-tender.zh.md"),
    )
}


@dataclass
class Moved:
    """The wall clock, as far on as the product's."""

    runtime: Runtime

    def now(self) -> datetime:
        return datetime.now(UTC) + self.runtime.shift


def speak(runtime: Runtime, email: str, language: str) -> None:
    with runtime.database.session() as session, session.begin():
        set_tenant(session, Tenant(machine=True))
        session.execute(update(User).where(User.email == email).values(locale=language))


def due_now(runtime: Runtime) -> None:
    """Let the relay deliver what was announced by the moved clock: it reads the database's own."""
    with runtime.database.session() as session, session.begin():
        set_tenant(session, Tenant(machine=True))
        session.execute(update(OutboxRow).where(OutboxRow.done_at.is_(None)).values(next_attempt_at=func.now()))


def test_both_languages_let_their_reader_do_the_same() -> None:
    english, chinese = (blocks(page) for page in PAGES.values())
    assert [one.common for one in chinese] == [one.common for one in english]
    assert PEOPLE.findall(PAGES["zh-CN"]) == PEOPLE.findall(PAGES["en"])
    assert {one.kind for one in english} == {"http", "text", "console", "json", "page"}
    assert len(english) > 90


def test_a_tender_goes_from_its_procedure_to_its_contract(
    servers: Servers, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(SETTING, raising=False)
    monkeypatch.setenv("B2B_MARKET_KEY_PASSPHRASE", "correct horse battery")
    monkeypatch.setattr(sealed_keyfile.lock_key, "__defaults__", (2,))
    monkeypatch.chdir(tmp_path)
    with standing(servers, tmp_path_factory.mktemp("tutorial"), "tutorial", redis=13) as stand:
        runtime = stand.runtime

        def tick() -> None:
            runtime.shift += timedelta(minutes=1)
            due_now(runtime)
            work_once(runtime)

        clock = Moved(runtime)
        monkeypatch.setattr(opening, "SystemClock", lambda: clock)
        reader = Reader(
            stand.url,
            tmp_path,
            dict(PEOPLE.findall(PAGES["en"])),
            json.loads((stand.data / SIGN_INS).read_text("utf-8"))["password"],
            now=clock.now,
            tick=tick,
            speak=lambda email, language: speak(runtime, email, language),
        )
        for english, chinese in zip(*(blocks(page) for page in PAGES.values()), strict=True):
            if english.kind == "page":
                reader.open(english, "en")
                reader.open(chinese, "zh-CN")
            else:
                reader.follow(english)
        reader.close()
