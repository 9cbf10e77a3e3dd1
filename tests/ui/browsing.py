"""What the browser tests of the kit share: its address, its parts, and tabs that remember every complaint."""

from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Error, Page

ROOT = Path(__file__).parents[2]
UI = ROOT / "b2b_market" / "ui"
PLAYWRIGHT_DOES_WITHOUT = (
    "AimEnabled",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsFirstBalancedModeAutoEnable",
    "HttpsUpgrades",
    "LensOverlay",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "PaintHolding",
    "PreconnectToSearch",
    "ThirdPartyStoragePartitioning",
)
"""What Playwright switches off by itself; said again, because of two such switches only the last counts."""
WE_DO_WITHOUT = ("WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "SpareRendererForSitePerProcess")
"""The list under the address bar, a page of its own for each window, and a process for the next page, kept in reserve:
together two thirds of the work to open a window."""
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    f"--disable-features={','.join((*PLAYWRIGHT_DOES_WITHOUT, *WE_DO_WITHOUT))}",
]
PATIENCE = 120_000
"""Milliseconds to wait for a browser: much more than it needs, for a machine that has little time for it."""
PARTS = ("all", "compare", "form", "sign-in", "error", "problem")


@dataclass
class KitSite:
    """The address of the kit and what was posted to it."""

    url: str
    posts: list[str] = field(default_factory=list)

    def page(self, **query: str) -> str:
        """Return the address of the kit with ``query``."""
        return f"{self.url}/ui/kit?" + "&".join(f"{name}={value}" for name, value in query.items())


@dataclass
class Tabs:
    """Opens pages and remembers everything they complain about."""

    browser: Browser
    complaints: list[str] = field(default_factory=list)
    contexts: list[BrowserContext] = field(default_factory=list)

    def open(
        self, url: str, *, width: int = 1440, scripts: bool = True, clock_ahead_ms: int = 0, fake_time: bool = False
    ) -> Page:
        """Open ``url`` at ``width`` pixels; below 600 as a touch phone."""
        phone = width < 600
        context = self.browser.new_context(
            viewport={"width": width, "height": 844 if phone else 900},
            is_mobile=phone,
            has_touch=phone,
            java_script_enabled=scripts,
            reduced_motion="reduce",
        )
        context.set_default_timeout(PATIENCE)
        self.contexts.append(context)
        page = context.new_page()
        page.on("console", self._hear)
        page.on("pageerror", self._catch)
        if fake_time:
            page.clock.install()
        if clock_ahead_ms:
            page.add_init_script(f"{{const real = Date.now; Date.now = () => real() + {clock_ahead_ms};}}")
        page.goto(url, wait_until="load")
        return page

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.complaints.append(message.text)

    def _catch(self, error: Error) -> None:
        self.complaints.append(str(error))
