"""Demo data of amendments: one that waits for its approval; running it again changes nothing."""

from dataclasses import replace
from typing import Final

from b2b_market.infra.runtime import Runtime, new_correlation
from b2b_market.infra.who import Cause
from b2b_market.kernel.quantity import Quantity
from b2b_market.rfq.commands import requests as commands
from b2b_market.rfq.commands.amending import AmendRfq
from b2b_market.rfq.demo.requests import demo_purchaser
from b2b_market.rfq.service import copying, drafting, submitting
from b2b_market.rfq.states import RfqStatus, Visibility

REASON: Final = "二期工程追加。 The second stage of the works needs them too."


def submit_amendment(runtime: Runtime) -> None:
    """Ask for twice as much of the first line of the public request; an approver decides."""
    purchaser = demo_purchaser(runtime)
    with runtime.work(purchaser.who, purchaser.tenant(), Cause("cli", new_correlation())) as work:
        for rfq in drafting.list_rfqs(work, purchaser, commands.ListRfqs(status=RfqStatus.PUBLISHED)).items:
            if rfq.visibility is not Visibility.PUBLIC or rfq.sealed:
                continue
            if submitting.list_amendments(work, purchaser, commands.ReadRfq(rfq.id)):
                continue
            content = drafting.read_own_rfq(work, purchaser, commands.ReadRfq(rfq.id))
            asked = copying.as_draft(content, rfq.title)
            first = asked.lines[0]
            more = replace(first, quantity=Quantity(first.quantity.value * 2, first.quantity.unit))
            wanted = replace(asked, closes_at=rfq.closes_at, lines=(more, *asked.lines[1:]))
            command = AmendRfq(
                rfq_id=rfq.id,
                expected_version=rfq.version,
                content=wanted,
                line_ids=tuple(line.id for line in content.lines),
                reason=REASON,
            )
            submitting.submit_amendment(work, purchaser, command)
