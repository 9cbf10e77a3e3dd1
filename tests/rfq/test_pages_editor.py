"""The editor of a draft: what is typed becomes a request, what is wrong stands at its field."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient

from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.permission import Role
from b2b_market.rfq.commands.requests import ListRfqs
from b2b_market.rfq.service import drafting
from b2b_market.rfq.service.drafting import RfqContent
from tests.rfq.forms import HTML, errors, filled, followed, main, page, send, summary, text_of
from tests.support.people import make_person, sign_in
from tests.support.rfqs import Market, draft_command, make_draft, make_market, publish, read
from tests.support.works import work_for

FORM = "rfq-form"


@pytest.fixture
def market(runtime: Runtime) -> Market:
    return make_market(runtime)


@pytest.fixture
def purchaser(client: TestClient, market: Market) -> TestClient:
    return sign_in(client, market.purchaser)


def day(days: int = 60) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).date().isoformat()


def typed(market: Market, **changes: Any) -> dict[str, Any]:
    """Return a form with two lines and an empty one between them, as a purchaser fills it."""
    return {
        "idempotency_key": str(uuid4()),
        "title": "Hydraulic spares",
        "currency": "CNY",
        "closes_at": f"{day(5)}T17:30",
        "estimate": "12,500.50",
        "mode": "sealed",
        "description": "Delivered.\nWithout tax.",
        "incoterm": "DAP",
        "incoterm_place": "Dalian",
        "payment_terms": "30 days",
        "default_day": "",
        "default_place": "",
        "supplier_ids": [str(found) for found in market.suppliers[:2]],
        **line(0, item_name="Bolt M16", quantity="12,000", unit="件", target_price="1.86"),
        **line(1, item_name="", quantity="", unit="piece", required_on="", delivery_place=""),
        **line(2, item_name="Pipe", quantity="2.5", unit="MTR"),
        **changes,
    }


def line(number: int, **fields: str) -> dict[str, str]:
    values = {
        "item_name": "Item",
        "item_code": "",
        "specification": "",
        "quantity": "1",
        "unit": "piece",
        "target_price": "",
        "required_on": day(),
        "delivery_place": "Shanghai",
        "note": "",
        **fields,
    }
    return {f"lines-{number}-{name}": value for name, value in values.items()}


def stored(runtime: Runtime, market: Market) -> list[RfqContent]:
    with work_for(runtime, market.purchaser) as work:
        found = drafting.list_rfqs(work, market.purchaser, ListRfqs()).items
    return [read(runtime, market.purchaser, rfq.id) for rfq in found]


class TestNew:
    def test_the_form_starts_with_the_companys_own_settings(self, purchaser: TestClient) -> None:
        sent = filled(page(purchaser, "/rfqs/new"), FORM)
        assert (sent["currency"], sent["mode"], sent["title"]) == ("CNY", "open", "")
        assert [name for name in sent if name.startswith("lines-") and name.endswith("item_name")] == [
            "lines-0-item_name",
            "lines-1-item_name",
            "lines-2-item_name",
        ]

    def test_what_is_typed_is_stored(self, runtime: Runtime, market: Market, purchaser: TestClient) -> None:
        shown = followed(purchaser, send(purchaser, "/rfqs/new", typed(market)))
        assert "Draft saved." in shown
        (content,) = stored(runtime, market)
        rfq, (first, second) = content.rfq, content.lines
        assert (rfq.title, rfq.currency, rfq.sealed, rfq.incoterm, rfq.payment_terms) == (
            "Hydraulic spares",
            "CNY",
            True,
            "DAP",
            "30 days",
        )
        assert rfq.closes_at == datetime.fromisoformat(f"{day(5)}T17:30+00:00")
        assert rfq.description == "Delivered.\nWithout tax."
        assert content.estimate == Decimal("12500.50")
        assert (first.item_name, first.quantity, first.unit) == ("Bolt M16", Decimal(12000), "H87")
        assert (second.item_name, second.quantity, second.unit) == ("Pipe", Decimal("2.5"), "MTR")
        assert content.targets == {first.id: Decimal("1.86")}
        assert {item.supplier_id for item in content.invitations} == set(market.suppliers[:2])

    def test_the_deadline_is_read_on_the_readers_clock(
        self, runtime: Runtime, market: Market, client: TestClient
    ) -> None:
        east = make_person(runtime, market.buyer_id, Role.BUYER_PURCHASER, timezone="Asia/Shanghai")
        followed(sign_in(client, east), send(client, "/rfqs/new", typed(market)))
        (content,) = stored(runtime, market)
        assert content.rfq.closes_at == datetime.fromisoformat(f"{day(5)}T17:30+08:00")
        assert filled(page(client, f"/rfqs/{content.rfq.id}/edit"), FORM)["closes_at"] == f"{day(5)}T17:30"

    def test_lines_without_a_day_or_a_place_get_the_one_for_all(
        self, runtime: Runtime, market: Market, purchaser: TestClient
    ) -> None:
        own = line(0, required_on="", delivery_place="Ningbo")
        data = typed(market, default_day=day(90), default_place="Dalian", **own, **line(2, delivery_place=""))
        followed(purchaser, send(purchaser, "/rfqs/new", data))
        (content,) = stored(runtime, market)
        assert [(need.required_on.isoformat(), need.delivery_place) for need in content.lines] == [
            (day(90), "Ningbo"),
            (day(), "Dalian"),
        ]

    def test_two_clicks_make_one_request(self, runtime: Runtime, market: Market, purchaser: TestClient) -> None:
        data = typed(market)
        first, second = send(purchaser, "/rfqs/new", data), send(purchaser, "/rfqs/new", data)
        assert first.headers["location"] == second.headers["location"]
        assert len(stored(runtime, market)) == 1

    @pytest.mark.parametrize(
        "case",
        [
            ({"title": " "}, "title", "Fill this in."),
            ({"closes_at": "tomorrow"}, "closes_at", "Write a date and time such as 2026-11-22 14:30."),
            ({"estimate": "-5"}, "estimate", "Use 0 or more."),
            ({"estimate": "0"}, "estimate", "Write a positive amount with at most 4 decimals."),
            ({"incoterm_place": ""}, "incoterm_place", "Incoterms 2020 ask for a named place."),
            ({"lines-0-item_name": ""}, "lines-0-item_name", "Fill this in."),
            ({"lines-0-quantity": "12,5"}, "lines-0-quantity", "Write a number such as 1250 or 1,250.50."),
            ({"lines-2-quantity": "0"}, "lines-2-quantity", "The quantity must be more than zero."),
            ({"lines-2-quantity": "99999999999999"}, "lines-2-quantity", "Use 10000000000000 or less."),
            ({"lines-2-required_on": "2020-01-01"}, "lines-2-required_on", "2020-01-01 is not in the future."),
            ({"lines-2-target_price": "0"}, "lines-2-target_price", "A target price must be more than zero."),
            ({"lines-0-delivery_place": ""}, "lines-0-delivery_place", "Fill this in."),
            ({"lines-0-unit": "wheelbarrow"}, "lines-0-unit", "wheelbarrow is not a unit code of this marketplace."),
        ],
    )
    def test_what_is_wrong_stands_at_its_field_and_nothing_is_stored(
        self,
        runtime: Runtime,
        market: Market,
        purchaser: TestClient,
        case: tuple[dict[str, str], str, str],
    ) -> None:
        changes, field, said = case
        data = typed(market, **changes)
        answer = send(purchaser, "/rfqs/new", data)
        assert answer.status_code == 422
        html = main(answer)
        assert {name: text.startswith(said) for name, text in errors(html).items()} == {field: True}
        assert [said in entry for entry in summary(html)] == [True]
        assert f'href="#f-{field}"' in html
        assert stored(runtime, market) == []
        kept = filled(html, FORM)
        for name in ("description", "lines-2-item_name", "supplier_ids"):
            assert kept[name] == data[name]
        assert kept["idempotency_key"] != data["idempotency_key"]

    def test_the_errors_are_said_in_chinese(self, runtime: Runtime, market: Market, client: TestClient) -> None:
        chinese = make_person(runtime, market.buyer_id, Role.BUYER_PURCHASER, locale="zh-CN")
        sign_in(client, chinese)
        html = main(send(client, "/rfqs/new", typed(market, **{"lines-2-quantity": "0"})))
        assert errors(html) == {"lines-2-quantity": "数量必须大于零。"}

    def test_an_approver_may_not_write_requests(self, market: Market, client: TestClient) -> None:
        sign_in(client, market.approver)
        assert client.get("/rfqs/new", headers=HTML).status_code == 403
        assert send(client, "/rfqs/new", typed(market)).status_code != 303
        assert send(client, "/rfqs/preview", typed(market)).status_code == 403


class TestEdit:
    def test_it_shows_what_is_stored_and_saves_what_is_changed(
        self, runtime: Runtime, market: Market, purchaser: TestClient
    ) -> None:
        content = make_draft(runtime, market, draft_command(market.suppliers, estimate="900"))
        url = f"/rfqs/{content.rfq.id}/edit"
        data = filled(page(purchaser, url), FORM)
        assert (data["lines-0-item_name"], data["lines-0-quantity"], data["lines-0-unit"]) == ("Item 1", "100", "piece")
        assert (data["lines-1-target_price"], data["estimate"]) == ("10", "900")
        assert set(data["supplier_ids"]) == {str(found) for found in market.suppliers}
        data |= {"title": "Other spares", "lines-1-quantity": "7", "supplier_ids": str(market.suppliers[2])}
        assert "Other spares" in followed(purchaser, send(purchaser, url, data))
        after = read(runtime, market.purchaser, content.rfq.id)
        assert [need.quantity for need in after.lines] == [Decimal(100), Decimal(7)]
        assert [item.supplier_id for item in after.invitations] == [market.suppliers[2]]
        assert after.rfq.version == content.rfq.version + 1

    def test_units_are_shown_by_name_in_the_readers_language(
        self, runtime: Runtime, market: Market, client: TestClient
    ) -> None:
        content = make_draft(runtime, market)
        chinese = make_person(runtime, market.buyer_id, Role.BUYER_PURCHASER, locale="zh-CN")
        data = filled(page(sign_in(client, chinese), f"/rfqs/{content.rfq.id}/edit"), FORM)
        assert data["lines-0-unit"] == "件"
        followed(client, send(client, f"/rfqs/{content.rfq.id}/edit", data))
        assert read(runtime, market.purchaser, content.rfq.id).lines[0].unit == "H87"

    def test_an_old_sheet_does_not_overwrite_a_newer_version(
        self, runtime: Runtime, market: Market, purchaser: TestClient
    ) -> None:
        content = make_draft(runtime, market)
        url = f"/rfqs/{content.rfq.id}/edit"
        mine, theirs = filled(page(purchaser, url), FORM), filled(page(purchaser, url), FORM)
        followed(purchaser, send(purchaser, url, theirs | {"title": "Theirs"}))
        answer = send(purchaser, url, mine | {"title": "Mine"})
        assert answer.status_code == 422
        assert summary(main(answer)) == [
            "You hold version 1, the current one is 2. Load it again, then repeat your change."
        ]
        assert read(runtime, market.purchaser, content.rfq.id).rfq.title == "Theirs"

    def test_only_a_draft_can_be_edited(self, runtime: Runtime, market: Market, purchaser: TestClient) -> None:
        content = publish(runtime, market)
        url = f"/rfqs/{content.rfq.id}/edit"
        assert "Only a draft can be edited." in followed(purchaser, purchaser.get(url, headers=HTML))
        answer = send(purchaser, url, typed(market) | {"version": content.rfq.version})
        assert answer.status_code == 422
        assert read(runtime, market.purchaser, content.rfq.id).rfq.title == "Spare parts"


class TestPreview:
    def test_it_says_who_will_see_what(self, market: Market, purchaser: TestClient) -> None:
        answer = send(purchaser, "/rfqs/preview", typed(market), **{"hx-request": "true"})
        assert answer.status_code == 200
        said = text_of(answer.text)
        for expected in (
            "2 suppliers are invited: Supplier 1, Supplier 2.",
            "the title “Hydraulic spares”",
            "2 lines with item, specification, quantity, day and place",
            "17:30",
            "1 target price, and the hidden estimate",
            "Sealed: nobody, you included, sees a price before the deadline.",
        ):
            assert expected in said

    def test_an_empty_form_is_no_error(self, purchaser: TestClient) -> None:
        said = text_of(send(purchaser, "/rfqs/preview", {"closes_at": "?"}).text)
        assert "Nobody is invited yet." in said
        assert "0 lines with item" in said
        assert "the deadline, which is not set yet" in said

    def test_it_stands_beside_the_form_from_the_start(
        self, runtime: Runtime, market: Market, purchaser: TestClient
    ) -> None:
        content = make_draft(runtime, market, draft_command(market.suppliers[:1], 130))
        said = text_of(page(purchaser, f"/rfqs/{content.rfq.id}/edit"))
        assert "1 supplier is invited: Supplier 1." in said
        assert "130 lines with item" in said
        assert not re.search(r"Error|Undefined", said)
