"""Set-up, freight and bundle discounts of an award: in totals, limits, letters, contracts, on pages and the API."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import pytest
from fastapi.testclient import TestClient

from b2b_market.audit.queries.states import states
from b2b_market.contracts.commands import ListContracts, ReadContract
from b2b_market.contracts.service import reading
from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.money import Money
from b2b_market.rbac.actor import Scope
from b2b_market.reference.demo import seed_rates
from b2b_market.rfq.commands.letters import IssueLetters, WhyNot
from b2b_market.rfq.commands.quotes import Alternate, Bundle, LineTerms, QuoteTerms
from b2b_market.rfq.commands.requests import AwardPick, DecideAward, ProposeAward, ReadAward, ReadRfq, Rest
from b2b_market.rfq.commands.scenarios import ReadScenario, SaveScenario, Settings
from b2b_market.rfq.documents.letter_sheet import LetterSheet
from b2b_market.rfq.models.quotes import Award
from b2b_market.rfq.permissions import RfqPermission
from b2b_market.rfq.queries import quotes as queries
from b2b_market.rfq.service import awarding, comparing, letters, quoting, scenarios
from b2b_market.rfq.service.awarding import AwardContent
from b2b_market.rfq.service.drafting import RfqContent
from b2b_market.rfq.states import AwardStatus, BundleKind, LetterReason, ScenarioKind
from b2b_market.rfq.tasks import optimise_scenarios
from b2b_market.sourcing import public as sourcing
from b2b_market.sourcing.public import ChargeKind
from tests.rfq.forms import filled, page, text_of
from tests.support.delivery import drain_outbox
from tests.support.people import sign_in, sign_out
from tests.support.rfqs import Market, close, draft_command, make_market, publish, quote_command, read, submit
from tests.support.works import work_for

SETUP, FREIGHT, DISCOUNT = ChargeKind.SETUP, ChargeKind.FREIGHT, ChargeKind.DISCOUNT
ZINC = Alternate(alternative="Zinc", unit_price=Decimal("8.5"))


def charged_request(
    runtime: Runtime,
    market: Market,
    prices: tuple[str, str] = ("9", "8.01"),
    alternates: tuple[Alternate, ...] = (),
) -> RfqContent:
    """A closed request of two lines, 100 each, quoted by two suppliers.

    The first one charges 80 for line 1, to which it offers ``alternates`` too, and 33.33 freight, and takes 5 % off
    both lines; the second has plain prices.
    """
    content = publish(runtime, market, draft_command(market.suppliers, 2))
    plain = quote_command(content, prices)
    first, second = plain.lines
    lines = (replace(first, terms=LineTerms(setup_cost=Decimal(80), alternates=alternates)), second)
    terms = QuoteTerms(freight=Decimal("33.33"), bundles=(Bundle(BundleKind.DISCOUNT, (), Decimal(5)),))
    with work_for(runtime, market.sales[0]) as work:
        quoting.submit_quote(work, market.sales[0], replace(plain, lines=lines, terms=terms))
    submit(runtime, market.sales[1], content, ("9.5", "8.5"))
    close(runtime, market, content.rfq.id)
    return content


def propose(
    runtime: Runtime,
    market: Market,
    content: RfqContent,
    gains: list[tuple[int, int, str]],
    rest: Rest = Rest.NONE,
    *,
    variants: Sequence[int] | None = None,
) -> AwardContent:
    """Propose (line, supplier, quantity) each, of the first offers unless ``variants`` names others."""
    with work_for(runtime, market.purchaser) as work:
        compared = comparing.compare_quotes(work, market.purchaser, ReadRfq(content.rfq.id))
    picks = tuple(
        AwardPick(
            line_id=content.lines[line].id,
            quote_id=compared.quotes[market.suppliers[supplier]].id,
            quantity=Decimal(quantity),
            variant=variant,
        )
        for (line, supplier, quantity), variant in zip(gains, variants or [0] * len(gains), strict=True)
    )
    version = read(runtime, market.purchaser, content.rfq.id).rfq.version
    command = ProposeAward(rfq_id=content.rfq.id, expected_version=version, picks=picks, rest=rest)
    with work_for(runtime, market.purchaser) as work:
        return awarding.propose_award(work, market.purchaser, command)


def cny(amount: str) -> Money:
    return Money.of(amount, "CNY")


def test_an_award_of_everything_has_every_charge_and_so_has_its_contract(runtime: Runtime) -> None:
    seed_rates(runtime)
    market = make_market(runtime, 2)
    content = charged_request(runtime, market)
    award = propose(runtime, market, content, [(0, 0, "100"), (1, 0, "100")])
    # 900 + 801, 80 set-up, 33.33 freight, 5 % of 1701 off
    (own,) = award.suppliers
    assert [(one.kind, one.amount) for one in own.charges] == [
        (SETUP, cny("80.00")),
        (FREIGHT, cny("33.33")),
        (DISCOUNT, cny("-85.05")),
    ]
    assert (own.goods, own.total, award.award.total) == (cny("1701.00"), cny("1729.28"), Decimal("1729.28"))
    assert award.award.saving == 2000 - Decimal("1729.28")
    drain_outbox(runtime)
    with work_for(runtime, market.purchaser) as work:
        (drafted,) = reading.list_contracts(work, market.purchaser, ListContracts()).items
        contract = reading.read_contract(work, market.purchaser, ReadContract(drafted.id))
    assert contract.total == own.total
    assert [(one.kind.value, one.lines, one.amount) for one in contract.charges] == [
        ("setup", (1,), cny("80.00")),
        ("freight", (1, 2), cny("33.33")),
        ("discount", (1, 2), cny("-85.05")),
    ]
    with work_for(runtime, market.purchaser) as work:
        reasons = (WhyNot(market.suppliers[1], LetterReason.PRICE, ""),)
        version = letters.list_letters(work, market.purchaser, ReadAward(award.award.id)).version
        issue = IssueLetters(award_id=award.award.id, expected_version=version, reasons=reasons)
        issued = letters.issue_letters(work, market.purchaser, issue).letters
        sheets = {one.supplier_id: LetterSheet.read(one.content) for one in issued}
    assert sheets[market.suppliers[0]].total == own.total
    assert sheets[market.suppliers[1]].charges == ()
    with work_for(runtime, market.purchaser) as work:
        (found,) = states(work.session, Scope(market.purchaser, RfqPermission.AWARD), Award)
        assert (
            found.state_hash
            == queries.own_award(
                work.session, Scope(market.purchaser, RfqPermission.AWARD), award.award.id
            ).state_hash()
        )


def test_an_alternate_carries_the_charges_of_its_line_and_earns_no_discount(runtime: Runtime) -> None:
    market = make_market(runtime, 2)
    content = charged_request(runtime, market, alternates=(ZINC,))
    award = propose(runtime, market, content, [(0, 0, "100"), (1, 0, "100")], variants=(1, 0))
    # 850 + 801, 80 set-up, 33.33 freight; 5 % are for the first offers to both
    (own,) = award.suppliers
    assert [(line.variant, line.alternative) for line in own.lines] == [(1, "Zinc"), (0, "")]
    assert [(one.kind, one.amount) for one in own.charges] == [(SETUP, cny("80.00")), (FREIGHT, cny("33.33"))]
    assert (own.goods, own.total, award.award.total) == (cny("1651.00"), cny("1764.33"), Decimal("1764.33"))
    drain_outbox(runtime)
    with work_for(runtime, market.purchaser) as work:
        (drafted,) = reading.list_contracts(work, market.purchaser, ListContracts()).items
        contract = reading.read_contract(work, market.purchaser, ReadContract(drafted.id))
        version = letters.list_letters(work, market.purchaser, ReadAward(award.award.id)).version
        reasons = (WhyNot(market.suppliers[1], LetterReason.PRICE, ""),)
        issue = IssueLetters(award_id=award.award.id, expected_version=version, reasons=reasons)
        issued = letters.issue_letters(work, market.purchaser, issue).letters
        sheets = {one.supplier_id: LetterSheet.read(one.content) for one in issued}
    assert (contract.total, contract.lines[0].alternative) == (own.total, "Zinc")
    assert [one.kind.value for one in contract.charges] == ["setup", "freight"]
    sheet = sheets[market.suppliers[0]]
    assert (sheet.total, len(sheet.charges)) == (own.total, 2)
    assert "Zinc" in sheet.lines[0].specification


def test_the_rest_of_an_alternate_is_charged_nothing_twice(runtime: Runtime) -> None:
    market = make_market(runtime, 2, limit="2000")
    content = charged_request(runtime, market, ("9", "19"), (ZINC,))
    part = propose(runtime, market, content, [(0, 0, "40")], Rest.LATER, variants=(1,))
    assert (part.award.status, part.award.total) == (AwardStatus.APPROVED, Decimal("453.33"))
    later = propose(runtime, market, content, [(0, 0, "60"), (1, 0, "100")], variants=(1, 0))
    assert (later.suppliers[0].charges, later.award.total) == ((), Decimal(2410))
    assert later.award.status is AwardStatus.PENDING_APPROVAL
    with work_for(runtime, market.approver) as work:
        decided = awarding.approve_award(work, market.approver, DecideAward(later.award.id, later.award.version))
    assert decided.award.status is AwardStatus.APPROVED


def test_the_optimiser_weighs_no_discount_on_an_alternate(runtime: Runtime) -> None:
    """The cheaper alternate stands for its supplier: 850 + 801, with 80 and 33.33 beside them."""
    market = make_market(runtime, 2)
    content = charged_request(runtime, market, alternates=(ZINC,))
    command = SaveScenario(rfq_id=content.rfq.id, name="least", kind=ScenarioKind.OPTIMISED)
    with work_for(runtime, market.purchaser) as work:
        scenario_id = scenarios.save_scenario(work, market.purchaser, command).id
    assert optimise_scenarios(runtime) == 1
    with work_for(runtime, market.purchaser) as work:
        found = scenarios.read_scenario(work, market.purchaser, ReadScenario(scenario_id))
    assert found.allocation is not None
    assert [share.offer.variant for share in found.allocation.shares] == [1, 0]
    assert (found.scenario.proven, found.allocation.total) == (True, cny("1764.33"))


def test_a_split_line_pays_each_set_up_and_earns_no_discount(runtime: Runtime) -> None:
    market = make_market(runtime, 2)
    content = charged_request(runtime, market)
    award = propose(runtime, market, content, [(0, 0, "40"), (0, 1, "60"), (1, 0, "100")])
    first, second = award.suppliers
    assert [one.kind for one in first.charges] == [SETUP, FREIGHT]
    assert (first.total, second.charges, second.total) == (cny("1274.33"), (), cny("570.00"))
    assert award.award.total == Decimal("1844.33")


def test_a_later_award_of_the_same_quotation_charges_nothing_twice(runtime: Runtime) -> None:
    market = make_market(runtime, 2)
    content = charged_request(runtime, market)
    propose(runtime, market, content, [(0, 0, "40")], Rest.LATER)
    later = propose(runtime, market, content, [(0, 0, "60"), (1, 0, "100")])
    (own,) = later.suppliers
    assert (own.charges, own.total) == ((), cny("1341.00"))


def test_the_limit_holds_against_the_charged_total(runtime: Runtime) -> None:
    market = make_market(runtime, 2, limit="2000")
    content = charged_request(runtime, market, ("9.95", "9.98"))
    proposed = propose(runtime, market, content, [(0, 0, "100"), (1, 0, "100")])
    (own,) = proposed.suppliers
    assert (own.goods, own.total) == (cny("1993.00"), cny("2006.68"))
    assert proposed.award.status is AwardStatus.PENDING_APPROVAL
    with work_for(runtime, market.approver) as work:
        command = DecideAward(proposed.award.id, proposed.award.version)
        decided = awarding.approve_award(work, market.approver, command)
    assert decided.award.status is AwardStatus.APPROVED
    with work_for(runtime, market.sales[0]) as work:
        won = awarding.read_outcome(work, market.sales[0], ReadRfq(content.rfq.id))
    assert [len(line.charges) for line in won] == [3, 0]


def test_the_optimiser_counts_charges_and_discounts_as_the_award_does(runtime: Runtime) -> None:
    """All to the first supplier costs 1729.28, line 1 to the second and line 2 to the first 950 + 801 + 33.33."""
    market = make_market(runtime, 2)
    content = charged_request(runtime, market)
    command = SaveScenario(rfq_id=content.rfq.id, name="least", kind=ScenarioKind.OPTIMISED)
    with work_for(runtime, market.purchaser) as work:
        scenario_id = scenarios.save_scenario(work, market.purchaser, command).id
    assert optimise_scenarios(runtime) == 1
    with work_for(runtime, market.purchaser) as work:
        found = scenarios.read_scenario(work, market.purchaser, ReadScenario(scenario_id))
    assert found.allocation is not None
    assert (found.scenario.proven, found.allocation.total) == (True, cny("1729.28"))
    assert found.allocation.charged == cny("28.28")


def test_exact_scenarios_choose_with_set_up_and_freight_but_not_with_discounts(
    runtime: Runtime, client: TestClient
) -> None:
    """Line 1 costs 980 with set-up against 950, line 2 834.33 with freight against 850; alone 1814.33 against 1800."""
    market = make_market(runtime, 2)
    content = charged_request(runtime, market)
    found = {}
    for kind, settings in ((ScenarioKind.BEST, Settings()), (ScenarioKind.AT_MOST, Settings(most=1))):
        command = SaveScenario(rfq_id=content.rfq.id, name=kind.value, kind=kind, settings=settings)
        with work_for(runtime, market.purchaser) as work:
            scenario_id = scenarios.save_scenario(work, market.purchaser, command).id
            allocation = scenarios.read_scenario(work, market.purchaser, ReadScenario(scenario_id)).allocation
        assert allocation is not None
        found[kind] = ([market.suppliers.index(share.supplier_id) for share in allocation.shares], allocation.total)
    assert found == {ScenarioKind.BEST: ([1, 0], cny("1784.33")), ScenarioKind.AT_MOST: ([1, 1], cny("1800.00"))}
    shown = text_of(page(sign_in(client, market.purchaser), f"/rfqs/{content.rfq.id}/scenarios"))
    assert "apart from discounts" in shown
    assert "only the optimised award is also chosen by them" in shown


def test_where_freight_cannot_be_proven_the_comparison_shows_each_line_by_itself(
    runtime: Runtime, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    market = make_market(runtime, 2)
    content = charged_request(runtime, market, ("9", "8.49"))
    buyer, where = sign_in(client, market.purchaser), f"/rfqs/{content.rfq.id}/comparison"
    with work_for(runtime, market.purchaser) as work:
        quotes = comparing.compare_quotes(work, market.purchaser, ReadRfq(content.rfq.id)).quotes
    first, second = (str(quotes[supplier_id].id) for supplier_id in market.suppliers)
    picks = [f"pick-{line.id}" for line in content.lines]
    form = filled(page(buyer, where), "award-form")
    assert [form[name] for name in picks] == [second, second]

    def endless(_comparison: sourcing.Comparison) -> sourcing.Allocation:
        raise sourcing.FreightTooTangled(suppliers="1", lines="2")

    monkeypatch.setattr(sourcing, "best_per_line", endless)
    html = page(buyer, where)
    form = filled(html, "award-form")
    assert [form[name] for name in picks] == [second, first]
    assert "1 quotations charge freight over 2 lines" in text_of(html)


def test_pages_and_api_name_each_charge(runtime: Runtime, client: TestClient) -> None:
    market = make_market(runtime, 2)
    content = charged_request(runtime, market)
    award = propose(runtime, market, content, [(0, 0, "100"), (1, 0, "100")]).award
    buyer = sign_in(client, market.purchaser)
    assert "5 % off for taking lines 1, 2" in text_of(page(buyer, f"/awards/{award.id}"))
    told = buyer.get(f"/api/v1/awards/{award.id}").json()
    assert told["suppliers"][0]["total"] == {"amount": "1729.28", "currency": "CNY"}
    assert [one["amount"]["amount"] for one in told["suppliers"][0]["charges"]] == ["80.00", "33.33", "-85.05"]
    sign_out(client)
    seller = sign_in(client, market.sales[0])
    assert "Set-up cost of line 1" in text_of(page(seller, f"/rfqs/{content.rfq.id}"))
    (line, _) = seller.get(f"/api/v1/rfqs/{content.rfq.id}/outcome").json()["items"]
    assert [one["amount"] for one in line["charges"]] == ["80", "33.33", "-85.05"]
