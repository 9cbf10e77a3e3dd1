"""The boxes that seal, open and make keys on a page: a real browser, real files, and nothing secret ever sent."""

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import pytest
import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, Response
from playwright.sync_api import Browser, FilePayload, Page
from starlette.middleware.base import RequestResponseEndpoint

from b2b_market import tendering
from b2b_market.infra.canonical import canonical
from b2b_market.kernel.money import Money
from b2b_market.tendering.rules.offers import read_offer
from b2b_market.tendering.rules.sealed_envelope import check_envelope, unpack
from b2b_market.tendering.rules.sealed_keyfile import Holder, PrivateKey, lock_key, unlock_key
from b2b_market.tendering.rules.sealed_keys import challenge_for, is_answered, read_card
from b2b_market.tendering.rules.sealed_layers import accept_contribution
from b2b_market.tendering.rules.sealed_reading import accept_reveal
from b2b_market.tendering.rules.sealed_terms import Part
from b2b_market.ui.i18n import Catalogue
from b2b_market.ui.rendering import Renderer
from b2b_market.ui.security import CONTENT_SECURITY_POLICY
from b2b_market.ui.static_files import StaticFiles
from b2b_market.ui.viewer import ShellLinks, Viewer
from tests.tendering.sealed_tenders import AFTER, TWO_ENVELOPES, SealedTender
from tests.ui.browsing import PATIENCE, UI
from tests.ui.conftest import browser

__all__ = ["browser"]
pytestmark = pytest.mark.browser

PASSPHRASE = "a passphrase on a page"
ITEMS = ("Pump", "Flange")
FORM = '<form id="f"><input type="file" name="file"><textarea id="card" aria-label="card"></textarea></form>'
SHELL = (
    '{% extends "page.html" %}{% block title %}T{% endblock %}{% block content %}{% include part %}'
    + FORM
    + "{% endblock %}"
)


@dataclass
class Site:
    """A page with one of the boxes, and every request that it made."""

    url: str
    tender: SealedTender
    two: SealedTender
    asked: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("templates")
    (folder / "shell.html").write_text(SHELL)
    wants = '{% with part = "price" %}{% include "tendering/_reveal_here.html" %}{% endwith %}'
    (folder / "reveal_price.html").write_text(wants)
    package = Path(tendering.__file__).parent
    static = StaticFiles()
    renderer = Renderer([package / "templates", folder], Catalogue([UI, package]), static)
    found, app = Site("", SealedTender(), SealedTender(parts=TWO_ENVELOPES)), FastAPI()
    found.tender.bid("5.00")

    @app.get("/page/{part}")
    def page(part: str, *, two: bool = False) -> Response:
        tender = found.two if two else found.tender
        viewer = Viewer(now=AFTER, org_id=found.tender.lot, links=ShellLinks())
        context = {
            "part": f"tendering/_{part}_here.html" if part != "reveal" else "reveal_price.html",
            "two": two,
            "committee": {},
            "tender": SimpleNamespace(id=tender.tender, currency="EUR"),
            "lots": {str(tender.lot): "Lot 1"},
            "next_version": {str(tender.lot): 1},
            "items": {str(tender.lot): [{"name": name, "quantity": Decimal(10), "unit": "piece"} for name in ITEMS]},
            "weighing": {
                str(tender.lot): {
                    "features": [{"name": "Warranty", "answers": [{"text": "one year"}, {"text": "three years"}]}],
                    "costs": [{"name": "Electricity", "unit": "kilowatt hour"}],
                }
            },
            "into": "#card" if part in ("key", "prove") else "#f input[name=file]",
            "holder": "officer",
            "key": SimpleNamespace(id="1"),
            "challenge": challenge_for(found.tender.terms.officers[1], bytes(32)).hex(),
        }
        html = renderer.render(viewer, "shell.html", context)
        return HTMLResponse(html, headers={"Content-Security-Policy": CONTENT_SECURITY_POLICY})

    @app.get("/tenders/{tender_id}/notice.json")
    def notice(tender_id: str) -> Response:
        tender = found.two if tender_id == str(found.two.tender) else found.tender
        return Response(json.dumps(tender.notice.document()))

    @app.get("/tenders/{_tender}/opening-work")
    def work(_tender: str) -> Response:
        return Response(found.tender.work().to_bytes())

    @app.middleware("http")
    async def note(request: Request, call_next: RequestResponseEndpoint) -> Response:
        found.asked.append(f"{request.method} {request.url.path}")
        return await call_next(request)

    app.mount("/static", static)
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="critical"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 240
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.02)
    found.url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    yield found
    server.should_exit = True
    thread.join(10)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(accept_downloads=True)
    context.set_default_timeout(PATIENCE)
    yield context.new_page()
    context.close()


