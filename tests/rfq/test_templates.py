"""Templates: kept from a request, without days, each name once in a company, used by everybody who drafts."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from fastapi.testclient import TestClient

from b2b_market.audit import public as audit
from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.paging import PageRequest
from b2b_market.kernel.permission import Role
from b2b_market.kernel.refusal import Forbidden, Invalid, NotFound, StaleVersion, VersionRequired
from b2b_market.rbac.actor import Actor
from b2b_market.rfq.commands.redoing import (
    ListKept,
    ReadTemplate,
    RenameTemplate,
    SaveTemplate,
    StepTemplate,
    UseTemplate,
)
from b2b_market.rfq.commands.requests import Terms
from b2b_market.rfq.models.drafting import RfqTemplate
from b2b_market.rfq.rules.naming import LONGEST_NAME, TemplateNameTaken, template_name
from b2b_market.rfq.service import templates
from b2b_market.rfq.service.templates import NO_DAY, TemplateContent
from tests.rfq.forms import errors, filled, followed, main, page, send, summary, text_of
from tests.rfq.redoing import LATER, actions, expire_lines, hashed
from tests.support.calling import caller_for
from tests.support.people import make_person, sign_in
from tests.support.rfqs import Market, draft_command, make_draft, make_market, publish, read
from tests.support.works import work_for


@pytest.fixture
def market(runtime: Runtime) -> Market:
    return make_market(runtime)


def keep(runtime: Runtime, market: Market, name: str = "Yearly bolts", **changes: Any) -> TemplateContent:
    command = replace(draft_command(market.suppliers[:2], 2, sealed=True, estimate="5000"), **changes)
    source = make_draft(runtime, market, command)
    with work_for(runtime, market.purchaser) as work:
        return templates.save_template(work, market.purchaser, SaveTemplate(source.rfq.id, name))


def names(runtime: Runtime, actor: Actor, page_request: PageRequest | None = None) -> list[str]:
    with work_for(runtime, actor) as work:
        found = templates.list_templates(work, actor, ListKept(page_request or PageRequest()))
    return [row.name for row in found.items]


class TestNames:
    def test_blanks_are_run_together(self) -> None:
        assert template_name("  Bolts\t of  2026 ") == "Bolts of 2026"

    @pytest.mark.parametrize(("text", "code"), [(" \t", "required"), ("x" * (LONGEST_NAME + 1), "too-long")])
    def test_none_and_too_long_a_name_are_refused(self, text: str, code: str) -> None:
        with pytest.raises(Invalid) as caught:
            template_name(text)
        assert [(error.pointer, error.code) for error in caught.value.errors] == [("/name", code)]
        assert template_name("x" * LONGEST_NAME)


class TestKeeping:
    def test_a_template_holds_the_request_without_its_days(self, runtime: Runtime, market: Market) -> None:
        terms = Terms(payment_terms="30 days", incoterm="DAP", incoterm_place="Dalian")
        kept = keep(runtime, market, terms=terms, description="No tax.")
        with work_for(runtime, market.purchaser) as work:
            found = templates.read_template(work, market.purchaser, ReadTemplate(kept.row.id))
        draft = found.draft
        assert (found.row.name, found.row.line_count, draft.closes_at) == ("Yearly bolts", 2, None)
        assert (draft.title, draft.sealed, draft.estimate, draft.terms) == ("Spare parts", True, Decimal(5000), terms)
        assert draft.description == "No tax."
        assert {line.required_on for line in draft.lines} == {NO_DAY}
        assert [line.target_price for line in draft.lines] == [Decimal(10), Decimal(10)]
        assert set(draft.supplier_ids) == set(market.suppliers[:2])
        assert actions(runtime, kept.row.id) == ["rfq_template.saved"]

    def test_the_trail_holds_its_state_and_tells_no_price(self, runtime: Runtime, market: Market) -> None:
        kept = keep(runtime, market, name="Schrauben 螺栓")
        stored, told = hashed(runtime, market.purchaser, RfqTemplate)
        assert stored == told
        with work_for(runtime, market.purchaser) as work:
            (entry,) = audit.timeline(work, market.purchaser, "rfq_template", kept.row.id)
        assert "content" not in {name for name, _, _ in entry.changes}

    def test_a_name_is_taken_whatever_its_case(self, runtime: Runtime, market: Market) -> None:
        keep(runtime, market)
        with pytest.raises(TemplateNameTaken):
            keep(runtime, market, "YEARLY  bolts")
        assert names(runtime, market.purchaser) == ["Yearly bolts"]
        keep(runtime, make_market(runtime))  # another company's names are its own

    def test_names_are_changed_with_the_version(self, runtime: Runtime, market: Market) -> None:
        kept, other = keep(runtime, market), keep(runtime, market, "Pumps")

        def rename(version: int | None, name: str) -> TemplateContent:
            with work_for(runtime, market.purchaser) as work:
                return templates.rename_template(work, market.purchaser, RenameTemplate(kept.row.id, version, name))

        with pytest.raises(VersionRequired):
            rename(None, "Nuts")
        with pytest.raises(StaleVersion):
            rename(7, "Nuts")
        with pytest.raises(TemplateNameTaken):
            rename(1, other.row.name.upper())
        assert rename(1, "yearly Bolts").row.name == "yearly Bolts"
        assert rename(2, "yearly Bolts").row.version == 2
        assert actions(runtime, kept.row.id) == ["rfq_template.saved", "rfq_template.renamed"]

    def test_a_deleted_template_is_gone_and_told_of(self, runtime: Runtime, market: Market) -> None:
        kept = keep(runtime, market)
        with work_for(runtime, market.purchaser) as work:
            templates.delete_template(work, market.purchaser, StepTemplate(kept.row.id, 1))
        assert names(runtime, market.purchaser) == []
        assert actions(runtime, kept.row.id) == ["rfq_template.saved", "rfq_template.deleted"]

    def test_the_list_pages_by_name(self, runtime: Runtime, market: Market) -> None:
        for name in ("pumps", "Bolts", "nuts"):
            keep(runtime, market, name)
        assert names(runtime, market.purchaser) == ["Bolts", "nuts", "pumps"]
        with work_for(runtime, market.purchaser) as work:
            first = templates.list_templates(work, market.purchaser, ListKept(PageRequest(2)))
        assert names(runtime, market.purchaser, PageRequest(2, first.next_after)) == ["pumps"]


class TestUsing:
    def test_every_line_gets_the_day(self, runtime: Runtime, market: Market) -> None:
        kept = keep(runtime, market)
        with pytest.raises(Invalid), work_for(runtime, market.purchaser) as work:
            templates.use_template(work, market.purchaser, UseTemplate(template_id=kept.row.id))
        with work_for(runtime, market.purchaser) as work:
            command = UseTemplate(template_id=kept.row.id, title="Bolts 2027", required_on=LATER)
            made = templates.use_template(work, market.purchaser, command)
        content = read(runtime, market.purchaser, made.content.rfq.id)
        assert (content.rfq.title, content.rfq.closes_at, made.redated) == ("Bolts 2027", None, 2)
        assert {line.required_on for line in content.lines} == {LATER}
        assert sorted(content.targets.values()) == [Decimal(10), Decimal(10)]
        assert actions(runtime, content.rfq.id) == ["rfq.from_template"]

    def test_a_template_without_lines_needs_no_day(self, runtime: Runtime, market: Market) -> None:
        kept = keep(runtime, market, lines=())
        with work_for(runtime, market.purchaser) as work:
            made = templates.use_template(work, market.purchaser, UseTemplate(template_id=kept.row.id))
        assert (made.content.rfq.title, made.content.rfq.line_count) == ("Spare parts", 0)


class TestPermissions:
    def test_another_company_finds_nothing(self, runtime: Runtime, market: Market) -> None:
        kept, stranger = keep(runtime, market), make_market(runtime, 0).purchaser
        with pytest.raises(NotFound), work_for(runtime, stranger) as work:
            templates.use_template(work, stranger, UseTemplate(template_id=kept.row.id, required_on=LATER))
        with pytest.raises(NotFound), work_for(runtime, stranger) as work:
            templates.delete_template(work, stranger, StepTemplate(kept.row.id, 1))
        assert names(runtime, stranger) == []

    def test_what_may_be_read_may_be_kept_and_nothing_else(self, runtime: Runtime, market: Market) -> None:
        source = publish(runtime, market)
        invited = make_person(runtime, market.suppliers[0], Role.BUYER_PURCHASER, Role.SUPPLIER_SALES)
        with pytest.raises(NotFound), work_for(runtime, invited) as work:
            templates.save_template(work, invited, SaveTemplate(source.rfq.id, "Theirs"))
        with pytest.raises(Forbidden), work_for(runtime, market.approver) as work:
            templates.save_template(work, market.approver, SaveTemplate(source.rfq.id, "Mine"))
        assert names(runtime, market.purchaser) == []


class TestApi:
    def test_from_a_request_to_a_request(self, runtime: Runtime, client: TestClient, market: Market) -> None:
        source = publish(runtime, market)
        caller = caller_for(client, runtime, market.purchaser)
        body = {"name": "Yearly bolts"}
        made = caller.post(f"/rfqs/{source.rfq.id}/template", body)
        assert (made.status_code, made.headers["etag"]) == (201, '"v1"')
        template = made.json()
        assert made.headers["location"] == f"/api/v1/rfq-templates/{template['id']}"
        assert [line["target_price"] for line in template["lines"]] == ["10", "10"]
        assert caller.post(f"/rfqs/{source.rfq.id}/template", body).json()["code"] == "rfq-template-name-taken"
        path = f"/rfq-templates/{template['id']}"
        assert caller.call("PATCH", path, {"name": "Bolts"}, version=1).json()["name"] == "Bolts"
        assert [item["name"] for item in caller.get("/rfq-templates").json()["items"]] == ["Bolts"]
        assert caller.post(f"{path}/use", {"title": "Once more"}).status_code == 422
        used = caller.post(f"{path}/use", {"title": "Once more", "required_on": LATER.isoformat()})
        assert used.status_code == 201
        assert {line["required_on"] for line in used.json()["request"]["lines"]} == {LATER.isoformat()}
        assert caller.call("DELETE", path).status_code == 428
        assert caller.call("DELETE", path, version=2).status_code == 204
        assert caller.get(path).status_code == 404


class TestPages:
    def test_kept_looked_at_renamed_used_and_deleted(
        self, runtime: Runtime, client: TestClient, market: Market
    ) -> None:
        source = publish(runtime, market)
        expire_lines(runtime, market, source.rfq.id, [1])
        sign_in(client, market.purchaser)
        assert f'href="/rfqs/{source.rfq.id}/template"' in page(client, f"/rfqs/{source.rfq.id}")
        form = own_form(page(client, f"/rfqs/{source.rfq.id}/template"))
        assert form["name"] == "Spare parts"
        path = f"/rfqs/{source.rfq.id}/template"
        assert set(errors(main(send(client, path, {**form, "name": " "})))) == {"name"}
        shown = followed(client, send(client, path, {**form, "name": "Yearly bolts"}))
        assert "Kept as the template Yearly bolts." in text_of(shown)
        assert "kept the template" in text_of(shown)
        assert "Item 1" in shown
        assert "Supplier 1, Supplier 2, Supplier 3" in text_of(shown)
        taken = send(client, path, {**own_form(page(client, path)), "name": "yearly BOLTS"})
        assert "called yearly BOLTS" in summary(main(taken))[0]
        (place,) = {link for link in links(page(client, "/rfqs/templates")) if link.count("/") == 3}
        renamed = followed(client, send(client, f"{place}/name", {"version": "1", "name": "Bolts"}))
        assert "Renamed." in renamed
        stale = send(client, f"{place}/name", {"version": "1", "name": "Nuts"})
        assert stale.status_code == 422
        use = own_form(page(client, f"{place}/use"))
        missing = send(client, f"{place}/use", use)
        assert set(errors(main(missing))) == {"required_on"}
        day = (datetime.now(UTC) + timedelta(days=90)).date().isoformat()
        edited = filled(followed(client, send(client, f"{place}/use", {**use, "required_on": day})), "rfq-form")
        assert (edited["title"], edited["lines-1-required_on"]) == ("Spare parts", day)
        gone = followed(client, send(client, f"{place}/delete", {"version": "2"}))
        assert "No template yet" in gone


def own_form(html: str) -> dict[str, Any]:
    """Return what the only form of a page would send."""
    return filled(html.replace('class="form"', 'class="form" id="own"'), "own")


def links(html: str) -> list[str]:
    """Return where the links to templates lead."""
    return [part.split('"')[0] for part in html.split('href="') if part.startswith("/rfqs/templates/")]
