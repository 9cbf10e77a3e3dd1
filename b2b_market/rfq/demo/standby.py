"""Demo data of cancellations: a supplier that did not confirm, and its standby; running it again changes nothing."""

from typing import Final

from b2b_market.infra.runtime import Runtime, new_correlation
from b2b_market.infra.who import Cause
from b2b_market.infra.work import Work
from b2b_market.rbac.actor import Actor
from b2b_market.rfq.commands import requests as commands
from b2b_market.rfq.commands.cancelling import CancelLines, ReadStandby
from b2b_market.rfq.demo.requests import demo_purchaser
from b2b_market.rfq.models.quotes import Award
from b2b_market.rfq.service import awarding, cancelling, drafting
from b2b_market.rfq.states import AwardStatus, CancelReason, RfqStatus

WHY: Final = "三次催告未确认。 Asked three times, no confirmation."


def call_in_standby(runtime: Runtime) -> None:
    """Cancel a line of the demo's award and call in the standby supplier; the new award goes its usual way."""
    purchaser = demo_purchaser(runtime)
    with runtime.work(purchaser.who, purchaser.tenant(), Cause("cli", new_correlation())) as work:
        for rfq in drafting.list_rfqs(work, purchaser, commands.ListRfqs()).items:
            if rfq.status is RfqStatus.AWARDED:
                for award in awarding.list_awards(work, purchaser, commands.ReadRfq(rfq.id)):
                    _cancel_one(work, purchaser, award)


def _cancel_one(work: Work, purchaser: Actor, award: Award) -> None:
    if award.status is not AwardStatus.APPROVED:
        return
    supplier_id = award.supplier_ids[0]
    found = cancelling.read_standby(work, purchaser, ReadStandby(award.id, supplier_id))
    if not found.picks:
        return
    command = CancelLines(
        award_id=award.id,
        expected_version=award.version,
        supplier_id=supplier_id,
        line_ids=(found.picks[0].line_id,),
        code=CancelReason.NOT_CONFIRMED,
        text=WHY,
        picks=found.picks[:1],
        rest=commands.Rest.LEAVE,
    )
    cancelling.cancel_lines(work, purchaser, command)
