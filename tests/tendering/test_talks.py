"""Negotiation and dialogue: the same for everybody, nothing shown across, and final bids in a tender of their own."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from b2b_market.files import public as files
from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.refusal import IllegalStep, Invalid, NotFound
from b2b_market.tendering.commands.selecting import AddFile, AnswerTalk, StageFileId
from b2b_market.tendering.commands.tenders import EditTender, ReadTender, StepTender
from b2b_market.tendering.models.selecting import StageFile, Talk
from b2b_market.tendering.rules import talking as rules
from b2b_market.tendering.rules.admission import StageFirst, StageNotForeseen
from b2b_market.tendering.rules.drafting import TenderIncomplete
from b2b_market.tendering.rules.judging import EvaluatorUnfit
from b2b_market.tendering.service import applying, drafting, evaluating, overview, publishing, talking
from b2b_market.tendering.service.drafting import TenderContent
from b2b_market.tendering.states.procedures import Entry
from b2b_market.tendering.states.selecting import TalkKind, TalkStatus
from b2b_market.tendering.states.tenders import TenderStatus
from tests.support import judging, selecting
from tests.support import tenders as made
from tests.support.calling import caller_for
from tests.support.people import post_form, sign_in, sign_out
from tests.support.tenders import Hall
from tests.support.works import work_for


def opened(runtime: Runtime, hall: Hall, procedure: str = "private-negotiated") -> TenderContent:
    """Return a negotiated tender whose initial bids are open."""
    terms: dict[str, Any] = {
        "ground": "Only two makers",
        "criteria": judging.PRICE_ALONE,
        "enquiry_ends_at": None,
        "closes_at": datetime.now(UTC) + runtime.shift + timedelta(days=7),
    }
    wanted = made.tender_command(hall, lots=2, procedure=procedure, **terms)
    content = made.published(runtime, hall, wanted)
    assert content.tender.status is TenderStatus.TENDERING
    for place in range(len(hall.suppliers)):
        made.bid(runtime, hall, content, place, price=f"95{place}")
        made.bid(runtime, hall, content, place, price="80", at=1)
    made.close(runtime)
    made.open_bids(runtime, hall, content.tender.id)
    return made.read(runtime, hall.purchaser, content.tender.id)


def dialogue(runtime: Runtime, hall: Hall) -> UUID:
    """Return a two-stage tender whose dialogue has begun with every supplier."""
    wanted = selecting.command(hall, "private-two-stage", closes_at=None)
    content = selecting.qualified(runtime, hall, wanted)
    assert content.tender.status is TenderStatus.DIALOGUE
    return content.tender.id


def publish_final(runtime: Runtime, hall: Hall, final: TenderContent) -> TenderContent:
    """Give the draft of the final bids a deadline, and let it be approved and published."""
    now = datetime.now(UTC) + runtime.shift
    kept = made.tender_command(
        hall,
        title="Pumps, final terms",
        procedure=final.tender.procedure,
        supplier_ids=tuple(final.tender.supplier_ids),
        enquiry_ends_at=None,
        closes_at=now + timedelta(days=5),
        criteria=judging.PRICE_ALONE,
    )
    with work_for(runtime, hall.purchaser) as work:
        edit = EditTender(tender_id=final.tender.id, expected_version=final.version, content=kept)
        drafting.edit_tender(work, hall.purchaser, edit)
    for person, run in ((hall.purchaser, publishing.submit_tender), (hall.approver, publishing.publish_tender)):
        version = made.read_own(runtime, hall, final.tender.id).version
        with work_for(runtime, person) as work:
            run(work, person, StepTender(final.tender.id, version))
    return made.read(runtime, hall.purchaser, final.tender.id)


class TestNegotiation:
    def test_leads_from_opened_bids_to_a_second_sealed_round(self, runtime: Runtime, hall: Hall) -> None:
        tender = opened(runtime, hall).tender
        assert tender.document is not None
        assert tender.document["ground"] == "Only two makers"
        with pytest.raises(StageFirst), work_for(runtime, hall.evaluator) as work:
            evaluating.begin_evaluation(work, hall.evaluator, StepTender(tender.id, tender.version))
        assert selecting.negotiate(runtime, hall, tender.id).status is TenderStatus.NEGOTIATING
        selecting.meet(runtime, hall, tender.id, 0)
        with pytest.raises(rules.TalksUnequal) as refused:
            selecting.end_talks(runtime, hall, tender.id)
        assert refused.value.facts["companies"] == str(hall.suppliers[1])
        selecting.meet(runtime, hall, tender.id, 1)
        final = selecting.end_talks(runtime, hall, tender.id)
        assert set(final.tender.supplier_ids) == set(hall.suppliers)
        assert (final.tender.parent_id, final.tender.entry, len(final.lots)) == (tender.id, Entry.INVITED, 2)
        assert sorted(final.estimates.values()) == [Decimal(1000), Decimal(1000)]
        assert made.read(runtime, hall.purchaser, tender.id).tender.status is TenderStatus.CONTINUED
        published = publish_final(runtime, hall, final)
        assert published.tender.status is TenderStatus.TENDERING
        assert published.tender.notice != tender.notice
        made.bid(runtime, hall, published, 0, price="900")
        made.close(runtime)
        made.open_bids(runtime, hall, published.tender.id)
        assert made.read(runtime, hall.purchaser, published.tender.id).tender.status is TenderStatus.OPENED
        with work_for(runtime, hall.sales[1]) as work:
            chain = overview.read_overview(work, hall.sales[1], ReadTender(published.tender.id)).chain
            following = overview.read_overview(work, hall.sales[1], ReadTender(tender.id)).chain
        assert chain.before is not None
        assert following.after is not None
        assert (chain.before.id, following.after.id, chain.after) == (tender.id, published.tender.id, None)
        opened_again = made.read(runtime, hall.purchaser, published.tender.id)
        assert judging.begin(runtime, hall, opened_again).tender.status is TenderStatus.EVALUATING

    def test_is_for_procedures_that_say_so_and_not_by_who_published(self, runtime: Runtime, hall: Hall) -> None:
        plain = judging.opened(runtime, hall, [{0: judging.content("5")}])
        with pytest.raises(StageNotForeseen):
            selecting.negotiate(runtime, hall, plain.tender.id)
        tender_id = opened(runtime, hall, "negotiated-quick").tender.id
        publisher = replace(hall.approver, permissions=hall.approver.permissions | hall.evaluator.permissions)
        with pytest.raises(EvaluatorUnfit):
            selecting.negotiate(runtime, replace(hall, evaluator=publisher), tender_id)
        with pytest.raises(IllegalStep):
            selecting.end_talks(runtime, hall, tender_id)
        with pytest.raises(IllegalStep):
            selecting.record(runtime, hall, tender_id, TalkKind.INFORMATION)

    def test_the_ground_is_required_and_enough_are_invited(self, runtime: Runtime, hall: Hall) -> None:
        terms: dict[str, Any] = {"enquiry_ends_at": None, "procedure": "china-negotiated"}
        with pytest.raises(TenderIncomplete) as refused:
            made.published(runtime, hall, made.tender_command(hall, **terms))
        assert {error.pointer for error in refused.value.errors} == {"/ground", "/invited"}

    def test_rounds_follow_each_other_with_everybody(self, runtime: Runtime, hall: Hall) -> None:
        tender_id = opened(runtime, hall).tender.id
        selecting.negotiate(runtime, hall, tender_id)
        selecting.meet(runtime, hall, tender_id, 0, 1)
        version = made.read(runtime, hall.purchaser, tender_id).version
        with work_for(runtime, hall.evaluator) as work:
            assert talking.begin_round(work, hall.evaluator, StepTender(tender_id, version)).talk_round == 2
        with pytest.raises(rules.TalksUnequal):
            selecting.end_talks(runtime, hall, tender_id)


class TestConfidentiality:
    def test_no_company_sees_what_another_says(self, runtime: Runtime, hall: Hall) -> None:
        tender_id = dialogue(runtime, hall)
        asked = selecting.record(runtime, hall, tender_id, TalkKind.QUESTION, text="Show your solution")
        assert {(one.talk.supplier_id, one.talk.text) for one in asked} == {
            (one, "Show your solution") for one in hall.suppliers
        }
        mine = next(one.talk for one in asked if one.talk.supplier_id == hall.suppliers[0])
        kept = selecting.keep(runtime, hall.sales[0], "solution.txt", b"planted")
        with work_for(runtime, hall.sales[0]) as work:
            added = talking.add_talk_file(work, hall.sales[0], AddFile(mine.id, kept))
            said = talking.answer_talk(work, hall.sales[0], AnswerTalk(mine.id, added.version, "A planted solution"))
        assert said.talk.status is TalkStatus.ANSWERED
        with pytest.raises(IllegalStep), work_for(runtime, hall.sales[0]) as work:
            talking.answer_talk(work, hall.sales[0], AnswerTalk(mine.id, said.version, "Another one"))
        with pytest.raises(IllegalStep), work_for(runtime, hall.sales[0]) as work:
            talking.add_talk_file(work, hall.sales[0], AddFile(mine.id, kept))
        with pytest.raises(NotFound), work_for(runtime, hall.sales[1]) as work:
            talking.answer_talk(work, hall.sales[1], AnswerTalk(mine.id, said.version, "Mine"))
        with pytest.raises(NotFound), work_for(runtime, hall.sales[1]) as work:
            applying.open_stage_file(work, hall.sales[1], StageFileId(added.files[0].id))
        with work_for(runtime, hall.sales[1]) as work:
            assert {one.supplier_id for one in work.session.scalars(select(Talk))} == {hall.suppliers[1]}
            assert [one for one in work.session.scalars(select(StageFile)) if one.name == "solution.txt"] == []
            theirs = talking.read_talks(work, hall.sales[1], ReadTender(tender_id))
        assert (theirs.participants, theirs.missing) == ((), ())
        with work_for(runtime, hall.evaluator) as work:
            whole = talking.read_talks(work, hall.evaluator, ReadTender(tender_id))
            opened = applying.open_stage_file(work, hall.evaluator, StageFileId(added.files[0].id))
        assert (len(whole.entries), files.read(runtime.settings, opened)) == (2, b"planted")
        assert set(whole.missing) == set(hall.suppliers)

    def test_a_dialogue_ends_in_a_tender_for_those_who_took_part(self, runtime: Runtime, hall: Hall) -> None:
        tender_id = dialogue(runtime, hall)
        selecting.meet(runtime, hall, tender_id, 0, 1)
        final = selecting.end_talks(runtime, hall, tender_id)
        other = made.make_hall(runtime, 1)
        kept = made.tender_command(hall, enquiry_ends_at=None, procedure="private-two-stage")
        for wrong in (
            replace(kept, supplier_ids=other.suppliers),
            replace(kept, procedure="private-open"),
            replace(kept, entry=Entry.PUBLIC),
        ):
            edit = EditTender(tender_id=final.tender.id, expected_version=final.version, content=wrong)
            with pytest.raises(Invalid), work_for(runtime, hall.purchaser) as work:
                drafting.edit_tender(work, hall.purchaser, edit)
        published = publish_final(runtime, hall, final)
        assert published.tender.title == "Pumps, final terms"
        assert published.tender.document is not None
        assert published.tender.document["continues"] == str(tender_id)
        assert made.bid(runtime, hall, published, 1).sequence == 1


class TestEdges:
    def test_pages_lead_from_the_opening_to_the_final_draft(
        self, runtime: Runtime, client: TestClient, hall: Hall
    ) -> None:
        at = f"/tenders/{opened(runtime, hall).tender.id}"
        tender_id = UUID(at.rpartition("/")[2])
        sign_in(client, hall.evaluator)
        shown = client.get(at).text
        assert "Begin the negotiation" in shown
        assert "Begin the evaluation" not in shown
        assert post_form(client, f"{at}/negotiation", {"version": 1}).status_code == 409
        version = made.read(runtime, hall.purchaser, tender_id).version
        assert post_form(client, f"{at}/negotiation", {"version": version}).status_code == 303
        first, second = (str(one) for one in hall.suppliers)
        entry = {"version": version + 1, "text": "Planted words about the flange"}
        wrong = post_form(client, f"{at}/talks", {**entry, "kind": "session"})
        assert (wrong.status_code, "Say with whom the meeting was." in wrong.text) == (422, True)
        for company in (first, second):
            minutes = {**entry, "kind": "session", "supplier_id": company, "held_at": "2098-01-31T12:00"}
            kept = post_form(client, f"{at}/talks", minutes)
            assert kept.status_code == 303, kept.text
        assert "Begin the next round" in client.get(f"{at}/talks").text
        sign_out(client)
        sign_in(client, hall.sales[0])
        own = client.get(f"{at}/talks").text
        assert own.count("Planted words about the flange") == 1
        assert "Bidder 2" not in own
        talk = own.split("/tender-talks/")[1].split("/")[0]
        said = {"version": 1, f"answer-{talk}": "The minutes are right"}
        assert post_form(client, f"/tender-talks/{talk}/answer", said).status_code == 303
        assert post_form(client, f"/tender-talks/{talk}/answer", said).status_code == 409
        sign_out(client)
        sign_in(client, hall.purchaser)
        assert "The minutes are right" in client.get(f"{at}/talks").text
        ended = post_form(client, f"{at}/talks/end", {"version": version + 1})
        assert ended.status_code == 303, ended.text
        assert "Save the draft" in client.get(ended.headers["location"]).text
        assert "The procedure goes on with the final bids in" in client.get(at).text

    def test_a_dialogue_over_the_api_tells_everybody_alike(
        self, runtime: Runtime, client: TestClient, hall: Hall
    ) -> None:
        tender_id = dialogue(runtime, hall)
        path = f"/tenders/{tender_id}"
        buyer, sales = caller_for(client, runtime, hall.evaluator), caller_for(client, runtime, hall.sales[0])
        version = buyer.get(path).json()["version"]
        told = buyer.post(f"{path}/talks", {"kind": "information", "text": "The flange is DN 80"}, version=version)
        assert [one["status"] for one in told.json()["items"]] == ["noted", "noted"], told.text
        again = buyer.post(f"{path}/talks", {"kind": "session", "text": "x"}, version=version)
        assert (again.status_code, {one["pointer"] for one in again.json()["errors"]}) == (
            422,
            {"/supplier_id", "/held_at"},
        )
        (entry,) = sales.get(f"{path}/talks").json()["entries"]
        assert entry["text"] == "The flange is DN 80"
        refused = sales.post(f"/tender-talks/{entry['id']}/answer", {"text": "Fine"}, version=entry["version"])
        assert refused.status_code == 409
        judging.deliver(runtime)
        subjects = [one["subject"] for one in sales.get("/notifications").json()["items"]]
        assert sum("something new in your talks" in one for one in subjects) == 1
