"""Ordering the fingerprints of an edition; they are taken after the commit, off the request."""

from typing import Final

from b2b_market.contracts.models import Contract
from b2b_market.infra.bulk import Fixed
from b2b_market.infra.work import Work

_ORDER: Final = (
    "INSERT INTO contract_print_job (contract_id, edition, buyer_id, attempts, next_attempt_at, error) "
    "VALUES (%(contract_id)s, %(edition)s, %(buyer_id)s, 0, %(now)s, '') ON CONFLICT DO NOTHING"
)


def order_print(work: Work, contract: Contract) -> None:
    """Note that the present edition is to be printed; a job that waits already stays as it is."""
    values = {
        "contract_id": contract.id,
        "edition": contract.edition,
        "buyer_id": contract.buyer_id,
        "now": work.now(),
    }
    work.write_last(Fixed(_ORDER, values))
