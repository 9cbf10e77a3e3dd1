"""A demo tender that is announced before its notice."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from b2b_market.infra.work import Work
from b2b_market.kernel.currency import Currency
from b2b_market.tendering.commands.planning import PublishPlan
from b2b_market.tendering.commands.tenders import DraftTender
from b2b_market.tendering.demo import bonds
from b2b_market.tendering.demo.cast import CRITERIA, Cast, lot
from b2b_market.tendering.service import drafting, planning
from b2b_market.tendering.states.procedures import Entry

AHEAD: Final = timedelta(days=45)


def announce(cast: Cast, key_ids: tuple[UUID, ...]) -> None:
    """Draft a public tender, and let everybody know what it will be about, when, and about how much."""
    with cast.work(cast.purchaser) as work:
        draft = drafting.draft_tender(work, cast.purchaser, _content(work, key_ids)).tender
        planned_on = (work.now() + AHEAD).date()
        version = draft.version
    command = PublishPlan(tender_id=draft.id, expected_version=version, planned_on=planned_on, value_shown=True)
    cast.run(cast.approver, planning.publish_plan, command)


def _content(work: Work, key_ids: tuple[UUID, ...]) -> DraftTender:
    lots = (
        lot(work, "干式变压器 / Dry-type transformers", "4", classification="31170000", estimate="920000"),
        lot(work, "安装与调试 / Installation and commissioning", "1", classification="51110000", estimate="160000"),
    )
    return DraftTender(
        title="变压器更新 / Renewal of transformers",
        currency=Currency("CNY"),
        procedure="china-open",
        entry=Entry.PUBLIC,
        lots=lots,
        criteria=CRITERIA,
        bond=bonds.ASKED,
        key_ids=key_ids,
    )
