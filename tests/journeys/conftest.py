"""The whole product in a real server and a real browser, on a database of its own with a market worth looking at."""

import socket
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page
from sqlalchemy import update

from b2b_market.entrypoints.modules import load_manifests
from b2b_market.entrypoints.web import build_app
from b2b_market.identity.models import User
from b2b_market.infra.database import Tenant, set_tenant
from b2b_market.infra.http.requests import SESSION_COOKIE
from b2b_market.infra.runtime import Runtime
from b2b_market.infra.settings import Environment, Settings
from b2b_market.rbac.actor import Actor
from b2b_market.ui.language import Language
from tests.journeys.showroom import Showroom, build
from tests.support import database as db
from tests.support.people import start_session
from tests.support.servers import Servers
from tests.ui.browsing import PATIENCE
from tests.ui.conftest import browser

__all__ = ["browser"]
UNPACKED = "performance.getEntriesByType('navigation')[0].decodedBodySize"
"""How many bytes the page itself has, without what it loads."""


@dataclass
class Site:
    """A running product; complaints are console errors, page errors and violations of the content policy."""

    url: str
    runtime: Runtime
    showroom: Showroom


@pytest.fixture(scope="session")
def site(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The product on a free loopback port."""
    database = db.clone(servers, "journeys")
    listener = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    settings = Settings(
        database_url=servers.url("app", database),  # type: ignore[arg-type]  # pydantic wraps the secret
        migration_database_url=None,
        redis_url=servers.redis_url.replace("db=0", "db=15"),  # type: ignore[arg-type]  # pydantic wraps the secret
        data_dir=tmp_path_factory.mktemp("journeys"),
        public_url=url,
        environment=Environment.DEVELOPMENT,
    )
    runtime = Runtime.open(settings)
    app = build_app(runtime, load_manifests())
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    deadline = time.monotonic() + 240
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.02)
    yield Site(url, runtime, build(runtime))
    server.should_exit = True
    thread.join(10)
    runtime.close()
    db.drop(servers, database)


@dataclass
class Tabs:
    """Opens pages as people of the showroom and remembers everything the pages complain about."""

    browser: Browser
    site: Site
    complaints: list[str] = field(default_factory=list)
    contexts: list[BrowserContext] = field(default_factory=list)
    expected_status: int = 0
    """Chromium logs a refused page as an error; a test that wants one names its status here."""

    def open(
        self,
        person: Actor,
        path: str,
        *,
        width: int = 1440,
        dark: bool = False,
        language: str = "en",
        scripts: bool = True,
    ) -> Page:
        """Open ``path`` signed in as ``person``; below 600 pixels as a touch phone."""
        page = self._window(width, dark=dark, scripts=scripts)
        self._come_as(page, person, language)
        page.goto(path, wait_until="load")
        return page

    def walk(
        self, visits: Iterable[tuple[Actor, str]], *, width: int = 1440, dark: bool = False, language: str = "en"
    ) -> Iterator[tuple[str, Page]]:
        """Yield each path with its page, one after the other in one window, which costs less than one for each.

        The window keeps no file, so that every page is loaded as by somebody who never was there.
        """
        page = self._window(width, dark=dark, scripts=True)
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        session.send("Network.setCacheDisabled", {"cacheDisabled": True})
        for person, path in visits:
            self._come_as(page, person, language)
            page.goto(path, wait_until="load")
            yield path, page

    def _window(self, width: int, *, dark: bool, scripts: bool) -> Page:
        phone = width < 600
        context = self.browser.new_context(
            viewport={"width": width, "height": 844 if phone else 900},
            is_mobile=phone,
            has_touch=phone,
            device_scale_factor=1,
            color_scheme="dark" if dark else "light",
            java_script_enabled=scripts,
            reduced_motion="reduce",
            base_url=self.site.url,
        )
        context.set_default_timeout(PATIENCE)
        self.contexts.append(context)
        page = context.new_page()
        page.on("console", self._listen)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        return page

    def _come_as(self, page: Page, person: Actor, language: str) -> None:
        self._speak(person, language)
        token = start_session(self.site.runtime, person.user_id, person.org_ids[0])
        host = urlsplit(self.site.url).hostname or ""
        page.context.clear_cookies()
        page.context.add_cookies([{"name": SESSION_COOKIE, "value": token, "domain": host, "path": "/"}])

    def _listen(self, message: ConsoleMessage) -> None:
        expected = self.expected_status and f"status of {self.expected_status}" in message.text
        if message.type == "error" and not expected:
            self.complaints.append(message.text)

    def _speak(self, person: Actor, language: str) -> None:
        with self.site.runtime.database.session() as session:
            set_tenant(session, Tenant())
            session.execute(update(User).where(User.id == person.user_id).values(locale=Language(language)))
            session.commit()


@pytest.fixture
def tabs(browser: Browser, site: Site) -> Iterator[Tabs]:
    """Tabs that must not complain."""
    tabs = Tabs(browser, site)
    yield tabs
    for context in tabs.contexts:
        context.close()
    assert tabs.complaints == []
