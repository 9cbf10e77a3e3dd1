"""The supplier's pages for terms beyond prices: the fold, every column, errors at fields, and the extension."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from b2b_market.infra.runtime import Runtime
from b2b_market.rfq.commands.requests import ReadQuote, ReadRfq
from b2b_market.rfq.rules.notation import UnreadableNotation, read_positions, read_tier_text, write_positions
from b2b_market.rfq.service import quoting
from b2b_market.rfq.service.drafting import RfqContent
from b2b_market.rfq.service.quoting import QuoteContent
from b2b_market.rfq.states import QuoteStatus, TaxBasis
from b2b_market.rfq.tasks import expire_quotes
from tests.rfq.forms import errors, filled, followed, main, page, send, text_of, tree
from tests.support.people import sign_in
from tests.support.rfqs import Market, draft_command, make_market, publish, submit
from tests.support.works import work_for

FORM = "quote-form"


@pytest.fixture
def market(runtime: Runtime) -> Market:
    return make_market(runtime, suppliers=1)


@pytest.fixture
def content(runtime: Runtime, market: Market) -> RfqContent:
    return publish(runtime, market, draft_command(market.suppliers, 3))


@pytest.fixture
def sales(client: TestClient, market: Market) -> TestClient:
    return sign_in(client, market.sales[0])


def field(content: RfqContent, line: int, name: str) -> str:
    return f"line-{content.lines[line].id}-{name}"


def own(runtime: Runtime, market: Market, content: RfqContent) -> QuoteContent:
    with work_for(runtime, market.sales[0]) as work:
        (found,) = quoting.list_quotes(work, market.sales[0], ReadRfq(content.rfq.id))
        return quoting.read_quote(work, market.sales[0], ReadQuote(found.id))


def typed(content: RfqContent) -> dict[str, str]:
    """Return the fields of a quotation that says everything, as people type it."""
    return {
        "tax_basis": "with_tax",
        "tax_percent": "13",
        "freight": "113",
        "incoterm": "CIF",
        "incoterm_place": "Shanghai",
        "instalments-0-percent": "30",
        "instalments-0-event": "order",
        "instalments-2-percent": "70",
        "instalments-2-event": "invoice",
        "instalments-2-days": "60",
        "early_pay_percent": "2",
        "early_pay_days": "10",
        "bundles-0-kind": "together",
        "bundles-0-lines": "1，3",
        "bundles-1-kind": "discount",
        "bundles-1-percent": "5",
        "capacity": "1",
        "capacity_unit": "MIL",
        field(content, 0, "tiers"): "100：11.3；400: 10.17",
        field(content, 0, "setup_cost"): "226",
        field(content, 0, "origin_country"): "de",
        field(content, 0, "min_quantity"): "5",
        field(content, 0, "order_unit"): "DZN",
        field(content, 0, "alternative"): "Another make",
        field(content, 0, "alternative_specification"): "DIN 933",
        field(content, 2, "unit_price"): "2.26",
        field(content, 2, "multiple_quantity"): "25",
    }


class TestTheForm:
    def test_the_simple_form_has_no_further_columns_and_a_closed_fold(
        self, content: RfqContent, sales: TestClient
    ) -> None:
        html = page(sales, f"/rfqs/{content.rfq.id}/quote")
        assert field(content, 0, "tiers") not in html
        assert tree(html).get_element_by_id("f-terms").get("open") is None

    def test_everything_is_sent_stored_shown_and_offered_again_as_typed(
        self, runtime: Runtime, market: Market, content: RfqContent, sales: TestClient
    ) -> None:
        url = f"/rfqs/{content.rfq.id}/quote"
        data = filled(page(sales, f"{url}?full=1"), FORM) | typed(content)
        bar = text_of(send(sales, f"{url}/what-if", data).text)
        assert "CNY 1,200.00" in bar.replace("\u00a0", " ")
        shown = text_of(followed(sales, send(sales, url, data))).replace("\u00a0", " ")
        stored = own(runtime, market, content)
        assert stored.quote.tax_basis is TaxBasis.WITH_TAX
        assert stored.quote.bundles[0]["line_ids"] == [str(content.lines[0].id), str(content.lines[2].id)]
        assert [part["days"] for part in stored.quote.instalments] == [0, 60]
        assert (stored.lines[0].unit_price, stored.lines[0].origin_country) == (Decimal(10), "DE")
        for said in (
            "from 100: CNY 10.00 · from 400: CNY 9.00",
            "Counted in dozen · Set-up cost CNY 200.00 · Made in Germany",
            "Another make · DIN 933",
            "Sold in multiples of 25",
            "Stated with 13 % of tax; shown without it",
            "CIF Shanghai",
            "30 %, 0 days after the order",
            "70 %, 60 days after the invoice",
            "2 % within 10 days of the invoice",
            "Lines 1, 3: all of them or none",
            "5 % off if everything is taken",
            "Total without taxCNY 1,200.00",
            "Set-up costsCNY 200.00",
            "FreightCNY 100.00",
            "Discount if all is taken−CNY 60.00",
            "Everything as offered, without taxCNY 1,440.00",
        ):
            assert said in shown
        again = filled(page(sales, url), FORM)
        back = typed(content) | {
            field(content, 0, "tiers"): "100: 11.3; 400: 10.17",
            field(content, 0, "origin_country"): "DE",
            "bundles-0-lines": "1, 3",
            "instalments-1-percent": "70",
            "instalments-1-event": "invoice",
            "instalments-1-days": "60",
            "instalments-2-percent": "",
            "instalments-2-days": "",
        }
        del back["instalments-2-event"]
        assert {name: again[name] for name in back} == back
        followed(sales, send(sales, url, again))
        after = own(runtime, market, content)
        assert after.quote.revision == 2
        assert [(line.unit_price, line.tiers, line.stated) for line in after.lines] == [
            (line.unit_price, line.tiers, line.stated) for line in stored.lines
        ]

    def test_showing_every_column_keeps_what_was_typed(self, content: RfqContent, sales: TestClient) -> None:
        url = f"/rfqs/{content.rfq.id}/quote"
        data = filled(page(sales, url), FORM) | {field(content, 1, "unit_price"): "12.5"}
        answer = send(sales, f"{url}/columns", data, **{"hx-request": "true"})
        assert answer.status_code == 200
        shown = tree(answer.text)
        assert shown.xpath(f"//input[@name='{field(content, 1, 'unit_price')}']/@value") == ["12.5"]
        assert shown.xpath(f"//input[@name='{field(content, 1, 'tiers')}']")
        assert shown.xpath("//input[@name='full']/@value") == ["1"]

    @pytest.mark.parametrize(
        ("changes", "name", "said"),
        [
            ({"tax_basis": "with_tax"}, "tax_percent", "need its rate"),
            ({"incoterm": "DAP"}, "incoterm_place", "named place"),
            ({"instalments-2-percent": "40"}, "instalments-2-percent", "add up to 40 %"),
            ({"instalments-1-days": "40"}, "instalments-1-percent", "Fill this in"),
            ({"bundles-1-kind": "together", "bundles-1-lines": "1"}, "bundles-1-lines", "at least two"),
            ({"bundles-0-kind": "together", "bundles-0-lines": "1-9"}, "bundles-0-lines", "no line 4"),
            ({"bundles-0-kind": "together", "bundles-0-lines": "one"}, "bundles-0-lines", "1, 3-5"),
            ({"capacity_unit": "H87"}, "capacity", "how much"),
            ({"0-tiers": "many"}, "0-tiers", "100: 9.5"),
            ({"0-tiers": "100: 8"}, "0-unit_price", "the tiers say 8"),
            ({"0-origin_country": "XX"}, "0-origin_country", "ISO 3166"),
            ({"0-multiple_quantity": "30"}, "0-quantity", "Offer 90 instead"),
            ({"1-setup_cost": "5"}, "1-unit_price", "Give a price"),
        ],
    )
    def test_what_is_wrong_stands_at_its_field(
        self, content: RfqContent, sales: TestClient, changes: dict[str, str], name: str, said: str
    ) -> None:
        def real(short: str) -> str:
            line, dash, rest = short.partition("-")
            return field(content, int(line), rest) if dash and line.isdigit() else short

        url = f"/rfqs/{content.rfq.id}/quote"
        data = filled(page(sales, f"{url}?full=1"), FORM) | {field(content, 0, "unit_price"): "9"}
        answer = send(sales, url, data | {real(short): value for short, value in changes.items()})
        assert answer.status_code == 422
        assert said in errors(main(answer))[real(name)]
        if not name[0].isdigit():
            assert tree(main(answer)).get_element_by_id("f-terms").get("open") is not None


class TestTheExtension:
    def test_an_expired_quotation_says_so_and_is_extended_from_its_page(
        self, runtime: Runtime, market: Market, content: RfqContent, sales: TestClient
    ) -> None:
        quote = submit(runtime, market.sales[0], content, ["9", "9", "9"]).quote
        today = datetime.now(UTC).date()
        with work_for(runtime, market.sales[0]) as work:
            move = text("UPDATE rfq_quote SET valid_until = :day WHERE id = :id")
            work.session.execute(move, {"day": today - timedelta(days=3), "id": quote.id})
        expire_quotes(runtime)
        html = page(sales, f"/quotes/{quote.id}")
        assert "This quotation has run out" in text_of(html)
        assert "The quotation ran out" in text_of(html)
        data = filled(html, "form-extend")
        wrong = send(sales, f"/quotes/{quote.id}/extend", data | {"extend_until": "2020-01-01"})
        assert (wrong.status_code, list(errors(main(wrong)))) == (409, ["extend_until"])
        until = today + timedelta(days=30)
        shown = followed(sales, send(sales, f"/quotes/{quote.id}/extend", data | {"extend_until": until.isoformat()}))
        assert "Extended. Here is your new signed receipt." in text_of(shown)
        assert "extended the quotation" in text_of(shown)
        stored = own(runtime, market, content).quote
        assert (stored.status, stored.valid_until, stored.revision) == (QuoteStatus.SUBMITTED, until, 2)


class TestNotation:
    def test_tiers_and_line_numbers_are_read_as_people_write_them(self) -> None:
        assert [str(tier.unit_price) for tier in read_tier_text("1: 12;\n100 : 9.5;")] == ["12", "9.5"]
        assert read_positions("3-5 , 1；7") == (3, 4, 5, 1, 7)
        assert write_positions([1, 2, 5, 4, 3, 8, 9]) == "1-5, 8, 9"
        assert (read_tier_text(" "), read_positions("")) == ((), ())

    @pytest.mark.parametrize("wrong", ["100", "a: 1", "1: -2", "1:2:3", "1e5: 2"])
    def test_other_tiers_are_refused(self, wrong: str) -> None:
        with pytest.raises(UnreadableNotation):
            read_tier_text(wrong)

    @pytest.mark.parametrize("wrong", ["x", "5-3", "1--3", "1-99999"])
    def test_other_line_numbers_are_refused(self, wrong: str) -> None:
        with pytest.raises(UnreadableNotation):
            read_positions(wrong)
