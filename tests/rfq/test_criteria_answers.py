"""Criteria that suppliers answer: asked with the request, answered with the quotation, scored and proven."""

from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from b2b_market.audit.queries.states import states
from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.refusal import Invalid, NotFound
from b2b_market.rbac.actor import Scope
from b2b_market.rfq.commands.quotes import CriterionAnswer, ReadEvidence
from b2b_market.rfq.commands.requests import ReadQuote, ReadRfq, StepRfq
from b2b_market.rfq.commands.scoring import AssessmentInput, ScoreQuotes, SetAssessments, SetCriteria
from b2b_market.rfq.models.requests import Rfq
from b2b_market.rfq.models.scoring import Scoring
from b2b_market.rfq.permissions import RfqPermission
from b2b_market.rfq.rules.rounds import QuoteGotWorse, require_no_worse
from b2b_market.rfq.rules.scoring import AssessmentsUnusable
from b2b_market.rfq.service import evidence, publishing, quoting, scoring
from b2b_market.rfq.service.bettering import held
from b2b_market.rfq.service.drafting import RfqContent
from b2b_market.rfq.service.quoting import QuoteContent
from b2b_market.sourcing.public import Answered, CriteriaUnusable, Criterion, Formula
from b2b_market.ui.forms import CSRF_FIELD
from b2b_market.ui.security import CSRF_HEADER
from tests.rfq.forms import HTML, errors, filled, followed, main, page, send, summary, text_of, tree, words
from tests.support.people import form_token, sign_in
from tests.support.rfqs import Market, close, draft_command, make_draft, make_market, quote_command, read
from tests.support.works import work_for

PRICE = Criterion(key="price", name="Price", weight=Decimal(40), formula=Formula.LOWEST_RATIO)
ISO = Criterion(
    key="own-2",
    name="ISO 9001",
    weight=Decimal(20),
    formula=Formula.YES_NO,
    answered=Answered.SUPPLIER,
    required=True,
)
WARRANTY = Criterion(
    key="own-3",
    name="Warranty months",
    weight=Decimal(20),
    formula=Formula.SHARE_OF_MAXIMUM,
    maximum=Decimal(24),
    answered=Answered.SUPPLIER,
)
SERVICE = Criterion(
    key="own-4",
    name="Service",
    weight=Decimal(20),
    formula=Formula.POINTS,
    points={"good": Decimal(100), "fair": Decimal(40)},
    answered=Answered.WORDS,
)
CRITERIA = (PRICE, ISO, WARRANTY, SERVICE)
PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)


@pytest.fixture
def market(runtime: Runtime) -> Market:
    return make_market(runtime, suppliers=2)


def asking(runtime: Runtime, market: Market, *criteria: Criterion, sealed: bool = False) -> RfqContent:
    draft = make_draft(runtime, market, replace(draft_command(market.suppliers, 1), sealed=sealed))
    with work_for(runtime, market.purchaser) as work:
        scoring.set_criteria(
            work, market.purchaser, SetCriteria(rfq_id=draft.rfq.id, expected_version=None, criteria=criteria)
        )
    rfq = read(runtime, market.purchaser, draft.rfq.id).rfq
    with work_for(runtime, market.purchaser) as work:
        publishing.publish_rfq(work, market.purchaser, StepRfq(rfq.id, rfq.version))
    return read(runtime, market.purchaser, rfq.id)


@pytest.fixture
def content(runtime: Runtime, market: Market) -> RfqContent:
    return asking(runtime, market, *CRITERIA)


def answer(
    runtime: Runtime, market: Market, content: RfqContent, *given: CriterionAnswer, who: int = 0
) -> QuoteContent:
    sales = market.sales[who]
    with work_for(runtime, sales) as work:
        return quoting.submit_quote(work, sales, replace(quote_command(content, ["10"]), answers=given))


YES = CriterionAnswer("own-2", "yes")


