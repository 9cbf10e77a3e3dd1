"""What everybody finds of a public tender at once: its notice on the board with every edition."""

from uuid import UUID

from b2b_market.infra.work import Work
from b2b_market.organizations import public as organizations
from b2b_market.rbac.actor import Scope
from b2b_market.reference import public as reference
from b2b_market.tendering.models.tenders import Tender, TenderBoard
from b2b_market.tendering.queries import procedures as procedure_queries
from b2b_market.tendering.rules.naming import names_of
from b2b_market.tendering.rules.procedures import profiles


def stand_on_board(work: Work, scope: Scope, tender: Tender, buyer: organizations.CompanyView) -> None:
    """Put the standing edition of a tender's notice on the public board; from then on everybody reads all of them."""
    assert tender.document is not None  # noqa: S101 - an edition has a document
    classes = _classes(tender)
    row = TenderBoard(
        tender_id=tender.id,
        buyer_id=tender.buyer_id,
        buyer_name=buyer.name,
        buyer_names=names_of(buyer.legal_name_zh, buyer.legal_name_en),
        number=tender.number,
        title=tender.title,
        status=tender.status,
        entry=tender.entry,
        kind=_kind(work, scope, tender.procedure),
        codes=sorted(reference.classes_above(work, scope.actor, classes)),
        search=_words(tender, buyer),
        published_at=tender.published_at,
        changed_at=tender.changed_at,
        closes_at=tender.closes_at,
        document=tender.document,
        notice=tender.notice,
    )
    work.session.merge(row)
    work.session.flush()


def _kind(work: Work, scope: Scope, procedure: str) -> str:
    """Return the profile that a tender's procedure is or was composed from."""
    if procedure in profiles():
        return procedure
    return procedure_queries.own_procedure(work.session, scope, UUID(procedure)).base


def _classes(tender: Tender) -> set[str]:
    lots = (tender.document or {})["lots"]
    return {one["classification"] for lot in lots for one in (lot, *lot["items"])} - {""}


def _words(tender: Tender, buyer: organizations.CompanyView) -> str:
    lots = (tender.document or {})["lots"]
    said = [
        tender.number,
        tender.title,
        tender.description,
        *dict.fromkeys((buyer.name, buyer.names.zh, buyer.names.en)),
    ]
    said += [text for lot in lots for text in (lot["title"], *(item["name"] for item in lot["items"]))]
    return "\n".join(said).casefold()
