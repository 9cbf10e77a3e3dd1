"""The board and saved searches over the API."""

from typing import Annotated

from fastapi import APIRouter, Query

from b2b_market.board.commands import ChangeSearch, DropSearch, ListRequest, ReadSearch
from b2b_market.board.rules.saving import TooManySearches
from b2b_market.board.schemas import (
    BoardEntryOut,
    BoardQuery,
    CountOut,
    RecommendedRequestOut,
    RecommendedSupplierOut,
    SearchIn,
    SearchOut,
)
from b2b_market.board.service import recommending, saving, searching
from b2b_market.infra.http.requests import StrictRoute
from b2b_market.infra.http.wires import ListOut, PageOut, WireUuid
from b2b_market.rbac.edge import Answer, Call, OnceCall
from b2b_market.rbac.responses import changes, creates, reads

router = APIRouter(prefix="/board", tags=["board"], route_class=StrictRoute)


@router.get("", response_model=PageOut[BoardEntryOut], responses=reads())
def search_board(call: Call, query: Annotated[BoardQuery, Query()]) -> Answer:
    """Return a page of the public requests and tenders that take answers now.

    Where nothing fits, misspelled words are read as the words that were probably meant.
    """
    return call.answer_page(BoardEntryOut, searching.search_board(call.work, call.actor, query.to_command()).page)


@router.get("/count", response_model=CountOut, responses=reads())
def count_board(call: Call, query: Annotated[BoardQuery, Query()]) -> Answer:
    """Return how many public requests and tenders fit, counted up to 1,000; order, limit and cursor do not matter."""
    return call.answer(CountOut, searching.count_board(call.work, call.actor, query.to_command()))


@router.get("/recommendations", response_model=ListOut[RecommendedRequestOut], responses=reads())
def recommend_requests(call: Call) -> Answer:
    """Return the open public requests that fit best what the company has quoted and won, with the reasons."""
    return call.answer_many(RecommendedRequestOut, recommending.recommend_requests(call.work, call.actor, None))


@router.get("/rfqs/{rfq_id}/suppliers", response_model=ListOut[RecommendedSupplierOut], responses=reads())
def recommend_suppliers(rfq_id: WireUuid, call: Call) -> Answer:
    """Return the suppliers that fit an own request best and are not at it yet, with the reasons."""
    found = recommending.recommend_suppliers(call.work, call.actor, ListRequest(rfq_id))
    return call.answer_many(RecommendedSupplierOut, [(supplier, found.items) for supplier in found.suppliers])


@router.get("/searches", response_model=ListOut[SearchOut], responses=reads())
def list_searches(call: Call) -> Answer:
    """Return the caller's own saved searches."""
    return call.answer_many(SearchOut, saving.list_searches(call.work, call.actor, None))


@router.post("/searches", status_code=201, response_model=SearchOut, responses=creates(TooManySearches))
def save_search(body: SearchIn, call: OnceCall) -> Answer:
    """Keep a search that tells of what is listed from now on."""
    search = saving.save_search(call.work, call.actor, body.to_command())
    return call.answer(SearchOut, search, status=201, location=f"/api/v1/board/searches/{search.id}")


@router.get("/searches/{search_id}", response_model=SearchOut, responses=reads())
def read_search(search_id: WireUuid, call: Call) -> Answer:
    """Return one of the caller's own saved searches."""
    return call.answer(SearchOut, saving.read_search(call.work, call.actor, ReadSearch(search_id)))


@router.put("/searches/{search_id}", response_model=SearchOut, responses=changes())
def change_search(search_id: WireUuid, body: SearchIn, call: Call) -> Answer:
    """Replace a saved search."""
    command = ChangeSearch(search_id=search_id, expected_version=call.if_match, content=body.to_command())
    return call.answer(SearchOut, saving.change_search(call.work, call.actor, command))


@router.delete("/searches/{search_id}", status_code=204, response_model=None, responses=changes())
def drop_search(search_id: WireUuid, call: Call) -> Answer:
    """Throw a saved search away; its messages end."""
    saving.drop_search(call.work, call.actor, DropSearch(search_id, call.if_match))
    return call.nothing()