class TestAsking:
    def test_they_are_kept_counted_and_audited(self, runtime: Runtime, market: Market, content: RfqContent) -> None:
        assert content.rfq.asked_answers == 3
        with work_for(runtime, market.purchaser) as work:
            judged = scoring.read_criteria(work, market.purchaser, ReadRfq(content.rfq.id))
            assert judged.criteria == CRITERIA
            scope = Scope(market.purchaser, RfqPermission.READ)
            for kind, root in ((Rfq, content.rfq), (Scoring, judged.row)):
                assert root is not None
                kept = {one.object_id: one.state_hash for one in states(work.session, scope, kind)}
                assert kept[root.id] == root.state_hash()

    @pytest.mark.parametrize(
        ("wrong", "pointer"),
        [
            (replace(PRICE, weight=Decimal(100), answered=Answered.SUPPLIER), "/criteria/0/answered"),
            (replace(PRICE, weight=Decimal(100), required=True), "/criteria/0/required"),
        ],
    )
    def test_what_the_quotation_says_is_not_asked_besides(
        self, runtime: Runtime, market: Market, wrong: Criterion, pointer: str
    ) -> None:
        with pytest.raises(CriteriaUnusable) as found:
            asking(runtime, market, wrong)
        assert [error.pointer for error in found.value.errors] == [pointer]


class TestAnswering:
    def test_they_are_part_of_the_receipt(self, runtime: Runtime, market: Market, content: RfqContent) -> None:
        quote = answer(runtime, market, content, YES, CriterionAnswer("own-4", " On site in 24 h. ")).quote
        assert [(one["key"], one["answered"], one["value"]) for one in quote.answers] == [
            ("own-2", "supplier", "yes"),
            ("own-4", "words", "On site in 24 h."),
        ]
        other = answer(runtime, market, content, CriterionAnswer("own-2", "no"), who=1)
        assert other.quote.lines_digest == quote.lines_digest
        assert other.quote.content_hash != quote.content_hash

    @pytest.mark.parametrize(
        ("given", "error"),
        [
            ((), ("/answers", "missing")),
            ((YES, YES), ("/answers/1/key", "unknown")),
            ((YES, CriterionAnswer("price", "1")), ("/answers/1/key", "unknown")),
            ((CriterionAnswer("own-2", "maybe"),), ("/answers/0/value", "no-score")),
            ((YES, CriterionAnswer("own-3", "25")), ("/answers/1/value", "no-score")),
            ((YES, CriterionAnswer("own-4", "x" * 4001)), ("/answers/1/value", "length")),
            ((replace(YES, file_ids=(UUID(int=7),)),), ("/answers/0/file_ids", "unexpected")),
            ((YES, CriterionAnswer("own-4", "x", (UUID(int=7),))), ("/answers/1/file_ids", "unknown")),
        ],
    )
    def test_what_cannot_be_accepted_is_told(
        self,
        runtime: Runtime,
        market: Market,
        content: RfqContent,
        given: tuple[CriterionAnswer, ...],
        error: tuple[str, str],
    ) -> None:
        with pytest.raises(Invalid) as found:
            answer(runtime, market, content, *given)
        assert [(one.pointer, one.code) for one in found.value.errors] == [error]

    def test_a_further_round_stays_with_what_the_formula_scored(
        self, runtime: Runtime, market: Market, content: RfqContent
    ) -> None:
        quote = answer(runtime, market, content, YES, CriterionAnswer("own-4", "Soon.")).quote

        def as_held(*answers: dict[str, Any]) -> Any:
            return held({"currency": "CNY", "valid_until": quote.valid_until, "answers": answers}, [])

        first, words = quote.answers
        require_no_worse(as_held(first, words), as_held(first))
        with pytest.raises(QuoteGotWorse):
            require_no_worse(as_held(first, words), as_held({**first, "value": "no"}))


def test_the_formula_scores_answers_and_the_buyer_words(runtime: Runtime, market: Market, content: RfqContent) -> None:
    answer(runtime, market, content, YES, CriterionAnswer("own-3", "12"), CriterionAnswer("own-4", "Soon."))
    answer(runtime, market, content, CriterionAnswer("own-2", "no"), who=1)
    close(runtime, market, content.rfq.id)
    entry = AssessmentInput(market.suppliers[0], "own-4", "fair")
    own = SetAssessments(content.rfq.id, 1, (replace(entry, key="own-2", value="yes"),))
    with pytest.raises(AssessmentsUnusable), work_for(runtime, market.purchaser) as work:
        scoring.assess_quotes(work, market.purchaser, own)
    with work_for(runtime, market.purchaser) as work:
        scoring.assess_quotes(work, market.purchaser, SetAssessments(content.rfq.id, 1, (entry,)))
        card = scoring.score_quotes(work, market.purchaser, ScoreQuotes(content.rfq.id))
    assert [(one.bid.supplier_id, int(one.total)) for one in card.standing] == [
        (market.suppliers[0], 40 + 20 + 10 + 8),
        (market.suppliers[1], 40),
    ]


