"""What an award that stands leaves behind: the prices of its items."""

from b2b_market.infra.work import Work
from b2b_market.rbac.actor import Actor
from b2b_market.rbac.manifest import Handler
from b2b_market.rfq import events
from b2b_market.rfq.commands.requests import ReadAward
from b2b_market.rfq.service import history


def when_rfq_awarded_note_prices(work: Work, actor: Actor, event: events.RfqAwarded) -> None:
    """Note what each unit costs, for whoever buys the item again."""
    history.note_prices(work, actor, ReadAward(event.award_id))


HANDLERS = (Handler(events.RfqAwarded, when_rfq_awarded_note_prices, "rfq.awarded.note_prices"),)
