"""The whole product under one supervisor: refuse what cannot work, start in order, watch, stop in order."""

import contextlib
import signal
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from b2b_market.entrypoints.supervisor import folder, leftovers, settings
from b2b_market.entrypoints.supervisor.commands import SOCKET, Commands, product_commands
from b2b_market.entrypoints.supervisor.crew import Child, ChildEndedError, Crew, Job, last_lines
from b2b_market.entrypoints.supervisor.postgres import OWNER, EmbeddedPostgres
from b2b_market.entrypoints.supervisor.refusals import ExitCode, StartRefusedError, StopRequestedError
from b2b_market.entrypoints.supervisor.schema import newest_revision
from b2b_market.entrypoints.supervisor.valkey import EmbeddedValkey

HOST = "127.0.0.1"
LAST_PORT = 65535
FIRST_PAGE_SECONDS = 120.0
FAILURES_WHILE_STARTING = 1
FAILURES_WHILE_SERVING = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class StackOptions:
    """Where to keep everything, where to serve, and whether an empty database is filled; port 0 takes a free one."""

    data: Path
    port: int = 8000
    web_processes: int = 1
    demo: bool = True
    commands: Commands | None = None


def run_stack(options: StackOptions) -> int:
    """Run the product until SIGTERM, SIGINT or SIGHUP and return an ``ExitCode``.

    Every refusal and failure is told to the terminal as one sentence; nothing is left running on return.
    """
    stack = Stack(options)
    try:
        stack.run()
    except StopRequestedError:
        return ExitCode.STOPPED
    except StartRefusedError as why:
        say(str(why))
        return why.code
    except ChildEndedError as why:
        say(f"b2b_market stopped because {why}. The end of {why.log}:\n{last_lines(why.log)}")
        return ExitCode.PART_FAILED
    except TimeoutError as why:
        say(f"b2b_market stopped because {why}; the logs are in {stack.data / 'log'}.")
        return ExitCode.PART_FAILED
    except OSError as why:
        say(f"b2b_market stopped: {why}.")
        return ExitCode.PART_FAILED
    return ExitCode.STOPPED


def say(sentence: str) -> None:
    """Tell the person at the terminal, who may have closed it meanwhile."""
    with contextlib.suppress(OSError, ValueError):
        print(sentence.rstrip(), flush=True)  # noqa: T201 - this is the program's face


