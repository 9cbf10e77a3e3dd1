from dataclasses import replace
from decimal import Decimal
from uuid import UUID

import pytest

from b2b_market.contracts.commands import (
    DisputeForum,
    EditTerms,
    ListContracts,
    PartyRole,
    ReadContract,
    ReleaseContract,
    Terms,
    VoidContract,
)
from b2b_market.contracts.permissions import ContractPermission
from b2b_market.contracts.rules.terms import NothingChanged, TermsIncomplete
from b2b_market.contracts.service import drafting, editing, reading
from b2b_market.contracts.states import ContractStatus
from b2b_market.infra.ids import new_id
from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.money import Money
from b2b_market.kernel.paging import PageRequest
from b2b_market.kernel.refusal import (
    Forbidden,
    IllegalStep,
    Invalid,
    NotFound,
    Refusal,
    StaleVersion,
    Unauthenticated,
    VersionRequired,
)
from b2b_market.rbac.actor import anonymous
from b2b_market.reference.public import UnknownCountry, UnknownIncoterm
from tests.contracts import deals
from tests.contracts.deals import (
    award,
    buyer_of,
    deal,
    draft,
    drafted,
    edit,
    line,
    read,
    release,
    released,
    supplier_of,
    void,
)
from tests.contracts.looking import actions, seen, topics
from tests.contracts.sheets import TERMS
from tests.support.works import work_for

BUYER, SUPPLIER, OTHER, STRANGER = new_id(), new_id(), new_id(), new_id()


class TestDrafting:
    def test_each_supplier_of_the_award_gets_a_contract_of_its_own(self, runtime: Runtime) -> None:
        command = award(BUYER, deal(SUPPLIER), deal(OTHER, currency="EUR", lines=[line(quantity="7", price="1.005")]))
        first, second = draft(runtime, command)
        assert [first.supplier.org_id, second.supplier.org_id] == [SUPPLIER, OTHER]
        assert first.total == Money.of("292.70", "CNY")
        assert second.total == Money.of("7.04", "EUR")
        assert [each.amount.amount for each in first.lines] == [Decimal("33.50"), Decimal("259.20")]
        assert [each.position for each in first.lines] == [1, 2]
        assert {first.status, second.status} == {ContractStatus.DRAFTED}
        assert (first.edition, first.version, first.role) == (1, 1, PartyRole.BUYER)
        assert first.terms == TERMS
        assert first.quote_revision == 2
        assert first.allowed_steps == ("edit", "release", "void")

    def test_each_contract_of_the_award_is_to_be_printed(self, runtime: Runtime) -> None:
        one, two = draft(runtime, award(BUYER, deal(SUPPLIER), deal(OTHER)))
        jobs = seen(runtime, "SELECT contract_id FROM contract_print_job WHERE buyer_id = :id", id=BUYER)
        assert sorted(jobs) == sorted([(one.id,), (two.id,)])

    def test_numbers_follow_each_other_within_the_buyer_s_year(self, runtime: Runtime) -> None:
        one, two = draft(runtime, award(BUYER, deal(SUPPLIER), deal(OTHER)))
        (three,) = draft(runtime, award(BUYER, deal(SUPPLIER)))
        (foreign,) = draft(runtime, award(OTHER, deal(SUPPLIER)))
        year = one.created_at.year
        assert [one.number, two.number, three.number] == [f"C-{year}-{count:06d}" for count in (1, 2, 3)]
        assert foreign.number == f"C-{year}-000001"

    def test_drafting_twice_is_drafting_once(self, runtime: Runtime) -> None:
        command = award(BUYER, deal(SUPPLIER), deal(OTHER))
        assert len(draft(runtime, replace(command, deals=command.deals[:1]))) == 1
        (late,) = draft(runtime, command)
        assert late.supplier.org_id == OTHER
        assert draft(runtime, command) == []
        rows = seen(runtime, "SELECT count(*) FROM contract WHERE award_id = :id", id=command.award_id)
        assert rows == [(2,)]

    def test_the_fact_is_announced_and_audited_to_the_buyer_alone(self, runtime: Runtime) -> None:
        contract = drafted(runtime, BUYER, SUPPLIER)
        query = "SELECT topic, org_ids, payload FROM outbox WHERE aggregate_id = :id"
        ((topic, orgs, payload),) = seen(runtime, query, id=contract.id)
        assert topic == "contracts.drafted.v1"
        assert orgs == [BUYER]
        assert isinstance(payload, dict)
        assert payload["number"] == contract.number
        assert "total" not in payload
        assert actions(runtime, contract.id) == ["contracts.drafted"]

    def test_an_award_of_nothing_drafts_nothing(self, runtime: Runtime) -> None:
        command = award(BUYER, deal(SUPPLIER), deal(OTHER, lines=[]))
        with pytest.raises(ValueError, match="gives nothing"):
            draft(runtime, command)
        assert seen(runtime, "SELECT count(*) FROM contract WHERE award_id = :id", id=command.award_id) == [(0,)]

    def test_people_cannot_draft(self, runtime: Runtime) -> None:
        actor = buyer_of(BUYER)
        with work_for(runtime, actor) as work, pytest.raises(Forbidden):
            drafting.draft_contracts(work, actor, award(BUYER, deal(SUPPLIER)))


