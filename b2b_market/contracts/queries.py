"""Every SELECT of contracts. Row-level security stands behind each of them; the scope's companies stand in each."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, bindparam, or_, select, union_all
from sqlalchemy.orm import Session

from b2b_market.contracts.commands import ListContracts, PartyRole
from b2b_market.contracts.models import Contract, ContractDocument, ContractLine, ContractPrintJob
from b2b_market.infra.database import run_fixed, within
from b2b_market.infra.http.problems import MalformedRequest
from b2b_market.kernel.paging import Page, PageRequest, page_of
from b2b_market.kernel.refusal import NotFound
from b2b_market.rbac.actor import Scope

_CONTRACT = select(Contract).where(
    Contract.id == bindparam("contract_id"), or_(within(Contract.buyer_id), within(Contract.shown_to))
)
_LINES = (
    select(ContractLine).where(ContractLine.contract_id == bindparam("contract_id")).order_by(ContractLine.position)
)
_DRAFTED = select(Contract.supplier_id).where(
    Contract.award_id == bindparam("award_id"), Contract.buyer_id == bindparam("buyer_id"), within(Contract.buyer_id)
)
_NUMBERS: Final = (
    "INSERT INTO contract_counter (buyer_id, year, last) VALUES (%(buyer_id)s, %(year)s, %(count)s) "
    "ON CONFLICT (buyer_id, year) DO UPDATE SET last = contract_counter.last + excluded.last RETURNING last"
)
_DOCUMENTS = (
    select(ContractDocument)
    .where(ContractDocument.contract_id == bindparam("contract_id"), ContractDocument.edition == bindparam("edition"))
    .order_by(ContractDocument.printing, ContractDocument.file_format)
)


def contract(session: Session, scope: Scope, contract_id: UUID) -> Contract:
    """Return a contract the company is a party of; a draft is its buyer's alone. Raise NotFound otherwise."""
    found = session.scalar(_CONTRACT, {"contract_id": contract_id, "orgs": scope.orgs})
    if found is None:
        raise NotFound(contract_id=str(contract_id))
    return found


def lock_own_contract(session: Session, scope: Scope, contract_id: UUID) -> Contract:
    """Return a contract that the company is the buyer of, locked; raise NotFound for everything else."""
    found = session.scalar(
        select(Contract)
        .where(Contract.id == contract_id, Contract.buyer_id.in_(scope.org_ids))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound(contract_id=str(contract_id))
    return found


def lock_contract_of_award(session: Session, scope: Scope, award_id: UUID, supplier_id: UUID) -> Contract | None:
    """Return the contract with a supplier of an own award, locked, or None where none is drafted."""
    wanted = select(Contract).where(
        Contract.award_id == award_id, Contract.supplier_id == supplier_id, Contract.buyer_id.in_(scope.org_ids)
    )
    return session.scalar(wanted.with_for_update().execution_options(populate_existing=True))


def lines(session: Session, _scope: Scope, contract_id: UUID) -> Sequence[ContractLine]:
    """Return the lines of a contract that was read before, in order."""
    return session.scalars(_LINES, {"contract_id": contract_id}).all()


def contracts(session: Session, scope: Scope, command: ListContracts) -> Page[Contract]:
    """Return a page of the company's contracts, newest first.

    Each side is read by its own index and the two are merged: one condition over both columns could use neither.
    """
    sides: list[Select[UUID]] = []
    if command.role in (None, PartyRole.BUYER):
        sides.append(_side(command, Contract.buyer_id.in_(scope.org_ids)))
    if command.role in (None, PartyRole.SUPPLIER):
        sides.append(_side(command, Contract.shown_to.in_(scope.org_ids)))
    ids = union_all(*(select(side.subquery().c.id) for side in sides)).subquery()
    wanted = select(Contract).where(Contract.id.in_(select(ids.c.id))).order_by(Contract.id.desc())
    rows = session.scalars(wanted.limit(command.page.limit + 1)).all()
    return page_of(rows, command.page, lambda row: (str(row.id), str(row.id)))


def _side(command: ListContracts, mine: ColumnElement[bool]) -> Select[UUID]:
    query = select(Contract.id).where(mine)
    if command.status is not None:
        query = query.where(Contract.status == command.status)
    after = _after(command.page)
    if after is not None:
        query = query.where(Contract.id < after)
    return query.order_by(Contract.id.desc()).limit(command.page.limit + 1)


def _after(page: PageRequest) -> UUID | None:
    if page.after is None:
        return None
    try:
        return UUID(page.after[1])
    except ValueError as error:
        raise MalformedRequest(reason="the cursor is not one of this list's") from error


def drafted_suppliers(session: Session, scope: Scope, award_id: UUID, buyer_id: UUID) -> frozenset[UUID]:
    """Return the suppliers that have a contract of this award with one of the scope's buyers already."""
    given = {"award_id": award_id, "buyer_id": buyer_id, "orgs": scope.orgs}
    return frozenset(session.scalars(_DRAFTED, given).all())


def take_numbers(session: Session, buyer_id: UUID, year: int, count: int) -> int:
    """Count ``count`` more contracts of the buyer's year and return the last number; it is locked until the commit."""
    counted: int = run_fixed(session, _NUMBERS, {"buyer_id": buyer_id, "year": year, "count": count}).scalar_one()
    return counted


def documents(session: Session, _scope: Scope, contract_id: UUID, edition: int) -> Sequence[ContractDocument]:
    """Return the fingerprints of one edition of a contract that was read before, in a fixed order."""
    return session.scalars(_DOCUMENTS, {"contract_id": contract_id, "edition": edition}).all()


def contract_for_printing(session: Session, _scope: Scope, contract_id: UUID) -> Contract | None:
    """Return any contract; only the machine sees them all."""
    return session.get(Contract, contract_id)


def due_print_jobs(session: Session, _scope: Scope, now: datetime, batch: int) -> Sequence[ContractPrintJob]:
    """Lock and return up to ``batch`` jobs that are due; those another worker holds are left to it."""
    due = select(ContractPrintJob).where(ContractPrintJob.next_attempt_at <= now)
    return session.scalars(
        due.order_by(ContractPrintJob.next_attempt_at).limit(batch).with_for_update(skip_locked=True)
    ).all()


def lock_print_job(session: Session, _scope: Scope, contract_id: UUID, edition: int) -> ContractPrintJob | None:
    """Return one job, locked, or None where it is done."""
    return session.get(ContractPrintJob, (contract_id, edition), with_for_update=True)
