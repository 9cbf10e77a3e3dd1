"""The pages of amendments, documents, framework agreements and joint tenders in Chromium: accessible, and they fit."""

import pytest

from b2b_market.rbac.actor import Actor
from tests.journeys.conftest import Site, Tabs
from tests.journeys.test_tender_pages import UNSTICK
from tests.support import frameworks as agreed
from tests.support import joint, tender_amendments
from tests.support import tenders as made
from tests.support.axe import findings, needs_axe
from tests.support.tenders import Hall

pytestmark = pytest.mark.browser
Visits = tuple[tuple[Actor, str], ...]


@pytest.fixture(scope="module")
def hall(site: Site) -> Hall:
    return made.make_hall(site.runtime, 3)


@pytest.fixture(scope="module")
def visits(site: Site, hall: Hall) -> Visits:
    """Return who looks at which page: an amendment that waits, an agreement with an order, a tender of two buyers."""
    runtime = site.runtime
    partner = joint.partner(runtime)
    shared = made.draft(runtime, hall)
    joint.invite(runtime, hall, shared.tender.id, [partner.org_id])
    with made.own_clock(runtime):
        found = agreed.concluded(runtime, hall)
        order = agreed.place(runtime, hall.purchaser, found.framework_id)
    terms = made.draft(runtime, hall, agreed.command(runtime, hall))
    waiting, ids = tender_amendments.waiting(runtime, hall)
    amended = f"/tenders/{waiting.tender.id}"
    return (
        (hall.purchaser, f"{amended}/documents"),
        (hall.sales[0], f"{amended}/documents"),
        (hall.purchaser, f"{amended}/amend"),
        (hall.approver, f"/tender-amendments/{ids['tender_amendment_id']}"),
        (hall.sales[0], f"{amended}/editions"),
        (hall.purchaser, f"/tenders/{shared.tender.id}/participants"),
        (partner, "/joint-tenders"),
        (partner, f"/tenders/{shared.tender.id}/participants"),
        (hall.purchaser, f"/tenders/{terms.tender.id}/framework"),
        (hall.purchaser, "/frameworks"),
        (hall.purchaser, f"/frameworks/{found.framework_id}"),
        (hall.sales[0], f"/frameworks/{found.framework_id}"),
        (hall.purchaser, f"/call-offs/{order.id}"),
        (hall.sales[0], f"/call-offs/{order.id}"),
    )


@needs_axe
@pytest.mark.parametrize(("width", "dark", "language"), [(1440, True, "zh-CN"), (390, False, "en")])
def test_they_are_accessible_and_fit(tabs: Tabs, visits: Visits, width: int, dark: bool, language: str) -> None:
    for path, page in tabs.walk(visits, width=width, dark=dark, language=language):
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), path
        page.evaluate(UNSTICK)
        assert findings(page) == [], path