class TestReading:
    def test_a_draft_is_the_buyer_s_alone(self, runtime: Runtime) -> None:
        contract = drafted(runtime, BUYER, SUPPLIER)
        for stranger in (SUPPLIER, STRANGER):
            with pytest.raises(NotFound):
                read(runtime, supplier_of(stranger), contract.id)
            for table in ("contract", "contract_line", "contract_document", "contract_counter", "contract_print_job"):
                assert seen(runtime, f"SELECT 1 FROM {table}", stranger, machine=False) == []  # noqa: S608 - a fixed name

    def test_a_proposed_contract_is_seen_by_both_without_the_buyer_s_buttons(self, runtime: Runtime) -> None:
        contract = released(runtime, BUYER, SUPPLIER)
        theirs = read(runtime, supplier_of(SUPPLIER), contract.id)
        assert (theirs.role, theirs.allowed_steps, theirs.open_points) == (PartyRole.SUPPLIER, (), ())
        assert theirs.lines == contract.lines
        assert theirs.total == contract.total
        with pytest.raises(NotFound):
            read(runtime, supplier_of(STRANGER), contract.id)

    def test_lists_are_newest_first_by_side_and_status(self, runtime: Runtime) -> None:
        mine = [drafted(runtime, BUYER, SUPPLIER) for _ in range(2)]
        theirs = released(runtime, OTHER, BUYER)
        actor = buyer_of(BUYER)

        def ids(**wanted: object) -> list[UUID]:
            with work_for(runtime, actor) as work:
                found = reading.list_contracts(work, actor, ListContracts(**wanted))  # type: ignore[arg-type]  # test data
                return [row.id for row in found.items]

        assert ids() == [theirs.id, mine[1].id, mine[0].id]
        assert ids(role=PartyRole.BUYER) == [mine[1].id, mine[0].id]
        assert ids(role=PartyRole.SUPPLIER) == [theirs.id]
        assert ids(status=ContractStatus.DRAFTED) == [mine[1].id, mine[0].id]
        assert ids(status=ContractStatus.VOIDED) == []

    def test_pages_follow_each_other_without_gap_or_repetition(self, runtime: Runtime) -> None:
        made = [drafted(runtime, BUYER, SUPPLIER).id for _ in range(5)]
        actor, page, walked = buyer_of(BUYER), PageRequest(2), []
        while True:
            with work_for(runtime, actor) as work:
                found = reading.list_contracts(work, actor, ListContracts(page=page))
            walked += [row.id for row in found.items]
            if found.next_after is None:
                break
            page = PageRequest(2, found.next_after)
        assert walked == made[::-1]

    def test_open_points_are_shown_to_the_buyer(self, runtime: Runtime) -> None:
        contract = drafted(runtime, BUYER, SUPPLIER, Terms())
        assert [point.pointer for point in contract.open_points] == ["/payment_terms", "/governing_law"]


