"""The board over the API."""

from typing import Annotated

from fastapi import APIRouter, Query

from b2b_market.board.schemas import BoardEntryOut, BoardQuery, CountOut
from b2b_market.board.service import searching
from b2b_market.infra.http.requests import StrictRoute
from b2b_market.infra.http.wires import PageOut
from b2b_market.rbac.edge import Answer, Call
from b2b_market.rbac.responses import reads

router = APIRouter(prefix="/board", tags=["board"], route_class=StrictRoute)


@router.get("", response_model=PageOut[BoardEntryOut], responses=reads())
def search_board(call: Call, query: Annotated[BoardQuery, Query()]) -> Answer:
    """Return a page of the public requests that take quotations now.

    Where nothing fits, misspelled words are read as the words that were probably meant.
    """
    return call.answer_page(BoardEntryOut, searching.search_board(call.work, call.actor, query.to_command()).page)


@router.get("/count", response_model=CountOut, responses=reads())
def count_board(call: Call, query: Annotated[BoardQuery, Query()]) -> Answer:
    """Return how many public requests fit, counted up to 1,000; order, limit and cursor do not matter."""
    return call.answer(CountOut, searching.count_board(call.work, call.actor, query.to_command()))
