"""The public notice board: published notices of procedures that say public, for everybody."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from b2b_market.infra.work import Work
from b2b_market.kernel.refusal import NotFound
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.operation import operation
from b2b_market.tendering.commands.tenders import ReadTender
from b2b_market.tendering.documents.ocds import Publication, release_package
from b2b_market.tendering.models.tenders import TenderBoard
from b2b_market.tendering.queries import tenders as queries

SHOWN = 100


@operation(public=True, reason="public notices are there for everybody")
def list_board(work: Work, _scope: Scope, _command: None) -> Sequence[TenderBoard]:
    """Return the newest public notices."""
    return queries.board(work.session, SHOWN)


@dataclass(frozen=True, slots=True)
class ReadRelease:
    """The OCDS package of a public notice; ``site`` is the product's public address."""

    tender_id: UUID
    site: str


@operation(public=True, reason="public notices are there for everybody")
def read_release(work: Work, scope: Scope, command: ReadRelease) -> dict[str, Any]:
    """Return a public notice as an OCDS release package; NotFound for a tender that is not on the board."""
    row = read_board(work, scope.actor, ReadTender(command.tender_id))
    found = Publication(
        tender_id=row.tender_id,
        status=row.status,
        published_at=row.published_at,
        changed_at=row.changed_at,
        document=row.document,
        site=command.site,
    )
    return release_package(found)


@operation(public=True, reason="public notices are there for everybody")
def read_board(work: Work, _scope: Scope, command: ReadTender) -> TenderBoard:
    """Return a public notice; NotFound for a tender that is not on the board."""
    found = queries.on_board(work.session, command.tender_id)
    if found is None:
        raise NotFound(tender_id=str(command.tender_id))
    return found
