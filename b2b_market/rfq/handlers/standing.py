"""Who stands where is worked out anew after whatever may have moved it."""

from b2b_market.infra.work import Work
from b2b_market.rbac.actor import Actor
from b2b_market.rfq.commands.requests import ReadRfq
from b2b_market.rfq.public import RequestFacts
from b2b_market.rfq.service.standing import work_out_standings
from b2b_market.rfq.states import Disclosure


def keep_standings(work: Work, actor: Actor, about: RequestFacts, *, changed: bool = False) -> None:
    """Work the standings out where the request shows any, or showed some before it ``changed``.

    Called by the handlers that have read the request anyway: where nothing is shown nothing more is asked.
    """
    if changed or about.disclosure is not Disclosure.NOTHING:
        work_out_standings(work, actor, ReadRfq(about.rfq_id))
