"""Keeping the board: a public request stands on it for as long as it takes quotations."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import cast, delete
from sqlalchemy.dialects.postgresql import TSVECTOR, insert

from b2b_market.board import queries
from b2b_market.board.commands import ListRequest
from b2b_market.board.models import BoardEntry, BoardWord
from b2b_market.board.rules.documents import Document, Text, document_of
from b2b_market.board.rules.recommending import Item, keys_of
from b2b_market.board.rules.vocabulary import vocabulary_version
from b2b_market.board.rules.words import sort_key, sound
from b2b_market.infra.work import Work
from b2b_market.organizations import public as organizations
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.operation import operation
from b2b_market.rfq import public as rfqs
from b2b_market.rfq.public import PublicRequest

SHOWN_ITEMS = 5
SHOWN_PLACES = 5
BATCH = 100


@operation(system=True, reason="the relay reports what became of a request")
def list_request(work: Work, scope: Scope, command: ListRequest) -> bool:
    """Write the entry of a public request that takes quotations, or take it away; tell whether it stands there now.

    Doing it again writes the same entry.
    """
    request = rfqs.public_request(work, scope.actor, command.rfq_id)
    session = work.session
    if request is None:
        take_off(work, scope.actor, command)
        return False
    buyer = organizations.company(work, scope.actor, request.buyer_id)
    document = document_of(_text(request, (buyer.legal_name_zh, buyer.legal_name_en)))
    values = {
        **_shown(request),
        "buyer_name_zh": buyer.legal_name_zh,
        "buyer_name_en": buyer.legal_name_en,
        "country": buyer.country,
        "keys": list(dict.fromkeys(key for item in items_of(request) for key in keys_of(item))),
        "categories": list(document.categories),
        "document": cast(document.vector, TSVECTOR),
        "vocabulary": vocabulary_version(),
        "woken": False,
    }
    changed = {name: value for name, value in values.items() if name not in ("rfq_id", "listed_at", "woken")}
    session.execute(insert(BoardEntry).values(values).on_conflict_do_update(index_elements=["rfq_id"], set_=changed))
    _learn(work, document)
    return True


@operation(system=True, reason="the relay reports that a request takes no quotations any more")
def take_off(work: Work, _scope: Scope, command: ListRequest) -> None:
    """Take the entry of a request away, where it has one."""
    work.session.execute(delete(BoardEntry).where(BoardEntry.rfq_id == command.rfq_id))


@operation(system=True, reason="the schedule looks for entries of an older vocabulary")
def outdated_entries(work: Work, _scope: Scope, _command: None) -> Sequence[tuple[UUID, UUID]]:
    """Return (request, buyer) of some entries that were indexed by another version of the vocabulary."""
    return queries.outdated(work.session, vocabulary_version(), BATCH)


def items_of(request: PublicRequest) -> list[Item]:
    """Return the needs of a request as recommendations recognise them."""
    return [Item(request.buyer_id, line.item_code, line.item_name) for line in request.lines]


def _shown(request: PublicRequest) -> dict[str, object]:
    return {
        "rfq_id": request.rfq_id,
        "buyer_id": request.buyer_id,
        "number": request.number,
        "title": request.title,
        "currency": request.currency,
        "closes_at": request.closes_at,
        "listed_at": request.published_at,
        "line_count": len(request.lines),
        "sealed": request.sealed,
        "incoterm": request.incoterm,
        "places": list(dict.fromkeys(line.delivery_place for line in request.lines))[:SHOWN_PLACES],
        "items": list(dict.fromkeys(line.item_name for line in request.lines))[:SHOWN_ITEMS],
        "title_key": sort_key(request.title),
    }


def _text(request: PublicRequest, buyer: tuple[str, str]) -> Text:
    return Text(
        title=request.title,
        items=[said for line in request.lines for said in (line.item_name, line.item_code, line.specification)],
        places=list(dict.fromkeys(line.delivery_place for line in request.lines)),
        buyer=buyer,
    )


def _learn(work: Work, document: Document) -> None:
    """Keep the words of a document, in one order for all writers, so that two of them never wait for each other."""
    rows = [{"word": word, "sound": sound(word)} for word in sorted(document.words)]
    if rows:
        work.session.execute(insert(BoardWord).values(rows).on_conflict_do_nothing())
