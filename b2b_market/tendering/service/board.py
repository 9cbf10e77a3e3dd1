"""The public side, for everybody: the notice board, editions and steps of public tenders, releases and records."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from b2b_market.infra.work import Work
from b2b_market.kernel.paging import Page
from b2b_market.kernel.refusal import NotFound
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.operation import operation
from b2b_market.tendering.commands.disclosure import (
    BoardFilters,
    ListReleases,
    ReadEdition,
    ReadOcds,
    SearchNotices,
)
from b2b_market.tendering.commands.tenders import ReadTender
from b2b_market.tendering.models.amendments import TenderEdition
from b2b_market.tendering.models.disclosure import PublicStep
from b2b_market.tendering.models.tenders import TenderBoard
from b2b_market.tendering.queries import disclosure as queries
from b2b_market.tendering.queries import tenders as tender_queries

__all__ = [
    "PublicStep",
    "PublicTender",
    "Releases",
    "TenderEdition",
    "board_changed_at",
    "list_releases",
    "read_board",
    "read_edition",
    "read_public_tender",
    "read_record",
    "search_board",
]
FOR_ALL = "public notices are there for everybody"


@dataclass(frozen=True, slots=True)
class PublicTender:
    """A public notice with its editions and its steps, the oldest first."""

    notice: TenderBoard
    editions: Sequence[TenderEdition]
    steps: Sequence[PublicStep]


@dataclass(frozen=True, slots=True)
class Releases:
    """A page of the feed: ``last`` is the position to go on from, ``more`` whether anything follows at once."""

    steps: Sequence[PublicStep]
    last: int
    more: bool


@operation(public=True, reason=FOR_ALL)
def search_board(work: Work, _scope: Scope, command: SearchNotices) -> Page[TenderBoard]:
    """Return a page of the public notices that fit, the newest first."""
    return queries.search(work.session, command)


@operation(public=True, reason=FOR_ALL)
def board_changed_at(work: Work, _scope: Scope, command: BoardFilters) -> datetime | None:
    """Return when one of the public notices that fit was last changed; None where none fits."""
    return queries.last_change(work.session, command)


@operation(public=True, system=True, reason=FOR_ALL)
def read_board(work: Work, _scope: Scope, command: ReadTender) -> TenderBoard:
    """Return a public notice; NotFound for a tender that is not on the board."""
    return _on_board(work, command.tender_id)


@operation(public=True, reason=FOR_ALL)
def read_public_tender(work: Work, _scope: Scope, command: ReadTender) -> PublicTender:
    """Return a public notice with its editions and steps; NotFound for a tender that is not on the board."""
    notice = _on_board(work, command.tender_id)
    session = work.session
    return PublicTender(notice, queries.editions(session, notice.tender_id), queries.steps(session, notice.tender_id))


@operation(public=True, reason=FOR_ALL)
def read_edition(work: Work, _scope: Scope, command: ReadEdition) -> TenderEdition:
    """Return an edition of a public notice; NotFound for any other."""
    return queries.edition(work.session, command.tender_id, command.edition)


@operation(public=True, reason=FOR_ALL)
def list_releases(work: Work, _scope: Scope, command: ListReleases) -> Releases:
    """Return the next releases of the feed; who has read up to a position has read everything before it."""
    found = queries.feed(work.session, command)
    kept = found[: command.limit]
    return Releases(kept, kept[-1].position if kept else command.after, len(found) > len(kept))


@operation(public=True, reason=FOR_ALL)
def read_record(work: Work, _scope: Scope, command: ReadOcds) -> Sequence[PublicStep]:
    """Return every step of the process with an open contracting id; NotFound where nothing is public of it."""
    return queries.record(work.session, command.id)


def _on_board(work: Work, tender_id: UUID) -> TenderBoard:
    found = tender_queries.on_board(work.session, tender_id)
    if found is None:
        raise NotFound(tender_id=str(tender_id))
    return found
