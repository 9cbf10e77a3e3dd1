"""Quantities at which a buyer wants prices: asked line by line, put before suppliers, and marked where left open."""

from dataclasses import replace
from decimal import Decimal
from io import BytesIO
from uuid import UUID

import openpyxl
import pytest
from fastapi.testclient import TestClient

from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.refusal import Invalid
from b2b_market.rfq.commands.needs import NeedTerms
from b2b_market.rfq.commands.quotes import LineTerms, PriceTier
from b2b_market.rfq.commands.redoing import CopyRfq, SaveTemplate, UseTemplate
from b2b_market.rfq.commands.requests import DraftRfq, ReadQuote, ReadRfq
from b2b_market.rfq.documents.quote_columns import ANSWERS, FIRST_ANSWER
from b2b_market.rfq.rules.breaks import unanswered
from b2b_market.rfq.rules.notation import (
    UnreadableNotation,
    is_unpriced,
    read_quantities,
    read_tier_text,
    write_asked,
    write_quantities,
)
from b2b_market.rfq.service import comparing, copying, quoting, templates
from b2b_market.rfq.service.drafting import RfqContent
from b2b_market.sourcing.public import Flag
from tests.rfq.forms import HTML, errors, filled, followed, page, send, text_of
from tests.support.amendments import amend, amendment
from tests.support.people import sign_in
from tests.support.rfqs import Market, draft_command, make_draft, make_market, publish, quote_command, read
from tests.support.works import work_for

BREAKS = (Decimal(50), Decimal(100), Decimal("500.5"))


@pytest.fixture
def market(runtime: Runtime) -> Market:
    return make_market(runtime, suppliers=2)


@pytest.fixture
def content(runtime: Runtime, market: Market) -> RfqContent:
    return publish(runtime, market, asking(market, *BREAKS))


def asking(market: Market, *breaks: Decimal) -> DraftRfq:
    """Return a request of two lines, the first with these breaks."""
    command = draft_command(market.suppliers, 2)
    first = replace(command.lines[0], terms=NeedTerms(breaks=breaks))
    return replace(command, lines=(first, command.lines[1]))


class TestNotation:
    def test_what_is_asked_for_stands_open_among_the_tiers(self) -> None:
        written = write_asked([PriceTier(Decimal(100), Decimal("9.5")), PriceTier(Decimal(10), Decimal(11))], BREAKS)
        assert written == "10: 11; 50:; 100: 9.5; 500.5:"
        assert read_tier_text(written, BREAKS) == (
            PriceTier(Decimal(10), Decimal(11)),
            PriceTier(Decimal(100), Decimal("9.5")),
        )
        with pytest.raises(UnreadableNotation):
            read_tier_text(written, BREAKS[:1])

    def test_quantities_are_read_as_written_in_either_width(self) -> None:
        assert read_quantities("50；100 / 500.5\n") == BREAKS
        assert write_quantities(BREAKS) == "50; 100; 500.5"
        assert [is_unpriced(text) for text in ("", "50:; 100: ", "50: 9", "nine")] == [True, True, False, False]

    def test_a_break_is_answered_by_a_tier_that_starts_there(self) -> None:
        assert unanswered(BREAKS, {Decimal("50.00"), Decimal(99)}) == BREAKS[1:]


@pytest.mark.parametrize(
    ("breaks", "code"),
    [
        ((Decimal(0),), "range"),
        ((Decimal("1.1234567"),), "range"),
        ((Decimal(100), Decimal(100)), "order"),
        (tuple(map(Decimal, range(1, 22))), "too-many"),
    ],
)
def test_unsound_breaks_are_refused_at_their_field(
    runtime: Runtime, market: Market, breaks: tuple[Decimal, ...], code: str
) -> None:
    with pytest.raises(Invalid) as found:
        make_draft(runtime, market, asking(market, *breaks))
    assert [(error.pointer, error.code) for error in found.value.errors] == [("/lines/0/breaks", code)]


def test_copies_and_templates_carry_them_and_a_change_is_material(
    runtime: Runtime, market: Market, content: RfqContent
) -> None:
    with work_for(runtime, market.purchaser) as work:
        day = content.lines[0].required_on
        copy = copying.copy_rfq(work, market.purchaser, CopyRfq(rfq_id=content.rfq.id, required_on=day)).content
        kept = templates.save_template(work, market.purchaser, SaveTemplate(content.rfq.id, "Tiers"))
        made = templates.use_template(
            work, market.purchaser, UseTemplate(template_id=kept.row.id, title="Again", required_on=day)
        ).content
    for one in (copy, made):
        assert [line.breaks for line in one.lines] == [["50", "100", "500.5"], []]
    change = amendment(content, lambda _: asking(market, *BREAKS[:2]))
    assert amend(runtime, market.purchaser, change).rfq.binding_edition == 2
    assert read(runtime, market.sales[0], content.rfq.id).lines[0].breaks == ["50", "100"]


