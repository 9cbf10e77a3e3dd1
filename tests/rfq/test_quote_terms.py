"""Quotations in full: what is stored of their terms, what the receipt covers, and what is refused."""

from dataclasses import replace
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import select

from b2b_market.audit.queries.states import states
from b2b_market.infra.canonical import digest
from b2b_market.infra.runtime import Runtime
from b2b_market.infra.signing import verify
from b2b_market.rbac.actor import Actor, Scope, system_actor
from b2b_market.rfq.commands.quotes import Bundle, Instalment, LineTerms, PriceTier, QuoteTerms
from b2b_market.rfq.commands.requests import AwardPick, ProposeAward, ReadQuote, ReadRfq, Rest, SubmitQuote
from b2b_market.rfq.models.quotes import QUOTE_LINE_COLUMNS, Quote, QuoteRevision
from b2b_market.rfq.permissions import RfqPermission
from b2b_market.rfq.public import award_view
from b2b_market.rfq.rules.bundling import BundleBroken
from b2b_market.rfq.service import awarding, quoting
from b2b_market.rfq.service.drafting import RfqContent
from b2b_market.rfq.service.quoting import QuoteContent
from b2b_market.rfq.states import BundleKind, PayEvent, TaxBasis
from tests.support.rfqs import Market, close, make_market, publish, quote_command, read
from tests.support.works import work_for


@pytest.fixture
def market(runtime: Runtime) -> Market:
    return make_market(runtime, suppliers=1)


def send(runtime: Runtime, sales: Actor, command: SubmitQuote) -> QuoteContent:
    with work_for(runtime, sales) as work:
        return quoting.submit_quote(work, sales, command)


def stored(runtime: Runtime, actor: Actor, quote_id: UUID) -> QuoteContent:
    with work_for(runtime, actor) as work:
        return quoting.read_quote(work, actor, ReadQuote(quote_id))


def rich(content: RfqContent) -> SubmitQuote:
    """Return a quotation with every term; the prices contain 13 % tax."""
    plain = quote_command(content, ["11.3", *[None] * (len(content.lines) - 1)])
    terms = LineTerms(
        tiers=(PriceTier(Decimal(100), Decimal("11.3")), PriceTier(Decimal(400), Decimal("10.17"))),
        multiple_quantity=Decimal(1),
        order_unit="T3",
        setup_cost=Decimal(226),
        alternative_specification=" DIN 933 ",
        origin_country="DE",
        capacity=Decimal(600),
    )
    first = replace(plain.lines[0], unit_price=None, alternative="hexagon bolt", terms=terms)
    second = replace(plain.lines[0], line_id=content.lines[1].id, unit_price=Decimal("2.26"))
    first = replace(first, terms=replace(terms, order_unit="DZN", multiple_quantity=None), min_quantity=Decimal(5))
    header = QuoteTerms(
        tax_basis=TaxBasis.WITH_TAX,
        tax_percent=Decimal(13),
        incoterm="CIF",
        incoterm_place="Shanghai",
        freight=Decimal(113),
        instalments=(
            Instalment(Decimal(30), PayEvent.ORDER),
            Instalment(Decimal(70), PayEvent.INVOICE, 60),
        ),
        early_pay_percent=Decimal(2),
        early_pay_days=10,
        bundles=(
            Bundle(BundleKind.TOGETHER, (content.lines[0].id, content.lines[1].id)),
            Bundle(BundleKind.DISCOUNT, (), Decimal(5)),
        ),
        capacity=Decimal(1),
        capacity_unit="MIL",
    )
    return replace(plain, lines=(first, second), terms=header)


class TestStored:
    def test_every_term_is_stored_without_tax_and_in_the_needs_unit(self, runtime: Runtime, market: Market) -> None:
        content = publish(runtime, market)
        made = send(runtime, market.sales[0], rich(content))
        seen = stored(runtime, market.purchaser, made.quote.id)
        line, other = seen.lines
        assert (line.unit_price, line.setup_cost, line.min_quantity) == (Decimal(10), Decimal(200), Decimal(100))
        assert line.tiers == [
            {"from_quantity": "100", "unit_price": "10"},
            {"from_quantity": "400", "unit_price": "9"},
        ]
        assert (line.order_unit, line.origin_country, line.capacity) == ("DZN", "DE", Decimal(600))
        assert line.alternative_specification == "DIN 933"
        assert line.stated == {
            "unit_price": "11.3",
            "setup_cost": "226",
            "min_quantity": "5",
            "tiers": [{"from_quantity": "100", "unit_price": "11.3"}, {"from_quantity": "400", "unit_price": "10.17"}],
        }
        assert (other.unit_price, other.tiers, other.stated) == (Decimal(2), [], {"unit_price": "2.26"})
        quote = seen.quote
        assert (quote.total, quote.freight, quote.stated_freight) == (Decimal(1200), Decimal(100), Decimal(113))
        assert (quote.tax_basis, quote.tax_percent) == (TaxBasis.WITH_TAX, Decimal(13))
        assert (quote.incoterm, quote.incoterm_place) == ("CIF", "Shanghai")
        assert quote.instalments == [
            {"percent": "30", "event": "order", "days": 0},
            {"percent": "70", "event": "invoice", "days": 60},
        ]
        assert (quote.early_pay_percent, quote.early_pay_days) == (Decimal(2), 10)
        assert quote.bundles == [
            {"kind": "together", "line_ids": [str(need.id) for need in content.lines], "percent": None},
            {"kind": "discount", "line_ids": [], "percent": "5"},
        ]
        assert (quote.capacity, quote.capacity_unit) == (Decimal(1), "MIL")

    def test_a_revision_without_terms_leaves_none_behind(self, runtime: Runtime, market: Market) -> None:
        content = publish(runtime, market)
        made = send(runtime, market.sales[0], rich(content))
        plain = quote_command(content, ["9", "2"], version=made.quote.version)
        send(runtime, market.sales[0], plain)
        seen = stored(runtime, market.sales[0], made.quote.id)
        assert (seen.quote.incoterm, seen.quote.bundles, seen.quote.tax_percent) == ("", [], None)
        assert [(line.tiers, line.stated, line.setup_cost) for line in seen.lines] == [([], None, None)] * 2


