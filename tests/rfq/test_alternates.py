"""Several offers of one supplier to one line: quoted, compared, picked, awarded, and held to in a further round."""

from dataclasses import replace
from decimal import Decimal
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from fastapi.testclient import TestClient

from b2b_market.audit.queries.states import states
from b2b_market.infra.canonical import decimal_text
from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.refusal import Invalid
from b2b_market.rbac.actor import Actor, Scope, system_actor
from b2b_market.rfq.commands import requests as commands
from b2b_market.rfq.commands.needs import NeedTerms
from b2b_market.rfq.commands.quotes import Alternate, LineTerms, PriceTier, QuoteTerms
from b2b_market.rfq.commands.requests import AwardPick, ProposeAward, ReadQuote, ReadRfq
from b2b_market.rfq.documents.quote_columns import ANSWERS, EMPTY_ALTERNATES, FIRST_ANSWER
from b2b_market.rfq.models.quotes import Award, Quote
from b2b_market.rfq.permissions import RfqPermission
from b2b_market.rfq.public import award_view
from b2b_market.rfq.rules.rounds import QuoteGotWorse, require_no_worse
from b2b_market.rfq.service import awarding, comparing, quoting
from b2b_market.rfq.service.bettering import held
from b2b_market.rfq.service.drafting import RfqContent
from b2b_market.rfq.service.quoting import QuoteContent
from b2b_market.rfq.states import ScenarioKind, TaxBasis
from b2b_market.rfq.tasks import optimise_scenarios
from b2b_market.sourcing import public as sourcing
from tests.rfq.forms import HTML, errors, filled, followed, page, send, text_of
from tests.rfq.test_quote_workbook import changed, saved, uploaded
from tests.rfq.test_scenarios import figures, save, total
from tests.support.people import sign_in
from tests.support.rfqs import Market, close, draft_command, make_market, publish, quote_command, read, submit
from tests.support.works import work_for

CHEAPER = Alternate(
    alternative="Zinc", unit_price=Decimal("8.5"), specification="5 µm", lead_days=30, note="from stock"
)
TIERED = Alternate(
    alternative="Brass", tiers=(PriceTier(Decimal(50), Decimal(12)), PriceTier(Decimal(200), Decimal(11)))
)


@pytest.fixture
def market(runtime: Runtime) -> Market:
    return make_market(runtime, suppliers=2)


@pytest.fixture
def content(runtime: Runtime, market: Market) -> RfqContent:
    return publish(runtime, market, draft_command(market.suppliers, 2))


def offer(
    runtime: Runtime, sales: Actor, content: RfqContent, *alternates: Alternate, price: str = "9", **changes: Any
) -> QuoteContent:
    """Quote both lines at one price, the first with alternates."""
    plain = quote_command(content, [price, price])
    first = replace(plain.lines[0], terms=LineTerms(alternates=alternates))
    with work_for(runtime, sales) as work:
        return quoting.submit_quote(work, sales, replace(plain, lines=(first, plain.lines[1]), **changes))


def propose(runtime: Runtime, market: Market, content: RfqContent, *picks: AwardPick) -> awarding.AwardContent:
    version = read(runtime, market.purchaser, content.rfq.id).rfq.version
    with work_for(runtime, market.purchaser) as work:
        return awarding.propose_award(
            work, market.purchaser, ProposeAward(rfq_id=content.rfq.id, expected_version=version, picks=picks)
        )


