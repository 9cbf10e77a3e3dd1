"""The product's processes under measurement, and the CPU that each has used."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2

from b2b_market.entrypoints.supervisor.valkey import EmbeddedValkey
from bench.stage import Stage

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Product:
    """A running web process and worker, and the postmaster they use."""

    address: str
    web: int
    worker: int
    postmaster: int

    def web_cpu_ms(self) -> float:
        """Return the CPU milliseconds of the web process so far by the kernel's own clock, which counts nanoseconds."""
        return time.clock_gettime(_cpu_clock(self.web)) * 1000

    def cpu_ms(self) -> dict[str, float]:
        """Return the CPU milliseconds that each part has used so far."""
        return {
            "web": _cpu_ms(self.web),
            "worker": _cpu_ms(self.worker),
            "postgres": sum(_cpu_ms(pid) for pid in (self.postmaster, *_children(self.postmaster))),
        }


@contextmanager
def running(place: Stage) -> Iterator[Product]:
    """Start the web process and a worker on the stage's database; end them afterwards."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, **_settings(place, port)}
    web = [sys.executable, "-m", "uvicorn", "b2b_market.entrypoints.web:create_app", "--factory", "--port", str(port)]
    worker = [sys.executable, "-m", "celery", "-A", "b2b_market.entrypoints.celery_app:app", "worker", "--pool"]
    started = [
        subprocess.Popen([*command, *more], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603 - our own commands
        for command, more in (
            (web, ["--no-access-log", "--log-level", "error"]),
            (worker, ["threads", "--concurrency", "2", "--loglevel", "ERROR", "--without-gossip", "--without-mingle"]),
        )
    ]
    try:
        address = f"http://127.0.0.1:{port}"
        _wait(address)
        yield Product(address, started[0].pid, started[1].pid, _postmaster(place))
    finally:
        for process in started:
            process.send_signal(signal.SIGTERM)
        for process in started:
            process.wait(30)


def _settings(place: Stage, port: int) -> dict[str, str]:
    settings = place.runtime.settings
    return {
        "B2B_MARKET_DATABASE_URL": settings.database_url.get_secret_value(),
        "B2B_MARKET_REDIS_URL": settings.redis_url.get_secret_value(),
        "B2B_MARKET_BROKER_URL": EmbeddedValkey(place.folder / "kv", "test-valkey").broker_url,
        "B2B_MARKET_DATA_DIR": str(settings.data_dir),
        "B2B_MARKET_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "B2B_MARKET_LOG_LEVEL": "ERROR",
    }


def _wait(address: str) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            if httpx2.get(f"{address}/health/ready").is_success:
                return
        except httpx2.TransportError:
            pass
        time.sleep(0.1)
    message = "the web process did not become ready"
    raise RuntimeError(message)


def _postmaster(place: Stage) -> int:
    return int((place.folder / "pg" / "data" / "postmaster.pid").read_text().split()[0])


def _children(pid: int) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[1]) == pid:
                found.append(int(entry.name))
    return found


def _cpu_clock(pid: int) -> int:
    """Return the clock of a whole process's CPU time: what clock_getcpuclockid of Linux makes of its number."""
    return (~pid << 3) | 2


def _cpu_ms(pid: int) -> float:
    """Return user and system time of a process and of its reaped children."""
    try:
        fields = (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(int(fields[index]) for index in (11, 12, 13, 14)) * 1000 / TICKS
