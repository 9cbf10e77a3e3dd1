"""Searching the board: by words in either language, by what they mean, and by what a misspelled one may have meant."""

from collections.abc import Mapping
from dataclasses import dataclass

from b2b_market.board import queries
from b2b_market.board.commands import Filters, SearchBoard
from b2b_market.board.models import BoardEntry
from b2b_market.board.permissions import BoardPermission
from b2b_market.board.queries import Asked
from b2b_market.board.rules.saving import require_comparable
from b2b_market.board.rules.searching import Wanted, may_be_misspelled, meant_by, terms_of
from b2b_market.board.rules.words import is_han, sound
from b2b_market.infra.work import Work
from b2b_market.kernel.paging import Page
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.operation import operation


@dataclass(frozen=True, slots=True)
class Found:
    """A page of the board; ``meant`` gives for each misspelled word the word that was searched instead."""

    page: Page[BoardEntry]
    meant: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Count:
    """How many entries fit; ``capped`` where there are more than that."""

    count: int
    capped: bool


@operation(BoardPermission.READ)
def search_board(work: Work, scope: Scope, command: SearchBoard) -> Found:
    """Return a page of the open public requests and tenders that fit.

    Where nothing fits, words that do not stand on the board are read as the words that were probably meant.
    """
    require_comparable(command.filters, "/currency")
    asked = Asked(command, wanted_by(command.filters), work.now())
    page = queries.search(work.session, scope, asked)
    if page.items:
        return Found(page, {})
    meant = _meant(work, scope, asked.wanted)
    if not meant:
        return Found(page, {})
    return Found(queries.search(work.session, scope, Asked(command, asked.wanted.with_meant(meant), asked.now)), meant)


@operation(BoardPermission.READ)
def count_board(work: Work, scope: Scope, command: SearchBoard) -> Count:
    """Return how many open public requests and tenders fit, counted up to a limit; its order and page do not matter."""
    require_comparable(command.filters, "/currency")
    asked = Asked(command, wanted_by(command.filters), work.now())
    found = queries.count(work.session, scope, asked)
    if not found and (meant := _meant(work, scope, asked.wanted)):
        found = queries.count(work.session, scope, Asked(command, asked.wanted.with_meant(meant), asked.now))
    return Count(min(found, queries.COUNTED), found > queries.COUNTED)


def wanted_by(filters: Filters) -> Wanted:
    """Return what the index of words is asked."""
    return Wanted(terms_of(filters.text), filters.place, filters.category)


def _meant(work: Work, scope: Scope, wanted: Wanted) -> dict[str, str]:
    doubtful = [term.written for term in wanted.terms if may_be_misspelled(term)]
    known = queries.known_words(work.session, scope, doubtful) if doubtful else frozenset()
    found = {word: _one_meant(work, scope, word) for word in doubtful if word not in known}
    return {word: meant for word, meant in found.items() if meant is not None}


def _one_meant(work: Work, scope: Scope, written: str) -> str | None:
    heard = sound(written) if is_han(written) else written
    return meant_by(written, heard, queries.alike(work.session, scope, written, heard))
