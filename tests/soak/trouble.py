"""What goes wrong during a long run, one thing after the other, drawn from a seed."""

import signal
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from tests.support.children import Child, relay, schedule, task, until, worker
from tests.support.deaths import Death
from tests.support.house import House, Site

RELAY_DEATHS = (
    ("b2b_market.infra.outbox:claim", True),
    ("b2b_market.infra.work:Work.finish", True),
    ("b2b_market.entrypoints.relay:Relay.deliver", True),
    ("b2b_market.infra.outbox:mark_done", False),
    ("b2b_market.infra.outbox:mark_done", True),
)
SEALER_DEATHS = (
    ("b2b_market.audit.queries.tree:place_waiting", True),
    ("b2b_market.audit.queries.tree:add", True),
    ("b2b_market.infra.work:Work.finish", True),
    ("b2b_market.audit.service.witnessing:WitnessFile.catch_up", False),
    ("os:fsync", False),
)


@dataclass
class Trouble:
    """Breaks the parts of one house and puts them right again; call it from the main thread only."""

    house: House
    site: Site
    rng: Random
    happened: Counter[str] = field(default_factory=Counter)
    parts: dict[str, Child] = field(default_factory=dict)

    def begin(self) -> None:
        """Start the parts beside the web process."""
        self.parts = {"worker": self.house.nursery.start(worker), "schedule": self.house.nursery.start(schedule)}

    def run(self, seconds: float) -> None:
        """Let one thing after the other go wrong for so long."""
        kinds: tuple[Callable[[], None], ...] = (
            self.web_killed,
            self.worker_killed,
            self.relay_killed,
            self.sealer_killed,
            self.redis_flushed,
            self.redis_killed,
            self.postgres_ended,
        )
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            time.sleep(self.rng.uniform(0.5, 3))
            kind = self.rng.choice(kinds)
            kind()
            self.happened[kind.__name__] += 1

    def end(self) -> None:
        """Wait until everything announced is delivered, then stop the parts."""

        def nothing_waits() -> bool:
            self.house.end_leases()
            return self.house.undelivered() == 0

        until(nothing_waits, 120, "everything is delivered")
        assert [name for name, part in self.parts.items() if part.process.exitcode is not None] == []
        for part in self.parts.values():
            part.stop()

    def web_killed(self) -> None:
        """Kill the web process and start the next one."""
        self.site.process.kill()
        self.site.replace_after_death()

    def worker_killed(self) -> None:
        """Kill the worker and start the next one; the message it had may come again or not."""
        self.parts["worker"].kill()
        if self.rng.random() < 0.5:
            self.house.redeliver()
        self.parts["worker"] = self.house.nursery.start(worker)

    def relay_killed(self) -> None:
        """Let one more relay die somewhere in its work."""
        self._die(relay, (30.0,), RELAY_DEATHS)

    def sealer_killed(self) -> None:
        """Let one more sealer die somewhere in its work."""
        self._die(task, ("audit.seal",), SEALER_DEATHS)

    def redis_flushed(self) -> None:
        """Empty Redis."""
        self.house.runtime.redis.flushall()

    def redis_killed(self) -> None:
        """Kill Redis; it is away for a moment."""
        self._restart("valkey", signal.SIGKILL)

    def postgres_ended(self) -> None:
        """Kill PostgreSQL or end it at once; it is away for a moment."""
        self._restart("postgres", self.rng.choice((signal.SIGKILL, signal.SIGQUIT)))

    def _restart(self, server: str, how: signal.Signals) -> None:
        self.house.stop_server(server, how)
        time.sleep(self.rng.uniform(0, 2))
        self.house.start_server(server)

    def _die(self, part: Callable[..., None], args: tuple[object, ...], places: tuple[tuple[str, bool], ...]) -> None:
        target, after = self.rng.choice(places)
        child = self.house.nursery.start(part, *args, death=Death(target, after=after, nth=self.rng.randint(1, 4)))
        # it ends by itself where there is less to do than calls to count
        assert child.wait(60) in (0, -signal.SIGKILL), child.said()