class TestQuoted:
    def test_they_are_kept_with_the_line_and_receipted(
        self, runtime: Runtime, market: Market, content: RfqContent
    ) -> None:
        quote = offer(runtime, market.sales[0], content, CHEAPER, TIERED)
        first, second = quote.lines[0].alternates
        assert (first["variant"], first["alternative"], first["unit_price"], first["lead_days"]) == (
            1,
            "Zinc",
            "8.5",
            30,
        )
        assert (second["variant"], second["unit_price"], second["min_quantity"]) == (2, "12", "50")
        assert quote.quote.total == Decimal(1800)  # of the first offers alone
        with work_for(runtime, market.sales[0]) as work:
            scope = Scope(market.sales[0], RfqPermission.QUOTE_READ)
            hashes = {one.object_id: one.state_hash for one in states(work.session, scope, Quote)}
            assert hashes[quote.quote.id] == quote.quote.state_hash()
            kept = quoting.read_quote(work, market.sales[0], ReadQuote(quote.quote.id))
        assert bytes(kept.revisions[0].content_hash) == bytes(quote.quote.content_hash)

    def test_a_quotation_without_any_is_digested_as_before(
        self, runtime: Runtime, market: Market, content: RfqContent
    ) -> None:
        plain = submit(runtime, market.sales[0], content, ["9", "9"])
        same = offer(runtime, market.sales[1], content)
        assert bytes(plain.quote.lines_digest) == bytes(same.quote.lines_digest)

    def test_their_prices_are_kept_without_tax(self, runtime: Runtime, market: Market, content: RfqContent) -> None:
        terms = QuoteTerms(tax_basis=TaxBasis.WITH_TAX, tax_percent=Decimal(13))
        quote = offer(runtime, market.sales[0], content, replace(CHEAPER, unit_price=Decimal("11.3")), terms=terms)
        one = quote.lines[0].alternates[0]
        assert (one["unit_price"], one["stated"]) == ("10", {"unit_price": "11.3"})

    @pytest.mark.parametrize(
        ("alternate", "pointer", "code"),
        [
            (replace(CHEAPER, alternative=" "), "/lines/0/alternates/0/alternative", "required"),
            (replace(CHEAPER, unit_price=None), "/lines/0/alternates/0/unit_price", "amount"),
            (replace(CHEAPER, unit_price=Decimal(0)), "/lines/0/alternates/0/unit_price", "amount"),
            (replace(CHEAPER, lead_days=4000), "/lines/0/alternates/0/lead_days", "range"),
            (replace(TIERED, tiers=(*TIERED.tiers, TIERED.tiers[0])), "/lines/0/alternates/0/tiers", "order"),
        ],
    )
    def test_what_cannot_be_accepted_is_told_at_its_field(
        self, runtime: Runtime, market: Market, content: RfqContent, alternate: Alternate, pointer: str, code: str
    ) -> None:
        with pytest.raises(Invalid) as found:
            offer(runtime, market.sales[0], content, alternate)
        assert [(error.pointer, error.code) for error in found.value.errors] == [(pointer, code)]

    def test_each_has_a_name_of_its_own(self, runtime: Runtime, market: Market, content: RfqContent) -> None:
        with pytest.raises(Invalid) as found:
            offer(runtime, market.sales[0], content, CHEAPER, replace(TIERED, alternative="zinc "))
        assert [error.code for error in found.value.errors] == ["twice"]

    def test_none_where_no_substitute_is_taken(self, runtime: Runtime, market: Market) -> None:
        command = draft_command(market.suppliers, 2)
        exact = replace(command.lines[0], terms=NeedTerms(substitutes=False))
        strict = publish(runtime, market, replace(command, lines=(exact, command.lines[1])))
        with pytest.raises(Invalid) as found:
            offer(runtime, market.sales[0], strict, CHEAPER)
        assert [error.code for error in found.value.errors] == ["no-substitutes"]


