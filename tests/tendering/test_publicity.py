"""Candidates from their publication to the award: what waits, who objects, and who reads them."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from b2b_market.infra.ids import new_id
from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.permission import Role
from b2b_market.kernel.refusal import NotFound
from b2b_market.tendering.commands.procedures import ComposeProcedure
from b2b_market.tendering.commands.publicity import PublishCandidates
from b2b_market.tendering.models.publicity import PublicityRow
from b2b_market.tendering.rules import publicity as rules
from b2b_market.tendering.rules.complaining import ComplaintOpen, ComplaintTooLate
from b2b_market.tendering.rules.procedures import profile
from b2b_market.tendering.service import procedures, publicity, reviewing
from b2b_market.tendering.service.drafting import TenderContent
from b2b_market.tendering.states.complaints import ComplaintKind, ComplaintStatus, ComplaintTarget
from b2b_market.tendering.states.publicity import PublicityStatus
from b2b_market.tendering.tasks import end_publicities
from tests.support import complaints as told
from tests.support import judging
from tests.support import tenders as made
from tests.support.calling import caller_for
from tests.support.people import make_company, make_person, post_form, sign_in, sign_out
from tests.support.rows import rows_of
from tests.support.tenders import Hall
from tests.support.works import work_for


@pytest.fixture
def hall(runtime: Runtime) -> Iterator[Hall]:
    with made.own_clock(runtime):
        yield made.make_hall(runtime, suppliers=3)


def opened(runtime: Runtime, hall: Hall, *prices: str) -> TenderContent:
    """Open a tender whose procedure publishes candidates and takes objections as the Chinese profile does."""
    china = profile("china-open").values
    own: Mapping[str, object] = {
        **profile("private-open").values,
        "publicity": china["publicity"],
        "complaints": china["complaints"],
    }
    with work_for(runtime, hall.purchaser) as work:
        wanted = ComposeProcedure(name=f"With candidates {new_id()}", base="private-open", values=own)
        found = str(procedures.compose_procedure(work, hall.purchaser, wanted).id)
    command = made.tender_command(hall, procedure=found, criteria=judging.PRICE_ALONE)
    content = judging.opened(runtime, hall, [{0: judging.content(price)} for price in prices], command)
    judging.begin(runtime, hall, content)
    return content


def publish(runtime: Runtime, hall: Hall, content: TenderContent) -> PublicityRow:
    version = judging.judged(runtime, hall.purchaser, content.tender.id).version
    with work_for(runtime, hall.purchaser) as work:
        command = PublishCandidates(content.lots[0].id, version)
        return publicity.publish_candidates(work, hall.purchaser, command)


def test_an_award_waits_for_the_publicity_of_its_ranking(runtime: Runtime, hall: Hall) -> None:
    content = opened(runtime, hall, "96", "95", "99")
    lot = judging.judged(runtime, hall.purchaser, content.tender.id).lots[0]
    award = judging.propose(runtime, hall.purchaser, judging.turn(lot))
    with pytest.raises(rules.CandidatesNotPublished):
        judging.approve(runtime, hall.approver, award)
    row = publish(runtime, hall, content)
    assert [(one["place"], one["name"], one["total"]["amount"]) for one in row.candidates] == [
        (1, "Bidder 2", "950.00"),
        (2, "Bidder 1", "960.00"),
        (3, "Bidder 3", "990.00"),
    ]
    assert row.created_at <= row.due_at
    with pytest.raises(rules.CandidatesPublished):
        publish(runtime, hall, content)
    with pytest.raises(rules.CandidatesNotPublished):
        judging.approve(runtime, hall.approver, award)
    assert end_publicities(runtime) == 0
    made.move(runtime, timedelta(days=3, minutes=1))
    assert (end_publicities(runtime), end_publicities(runtime)) == (1, 0)
    assert judging.approve(runtime, hall.approver, award).bid_id == UUID(row.candidates[0]["bid"])
    judging.deliver(runtime)
    assert "tender.candidates_published" in {one.kind for one in told.messages(runtime, hall.sales[2])}
    assert "tender.publicity_ended" in {one.kind for one in told.messages(runtime, hall.purchaser)}


def test_an_objection_keeps_the_publicity_open_until_it_is_answered(runtime: Runtime, hall: Hall) -> None:
    content = opened(runtime, hall, "96", "95")
    row = publish(runtime, hall, content)
    award = judging.propose(
        runtime, hall.purchaser, judging.turn(judging.judged(runtime, hall.purchaser, content.tender.id).lots[0])
    )
    aim, kind = (ComplaintTarget.CANDIDATES, row.id), ComplaintKind.OBJECTION
    with pytest.raises(NotFound):
        told.draft(runtime, hall.sales[2], content.tender.id, *aim, kind=kind)
    objection = told.lodge(runtime, hall.sales[0], content.tender.id, *aim, kind=kind)
    assert (objection.status, objection.lot_id) == (ComplaintStatus.PENDING, content.lots[0].id)
    made.move(runtime, timedelta(days=4))
    assert end_publicities(runtime) == 0
    with pytest.raises(ComplaintOpen):
        judging.approve(runtime, hall.approver, award)
    told.step(runtime, hall.approver, reviewing.reject_objection, objection, "It is in annex 2.")
    assert end_publicities(runtime) == 1
    with pytest.raises(NotFound):
        told.draft(runtime, hall.sales[0], content.tender.id, *aim, kind=kind)
    judging.approve(runtime, hall.approver, award)


def test_a_late_objection_is_refused(runtime: Runtime, hall: Hall) -> None:
    content = opened(runtime, hall, "96", "95")
    row = publish(runtime, hall, content)
    made.move(runtime, timedelta(days=3, minutes=1))
    with pytest.raises(ComplaintTooLate):
        told.draft(
            runtime,
            hall.sales[0],
            content.tender.id,
            ComplaintTarget.CANDIDATES,
            row.id,
            kind=ComplaintKind.OBJECTION,
        )


def test_an_upheld_objection_withdraws_the_ranking(runtime: Runtime, hall: Hall) -> None:
    content = opened(runtime, hall, "96", "95")
    row = publish(runtime, hall, content)
    objection = told.lodge(
        runtime,
        hall.sales[0],
        content.tender.id,
        ComplaintTarget.CANDIDATES,
        row.id,
        kind=ComplaintKind.OBJECTION,
    )
    told.step(runtime, hall.approver, reviewing.uphold_objection, objection, "The sum is wrong.")
    (gone,) = rows_of(runtime, hall.purchaser, select(PublicityRow))
    assert (gone.status, gone.reason) == (PublicityStatus.WITHDRAWN, "The sum is wrong.")
    again = publish(runtime, hall, content)
    assert again.status is PublicityStatus.RUNNING
    made.move(runtime, timedelta(days=4))
    assert end_publicities(runtime) == 1


def test_only_who_reads_the_tender_reads_its_candidates(runtime: Runtime, hall: Hall, client: TestClient) -> None:
    content = opened(runtime, hall, "96", "95")
    path = f"/tenders/{content.tender.id}"
    version = judging.judged(runtime, hall.purchaser, content.tender.id).version
    sign_in(client, hall.purchaser)
    assert "Publish the candidates of lot 1" in client.get(f"{path}/evaluation").text
    stale = post_form(client, f"/tender-lots/{content.lots[0].id}/candidates", {"version": version + 1})
    assert stale.headers["location"] == f"{path}/evaluation"
    done = post_form(client, f"/tender-lots/{content.lots[0].id}/candidates", {"version": version})
    assert (done.status_code, done.headers["location"]) == (303, f"{path}/candidates")
    sign_out(client)
    sign_in(client, hall.sales[2])
    shown = client.get(f"{path}/candidates").text
    assert all(said in shown for said in ("Bidder 2", "950.00", "Open to objections", f'href="{path}/complaints"'))
    sign_out(client)
    sign_in(client, hall.sales[0])
    assert "The published candidates of lot 1" in client.get(f"{path}/complaints").text
    sign_out(client)
    (one,) = caller_for(client, runtime, hall.sales[0]).get(f"{path}/candidates").json()["items"]
    assert [row["name"] for row in one["candidates"]] == ["Bidder 2", "Bidder 1"]
    stranger = make_person(runtime, make_company(runtime, "Stranger", ("supplier",)), Role.SUPPLIER_SALES)
    assert caller_for(client, runtime, stranger).get(f"{path}/candidates").status_code == 404
    with work_for(runtime, stranger) as work:
        assert work.session.scalars(select(PublicityRow)).all() == []
    assert client.get(f"/api/v1/tender-board/{content.tender.id}/candidates").status_code == 404


def test_a_procedure_without_candidates_publishes_none(runtime: Runtime, hall: Hall) -> None:
    bids = [{0: judging.content(price)} for price in ("96", "95")]
    content = judging.opened(runtime, hall, bids)
    judging.begin(runtime, hall, content)
    with pytest.raises(rules.PublicityNotForeseen):
        publish(runtime, hall, content)
