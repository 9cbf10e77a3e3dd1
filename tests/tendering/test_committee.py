"""A committee from its pool to the opened sheets: who reads what when, and that anybody can make the draw again."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select
from typer.testing import CliRunner

from b2b_market.infra.audit_trail import AuditDetail, AuditEvent
from b2b_market.infra.outbox import OutboxRow
from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.permission import Role
from b2b_market.kernel.refusal import NotFound
from b2b_market.rbac.actor import Actor, system_actor
from b2b_market.rbac.duties import OwnWork
from b2b_market.tendering.cli.bidding import app
from b2b_market.tendering.commands.bids import ReadBid
from b2b_market.tendering.commands.evaluation import Score, ScoreBids
from b2b_market.tendering.commands.tenders import ReadTender, StepTender
from b2b_market.tendering.models.committee import Seed, SheetRow
from b2b_market.tendering.rules import committee as rules
from b2b_market.tendering.rules.drawing import DrawDoesNotMatch, PoolTooSmall
from b2b_market.tendering.rules.sheets import SheetIncomplete
from b2b_market.tendering.service import committee, evaluating, opening, publishing
from b2b_market.tendering.service.drafting import TenderContent
from b2b_market.tendering.states.committee import CommitteeStatus, JurorStatus
from b2b_market.tendering.states.procedures import Entry
from b2b_market.tendering.tasks import advance_committees
from tests.support import committees, judging
from tests.support import tenders as made
from tests.support.calling import caller_for
from tests.support.people import actor_of, join, post_form, sign_in, sign_out, start_session
from tests.support.rows import rows_of
from tests.support.tenders import Hall
from tests.support.works import work_for

PLANTED = "63.17"
"""A score that occurs nowhere else."""


def opened(runtime: Runtime, hall: Hall) -> TenderContent:
    """Run a tender with a committee to its opening; the draw is made on the way."""
    command = made.tender_command(hall, procedure=committees.procedure(runtime, hall.purchaser))
    bids = [{0: judging.content(price)} for price in ("80", "100")]
    tender = judging.opened(runtime, hall, bids, command)
    assert advance_committees(runtime) == 1
    assert advance_committees(runtime) == 0
    return made.read(runtime, hall.purchaser, tender.tender.id)


def members(runtime: Runtime, hall: Hall, tender_id: UUID) -> list[Actor]:
    """Return the members as they sign in, by name."""
    found = committees.view(runtime, hall.purchaser, tender_id).jurors
    return [
        actor_of(runtime, start_session(runtime, juror.user_id, juror.org_id))
        for juror in found
        if juror.status is JurorStatus.SEATED
    ]


class TestPool:
    def test_is_announced_by_its_digest_and_a_commitment_and_the_seed_is_nobodys(
        self, runtime: Runtime, hall: Hall
    ) -> None:
        tender = made.published(
            runtime, hall, made.tender_command(hall, procedure=committees.procedure(runtime, hall.purchaser))
        )
        found = committees.view(runtime, hall.sales[0], tender.tender.id)
        assert (found.jurors, found.committee is not None and found.committee.draw) == ((), None)
        assert tender.tender.document is not None
        said = tender.tender.document["committee"]
        assert found.committee is not None
        assert said["commitment"] == bytes(found.committee.commitment).hex()
        assert said["pool_digest"] == bytes(found.committee.pool).hex()
        for person in (hall.purchaser, hall.sales[0]):
            with work_for(runtime, person) as work:
                assert list(work.session.scalars(select(Seed))) == []

    def test_is_refused_with_bidders_too_few_people_and_the_publisher(self, runtime: Runtime, hall: Hall) -> None:
        draft = made.draft(
            runtime, hall, made.tender_command(hall, procedure=committees.procedure(runtime, hall.purchaser))
        )
        with work_for(runtime, hall.purchaser) as work, pytest.raises(rules.CommitteeMissing):
            publishing.submit_tender(work, hall.purchaser, StepTender(draft.tender.id, draft.version))
        with pytest.raises(rules.JurorsUnfit):
            committees.name(runtime, hall.purchaser, draft.tender.id, outside=hall.suppliers[0])
        assert committees.view(runtime, hall.purchaser, draft.tender.id).committee is None
        people = committees.name(runtime, hall.purchaser, draft.tender.id)
        found = made.read(runtime, hall.purchaser, draft.tender.id)
        with work_for(runtime, hall.purchaser) as work:
            sent = publishing.submit_tender(work, hall.purchaser, StepTender(found.tender.id, found.version))
            work.session.flush()
            version = sent.version
        juror = list(people.values())[1]
        both = join(runtime, juror, hall.buyer_id, Role.BUYER_APPROVER)
        with work_for(runtime, both) as work, pytest.raises(rules.JurorsUnfit):
            publishing.publish_tender(work, both, StepTender(found.tender.id, version))


class TestWork:
    def test_nobody_reads_before_declaring_nor_another_sheet_before_all_are_open(
        self, runtime: Runtime, hall: Hall, client: TestClient
    ) -> None:
        tender = opened(runtime, hall)
        tender_id = tender.tender.id
        five = members(runtime, hall, tender_id)
        inside = next(one for one in five if one.org_id == hall.buyer_id)
        with work_for(runtime, hall.purchaser) as work:
            bids = [one.bid.id for one in opening.list_opened_bids(work, hall.purchaser, ReadTender(tender_id))]
        with work_for(runtime, inside) as work, pytest.raises(rules.DeclarationMissing):
            opening.list_opened_bids(work, inside, ReadTender(tender_id))
        with work_for(runtime, inside) as work, pytest.raises(rules.DeclarationMissing):
            opening.read_bid(work, inside, ReadBid(bids[0]))
        found = judging.begin(runtime, hall, tender)
        assert {one.user_id for one in five} < set(found.evaluation.evaluator_ids)
        with work_for(runtime, inside) as work, pytest.raises(rules.DeclarationMissing):
            committee.list_member_bids(work, inside, ReadTender(tender_id))
        score = tuple(Score(bid, "1", Decimal(80)) for bid in bids)
        command = ScoreBids(tender_id=tender_id, expected_version=found.version, scores=score)
        with work_for(runtime, hall.evaluator) as work, pytest.raises(rules.CommitteeScores):
            evaluating.score_bids(work, hall.evaluator, command)
        for number, member in enumerate(five):
            committees.declare(runtime, member, tender_id)
            with work_for(runtime, member) as work:
                assert {one.bid.id for one in committee.list_member_bids(work, member, ReadTender(tender_id))} == set(
                    bids
                )
            with pytest.raises(SheetIncomplete):
                committees.hand_in(runtime, member, tender_id, {bids[0]: "50"})
            first = PLANTED if number == 0 else str(20 + 20 * number)
            committees.hand_in(runtime, member, tender_id, {bids[0]: first, bids[1]: "90"})
            if number < 4:
                assert advance_committees(runtime) == 0
                self._hidden(runtime, hall, client, tender_id, five)
        assert advance_committees(runtime) == 1
        assert advance_committees(runtime) == 0
        scores = committees.view(runtime, five[1], tender_id).scores
        assert {one.bid_id: one.score for one in scores} == {
            bids[0]: (Fraction("63.17") + 60 + 80) / 3,
            bids[1]: Fraction(90),
        }
        lot = judging.judged(runtime, hall.purchaser, tender_id).lots[0]
        assert [one.score for one in lot.standing] == [70 + scores[0].score * 3 / 10, 56 + 27]
        proposed = judging.propose(runtime, hall.purchaser, judging.turn(lot))
        both = join(runtime, inside, hall.buyer_id, Role.BUYER_APPROVER)
        with pytest.raises(OwnWork):
            judging.approve(runtime, both, proposed)
        assert judging.approve(runtime, hall.approver, proposed).status.value == "active"

    def _hidden(self, runtime: Runtime, hall: Hall, client: TestClient, tender_id: UUID, five: list[Actor]) -> None:
        for person in (hall.purchaser, hall.approver, hall.evaluator, five[1], five[4], hall.sales[0]):
            caller = caller_for(client, runtime, person)
            for path in ("committee", "evaluation"):
                assert PLANTED not in caller.get(f"/tenders/{tender_id}/{path}").text
            assert committees.view(runtime, person, tender_id).scores == ()
        assert PLANTED in caller_for(client, runtime, five[0]).get(f"/tenders/{tender_id}/committee").text
        buyer = system_actor("test", hall.buyer_id)
        with work_for(runtime, hall.purchaser) as work:
            assert list(work.session.scalars(select(SheetRow))) == []
        for model in (OutboxRow.payload, AuditDetail, AuditEvent):
            assert PLANTED not in repr(
                [getattr(row, "__dict__", row) for row in rows_of(runtime, buyer, select(model))]
            )

    def test_a_conflict_gives_the_seat_to_the_next_reserve_until_none_is_left(
        self, runtime: Runtime, hall: Hall
    ) -> None:
        tender = opened(runtime, hall)
        first = committees.view(runtime, hall.purchaser, tender.tender.id)
        assert first.committee is not None
        assert first.committee.draw is not None
        reserves = [UUID(one) for one in first.committee.draw["reserves"]]
        assert (len(first.committee.draw["members"]), len(reserves)) == (5, 3)
        gone = members(runtime, hall, tender.tender.id)[0]
        committees.declare(runtime, gone, tender.tender.id, conflict=True)
        assert advance_committees(runtime) == 1
        after = committees.view(runtime, hall.purchaser, tender.tender.id)
        status = {one.id: one.status for one in after.jurors}
        assert sum(one is JurorStatus.SEATED for one in status.values()) == 5
        assert {one.user_id: one.status for one in after.jurors}[gone.user_id] is JurorStatus.RECUSED
        with work_for(runtime, gone) as work, pytest.raises(NotFound):
            committee.list_member_bids(work, gone, ReadTender(tender.tender.id))
        for _ in range(4):
            if committees.view(runtime, hall.purchaser, tender.tender.id).committee.status is CommitteeStatus.SHORT:  # type: ignore[union-attr]  # drawn above
                break
            committees.declare(runtime, members(runtime, hall, tender.tender.id)[0], tender.tender.id, conflict=True)
            assert advance_committees(runtime) == 1
        short = committees.view(runtime, hall.purchaser, tender.tender.id).committee
        assert short is not None
        assert short.status is CommitteeStatus.SHORT
        with pytest.raises(rules.CommitteeNotReady):
            judging.begin(runtime, hall, made.read(runtime, hall.purchaser, tender.tender.id))

    def test_anybody_makes_the_draw_again_from_its_record(self, runtime: Runtime, hall: Hall, tmp_path: Path) -> None:
        tender = opened(runtime, hall)
        found = committees.view(runtime, hall.sales[0], tender.tender.id).committee
        assert found is not None
        assert found.draw is not None
        announced, drawn = rules.check_record(found.draw)
        assert (announced.commitment, len(drawn.members)) == (bytes(found.commitment), 5)
        with pytest.raises(DrawDoesNotMatch):
            rules.check_record({**found.draw, "seed": "00" * 32})
        with pytest.raises((DrawDoesNotMatch, PoolTooSmall)):
            self._all_lead_to(found.draw, "11" * 32, "22" * 32)
        record = tmp_path / "draw.json"
        record.write_text(json.dumps(found.draw))
        runner = CliRunner()
        sound = runner.invoke(app, ["bid", "verify-draw", str(record), "--commitment", bytes(found.commitment).hex()])
        assert (sound.exit_code, "Sound: 5 members" in sound.output) == (0, True)
        record.write_text(json.dumps({**found.draw, "members": found.draw["members"][::-1]}))
        assert runner.invoke(app, ["bid", "verify-draw", str(record)]).exit_code == 2

    def _all_lead_to(self, draw: Mapping[str, Any], *beacons: str) -> None:
        """Check a record with each of these beacons: one alone draws the same people once in some thousand times."""
        for beacon in beacons:
            rules.check_record({**draw, "beacon": beacon})


class TestPages:
    def test_show_the_announced_draw_of_a_public_tender_to_strangers(
        self, runtime: Runtime, hall: Hall, client: TestClient
    ) -> None:
        now = datetime.now(UTC)
        command = made.tender_command(hall, entry=Entry.PUBLIC, supplier_ids=(), procedure="china-open")
        command = replace(command, enquiry_ends_at=now + timedelta(days=11), closes_at=now + timedelta(days=40))
        at = f"/tender-board/{made.published(runtime, hall, command).tender.id}/committee"
        said = client.get(f"/api/v1{at}").json()
        assert (said["status"], said["seats"], said["draw"]) == ("named", 5, None)
        shown = client.get(at).text
        assert (said["commitment"] in shown, "secret until the draw" in shown, "Juror" in shown) == (True, True, False)

    def test_lead_a_member_from_the_declaration_to_the_sheet(
        self, runtime: Runtime, hall: Hall, client: TestClient
    ) -> None:
        tender = opened(runtime, hall)
        at = f"/tenders/{tender.tender.id}/committee"
        judging.begin(runtime, hall, tender)
        member = next(one for one in members(runtime, hall, tender.tender.id) if one.org_id == hall.buyer_id)
        sign_in(client, member)
        assert "You read no bid before you have declared." in client.get(at).text
        seat = committees.view(runtime, member, tender.tender.id).seat
        assert seat is not None
        done = post_form(client, f"{at}/declaration", {"version": seat.version, "conflict": "no"})
        assert done.status_code == 303, done.text
        shown = client.get(at).text
        assert "Your score sheet" in shown
        with work_for(runtime, member) as work:
            bids = [one.bid.id for one in committee.list_member_bids(work, member, ReadTender(tender.tender.id))]
        sheet = {f"score-{bid}-1": "70" for bid in bids}
        missing = post_form(client, f"{at}/sheet", {"version": seat.version + 1})
        assert missing.status_code == 409
        done = post_form(client, f"{at}/sheet", {"version": seat.version + 1, **sheet})
        assert done.status_code == 303, done.text
        sign_out(client)
        sign_in(client, hall.purchaser)
        told = client.get(at).text
        assert ("Record of the draw, for programs" in told, "Juror 1" in told) == (True, True)
