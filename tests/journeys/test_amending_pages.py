"""Amending in the browser: rows typed and removed by scripts, looked at, sent, and confirmed by the supplier."""

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Site, Tabs
from tests.support.rfqs import draft_command, publish, read, submit

pytestmark = pytest.mark.browser


def test_a_request_is_amended_and_its_quotation_confirmed(site: Site, tabs: Tabs) -> None:
    market = site.showroom.market
    content = publish(site.runtime, market, draft_command(market.suppliers[:1], 3, hours=96))
    submit(site.runtime, market.sales[0], content, ["9", "9", None])
    page = tabs.open(market.purchaser, f"/rfqs/{content.rfq.id}/amend")
    page.locator("#f-lines-0-specification").fill("GB/T 5783")
    page.locator("tr", has=page.locator("#f-lines-2-item_name")).locator("[data-remove]").click()
    page.locator("[data-add]").click()
    page.keyboard.type("Gasket DN50")
    row = page.locator("tbody tr").last
    for field, value in (("quantity", "20"), ("unit", "piece"), ("target_price", "3"), ("delivery_place", "Dalian")):
        row.locator(f"input[name$='-{field}']").fill(value)
    row.locator("input[name$='-required_on']").fill(content.lines[0].required_on.isoformat())
    page.locator("#f-reason").fill("another standard")
    page.get_by_role("button", name="Show what changes").click()
    review = page.locator("#review")
    expect(review).to_contain_text("1 quotation must be confirmed again")
    expect(review.locator("tbody tr")).to_have_count(3)
    review.get_by_role("button", name="Send version 2").click()
    expect(page.locator("#flashes")).to_contain_text("Version 2 is published")
    stored = read(site.runtime, market.purchaser, content.rfq.id)
    assert [line.position for line in stored.lines] == [1, 2, 4]
    supplier = tabs.open(market.sales[0], f"/rfqs/{content.rfq.id}", width=390)
    supplier.get_by_role("button", name="Confirm unchanged").click()
    expect(supplier.locator("#flashes")).to_contain_text("Confirmed. Here is your new signed receipt.")
    expect(supplier.locator("h1")).to_contain_text("Submitted")


def test_without_scripts_it_works_as_well(site: Site, tabs: Tabs) -> None:
    market = site.showroom.market
    content = publish(site.runtime, market, draft_command(market.suppliers[:1], 1, hours=96))
    page = tabs.open(market.purchaser, f"/rfqs/{content.rfq.id}/amend", scripts=False)
    page.locator("#f-lines-0-note").fill("by lorry")
    page.locator("#f-reason").fill("how it arrives")
    page.get_by_role("button", name="Show what changes").click()
    page.get_by_role("button", name="Send version 2").click()
    assert read(site.runtime, market.purchaser, content.rfq.id).lines[0].note == "by lorry"
