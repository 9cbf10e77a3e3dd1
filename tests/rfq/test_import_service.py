"""The operations of an import, against the database and its row policies."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from b2b_market.infra.database import Tenant, set_tenant
from b2b_market.infra.ids import new_id
from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.currency import Currency
from b2b_market.kernel.permission import Role
from b2b_market.kernel.refusal import Forbidden, IllegalStep, Invalid, NotFound, StaleVersion, VersionRequired
from b2b_market.rbac.actor import system_actor
from b2b_market.rfq.commands.imports import AdmitImport, ListImports, ReadImport, StepImport
from b2b_market.rfq.commands.requests import DraftRfq
from b2b_market.rfq.intake import imports
from b2b_market.rfq.intake.imports import ConfirmOptions, PricesInOtherCurrency
from b2b_market.rfq.intake.refusals import ImportNotReady
from b2b_market.rfq.intake.rows import RowStatus
from b2b_market.rfq.intake.values import Field
from b2b_market.rfq.service import importing
from b2b_market.rfq.states import ImportStatus, RfqStatus
from b2b_market.rfq.tasks import sweep_imports
from tests.rfq.imports import ANSWERS, GAPS, SMALL, confirm, decide, look, start
from tests.support.people import make_company, make_person
from tests.support.rfqs import make_market
from tests.support.works import work_for


def count(runtime: Runtime, statement: str) -> int:
    with runtime.database.session() as session:
        set_tenant(session, Tenant(machine=True, platform="auditor"))
        found: int = session.execute(text(statement)).scalar_one()
        session.rollback()
    return found


def actions(runtime: Runtime) -> list[str]:
    with runtime.database.session() as session:
        set_tenant(session, Tenant(machine=True, platform="auditor"))
        statement = "SELECT action FROM audit_event WHERE object_type = 'rfq_import' ORDER BY id"
        found = [action for (action,) in session.execute(text(statement))]
        session.rollback()
    return found


def only_import(runtime: Runtime) -> UUID:
    with runtime.database.session() as session:
        set_tenant(session, Tenant(machine=True))
        found: UUID = session.execute(text("SELECT id FROM rfq_import")).scalar_one()
        session.rollback()
    return found


class TestStarting:
    def test_a_table_is_kept_and_nothing_of_a_request_is(self, runtime: Runtime) -> None:
        market = make_market(runtime, 0)
        view = start(runtime, market.purchaser)
        assert (view.version, view.stored.row.status, view.stored.row.filename) == (1, ImportStatus.PREVIEW, "list.csv")
        assert view.preview is not None
        assert view.preview.counts() == {
            RowStatus.READY: 2,
            RowStatus.WAITING: 0,
            RowStatus.ERROR: 0,
            RowStatus.OFFERED: 0,
            RowStatus.SKIPPED: 1,
        }
        assert count(runtime, "SELECT count(*) FROM rfq") == 0
        assert actions(runtime) == ["rfq_import.started"]

    def test_today_is_too_early_because_a_draft_would_refuse_it(self, runtime: Runtime) -> None:
        market = make_market(runtime, 0)
        with work_for(runtime, market.purchaser) as work:
            today = work.now().astimezone(ZoneInfo("Asia/Shanghai")).date()
        view = start(runtime, market.purchaser, SMALL.replace("2099-03-05", today.isoformat()))
        assert view.preview is not None
        assert view.preview.today == today + timedelta(days=1)
        assert [error.code for row in view.preview.rows for error in row.errors] == ["date-past", "date-past"]

    @pytest.mark.parametrize("role", [Role.BUYER_APPROVER, Role.BUYER_EVALUATOR, Role.SUPPLIER_SALES])
    def test_only_who_may_draft_may_import(self, runtime: Runtime, role: Role) -> None:
        market = make_market(runtime, 0)
        person = make_person(runtime, market.buyer_id, role)
        with pytest.raises(Forbidden), work_for(runtime, person) as work:
            importing.admit_import(work, person, AdmitImport())
        with pytest.raises(Forbidden):
            start(runtime, person)
        assert count(runtime, "SELECT count(*) FROM rfq_import") == 0


class TestReading:
    def test_a_stranger_s_import_does_not_exist(self, runtime: Runtime) -> None:
        market, other = make_market(runtime, 0), make_market(runtime, 0)
        view = start(runtime, market.purchaser)
        with pytest.raises(NotFound):
            look(runtime, other.purchaser, view.id)
        with pytest.raises(NotFound):
            decide(runtime, other.purchaser, view, unit_code="H87")
        with pytest.raises(NotFound):
            confirm(runtime, other.purchaser, view)
        assert look(runtime, market.purchaser, view.id).version == 1

    def test_the_list_holds_the_company_s_unfinished_imports_newest_first(self, runtime: Runtime) -> None:
        market, other = make_market(runtime, 0), make_market(runtime, 0)
        first, second = (start(runtime, market.purchaser, name=name) for name in ("a.csv", "b.csv"))
        done = start(runtime, market.purchaser, name="c.csv")
        confirm(runtime, market.purchaser, done)
        start(runtime, other.purchaser, name="d.csv")
        with work_for(runtime, market.purchaser) as work:
            page = importing.list_imports(work, market.purchaser, ListImports())
            assert [row.filename for row in page.items] == ["b.csv", "a.csv"]
        assert (first.id, second.id) == (page.items[1].id, page.items[0].id)

    def test_company_defaults_are_suggested_and_not_applied(self, runtime: Runtime) -> None:
        buyer = make_company(runtime, "Buyer")
        person = make_person(runtime, buyer, Role.BUYER_PURCHASER)
        with runtime.database.session() as session:
            set_tenant(session, Tenant((buyer,)))
            session.execute(
                text(
                    "UPDATE organization_settings SET default_unit = 'KGM', default_delivery_place = 'Gate 4' "
                    "WHERE id = :id"
                ),
                {"id": buyer},
            )
            session.commit()
        preview = start(runtime, person, GAPS).preview
        assert preview is not None
        suggested = {question.code: question.suggestion for question in preview.questions}
        assert (suggested["ask-unit"], suggested["ask-place"]) == ("KGM", "Gate 4")
        assert preview.defaults == ()


class TestDeciding:
    def test_decisions_are_kept_and_audited_once(self, runtime: Runtime) -> None:
        market = make_market(runtime, 0)
        view = start(runtime, market.purchaser, GAPS)
        view = decide(runtime, market.purchaser, view, unit_code="H87", overrides={3: {Field.QUANTITY: "20"}})
        assert view.version == 2
        assert look(runtime, market.purchaser, view.id).choices.overrides == {3: {Field.QUANTITY: "20"}}
        same = decide(runtime, market.purchaser, view)
        assert (same.version, actions(runtime)) == (2, ["rfq_import.started", "rfq_import.changed"])

    def test_a_stale_version_changes_nothing(self, runtime: Runtime) -> None:
        market = make_market(runtime, 0)
        view = start(runtime, market.purchaser, GAPS)
        decide(runtime, market.purchaser, view, unit_code="H87")
        with pytest.raises(StaleVersion):
            decide(runtime, market.purchaser, view, unit_code="KGM")
        with pytest.raises(VersionRequired), work_for(runtime, market.purchaser) as work:
            importing.change_import(
                work, market.purchaser, imports.change_command(view.id, None, replace(view.choices, unit_code="KGM"))
            )
        assert look(runtime, market.purchaser, view.id).choices.unit_code == "H87"


class TestConfirming:
    def test_the_ready_rows_become_a_draft_and_the_table_is_let_go(self, runtime: Runtime) -> None:
        market = make_market(runtime, 0)
        content = confirm(runtime, market.purchaser, start(runtime, market.purchaser))
        assert (content.rfq.status, content.rfq.title, content.rfq.currency) == (RfqStatus.DRAFT, "Bolts", "CNY")
        assert [(line.item_name, line.item_code, line.quantity, line.unit) for line in content.lines] == [
            ("Hex bolt", "B-1", Decimal(100), "H87"),
            ("Washer", "W-1", Decimal(200), "H87"),
        ]
        assert content.targets == {content.lines[0].id: Decimal("1.25")}
        view = look(runtime, market.purchaser, only_import(runtime))
        assert (view.preview, view.stored.table, view.stored.row.rfq_id) == (None, None, content.rfq.id)
        assert (view.stored.lines, view.stored.left) == (2, ((4, "total-line"),))
        assert actions(runtime) == ["rfq_import.started", "rfq_import.confirmed"]

    def test_an_import_is_confirmed_once(self, runtime: Runtime) -> None:
        market = make_market(runtime, 0)
        view = start(runtime, market.purchaser)
        confirm(runtime, market.purchaser, view)
        with pytest.raises(StaleVersion):
            confirm(runtime, market.purchaser, view)
        with pytest.raises(IllegalStep):
            confirm(runtime, market.purchaser, look(runtime, market.purchaser, view.id))
        with pytest.raises(IllegalStep):
            decide(runtime, market.purchaser, look(runtime, market.purchaser, view.id), unit_code="KGM")
        assert count(runtime, "SELECT count(*) FROM rfq") == 1

    def test_open_rows_stop_everything_unless_told_otherwise(self, runtime: Runtime) -> None:
        market = make_market(runtime, 0)
        view = start(runtime, market.purchaser, GAPS)
        changes = {"unit_code": "H87", "delivery_place": "Shanghai", "required_on": ANSWERS.required_on}
        view = decide(runtime, market.purchaser, view, currency="CNY", **changes)
        with pytest.raises(ImportNotReady) as refused:
            confirm(runtime, market.purchaser, view)
        assert [(error.pointer, error.code) for error in refused.value.errors] == [
            ("/rows/3/quantity", "quantity-unreadable")
        ]
        assert count(runtime, "SELECT count(*) FROM rfq") == 0
        content = confirm(runtime, market.purchaser, view, options=ConfirmOptions(only_ready=True))
        assert [line.item_name for line in content.lines] == ["Hex bolt"]
        assert look(runtime, market.purchaser, view.id).stored.left == ((3, "quantity-unreadable"),)

    def test_target_prices_in_another_currency_are_refused_or_left_out(self, runtime: Runtime) -> None:
        market = make_market(runtime, 0)
        view = start(runtime, market.purchaser, SMALL.replace("200,pcs,,", "200,pcs,EUR 2.00,"))
        with pytest.raises(PricesInOtherCurrency) as refused:
            confirm(runtime, market.purchaser, view, "EUR")
        assert dict(refused.value.facts) == {"rows": "1", "others": "CNY", "currency": "EUR"}
        assert [(error.pointer, error.code) for error in refused.value.errors] == [
            ("/rows/2/currency", "other-currency")
        ]
        assert count(runtime, "SELECT count(*) FROM rfq") == 0
        content = confirm(runtime, market.purchaser, view, "EUR", ConfirmOptions(drop_other_prices=True))
        assert content.targets == {content.lines[1].id: Decimal("2.00")}

    def test_what_a_draft_refuses_leaves_the_import_as_it_was(self, runtime: Runtime) -> None:
        market = make_market(runtime, 0)
        view = start(runtime, market.purchaser)
        header = DraftRfq(title=" ", currency=Currency("CNY"))
        command = imports.confirm_command(view, view.version, header, ConfirmOptions())
        with pytest.raises(Invalid), work_for(runtime, market.purchaser) as work:
            importing.confirm_import(work, market.purchaser, command)
        assert look(runtime, market.purchaser, view.id).stored.row.status is ImportStatus.PREVIEW


class TestDropping:
    def test_a_preview_is_deleted_with_a_last_record(self, runtime: Runtime) -> None:
        market = make_market(runtime, 0)
        view = start(runtime, market.purchaser)
        with pytest.raises(StaleVersion), work_for(runtime, market.purchaser) as work:
            importing.drop_import(work, market.purchaser, StepImport(view.id, 7))
        with work_for(runtime, market.purchaser) as work:
            importing.drop_import(work, market.purchaser, StepImport(view.id, 1))
        assert count(runtime, "SELECT count(*) FROM rfq_import") == 0
        assert actions(runtime) == ["rfq_import.started", "rfq_import.deleted"]

    def test_a_confirmed_import_stays(self, runtime: Runtime) -> None:
        market = make_market(runtime, 0)
        view = start(runtime, market.purchaser)
        confirm(runtime, market.purchaser, view)
        with pytest.raises(IllegalStep), work_for(runtime, market.purchaser) as work:
            importing.drop_import(work, market.purchaser, StepImport(view.id, 2))
        assert count(runtime, "SELECT count(*) FROM rfq_import") == 1

    def test_the_clock_sweeps_what_nobody_touched_for_a_week(self, runtime: Runtime) -> None:
        market, other = make_market(runtime, 0), make_market(runtime, 0)
        for owner in (market, other):
            start(runtime, owner.purchaser)
        done = start(runtime, market.purchaser)
        confirm(runtime, market.purchaser, done)
        assert sweep_imports(replace(runtime, shift=importing.KEPT - timedelta(minutes=5))) == 0
        later = replace(runtime, shift=importing.KEPT + timedelta(seconds=5))
        touched = start(later, market.purchaser)
        assert sweep_imports(later) == 2
        assert count(runtime, "SELECT count(*) FROM rfq_import") == 2
        assert look(runtime, market.purchaser, touched.id).version == 1
        assert sweep_imports(later) == 0
        assert actions(runtime).count("rfq_import.deleted") == 2

    def test_a_swept_import_is_not_missed(self, runtime: Runtime) -> None:
        market = make_market(runtime, 0)
        clock = system_actor("rfq.clock", market.buyer_id)
        with work_for(runtime, clock) as work:
            assert importing.sweep_import(work, clock, ReadImport(new_id())) is False
