"""What a person waits for: server time and CPU of the list and the comparison 50 × 8, and the browser's first paint."""

import time
from statistics import median, quantiles

import httpx2
from playwright.sync_api import Page, sync_playwright

from b2b_market.kernel.permission import Role
from bench.processes import Product, running
from bench.results import BenchResult
from bench.stage import Stage
from tests.support.people import make_person, start_session
from tests.support.rfqs import close, draft_command, make_market, publish, submit
from tools.browser import find_browser

LINES, SUPPLIERS, ROUNDS, CPU_ROUNDS, WARM = 50, 8, 40, 50, 5
COMPARISON = f"comparison {LINES} × {SUPPLIERS}"
CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PAINTED = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
USABLE = "performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd"


def run(place: Stage) -> list[BenchResult]:
    """Measure 40 loads of each page by one user, CPU over 50, and one cold load of each in Chromium if there is one."""
    runtime = place.runtime
    market = make_market(runtime, suppliers=SUPPLIERS)
    content = publish(runtime, market, draft_command(market.suppliers, LINES))
    for number, sales in enumerate(market.sales):
        submit(runtime, sales, content, [f"{9 + (line * 7 + number * 3) % 20 / 10:.2f}" for line in range(LINES)])
    close(runtime, market, content.rfq.id)
    reader = make_person(runtime, market.buyer_id, Role.BUYER_PURCHASER)
    cookie = start_session(runtime, reader.user_id, reader.org_id)
    addresses = {"list": "/rfqs", COMPARISON: f"/rfqs/{content.rfq.id}/comparison"}
    goals = {"list": 80.0, COMPARISON: 150.0}
    results = []
    with running(place) as product:
        with httpx2.Client(base_url=product.address, cookies={"market_session": cookie}) as client:
            for name, address in addresses.items():
                value = _p95(client, address)
                results.append(BenchResult(f"{name} page, server p95", value, "ms", goals[name], "budget", "≤ 1"))
            address = addresses[COMPARISON]
            results.append(
                BenchResult(f"{COMPARISON} page, CPU", _cpu(product, client, address), "ms", 40.0, "goal", "≤ 1")
            )
        for name, address in addresses.items():
            results.extend(_browser(product.address, address, cookie, name))
    return results


def _p95(client: httpx2.Client, address: str) -> float:
    times = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        client.get(address).raise_for_status()
        times.append((time.perf_counter() - started) * 1000)
    return quantiles(times[3:], n=20)[-1]


def _cpu(product: Product, client: httpx2.Client, address: str) -> float:
    """Return the CPU milliseconds that the web process uses for one answer, all of its threads together."""
    spent = []
    for _ in range(WARM + CPU_ROUNDS):
        before = product.web_cpu_ms()
        client.get(address).raise_for_status()
        spent.append(product.web_cpu_ms() - before)
    return median(spent[WARM:])


def _browser(base: str, address: str, cookie: str, name: str) -> list[BenchResult]:
    chromium = find_browser()
    if chromium is None:
        return []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(CHROMIUM_FLAGS))
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        context.add_cookies([{"name": "market_session", "value": cookie, "url": base}])
        page = context.new_page()
        page.goto(base + address, wait_until="domcontentloaded")
        painted, usable = _timing(page, PAINTED), _timing(page, USABLE)
        browser.close()
    return [
        BenchResult(f"{name} page, first paint cold", painted, "ms", 1000.0, "budget", "≤ 1"),
        BenchResult(f"{name} page, usable cold", usable, "ms", 1500.0, "budget", "≤ 1"),
    ]


def _timing(page: Page, expression: str) -> float:
    page.wait_for_function(f"{expression} > 0")
    return float(page.evaluate(expression))
