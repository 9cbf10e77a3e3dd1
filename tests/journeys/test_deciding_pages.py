"""What a purchaser decides by in Chromium: costs on the way, landed cost, scenarios and savings."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Site, Tabs
from tests.support.axe import findings, needs_axe

pytestmark = pytest.mark.browser
ABOVE = "document.activeElement.closest('tr').rowIndex"


def sound(page: Page, width: int = 1440) -> None:
    """Check what holds for every page: nothing for axe to find, one heading, nothing to scroll sideways for."""
    assert (page.url, findings(page)) == (page.url, [])
    assert page.locator("h1").count() == 1
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@needs_axe
def test_from_costs_to_savings_by_keyboard(site: Site, tabs: Tabs) -> None:
    room = site.showroom
    place = f"/rfqs/{room.compared}"
    page = tabs.open(room.market.purchaser, f"{place}/costs")
    sound(page)

    page.get_by_role("button", name="Add a cost").press("Enter")
    page.get_by_label("Cost", exact=True).last.select_option(index=1)
    page.get_by_label("Value").last.fill("120")
    page.get_by_label("Currency").last.select_option("CNY")
    page.get_by_label("Source").last.fill("Forwarder")
    page.get_by_label("Where the rate comes from").fill("Treasury")
    page.get_by_label("Cost of capital per year").fill("6")
    page.get_by_label("Cost of capital per year").press("Enter")
    expect(page).to_have_url(re.compile("basis=landed"))
    expect(page.get_by_text("The costs are saved.")).to_be_visible()
    sound(page)

    page.locator("td.price input").first.focus()
    page.keyboard.press("ArrowDown")
    assert page.evaluate(ABOVE) == 2
    page.locator("td.price a[href*='/landed/']").first.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Landed cost of line 1")
    expect(page.locator("ul.figures li").first).to_be_visible()
    sound(page)

    page.goto(f"{place}/scenarios")
    page.get_by_label("Name", exact=True).fill("Two at most")
    page.get_by_label("Chosen by").select_option("at_most")
    page.get_by_label("Suppliers at most").fill("2")
    page.get_by_label("Suppliers at most").press("Enter")
    expect(page.get_by_role("columnheader", name="Two at most")).to_be_visible()
    sound(page)

    page.goto("/savings")
    expect(page.locator("#savings tbody tr").first).to_be_visible()
    sound(page)
    page.evaluate("window.stayed = true")
    page.get_by_label("From").fill("2099-01-01")
    expect(page.locator("#savings")).to_contain_text("No award in these days")
    expect(page).to_have_url(re.compile("since=2099-01-01"))
    assert page.evaluate("window.stayed") is True, "the filter changes what is shown, not the page"
    expect(page.get_by_role("link", name="Save as workbook")).to_have_attribute("href", re.compile("since=2099-01-01"))


@needs_axe
def test_the_same_on_a_phone_in_the_dark(site: Site, tabs: Tabs) -> None:
    room = site.showroom
    place = f"/rfqs/{room.compared}"
    page = tabs.open(room.market.purchaser, f"{place}/costs", width=390, dark=True, language="zh-CN")
    sound(page, 390)
    for path in (f"{place}/comparison?basis=landed", f"{place}/scenarios", "/savings"):
        page.goto(path)
        sound(page, 390)
    page.goto(f"{place}/comparison?basis=landed")
    href = page.locator("a[href*='/landed/']").first.get_attribute("href") or ""
    page.goto(href)
    sound(page, 390)
