"""Atom feeds to subscribe to: the public notices that fit some filters, and the steps of one tender."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Annotated, Any, Final
from urllib.parse import urlencode, urlsplit

from fastapi import APIRouter, Query, Response

from b2b_market.infra.http.cursors import encode_cursor
from b2b_market.infra.http.wires import WireUuid
from b2b_market.kernel.text import N_
from b2b_market.rbac.page_edge import PageCall, PageContext, PageRoute
from b2b_market.tendering.commands.tenders import ReadTender
from b2b_market.tendering.documents.atom import Feed, Item, write_atom
from b2b_market.tendering.pages import board as board_pages
from b2b_market.tendering.pages import evidence
from b2b_market.tendering.pages.board import PATH, STEPS, tongue
from b2b_market.tendering.rules.naming import named, named_in
from b2b_market.tendering.schemas.disclosure import FiltersIn
from b2b_market.tendering.service import board
from b2b_market.tendering.service.board import PublicStep

router = APIRouter(prefix=PATH, route_class=PageRoute)
ROUTERS = (router, evidence.router, board_pages.router)
"""The fixed path of the feed stands before the board's paths with ids."""

ATOM: Final = "application/atom+xml; charset=utf-8"
BEGINNING: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""When a feed without entries was last changed."""


@router.get("/feed.atom")
def notices_feed(call: PageCall, query: Annotated[FiltersIn, Query()]) -> Response:
    """Return the public notices that fit as an Atom feed, the newest first; nobody needs to sign in."""
    filters = query.filters()
    page = board.search_board(call.work, call.actor, query.to_command())
    site, said = site_of(call), filters.query()
    links = {"self": _address(site, said, query.cursor), "alternate": f"{site}{PATH}{_query(said)}"}
    if query.cursor:
        links["first"] = _address(site, said, None)
    cursor = encode_cursor(page.next_after)
    if cursor is not None:
        links["next"] = _address(site, said, cursor)
    changed_at = board.board_changed_at(call.work, call.actor, filters) or BEGINNING
    feed = Feed(
        id=_address(site, said, None),
        title=say(call, N_("Public tenders")),
        language=call.viewer().locale.value,
        changed_at=changed_at,
        author=urlsplit(site).hostname or site,
        links=links,
        items=[_notice(call, one) for one in page.items],
    )
    return answer(call, feed)


@router.get("/{tender_id}/feed.atom")
def steps_feed(tender_id: WireUuid, call: PageCall) -> Response:
    """Return what happens to a public tender as an Atom feed, the newest first; nobody needs to sign in."""
    found = board.read_public_tender(call.work, call.actor, ReadTender(tender_id))
    notice, at = found.notice, f"{site_of(call)}{PATH}/{tender_id}"
    author = named(notice.buyer_name, notice.buyer_names, tongue(call))
    feed = Feed(
        id=f"urn:uuid:{tender_id}",
        title=f"{notice.number} {notice.title}",
        language=call.viewer().locale.value,
        changed_at=max([notice.changed_at, *(one.stored_at for one in found.steps)]),
        author=author,
        links={"self": f"{at}/feed.atom", "alternate": at},
        items=[_step(call, one, at, author) for one in reversed(found.steps)],
    )
    return answer(call, feed)


def _notice(call: PageContext, one: Any) -> Item:  # noqa: ANN401 - a row of the board
    closes = say(call, N_("Bids until {closes_at}")).format(closes_at=one.closes_at.strftime("%Y-%m-%d %H:%M UTC"))
    return Item(
        id=f"urn:uuid:{one.tender_id}",
        title=one.title,
        href=f"{site_of(call)}{PATH}/{one.tender_id}",
        published_at=one.published_at,
        changed_at=one.changed_at,
        author=named(one.buyer_name, one.buyer_names, tongue(call)),
        summary=f"{one.number} · {closes}\n{one.document['description']}".strip(),
        classes=one.codes,
    )


def _step(call: PageContext, one: PublicStep, at: str, author: str) -> Item:
    said = {**one.facts, **({"winner": named_in(one.facts, "winner", tongue(call))} if "winner" in one.facts else {})}
    facts = [str(said[name]) for name in ("lot", "question", "answer", "winner", "number") if said.get(name)]
    reason = one.facts.get("reason")
    return Item(
        id=f"urn:uuid:{one.id}",
        title=say(call, STEPS[one.kind]),
        href=at,
        published_at=one.stored_at,
        changed_at=one.stored_at,
        author=author,
        summary="\n".join([*facts, *([say(call, reason)] if reason else [])]),
    )


def answer(call: PageContext, feed: Feed) -> Response:
    """Answer with the feed, or with 304 where the reader has this very one."""
    call.work.finish()
    body = write_atom(feed)
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {
        "ETag": tag,
        "Last-Modified": format_datetime(feed.changed_at.astimezone(UTC), usegmt=True),
        "Cache-Control": "public, max-age=60",
        "Vary": "Cookie, Accept-Language",
    }
    if _is_known(call.request.headers, tag, feed.changed_at):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=ATOM, headers=headers)


def _is_known(headers: Mapping[str, str], tag: str, changed_at: datetime) -> bool:
    """Tell whether the reader has what would be sent; the entity tag counts before the date (RFC 9110)."""
    known = headers.get("if-none-match")
    if known is not None:
        return "*" in known or tag in known
    try:
        since = parsedate_to_datetime(headers.get("if-modified-since", ""))
    except ValueError:
        return False
    return since.tzinfo is not None and changed_at.replace(microsecond=0) <= since


def say(call: PageContext, message: str) -> str:
    """Return a text in the reader's language."""
    return call.shell.renderer.catalogue.translate(call.viewer().locale, message)


def site_of(call: PageContext) -> str:
    """Return the address that the product is found at, without a slash at its end."""
    return call.shell.edge.runtime.settings.public_url.rstrip("/")


def _address(site: str, said: Mapping[str, str], cursor: str | None) -> str:
    return f"{site}{PATH}/feed.atom" + _query({**said, **({"cursor": cursor} if cursor else {})})


def _query(said: Mapping[str, str]) -> str:
    return f"?{urlencode(said)}" if said else ""
