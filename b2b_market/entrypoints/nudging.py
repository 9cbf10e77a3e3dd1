"""The nudge: asks a worker to drain the outbox soon after a commit, at most a few times a second per process.

A lost nudge only delays: the schedule sweeps the outbox every two seconds.
"""

import threading
from collections.abc import Callable

import structlog

from b2b_market.infra.settings import Settings

PAUSE = 0.25
log = structlog.get_logger("nudge")


class Nudger:
    """Collects nudges and sends one for all that came within PAUSE seconds, from a thread of its own."""

    def __init__(self, send: Callable[[], object]) -> None:
        """Send nothing until the first nudge; ``send`` may block and may fail."""
        self._send = send
        self._wanted = threading.Event()
        self._started = threading.Lock()
        self._thread: threading.Thread | None = None

    @classmethod
    def for_broker(cls, settings: Settings) -> "Nudger":
        """Return a nudger that sends the relay's task to the Celery broker."""

        def send() -> None:
            from b2b_market.entrypoints.broker import sender  # noqa: PLC0415 - Celery loads with the first nudge only

            sender(settings).send_task("relay.drain", ignore_result=True, retry=False)

        return cls(send)

    def nudge(self) -> None:
        """Ask for a drain; returns at once."""
        with self._started:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="nudger", daemon=True)
                self._thread.start()
        self._wanted.set()

    def _run(self) -> None:
        pause = threading.Event()
        while True:
            self._wanted.wait()
            self._wanted.clear()
            try:
                self._send()
            except Exception as error:  # noqa: BLE001 - the sweep will drain; a broken broker must not end the thread
                log.warning("nudge lost", error=type(error).__name__)
            pause.wait(PAUSE)