class TestEditing:
    def test_new_terms_make_a_new_edition(self, runtime: Runtime) -> None:
        contract = drafted(runtime, BUYER, SUPPLIER)
        changed = edit(runtime, buyer_of(BUYER), contract, payment_terms="net 60", notes="two\nlines")
        assert (changed.edition, changed.version, changed.status) == (2, 2, ContractStatus.DRAFTED)
        assert changed.terms == replace(TERMS, payment_terms="net 60", notes="two\nlines")
        assert changed.edition_at >= contract.edition_at
        assert actions(runtime, contract.id) == ["contracts.drafted", "contracts.edited"]
        assert topics(runtime, contract.id) == ["contracts.drafted.v1"]
        jobs = seen(runtime, "SELECT edition FROM contract_print_job WHERE contract_id = :id", id=contract.id)
        assert sorted(jobs) == [(1,), (2,)]

    def test_a_proposed_contract_is_revised_in_the_open(self, runtime: Runtime) -> None:
        contract = released(runtime, BUYER, SUPPLIER)
        revised = edit(runtime, buyer_of(BUYER), contract, payment_terms="net 60")
        assert (revised.edition, revised.status) == (2, ContractStatus.PROPOSED)
        assert read(runtime, supplier_of(SUPPLIER), contract.id).terms.payment_terms == "net 60"
        assert topics(runtime, contract.id)[-1] == "contracts.revised.v1"

    @pytest.mark.parametrize(
        ("changes", "refusal"),
        [
            ({}, NothingChanged),
            ({"incoterm": "XYZ"}, UnknownIncoterm),
            ({"governing_law": "XX"}, UnknownCountry),
            ({"incoterm_place": ""}, Invalid),
            ({"arbitration_body": ""}, Invalid),
        ],
    )
    def test_terms_that_cannot_be_are_refused_and_nothing_happens(
        self, runtime: Runtime, changes: dict[str, str], refusal: type[Refusal]
    ) -> None:
        contract = drafted(runtime, BUYER, SUPPLIER)
        with pytest.raises(refusal):
            edit(runtime, buyer_of(BUYER), contract, **changes)
        assert read(runtime, buyer_of(BUYER), contract.id) == contract
        assert actions(runtime, contract.id) == ["contracts.drafted"]

    def test_a_proposed_contract_stays_complete(self, runtime: Runtime) -> None:
        contract = released(runtime, BUYER, SUPPLIER)
        with pytest.raises(TermsIncomplete):
            edit(runtime, buyer_of(BUYER), contract, payment_terms="")
        assert read(runtime, buyer_of(BUYER), contract.id) == contract

    def test_release_shows_the_contract_and_tells_both(self, runtime: Runtime) -> None:
        contract = released(runtime, BUYER, SUPPLIER)
        assert contract.status is ContractStatus.PROPOSED
        assert contract.released_at is not None
        assert contract.edition == 1
        query = "SELECT org_ids FROM outbox WHERE aggregate_id = :id AND topic = 'contracts.released.v1'"
        assert seen(runtime, query, id=contract.id) == [([BUYER, SUPPLIER],)]
        assert len(seen(runtime, "SELECT 1 FROM contract_line", SUPPLIER, machine=False)) == 2

    def test_open_points_stop_the_release(self, runtime: Runtime) -> None:
        contract = drafted(runtime, BUYER, SUPPLIER, replace(TERMS, governing_law=""))
        with pytest.raises(TermsIncomplete) as refused:
            release(runtime, buyer_of(BUYER), contract)
        assert [error.pointer for error in refused.value.errors] == ["/governing_law"]
        assert read(runtime, buyer_of(BUYER), contract.id) == contract
        assert seen(runtime, "SELECT 1 FROM contract", SUPPLIER, machine=False) == []

    def test_void_says_why_and_ends_everything(self, runtime: Runtime) -> None:
        contract = released(runtime, BUYER, SUPPLIER)
        ended = void(runtime, buyer_of(BUYER), contract, " ordered twice ")
        assert (ended.status, ended.void_reason, ended.allowed_steps) == (ContractStatus.VOIDED, "ordered twice", ())
        assert read(runtime, supplier_of(SUPPLIER), contract.id).void_reason == "ordered twice"
        for act in (release, edit, void):
            with pytest.raises(IllegalStep):
                act(runtime, buyer_of(BUYER), ended)

    def test_a_draft_that_is_voided_stays_unknown_to_the_supplier(self, runtime: Runtime) -> None:
        contract = void(runtime, buyer_of(BUYER), drafted(runtime, BUYER, SUPPLIER))
        query = "SELECT org_ids, payload->>'released' FROM outbox WHERE topic = 'contracts.voided.v1'"
        assert seen(runtime, query) == [([BUYER], "false")]
        with pytest.raises(NotFound):
            read(runtime, supplier_of(SUPPLIER), contract.id)

    def test_void_without_a_reason_is_refused(self, runtime: Runtime) -> None:
        contract = drafted(runtime, BUYER, SUPPLIER)
        with pytest.raises(Invalid):
            void(runtime, buyer_of(BUYER), contract, " ")
        assert read(runtime, buyer_of(BUYER), contract.id) == contract

    @pytest.mark.parametrize("version", [None, 0, 2])
    def test_a_wrong_version_changes_nothing(self, runtime: Runtime, version: int | None) -> None:
        contract = drafted(runtime, BUYER, SUPPLIER)
        stale = replace(contract, version=version)  # type: ignore[arg-type]  # also no version at all
        refusal = VersionRequired if version is None else StaleVersion
        for act in (release, void):
            with pytest.raises(refusal):
                act(runtime, buyer_of(BUYER), stale)
        with pytest.raises(refusal):
            edit(runtime, buyer_of(BUYER), stale, notes="x")
        assert read(runtime, buyer_of(BUYER), contract.id) == contract

    @pytest.mark.parametrize("org", [SUPPLIER, STRANGER])
    def test_nobody_but_the_buyer_changes_it(self, runtime: Runtime, org: UUID) -> None:
        contract = released(runtime, BUYER, SUPPLIER)
        actor = buyer_of(org)
        for act in (release, void):
            with pytest.raises(NotFound):
                act(runtime, actor, contract)
        with pytest.raises(NotFound):
            edit(runtime, actor, contract, notes="x")
        assert read(runtime, buyer_of(BUYER), contract.id) == contract

    def test_each_step_asks_for_its_own_permission(self, runtime: Runtime) -> None:
        contract = drafted(runtime, BUYER, SUPPLIER)
        reader = deals.buyer_of(BUYER, ContractPermission.READ)
        terms = replace(contract.terms, dispute_forum=DisputeForum.BUYER_COURT)
        calls = [
            (editing.edit_terms, EditTerms(contract_id=contract.id, expected_version=1, terms=terms), "contract:edit"),
            (editing.release_contract, ReleaseContract(contract.id, 1), "contract:release"),
            (editing.void_contract, VoidContract(contract.id, 1, "x"), "contract:void"),
        ]
        for call, command, permission in calls:
            with work_for(runtime, reader) as work, pytest.raises(Forbidden) as refused:
                call(work, reader, command)  # type: ignore[operator]  # three operations with their own commands
            assert refused.value.facts == {"permission": permission}
        with work_for(runtime, anonymous()) as work, pytest.raises(Unauthenticated):
            reading.read_contract(work, anonymous(), ReadContract(contract.id))