class TestCompared:
    def test_an_alternate_may_be_the_best_and_totals_count_first_offers(
        self, runtime: Runtime, market: Market, content: RfqContent
    ) -> None:
        offer(runtime, market.sales[0], content, CHEAPER, TIERED)
        submit(runtime, market.sales[1], content, ["8.8", "8.8"])
        with work_for(runtime, market.purchaser) as work:
            compared = comparing.compare_quotes(work, market.purchaser, ReadRfq(content.rfq.id)).comparison
        row = compared.rows[0]
        place = compared.column_positions[market.suppliers[0]]
        assert [cell.offer.variant for cell in row.choices(place)] == [0, 1, 2]
        assert row.best_price is not None
        assert (row.best_price.amount, row.others[place][0].best) == (Decimal("8.5"), True)
        assert not any(cell is not None and cell.best for cell in row.cells)
        assert compared.columns[place].total.amount == Decimal(1800)
        best = sourcing.best_per_line(compared)
        assert [(share.supplier_id, share.offer.variant) for share in best.shares] == [
            (market.suppliers[0], 1),
            (market.suppliers[1], 0),
        ]
        assert [pick.variant for pick in sourcing.single_supplier(compared, market.suppliers[0]).picks] == [1, 0]

    def test_saved_and_searched_scenarios_pick_them(
        self, runtime: Runtime, market: Market, content: RfqContent
    ) -> None:
        offer(runtime, market.sales[0], content, CHEAPER)
        submit(runtime, market.sales[1], content, ["8.8", "8.8"])
        close(runtime, market, content.rfq.id)
        kinds = (ScenarioKind.BEST, ScenarioKind.OPTIMISED)
        ids = [save(runtime, market, content.rfq.id, kind) for kind in kinds]
        optimise_scenarios(runtime)
        for scenario_id in ids:
            found = figures(runtime, market, scenario_id)
            assert total(found) == Decimal("1730.00")
            assert [len(pick) for pick in found.scenario.picks] == [4, 3]


class TestAwarded:
    def test_award_and_contract_say_which(self, runtime: Runtime, market: Market, content: RfqContent) -> None:
        quote = offer(runtime, market.sales[0], content, CHEAPER, TIERED).quote
        close(runtime, market, content.rfq.id)
        picks = [
            AwardPick(line_id=line.id, quote_id=quote.id, variant=variant)
            for line, variant in zip(content.lines, (2, 0), strict=True)
        ]
        found = propose(runtime, market, content, *picks)
        assert [(line.variant, line.alternative, line.unit_price) for line in found.lines] == [
            (2, "Brass", Decimal(12)),
            (0, "", Decimal(9)),
        ]
        drafter = system_actor("contracts", market.buyer_id)
        with work_for(runtime, drafter) as work:
            scope = Scope(market.purchaser, RfqPermission.READ)
            kept = {one.object_id: one.state_hash for one in states(work.session, scope, Award)}
            assert kept[found.award.id] == found.award.state_hash()
            lines = award_view(work, drafter, found.award.id).suppliers[0].lines
        assert [(line.alternative, line.lead_days) for line in lines] == [("Brass", None), ("", 14)]

    def test_two_offers_of_one_supplier_to_a_line_are_not_both_awarded(
        self, runtime: Runtime, market: Market, content: RfqContent
    ) -> None:
        quote = offer(runtime, market.sales[0], content, CHEAPER).quote
        close(runtime, market, content.rfq.id)
        both = [
            AwardPick(line_id=content.lines[0].id, quote_id=quote.id, quantity=Decimal(50), variant=variant)
            for variant in (0, 1)
        ]
        with pytest.raises(sourcing.AwardNotPossible):
            propose(runtime, market, content, *both)


