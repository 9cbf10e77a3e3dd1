"""What others learn from requests that are over: which needs each supplier quoted, and which it won."""

from collections.abc import Sequence

from b2b_market.infra.work import Work
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.operation import operation
from b2b_market.rfq.commands.requests import ReadAward, ReadRfq
from b2b_market.rfq.queries import learning as queries
from b2b_market.rfq.queries.learning import DealtNeed


@operation(system=True, reason="the relay reports that a request is closed, and others learn who quoted what")
def read_quoted_needs(work: Work, scope: Scope, command: ReadRfq) -> Sequence[DealtNeed]:
    """Return who quoted which need on a request of the buyer that is acted for.

    Sealed quotations that are not opened and withdrawn ones are not there.
    """
    return queries.quoted_needs(work.session, scope, command.rfq_id)


@operation(system=True, reason="the relay reports that an award stands, and others learn who won what")
def read_won_needs(work: Work, scope: Scope, command: ReadAward) -> Sequence[DealtNeed]:
    """Return who won which need by an approved award of the buyer that is acted for."""
    return queries.won_needs(work.session, scope, command.award_id)
