"""The public side over the API: the board, editions, steps, and OCDS packages; nobody needs to sign in."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Query, Response

from b2b_market.infra.http.cursors import decode_cursor, encode_cursor
from b2b_market.infra.http.problems import MalformedRequest
from b2b_market.infra.http.requests import StrictRoute
from b2b_market.infra.http.wires import ListOut, PageOut, WireUuid
from b2b_market.kernel.refusal import NotFound
from b2b_market.rbac.edge import Answer, Call, CallContext, Edge
from b2b_market.rbac.responses import reads
from b2b_market.tendering.api import evidence, planning
from b2b_market.tendering.commands.disclosure import ListReleases, ReadEdition, ReadOcds
from b2b_market.tendering.commands.tenders import ReadTender
from b2b_market.tendering.documents import ocds
from b2b_market.tendering.schemas import disclosure as schemas
from b2b_market.tendering.schemas.tenders import NoticeOut
from b2b_market.tendering.service import board
from b2b_market.tendering.service.board import PublicStep

board_router = APIRouter(prefix="/tender-board", tags=["tendering"], route_class=StrictRoute)
ocds_router = APIRouter(prefix="/ocds", tags=["tendering"], route_class=StrictRoute)
ROUTERS = (board_router, ocds_router, *evidence.ROUTERS, *planning.ROUTERS)

Ocid = Annotated[str, Path(pattern=r"^ocds-[a-z0-9]{6}-[0-9a-f\-]{36}$", max_length=60)]


@board_router.get("", response_model=PageOut[schemas.BoardEntryOut], responses=reads())
def list_board(call: Call, query: Annotated[schemas.FiltersIn, Query()]) -> Answer:
    """Return a page of the public notices that fit, the newest first."""
    return call.answer_page(schemas.BoardEntryOut, board.search_board(call.work, call.actor, query.to_command()))


@board_router.get("/{tender_id}", response_model=NoticeOut, responses=reads())
def read_board(tender_id: WireUuid, call: Call) -> Answer:
    """Return a public notice with its document."""
    return call.answer(NoticeOut, board.read_board(call.work, call.actor, ReadTender(tender_id)))


@board_router.get("/{tender_id}/editions/{edition}", response_model=schemas.BoardEditionOut, responses=reads())
def read_edition(tender_id: WireUuid, edition: Annotated[int, Path(ge=1, le=10_000)], call: Call) -> Answer:
    """Return an edition of a public notice as it was signed."""
    found = board.read_edition(call.work, call.actor, ReadEdition(tender_id, edition))
    return call.answer(schemas.BoardEditionOut, found)


@board_router.get("/{tender_id}/steps", response_model=ListOut[schemas.PublicStepOut], responses=reads())
def list_steps(tender_id: WireUuid, call: Call) -> Answer:
    """Return what happened to a public tender, the oldest first: the opening and the awards where they are public."""
    found = board.read_public_tender(call.work, call.actor, ReadTender(tender_id))
    return call.answer_many(schemas.PublicStepOut, found.steps)


@board_router.get("/{tender_id}/release", response_model=schemas.ReleasePackageOut, responses=reads())
def read_releases(tender_id: WireUuid, call: Call) -> Answer:
    """Return every release of a public tender so far as one OCDS 1.1 release package."""
    steps = board.read_public_tender(call.work, call.actor, ReadTender(tender_id)).steps
    if not steps:
        raise NotFound(tender_id=str(tender_id))
    return _package(call, f"tender-board/{tender_id}/release", steps, steps[-1].stored_at)


@ocds_router.get("/releases", response_model=schemas.ReleasePackageOut, responses=reads())
def list_releases(call: Call, query: Annotated[schemas.FeedQuery, Query()]) -> Answer:
    """Return the feed of all public releases in the order in which they were stored, as an OCDS 1.1 release package.

    ``links.next`` is there while more follows at once; ``links.resume`` goes on from here whenever something is new.
    """
    after = _position(query.cursor)
    found = board.list_releases(call.work, call.actor, ListReleases(query.limit, after))
    here = urlencode({"limit": query.limit, **({"cursor": query.cursor} if query.cursor else {})})
    onward = f"{_root(call)}/ocds/releases?" + urlencode(
        {"limit": query.limit, "cursor": encode_cursor(("", str(found.last))) or ""}
    )
    links = {"next": onward, "resume": onward} if found.more else {"resume": onward}
    at = found.steps[-1].stored_at if found.steps else call.work.now()
    return _package(call, f"ocds/releases?{here}", found.steps, at, links)


@ocds_router.get("/records/{ocid}", response_model=schemas.RecordPackageOut, responses=reads())
def read_record(ocid: Ocid, call: Call) -> Answer:
    """Return the record of a process as an OCDS 1.1 record package: its releases, and what they come to together."""
    steps = board.read_record(call.work, call.actor, ReadOcds(ocid))
    packed = _packed(call, f"ocds/records/{ocid}", steps, steps[-1].stored_at)
    return _json(ocds.record_package(packed))


def _package(
    call: CallContext, path: str, steps: Sequence[PublicStep], at: datetime, links: dict[str, str] | None = None
) -> Answer:
    return _json(ocds.release_package(_packed(call, path, steps, at, links or {})))


def _packed(
    call: CallContext, path: str, steps: Sequence[PublicStep], at: datetime, links: dict[str, str] | None = None
) -> ocds.Packed:
    return ocds.Packed(
        uri=f"{_root(call)}/{path}",
        site=_site(call),
        published_at=at,
        releases=[step.release for step in steps],
        links=links or {},
    )


def _json(text: str) -> Response:
    return Response(text, media_type="application/json", headers={"Cache-Control": "no-store"})


def _site(call: CallContext) -> str:
    edge: Edge = call.request.app.state.edge
    return edge.runtime.settings.public_url.rstrip("/")


def _root(call: CallContext) -> str:
    return f"{_site(call)}/api/v1"


def _position(cursor: str | None) -> int:
    found: Any = decode_cursor(cursor)[1] if cursor else "0"
    if not found.isascii() or not found.isdecimal() or len(found) > 18:  # noqa: PLR2004 - digits of a bigint
        raise MalformedRequest(reason="the cursor is not one of this list's")
    return int(found)
