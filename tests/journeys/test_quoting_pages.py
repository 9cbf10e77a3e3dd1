"""Quoting in Chromium with what the scripts do: last prices, every column, and the total that follows."""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Site, Tabs
from tests.support.axe import findings, needs_axe

pytestmark = pytest.mark.browser


@needs_axe
def test_last_prices_and_every_column_come_without_losing_what_was_typed(site: Site, tabs: Tabs) -> None:
    room = site.showroom
    page = tabs.open(room.market.sales[0], f"/rfqs/{room.open}/quote", width=1440, dark=False, language="en")
    prices = page.locator("input[name$='-unit_price']")
    prices.nth(0).fill("")
    prices.nth(1).fill("77.5")
    page.get_by_role("button", name="Copy my last prices").click()
    expect(page.get_by_text("have an earlier price of yours")).to_be_visible()
    expect(prices.nth(0)).to_have_value(re.compile("."))
    expect(prices.nth(1)).to_have_value("77.5")
    expect(page.locator("input[name$='-tiers']")).to_have_count(0)
    page.get_by_role("link", name="Show every column").click()
    tiers = page.locator("input[name$='-tiers']")
    expect(tiers.nth(1)).to_be_attached()
    expect(prices.nth(1)).to_have_value("77.5")
    bar = page.locator("#quote-bar")
    before = bar.inner_text()
    prices.nth(1).fill("")
    tiers.nth(1).fill("0: 5; 1000: 4")
    tiers.nth(1).blur()
    expect(bar).not_to_have_text(before)
    page.locator("#f-terms > summary").click()
    expect(page.get_by_label("My prices are")).to_be_visible()
    assert findings(page) == []
