import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from uuid import UUID

import pytest
from sqlalchemy import select, text

from b2b_market.contracts.commands import (
    FileFormat,
    OrderFingerprint,
    PrintContract,
    Printing,
    ReadSheet,
    Terms,
    VerifyEdition,
)
from b2b_market.contracts.documents.files import PrintedFile
from b2b_market.contracts.models import LINE_COLUMNS, Contract, ContractDocument, ContractLine
from b2b_market.contracts.service import printing
from b2b_market.contracts.tasks import take_fingerprints
from b2b_market.infra.canonical import lines_digest
from b2b_market.infra.database import Tenant, set_tenant
from b2b_market.infra.ids import new_id
from b2b_market.infra.runtime import Runtime
from b2b_market.infra.settings import Settings
from b2b_market.infra.work import Work
from b2b_market.kernel.refusal import (
    NotFound,
)
from b2b_market.rbac.actor import Actor, anonymous
from tests.contracts.deals import (
    buyer_of,
    drafted,
    edit,
    read,
    release,
    released,
    supplier_of,
    void,
)
from tests.contracts.looking import actions, seen
from tests.support.works import work_for

BUYER, SUPPLIER, OTHER, STRANGER = new_id(), new_id(), new_id(), new_id()


@dataclass(frozen=True)
class Opener:
    """Opens transactions of an actor one by one, as the edge does for a request."""

    runtime: Runtime
    actor: Actor

    @property
    def settings(self) -> Settings:
        return self.runtime.settings

    @contextmanager
    def __call__(self) -> Iterator[tuple[Work, Actor]]:
        with work_for(self.runtime, self.actor) as work:
            yield work, self.actor


def printed(runtime: Runtime, actor: Actor, contract_id: UUID, kind: FileFormat = FileFormat.PDF) -> PrintedFile:
    command = PrintContract(
        contract_id=contract_id, printing=Printing.BOTH, file_format=kind, site=runtime.settings.public_url
    )
    return printing.print_contract(Opener(runtime, actor), command)


