"""Further terms of lines, and what a request asks of every quotation: stored, shown, compared and held to."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from b2b_market.audit.queries.states import states
from b2b_market.infra.canonical import lines_digest
from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.refusal import Invalid
from b2b_market.rbac.actor import Actor, Scope
from b2b_market.rfq.commands.needs import Attribute, NeedTerms
from b2b_market.rfq.commands.redoing import CopyRfq, SaveTemplate, UseTemplate
from b2b_market.rfq.commands.requests import ConfirmQuote, DraftRfq, ReadRfq, SubmitQuote, Terms
from b2b_market.rfq.models.requests import LINE_COLUMNS, Rfq
from b2b_market.rfq.permissions import RfqPermission
from b2b_market.rfq.rules import needs as rules
from b2b_market.rfq.service import confirming, copying, quoting, templates
from b2b_market.rfq.service.drafting import RfqContent
from tests.rfq.forms import HTML, errors, filled, followed, page, send, text_of
from tests.support.amendments import amend, amendment
from tests.support.people import sign_in
from tests.support.rfqs import Market, draft_command, make_draft, make_market, publish, quote_command, read
from tests.support.works import work_for

STEEL = NeedTerms(
    category="fasteners",
    attributes=(Attribute("Material", "steel 304"), Attribute("Surface", "Dacromet")),
    incoterm="FCA",
    incoterm_place="Shanghai",
    substitutes=False,
)


@pytest.fixture
def market(runtime: Runtime) -> Market:
    return make_market(runtime, suppliers=1)


def rich(market: Market, **terms: Any) -> DraftRfq:
    """Return a request whose first line has every further term."""
    command = draft_command(market.suppliers, 2)
    first = replace(command.lines[0], terms=STEEL)
    return replace(command, lines=(first, command.lines[1]), terms=Terms(**terms))


def refused(runtime: Runtime, sales: Actor, command: SubmitQuote) -> set[tuple[str, str]]:
    with pytest.raises(Invalid) as found, work_for(runtime, sales) as work:
        quoting.submit_quote(work, sales, command)
    return {(error.pointer, error.code) for error in found.value.errors}


class TestKept:
    def test_terms_are_stored_and_read_back(self, runtime: Runtime, market: Market) -> None:
        content = publish(runtime, market, rich(market, currencies=("CNY", "EUR"), validity_days=30))
        seen = read(runtime, market.sales[0], content.rfq.id)
        line = seen.lines[0]
        assert (line.category, line.incoterm, line.incoterm_place, line.substitutes) == (
            "fasteners",
            "FCA",
            "Shanghai",
            False,
        )
        assert line.attributes == [
            {"name": "Material", "value": "steel 304"},
            {"name": "Surface", "value": "Dacromet"},
        ]
        assert (seen.rfq.currencies, seen.rfq.validity_days) == (["CNY", "EUR"], 30)

    def test_a_line_that_says_nothing_is_digested_as_before_there_were_terms(
        self, runtime: Runtime, market: Market
    ) -> None:
        content = make_draft(runtime, market)
        plain = [{name: getattr(line, name) for name in LINE_COLUMNS} for line in content.lines]
        assert bytes(content.rfq.lines_digest) == lines_digest(plain)

    def test_the_audit_recomputes_the_digest_of_lines_with_terms(self, runtime: Runtime, market: Market) -> None:
        content = make_draft(runtime, market, rich(market))
        with work_for(runtime, market.purchaser) as work:
            scope = Scope(market.purchaser, RfqPermission.READ)
            kept = {one.object_id: one.state_hash for one in states(work.session, scope, Rfq)}
            assert kept[content.rfq.id] == content.rfq.state_hash()

    def test_copies_and_templates_carry_them(self, runtime: Runtime, market: Market) -> None:
        content = make_draft(runtime, market, rich(market, currencies=("EUR",), validity_days=14))
        with work_for(runtime, market.purchaser) as work:
            command = CopyRfq(rfq_id=content.rfq.id, title="Copy", required_on=content.lines[0].required_on)
            copy = copying.copy_rfq(work, market.purchaser, command).content
            kept = templates.save_template(work, market.purchaser, SaveTemplate(content.rfq.id, "Steel"))
            again = UseTemplate(template_id=kept.row.id, title="Again", required_on=content.lines[0].required_on)
            made = templates.use_template(work, market.purchaser, again).content
        for one in (copy, made):
            assert [line.attributes for line in one.lines] == [line.attributes for line in content.lines]
            assert [line.substitutes for line in one.lines] == [False, True]
            assert (one.rfq.currencies, one.rfq.validity_days) == (["EUR"], 14)


class TestAsked:
    def test_another_currency_too_short_a_validity_and_a_substitute_are_refused_together(
        self, runtime: Runtime, market: Market
    ) -> None:
        content = publish(runtime, market, rich(market, currencies=("EUR",), validity_days=365))
        command = quote_command(content, ["9", "9"])
        other = replace(command.lines[0], alternative="zinc")
        assert refused(runtime, market.sales[0], replace(command, lines=(other, command.lines[1]))) == {
            ("/currency", "not-taken"),
            ("/valid_until", "too-short"),
            ("/lines/0/alternative", "no-substitutes"),
        }

    def test_the_last_day_asked_for_is_enough_and_other_lines_take_alternatives(
        self, runtime: Runtime, market: Market
    ) -> None:
        content = publish(runtime, market, rich(market, currencies=("CNY",), validity_days=60))
        assert content.rfq.closes_at is not None
        until = content.rfq.closes_at.date() + timedelta(days=60)
        command = quote_command(content, ["9", "9"])
        second = replace(command.lines[1], alternative="zinc")
        with work_for(runtime, market.sales[0]) as work:
            sent = replace(command, valid_until=until, lines=(command.lines[0], second))
            assert quoting.submit_quote(work, market.sales[0], sent).quote.revision == 1
        short = replace(command, valid_until=until - timedelta(days=1))
        assert refused(runtime, market.sales[0], short) == {("/valid_until", "too-short")}

    def test_a_quotation_that_an_amendment_rules_out_cannot_be_confirmed_unchanged(
        self, runtime: Runtime, market: Market
    ) -> None:
        content = publish(runtime, market, draft_command(market.suppliers, 2))
        command = quote_command(content, ["9", "9"])
        other = replace(command.lines[0], alternative="zinc")
        with work_for(runtime, market.sales[0]) as work:
            sent = replace(command, lines=(other, command.lines[1]))
            quote = quoting.submit_quote(work, market.sales[0], sent).quote
        amended = amend(runtime, market.purchaser, exact(content))
        with work_for(runtime, market.sales[0]) as work:
            version = quoting.list_quotes(work, market.sales[0], ReadRfq(content.rfq.id))[0].version
        confirm = ConfirmQuote(quote.id, version, amended.rfq.edition)
        with pytest.raises(Invalid) as found, work_for(runtime, market.sales[0]) as work:
            confirming.confirm_quote(work, market.sales[0], confirm)
        assert [error.code for error in found.value.errors] == ["no-substitutes"]


def exact(content: RfqContent) -> Any:
    """Return the amendment that takes no substitutes for the first line any more."""
    return amendment(content, lambda draft: with_first(draft, NeedTerms(substitutes=False)))


def with_first(draft: DraftRfq, terms: NeedTerms) -> DraftRfq:
    return replace(draft, lines=(replace(draft.lines[0], terms=terms), *draft.lines[1:]))


@pytest.mark.parametrize(
    ("terms", "pointer"),
    [
        (NeedTerms(incoterm="FCA"), "/lines/0/incoterm_place"),
        (NeedTerms(incoterm_place="Shanghai"), "/lines/0/incoterm"),
        (NeedTerms(attributes=(Attribute("Colour", ""),)), "/lines/0/attributes"),
        (NeedTerms(attributes=(Attribute("Colour", "red"), Attribute("COLOUR ", "blue"))), "/lines/0/attributes"),
        (NeedTerms(attributes=tuple(Attribute(str(n), "x") for n in range(21))), "/lines/0/attributes"),
    ],
)
def test_unsound_terms_are_refused_at_their_field(
    runtime: Runtime, market: Market, terms: NeedTerms, pointer: str
) -> None:
    command = draft_command(market.suppliers, 1)
    with pytest.raises(Invalid) as found:
        make_draft(runtime, market, replace(command, lines=(replace(command.lines[0], terms=terms),)))
    assert [error.pointer for error in found.value.errors] == [pointer]


@pytest.mark.parametrize(
    ("terms", "pointer"),
    [
        (Terms(currencies=("CNY", "CNY")), "/currencies"),
        (Terms(validity_days=0), "/validity_days"),
        (Terms(validity_days=3651), "/validity_days"),
    ],
)
def test_unsound_demands_are_refused_at_their_field(
    runtime: Runtime, market: Market, terms: Terms, pointer: str
) -> None:
    with pytest.raises(Invalid) as found:
        make_draft(runtime, market, replace(draft_command(market.suppliers), terms=terms))
    assert [error.pointer for error in found.value.errors] == [pointer]


def test_what_leaves_the_deadline_open_asks_for_no_day() -> None:
    assert rules.Asked((), 30, None, frozenset()).holds_until is None


def test_properties_are_written_as_they_are_read() -> None:
    written = "Material: steel 304; Surface: Dacromet: grey"
    found = rules.read_attributes("Material：steel 304\n Surface: Dacromet: grey ;; ")
    assert found == (Attribute("Material", "steel 304"), Attribute("Surface", "Dacromet: grey"))
    assert rules.write_attributes(found) == written
    assert rules.read_attributes("red") == (Attribute("red", ""),)


class TestOverTheWire:
    def test_the_api_takes_and_shows_them(self, client: TestClient, runtime: Runtime, market: Market) -> None:
        buyer = sign_in(client, market.purchaser)
        content = make_draft(runtime, market, rich(market, currencies=("CNY",), validity_days=30))
        body = buyer.get(f"/api/v1/rfqs/{content.rfq.id}").json()
        assert (body["currencies"], body["validity_days"]) == (["CNY"], 30)
        line = body["lines"][0]
        further = {name: line[name] for name in ("category", "attributes", "incoterm", "incoterm_place", "substitutes")}
        assert further == {
            "category": "fasteners",
            "attributes": [{"name": "Material", "value": "steel 304"}, {"name": "Surface", "value": "Dacromet"}],
            "incoterm": "FCA",
            "incoterm_place": "Shanghai",
            "substitutes": False,
        }
        sent = {name: line[name] for name in ("item_name", "quantity", "unit", "required_on", "delivery_place")}
        answer = buyer.post(
            "/api/v1/rfqs",
            json={"title": "Again", "currency": "CNY", "terms": {"currencies": ["EUR"]}, "lines": [sent | further]},
            headers={"Idempotency-Key": "further-terms-1"},
        )
        assert answer.status_code == 201, answer.text
        assert {name: answer.json()["lines"][0][name] for name in further} == further
        assert answer.json()["currencies"] == ["EUR"]

    def test_the_editor_keeps_what_it_shows(self, client: TestClient, runtime: Runtime, market: Market) -> None:
        buyer = sign_in(client, market.purchaser)
        content = make_draft(runtime, market, rich(market, currencies=("CNY", "EUR"), validity_days=30))
        path = f"/rfqs/{content.rfq.id}/edit"
        form = filled(page(buyer, path), "rfq-form")
        assert (form["lines-0-attributes"], form["lines-0-incoterm"], form["lines-0-substitutes"]) == (
            "Material: steel 304; Surface: Dacromet",
            "FCA Shanghai",
            "exact",
        )
        assert (form["currencies"], form["validity_days"]) == ("CNY, EUR", "30")
        html = followed(buyer, send(buyer, path, form | {"title": "Better", "lines-1-category": "bolts"}))
        assert "Material: steel 304 · Surface: Dacromet" in text_of(html)
        after = read(runtime, market.purchaser, content.rfq.id)
        assert [line.category for line in after.lines] == ["fasteners", "bolts"]
        assert after.lines[0].attributes == content.lines[0].attributes
        assert (after.rfq.currencies, after.rfq.validity_days) == (["CNY", "EUR"], 30)

    def test_the_further_columns_are_there_where_asked_for_or_needed(
        self, client: TestClient, runtime: Runtime, market: Market
    ) -> None:
        buyer = sign_in(client, market.purchaser)
        plain, full = make_draft(runtime, market), make_draft(runtime, market, rich(market))
        assert "lines-0-category" not in filled(page(buyer, f"/rfqs/{plain.rfq.id}/edit"), "rfq-form")
        assert "lines-0-category" in filled(page(buyer, f"/rfqs/{plain.rfq.id}/edit?further=1"), "rfq-form")
        assert "lines-1-category" in filled(page(buyer, f"/rfqs/{full.rfq.id}/edit"), "rfq-form")
        assert "lines-0-category" in filled(page(buyer, "/rfqs/new?further=1"), "rfq-form")
        published = publish(runtime, market, draft_command(market.suppliers, 2))
        path = f"/rfqs/{published.rfq.id}/amend"
        assert "lines-0-category" not in page(buyer, path)
        assert "lines-0-category" in page(buyer, f"{path}?further=1")

    def test_what_cannot_be_read_stands_at_its_field(
        self, client: TestClient, runtime: Runtime, market: Market
    ) -> None:
        buyer = sign_in(client, market.purchaser)
        path = f"/rfqs/{make_draft(runtime, market).rfq.id}/edit"
        form = filled(page(buyer, f"{path}?further=1"), "rfq-form")
        assert form["further"] == "1"
        wrong = {"currencies": "EUR, DOLLAR", "lines-0-incoterm": "BY ship", "lines-1-incoterm": "FCA"}
        answer = send(buyer, path, form | wrong, **HTML)
        assert answer.status_code == 422
        assert set(errors(answer.text)) == {"currencies", "lines-0-incoterm"}
        again = send(buyer, path, form | {"lines-1-incoterm": "FCA"}, **HTML)
        assert set(errors(again.text)) == {"lines-1-incoterm"}

    def test_an_amendment_of_them_is_material_and_reads_well(
        self, client: TestClient, runtime: Runtime, market: Market
    ) -> None:
        content = publish(runtime, market, draft_command(market.suppliers, 2))
        terms = Terms(currencies=("EUR",), validity_days=30)
        change = amendment(content, lambda draft: replace(with_first(draft, STEEL), terms=terms))
        amended = amend(runtime, market.purchaser, change)
        assert amended.rfq.binding_edition == 2
        sales = sign_in(client, market.sales[0])
        said = text_of(page(sales, f"/rfqs/{content.rfq.id}/editions?before=1&after=2"))
        for words in ("Material: steel 304; Surface: Dacromet", "Currencies taken", "EUR", "Substitutes"):
            assert words in said
        shown = text_of(page(sales, f"/rfqs/{content.rfq.id}/quote"))
        assert "No substitutes" in shown
        assert "Delivery term: FCA Shanghai" in shown
