"""Joint tenders: confirmed before the publication, blind before the opening, a contract for each buyer."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select, text

from b2b_market.contracts.models import Contract, ContractLine
from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.permission import Role
from b2b_market.kernel.refusal import IllegalStep, Invalid, NotFound
from b2b_market.rbac.actor import system_actor
from b2b_market.tendering.commands.bids import SubmitBid
from b2b_market.tendering.commands.joint import DeclineParticipation
from b2b_market.tendering.rules.bidding import BidderUnfit
from b2b_market.tendering.rules.joint import JointUnfit, ParticipantsUnfit, ParticipationMissing, SharesTooLarge
from b2b_market.tendering.service import bidding, joining
from b2b_market.tendering.service.drafting import TenderContent
from b2b_market.tendering.states.joint import ParticipantStatus
from b2b_market.tendering.states.tenders import TenderStatus
from b2b_market.tendering.tasks import conclude_over
from tests.support import frameworks as agreed
from tests.support import joint, judging
from tests.support import tenders as made
from tests.support.people import make_company, make_person
from tests.support.rows import rows_of
from tests.support.tenders import Hall
from tests.support.works import work_for


def test_each_buyer_gets_its_contract_and_together_they_are_the_award(runtime: Runtime, hall: Hall) -> None:
    partners = [joint.partner(runtime, "Castings"), joint.partner(runtime, "Forgings")]

    def prepare(draft: TenderContent) -> None:
        joint.invite(runtime, hall, draft.tender.id, [one.org_id for one in partners])
        joint.confirm(runtime, partners[0], draft.tender.id, "3.3")
        joint.confirm(runtime, partners[1], draft.tender.id, "3.3")

    command = made.tender_command(hall, criteria=judging.PRICE_ALONE)
    tender = judging.opened(runtime, hall, [{0: judging.content("0.115")}], command, prepare)
    assert tender.tender.document is not None
    assert [one["id"] for one in tender.tender.document["buyers"]] == [str(one.org_id) for one in partners]
    found = judging.begin(runtime, hall, tender)
    judging.approve(runtime, hall.approver, judging.propose(runtime, hall.evaluator, judging.turn(found.lots[0])))
    made.move(runtime, timedelta(days=3))
    assert conclude_over(runtime) == 1
    judging.deliver(runtime)
    judging.deliver(runtime)  # told twice, drafted once
    everybody = system_actor("test", hall.buyer_id, *(one.org_id for one in partners))
    contracts = {one.buyer_id: one for one in rows_of(runtime, everybody, select(Contract))}
    lines = {one.buyer_id: one for one in rows_of(runtime, everybody, select(ContractLine))}
    expected = {
        hall.buyer_id: ("3.4", "0.39"),
        partners[0].org_id: ("3.3", "0.38"),
        partners[1].org_id: ("3.3", "0.38"),
    }
    assert {org_id: (one.quantity, one.amount) for org_id, one in lines.items()} == {
        org_id: (Decimal(quantity), Decimal(amount)) for org_id, (quantity, amount) in expected.items()
    }
    # 10 at 0.115 are 1.15; the contracts' lines are 0.39 + 0.38 + 0.38
    assert sum(one.total for one in contracts.values()) == Decimal("1.15")
    assert {one.award_id for one in contracts.values()} == {contracts[hall.buyer_id].award_id}
    assert made.read(runtime, partners[0], tender.tender.id).tender.status is TenderStatus.COMPLETE


def test_nobody_is_taken_for_granted(runtime: Runtime, hall: Hall) -> None:
    partner = joint.partner(runtime)
    draft = made.draft(runtime, hall)
    tender_id = draft.tender.id
    with pytest.raises(NotFound):
        made.read(runtime, partner, tender_id)
    joint.invite(runtime, hall, tender_id, [partner.org_id])
    assert made.read(runtime, partner, tender_id).estimates == {}
    with pytest.raises(ParticipationMissing):
        made.publish(runtime, hall, tender_id)
    with pytest.raises(Invalid):
        joint.confirm(runtime, partner, tender_id, "10.5")
    joint.confirm(runtime, partner, tender_id, "4")
    second = joint.partner(runtime, "Forgings")
    joint.invite(runtime, hall, tender_id, [partner.org_id, second.org_id])
    assert [one.org_id for one in joint.read(runtime, second, tender_id).participants] == [second.org_id]
    joint.confirm(runtime, second, tender_id, "7")
    with pytest.raises(SharesTooLarge):
        made.publish(runtime, hall, tender_id)
    (own,) = joint.read(runtime, second, tender_id).participants
    with work_for(runtime, second) as work:
        joining.decline_participation(work, second, DeclineParticipation(tender_id, own.version, "no budget"))
    judging.deliver(runtime)
    published = made.publish(runtime, hall, tender_id)
    assert partner.org_id in published.tender.party_ids
    assert second.org_id not in published.tender.party_ids
    with pytest.raises(IllegalStep):
        joint.confirm(runtime, partner, tender_id, "5")
    judging.deliver(runtime)


def test_unfit_companies_are_not_asked(runtime: Runtime, hall: Hall) -> None:
    draft = made.draft(runtime, hall)
    for org_id in (hall.buyer_id, hall.suppliers[0]):
        with pytest.raises(ParticipantsUnfit):
            joint.invite(runtime, hall, draft.tender.id, [org_id])
    partner = joint.partner(runtime)
    framed = made.draft(runtime, hall, agreed.command(runtime, hall))
    agreed.set_terms(runtime, hall, framed)
    joint.invite(runtime, hall, framed.tender.id, [partner.org_id])
    joint.confirm(runtime, partner, framed.tender.id, "1")
    with pytest.raises(JointUnfit):
        made.publish(runtime, hall, framed.tender.id)
    assert joint.read(runtime, hall.purchaser, draft.tender.id).participants == []


def test_who_is_left_out_reads_no_more(runtime: Runtime, hall: Hall) -> None:
    partner = joint.partner(runtime)
    draft = made.draft(runtime, hall)
    joint.invite(runtime, hall, draft.tender.id, [partner.org_id])
    joint.invite(runtime, hall, draft.tender.id, [])
    with pytest.raises(NotFound):
        made.read(runtime, partner, draft.tender.id)
    assert made.publish(runtime, hall, draft.tender.id).tender.edition == 1


def test_before_the_opening_a_participant_sees_nothing_of_bids_and_does_not_bid(runtime: Runtime, hall: Hall) -> None:
    org = make_company(runtime, "Both Sides", ("buyer", "supplier"))
    partner = make_person(runtime, org, Role.BUYER_APPROVER, Role.SUPPLIER_SALES, Role.BUYER_EVALUATOR)

    def prepare(draft: TenderContent) -> None:
        joint.invite(runtime, hall, draft.tender.id, [org])
        joint.confirm(runtime, partner, draft.tender.id, "3")

    tender = made.tendering(runtime, hall, None, prepare)
    made.bid(runtime, hall, tender, 0)
    tables = ("tender_counter", "tender_bid", "tender_received", "tender_box", "tender_private")
    with work_for(runtime, partner) as work:
        seen = {name: work.session.execute(text(f"SELECT count(*) FROM {name}")).scalar_one() for name in tables}  # noqa: S608 - names above
        assert seen == dict.fromkeys(tables, 0)
        assert work.session.execute(text("SELECT count(*) FROM tender_lot")).scalar_one() == 1
        packed = made.packed_bid(tender, org, 9)
        with pytest.raises(BidderUnfit):
            bidding.submit_bid(work, partner, SubmitBid(tender.tender.id, packed))
    (own,) = joint.read(runtime, partner, tender.tender.id).participants
    assert (own.status, own.quantities) == (ParticipantStatus.CONFIRMED, [["3"]])
