"""What a new draft takes along of an earlier request beside its content: criteria, documents, guests.

Files are attached again, not stored again. Guests are proposed: each gets a mail of its own when the new request is
published, and nothing that was mailed before opens it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from b2b_market.files import public as files
from b2b_market.infra.ids import new_id
from b2b_market.infra.work import Work
from b2b_market.organizations import public as organizations
from b2b_market.rbac.actor import Scope, system_actor
from b2b_market.rfq.commands.redoing import NOTHING_BESIDE, Beside, KeptDocument, KeptGuest
from b2b_market.rfq.commands.requests import ReadRfq
from b2b_market.rfq.commands.scoring import SetCriteria
from b2b_market.rfq.models.attaching import RfqAttachment
from b2b_market.rfq.models.requests import Rfq
from b2b_market.rfq.queries import attaching as document_queries
from b2b_market.rfq.queries import guests as guest_queries
from b2b_market.rfq.service import inviting, scoring
from b2b_market.rfq.service.attaching import PART
from b2b_market.rfq.service.drafting import RfqContent
from b2b_market.rfq.states import RfqStatus

UNDECIDED: Final = frozenset({"provisional", "registered"})
"""How far a guest's company is while it may only be invited by mail."""


@dataclass(frozen=True, slots=True)
class Carried:
    """What a new draft takes along today.

    ``files`` are the documents' files as they are, ``suppliers`` the guests that may be invited as any other supplier
    by now, ``unasked`` the addresses that may not be invited again, ``lost`` the names of documents that are gone.
    """

    beside: Beside
    files: Mapping[UUID, files.FileView]
    suppliers: tuple[UUID, ...] = ()
    unasked: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()


NOTHING_CARRIED = Carried(NOTHING_BESIDE, {})


def beside(work: Work, scope: Scope, content: RfqContent, line_ids: Sequence[UUID]) -> Beside:
    """Return what an own request has beside its content; documents of lines that are not among these stay out."""
    rfq = content.rfq
    judged = scoring.read_criteria.body(work, scope, ReadRfq(rfq.id))
    places = {line_id: place for place, line_id in enumerate(line_ids)}
    return Beside(
        criteria=judged.criteria,
        landed=judged.row is not None and judged.row.landed,
        nda_text=rfq.nda_text,
        documents=tuple(
            KeptDocument(
                file_id=row.file_id,
                name=row.name,
                note=row.note,
                line=None if row.line_id is None else places[row.line_id],
            )
            for row in _documents(work, scope, rfq)
            if row.line_id is None or row.line_id in places
        ),
        guests=_guests(work, scope, rfq),
    )


def foresee(work: Work, scope: Scope, kept: Beside, wanted: Sequence[str] | None) -> Carried:
    """Tell what of it a new draft would take along today; of the guests those at ``wanted`` addresses, None for all."""
    if kept == NOTHING_BESIDE:
        return NOTHING_CARRIED
    stored = files.view_files(work, system_actor(PART, scope.org_id), [one.file_id for one in kept.documents])
    usable = {file_id: file for file_id, file in stored.items() if file.usable and file.org_id == scope.org_id}
    suppliers, proposed, unasked = _sorted_guests(work, scope, kept.guests)
    chosen = tuple(one for one in proposed if wanted is None or one.email in wanted)
    documents = tuple(one for one in kept.documents if one.file_id in usable)
    lost = tuple(one.name for one in kept.documents if one.file_id not in usable)
    taken = replace(kept, documents=documents, guests=chosen)
    return Carried(taken, usable, suppliers, unasked, lost)


def header(carried: Carried) -> dict[str, object]:
    """Return the columns of a new request that say what it takes along."""
    kept = carried.beside
    counts = {"attachment_count": len(kept.documents), "guest_count": len(kept.guests), "nda_text": kept.nda_text}
    return {name: value for name, value in counts.items() if value}


def carry(work: Work, scope: Scope, content: RfqContent, carried: Carried) -> None:
    """Store what a new draft takes along; its own row says how much of it by :func:`header` already."""
    kept, rfq = carried.beside, content.rfq
    work.session.add_all(
        [
            *(_document(work, scope, content, one, carried.files[one.file_id]) for one in kept.documents),
            *(inviting.guest_row(work, scope, rfq, _addressed(one)) for one in kept.guests),
        ]
    )
    if kept.criteria:
        wanted = SetCriteria(rfq_id=rfq.id, expected_version=None, criteria=kept.criteria, landed=kept.landed)
        scoring.set_criteria.body(work, scope, wanted)
    work.session.flush()


def _documents(work: Work, scope: Scope, rfq: Rfq) -> Sequence[RfqAttachment]:
    """Return the documents of a request as they stand, those that wait for its next version included."""
    if not rfq.attachment_count and rfq.status is not RfqStatus.PUBLISHED:
        return ()
    return [row for row in document_queries.attachments_of(work.session, scope, rfq.id) if not row.leaving]


def _guests(work: Work, scope: Scope, rfq: Rfq) -> tuple[KeptGuest, ...]:
    if not rfq.guest_count:
        return ()
    return tuple(
        KeptGuest(
            email=row.email,
            company_name=row.company_name,
            contact_name=row.contact_name,
            locale=row.locale.value,
            supplier_id=row.supplier_id,
        )
        for row in guest_queries.guests_of(work.session, scope, rfq.id)
    )


def _sorted_guests(
    work: Work, scope: Scope, guests: Sequence[KeptGuest]
) -> tuple[tuple[UUID, ...], tuple[KeptGuest, ...], tuple[str, ...]]:
    """Return whose companies may be invited as any other, who is proposed to be mailed again, and who may not be."""
    ids = [one.supplier_id for one in guests if one.supplier_id is not None]
    known = organizations.companies(work, scope.actor, ids) if ids else {}
    suppliers: list[UUID] = []
    proposed: list[KeptGuest] = []
    unasked: list[str] = []
    for guest in guests:
        company = known.get(guest.supplier_id) if guest.supplier_id is not None else None
        if company is not None and company.may_supply:
            suppliers.append(company.id)
        elif (company is None or company.status.value in UNDECIDED) and _may_be_asked(work, scope, guest):
            proposed.append(guest)
        else:
            unasked.append(guest.email)
    return tuple(suppliers), tuple(proposed), tuple(unasked)


def _may_be_asked(work: Work, scope: Scope, guest: KeptGuest) -> bool:
    """Tell whether the acting person may mail to this guest, who may have become a colleague."""
    if not inviting.invite_guest.allows(scope.actor):
        return False
    try:
        organizations.require_guest(work, scope.actor, _addressed(guest))
    except organizations.OwnPerson:
        return False
    return True


def _addressed(guest: KeptGuest) -> organizations.Guest:
    return organizations.Guest(
        email=guest.email, company_name=guest.company_name, contact_name=guest.contact_name, locale=guest.locale
    )


def _document(work: Work, scope: Scope, content: RfqContent, kept: KeptDocument, file: files.FileView) -> RfqAttachment:
    return RfqAttachment(
        id=new_id(),
        rfq_id=content.rfq.id,
        buyer_id=content.rfq.buyer_id,
        line_id=None if kept.line is None else content.lines[kept.line].id,
        file_id=file.id,
        name=file.name,
        size=file.size,
        sha256=file.sha256,
        note=kept.note,
        added_by=scope.user_id,
        added_at=work.now(),
        leaving=False,
    )
