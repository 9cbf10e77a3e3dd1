"""How the workers share out the tests: what is made once for a session is made on one worker, long files go first."""

from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from xdist.remote import Producer

from tests.support.sharing import LONG, TOGETHER, WholeFiles, share_of

ROOT = Path(__file__).parents[2]


@dataclass(eq=False)
class Worker:
    """What the scheduler knows of a worker, and the places of the tests it was given."""

    gateway: object
    given: list[int] = field(default_factory=list)
    done: int = 0
    shutting_down: bool = False

    def send_runtest_some(self, places: list[int]) -> None:
        self.given += places

    def shutdown(self) -> None:
        self.shutting_down = True


def test_tests_of_one_costly_fixture_are_one_share(request: pytest.FixtureRequest) -> None:
    apart = {
        f"{item.nodeid}: {name}"
        for item in request.session.items
        for name in TOGETHER
        if name in getattr(item, "fixturenames", ())
        and not hasattr(getattr(item, "module", None), name)  # a fixture of the file itself has that name by chance
        and share_of(item.nodeid) != name
    }
    assert apart == set(), "add the file to TOGETHER of tests/support/sharing.py"


def test_every_share_that_is_named_is_there() -> None:
    assert all(list(ROOT.glob(pattern)) for patterns in TOGETHER.values() for pattern in patterns)
    assert [share for share in LONG if share not in TOGETHER and not (ROOT / share).is_file()] == []


def test_a_share_goes_to_one_worker_and_the_longest_goes_first() -> None:
    config = SimpleNamespace(getvalue={"tx": ["2*popen"]}.get, option=SimpleNamespace(loadscopereorder=True))
    scheduler = WholeFiles(cast("pytest.Config", config), Producer("quiet", enabled=False))
    tests = [f"tests/kernel/test_{n}.py::test_{m}" for n in range(4) for m in range(5)]
    last = TOGETHER[LONG[0]][0].replace("*", "some")
    tests += [f"{last}::test_a", f"{last}::test_b", f"{last}::test_c"]
    workers = [Worker(SimpleNamespace(id=name)) for name in ("gw0", "gw1")]
    for worker in workers:
        scheduler.add_node(cast("Any", worker))
        scheduler.add_node_collection(cast("Any", worker), tests)

    scheduler.schedule()
    assert workers[0].given == [20, 21, 22]
    assert workers[1].given == [0, 1, 2, 3, 4]
    while scheduler.has_pending:
        for worker in workers:
            for place in worker.given[worker.done :]:
                scheduler.mark_test_complete(cast("Any", worker), place)
                worker.done += 1
    assert sorted(workers[0].given + workers[1].given) == list(range(len(tests)))
    shares = [{share_of(tests[place]) for place in worker.given} for worker in workers]
    assert shares[0].isdisjoint(shares[1])
