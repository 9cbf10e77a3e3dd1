"""The board's pages in Chromium: accessible, inside their budgets, usable by hand."""

import pytest
from playwright.sync_api import expect

from b2b_market.board.commands import Filters, SaveSearch
from b2b_market.board.service import saving
from b2b_market.board.states import Cadence
from b2b_market.rfq.service.drafting import RfqContent
from tests.board.boards import put_up, wanted
from tests.journeys.conftest import UNPACKED, Site, Tabs
from tests.support.axe import findings, needs_axe
from tests.support.delivery import drain_outbox
from tests.support.rfqs import Market, close, make_market, submit
from tests.support.works import work_for

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def market(site: Site) -> Market:
    """A market of its own: who has quoted before, what is open now, and a saved search."""
    found = make_market(site.runtime, suppliers=3)
    (past,) = put_up(site.runtime, found, wanted("Past needs", ["深沟球轴承 6308", "Gate valve DN50"]))
    for sales in found.sales[:2]:
        submit(site.runtime, sales, past, ["9", "9"])
    close(site.runtime, found, past.rfq.id)
    drain_outbox(site.runtime)
    with work_for(site.runtime, found.sales[0]) as work:
        asked = Filters(text="轴承", category="power-transmission", country="CN", place="大连", closes_within_days=7)
        saving.save_search(work, found.sales[0], SaveSearch(name="轴承", filters=asked, cadence=Cadence.DAILY))
    return found


@pytest.fixture(scope="module")
def open_now(site: Site, market: Market) -> RfqContent:
    commands = [
        wanted(f"检修备件 {number} / Spares", ["Ball bearings 6205", "球阀"], place="大连") for number in range(3)
    ]
    return put_up(site.runtime, market, *commands)[0]


@needs_axe
@pytest.mark.parametrize(
    ("language", "dark", "width"),
    [("zh-CN", False, 1440), ("en", True, 390)],
)
def test_pages_are_accessible_and_inside_their_budgets(
    tabs: Tabs, market: Market, open_now: RfqContent, language: str, *, dark: bool, width: int
) -> None:
    sales = market.sales[0]
    paths = ("/board", "/board?q=beering", "/board?q=zzzzzz", "/board/searches", "/board/recommended")
    visits = [
        *((sales, path) for path in paths),
        (sales, f"/rfqs/{open_now.rfq.id}"),
        (market.purchaser, f"/board/rfqs/{open_now.rfq.id}/suppliers"),
    ]
    for path, page in tabs.walk(visits, width=width, dark=dark, language=language):
        assert findings(page) == [], path
        assert page.locator("h1").count() == 1, path
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        assert 0 < page.evaluate(UNPACKED) <= 250_000, path


def test_typing_searches_and_the_search_is_saved(tabs: Tabs, market: Market, open_now: RfqContent) -> None:
    assert open_now.rfq.title
    page = tabs.open(market.sales[1], "/board")
    page.get_by_role("searchbox", name="Search", exact=True).fill("6205 bearing")
    page.wait_for_url("**/board?q=6205**")
    expect(page.locator("#board tbody tr")).to_have_count(3)
    page.get_by_role("button", name="Save this search").click()
    page.get_by_label("Name", exact=True).fill("My bearings")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Search saved.")).to_be_visible()
    page.get_by_role("link", name="Saved searches").click()
    expect(page.get_by_role("link", name="My bearings")).to_be_visible()


def test_the_board_works_without_scripts(tabs: Tabs, market: Market, open_now: RfqContent) -> None:
    page = tabs.open(market.sales[2], "/board", scripts=False)
    page.get_by_role("searchbox", name="Search", exact=True).fill("轴承")
    page.get_by_role("button", name="Filter").click()
    page.get_by_role("link", name=open_now.rfq.title).click()
    expect(page.locator("h1")).to_contain_text(open_now.rfq.title)
    page.get_by_role("button", name="We intend to quote").click()
    expect(page.get_by_text("Intends to quote", exact=True)).to_be_visible()
