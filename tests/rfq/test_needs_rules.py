"""What a line and a request ask for beyond item, quantity, day and place, and which quotations are as asked."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from b2b_market.kernel.currency import Currency
from b2b_market.kernel.quantity import Quantity
from b2b_market.kernel.refusal import Invalid
from b2b_market.kernel.units import unit
from b2b_market.rfq.commands.needs import PLAIN_NEED, Attribute, NeedTerms
from b2b_market.rfq.commands.quotes import LineTerms
from b2b_market.rfq.commands.requests import DraftRfq, LineInput, QuoteLineInput, SubmitQuote, Terms
from b2b_market.rfq.rules import needs
from b2b_market.rfq.rules.drafting import require_sound_draft
from b2b_market.rfq.rules.needs import Asked, Offered

TODAY = date(2026, 11, 22)
CLOSES = datetime(2026, 11, 25, 8, tzinfo=UTC)
A, B = UUID(int=1), UUID(int=2)
COLOUR, STEEL = Attribute("Colour", "red"), Attribute("Material", "steel 304")
STATED = NeedTerms(
    category="fasteners",
    attributes=(STEEL, COLOUR),
    incoterm="FCA",
    incoterm_place="Shanghai",
    substitutes=False,
)


def wrong(terms: NeedTerms) -> list[tuple[str, str]]:
    return [(error.pointer, error.code) for error in needs.need_errors(terms, "/lines/3")]


class TestLines:
    @pytest.mark.parametrize("terms", [PLAIN_NEED, STATED, NeedTerms(attributes=(COLOUR,) * 1)])
    def test_sound_terms_pass(self, terms: NeedTerms) -> None:
        assert wrong(terms) == []

    @pytest.mark.parametrize(
        ("terms", "field", "code"),
        [
            (NeedTerms(attributes=(Attribute("Colour", " "),)), "attributes", "shape"),
            (NeedTerms(attributes=(COLOUR, Attribute(" ", "red"))), "attributes", "shape"),
            (NeedTerms(attributes=(COLOUR, Attribute("COLOUR ", "blue"))), "attributes", "twice"),
            (NeedTerms(attributes=tuple(Attribute(str(n), "x") for n in range(21))), "attributes", "too-many"),
            (NeedTerms(incoterm_place="Shanghai"), "incoterm", "required"),
            (NeedTerms(incoterm="FCA", incoterm_place=" "), "incoterm_place", "required"),
        ],
    )
    def test_each_wrong_field_is_named(self, terms: NeedTerms, field: str, code: str) -> None:
        assert wrong(terms) == [(f"/lines/3/{field}", code)]

    def test_a_draft_names_them_at_its_line(self) -> None:
        plain = LineInput(
            item_name="Bolt",
            quantity=Quantity(Decimal(1), unit("H87")),
            required_on=TODAY + timedelta(days=30),
            delivery_place="Shanghai",
        )
        asking = LineInput(
            item_name="Bolt",
            quantity=plain.quantity,
            required_on=plain.required_on,
            delivery_place="Shanghai",
            terms=NeedTerms(incoterm="FCA"),
        )
        with pytest.raises(Invalid) as refused:
            require_sound_draft(DraftRfq(title="Bolts", currency=Currency("CNY"), lines=(plain, asking)), TODAY)
        assert [(error.pointer, error.code) for error in refused.value.errors] == [
            ("/lines/1/incoterm_place", "required")
        ]


class TestRequests:
    @pytest.mark.parametrize(
        "terms", [Terms(), Terms(currencies=("CNY", "EUR"), validity_days=1), Terms(validity_days=3_650)]
    )
    def test_sound_demands_pass(self, terms: Terms) -> None:
        assert list(needs.terms_errors(terms)) == []

    @pytest.mark.parametrize(
        ("terms", "pointer", "most"),
        [
            (Terms(currencies=("CNY", "CNY")), "/currencies", 20),
            (Terms(currencies=tuple(f"X{n:02}" for n in range(21))), "/currencies", 20),
            (Terms(validity_days=0), "/validity_days", 3_650),
            (Terms(validity_days=3_651), "/validity_days", 3_650),
        ],
    )
    def test_each_wrong_demand_is_named_with_its_bound(self, terms: Terms, pointer: str, most: int) -> None:
        found = [(error.pointer, error.code, error.facts) for error in needs.terms_errors(terms)]
        assert found == [(pointer, "range", {"most": most})]


class TestQuotations:
    def test_prices_hold_so_many_days_after_the_deadline(self) -> None:
        assert Asked((), 30, CLOSES, frozenset()).holds_until == date(2026, 12, 25)
        assert Asked((), None, CLOSES, frozenset()).holds_until is None
        assert Asked((), 30, None, frozenset()).holds_until is None

    def test_what_is_asked_for_passes(self) -> None:
        asked = Asked(("CNY", "EUR"), 30, CLOSES, frozenset({A}))
        needs.require_as_asked(Offered("EUR", date(2026, 12, 25), ((A, False), (B, True))), asked)
        nothing = Asked((), None, None, frozenset())
        needs.require_as_asked(Offered("USD", TODAY, ((A, True), (B, True))), nothing)

    def test_everything_that_is_not_as_asked_is_named_at_once(self) -> None:
        asked = Asked(("CNY", "EUR"), 30, CLOSES, frozenset({B}))
        with pytest.raises(Invalid) as refused:
            needs.require_as_asked(Offered("USD", date(2026, 12, 24), ((A, True), (B, True))), asked)
        assert [(error.pointer, error.code, error.facts) for error in refused.value.errors] == [
            ("/currency", "not-taken", {"currencies": "CNY, EUR"}),
            ("/valid_until", "too-short", {"day": "2026-12-25"}),
            ("/lines/1/alternative", "no-substitutes", None),
        ]

    def test_a_name_or_a_specification_of_something_else_offers_it(self) -> None:
        price = Decimal(9)
        lines = (
            QuoteLineInput(line_id=A, unit_price=price, lead_days=1, alternative=" "),
            QuoteLineInput(line_id=B, unit_price=price, lead_days=1, alternative="zinc"),
            QuoteLineInput(line_id=B, unit_price=price, terms=LineTerms(alternative_specification="galvanised")),
        )
        command = SubmitQuote(rfq_id=UUID(int=5), currency=Currency("EUR"), valid_until=TODAY, lines=lines)
        assert needs.offered_by(command) == Offered("EUR", TODAY, [(A, False), (B, True), (B, True)])


class TestWriting:
    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("Colour: red; Material: steel 304", (COLOUR, STEEL)),
            ("Colour：red\n\n Material : steel 304 ;;", (COLOUR, STEEL)),
            ("Size: 16:80", (Attribute("Size", "16:80"),)),
            ("red", (Attribute("red", ""),)),
            (" ;\n", ()),
        ],
    )
    def test_properties_are_read_as_people_write_them(self, text: str, found: tuple[Attribute, ...]) -> None:
        assert needs.read_attributes(text) == found

    def test_they_are_written_as_they_are_read(self) -> None:
        assert needs.write_attributes((COLOUR, STEEL)) == "Colour: red; Material: steel 304"
        assert needs.read_attributes(needs.write_attributes((COLOUR, STEEL))) == (COLOUR, STEEL)

    def test_columns_keep_terms_without_outer_blanks(self) -> None:
        assert needs.read(needs.stored(STATED)) == STATED
        blanks = NeedTerms(category=" metals ", attributes=(Attribute(" Colour", "red "),), incoterm_place=" Ningbo ")
        kept = needs.stored(blanks)
        assert (kept["category"], kept["attributes"]) == ("metals", [{"name": "Colour", "value": "red"}])
        assert kept["incoterm_place"] == "Ningbo"

    def test_columns_that_are_not_there_say_nothing(self) -> None:
        assert needs.read({}) == PLAIN_NEED
