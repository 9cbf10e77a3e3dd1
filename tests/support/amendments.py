"""Amendments for tests: the next version of a published request, with what a test wants changed."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.currency import Currency
from b2b_market.rbac.actor import Actor
from b2b_market.rfq.commands.amending import AmendRfq
from b2b_market.rfq.commands.requests import DraftRfq, LineInput, Terms
from b2b_market.rfq.service import amending
from b2b_market.rfq.service.copying import as_asked
from b2b_market.rfq.service.drafting import RfqContent
from tests.support.works import work_for

Change = Callable[[DraftRfq], DraftRfq]


def as_draft(content: RfqContent) -> DraftRfq:
    """Return a request as it stands, ready to be changed."""
    rfq = content.rfq
    return DraftRfq(
        title=rfq.title,
        currency=Currency(rfq.currency),
        closes_at=rfq.closes_at,
        description=rfq.description,
        estimate=content.estimate,
        terms=Terms(payment_terms=rfq.payment_terms, incoterm=rfq.incoterm, incoterm_place=rfq.incoterm_place),
        lines=tuple(as_asked(content, line) for line in content.lines),
    )


def amendment(
    content: RfqContent,
    change: Change = lambda draft: draft,
    *,
    without: Sequence[int] = (),
    new: Sequence[LineInput] = (),
    reason: str = "the customer asked for it",
) -> AmendRfq:
    """Return an amendment: ``change`` of the whole, ``without`` lines at these places, and ``new`` ones at the end."""
    draft = change(as_draft(content))
    kept = [index for index in range(len(content.lines)) if index not in without]
    ids: list[UUID | None] = [content.lines[index].id for index in kept]
    return AmendRfq(
        rfq_id=content.rfq.id,
        expected_version=content.rfq.version,
        content=replace(draft, lines=(*(draft.lines[index] for index in kept), *new)),
        line_ids=(*ids, *(None for _ in new)),
        reason=reason,
    )


def line_changed(index: int, **fields: Any) -> Change:
    """Return a change of one line's fields."""

    def change(draft: DraftRfq) -> DraftRfq:
        lines = list(draft.lines)
        lines[index] = replace(lines[index], **fields)
        return replace(draft, lines=tuple(lines))

    return change


def amend(runtime: Runtime, buyer: Actor, command: AmendRfq) -> RfqContent:
    """Amend a request."""
    with work_for(runtime, buyer) as work:
        return amending.amend_rfq(work, buyer, command)


def body_of(command: AmendRfq) -> dict[str, object]:
    """Return an amendment as the API takes it."""
    content = command.content
    assert content.closes_at is not None
    return {
        "title": content.title,
        "currency": content.currency.code,
        "closes_at": content.closes_at.isoformat().replace("+00:00", "Z"),
        "description": content.description,
        "terms": {
            "payment_terms": content.terms.payment_terms,
            "incoterm": content.terms.incoterm,
            "incoterm_place": content.terms.incoterm_place,
        },
        "lines": [
            {
                "id": str(line_id) if line_id is not None else None,
                "item_name": line.item_name,
                "item_code": line.item_code,
                "specification": line.specification,
                "quantity": format(line.quantity.value, "f"),
                "unit": line.quantity.unit.code,
                "required_on": line.required_on.isoformat(),
                "delivery_place": line.delivery_place,
                "note": line.note,
                "target_price": format(line.target_price, "f") if line.target_price is not None else None,
            }
            for line_id, line in zip(command.line_ids, content.lines, strict=True)
        ],
        "reason": command.reason,
    }
