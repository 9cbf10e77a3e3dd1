"""The sealer is killed inside its batch, or two run at once: no gap, no fork, one root per size, the witness whole."""

import pytest
from sqlalchemy import text

from b2b_market.infra.database import Tenant, set_tenant
from tests.support.children import task
from tests.support.deaths import Death
from tests.support.house import House
from tests.support.inspection import require_sound_trail
from tests.support.stories import award_a_request
from tests.support.together import at_once

pytestmark = pytest.mark.committed
PLACES = {
    "the leaves are placed": Death("b2b_market.audit.queries.tree:place_waiting", after=True),
    "the checkpoints are stored": Death("b2b_market.audit.queries.tree:add", after=True),
    "just before the commit": Death("b2b_market.infra.work:Work.finish", after=True),
    "committed but not witnessed": Death("b2b_market.audit.service.witnessing:WitnessFile.catch_up"),
    "witnessed but not written through": Death("os:fsync"),
}


def counts(house: House) -> tuple[int, int, int]:
    """Return how many leaves, checkpoints and kept nodes there are."""
    with house.runtime.database.session() as session:
        set_tenant(session, Tenant(machine=True))
        tables = ("audit_leaf", "audit_checkpoint", "audit_node")
        found = [session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() for table in tables]  # noqa: S608 - names above
    return found[0], found[1], found[2]


@pytest.mark.parametrize("where", PLACES)
def test_killed_anywhere_it_leaves_a_whole_log(house: House, where: str) -> None:
    award_a_request(house.runtime)
    house.nursery.start(task, "audit.seal", death=PLACES[where]).died()
    leaves, checkpoints, _ = counts(house)
    committed = where.startswith(("committed", "witnessed"))
    assert (leaves > 0, checkpoints) == (committed, int(committed))
    report = require_sound_trail(house)
    assert report.tally.checkpoints == 1


def test_killed_in_its_second_batch_it_goes_on_after_the_first(house: House) -> None:
    award_a_request(house.runtime)
    house.nursery.start(task, "audit.seal").finished()
    first = counts(house)
    award_a_request(house.runtime)
    house.nursery.start(task, "audit.seal", death=PLACES["the checkpoints are stored"]).died()
    assert counts(house) == first
    report = require_sound_trail(house)
    assert report.tally.checkpoints == 2


def test_sealers_in_several_processes_make_one_log(house: House) -> None:
    for _ in range(2):
        award_a_request(house.runtime)
        sealers = [house.nursery.start(task, "audit.seal") for _ in range(3)]
        at_once(2, lambda _: award_a_request(house.runtime))
        for sealer in sealers:
            sealer.finished()
    require_sound_trail(house)
