"""Versions of a request: what each said, and what changed between any two; for the buyer and every invited supplier."""

from typing import Annotated

from fastapi import APIRouter, Path, Response

from b2b_market.infra.http.wires import WireUuid
from b2b_market.kernel.refusal import NotFound
from b2b_market.rbac.page_edge import PageCall, PageRoute
from b2b_market.rfq.commands import requests as commands
from b2b_market.rfq.documents import differences
from b2b_market.rfq.pages import showing
from b2b_market.rfq.rules.amending import in_order
from b2b_market.rfq.service import editions

router = APIRouter(prefix="/rfqs", route_class=PageRoute)

EditionNumber = Annotated[int, Path(ge=1, le=1_000_000)]


@router.get("/{rfq_id}/editions")
def list_editions(rfq_id: WireUuid, call: PageCall, before: int = 0, after: int = 0) -> Response:
    """Show every version and what changed between two of them, the last two unless others are chosen."""
    call.signed_in()
    kept = editions.list_editions(call.work, call.actor, commands.ReadRfq(rfq_id))
    if not kept:
        raise NotFound(rfq_id=str(rfq_id))
    known = {edition.edition for edition in kept}
    newer = after if after in known else max(known)
    older = before if before in known else max(newer - 1, min(known))
    command = commands.CompareEditions(rfq_id, older, newer)
    compared = editions.compare_editions(call.work, call.actor, command)
    reader = showing.reader_of(call)
    context = {
        "rfq": compared.rfq,
        "own": compared.rfq.buyer_id in call.actor.org_ids,
        "editions": kept,
        "before": older,
        "after": newer,
        "difference": differences.shown(compared.difference, reader),
    }
    return call.page("rfq/editions.html", context)


@router.get("/{rfq_id}/editions/{edition}")
def show_edition(rfq_id: WireUuid, edition: EditionNumber, call: PageCall) -> Response:
    """Show what one version said, as its suppliers were shown it."""
    call.signed_in()
    found = editions.read_edition(call.work, call.actor, commands.ReadEdition(rfq_id, edition))
    reader = showing.reader_of(call)
    context = {
        "rfq": found.rfq,
        "own": found.rfq.buyer_id in call.actor.org_ids,
        "edition": found.edition,
        "header": [
            (differences.LABELS.get(name, name), differences.value_text(name, found.wording.header[name], reader))
            for name in in_order(found.wording.header)
        ],
        "lines": [
            {name: differences.value_text(name, value, reader) for name, value in line.items()}
            for line in found.wording.lines
        ],
    }
    return call.page("rfq/edition.html", context)
