"""An amendment that waits for its approval: how it is kept, and when it still fits what it was sent for."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest

from b2b_market.kernel.currency import Currency
from b2b_market.kernel.quantity import Quantity
from b2b_market.kernel.units import unit
from b2b_market.rfq.commands.amending import AmendRfq
from b2b_market.rfq.commands.needs import Attribute, NeedTerms
from b2b_market.rfq.commands.requests import DraftRfq, LineInput, Terms
from b2b_market.rfq.rules import submitting
from b2b_market.rfq.rules.amending import AmendmentOutdated, Wording
from b2b_market.rfq.states import Disclosure

RFQ, KEPT = UUID(int=7), UUID(int=1)
SHORT = LineInput(
    item_name="Bolt M8",
    quantity=Quantity(Decimal(100), unit("H87")),
    required_on=date(2027, 1, 31),
    delivery_place="Shanghai",
)
LONG = LineInput(
    item_name="Oil",
    item_code="MRO-2",
    specification="ISO VG 46",
    quantity=Quantity(Decimal("12.50"), unit("LTR")),
    required_on=date(2027, 2, 1),
    delivery_place="Dalian",
    note="Urgent",
    target_price=Decimal("0.000001"),
    terms=NeedTerms(
        category="lubricants",
        attributes=(Attribute("Grade", "46"),),
        incoterm="FCA",
        incoterm_place="Dalian",
        substitutes=False,
    ),
)
BRIEF = AmendRfq(
    rfq_id=RFQ,
    expected_version=None,
    content=DraftRfq(title="Parts", currency=Currency("CNY"), lines=(SHORT,)),
    line_ids=(None,),
)
WHOLE = AmendRfq(
    rfq_id=RFQ,
    expected_version=None,
    content=DraftRfq(
        title="Parts",
        description="Hall 4",
        currency=Currency("EUR"),
        closes_at=datetime(2026, 11, 30, 10, tzinfo=UTC),
        enquiry_ends_at=datetime(2026, 11, 28, 10, 30, tzinfo=UTC),
        estimate=Decimal("1E+3"),
        terms=Terms(
            payment_terms="30 days net",
            incoterm="DAP",
            incoterm_place="Dalian",
            currencies=("EUR", "USD"),
            validity_days=30,
        ),
        lines=(SHORT, LONG),
    ),
    line_ids=(KEPT, None),
    reason="The hall has moved",
    disclosure=Disclosure.RANK,
)


class TestKeeping:
    def test_what_is_left_open_is_kept_as_nothing(self) -> None:
        assert submitting.written(BRIEF) == {
            "title": "Parts",
            "description": "",
            "payment_terms": "",
            "incoterm": "",
            "incoterm_place": "",
            "validity_days": None,
            "currencies": [],
            "currency": "CNY",
            "closes_at": None,
            "enquiry_ends_at": None,
            "estimate": None,
            "disclosure": None,
            "reason": "",
            "lines": [
                {
                    "id": None,
                    "item_name": "Bolt M8",
                    "item_code": "",
                    "specification": "",
                    "delivery_place": "Shanghai",
                    "note": "",
                    "quantity": "100",
                    "unit": "H87",
                    "required_on": "2027-01-31",
                    "target_price": None,
                }
            ],
        }

    def test_what_is_said_is_kept_as_texts_without_exponents(self) -> None:
        kept = submitting.written(WHOLE)
        lines = kept.pop("lines")
        assert kept == {
            "title": "Parts",
            "description": "Hall 4",
            "payment_terms": "30 days net",
            "incoterm": "DAP",
            "incoterm_place": "Dalian",
            "validity_days": 30,
            "currencies": ["EUR", "USD"],
            "currency": "EUR",
            "closes_at": "2026-11-30T10:00:00+00:00",
            "enquiry_ends_at": "2026-11-28T10:30:00+00:00",
            "estimate": "1000",
            "disclosure": "rank",
            "reason": "The hall has moved",
        }
        assert [line["id"] for line in lines] == [str(KEPT), None]
        assert lines[1] == {
            "id": None,
            "item_name": "Oil",
            "item_code": "MRO-2",
            "specification": "ISO VG 46",
            "delivery_place": "Dalian",
            "note": "Urgent",
            "quantity": "12.50",
            "unit": "LTR",
            "required_on": "2027-02-01",
            "target_price": "0.000001",
            "category": "lubricants",
            "attributes": [{"name": "Grade", "value": "46"}],
            "incoterm": "FCA",
            "incoterm_place": "Dalian",
            "substitutes": False,
            "breaks": [],
        }

    @pytest.mark.parametrize("command", [BRIEF, WHOLE], ids=["brief", "whole"])
    def test_it_is_read_from_json_as_it_was_written(self, command: AmendRfq) -> None:
        assert submitting.read(RFQ, json.loads(json.dumps(submitting.written(command)))) == command

    def test_every_line_has_its_place(self) -> None:
        short = AmendRfq(rfq_id=RFQ, expected_version=None, content=WHOLE.content, line_ids=(KEPT,))
        with pytest.raises(ValueError, match="longer"):
            submitting.written(short)


class TestDocuments:
    def test_a_version_without_any_says_nothing(self) -> None:
        wording = Wording({"title": "Parts"}, ({"id": str(KEPT)}, {"id": "other", "documents": []}))
        assert submitting.documents_of(wording) == {"header": None, "nda": None, "lines": {}}

    def test_those_of_the_whole_and_of_lines_and_the_agreement_count(self) -> None:
        wording = Wording(
            {"title": "Parts", "documents": ["plan"], "nda_text": "Keep it quiet"},
            ({"id": str(KEPT), "documents": ["drawing"]}, {"id": "other"}),
        )
        assert submitting.documents_of(wording) == {
            "header": ["plan"],
            "nda": "Keep it quiet",
            "lines": {str(KEPT): ["drawing"]},
        }

    def test_an_amendment_fits_while_version_and_documents_are_those_it_was_sent_for(self) -> None:
        submitting.require_still_fits(base=3, edition=3, submitted=b"same", documents=b"same")
        for edition, documents in ((4, b"same"), (3, b"other"), (4, b"other")):
            with pytest.raises(AmendmentOutdated) as refused:
                submitting.require_still_fits(base=3, edition=edition, submitted=b"same", documents=documents)
            assert refused.value.code == "rfq-amendment-outdated"
