"""Small programs in the places of the product's own, and a start of the supervisor with them.

``python stand_in.py stack DATA PORT [name=command ...]`` runs the supervisor; the other words are its children. The web
program stores a row in PostgreSQL before it answers, so an answer is an acknowledged write.
"""

import json
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import redis
    from psycopg2.extensions import connection

    from b2b_market.entrypoints.supervisor.crew import Job

HERE = str(Path(__file__).resolve())


def connect(url: str) -> "connection":
    import psycopg2  # only the programs that need it wait for this import

    return psycopg2.connect(url.replace("postgresql+psycopg2://", "postgresql://"))


def migrate() -> int:
    with connect(os.environ["B2B_MARKET_MIGRATION_DATABASE_URL"]) as db, db.cursor() as cursor:
        cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        cursor.execute("CREATE TABLE IF NOT EXISTS note (body text NOT NULL)")
        cursor.execute("GRANT SELECT, INSERT ON note TO b2b_app")
        cursor.execute("CREATE TABLE IF NOT EXISTS alembic_version (version_num text NOT NULL)")
        cursor.execute("DELETE FROM alembic_version")
        cursor.execute("INSERT INTO alembic_version VALUES ('0007')")
    return 0


def demo() -> int:
    with connect(os.environ["B2B_MARKET_DATABASE_URL"]) as db, db.cursor() as cursor:
        cursor.execute("INSERT INTO note VALUES ('demo')")
    sys.stdout.write("Sign in as buyer@example.org\n")
    return 0


def web(number: str) -> int:
    stop = []
    signal.signal(signal.SIGTERM, lambda *_: stop.append(1))
    listener = socket.socket(fileno=int(number))
    listener.settimeout(0.1)
    while not stop:
        try:
            line, _ = listener.accept()
        except TimeoutError:
            continue
        with line:
            line.settimeout(5)
            method, path, _ = line.recv(4096).decode().split(" ", 2)
            try:
                body = json.dumps(answer(method, path))
            except Exception as why:  # noqa: BLE001 - whatever it is, the caller shall see it and the server go on
                line.sendall(b"HTTP/1.1 500 Error\r\n\r\n" + str(why).encode())
                continue
            line.sendall(f"HTTP/1.1 200 OK\r\n\r\n{body}".encode())
    return 0


def store() -> "redis.Redis":
    import redis

    return redis.Redis.from_url(os.environ["B2B_MARKET_REDIS_URL"])


def written() -> object:
    """Return once all that Valkey has taken is in its file."""
    with store().pipeline(transaction=False) as line:  # which keeps to one connection, of whose writes is asked
        line.set("last", "before now")
        line.execute_command("WAITAOF", 1, 0, 0)  # type: ignore[no-untyped-call] # so the library has it
        return line.execute()


def answer(method: str, path: str) -> object:
    if path == "/health/live":
        return "alive"
    if path == "/environment":
        return dict(os.environ)
    if path == "/written":
        return written()
    with connect(os.environ["B2B_MARKET_DATABASE_URL"]) as db, db.cursor() as cursor:
        if method == "POST":
            cursor.execute("INSERT INTO note VALUES (%s)", (path,))
            store().rpush("notes", path)
        cursor.execute("SELECT body FROM note")
        rows = [body for (body,) in cursor.fetchall()]
        cursor.execute(
            "SELECT rolname, rolsuper, rolbypassrls FROM pg_roles WHERE rolname LIKE 'b2b%%' ORDER BY rolname"
        )
        roles = cursor.fetchall()
        cursor.execute("SELECT similarity('304不锈钢板', '304不锈钢管')")
        (similarity,) = cursor.fetchone() or (None,)
    messages: Any = store().lrange("notes", 0, -1)
    return {
        "rows": rows,
        "roles": roles,
        "similarity": similarity,
        "messages": [str(message, "utf-8") for message in messages],
    }


def wait() -> int:
    signal.sigwait({signal.SIGTERM})
    return 0


def patient_job(seconds: float, *known: Any, **more: Any) -> "Job":
    """Return the job of the same arguments that gets ``seconds`` to stop."""
    from b2b_market.entrypoints.supervisor.crew import Job

    return Job(*known, **{**more, "grace": seconds})


def stack(data: str, port: str, *changes: str) -> int:
    from b2b_market.entrypoints.supervisor import stack as supervised
    from b2b_market.entrypoints.supervisor.commands import SOCKET, Commands
    from b2b_market.entrypoints.supervisor.stack import StackOptions, run_stack

    def line(*words: str) -> tuple[str, ...]:
        return (sys.executable, HERE, *words)

    commands = Commands(
        migrate=line("migrate"),
        demo=line("demo"),
        web=line("web", SOCKET),
        worker=line("worker"),
        schedule=line("schedule"),
    )
    for change in changes:
        name, _, word = change.partition("=")
        if name == "patience":
            vars(supervised)["Job"] = partial(patient_job, float(word))
            continue
        if name == "scripts":
            commands = replace(commands, scripts=Path(word))
            continue
        commands = replace(commands, **{name: line(word)})  # type: ignore[arg-type] # the name is one of the commands
    return run_stack(StackOptions(data=Path(data), port=int(port), commands=commands))


def fail() -> int:
    sys.stderr.write("something is wrong with this part\n")
    return 7


def deaf() -> int:
    """Neither ends nor listens to the polite signal."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sys.stdout.write(f"{os.getpid()} is deaf from now on\n")
    sys.stdout.flush()
    while True:
        time.sleep(60)


if __name__ == "__main__":
    word, *rest = sys.argv[1:]
    programs: dict[str, Callable[..., int]] = {
        "migrate": migrate,
        "demo": demo,
        "web": web,
        "worker": wait,
        "schedule": wait,
        "stack": stack,
        "fail": fail,
        "deaf": deaf,
    }
    sys.exit(programs[word](*rest))