def file(name: str, content: bytes) -> FilePayload:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": content}


def said(page: Page, text: str) -> str:
    page.wait_for_function("text => document.querySelector('output').textContent.includes(text)", arg=text)
    return page.locator("output").inner_text()


def handed(page: Page) -> bytes:
    """What was put into the form's file field."""
    found = page.evaluate(
        "async () => [...new Uint8Array(await document.querySelector('#f input').files[0].arrayBuffer())]"
    )
    return bytes(found)


def test_a_bid_is_sealed_on_the_page_and_only_ciphertext_is_handed_on(site: Site, page: Page) -> None:
    page.goto(f"{site.url}/page/seal")
    key = lock_key(PrivateKey(Holder.BIDDER, "Company", bytes(32)), PASSPHRASE, 50)
    page.get_by_label("Pump").fill("950.50")
    page.get_by_label("Files of the bid").set_input_files([file("offer.pdf", b"the offer")])
    page.get_by_label("key file").set_input_files([file("company.key", key)])
    page.get_by_label("Its passphrase").fill("a wrong passphrase")
    page.get_by_role("button", name="Seal").click()
    assert "Nothing was sealed: the passphrase is wrong" in said(page, "wrong")
    page.get_by_label("Its passphrase").fill(PASSPHRASE)
    page.get_by_role("button", name="Seal").click()
    assert "every item needs a unit price" in said(page, "unit price")
    page.get_by_label("Flange").fill("12")
    page.get_by_label("Warranty").select_option("three years")
    page.get_by_label("Its passphrase").fill(PASSPHRASE)
    page.get_by_role("button", name="Seal").click()
    assert "every life-cycle cost needs an amount" in said(page, "cost")
    page.get_by_label("Electricity").fill("1500")
    page.get_by_label("Its passphrase").fill(PASSPHRASE)
    with page.expect_download() as saved:
        page.get_by_role("button", name="Seal").click()
    assert site.tender.terms.officers[0].fingerprint in said(page, "Sealed")
    envelope, _ = unpack(handed(page), site.tender.terms)
    assert check_envelope(envelope.to_bytes(), site.tender.notice.notice) == envelope
    assert envelope.envelope.ids.bidder == site.tender.lot
    revealed = accept_reveal(saved.value.path().read_bytes() + b"the offer", envelope)
    lines = [{"line": 1, "unit_price": "950.50"}, {"line": 2, "unit_price": "12"}]
    asked = {"features": [{"feature": 1, "answer": 2}], "costs": [{"cost": 1, "amount": "1500"}]}
    assert revealed.payload.content == {"currency": "EUR", "lines": lines, **asked}
    assert read_offer(revealed.payload.content, [Decimal(10), Decimal(10)]).total == Money.of("9625.00", "EUR")
    assert page.get_by_label("Its passphrase").input_value() == ""
    assert {one.split()[0] for one in site.asked} == {"GET"}


