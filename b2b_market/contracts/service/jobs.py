"""Ordering the fingerprints of an edition; they are taken after the commit, off the request."""

from sqlalchemy.dialects.postgresql import insert as upsert

from b2b_market.contracts.models import Contract, ContractPrintJob
from b2b_market.infra.work import Work


def order_print(work: Work, contract: Contract) -> None:
    """Note that the present edition is to be printed; a job that waits already stays as it is."""
    work.session.execute(
        upsert(ContractPrintJob)
        .values(
            contract_id=contract.id,
            edition=contract.edition,
            buyer_id=contract.buyer_id,
            attempts=0,
            next_attempt_at=work.now(),
            error="",
        )
        .on_conflict_do_nothing()
    )