def uploaded(sales: TestClient, content: RfqContent, data: bytes, name: str = "iso.pdf") -> str:
    answered = sales.post(
        f"/rfqs/{content.rfq.id}/quote/evidence/own-4",
        files={"file": (name, data, "application/pdf")},
        headers={"sec-fetch-site": "same-origin", CSRF_HEADER: form_token(sales), "hx-request": "true", **HTML},
    )
    assert answered.status_code == 200
    return answered.text


class TestOverTheWire:
    def test_the_form_takes_them_with_their_evidence(
        self, client: TestClient, runtime: Runtime, market: Market
    ) -> None:
        content = asking(runtime, market, *CRITERIA, sealed=True)
        sales = sign_in(client, market.sales[0])
        path = f"/rfqs/{content.rfq.id}/quote"
        form = filled(page(sales, path), "quote-form") | {f"line-{content.lines[0].id}-unit_price": "10"}
        refused = send(sales, path, form, **HTML)
        assert "The request asks for an answer: ISO 9001." in summary(refused.text)
        assert "type" in text_of(uploaded(sales, content, b"MZ not a document", "virus.exe")).lower()
        fragment = uploaded(sales, content, PDF)
        name = fragment.partition('name="evidence-own-4--')[2].partition('"')[0]
        form = filled(refused.text, "quote-form")
        form |= {
            "answer-own-2": "yes",
            "answer-own-3": "30",
            "answer-own-4": "Certified.",
            f"evidence-own-4--{name}": "1",
        }
        wrong = send(sales, path, form, **HTML)
        assert set(errors(wrong.text)) == {"answer-own-3"}
        assert "iso.pdf" in text_of(wrong.text)
        form = filled(wrong.text, "quote-form") | {"answer-own-3": "24", f"evidence-own-4--{name}": "1"}
        answered = send(sales, path, form)
        quote_id = UUID(answered.headers["location"].rpartition("/")[2])
        assert "iso.pdf" in text_of(followed(sales, answered))
        body = sales.get(f"/api/v1/quotes/{quote_id}").json()
        assert [(one["key"], one["value"], len(one["files"])) for one in body["answers"]] == [
            ("own-2", "yes", 0),
            ("own-3", "24", 0),
            ("own-4", "Certified.", 1),
        ]
        where = f"/quotes/{quote_id}/evidence/{name}"
        assert sales.get(where, headers=HTML).content == PDF
        with pytest.raises(NotFound), work_for(runtime, market.purchaser) as work:
            evidence.open_evidence(work, market.purchaser, ReadEvidence(quote_id, UUID(name)))  # sealed still
        again = filled(page(sales, path), "quote-form")
        assert (again["answer-own-4"], again["answer-own-2"]) == ("Certified.", "yes")

    def test_without_scripts_the_whole_form_brings_the_evidence_and_comes_back_as_typed(
        self, client: TestClient, market: Market, content: RfqContent
    ) -> None:
        sales = sign_in(client, market.sales[0])
        path = f"/rfqs/{content.rfq.id}/quote"
        html = page(sales, path)
        (box,) = tree(html).xpath("//*[@id='quote-form']//div[@id='evidence-box-own-4']//noscript")
        (button,) = box.xpath(".//button")
        assert (button.get("formaction"), button.get("formenctype")) == (
            f"{path}/evidence/own-4",
            "multipart/form-data",
        )
        assert box.xpath(".//input/@name") == ["upload-own-4"]
        price = f"line-{content.lines[0].id}-unit_price"
        form = filled(html, "quote-form") | {price: "10", "answer-own-2": "yes", "answer-own-4": "Certified."}

        def attached(data: bytes, name: str = "iso.pdf", status: int = 200) -> str:
            answered = sales.post(
                button.get("formaction"),
                data=form | {CSRF_FIELD: form_token(sales)},
                files={"upload-own-4": (name, data, "application/pdf")},
                headers={"sec-fetch-site": "same-origin", **HTML},
            )
            assert answered.status_code == status, answered.text
            return main(answered)

        assert set(errors(attached(b"MZ not a document", "virus.exe", 422))) == {"answer-own-4"}
        assert set(errors(attached(b"", "", 422))) == {"answer-own-4"}
        first = attached(PDF)
        form = filled(first, "quote-form")
        assert (form[price], form["answer-own-4"]) == ("10", "Certified.")
        both = attached(PDF, "factory.pdf")
        assert [words(one) for one in tree(both).xpath("//label[@class='check'][input[starts-with(@name, 'ev')]]")] == [
            "iso.pdf",
            "factory.pdf",
        ]
        form = filled(both, "quote-form")
        forgotten = send(sales, path, form | {"upload-own-4": "third.pdf"}, **HTML)
        assert set(errors(forgotten.text)) == {"answer-own-4"}
        answered = send(sales, path, form)
        (_, words_answer) = sales.get(f"/api/v1{answered.headers['location']}").json()["answers"]
        assert [file["name"] for file in words_answer["files"]] == ["iso.pdf", "factory.pdf"]

    def test_the_buyer_reads_and_scores_them(
        self, client: TestClient, runtime: Runtime, market: Market, content: RfqContent
    ) -> None:
        sales = sign_in(client, market.sales[0])
        name = uploaded(sales, content, PDF).partition('name="evidence-own-4--')[2].partition('"')[0]
        given = [
            {"key": "own-2", "value": "yes"},
            {"key": "own-4", "value": "Certified.", "file_ids": [name]},
        ]
        command = quote_command(content, ["10"])
        answered = sales.post(
            f"/api/v1/rfqs/{content.rfq.id}/quotes",
            json={
                "currency": "CNY",
                "valid_until": command.valid_until.isoformat(),
                "lines": [{"line_id": str(content.lines[0].id), "unit_price": "10"}],
                "answers": given,
            },
            headers={"Idempotency-Key": "answers-1"},
        )
        assert answered.status_code == 201, answered.text
        quote_id = answered.json()["id"]
        close(runtime, market, content.rfq.id)
        buyer = sign_in(client, market.purchaser)
        html = page(buyer, f"/rfqs/{content.rfq.id}/scores")
        assert "“Certified.” iso.pdf" in text_of(html)
        form = filled(html, "assess-form")
        assert [key for key in form if key.startswith("a-")] == [f"a-{market.suppliers[0]}-own-4"]
        assert buyer.get(f"/api/v1/quotes/{quote_id}/evidence/{name}").content == PDF
        assert buyer.get(f"/api/v1/quotes/{quote_id}/evidence/{quote_id}").status_code == 404
        with work_for(runtime, market.purchaser) as work:
            seen = quoting.read_quote(work, market.purchaser, ReadQuote(UUID(quote_id))).quote
        assert [one["key"] for one in seen.answers] == ["own-2", "own-4"]

    def test_criteria_say_who_answers_them(self, client: TestClient, runtime: Runtime, market: Market) -> None:
        buyer = sign_in(client, market.purchaser)
        draft = make_draft(runtime, market)
        path = f"/rfqs/{draft.rfq.id}/criteria"
        form = filled(page(buyer, path), "criteria-form") | {
            "criteria-0-kind": "price",
            "criteria-0-weight": "80",
            "criteria-0-formula": "lowest_ratio",
            "criteria-1-kind": "own",
            "criteria-1-name": "ISO 9001",
            "criteria-1-weight": "20",
            "criteria-1-formula": "yes_no",
            "criteria-1-answered": "supplier",
            "criteria-1-required": "1",
        }
        html = followed(buyer, send(buyer, path, form))
        assert "ISO 9001 Required" in text_of(html)
        assert filled(html, "criteria-form")["criteria-1-answered"] == "supplier"
        found = buyer.get(f"/api/v1/rfqs/{draft.rfq.id}/criteria").json()["criteria"]
        assert [(one["answered"], one["required"]) for one in found] == [("buyer", False), ("supplier", True)]
