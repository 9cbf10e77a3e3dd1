"""What is read and written past the session is what the session would have read and written."""

import pytest
from sqlalchemy import inspect, select

from b2b_market.infra.bulk import Fixed, insert_together, store_changes
from b2b_market.infra.runtime import Runtime
from b2b_market.rbac.actor import Scope
from b2b_market.rfq.models.requests import Rfq, RfqInvitation, RfqLine
from b2b_market.rfq.queries import requests as queries
from b2b_market.rfq.service import drafting
from b2b_market.rfq.service.drafting import RfqContent
from b2b_market.rfq.states import InvitationStatus
from tests.support.rfqs import Market, draft_command, make_market, publish
from tests.support.works import work_for


@pytest.fixture
def market(runtime: Runtime) -> Market:
    return make_market(runtime)


@pytest.fixture
def content(runtime: Runtime, market: Market) -> RfqContent:
    return publish(runtime, market)


def test_records_hold_what_the_session_would_have_loaded(runtime: Runtime, market: Market, content: RfqContent) -> None:
    with work_for(runtime, market.purchaser) as work:
        read = queries.lines_of(work.session, Scope(market.purchaser, None), content.rfq.id)
        loaded = work.session.scalars(select(RfqLine).where(RfqLine.rfq_id == content.rfq.id).order_by("position"))
        for record, line in zip(read, loaded, strict=True):
            names = [column.key for column in inspect(RfqLine).column_attrs if column.key in vars(line)]
            assert len(names) > 10
            assert {name: vars(record)[name] for name in names} == {name: vars(line)[name] for name in names}
            assert inspect(record).session is None


def test_a_new_root_is_in_the_session_and_goes_on_as_if_flushed(runtime: Runtime, market: Market) -> None:
    with work_for(runtime, market.purchaser) as work:
        rfq = drafting.draft_rfq(work, market.purchaser, draft_command(market.suppliers)).rfq
        assert (inspect(rfq).persistent, rfq.version, inspect(rfq).modified) == (True, 1, False)
        rfq.title = "Another title"
        work.session.flush()
        assert rfq.version == 2
        kept = work.session.execute(select(Rfq.title, Rfq.version, Rfq.guest_count).where(Rfq.id == rfq.id)).one()
        assert tuple(kept) == ("Another title", 2, 0)


def test_only_the_named_columns_of_a_record_are_stored(runtime: Runtime, market: Market, content: RfqContent) -> None:
    sales = market.sales[0]
    with work_for(runtime, sales) as work:
        place = queries.own_invitation(work.session, Scope(sales, None), content.rfq.id)
        place.status, place.decline_reason = InvitationStatus.DECLINED, "No capacity"
        store_changes(work.session, place, "status")
        kept = work.session.execute(
            select(RfqInvitation.status, RfqInvitation.decline_reason).where(RfqInvitation.id == place.id)
        ).one()
        assert tuple(kept) == (InvitationStatus.DECLINED, None)


def test_changes_of_rows_that_are_there_go_with_the_rows_that_are_new(
    runtime: Runtime, market: Market, content: RfqContent
) -> None:
    with work_for(runtime, market.purchaser) as work:
        text = "UPDATE rfq_invitation SET last_round = %(round)s WHERE rfq_id = %(rfq_id)s"
        insert_together(work.session, also=[Fixed(text, {"round": 2, "rfq_id": content.rfq.id})])
        rounds = set(
            work.session.scalars(select(RfqInvitation.last_round).where(RfqInvitation.rfq_id == content.rfq.id))
        )
        assert rounds == {2}
