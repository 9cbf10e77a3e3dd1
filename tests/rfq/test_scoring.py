"""Weighted criteria: frozen with the publication, read by suppliers, scored with their sensitivity."""

from decimal import Decimal
from fractions import Fraction
from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.refusal import Forbidden, NotFound, StaleVersion
from b2b_market.rfq.commands.requests import ReadRfq, StepRfq
from b2b_market.rfq.commands.scoring import AssessmentInput, ScoreQuotes, SetAssessments, SetCriteria
from b2b_market.rfq.rules.scoring import AssessmentsUnusable, CriteriaFrozen, NoCriteria
from b2b_market.rfq.service import publishing, scoring
from b2b_market.rfq.service.drafting import RfqContent
from b2b_market.sourcing.public import Criterion, Formula, WeightsIncomplete
from tests.rfq.forms import HTML, filled, followed, page, send, summary, text_of
from tests.support.people import sign_in, sign_out
from tests.support.rfqs import Market, close, make_draft, make_market, publish, read, submit
from tests.support.works import work_for

PRICE = Criterion(key="price", name="Price", weight=Decimal(60), formula=Formula.LOWEST_RATIO)
LEAD = Criterion(
    key="lead_time",
    name="Lead time",
    weight=Decimal(10),
    formula=Formula.BETWEEN,
    worst=Decimal(60),
    best=Decimal(0),
)
SAMPLE = Criterion(
    key="own-1",
    name="Sample",
    weight=Decimal(30),
    formula=Formula.POINTS,
    points={"good": Decimal(100), "fair": Decimal(40)},
)
CRITERIA = (PRICE, LEAD, SAMPLE)


@pytest.fixture
def market(runtime: Runtime) -> Market:
    return make_market(runtime, 2)


def published_with_criteria(runtime: Runtime, market: Market) -> RfqContent:
    draft = make_draft(runtime, market)
    with work_for(runtime, market.purchaser) as work:
        scoring.set_criteria(
            work, market.purchaser, SetCriteria(rfq_id=draft.rfq.id, expected_version=None, criteria=CRITERIA)
        )
        publishing.publish_rfq(work, market.purchaser, StepRfq(draft.rfq.id, draft.rfq.version))
    return read(runtime, market.purchaser, draft.rfq.id)


def judged(runtime: Runtime, market: Market) -> RfqContent:
    """A closed request with criteria and two quotations: the second is dearer."""
    content = published_with_criteria(runtime, market)
    for sales, prices in zip(market.sales, (("10", "10"), ("11", "11")), strict=True):
        submit(runtime, sales, content, prices)
    close(runtime, market, content.rfq.id)
    return content


def assess(runtime: Runtime, market: Market, rfq_id: UUID, *values: str, version: int = 1, key: str = "own-1") -> None:
    entries = tuple(
        AssessmentInput(supplier, key, value) for supplier, value in zip(market.suppliers, values, strict=False)
    )
    with work_for(runtime, market.purchaser) as work:
        scoring.assess_quotes(work, market.purchaser, SetAssessments(rfq_id, version, entries))


def test_scores_turn_with_what_was_found_and_tell_how_firm_they_are(runtime: Runtime, market: Market) -> None:
    content = judged(runtime, market)
    assess(runtime, market, content.rfq.id, "fair", "good")
    with work_for(runtime, market.purchaser) as work:
        card = scoring.score_quotes(work, market.purchaser, ScoreQuotes(content.rfq.id, "price", Decimal(95)))
    first, second = card.standing
    assert first.bid.supplier_id == market.suppliers[1]
    assert [str(part.raw) for part in first.scores] == ["2200.000000000000", "14", "good"]
    assert second.total == 60 + Fraction(10 * 46, 60) + 12
    assert card.changed is not None
    assert card.changed[0].bid.supplier_id == market.suppliers[0]
    (turning,) = card.turning["price"]
    assert (turning.above, turning.below) == (market.suppliers[0], market.suppliers[1])
    assert 60 < turning.weight < 95


def test_criteria_are_frozen_with_the_request(runtime: Runtime, market: Market) -> None:
    content = judged(runtime, market)
    with work_for(runtime, market.purchaser) as work:
        with pytest.raises(CriteriaFrozen):
            scoring.set_criteria(
                work, market.purchaser, SetCriteria(rfq_id=content.rfq.id, expected_version=1, criteria=(PRICE,))
            )
        kept = scoring.read_criteria(work, market.purchaser, ReadRfq(content.rfq.id))
    assert kept.criteria == CRITERIA


def test_a_supplier_reads_the_formula_once_it_is_published_and_never_what_was_found(
    runtime: Runtime, market: Market
) -> None:
    draft = make_draft(runtime, market)
    with work_for(runtime, market.purchaser) as work:
        scoring.set_criteria(
            work, market.purchaser, SetCriteria(rfq_id=draft.rfq.id, expected_version=None, criteria=CRITERIA)
        )
    with work_for(runtime, market.sales[0]) as work, pytest.raises(NotFound):
        scoring.read_criteria(work, market.sales[0], ReadRfq(draft.rfq.id))
    content = judged(runtime, market)
    assess(runtime, market, content.rfq.id, "good")
    with work_for(runtime, market.sales[0]) as work:
        seen = scoring.read_criteria(work, market.sales[0], ReadRfq(content.rfq.id))
        assert (seen.criteria, list(seen.assessments)) == (CRITERIA, [])
        with pytest.raises(Forbidden):
            scoring.score_quotes(work, market.sales[0], ScoreQuotes(content.rfq.id))


