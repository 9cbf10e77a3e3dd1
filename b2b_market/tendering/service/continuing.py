"""The tender with the final bids: made from the one whose talks are over, with everything that it carries."""

from dataclasses import dataclass

from b2b_market.infra.bulk import insert_together
from b2b_market.infra.canonical import lines_digest
from b2b_market.infra.ids import new_id
from b2b_market.infra.numbering import next_number
from b2b_market.infra.work import Work
from b2b_market.kernel.refusal import NotFound
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.operation import operation
from b2b_market.tendering.commands.tenders import StepTender
from b2b_market.tendering.events.selecting import TalksEnded
from b2b_market.tendering.models.tenders import TENDER_LOTS, Tender, TenderLot, TenderPrivate
from b2b_market.tendering.permissions import TenderPermission
from b2b_market.tendering.queries import selecting as queries
from b2b_market.tendering.queries import tenders as tender_queries
from b2b_market.tendering.rules.procedures import read_procedure
from b2b_market.tendering.rules.shapes import final_values
from b2b_market.tendering.rules.talking import require_participants, require_rounds
from b2b_market.tendering.service.drafting import NUMBER_KIND, TenderContent, content_of
from b2b_market.tendering.service.publishing import mirror_status
from b2b_market.tendering.service.reducing import require_settled
from b2b_market.tendering.service.talking import require_equal
from b2b_market.tendering.states.procedures import Entry
from b2b_market.tendering.states.tenders import TENDER_LIFECYCLE, LotStatus

CARRIED = (
    "title",
    "description",
    "buyer_id",
    "procedure",
    "currency",
    "criteria",
    "bond",
    "estimate_shown",
    "budget_approved",
    "minimum_bidders",
    "key_ids",
    "rehearsal_factor",
    "ground",
)
"""What the tender with the final bids begins with; its draft may change the content, not who takes part."""


@dataclass(frozen=True, slots=True)
class Chain:
    """The tenders before and after one, as far as the reader may see them: one procedure in several tenders."""

    before: Tender | None
    after: Tender | None


def chain_of(work: Work, scope: Scope, tender: Tender) -> Chain:
    """Return the tender that one was made from, and the one that was made from it."""
    return Chain(_before(work, scope, tender), queries.following(work.session, scope, tender.id))


@operation(TenderPermission.DRAFT)
def end_talks(work: Work, scope: Scope, command: StepTender) -> TenderContent:
    """End the talks and draft the tender with the final bids of those who took part in them.

    After as many rounds as the procedure asks for, with a meeting with everybody in the last one, and once nobody who
    was dropped may complain any more. The draft carries
    everything that is not called off; it is edited, approved and published as any other, under keys of its own.
    """
    work.gate(command.tender_id, exclusive=True)
    tender = tender_queries.lock_own_tender(work.session, scope, command.tender_id)
    work.expect_version(tender, command.expected_version)
    TENDER_LIFECYCLE.require(tender.status, "continue")
    talks = read_procedure(tender.values).talks
    assert talks is not None  # noqa: S101 - only such a tender has talks
    require_rounds(talks.rounds, tender.talk_round)
    require_equal(work, scope, tender)
    require_participants(tender.admitted_ids or ())
    require_settled(work, scope, tender)
    made = _made(work, scope, tender)
    TENDER_LIFECYCLE.advance(tender, "continue")
    work.touch(tender)
    mirror_status(work, tender)
    ended = TalksEnded(
        tender_id=tender.id, buyer_id=tender.buyer_id, supplier_ids=tuple(made.supplier_ids), next_id=made.id
    )
    work.emit(ended, tender)
    return content_of(work, scope, made)


def _made(work: Work, scope: Scope, parent: Tender) -> Tender:
    now = work.now()
    made = Tender(
        id=new_id(),
        created_at=now,
        changed_at=now,
        author_id=scope.user_id,
        editor_id=scope.user_id,
        status=TENDER_LIFECYCLE.initial,
        entry=Entry.INVITED,
        officer_ids=[],
        supplier_ids=list(parent.admitted_ids or ()),
        party_ids=[parent.buyer_id],
        edition=0,
        binding_edition=1,
        parent_id=parent.id,
        talk_round=0,
        number=next_number(work.session, scope.org_id, NUMBER_KIND, now.year),
        **{name: getattr(parent, name) for name in CARRIED},
    )
    made.values = final_values(parent.values)
    lots, hidden = _lots(work, scope, parent, made)
    made.lot_count = len(lots)
    made.lines_digest = lines_digest(TENDER_LOTS.content(row) for row in lots)
    work.record("tender.drafted", made)
    work.session.add(made)
    work.session.flush()
    insert_together(work.session, (TenderLot, lots), (TenderPrivate, hidden))
    return made


def _lots(
    work: Work, scope: Scope, parent: Tender, made: Tender
) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    """Return copies of the lots that are in force, and of their hidden estimates."""
    kept = [lot for lot in tender_queries.lots_of(work.session, scope, parent.id) if lot.status is LotStatus.ACTIVE]
    estimates = tender_queries.estimates_of(work.session, scope, parent.id)
    lots: list[dict[str, object]] = []
    hidden: list[dict[str, object]] = []
    for position, lot in enumerate(kept, start=1):
        shared: dict[str, object] = {"tender_id": made.id, "buyer_id": made.buyer_id}
        row: dict[str, object] = {
            **{
                name: getattr(lot, name)
                for name in ("title", "classification", "items", "estimate", "features", "costs")
            },
            **shared,
            "id": new_id(),
            "party_ids": list(made.party_ids),
            "public": False,
            "position": position,
            "status": LotStatus.ACTIVE,
        }
        lots.append(row)
        if lot.id in estimates:
            hidden.append({**shared, "lot_id": row["id"], "estimate": estimates[lot.id]})
    return lots, hidden


def _before(work: Work, scope: Scope, tender: Tender) -> Tender | None:
    if tender.parent_id is None:
        return None
    try:
        return tender_queries.party_tender(work.session, scope, tender.parent_id)
    except NotFound:
        return None