class TestPrinting:
    def test_both_parties_print_the_same_bytes(self, runtime: Runtime) -> None:
        contract = released(runtime, BUYER, SUPPLIER)
        for kind in FileFormat:
            ours = printed(runtime, buyer_of(BUYER), contract.id, kind)
            assert printed(runtime, supplier_of(SUPPLIER), contract.id, kind).content == ours.content
        assert actions(runtime, contract.id).count("contracts.printed") == 4
        with pytest.raises(NotFound):
            printed(runtime, supplier_of(STRANGER), contract.id)

    def test_fingerprints_are_those_of_the_files_people_get(self, runtime: Runtime) -> None:
        contract = drafted(runtime, BUYER, SUPPLIER)
        assert take_fingerprints(runtime) == 6
        shown = read(runtime, buyer_of(BUYER), contract.id)
        for kind in FileFormat:
            got = hashlib.sha256(printed(runtime, buyer_of(BUYER), contract.id, kind).content).hexdigest()
            (row,) = [row for row in shown.documents if row.printing is Printing.BOTH and row.file_format is kind]
            assert row.sha256 == got
        assert seen(runtime, "SELECT 1 FROM contract_print_job") == []
        assert take_fingerprints(runtime) == 0

    def test_taking_them_twice_adds_nothing(self, runtime: Runtime) -> None:
        contract = drafted(runtime, BUYER, SUPPLIER)
        take_fingerprints(runtime)
        actor = buyer_of(BUYER)
        with work_for(runtime, actor) as work:
            printing.order_fingerprint(work, actor, OrderFingerprint(contract.id))
        assert seen(runtime, "SELECT attempts FROM contract_print_job") == [(0,)]
        assert take_fingerprints(runtime) == 0
        assert len(read(runtime, actor, contract.id).documents) == 6

    def test_every_fingerprint_is_audited_with_its_state(self, runtime: Runtime) -> None:
        contract = drafted(runtime, BUYER, SUPPLIER)
        take_fingerprints(runtime)
        query = "SELECT object_id, state_hash IS NOT NULL FROM audit_event WHERE action = 'contract_document.printed'"
        audited = seen(runtime, query)
        documents = read(runtime, buyer_of(BUYER), contract.id).documents
        assert {found for found, _ in audited} == {row.id for row in documents}
        assert all(hashed for _, hashed in audited)

    def test_a_superseded_edition_is_not_printed_any_more(self, runtime: Runtime) -> None:
        contract = drafted(runtime, BUYER, SUPPLIER)
        edit(runtime, buyer_of(BUYER), contract, payment_terms="net 60")
        assert take_fingerprints(runtime) == 6
        editions = seen(runtime, "SELECT DISTINCT edition FROM contract_document")
        assert editions == [(2,)]
        assert seen(runtime, "SELECT 1 FROM contract_print_job") == []

    def test_an_edition_printed_before_its_successor_stays_verifiable(self, runtime: Runtime) -> None:
        contract = drafted(runtime, BUYER, SUPPLIER)
        take_fingerprints(runtime)
        edit(runtime, buyer_of(BUYER), contract, payment_terms="net 60")
        take_fingerprints(runtime)
        with work_for(runtime, anonymous()) as work:
            first, second = (
                printing.verify_edition(work, anonymous(), VerifyEdition(contract.id, edition)) for edition in (1, 2)
            )
        assert len(first.documents) == len(second.documents) == 6
        assert not {row.sha256 for row in first.documents} & {row.sha256 for row in second.documents}

    def test_a_file_that_prints_otherwise_gets_a_fingerprint_too(self, runtime: Runtime) -> None:
        contract = drafted(runtime, BUYER, SUPPLIER)
        take_fingerprints(runtime)
        moved = replace(runtime, settings=runtime.settings.model_copy(update={"public_url": "https://new.example"}))
        printed(moved, buyer_of(BUYER), contract.id)
        assert take_fingerprints(moved) == 6
        assert len(read(moved, buyer_of(BUYER), contract.id).documents) == 12

    def test_fingerprints_taken_before_the_release_are_shown_after_it(self, runtime: Runtime) -> None:
        contract = drafted(runtime, BUYER, SUPPLIER)
        take_fingerprints(runtime)
        release(runtime, buyer_of(BUYER), contract)
        assert len(read(runtime, supplier_of(SUPPLIER), contract.id).documents) == 6

    def test_a_job_that_fails_waits_and_keeps_no_other_waiting(
        self, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        broken, whole = drafted(runtime, BUYER, SUPPLIER), drafted(runtime, BUYER, SUPPLIER)
        real = printing.read_sheet

        def fail(work: Work, actor: Actor, command: ReadSheet) -> object:
            if command.job.contract_id == broken.id:
                message = "no ink"
                raise RuntimeError(message)
            return real(work, actor, command)

        monkeypatch.setattr(printing, "read_sheet", fail)
        assert take_fingerprints(runtime) == 6
        assert len(read(runtime, buyer_of(BUYER), whole.id).documents) == 6
        ((attempts, error, waits),) = seen(
            runtime, "SELECT attempts, error, next_attempt_at > now() FROM contract_print_job"
        )
        assert (attempts, error, waits) == (1, "RuntimeError: no ink", True)


class TestTrail:
    def test_the_trail_s_hashes_are_those_of_the_rows(self, runtime: Runtime) -> None:
        """What an offline check recomputes from the tables is what each last entry recorded."""
        actor = buyer_of(BUYER)
        ended = drafted(runtime, BUYER, SUPPLIER)
        take_fingerprints(runtime)
        ended = void(runtime, actor, edit(runtime, actor, release(runtime, actor, ended), payment_terms="net 60"))
        drafted(runtime, BUYER, OTHER, Terms())
        take_fingerprints(runtime)
        query = (
            "SELECT DISTINCT ON (object_id) object_id, encode(state_hash, 'hex') FROM audit_event "
            "WHERE state_hash IS NOT NULL ORDER BY object_id, object_version DESC, id DESC"
        )
        recorded = {found: hashed for found, hashed in seen(runtime, query)}  # noqa: C416 - rows are not pairs to mypy
        with runtime.database.session() as session:
            set_tenant(session, Tenant(machine=True))
            contracts = session.scalars(select(Contract)).all()
            documents = session.scalars(select(ContractDocument)).all()
            lines = session.execute(select(ContractLine.__table__).order_by(ContractLine.position)).mappings().all()
        assert (len(contracts), len(documents)) == (2, 18)
        roots: list[Contract | ContractDocument] = [*contracts, *documents]
        assert {row.id: row.state_hash().hex() for row in roots} == recorded
        for contract in contracts:
            own = [line for line in lines if line["contract_id"] == contract.id]
            assert lines_digest([{name: line[name] for name in LINE_COLUMNS} for line in own]) == contract.lines_digest


class TestVerifying:
    def test_strangers_see_hashes_and_nothing_else(self, runtime: Runtime) -> None:
        contract = drafted(runtime, BUYER, SUPPLIER)
        take_fingerprints(runtime)
        with work_for(runtime, anonymous()) as work:
            found = printing.verify_edition(work, anonymous(), VerifyEdition(contract.id, 1))
            rest = work.session.execute(text("SELECT count(*) FROM contract")).scalar_one()
        assert len(found.documents) == 6
        assert rest == 0
        assert set(found.documents[0].__dataclass_fields__) == {
            "id",
            "edition",
            "printing",
            "file_format",
            "sha256",
            "size",
            "pages",
            "missing_characters",
            "created_at",
        }

    def test_an_edition_whose_fingerprints_are_due_is_known_without_any(self, runtime: Runtime) -> None:
        contract = drafted(runtime, BUYER, SUPPLIER)
        with work_for(runtime, anonymous()) as work:
            assert printing.verify_edition(work, anonymous(), VerifyEdition(contract.id, 1)).documents == ()

    @pytest.mark.parametrize("edition", [0, 2])
    def test_an_edition_that_never_was_is_not_found(self, runtime: Runtime, edition: int) -> None:
        contract = drafted(runtime, BUYER, SUPPLIER)
        with work_for(runtime, anonymous()) as work, pytest.raises(NotFound):
            printing.verify_edition(work, anonymous(), VerifyEdition(contract.id, edition))
        with work_for(runtime, anonymous()) as work, pytest.raises(NotFound):
            printing.verify_edition(work, anonymous(), VerifyEdition(new_id(), 1))