def test_a_price_that_was_asked_for_and_is_not_named_is_marked(
    runtime: Runtime, market: Market, content: RfqContent
) -> None:
    plain = quote_command(content, ["9", "9"])
    tiers = tuple(PriceTier(start, Decimal(10) - place) for place, start in enumerate(BREAKS))
    full = replace(plain.lines[0], unit_price=None, terms=LineTerms(tiers=tiers))
    for sales, first in zip(market.sales, (plain.lines[0], full), strict=True):
        with work_for(runtime, sales) as work:
            quoting.submit_quote(work, sales, replace(plain, lines=(first, plain.lines[1])))
    with work_for(runtime, market.purchaser) as work:
        compared = comparing.compare_quotes(work, market.purchaser, ReadRfq(content.rfq.id)).comparison
    flags = [[cell is not None and Flag.TIERS_MISSING in cell.flags for cell in row.cells] for row in compared.rows]
    assert flags == [[True, False], [False, False]]
    cell = compared.rows[0].cells[0]
    assert cell is not None
    assert cell.offer.unanswered == BREAKS


def test_the_api_takes_and_shows_them_and_the_editor_keeps_them(
    client: TestClient, runtime: Runtime, market: Market
) -> None:
    buyer = sign_in(client, market.purchaser)
    content = make_draft(runtime, market, asking(market, *BREAKS))
    line = buyer.get(f"/api/v1/rfqs/{content.rfq.id}").json()["lines"][0]
    assert line["breaks"] == ["50", "100", "500.5"]
    sent = {name: line[name] for name in ("item_name", "quantity", "unit", "required_on", "delivery_place", "breaks")}
    answer = buyer.post(
        "/api/v1/rfqs",
        json={"title": "Again", "currency": "CNY", "lines": [sent]},
        headers={"Idempotency-Key": "breaks-1"},
    )
    assert answer.json()["lines"][0]["breaks"] == ["50", "100", "500.5"], answer.text
    path = f"/rfqs/{content.rfq.id}/edit"
    form = filled(page(buyer, path), "rfq-form")
    assert form["lines-0-breaks"] == "50; 100; 500.5"
    wrong = send(buyer, path, form | {"lines-0-breaks": "50 pieces"}, **HTML)
    assert set(errors(wrong.text)) == {"lines-0-breaks"}
    followed(buyer, send(buyer, path, form | {"lines-1-breaks": "10"}))
    assert [line.breaks for line in read(runtime, market.purchaser, content.rfq.id).lines] == [
        ["50", "100", "500.5"],
        ["10"],
    ]


def test_suppliers_find_them_in_form_and_workbook_and_may_leave_them_open(
    client: TestClient, runtime: Runtime, market: Market, content: RfqContent
) -> None:
    sales = sign_in(client, market.sales[0])
    path = f"/rfqs/{content.rfq.id}/quote"
    html = page(sales, path)
    assert "Price breaks: 50 · 100 · 500.5" in text_of(html)
    form = filled(html, "quote-form")
    tiers = [f"line-{line.id}-tiers" for line in content.lines]
    assert [form[name] for name in tiers] == ["50:; 100:; 500.5:", ""]
    book = openpyxl.load_workbook(BytesIO(sales.get(f"{path}.xlsx", headers=HTML).content)).worksheets[0]
    column = FIRST_ANSWER + 1 + [answer.name for answer in ANSWERS].index("tiers")
    assert [book.cell(row, column).value for row in (9, 10)] == ["50:; 100:; 500.5:", None]
    empty = send(sales, path, form | {tiers[0]: "50:; 100:; 500.5:; 700:"}, **HTML)
    assert set(errors(empty.text)) == {tiers[0]}
    form = filled(empty.text, "quote-form")
    answer = send(sales, path, form | {tiers[0]: "50: 9; 100: 8.5; 500.5:"})
    quote_id = UUID(answer.headers["location"].rpartition("/")[2])
    with work_for(runtime, market.sales[0]) as work:
        lines = quoting.read_quote(work, market.sales[0], ReadQuote(quote_id)).lines
    assert [(line.unit_price, line.tiers) for line in lines] == [
        (
            Decimal("8.5"),
            [{"from_quantity": "50", "unit_price": "9"}, {"from_quantity": "100", "unit_price": "8.5"}],
        )
    ]
    assert filled(page(sales, path), "quote-form")[tiers[0]] == "50: 9; 100: 8.5; 500.5:"
