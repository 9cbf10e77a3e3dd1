"""The saving report: what stands, against targets and against what the same items cost before."""

from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from fastapi.testclient import TestClient
from openpyxl import load_workbook

from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.money import Money
from b2b_market.kernel.refusal import Forbidden
from b2b_market.reference.demo import seed_rates
from b2b_market.rfq.commands.savings import ReadSavings
from b2b_market.rfq.service import savings
from tests.rfq.forms import page, text_of
from tests.rfq.test_history import bought
from tests.support.people import sign_in
from tests.support.rfqs import Market, make_market
from tests.support.works import work_for


@pytest.fixture
def market(runtime: Runtime) -> Market:
    seed_rates(runtime)
    return make_market(runtime, 2)


def test_targets_and_last_prices(runtime: Runtime, market: Market) -> None:
    bought(runtime, market, ("10", "7"))
    bought(runtime, market, ("9", "8"))
    with work_for(runtime, market.purchaser) as work:
        report = savings.read_savings(work, market.purchaser, ReadSavings())
        tomorrow = datetime.now(UTC).date() + timedelta(days=1)
        later = savings.read_savings(work, market.purchaser, ReadSavings(since=tomorrow))
    second, first = report.awards
    assert (first.last_saving, first.known_lines) == (None, 0)
    assert second.target_saving is not None
    assert second.last_saving is not None
    assert (second.target_saving, second.last_saving) == (Money.of("300", "CNY"), Money.of("0", "CNY"))
    assert second.known_lines == 2
    (sums,) = report.sums
    assert (sums.total, sums.target_saving) == (Money.of("3400", "CNY"), Money.of("600", "CNY"))
    assert sums.awards == 2
    assert (later.awards, later.sums) == ([], [])
    with work_for(runtime, market.sales[0]) as work, pytest.raises(Forbidden):
        savings.read_savings(work, market.sales[0], ReadSavings())
    other = make_market(runtime, 1)
    with work_for(runtime, other.purchaser) as work:
        assert savings.read_savings(work, other.purchaser, ReadSavings()).awards == []


def test_page_api_and_workbook(runtime: Runtime, market: Market, client: TestClient) -> None:
    bought(runtime, market, ("10", "7"))
    bought(runtime, market, ("11", "8"))
    purchaser = sign_in(client, market.purchaser)
    said = text_of(page(purchaser, "/savings")).replace("\u00a0", " ")
    assert "CNY 3,600.00" in said
    told = purchaser.get("/api/v1/award-savings").json()
    assert [one["last_saving"] for one in told["awards"]] == [{"amount": "-200.00", "currency": "CNY"}, None]
    sheet = load_workbook(BytesIO(purchaser.get("/savings/xlsx?language=en").content), data_only=True).active
    assert sheet is not None
    rows = list(sheet.values)
    assert rows[0][4:] == ("Total", "Saving against the targets", "Saving against last prices")
    assert rows[-1][3:] == ("CNY", 3600, 400, -200)
    assert "No award in these days" in text_of(page(purchaser, "/savings?since=2099-01-01"))