def test_what_cannot_be_scored_is_refused(runtime: Runtime, market: Market) -> None:
    content = judged(runtime, market)
    for values, key in ((("splendid",), "own-1"), (("5",), "price"), (("5",), "unknown")):
        with pytest.raises(AssessmentsUnusable):
            assess(runtime, market, content.rfq.id, *values, key=key)
    with pytest.raises(StaleVersion):
        assess(runtime, market, content.rfq.id, "good", version=9)
    plain = publish(runtime, market)
    with pytest.raises(NoCriteria):
        assess(runtime, market, plain.rfq.id, "good")
    draft = make_draft(runtime, market)
    with work_for(runtime, market.purchaser) as work, pytest.raises(WeightsIncomplete):
        scoring.set_criteria(
            work, market.purchaser, SetCriteria(rfq_id=draft.rfq.id, expected_version=None, criteria=(PRICE,))
        )


def test_pages_and_api(runtime: Runtime, market: Market, client: TestClient) -> None:
    draft = make_draft(runtime, market)
    purchaser, place = sign_in(client, market.purchaser), f"/rfqs/{draft.rfq.id}"
    data = filled(page(purchaser, f"{place}/criteria"), "criteria-form")
    rows = (("price", "", "60", "lowest_ratio", ""), ("own", "Sample", "30", "points", "good=100; fair=40"))
    for number, (kind, name, weight, formula, points) in enumerate(rows):
        for field, value in zip(
            ("kind", "name", "weight", "formula", "points"), (kind, name, weight, formula, points), strict=True
        ):
            data[f"criteria-{number}-{field}"] = value
    wrong = send(purchaser, f"{place}/criteria", data)
    assert "They add up to 90. Change one of them by +10." in summary(wrong.text)
    html = followed(purchaser, send(purchaser, f"{place}/criteria", data | {"criteria-0-weight": "70"}))
    assert "Sample counts 30 of 100. Its score is that of the answer chosen: good = 100; fair = 40." in text_of(html)
    told = purchaser.get(f"/api/v1{place}/criteria").json()
    assert [one["key"] for one in told["criteria"]] == ["price", "own-2"]
    assert told["formula"][0] == "Price counts 70 of 100. Its score is 100 × the lowest value ÷ the own value."
    content = judged(runtime, market)
    place = f"/rfqs/{content.rfq.id}"
    scores = page(purchaser, f"{place}/scores")
    data = filled(scores, "assess-form")
    names = [name for name in data if name.startswith("a-")]
    html = followed(purchaser, send(purchaser, f"{place}/assessments", data | {names[0]: "fair", names[1]: "good"}))
    assert "If Price weighs" in text_of(html)
    assert "+10" in html
    asked = text_of(page(purchaser, f"{place}/scores?key=price&weight=95"))
    assert "If Price weighed 95 instead of 60" in asked
    scored = purchaser.get(f"/api/v1{place}/scores?key=price&weight=95").json()
    assert [one["supplier"] for one in scored["standing"]] == ["Supplier 2", "Supplier 1"]
    assert [one["supplier"] for one in scored["changed"]] == ["Supplier 1", "Supplier 2"]
    sign_out(client)
    supplier = sign_in(client, market.sales[0])
    assert "What this request is judged by" in text_of(page(supplier, f"{place}/criteria"))


def test_scores_are_linked_where_there_are_criteria_and_their_page_says_what_is_missing(
    runtime: Runtime, market: Market, client: TestClient
) -> None:
    plain, scored = publish(runtime, market).rfq.id, judged(runtime, market).rfq.id
    content = read(runtime, market.purchaser, plain)
    submit(runtime, market.sales[0], content, ("10", None))
    close(runtime, market, plain)
    purchaser = sign_in(client, market.purchaser)
    linked = {one: f'"/rfqs/{one}/scores"' in page(purchaser, f"/rfqs/{one}/comparison") for one in (plain, scored)}
    assert linked == {plain: False, scored: True}
    answer = purchaser.get(f"/rfqs/{plain}/scores", headers=HTML)
    assert answer.status_code == 409
    for said in ("The request has no criteria", "Criteria are written while the request is a draft."):
        assert said in text_of(answer.text)
    for place in ("comparison", "criteria"):
        assert f'"/rfqs/{plain}/{place}"' in answer.text
    refused = purchaser.get(f"/api/v1/rfqs/{plain}/scores")
    assert (refused.status_code, refused.json()["code"]) == (409, "rfq-no-criteria")


def test_scores_are_not_linked_where_no_line_is_quoted_by_all(
    runtime: Runtime, market: Market, client: TestClient
) -> None:
    content = published_with_criteria(runtime, market)
    for sales, prices in zip(market.sales, (("10", None), (None, "11")), strict=True):
        submit(runtime, sales, content, prices)
    close(runtime, market, content.rfq.id)
    purchaser, place = sign_in(client, market.purchaser), f"/rfqs/{content.rfq.id}"
    assert f'"{place}/scores"' not in page(purchaser, f"{place}/comparison")
    answer = purchaser.get(f"{place}/scores", headers=HTML)
    assert answer.status_code == 409
    assert "Leave out Supplier 1, who covers only 1 of 2, and compare again." in text_of(answer.text)
