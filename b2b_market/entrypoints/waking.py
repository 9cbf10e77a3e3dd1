"""Waking the worker's event loop, so that the next message comes as soon as a thread has room for it.

A thread that ends a task leaves it to the loop to tell the broker and to ask for the next message, but Celery's loop
does not notice before its next timer, a second or two later (celery issue 6941). As a thread holds one message at a
time, a worker of two threads then did two tasks every two seconds, however short they were.
"""

import contextlib
import socket
import threading
from collections.abc import Callable

from celery.bootsteps import StartStopStep
from kombu.asynchronous.hub import Hub


class LoopWaker(StartStopStep):
    """A step of the worker's consumer: what another thread gives the loop to do ends the loop's sleep."""

    def __init__(self, parent: object, **options: object) -> None:
        """Open the line that the loop listens on; writing never waits."""
        super().__init__(parent, **options)
        self._ear, self._voice = socket.socketpair()
        self._ear.settimeout(0)
        self._voice.settimeout(0)
        self._given: Callable[..., object] | None = None

    def register_with_event_loop(self, _consumer: object, hub: Hub) -> None:
        """Listen; called again after each loss of the broker, which empties the loop."""
        hub.add_reader(self._ear, self._hear)
        if self._given is None:
            self._given = hub.call_soon
            hub.call_soon = self._waking(self._given, threading.get_ident())  # type: ignore[method-assign]  # of this one loop

    def shutdown(self, _consumer: object) -> None:
        """Close the line: the loop has ended."""
        self._ear.close()
        self._voice.close()

    def _waking(self, call_soon: Callable[..., object], loop: int) -> Callable[..., object]:
        def call(callback: Callable[..., object], *args: object) -> object:
            kept = call_soon(callback, *args)
            if threading.get_ident() != loop:
                # a full line has woken the loop already; a closed one needs nobody
                with contextlib.suppress(OSError):
                    self._voice.send(b"!")
            return kept

        return call

    def _hear(self) -> None:
        with contextlib.suppress(BlockingIOError):
            self._ear.recv(4096)
