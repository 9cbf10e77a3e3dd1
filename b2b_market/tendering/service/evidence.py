"""The public files of a tender's sealed bids, with which ``b2b-market bid verify`` checks everything offline."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from b2b_market.infra.canonical import canonical
from b2b_market.infra.database import Tenant
from b2b_market.infra.saving import SavedFile
from b2b_market.infra.work import Work
from b2b_market.kernel.refusal import NotFound
from b2b_market.rbac.actor import Scope, system_actor
from b2b_market.rbac.operation import Transactions, operation
from b2b_market.tendering.commands.tenders import ReadTender
from b2b_market.tendering.documents.folder import ZIP_TYPE, zipped
from b2b_market.tendering.models.tenders import Tender
from b2b_market.tendering.permissions import TenderPermission
from b2b_market.tendering.queries import bids as queries
from b2b_market.tendering.queries import reveals as reveal_queries
from b2b_market.tendering.queries import tenders as tender_queries
from b2b_market.tendering.queries.amendments import notices_of
from b2b_market.tendering.rules import sealed_folder as rules
from b2b_market.tendering.rules.procedures import read_procedure
from b2b_market.tendering.rules.sealed_envelope import BoxKey
from b2b_market.tendering.rules.sealed_evidence import PublicFiles
from b2b_market.tendering.rules.sealed_publishing import published
from b2b_market.tendering.rules.sealed_record import read_record
from b2b_market.tendering.service import seated
from b2b_market.tendering.service.sight import sight_of
from b2b_market.tendering.states.procedures import Publicity

PART: Final = "tendering.evidence"


@dataclass(frozen=True, slots=True)
class Evidence:
    """The files by name, the same for every reader, and the tender's number."""

    number: str
    files: tuple[tuple[str, bytes], ...]


@operation(TenderPermission.READ)
def read_evidence(work: Work, scope: Scope, command: ReadTender) -> Evidence:
    """Return the files to whoever may read the opening records: buyer, officers, or all readers where these are public.

    EvidenceNotPublished for other readers, before the opening, and while nobody may see prices.
    """
    tender = tender_queries.party_tender(work.session, scope, command.tender_id)
    shown = _is_public(tender) or tender.buyer_id in scope.org_ids or scope.user_id in tender.officer_ids
    if not shown or not seated.may_read(work, scope, tender):
        raise rules.EvidenceNotPublished
    with _behind_the_fence(work, tender.buyer_id) as buyer:
        return _evidence(work, buyer, tender)


@operation(public=True, reason="opened bids that are public may be checked by everybody")
def read_public_evidence(work: Work, _scope: Scope, command: ReadTender) -> Evidence:
    """Return the files of a tender on the public board whose procedure publishes opened bids.

    NotFound for a tender that is not on the board, EvidenceNotPublished where there is nothing for everybody.
    """
    notice = tender_queries.on_board(work.session, command.tender_id)
    if notice is None:
        raise NotFound(tender_id=str(command.tender_id))
    with _behind_the_fence(work, notice.buyer_id) as buyer:
        tender = tender_queries.own_tender(work.session, buyer, notice.tender_id)
        if not _is_public(tender):
            raise rules.EvidenceNotPublished
        return _evidence(work, buyer, tender)


@operation(public=True, reason="whether there is something to check is no secret")
def is_published(work: Work, _scope: Scope, command: ReadTender) -> bool:
    """Tell whether everybody may check the opening of a tender on the public board."""
    notice = tender_queries.on_board(work.session, command.tender_id)
    if notice is None:
        return False
    with _behind_the_fence(work, notice.buyer_id) as buyer:
        tender = tender_queries.own_tender(work.session, buyer, notice.tender_id)
        opened = bool(queries.openings_of(work.session, buyer, tender.id))
        return _is_public(tender) and opened and sight_of(work, buyer, tender).prices


def take_evidence(transactions: Transactions, command: ReadTender, *, public: bool) -> SavedFile:
    """Return the files as a ZIP, always the same bytes; it is packed while no transaction is open."""
    with transactions() as (work, actor):
        found = (read_public_evidence if public else read_evidence)(work, actor, command)
    return SavedFile(f"{found.number}-evidence.zip", ZIP_TYPE, zipped(found.files))


def _is_public(tender: Tender) -> bool:
    return read_procedure(tender.values).opened_bids is Publicity.PUBLIC


@contextmanager
def _behind_the_fence(work: Work, buyer_id: UUID) -> Iterator[Scope]:
    """Look behind the fence of a buyer's sealed bids; the own one comes back afterwards."""
    with work.reaching(Tenant((buyer_id,), machine=True)):
        yield Scope(system_actor(PART, buyer_id), None)


def _evidence(work: Work, scope: Scope, tender: Tender) -> Evidence:
    session = work.session
    openings = queries.openings_of(session, scope, tender.id)
    rules.require_published(opened=bool(openings), prices=sight_of(work, scope, tender).prices)
    journal = queries.journal(session, scope, tender.id)
    received = queries.documents(session, scope, tender.id)
    needed = rules.entries_needed([one.receipt for one in journal], tender.binding_edition)
    layers = (row for one in openings for row in queries.contributions_to(session, scope, tender.id, one.part))
    records = [canonical(one.record) for one in openings]

    payloads = queries.payload_boxes(session, scope, tender.id)

    def box(sequence: int, key: BoxKey) -> bytes | None:
        return payloads.get((received[sequence].id, key[0].value))

    files = PublicFiles(
        notices=[canonical(notice) for _, notice in notices_of(session, scope, tender.id)],
        close=canonical(tender.close_record),
        journal=[canonical(one.document()) for one in journal],
        entries={sequence: bytes(received[sequence].document) for sequence in needed},
        box=box,
        contributions=[bytes(row.document) for row in layers],
        records=records,
        windows=[canonical(one.document) for one in reveal_queries.windows_of(session, scope, tender.id)],
    )
    boxes = rules.boxes_needed([read_record(record).record for record in records])
    there = [(sequence, key) for sequence, key in boxes if box(sequence, key) is not None]
    return Evidence(tender.number, tuple(published(files, there)))