@dataclass(slots=True)
class Stack:
    """One run: the locked data folder, the listening socket and the crew."""

    options: StackOptions
    begin: float = field(default_factory=time.monotonic)
    data: Path = field(init=False)
    commands: Commands = field(init=False)

    def __post_init__(self) -> None:
        """Find out where everything is; nothing is touched."""
        self.data = self.options.data.expanduser().absolute()
        self.commands = self.options.commands or product_commands(self.data)

    def run(self) -> None:
        """Hold the lock and the port, start everything, watch it, and stop everything whatever happens."""
        record = self.data / "running.json"
        crew = Crew(self.data / "log", say=say, allowed_failures=FAILURES_WHILE_STARTING)
        with contextlib.ExitStack() as held:
            held.enter_context(stop_signals(crew))
            held.enter_context(self._lock(record))
            leftovers.outlive(record, crew.check_stop)
            listener = held.enter_context(listen(self.options.port))
            address = f"http://{HOST}:{listener.getsockname()[1]}"
            crew.on_change = lambda children: leftovers.note_children(record, children, address)
            held.callback(record.unlink, missing_ok=True)
            held.callback(crew.stop)
            held.callback(listener.close)
            self._start(crew, listener, address)
            crew.allowed_failures = FAILURES_WHILE_SERVING
            crew.watch()
            say("b2b_market is stopping.")

    def _lock(self, record: Path) -> TextIO:
        try:
            lock = folder.lock_folder(self.data)
        except StartRefusedError as why:
            address = leftovers.running_address(record)
            if why.code is ExitCode.DATA_IN_USE and address:
                raise StartRefusedError(why.code, f"{str(why)[:-1]}, which serves at {address}.") from None
            raise
        try:
            folder.make_private(self.data / "log")
        except OSError as why:
            lock.close()
            raise folder.unusable(self.data, why) from why
        return lock

    def _start(self, crew: Crew, listener: socket.socket, address: str) -> None:
        servers, postgres = self._start_servers(crew)
        fill = self.options.demo and postgres is not None  # never into a server that somebody else keeps
        shared = settings.common_settings(self.data, address, servers, demo=fill)
        with_owner = {settings.MIGRATION_URL: postgres.url(OWNER), **shared} if postgres else shared
        settings.write_environment_file(self.data / "environment", with_owner)
        if not (postgres and self._has_newest_schema(postgres)):
            self._migrate(crew, with_owner)
        web = self._start_web(crew, listener, shared)
        crew.wait_for(lambda: answers(address, self.commands.alive_path), web, FIRST_PAGE_SECONDS)
        # only now: their imports would take the processor from the first page, and what waits for them waits safely
        environment = settings.environment(shared)
        crew.start(Job("worker", self.commands.worker, grace=25, environment=environment))
        sign_ins = self._fill_with_demo_data(crew, shared) if fill else ""
        self._start_schedule(crew, environment)  # after the demo data, whose weeks pass while they are made
        say(f"b2b_market is ready after {time.monotonic() - self.begin:.1f} s: {address}")
        say(f"{sign_ins}Stop it with Ctrl-C. Everything is kept in {self.data}, logs in {crew.logs}.")

    def _start_servers(self, crew: Crew) -> tuple[dict[str, str], EmbeddedPostgres | None]:
        """Start the embedded servers that the settings do not replace; return their addresses."""
        passwords = folder.load_passwords(self.data)
        postgres = None if settings.is_set("DATABASE_URL") else EmbeddedPostgres(self.data / "postgres", passwords)
        valkey = None if settings.is_set("REDIS_URL") else EmbeddedValkey(self.data / "valkey", passwords.valkey)
        servers: dict[str, str] = {}
        valkey_child = valkey.start(crew) if valkey else None  # it becomes ready while PostgreSQL is being made
        if postgres:
            if not (postgres.data / "PG_VERSION").exists():
                say(f"Making a new database in {postgres.home}.")
            postgres.create(crew)
            postgres.wait_ready(crew, postgres.start(crew))
            servers["DATABASE_URL"] = postgres.url()
        if valkey and valkey_child:
            valkey.wait_ready(crew, valkey_child)
            valkey.put_back_unacknowledged()
            servers |= {"REDIS_URL": valkey.redis_url, "BROKER_URL": valkey.broker_url}
        return servers, postgres

    def _has_newest_schema(self, postgres: EmbeddedPostgres) -> bool:
        newest = newest_revision(self.commands.scripts) if self.commands.scripts else None
        return newest is not None and postgres.schema_revision() == newest

    def _migrate(self, crew: Crew, with_owner: dict[str, str]) -> None:
        job = Job("migrate", self.commands.migrate, environment=settings.owners_environment(with_owner))
        if status := crew.run(job):
            raise ChildEndedError(job.name, status, crew.log_of(job.name))

    def _start_web(self, crew: Crew, listener: socket.socket, shared: dict[str, str]) -> Child:
        """Start the web processes and return the first.

        They share a socket that stays open while one of them is replaced: callers wait instead of being turned away.
        """
        number = listener.fileno()
        command = tuple(part.replace(SOCKET, str(number)) for part in self.commands.web)
        environment = settings.environment(shared)
        web = [
            crew.start(Job(name, command, environment=environment, descriptors=(number,)))
            for name in ("web", *(f"web-{count + 1}" for count in range(1, self.options.web_processes)))
        ]
        return web[0]

    def _start_schedule(self, crew: Crew, environment: dict[str, str]) -> None:
        for stale in self.data.glob("beat-schedule*"):  # a kill may have torn it, and nothing in it is worth keeping
            stale.unlink()
        crew.start(Job("schedule", self.commands.schedule, grace=5, environment=environment))

    def _fill_with_demo_data(self, crew: Crew, shared: dict[str, str]) -> str:
        """Fill an empty database once and return the sign-ins that the demo command printed then."""
        kept = self.data / "demo-sign-ins.txt"
        if not kept.exists():
            say("Filling the empty database with demo data.")
            made = self.data / "demo-sign-ins.txt.new"
            job = Job("demo", self.commands.demo, environment=settings.environment(shared))
            if status := crew.run(job, output=made):
                raise ChildEndedError(job.name, status, crew.log_of(job.name))
            made.replace(kept)
        return kept.read_text(encoding="utf-8")


def listen(port: int) -> socket.socket:
    """Open the listening socket before anything else starts, so that a taken port costs nothing."""
    if not 0 <= port <= LAST_PORT:
        raise StartRefusedError(ExitCode.PORT_TAKEN, f"There is no port {port}: choose one from 1 to {LAST_PORT}.")
    listener = socket.socket()
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, port))
        listener.listen(2048)
    except OSError as why:
        listener.close()
        raise StartRefusedError(
            ExitCode.PORT_TAKEN,
            f"Port {port} cannot be used ({why.strerror}): choose another, such as PORT={port + 1}.",
        ) from why
    return listener


def answers(address: str, path: str) -> bool:
    """Whether a web process answers 200 at ``path``; a client library would cost more time than the question."""
    port = int(address.rsplit(":", 1)[1])
    try:
        with socket.create_connection((HOST, port), timeout=2) as line:
            line.sendall(f"GET {path} HTTP/1.1\r\nHost: {HOST}:{port}\r\nConnection: close\r\n\r\n".encode())
            return line.recv(64).split(b"\r\n")[0].endswith(b" 200 OK")
    except OSError:
        return False


@contextlib.contextmanager
def stop_signals(crew: Crew) -> Iterator[None]:
    """Count requests to stop; a second one makes the stop abrupt."""

    def note(_signum: int, _frame: object) -> None:
        crew.stop_requests += 1

    wanted = [signal.SIGTERM, signal.SIGINT]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # nohup asked to outlive the terminal
        wanted.append(signal.SIGHUP)
    before = {name: signal.signal(name, note) for name in wanted}
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)
