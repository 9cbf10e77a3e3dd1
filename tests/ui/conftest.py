"""The kit in a real server and a real browser; every console error, page error and CSP violation fails its test."""

import os
import threading
import time
from collections.abc import Iterator

import pytest
import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, Response
from playwright.sync_api import Browser, expect, sync_playwright

from b2b_market.ui.i18n import Catalogue
from b2b_market.ui.kit import KIT_PATH, kit_router
from b2b_market.ui.rendering import Renderer
from b2b_market.ui.static_files import StaticFiles
from tests.ui.browsing import PATIENCE, QUIET, UI, KitSite, Tabs
from tools.browser import find_browser


@pytest.fixture(scope="session")
def renderer() -> Renderer:
    """The renderer with nothing but the common ground."""
    return Renderer([], Catalogue([UI]), StaticFiles())


@pytest.fixture(scope="session")
def kit_site(renderer: Renderer) -> Iterator[KitSite]:
    """The kit served on a free loopback port, with a slow answer to posts that counts them."""
    site = KitSite("")
    app = FastAPI()

    @app.post(KIT_PATH)
    @app.post("/preferences")
    def post(request: Request) -> Response:
        site.posts.append(request.url.path)
        time.sleep(0.3)
        return HTMLResponse('<!doctype html><link rel=icon href="data:,"><title>sent</title><h1>sent</h1>')

    app.include_router(kit_router(renderer))
    app.mount("/static", StaticFiles())
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="critical"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 240
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.02)
    site.url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    yield site
    server.should_exit = True
    thread.join(10)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The machine's Chromium; without one the tests are skipped, except under CI, where they fail.

    Not for the session: while it is open, Playwright's loop runs in this thread and nobody else may start one.
    """
    found = find_browser()
    if found is None:
        reason = "no Chromium: set B2B_MARKET_CHROMIUM to its path or install the package chromium"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=QUIET, timeout=PATIENCE)
        yield browser
        browser.close()


@pytest.fixture
def tabs(browser: Browser) -> Iterator[Tabs]:
    """Tabs that must not complain."""
    tabs = Tabs(browser)
    yield tabs
    for context in tabs.contexts:
        context.close()
    assert tabs.complaints == []
