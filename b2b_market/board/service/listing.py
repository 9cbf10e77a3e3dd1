"""Keeping the board: public requests and tenders stand on it for as long as everybody may answer them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final
from uuid import UUID

from sqlalchemy import cast
from sqlalchemy.dialects.postgresql import TSVECTOR, insert

from b2b_market.board import queries
from b2b_market.board.commands import ListRequest, ListTender, TakeOff
from b2b_market.board.models import BoardEntry, BoardWord
from b2b_market.board.rules.documents import Document, Text, document_of
from b2b_market.board.rules.recommending import Item, keys_of
from b2b_market.board.rules.vocabulary import vocabulary_version
from b2b_market.board.rules.words import sort_key, sound
from b2b_market.board.states import Subject
from b2b_market.infra.database import run_fixed
from b2b_market.infra.work import Work
from b2b_market.organizations import public as organizations
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.operation import operation
from b2b_market.rfq import public as rfqs
from b2b_market.rfq.public import PublicRequest
from b2b_market.tendering import public as tenders
from b2b_market.tendering.public import OpenNotice

SHOWN_ITEMS = 5
SHOWN_PLACES = 5
BATCH = 100
_TAKE_OFF: Final = "DELETE FROM board_entry WHERE subject_id = %(subject_id)s"


@operation(system=True, reason="the relay reports what became of a request")
def list_request(work: Work, scope: Scope, command: ListRequest) -> bool:
    """Write the entry of a public request that takes quotations, or take it away; tell whether it stands there now.

    Doing it again writes the same entry.
    """
    request = rfqs.public_request(work, scope.actor, command.rfq_id)
    if request is None:
        take_off(work, scope.actor, TakeOff(command.rfq_id))
        return False
    keys = list(dict.fromkeys(key for item in items_of(request) for key in keys_of(item)))
    _write(work, scope, {**_request(request), "keys": keys}, _text(request))
    return True


@operation(system=True, reason="the relay reports what became of a tender")
def list_tender(work: Work, scope: Scope, command: ListTender) -> bool:
    """Write the entry of a tender that every approved company may apply to or bid on now, or take it away.

    Tells whether it stands there now. Doing it again writes the same entry.
    """
    tender = tenders.open_notice(work, scope.actor, command.tender_id)
    if tender is None:
        take_off(work, scope.actor, TakeOff(command.tender_id))
        return False
    said = [tender.description, *tender.lots, *(one.name for one in tender.items)]
    said += [one.specification for one in tender.items]
    text = Text(tender.title, said, list(dict.fromkeys(one.delivery_place for one in tender.items)), ())
    _write(work, scope, _tender(tender), text)
    return True


@operation(system=True, reason="the relay reports that a request or tender takes no answers any more")
def take_off(work: Work, _scope: Scope, command: TakeOff) -> None:
    """Take the entry of a request or tender away, where it has one."""
    run_fixed(work.session, _TAKE_OFF, {"subject_id": command.subject_id})


@operation(system=True, reason="the schedule looks for entries of an older vocabulary")
def outdated_entries(work: Work, _scope: Scope, _command: None) -> Sequence[tuple[Subject, UUID, UUID]]:
    """Return (kind, request or tender, buyer) of some entries that another version of the vocabulary indexed."""
    return queries.outdated(work.session, vocabulary_version(), BATCH)


def _write(work: Work, scope: Scope, shown: Mapping[str, object], text: Text) -> None:
    """Write an entry with what it is found by; when it was listed, and whom that woke, stays as it is."""
    buyer_id = shown["buyer_id"]
    assert isinstance(buyer_id, UUID)  # noqa: S101 - an entry is a buyer's; tells mypy so
    buyer = organizations.company(work, scope.actor, buyer_id)
    document = document_of(replace(text, buyer=(buyer.legal_name_zh, buyer.legal_name_en)))
    values = {
        **shown,
        "buyer_name_zh": buyer.legal_name_zh,
        "buyer_name_en": buyer.legal_name_en,
        "country": buyer.country,
        "categories": list(document.categories),
        "document": cast(document.vector, TSVECTOR),
        "vocabulary": vocabulary_version(),
        "woken": False,
    }
    kept = ("subject_id", "listed_at", "woken")
    changed = {name: value for name, value in values.items() if name not in kept}
    writing = insert(BoardEntry).values(values)
    work.session.execute(writing.on_conflict_do_update(index_elements=["subject_id"], set_=changed))
    _learn(work, document)


def items_of(request: PublicRequest) -> list[Item]:
    """Return the needs of a request as recommendations recognise them."""
    return [Item(request.buyer_id, line.item_code, line.item_name) for line in request.lines]


def _request(request: PublicRequest) -> dict[str, object]:
    return {
        "subject_id": request.rfq_id,
        "kind": Subject.REQUEST,
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
        "classes": [],
        "procedure": "",
        "value": None,
        "title_key": sort_key(request.title),
    }


def _tender(tender: OpenNotice) -> dict[str, object]:
    return {
        "subject_id": tender.tender_id,
        "kind": Subject.TENDER,
        "buyer_id": tender.buyer_id,
        "number": tender.number,
        "title": tender.title,
        "currency": tender.currency,
        "closes_at": tender.closes_at,
        "listed_at": tender.published_at,
        "line_count": len(tender.items),
        "sealed": True,
        "incoterm": "",
        "places": list(dict.fromkeys(one.delivery_place for one in tender.items))[:SHOWN_PLACES],
        "items": list(dict.fromkeys(one.name for one in tender.items))[:SHOWN_ITEMS],
        "keys": [],
        "classes": list(tender.classes),
        "procedure": tender.procedure,
        "value": tender.value,
        "title_key": sort_key(tender.title),
    }


def _text(request: PublicRequest) -> Text:
    return Text(
        title=request.title,
        items=[said for line in request.lines for said in (line.item_name, line.item_code, line.specification)],
        places=list(dict.fromkeys(line.delivery_place for line in request.lines)),
        buyer=(),
    )


def _learn(work: Work, document: Document) -> None:
    """Keep the words of a document, in one order for all writers, so that two of them never wait for each other."""
    rows = [{"word": word, "sound": sound(word)} for word in sorted(document.words)]
    if rows:
        work.session.execute(insert(BoardWord).values(rows).on_conflict_do_nothing())