def test_two_envelopes_are_sealed_apart_and_one_is_revealed_from_what_was_kept(site: Site, page: Page) -> None:
    page.goto(f"{site.url}/page/seal?two=true")
    key = lock_key(PrivateKey(Holder.BIDDER, "Company", bytes(32)), PASSPHRASE, 50)
    for item, price in zip(ITEMS, ("950.50", "12"), strict=True):
        page.get_by_label(item).fill(price)
    page.get_by_label("Electricity").fill("1")
    page.get_by_label("Technical offer in words").fill("bronze")
    page.get_by_label("Files of the technical envelope").set_input_files([file("plan.pdf", b"the plan")])
    prices = [file("prices.xlsx", b"the prices"), file("more.txt", b"and more")]
    page.get_by_label("Files of the price envelope").set_input_files(prices)
    page.get_by_label("key file").set_input_files([file("company.key", key)])
    page.get_by_label("Its passphrase").fill(PASSPHRASE)
    with page.expect_download() as saved:
        page.get_by_role("button", name="Seal").click()
    said(page, "Sealed")
    envelope, _ = unpack(handed(page), site.two.terms)
    kept = saved.value.path().read_bytes()
    technical = accept_reveal(kept.splitlines()[0] + b"\nthe plan", envelope)
    assert technical.payload.content == {"note": "bronze"}
    page.goto(f"{site.url}/page/reveal")
    page.get_by_label(".keep file").set_input_files([file("bid.keep", kept)])
    page.get_by_label("files of that part").set_input_files(prices[1:])
    page.get_by_role("button", name="Pack").click()
    assert "prices.xlsx" in said(page, "is missing")
    page.get_by_label("files of that part").set_input_files(prices[::-1])
    page.get_by_role("button", name="Pack").click()
    said(page, "Put into the form")
    revealed = accept_reveal(handed(page), envelope)
    assert revealed.payload.content["lines"] == [
        {"line": 1, "unit_price": "950.50"},
        {"line": 2, "unit_price": "12"},
    ]
    assert envelope.part(Part.PRICE).commitment != envelope.part(Part.TECHNICAL).commitment


def test_an_officer_opens_a_layer_on_the_page_and_the_key_stays(site: Site, page: Page) -> None:
    page.goto(f"{site.url}/page/open")
    key = lock_key(PrivateKey(Holder.OFFICER, "o", site.tender.officers[0].seed), PASSPHRASE, 50)
    page.get_by_label("Your key file").set_input_files([file("o.key", key)])
    page.get_by_label("The notice as you kept it").set_input_files(
        [file("notice.json", canonical(site.tender.notice.document()))]
    )
    page.get_by_label("Its passphrase").fill(PASSPHRASE)
    page.get_by_role("button", name="Open the layer").click()
    assert said(page, "layer came off").endswith("1")
    contribution, results = accept_contribution(handed(page), site.tender.work())
    assert contribution.officer == site.tender.terms.officers[0].fingerprint
    assert isinstance(results[1], bytes)
    assert {one.split()[0] for one in site.asked} == {"GET"}


def test_a_key_is_made_on_the_page_and_its_card_filled_in(site: Site, page: Page) -> None:
    page.goto(f"{site.url}/page/key")
    page.get_by_label("Name on the key").fill("Registry")
    page.get_by_label("A passphrase").fill("short")
    page.get_by_role("button", name="Make the key").click()
    assert "at least 12" in said(page, "No key was made")
    page.get_by_label("A passphrase").fill(PASSPHRASE)
    with page.expect_download() as saved:
        page.get_by_role("button", name="Make the key").click()
    told = said(page, "The key file was saved")
    card = read_card(json.loads(page.locator("#card").input_value()))
    assert card.fingerprint in told
    assert unlock_key(saved.value.path().read_bytes(), PASSPHRASE).officer().card("Registry") == card


def test_a_challenge_is_answered_on_the_page(site: Site, page: Page) -> None:
    page.goto(f"{site.url}/page/prove")
    key = lock_key(PrivateKey(Holder.OFFICER, "o", site.tender.officers[1].seed), PASSPHRASE, 50)
    page.get_by_label("Your key file").set_input_files([file("o.key", key)])
    page.get_by_label("Its passphrase").fill(PASSPHRASE)
    page.get_by_role("button", name="Answer the challenge").click()
    said(page, "Answered")
    answer = bytes.fromhex(page.locator("#card").input_value())
    assert is_answered(site.tender.terms.officers[1], bytes(32), answer)
