"""No answer of any route tells a figure or a word to somebody who may not know it.

The world plants prices, notes, a target, an estimate and a comment that occur nowhere else; every route that only reads
is asked by people of every other side, for each request and each quotation that holds them.
"""

import io
import zipfile
from collections.abc import Iterator, Mapping
from typing import Final

import pypdfium2
import pytest
from httpx2 import Response
from sqlalchemy import select

from b2b_market.rbac.actor import system_actor
from b2b_market.rfq.models.quotes import Quote
from tests.support.calling import API, Caller
from tests.support.routes import Route, routes_of
from tests.support.rows import rows_of
from tests.support.undoing import undone
from tests.support.world import PLANTED, World

OFFERS: Final = (*PLANTED.winner, *PLANTED.rival)
DEALT: Final = ("sealed", "public", "awarded", "negotiated")
HIDDEN: Final[Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "rival": ((*PLANTED.winner, *PLANTED.buyer), DEALT),
    "winner": ((*PLANTED.rival, *PLANTED.buyer), ("sealed", "public", "awarded")),
    "guest": ((*OFFERS, *PLANTED.buyer), ("public",)),
    "operator": ((*OFFERS, *PLANTED.buyer), ("awarded",)),
    "stranger": ((*OFFERS, *PLANTED.buyer), ("public",)),
    "clerk": (OFFERS, ("sealed", "awarded")),
}
"""What each of these people may not know, and the requests they are asked at: those nearest to them.

The clerk reads the buyer's requests, and no quotation. The second round of the negotiated one shows its target to the
winner, and leaves the rival out.
"""
SEALED: Final = ("purchaser", "auditor")
"""Who reads every quotation on a request, once it is closed."""
SMALL: Final = 500
"""A file that the world stores as a PDF is no more than a line."""
PAST: Final = "/rfqs/{rfq_id}/prices"
"""What the buyer paid for the same item before; the world awards it at a planted price."""
NOT_ASKED: Final = ("/reference", "/problems", "/ui/kit", "/health", "/metrics", "/openapi.json", "/audit/export")
"""What says the same to everybody, and a stream with a snapshot of its own, which tests/audit reads."""


@pytest.fixture(scope="module")
def quotes(world: World) -> Mapping[str, list[str]]:
    """The quotations of each request, by its name."""
    parties = [actor.org_id for actor in (world.people[name] for name in ("purchaser", "winner", "rival"))]
    found = rows_of(world.runtime, system_actor("test", *parties), select(Quote))
    return {name: [str(quote.id) for quote in found if quote.rfq_id == world.rfqs[name].rfq.id] for name in DEALT}


def addresses(world: World, quotes: Mapping[str, list[str]], route: Route, names: tuple[str, ...]) -> list[str]:
    """Return where a route finds each of these requests and quotations; other things it finds once."""
    found = []
    for name in names:
        things = world.things_at(route.path, name)
        found += [route.at({**things, "quote_id": quote}) for quote in quotes[name]]
    return sorted(set(found))


def readings(world: World) -> Iterator[Route]:
    for route in routes_of(world.app):
        if route.method == "GET" and not route.path.removeprefix(API).startswith(NOT_ASKED):
            yield route


def ask(world: World, caller: Caller, route: Route, address: str) -> Response:
    accepts = {} if route.is_api else {"accept": "text/html"}
    params = world.bodies.query(route) if route.is_api else {}
    with undone(world) as client:  # to read a public request is to take a place at it
        return client.get(address, params=params, headers={**caller.headers, **accepts})


def said(answer: Response) -> str:
    """Return all that an answer says: head and body, of workbooks and packets what is in them."""
    head = "\n".join(answer.headers.values())
    if answer.headers.get("content-type") == "application/pdf" and len(answer.content) > SMALL:
        document = pypdfium2.PdfDocument(answer.content)
        return "\n".join([head, *(page.get_textpage().get_text_range() for page in document)])
    if answer.content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(answer.content)) as packet:
            return "\n".join([head, *(packet.read(name).decode(errors="replace") for name in packet.namelist())])
    return f"{head}\n{answer.text}"


def told(text: str, hidden: tuple[str, ...]) -> list[str]:
    """Return which of these values a text says, also where thousands are set apart."""
    plain = text.replace(",", "")
    return [value for value in hidden if value in plain]


def test_the_planted_values_are_there_for_those_who_may_know_them(
    world: World, quotes: Mapping[str, list[str]]
) -> None:
    """What follows means something: each value is read by its own side, in numbers and in words."""
    found = {}
    for name, hidden in {"winner": PLANTED.winner, "rival": PLANTED.rival, "purchaser": PLANTED.buyer}.items():
        caller = world.caller(world.client(), name)
        texts = [
            said(ask(world, caller, route, address))
            for route in readings(world)
            if route.path.startswith((f"{API}/rfqs/{{rfq_id}}", f"{API}/quotes/{{quote_id}}", f"{API}/awards"))
            for address in addresses(world, quotes, route, ("awarded",))
        ]
        found[name] = sorted(set(hidden) - set(told("\n".join(texts), hidden)))
    assert found == {"winner": [], "rival": [], "purchaser": []}


@pytest.mark.parametrize("name", HIDDEN)
def test_nobody_reads_what_is_another_partys(world: World, quotes: Mapping[str, list[str]], name: str) -> None:
    hidden, names = HIDDEN[name]
    caller, leaks, asked = world.caller(world.client(), name), [], 0
    for route in readings(world):
        for address in addresses(world, quotes, route, names):
            answer, asked = ask(world, caller, route, address), asked + 1
            leaks += [f"{route.label}: {answer.status_code} {value}" for value in told(said(answer), hidden)]
    assert not leaks, "\n".join(leaks)
    assert asked > 300


@pytest.mark.parametrize("name", SEALED)
def test_nobody_reads_a_sealed_quotation(world: World, quotes: Mapping[str, list[str]], name: str) -> None:
    caller, leaks = world.caller(world.client(), name), []
    for route in readings(world):
        if {"rfq_id", "quote_id"} & set(route.params) and not route.path.removeprefix(API).startswith(PAST):
            for address in addresses(world, quotes, route, ("sealed",)):
                answer = ask(world, caller, route, address)
                leaks += [f"{route.label}: {answer.status_code} {value}" for value in told(said(answer), OFFERS)]
    assert not leaks, "\n".join(leaks)
