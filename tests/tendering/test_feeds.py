"""The Atom feeds, and the board's filters that they share."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element, fromstring  # of the project's own answers

import pytest
from fastapi.testclient import TestClient

from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.permission import Role
from b2b_market.kernel.refusal import Invalid
from b2b_market.reference import cli
from b2b_market.reference.rules.classes import ClassEntry, Classification, require_sound
from b2b_market.tendering.commands.tenders import DraftTender
from b2b_market.tendering.documents.atom import Feed, Item, write_atom
from b2b_market.tendering.states.procedures import Entry
from tests.support import judging
from tests.support import tenders as made
from tests.support.people import make_person, sign_in, sign_out
from tests.support.tenders import Hall

ATOM = "{http://www.w3.org/2005/Atom}"
NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
CODES = tuple(
    ClassEntry(code, {"en": title, "zh": "泵"})
    for code, title in (("42000000-6", "Machinery"), ("42122000-0", "Pumps"), ("44000000-0", "Steel"))
)


@pytest.fixture
def classes(runtime: Runtime) -> None:
    cli.imported(runtime, require_sound(Classification("CPV", "2008", CODES)))


def command(hall: Hall, title: str, procedure: str = "eu-open", code: str = "42122000") -> DraftTender:
    now = datetime.now(UTC)
    lot = made.lot()
    item = replace(lot.items[0], classification=code)
    return replace(
        made.tender_command(hall, entry=Entry.PUBLIC, supplier_ids=(), procedure=procedure),
        title=title,
        lots=(replace(lot, classification=code, items=(item,)),),
        enquiry_ends_at=now + timedelta(days=11),
        closes_at=now + timedelta(days=50),
    )


def feed(client: TestClient, link: str, **headers: str) -> Element:
    parts = urlsplit(link)
    answer = client.get(f"{parts.path}?{parts.query}", headers=headers)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    return fromstring(answer.content)  # noqa: S314 - the product wrote it


def titles(found: Element) -> list[str | None]:
    return [one.findtext(f"{ATOM}title") for one in found.iter(f"{ATOM}entry")]


def link(found: Element, relation: str) -> str | None:
    return next((one.get("href") for one in found.findall(f"{ATOM}link") if one.get("rel") == relation), None)


class TestWriting:
    def test_what_people_wrote_is_escaped_and_what_xml_cannot_write_is_marked(self) -> None:
        item = Item(
            id="urn:x",
            title='<b> & "泵"\x00',
            href="https://x/?a=1&b=2",
            published_at=NOW,
            changed_at=NOW,
            author="A & B",
            summary="\x1b]]>",
            classes=["CPV:1"],
        )
        page = Feed(id="urn:f", title="T", language="en", changed_at=NOW, author="x", links={"self": "u"}, items=[item])
        text = write_atom(page)
        found = fromstring(text)  # noqa: S314 - the product wrote it
        assert titles(found) == ['<b> & "泵"\ufffd']
        assert found.findtext(f"{ATOM}entry/{ATOM}summary") == "\ufffd]]>"
        assert found.findtext(f"{ATOM}updated") == "2026-05-01T12:00:00Z"
        for name in ("id", "title", "updated"):  # RFC 4287, 4.1.1 and 4.1.2: each exactly once
            assert len(found.findall(f"{ATOM}{name}")) == 1
            assert len(found.findall(f"{ATOM}entry/{ATOM}{name}")) == 1
        assert write_atom(page) == text


@pytest.mark.usefixtures("classes")
class TestFeeds:
    def test_notices_come_in_pages_by_filter_and_only_when_they_changed(
        self, runtime: Runtime, hall: Hall, client: TestClient
    ) -> None:
        for title, code in (("Pumps one", "42122000"), ("Steel <two>", "CPV:44000000-0"), ("Pumps three", "42122000")):
            made.published(runtime, hall, command(hall, title, code=code))
        made.published(runtime, hall)  # private: on no feed
        sign_out(client)
        first = feed(client, "/tender-board/feed.atom?limit=2")
        assert titles(first) == ["Pumps three", "Steel <two>"]
        following = link(first, "next")
        assert following is not None
        second = feed(client, following)
        assert "Pumps one" in titles(second)
        assert link(second, "next") is None
        assert link(second, "first") == link(first, "self").partition("?")[0]  # type: ignore[union-attr]  # every page has one
        assert titles(feed(client, "/tender-board/feed.atom?classification=CPV:42000000-6")) == [
            "Pumps three",
            "Pumps one",
        ]
        assert titles(feed(client, "/tender-board/feed.atom?q=STEEL+hengli")) == ["Steel <two>"]
        assert titles(feed(client, "/tender-board/feed.atom?procedure=china-open")) == []
        assert titles(feed(client, "/tender-board/feed.atom?state=awarded")) == []
        answer = client.get("/tender-board/feed.atom")
        same = {"if-none-match": answer.headers["etag"]}
        assert client.get("/tender-board/feed.atom", headers=same).status_code == 304
        known = {"if-modified-since": answer.headers["last-modified"]}
        assert client.get("/tender-board/feed.atom", headers=known).status_code == 304
        for stale in (
            {"if-none-match": '"x"', **known},
            {"if-modified-since": "Sat, 01 Jan 2000 00:00:00 GMT"},
            {"if-modified-since": "x"},
        ):
            assert client.get("/tender-board/feed.atom", headers=stale).status_code == 200

    def test_the_steps_of_a_tender_are_a_feed_in_the_readers_language(
        self, runtime: Runtime, hall: Hall, client: TestClient
    ) -> None:
        tender = made.published(runtime, hall, command(hall, "Pumps"))
        private = made.published(runtime, hall)
        judging.deliver(runtime)
        sign_out(client)
        at = f"/tender-board/{tender.tender.id}/feed.atom"
        assert titles(feed(client, at)) == ["The notice was published"]
        assert titles(feed(client, at, **{"accept-language": "zh-CN"})) == ["公告已发布"]
        assert client.get(f"/tender-board/{private.tender.id}/feed.atom").status_code == 404


@pytest.mark.usefixtures("classes")
class TestBoard:
    def test_the_board_is_filtered_searched_and_paged_in_both_languages(
        self, runtime: Runtime, hall: Hall, client: TestClient
    ) -> None:
        tenders = [made.published(runtime, hall, command(hall, f"Tender {n}")) for n in range(3)]
        judging.deliver(runtime)
        sign_out(client)
        first = client.get("/tender-board?limit=2&classification=CPV:42000000-6").text
        assert ("Tender 2" in first, "Tender 0" in first, "Machinery" in first) == (True, False, True)
        assert 'rel="next"' in first
        assert "No notice fits" in client.get("/tender-board?q=nothing").text
        page = client.get("/api/v1/tender-board?limit=2").json()
        rest = client.get(f"/api/v1/tender-board?limit=2&cursor={page['next_cursor']}").json()
        assert [one["title"] for one in (*page["items"], *rest["items"])] == ["Tender 2", "Tender 1", "Tender 0"]
        assert page["items"][0]["codes"] == ["CPV:42000000-6", "CPV:42122000-0"]
        assert client.get("/api/v1/tender-board?cursor=WyJ4IiwgIngiXQ").status_code == 400
        chinese = make_person(runtime, hall.suppliers[0], Role.SUPPLIER_SALES, locale="zh-CN")
        sign_in(client, chinese)
        notice = client.get(f"/tender-board/{tenders[0].tender.id}").text
        assert ("公告已发布" in notice, "CPV:42122000-0" in notice) == (True, True), notice[:3000]
        assert "泵" in notice
        edition = client.get(f"/tender-board/{tenders[0].tender.id}/editions/1")
        assert edition.status_code == 200
        assert client.get(f"/tender-board/{tenders[0].tender.id}/editions/2").status_code == 404

    def test_a_code_that_its_scheme_does_not_have_is_refused_in_a_draft(self, runtime: Runtime, hall: Hall) -> None:
        with pytest.raises(Invalid) as refused:
            made.draft(runtime, hall, command(hall, "Pumps", code="CPV:99"))
        pointers = [error.pointer for error in refused.value.errors]
        assert pointers == ["/lots/0/classification", "/lots/0/items/0/classification"]
        cli.imported(runtime, require_sound(Classification("CPV", "2028", CODES[:1])))
        with pytest.raises(Invalid) as retired:
            made.draft(runtime, hall, command(hall, "Pumps", code="CPV:42122000"))
        assert {error.code for error in retired.value.errors} == {"retired"}
        taken = made.draft(runtime, hall, command(hall, "Pumps", code="OWN:7"))
        assert taken.lots[0].classification == "OWN:7"