class TestReceipts:
    def test_the_receipt_covers_every_term_and_the_trail_recomputes_it(self, runtime: Runtime, market: Market) -> None:
        content = publish(runtime, market)
        made = send(runtime, market.sales[0], rich(content))
        sales = market.sales[0]
        with work_for(runtime, sales) as work:
            revision = work.session.scalars(select(QuoteRevision)).one()
            said = {name: value for name, value in revision.content.items() if name != "lines"}
            assert digest(said) == bytes(revision.content_hash)
            assert {"tax_basis", "freight", "instalments", "bundles", "capacity"} <= set(said)
            assert set(revision.content["lines"][0]) > {*QUOTE_LINE_COLUMNS, "tiers", "stated", "setup_cost"}
            quote = work.session.scalars(select(Quote)).one()
            statement = quoting.receipt_statement(quote, revision)
            assert verify(runtime.receipts.public_key, statement, bytes(revision.signature))
            work.session.expunge_all()
            (found,) = states(work.session, Scope(sales, RfqPermission.QUOTE_READ), Quote)
            assert found.state_hash == made.quote.state_hash()

    def test_a_plain_quotation_says_nothing_of_terms_it_does_not_have(self, runtime: Runtime, market: Market) -> None:
        content = publish(runtime, market)
        send(runtime, market.sales[0], quote_command(content, ["9", "2"]))
        with work_for(runtime, market.sales[0]) as work:
            revision = work.session.scalars(select(QuoteRevision)).one()
        header = {"currency", "total", "valid_until", "payment_terms", "note", "lines_digest", "lines"}
        assert set(revision.content) == header
        assert [set(line) for line in revision.content["lines"]] == [set(QUOTE_LINE_COLUMNS)] * 2


class TestAward:
    def test_lines_sold_together_are_awarded_all_or_not_at_all(self, runtime: Runtime, market: Market) -> None:
        content = publish(runtime, market)
        made = send(runtime, market.sales[0], rich(content))
        close(runtime, market, content.rfq.id)
        version = read(runtime, market.purchaser, content.rfq.id).rfq.version
        one = AwardPick(line_id=content.lines[0].id, quote_id=made.quote.id)
        less = AwardPick(line_id=content.lines[1].id, quote_id=made.quote.id, quantity=Decimal(99))
        for picks in ((one,), (one, less)):
            command = ProposeAward(rfq_id=content.rfq.id, expected_version=version, picks=picks, rest=Rest.LEAVE)
            with pytest.raises(BundleBroken) as caught, work_for(runtime, market.purchaser) as work:
                awarding.propose_award(work, market.purchaser, command)
            assert caught.value.facts == {"supplier": "Supplier 1", "lines": "1, 2"}
        with work_for(runtime, market.purchaser) as work:
            assert awarding.list_awards(work, market.purchaser, ReadRfq(content.rfq.id)) == []

    def test_it_is_at_the_price_without_tax_and_its_contract_hears_of_the_alternatives_specification(
        self, runtime: Runtime, market: Market
    ) -> None:
        content = publish(runtime, market)
        made = send(runtime, market.sales[0], rich(content))
        close(runtime, market, content.rfq.id)
        version = read(runtime, market.purchaser, content.rfq.id).rfq.version
        picks = tuple(AwardPick(line_id=line.id, quote_id=made.quote.id) for line in content.lines)
        command = ProposeAward(rfq_id=content.rfq.id, expected_version=version, picks=picks)
        drafter = system_actor("contracts", market.buyer_id)
        with work_for(runtime, market.purchaser) as work:
            award = awarding.propose_award(work, market.purchaser, command).award
            (supplier,) = award_view(work, drafter, award.id).suppliers
        assert [(line.unit_price, line.alternative) for line in supplier.lines] == [
            (Decimal(10), "hexagon bolt\nDIN 933"),
            (Decimal(2), ""),
        ]