class TestSetUpOfItsOwn:
    """The line asks 100 for its tool; zinc is free of it, brass has another one."""

    OFFERS = (replace(CHEAPER, setup_cost=Decimal(0)), replace(TIERED, setup_cost=Decimal(250)))

    @pytest.fixture
    def quote(self, runtime: Runtime, market: Market, content: RfqContent) -> Quote:
        found = self.quoted(runtime, market, content)
        close(runtime, market, content.rfq.id)
        return found

    def quoted(self, runtime: Runtime, market: Market, content: RfqContent) -> Quote:
        plain = quote_command(content, ["9", "9"])
        first = replace(plain.lines[0], terms=LineTerms(alternates=self.OFFERS, setup_cost=Decimal(100)))
        with work_for(runtime, market.sales[0]) as work:
            command = replace(plain, lines=(first, plain.lines[1]))
            return quoting.submit_quote(work, market.sales[0], command).quote

    @pytest.mark.parametrize(("variant", "charged"), [(0, ["100"]), (1, []), (2, ["250"])])
    def test_an_award_and_its_contract_charge_that_of_the_offer_taken(
        self,
        runtime: Runtime,
        market: Market,
        content: RfqContent,
        quote: Quote,
        variant: int,
        charged: list[str],
    ) -> None:
        found = propose(
            runtime,
            market,
            content,
            AwardPick(line_id=content.lines[0].id, quote_id=quote.id, variant=variant),
            AwardPick(line_id=content.lines[1].id, quote_id=quote.id),
        )
        assert [one["amount"] for one in found.lines[0].charges] == charged
        drafter = system_actor("contracts", market.buyer_id)
        with work_for(runtime, drafter) as work:
            charges = award_view(work, drafter, found.award.id).suppliers[0].charges
        assert [decimal_text(one.amount) for one in charges] == charged

    def test_a_later_award_of_another_offer_pays_for_its_own_tool(
        self, runtime: Runtime, market: Market, content: RfqContent, quote: Quote
    ) -> None:
        line = content.lines[0].id

        def take(variant: int) -> list[str]:
            pick = AwardPick(line_id=line, quote_id=quote.id, variant=variant, quantity=Decimal(30))
            version = read(runtime, market.purchaser, content.rfq.id).rfq.version
            command = ProposeAward(
                rfq_id=content.rfq.id, expected_version=version, picks=(pick,), rest=commands.Rest.LATER
            )
            with work_for(runtime, market.purchaser) as work:
                lines = awarding.propose_award(work, market.purchaser, command).lines
            return [one["amount"] for one in lines[0].charges]

        assert [take(1), take(0), take(0)] == [[], ["100"], []]

    def test_it_is_typed_shown_compared_and_saved(
        self, client: TestClient, runtime: Runtime, market: Market, content: RfqContent
    ) -> None:
        quote = self.quoted(runtime, market, content)
        sales = sign_in(client, market.sales[0])
        form = filled(page(sales, f"/rfqs/{content.rfq.id}/quote"), "quote-form")
        name = f"line-{content.lines[0].id}-alternates-2-setup_cost"
        assert (form[name.replace("-2-", "-1-")], form[name]) == ("0", "250")
        followed(sales, send(sales, f"/rfqs/{content.rfq.id}/quote", form | {name: "240"}))
        shown = text_of(page(sales, f"/quotes/{quote.id}"))
        assert "No set-up cost" in shown
        assert "Set-up cost CNY 240.00" in shown
        buyer = sign_in(client, market.purchaser)
        compared = buyer.get(f"/api/v1/rfqs/{content.rfq.id}/comparison").json()["rows"][0]["cells"][0]
        assert [compared["setup"], *(one["setup"] for one in compared["others"])] == ["100", None, "240"]
        matrix = text_of(page(buyer, f"/rfqs/{content.rfq.id}/comparison"))
        assert "+ 100.00 set-up" in matrix
        assert "+ 240.00 set-up" in matrix
        data = buyer.get(f"/api/v1/rfqs/{content.rfq.id}/comparison/xlsx").content
        rows = list(openpyxl.load_workbook(BytesIO(data))["Alternates"].iter_rows(min_row=2, values_only=True))
        assert [row[11] for row in rows] == [None, 240]


def test_a_further_round_keeps_every_alternate_at_no_worse_terms(
    runtime: Runtime, market: Market, content: RfqContent
) -> None:
    quote = offer(runtime, market.sales[0], content, CHEAPER)

    def as_held(alternates: list[dict[str, Any]]) -> Any:
        names = ("line_id", "unit_price", "quantity", "lead_days", "min_quantity")
        rows = [{name: getattr(line, name) for name in names} for line in quote.lines]
        head = {"currency": "CNY", "valid_until": quote.quote.valid_until}
        return held(head, [{**rows[0], "alternates": alternates}, rows[1]])

    stored = quote.lines[0].alternates
    require_no_worse(as_held(stored), as_held([{**stored[0], "alternative": "ZINC", "unit_price": "8.4"}]))
    for change in ({}, {"unit_price": "8.6"}, {"lead_days": 31}, {"setup_cost": "0.01"}):
        worse = [{**stored[0], **change}] if change else []
        with pytest.raises(QuoteGotWorse) as found:
            require_no_worse(as_held(stored), as_held(worse))
        assert [error.pointer for error in found.value.errors] == ["/lines/0/alternates"]


