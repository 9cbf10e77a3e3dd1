"""The sealer killed with SIGKILL at moments of its work: no gap, no fork, one root per size, the witness complete."""

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from b2b_market.audit.rules.verification import verify_export
from b2b_market.audit.service.downloading import log_keys
from b2b_market.infra.runtime import Runtime
from tests.audit.test_export import whole_export
from tests.audit.test_sealing import tree_is_sound
from tests.audit.trails import rows, seal, sealer, write_many
from tests.support.servers import Servers

pytestmark = pytest.mark.committed
KILLS = 4
CHILD = """
import sys
from b2b_market.audit.service.rounds import sealer_of
from b2b_market.infra.runtime import Runtime
from b2b_market.infra.settings import Settings
sealer = sealer_of(Runtime.open(Settings()), "test")
print("ready", flush=True)
while True:
    sealer.run(batches=3, batch=40)
"""


def test_a_killed_sealer_is_followed_by_one_that_goes_on(
    fresh: Runtime, servers: Servers, worker_database: str
) -> None:
    chance = random.Random(5)
    environment = {
        **os.environ,
        "B2B_MARKET_DATABASE_URL": servers.url("app", worker_database),
        "B2B_MARKET_REDIS_URL": servers.redis_url,
        "B2B_MARKET_DATA_DIR": str(fresh.settings.data_dir),
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }
    for _ in range(40):
        write_many(fresh, 100)
    for _ in range(KILLS):
        with subprocess.Popen([sys.executable, "-c", CHILD], env=environment, stdout=subprocess.PIPE) as child:
            assert child.stdout is not None
            assert child.stdout.readline() == b"ready\n"
            time.sleep(chance.uniform(0.01, 0.3))
            child.kill()
    seal(fresh)
    assert tree_is_sound(fresh) == 4000
    with sealer(fresh).witness.path.open("rb") as witness:
        report = verify_export(whole_export(fresh), witness=witness, trusted=log_keys(fresh))
    assert report.findings == ()
    assert report.tally.witnessed == report.tally.checkpoints
    assert rows(fresh, "SELECT up_to FROM audit_listed") == [(4000,)]
