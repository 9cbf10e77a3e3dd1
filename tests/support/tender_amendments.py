"""Amendments of tenders and confirmations of sealed bids for tests."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.quantity import Quantity
from b2b_market.kernel.units import unit
from b2b_market.rbac.actor import Actor
from b2b_market.tendering.commands.amendments import AmendTender, ConfirmBid, DecideAmendment, ReadAmendment
from b2b_market.tendering.commands.tenders import (
    BondInput,
    CriterionInput,
    ItemInput,
    LotInput,
    ReadTender,
)
from b2b_market.tendering.models.bids import Received
from b2b_market.tendering.rules.sealed_confirming import sign_confirmation
from b2b_market.tendering.rules.sealed_payload import BidIds
from b2b_market.tendering.rules.sealed_terms import read_notice
from b2b_market.tendering.service import amending, bidding
from b2b_market.tendering.service.amending import AmendmentView
from b2b_market.tendering.service.bidding import OwnBids
from b2b_market.tendering.service.drafting import TenderContent
from b2b_market.tendering.states.procedures import CriterionKind
from tests.support import papers
from tests.support import tenders as made
from tests.support.tenders import Hall
from tests.support.works import work_for


def unchanged(content: TenderContent) -> AmendTender:
    """Return an amendment that says what the tender says already."""
    tender = content.tender
    lots = tuple(
        LotInput(
            title=lot.title,
            classification=lot.classification,
            estimate=lot.estimate if lot.estimate is not None else content.estimates.get(lot.id),
            items=tuple(
                ItemInput(
                    name=item["name"],
                    quantity=Quantity(Decimal(item["quantity"]), unit(item["unit"])),
                    required_on=date.fromisoformat(item["required_on"]),
                    delivery_place=item["delivery_place"],
                    specification=item["specification"],
                    classification=item["classification"],
                )
                for item in lot.items
            ),
        )
        for lot in content.lots
    )
    criteria = tuple(
        CriterionInput(
            kind=CriterionKind(one["kind"]),
            name=one["name"],
            evidence=one["evidence"],
            weight=Decimal(one["weight"]) if one["weight"] else None,
        )
        for one in tender.criteria
    )
    percent = tender.bond["percent"]
    return AmendTender(
        tender_id=tender.id,
        expected_version=content.version,
        title=tender.title,
        description=tender.description,
        lots=lots,
        criteria=criteria,
        bond=BondInput(
            percent=Decimal(percent) if percent else None, form=tender.bond["form"], held_at=tender.bond["held_at"]
        ),
        reason="The engineers asked for it.",
    )


def with_item(command: AmendTender, at: int = 0, **changes: Any) -> AmendTender:
    """Change the first item of the lot ``at``."""
    lot = command.lots[at]
    changed = replace(lot, items=(replace(lot.items[0], **changes), *lot.items[1:]))
    return replace(command, lots=(*command.lots[:at], changed, *command.lots[at + 1 :]))


def amend(runtime: Runtime, actor: Actor, command: AmendTender) -> AmendmentView:
    """Amend a tender."""
    with work_for(runtime, actor) as work:
        return amending.amend_tender(work, actor, command)


def amend_specification(runtime: Runtime, hall: Hall, tender_id: UUID, words: str = "DN 100") -> TenderContent:
    """Let the first item be specified otherwise, which is material."""
    content = made.read(runtime, hall.purchaser, tender_id)
    amend(runtime, hall.purchaser, with_item(unchanged(content), specification=words))
    return made.read(runtime, hall.purchaser, tender_id)


def decide(runtime: Runtime, actor: Actor, amendment_id: UUID, step: str, remark: str = "") -> AmendmentView:
    """Approve, return or withdraw an amendment as it stands."""
    run = {
        "approve": amending.approve_amendment,
        "return": amending.return_amendment,
        "withdraw": amending.withdraw_amendment,
    }[step]
    with work_for(runtime, actor) as work:
        version = amending.read_amendment(work, actor, ReadAmendment(amendment_id)).version
        return run(work, actor, DecideAmendment(amendment_id, version, remark))


def own_bids(runtime: Runtime, hall: Hall, tender_id: UUID, place: int) -> OwnBids:
    """Return what the bidder at ``place`` has sent."""
    with work_for(runtime, hall.sales[place]) as work:
        return bidding.read_own_bids(work, hall.sales[place], ReadTender(tender_id))


def confirmation(content: TenderContent, hall: Hall, place: int, received: Received, **how: Any) -> bytes:
    """Sign a confirmation of what was received, under the notice of ``content``."""
    receipt = received.receipt["receipt"]
    ids = BidIds(
        content.tender.id, UUID(receipt["lot"]), hall.suppliers[place], how.get("version", received.number + 1)
    )
    envelope = how.get("envelope", bytes.fromhex(receipt["digest"]))
    notice = read_notice(content.tender.notice).notice.digest()
    return sign_confirmation(ids, envelope, notice, made.SIGNERS[how.get("signer", place)]).to_bytes()


def confirm(
    runtime: Runtime, hall: Hall, content: TenderContent, place: int, received: Received, **how: Any
) -> Received:
    """Confirm a bid."""
    document = confirmation(content, hall, place, received, **how)
    with work_for(runtime, hall.sales[place]) as work:
        return bidding.confirm_bid(work, hall.sales[place], ConfirmBid(content.tender.id, document))


def waiting(runtime: Runtime, hall: Hall) -> tuple[TenderContent, dict[str, str]]:
    """Publish a tender with a document and let an amendment of it wait; return it with the ids of both."""
    draft = made.draft(runtime, hall).tender.id
    (document,) = papers.attach(runtime, hall.purchaser, draft).documents
    content = made.publish(runtime, hall, draft)
    plain = unchanged(content)
    dearer = replace(plain, lots=(replace(plain.lots[0], estimate=Decimal(4321)),))
    found = amend(runtime, hall.purchaser, dearer)
    ids = {"tender_document_id": str(document.id), "tender_amendment_id": str(found.amendment.id)}
    return made.read(runtime, hall.purchaser, draft), ids