def test_the_workbook_of_a_comparison_lists_them(
    client: TestClient, runtime: Runtime, market: Market, content: RfqContent
) -> None:
    offer(runtime, market.sales[0], content, CHEAPER)
    submit(runtime, market.sales[1], content, ["8.8", "8.8"])
    buyer = sign_in(client, market.purchaser)
    data = buyer.get(f"/api/v1/rfqs/{content.rfq.id}/comparison/xlsx").content
    assert buyer.get(f"/api/v1/rfqs/{content.rfq.id}/comparison/pdf").status_code == 200
    sheet = openpyxl.load_workbook(BytesIO(data))["Alternates"]
    row = [cell.value for cell in sheet[2]]
    assert (row[0], row[3], row[4], row[5]) == (1, "Zinc · 5 µm · from stock", 100, 8.5)
    assert row[8] == "=ROUND(E2*F2,2)"
    assert sheet.max_row == 2


class TestOverTheWire:
    def test_the_api_takes_compares_and_awards_them(
        self, client: TestClient, runtime: Runtime, market: Market, content: RfqContent
    ) -> None:
        lines = [{"line_id": str(line.id), "unit_price": "9"} for line in content.lines]
        first = {**lines[0], "alternates": [{"alternative": "Zinc", "unit_price": "8.5", "lead_days": 30}]}
        body = {"currency": "CNY", "valid_until": quote_command(content, ["9", "9"]).valid_until.isoformat()}
        sales = sign_in(client, market.sales[0])
        answer = sales.post(
            f"/api/v1/rfqs/{content.rfq.id}/quotes",
            json={**body, "lines": [first, lines[1]]},
            headers={"Idempotency-Key": "alternates-1"},
        )
        assert answer.status_code == 201, answer.text
        quoted = answer.json()["lines"][0]["alternates"]
        assert [(one["variant"], one["alternative"], one["unit_price"]) for one in quoted] == [(1, "Zinc", "8.5")]
        close(runtime, market, content.rfq.id)
        buyer = sign_in(client, market.purchaser)
        compared = buyer.get(f"/api/v1/rfqs/{content.rfq.id}/comparison").json()
        cell = compared["rows"][0]["cells"][0]
        assert [(one["variant"], one["best"], one["note"]) for one in cell["others"]] == [(1, True, "Zinc")]
        landed = buyer.get(f"/api/v1/rfqs/{content.rfq.id}/landed").json()["rows"][0]["cells"][0]
        assert [one["unit_price"] for one in landed["others"]] == ["8.5"]
        where = f"/api/v1/rfqs/{content.rfq.id}/landed/{content.lines[0].id}/{cell['quote_id']}"
        assert [buyer.get(f"{where}?variant={number}").status_code for number in (0, 1, 2)] == [200, 200, 404]
        picks = [
            {"line_id": str(line.id), "quote_id": cell["quote_id"], "variant": variant}
            for line, variant in zip(content.lines, (1, 0), strict=True)
        ]
        version = read(runtime, market.purchaser, content.rfq.id).rfq.version
        award = buyer.post(
            f"/api/v1/rfqs/{content.rfq.id}/awards",
            json={"picks": picks},
            headers={"Idempotency-Key": "alternates-2", "If-Match": f'"v{version}"'},
        )
        assert award.status_code == 201, award.text
        assert [(line["variant"], line["alternative"]) for line in award.json()["lines"]] == [(1, "Zinc"), (0, "")]

    def test_the_form_adds_rows_and_shows_what_is_wrong_at_them(
        self, client: TestClient, market: Market, content: RfqContent
    ) -> None:
        sales = sign_in(client, market.sales[0])
        path, line = f"/rfqs/{content.rfq.id}/quote", content.lines[0].id
        form = filled(page(sales, f"{path}?full=1"), "quote-form") | {f"line-{line}-unit_price": "9"}
        html = send(sales, f"{path}/alternates/{line}", form, **HTML).text
        form = filled(html, "quote-form")
        assert form[f"line-{line}-unit_price"] == "9"
        named = {
            f"line-{line}-alternates-1-alternative": "Zinc",
            f"line-{line}-alternates-1-tiers": "50: 8.6; 100: 8.5",
        }
        wrong = send(sales, path, form | named | {f"line-{line}-alternates-1-tiers": ""}, **HTML)
        assert set(errors(wrong.text)) == {f"line-{line}-alternates-1-unit_price"}
        html = followed(sales, send(sales, path, filled(wrong.text, "quote-form") | named))
        assert "Alternate Zinc" in text_of(html)
        again = filled(page(sales, path), "quote-form")
        assert again[f"line-{line}-alternates-1-tiers"] == "50: 8.6; 100: 8.5"

    def test_the_quotations_workbook_brings_them_back(
        self, client: TestClient, runtime: Runtime, market: Market, content: RfqContent
    ) -> None:
        quote = offer(runtime, market.sales[0], content, CHEAPER)
        sales = sign_in(client, market.sales[0])
        column = {answer.name: FIRST_ANSWER + 1 + index for index, answer in enumerate(ANSWERS)}

        def fill(sheet: Any) -> None:
            assert (sheet.cell(12, 2).value, sheet.cell(12, column["alternative"]).value) == (1, "Zinc")
            assert sheet.max_row >= 12 + EMPTY_ALTERNATES
            assert sheet.cell(13, column["quantity"]).protection.locked
            sheet.cell(13, 2).value = 2
            sheet.cell(13, column["alternative"]).value = "Brass"
            sheet.cell(13, column["unit_price"]).value = 12
            sheet.cell(14, 2).value = 99
            sheet.cell(14, column["alternative"]).value = "Tin"

        data = changed(saved(sales, content), fill)
        assert "This row is no line of the request" in text_of(uploaded(sales, content, data).text)
        data = changed(data, lambda sheet: sheet.delete_rows(14))
        read_again = uploaded(sales, content, data)
        assert read_again.status_code == 200
        followed(sales, send(sales, f"/rfqs/{content.rfq.id}/quote", filled(read_again.text, "quote-form")))
        with work_for(runtime, market.sales[0]) as work:
            lines = quoting.read_quote(work, market.sales[0], ReadQuote(quote.quote.id)).lines
        assert [[one["alternative"] for one in line.alternates] for line in lines] == [["Zinc"], ["Brass"]]

    def test_the_matrix_lets_the_buyer_pick_one(
        self, client: TestClient, runtime: Runtime, market: Market, content: RfqContent
    ) -> None:
        quote = offer(runtime, market.sales[0], content, CHEAPER).quote
        submit(runtime, market.sales[1], content, ["8.8", "8.8"])
        close(runtime, market, content.rfq.id)
        buyer = sign_in(client, market.purchaser)
        html = page(buyer, f"/rfqs/{content.rfq.id}/comparison")
        form = filled(html, "award-form")
        first, second = (f"pick-{line.id}" for line in content.lines)
        assert form[first] == f"{quote.id}:1"
        assert "Zinc" in text_of(html)
        form |= {second: str(quote.id), "rest": "none"}
        split = send(buyer, f"/rfqs/{content.rfq.id}/split/{content.lines[0].id}", form, **HTML).text
        assert filled(split, "award-form")[f"share-{content.lines[0].id}-{quote.id}-1"] == "100"
        html = followed(buyer, send(buyer, f"/rfqs/{content.rfq.id}/award", form))
        assert "Zinc · 5 µm · from stock" in text_of(html)
        landed = page(buyer, f"/rfqs/{content.rfq.id}/landed/{content.lines[0].id}/{quote.id}?variant=1")
        assert "8.50" in text_of(landed)
