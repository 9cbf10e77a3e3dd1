"""Letters about decided lots: what each says, that it is always the same bytes, and who reads it."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from b2b_market.infra.runtime import Runtime
from b2b_market.rbac.actor import system_actor
from b2b_market.tendering.documents.frame import PaperFormat
from b2b_market.tendering.documents.letters import Letter, letter_document, letter_file
from b2b_market.tendering.models.evaluation import TenderResult
from b2b_market.tendering.states.evaluation import Outcome, RulingGround
from tests.support import judging
from tests.support import tenders as made
from tests.support.calling import caller_for
from tests.support.people import sign_in
from tests.support.rows import rows_of
from tests.support.tenders import Hall
from tests.tendering.test_report import said, text_of

DAY = datetime(2026, 11, 22, 9, tzinfo=UTC)
LOST = Letter(
    number="T-2026-000001",
    title="水泵 / Pumps",
    buyer="恒力重工",
    bidder="Aki",
    receipt="T-2026-000001-2",
    lot="1 Pumps",
    outcome=Outcome.LOST,
    place="2 / 3",
    winner=("贝亚", "Bea"),
    amount="CNY 950.00",
    ground=None,
    reason="",
    decided_at=DAY,
    standstill_ends_at=DAY.replace(month=12),
)
WON = replace(LOST, outcome=Outcome.WON, place="1 / 3", winner=("Aki",))
BARRED = replace(
    LOST, outcome=Outcome.DISQUALIFIED, place="", amount="", ground=RulingGround.NOT_RESPONSIVE, reason="no alloy"
)


@pytest.mark.parametrize(
    ("letter", "there", "missing"),
    [
        (WON, ("中标通知书 | Award letter", "CNY 950.00", "1 / 3"), ("Letter of regret", "Why")),
        (LOST, ("落选通知书 | Letter of regret", "贝亚 / Bea", "2 / 3", "CNY 950.00"), ("Award letter", "Why")),
        (BARRED, ("否决投标通知书 | Letter of disqualification", "no alloy", "does not offer"), ("CNY", "Rank of")),
    ],
)
def test_each_outcome_has_its_letter(letter: Letter, there: tuple[str, ...], missing: tuple[str, ...]) -> None:
    text = said(letter_document(letter))
    assert [word for word in there if word not in text] == [], text
    assert [word for word in missing if word in text] == [], text
    assert "2026-12-22 09:00:00 UTC" in text


@pytest.mark.parametrize("kind", list(PaperFormat))
def test_is_always_the_same_bytes_and_others_where_something_differs(kind: PaperFormat) -> None:
    content = letter_file(LOST, kind)
    assert letter_file(LOST, kind) == content != letter_file(WON, kind)
    assert [word for word in ("落选通知书", "Letterofregret", "Bea") if word not in text_of(content, kind)] == []


def test_each_bidder_reads_its_own_and_the_buyer_all(runtime: Runtime, client: TestClient, hall: Hall) -> None:
    bids = [{0: judging.content("96")}, {0: judging.content("95")}]
    tender = judging.opened(runtime, hall, bids, made.tender_command(hall))
    buyer, first, second = (caller_for(client, runtime, one) for one in (hall.evaluator, *hall.sales[:2]))
    (early, *_) = buyer.get(f"/tenders/{tender.tender.id}/opened-bids").json()["items"]
    assert buyer.get(f"/bids/{early['id']}/letter.pdf").status_code == 404
    judging.decide(runtime, hall, tender.tender.id)
    results = rows_of(runtime, system_actor("test", hall.buyer_id), select(TenderResult))
    by_supplier = {row.supplier_id: row for row in results}
    for place, (caller, other) in enumerate(((first, second), (second, first))):
        row = by_supplier[hall.suppliers[place]]
        at = f"/bids/{row.bid_id}/letter"
        name = "Awardletter" if row.outcome is Outcome.WON else "Letterofregret"
        for kind in PaperFormat:
            answer = caller.get(f"{at}.{kind}")
            assert answer.status_code == 200
            assert name in text_of(answer.content, kind)
            assert buyer.get(f"{at}.{kind}").content == answer.content
            assert other.get(f"{at}.{kind}").status_code == 404
    sign_in(client, hall.sales[0])
    own = f"/bids/{by_supplier[hall.suppliers[0]].bid_id}/letter.docx"
    assert client.get(own).headers["content-disposition"].endswith("-letter.docx")
    assert own in client.get(f"/tenders/{tender.tender.id}/results", headers={"Accept": "text/html"}).text
