"""The pages between two envelopes, and where keys are lost, in Chromium: accessible, and never wider than a phone."""

from dataclasses import dataclass
from uuid import UUID

import pytest

from tests.journeys.conftest import Site, Tabs
from tests.support import envelopes, judging, reveals
from tests.support import tenders as made
from tests.support.axe import findings, needs_axe
from tests.support.tenders import Hall

pytestmark = pytest.mark.browser


@dataclass(frozen=True)
class Stages:
    """A tender whose technical result can be signed off, one whose prices wait, and one whose keys are lost."""

    hall: Hall
    scored: UUID
    locked: UUID
    lost: UUID


@pytest.fixture(scope="module")
def stages(site: Site) -> Stages:
    runtime, found = site.runtime, []
    hall = made.make_hall(runtime)
    for _ in range(3):
        with made.own_clock(runtime):
            found.append(envelopes.technical_opened(runtime, hall, ("100", "80")))
    for one in found:
        judging.begin(runtime, hall, made.read(runtime, hall.evaluator, one.id))
        envelopes.score(runtime, hall, one.id, ("90", "60"))
    for one in found[1:]:
        bid = judging.judged(runtime, hall.evaluator, one.id).lots[0].bids[1][0]
        envelopes.disqualify(runtime, hall, one.id, bid.id)
        envelopes.lock(runtime, hall.approver, one.id)
    reveals.lose_keys(runtime, hall, found[2].sealed[0], "100")
    return Stages(hall, *(one.id for one in found))


@needs_axe
@pytest.mark.parametrize(("width", "dark", "language"), [(1440, False, "zh-CN"), (390, True, "en")])
def test_they_are_accessible_and_fit(tabs: Tabs, stages: Stages, width: int, dark: bool, language: str) -> None:
    hall = stages.hall
    visits = (
        (hall.approver, f"/tenders/{stages.scored}/evaluation"),
        (hall.evaluator, f"/tenders/{stages.locked}/evaluation"),
        (hall.approver, f"/tenders/{stages.locked}/opening"),
        (hall.sales[1], f"/tenders/{stages.locked}/technical-result"),
        (hall.approver, f"/tenders/{stages.lost}/opening"),
        (hall.sales[0], f"/tenders/{stages.lost}/bid"),
    )
    for path, page in tabs.walk(visits, width=width, dark=dark, language=language):
        page.evaluate("scrollTo(0, document.body.scrollHeight)")  # what the sticky foot covers is no target
        assert findings(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), path
