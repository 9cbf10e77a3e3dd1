"""The pages of tenders in Chromium: accessible, and never wider than a phone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from b2b_market.rbac.actor import Scope, system_actor
from b2b_market.tendering.commands.disclosure import TellStep
from b2b_market.tendering.commands.tenders import AskAboutTender
from b2b_market.tendering.documents.ocds import Told
from b2b_market.tendering.service import asking, stepping
from b2b_market.tendering.service.drafting import TenderContent
from b2b_market.tendering.states.complaints import ComplaintKind, ComplaintTarget
from b2b_market.tendering.states.disclosure import StepKind
from b2b_market.tendering.states.procedures import Entry
from b2b_market.tendering.states.selecting import TalkKind
from tests.journeys.conftest import Site, Tabs
from tests.support import complaints as told
from tests.support import planning, reducing, selecting
from tests.support import tenders as made
from tests.support.axe import findings, needs_axe
from tests.support.tenders import Hall
from tests.support.works import work_for

pytestmark = pytest.mark.browser

UNSTICK = """
for (const one of document.querySelectorAll('body *'))
  if (['sticky', 'fixed'].includes(getComputedStyle(one).position)) one.style.position = 'static'
"""
"""What a bar that stays in view covers at the moment is no target, and which one that is depends on the scrolling."""


@pytest.fixture(scope="module")
def hall(site: Site) -> Hall:
    return made.make_hall(site.runtime)


@pytest.fixture(scope="module")
def tender(site: Site, hall: Hall) -> TenderContent:
    now = datetime.now(UTC)
    command = made.tender_command(hall, lots=2, entry=Entry.PUBLIC, supplier_ids=(), procedure="china-open")
    command = replace(command, enquiry_ends_at=now + timedelta(days=11), closes_at=now + timedelta(days=40))
    content = made.published(site.runtime, hall, command)
    with work_for(site.runtime, hall.sales[0]) as work:
        asking.ask_about_tender(work, hall.sales[0], AskAboutTender(content.tender.id, "Which flange?"))
    _tell(site, hall, content)
    return content


@pytest.fixture(scope="module")
def planned(site: Site, hall: Hall) -> UUID:
    """Announce a draft beforehand."""
    now = datetime.now(UTC)
    command = made.tender_command(hall, entry=Entry.PUBLIC, supplier_ids=(), procedure="eu-open")
    command = replace(command, enquiry_ends_at=now + timedelta(days=11), closes_at=now + timedelta(days=60))
    draft = made.draft(site.runtime, hall, command)
    return planning.announce(site.runtime, hall.approver, draft, value_shown=True).tender_id


@pytest.fixture(scope="module")
def cases(site: Site, hall: Hall, tender: TenderContent) -> tuple[str, str]:
    """Draft a complaint and lodge an objection, publish candidates, and return where the two are."""
    told.make_body(site.runtime)
    tender_id = tender.tender.id
    objects = ComplaintKind.OBJECTION
    draft = told.draft(site.runtime, hall.sales[0], tender_id, ComplaintTarget.LOT, tender.lots[0].id, objects)
    objection = told.lodge(site.runtime, hall.sales[0], tender_id, kind=objects)
    told.published_candidates(site.runtime, hall.purchaser, tender, hall.suppliers)
    return f"/tender-complaints/{draft.id}", f"/tender-complaints/{objection.id}"


def _tell(site: Site, hall: Hall, content: TenderContent) -> None:
    """Put an opening and an award on the public side; how they come there is told by tests/tendering."""
    relay = system_actor("test", hall.buyer_id)
    money = {"amount": "83517.29", "currency": "CNY"}
    bid = {"receipt": 1, "bidder": "Bidder 1", "lot": "1 Lot 1", "readable": True, **money}
    award = {
        "award": "x",
        "lot": "1 Lot 1",
        "winner": "Bidder 1",
        **money,
        "place": 1,
        "placed": 2,
        "disqualified": 0,
        "by": "score",
        "standstill_ends_at": "2098-01-01T00:00:00Z",
        "candidates": [{"place": 1, "bidder": "Bidder 1", **money}],
    }
    with work_for(site.runtime, relay) as work:
        stepping.tell_editions(work, relay, TellStep(content.tender.id))
        ground = stepping.ground_of(work, Scope(relay, None), content.tender.id)
        assert ground is not None
        for kind, facts in ((StepKind.OPENED, {"bids": [bid]}), (StepKind.AWARDED, award)):
            release = Told(tags=("tenderUpdate",), parts={})
            step = stepping.Step(name=kind.value, kind=kind, at=work.now(), told=release, facts=facts)
            stepping.put_on_record(ground, step)


@needs_axe
@pytest.mark.parametrize(("width", "dark", "language"), [(1440, False, "zh-CN"), (390, True, "en")])
def test_they_are_accessible_and_fit(
    tabs: Tabs,
    hall: Hall,
    tender: TenderContent,
    cases: tuple[str, str],
    planned: UUID,
    width: int,
    dark: bool,
    language: str,
) -> None:
    at = f"/tenders/{tender.tender.id}"
    visits = (
        (hall.purchaser, "/tender-procedures"),
        (hall.purchaser, "/tender-procedures/new?base=china-open"),
        (hall.purchaser, "/tenders"),
        (hall.purchaser, "/tenders/new"),
        (hall.purchaser, at),
        (hall.purchaser, f"{at}/opening"),
        (hall.sales[0], at),
        (hall.sales[0], f"{at}/bid"),
        (hall.sales[0], "/open-tenders"),
        (hall.officers[0], "/officer-keys"),
        (hall.purchaser, "/tender-board"),
        (hall.purchaser, f"/tender-board/{tender.tender.id}"),
        (hall.sales[0], f"{at}/complaints"),
        (hall.sales[0], cases[0]),
        (hall.approver, cases[1]),
        (hall.approver, "/tender-complaints"),
        (hall.purchaser, f"/tender-board/{tender.tender.id}/complaints"),
        (hall.sales[0], f"{at}/candidates"),
        (hall.purchaser, f"/tender-board/{tender.tender.id}/candidates"),
        (hall.purchaser, f"/tender-board/{tender.tender.id}/editions/1"),
        (hall.purchaser, f"/tender-board/{tender.tender.id}/opening"),
        (hall.purchaser, f"/tender-board/{tender.tender.id}/results"),
        (hall.purchaser, "/prior-notices"),
        (hall.purchaser, f"/prior-notices/{planned}"),
        (hall.approver, f"/tenders/{planned}"),
        (hall.purchaser, "/tenders/import"),
        (hall.purchaser, "/reference/classes?q=pump"),
    )
    for path, page in tabs.walk(visits, width=width, dark=dark, language=language):
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), path
        page.evaluate(UNSTICK)
        assert findings(page) == [], path


@pytest.fixture(scope="module")
def staged(site: Site, hall: Hall) -> tuple[UUID, ...]:
    """Return a tender whose applications are judged, and three in dialogue: one may drop a company, one has."""
    with made.own_clock(site.runtime):
        asked = made.published(site.runtime, hall, selecting.command(hall, most_invited=2)).tender.id
        for place in range(2):
            selecting.apply(site.runtime, hall, asked, place, proposal="A pump of our own design")
        selecting.end_applications(site.runtime)
        selecting.judge(site.runtime, hall, selecting.received(site.runtime, hall.evaluator, asked)[0], met=False)
        wanted = selecting.command(hall, "private-two-stage", closes_at=None)
        talks = selecting.qualified(site.runtime, hall, wanted).tender.id
        selecting.record(site.runtime, hall, talks, TalkKind.QUESTION)
        fewer, smaller = (reducing.dialogue(site.runtime, hall, reducing.procedure(site.runtime, hall)) for _ in "ab")
        reducing.confirm(site.runtime, hall, reducing.propose(site.runtime, hall, smaller, ("90", "40"), 1))
    return asked, talks, fewer, smaller


@needs_axe
@pytest.mark.parametrize(("width", "dark", "language"), [(1440, False, "zh-CN"), (390, True, "en")])
def test_stages_are_accessible_and_fit(
    tabs: Tabs, hall: Hall, staged: tuple[UUID, ...], width: int, dark: bool, language: str
) -> None:
    asked, talks, fewer, smaller = (f"/tenders/{one}" for one in staged)
    visits = (
        (hall.evaluator, f"{asked}/applications"),
        (hall.approver, f"{asked}/applications"),
        (hall.sales[0], f"{asked}/application"),
        (hall.sales[0], f"{talks}/application"),
        (hall.evaluator, f"{talks}/talks"),
        (hall.sales[0], f"{talks}/talks"),
        (hall.purchaser, talks),
        (hall.evaluator, f"{fewer}/talks/reduction"),
        (hall.approver, f"{smaller}/talks/reduction"),
        (hall.sales[1], f"{smaller}/talks"),
    )
    for path, page in tabs.walk(visits, width=width, dark=dark, language=language):
        page.evaluate("scrollTo(0, document.body.scrollHeight)")
        assert findings(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), path
