"""The parts of the supervisor one by one."""

import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from b2b_market.entrypoints.supervisor import accounts, crew, folder, leftovers, settings
from b2b_market.entrypoints.supervisor.accounts import Account
from b2b_market.entrypoints.supervisor.commands import SOCKET, product_commands
from b2b_market.entrypoints.supervisor.crew import ChildEndedError, Crew, Job, Kind
from b2b_market.entrypoints.supervisor.refusals import ExitCode, StartRefusedError, StopRequestedError
from b2b_market.entrypoints.supervisor.schema import newest_revision
from b2b_market.entrypoints.supervisor.valkey import EmbeddedValkey


def python(words: str) -> tuple[str, ...]:
    return (sys.executable, "-I", "-c", words)


@pytest.fixture
def made(tmp_path: Path) -> Crew:
    return Crew(folder.make_private(tmp_path / "log"))


def watch_until(made: Crew, holds: Callable[[], bool]) -> None:
    while not holds():
        made.look_after()
        time.sleep(0.02)


def test_a_child_that_ends_starts_again_after_pauses_that_double(made: Crew, tmp_path: Path) -> None:
    said: list[str] = []
    made.say = said.append
    made.allowed_failures = 2
    births = tmp_path / "births"
    made.start(Job("part", python(f"open({str(births)!r}, 'a').write('x'); raise SystemExit(5)")))

    with pytest.raises(ChildEndedError, match="part ended with status 5") as why:
        watch_until(made, lambda: False)

    assert births.read_text() == "xxx"
    assert said == [
        "part ended with status 5 and starts again in 0.5 s.",
        "part ended with status 5 and starts again in 1 s.",
    ]
    assert why.value.log == tmp_path / "log" / "part.log"


def test_a_child_that_served_long_enough_gets_its_patience_back(made: Crew, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crew, "HEALTHY_AFTER", 0.0)
    child = made.start(Job("part", python("import time; time.sleep(60)")))
    child.failures = 3

    watch_until(made, lambda: child.failures == 0)

    made.stop()


def test_applications_stop_before_the_servers_that_they_use(made: Crew, tmp_path: Path) -> None:
    order = tmp_path / "order"
    words = (
        "import signal, sys, time\n"
        "print('up', flush=True)\n"
        f"signal.sigwait([signal.SIGTERM]); time.sleep({{}}); open({str(order)!r}, 'a').write('{{}} ')"
    )
    made.start(
        Job(
            "server",
            python("import signal\nsignal.pthread_sigmask(0, [15])\n" + words.format(0, "server")),
            Kind.SERVER,
        )
    )
    made.start(Job("web", python("import signal\nsignal.pthread_sigmask(0, [15])\n" + words.format(0.3, "web"))))
    for name in ("server", "web"):
        while "up" not in (tmp_path / "log" / f"{name}.log").read_text():
            time.sleep(0.02)

    made.stop()

    assert order.read_text() == "web server "
    assert all(child.process.returncode == 0 for child in made.children)


def test_a_deaf_child_is_killed_after_its_grace_with_all_it_started(made: Crew, tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    said: list[str] = []
    made.say = said.append
    words = (
        "import os, signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); other = os.fork()\n"
        f"if other: open({str(pids)!r}, 'w').write(f'{{os.getpid()}} {{other}} .')\n"
        "time.sleep(60)"
    )
    made.start(Job("deaf", python(words), grace=0.2))
    while not pids.exists() or not pids.read_text().endswith("."):
        time.sleep(0.02)

    made.stop()

    assert said == ["deaf did not stop in time and was ended."]
    for pid in map(int, pids.read_text().split()[:2]):
        while leftovers.birth(pid):  # the kernel ends what was killed when it next runs it
            time.sleep(0.02)


def test_waiting_ends_when_the_awaited_child_ends_or_somebody_asks_to_stop(made: Crew) -> None:
    child = made.start(Job("part", python("raise SystemExit(3)")))
    with pytest.raises(ChildEndedError, match="part ended with status 3"):
        made.wait_for(lambda: False, child, 20)
    made.dismiss(child)
    child = made.start(Job("part", python("import time; time.sleep(60)")))
    with pytest.raises(TimeoutError, match="part was not ready after 0 seconds"):
        made.wait_for(lambda: False, child, 0.1)
    made.stop_requests = 1
    with pytest.raises(StopRequestedError):
        made.wait_for(lambda: False, child, 20)
    with pytest.raises(StopRequestedError):
        made.run(Job("step", python("import time; time.sleep(60)")))

    made.stop()

    assert [child.job.name for child in made.children] == ["part"]


def test_output_and_log_of_a_step_are_private_and_apart(made: Crew, tmp_path: Path) -> None:
    words = "import sys; print('for the person'); print('for the log', file=sys.stderr)"

    assert made.run(Job("step", python(words)), output=tmp_path / "output") == 0

    assert (tmp_path / "output").read_text() == "for the person\n"
    assert made.log_of("step").read_text() == "for the log\n"
    assert made.log_of("step").stat().st_mode & 0o777 == 0o600
    assert crew.last_lines(made.log_of("step")) == "    for the log\n"
    assert crew.last_lines(tmp_path / "none") == ""


def test_a_long_log_keeps_one_older_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crew, "LOG_LIMIT", 10)
    log = tmp_path / "web.log"
    with crew.open_private(log, "ab") as writer:
        writer.write(b"the first words\n")
        writer.flush()
        crew.trim_logs(tmp_path)
        writer.write(b"then\n")

    assert log.read_bytes() == b"then\n"
    assert (tmp_path / "web.log.1").read_bytes() == b"the first words\n"
    crew.trim_logs(tmp_path)
    assert log.read_bytes() == b"then\n"


def test_a_folder_has_one_holder(tmp_path: Path) -> None:
    with folder.lock_folder(tmp_path / "data"), pytest.raises(StartRefusedError) as refused:
        folder.lock_folder(tmp_path / "data")
    assert refused.value.code is ExitCode.DATA_IN_USE
    folder.lock_folder(tmp_path / "data").close()


def test_passwords_are_made_once_and_differ(tmp_path: Path) -> None:
    made = folder.load_passwords(tmp_path)

    assert folder.load_passwords(tmp_path) == made
    assert len({made.admin, made.owner, made.app, made.valkey}) == 4
    assert min(map(len, (made.admin, made.owner, made.app, made.valkey))) >= 32
    (tmp_path / "secrets.json").write_text("{}")
    with pytest.raises(StartRefusedError, match="cannot be read"):
        folder.load_passwords(tmp_path)


def test_sockets_get_a_short_plain_folder_that_nobody_else_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    plain = Path("/srv/market/postgres")
    assert folder.socket_folder(plain) == plain
    odd = tmp_path / "with space"

    found = folder.socket_folder(odd)

    assert found.parent == tmp_path
    assert found.stat().st_mode & 0o777 == 0o700
    assert folder.socket_folder(odd) == found
    assert folder.socket_folder(tmp_path / ("x" * 100)) not in {found, tmp_path / ("x" * 100)}
    found.chmod(0o755)
    with pytest.raises(StartRefusedError, match="is not a private folder of this account"):
        folder.socket_folder(odd)


def test_reach_is_judged_by_every_folder_on_the_way(tmp_path: Path) -> None:
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    stranger = Account(54321, 54321)
    tmp_path.chmod(0o700)
    assert not accounts.can_reach(stranger, inner)
    mine = Account(os.geteuid(), os.getegid())
    if os.geteuid() == tmp_path.parent.stat().st_uid == 0:
        assert accounts.can_reach(mine, inner)
    (tmp_path / "a").chmod(0o600)
    assert not accounts.can_reach(mine, inner)
    (tmp_path / "a").chmod(0o700)


def test_an_existing_cluster_keeps_its_first_account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accounts, "service_account", lambda: None)
    assert accounts.identity_for(tmp_path / "none", tmp_path, ()) == ("-", None)
    monkeypatch.setattr(accounts, "service_account", lambda: Account(54321, 54322))
    tmp_path.chmod(0o700)
    assert accounts.identity_for(tmp_path / "none", tmp_path / "home", (tmp_path,)) == ("userns:54321:54322", None)
    if os.geteuid() == 0:
        data = tmp_path / "data"
        data.mkdir()
        assert accounts.identity_for(data, tmp_path, ()) == ("userns:54321:54322", None)
        os.chown(data, 777, 778)
        assert accounts.identity_for(data, tmp_path, ()) == ("777:778", Account(777, 778))


def test_a_process_is_known_by_number_and_birth(tmp_path: Path, made: Crew) -> None:
    record = tmp_path / "running.json"
    child = made.start(Job("part", python("import time; time.sleep(60)")))
    leftovers.note_children(record, made.children, "http://127.0.0.1:1")
    assert leftovers.running_address(record) == "http://127.0.0.1:1"
    assert leftovers.birth(child.process.pid)
    noted = record.read_text()
    record.write_text(noted.replace(str(leftovers.birth(child.process.pid)), "1"))

    leftovers.outlive(record, made.check_stop)  # another process has the number now: nothing to wait for

    assert child.process.poll() is None
    assert not record.exists()
    made.stop()
    assert leftovers.birth(child.process.pid) is None
    record.write_text("torn")
    leftovers.outlive(record, made.check_stop)
    assert leftovers.running_address(record) is None


def test_leftovers_that_stay_are_ended(tmp_path: Path, made: Crew, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leftovers, "PATIENCE", 0.2)
    record = tmp_path / "running.json"
    child = made.start(Job("part", python("import time; time.sleep(60)")))
    leftovers.note_children(record, made.children, "http://127.0.0.1:1")

    leftovers.outlive(record, made.check_stop)

    assert child.process.wait() == -signal.SIGKILL


def test_what_the_person_set_wins_and_the_owners_login_stays_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("B2B_MARKET_PUBLIC_URL", "https://market.example.org")
    monkeypatch.setenv("B2B_MARKET_MIGRATION_DATABASE_URL", "secret")
    monkeypatch.delenv("B2B_MARKET_DATABASE_URL", raising=False)

    shared = settings.common_settings(tmp_path, "http://127.0.0.1:1", {"DATABASE_URL": "postgresql://x"}, demo=True)
    made = settings.environment(shared)

    assert made["B2B_MARKET_PUBLIC_URL"] == "https://market.example.org"
    assert made["B2B_MARKET_DATABASE_URL"] == "postgresql://x"
    assert made["B2B_MARKET_DEMO"] == "true"
    assert made["B2B_MARKET_DATA_DIR"] == str(tmp_path / "store")
    assert "B2B_MARKET_MIGRATION_DATABASE_URL" not in made
    assert settings.owners_environment(shared)["B2B_MARKET_MIGRATION_DATABASE_URL"] == "secret"
    settings.write_environment_file(tmp_path / "environment", {"B": "it's", "A": "plain"})
    assert (tmp_path / "environment").read_text() == "A=plain\nB='it'\"'\"'s'\n"


def test_the_products_own_commands_name_its_entry_points(tmp_path: Path) -> None:
    commands = product_commands(tmp_path)

    assert commands.migrate[1:] == ("-m", "b2b_market.entrypoints.cli", "migrate")
    assert commands.demo[1:] == ("-m", "b2b_market.entrypoints.cli", "demo")
    assert commands.web[3:7] == ("b2b_market.entrypoints.web:create_app", "--factory", "--fd", SOCKET)
    assert "b2b_market.entrypoints.celery_app:app" in commands.worker
    assert str(tmp_path / "beat-schedule") in commands.schedule


def test_the_newest_revision_is_the_one_that_no_other_follows(tmp_path: Path) -> None:
    versions = tmp_path / "versions"
    versions.mkdir()
    assert newest_revision(tmp_path) is None
    (versions / "0001_core.py").write_text('revision = "0001"\ndown_revision = None\n')
    (versions / "0002_more.py").write_text("revision: str = '0002'\ndown_revision: str | None = '0001'\n")
    assert newest_revision(tmp_path) == "0002"
    (versions / "0002_other.py").write_text('revision = "0002b"\ndown_revision = "0001"\n')
    assert newest_revision(tmp_path) is None


def test_the_products_migrations_have_one_newest_revision(tmp_path: Path) -> None:
    scripts = product_commands(tmp_path).scripts
    assert scripts is not None

    assert newest_revision(scripts) == max(path.name[:4] for path in (scripts / "versions").glob("*.py"))


def test_messages_that_no_worker_acknowledged_are_put_back(tmp_path: Path, made: Crew) -> None:
    from kombu import Connection

    server = EmbeddedValkey(tmp_path / "valkey", "password")
    server.wait_ready(made, server.start(made))
    assert server.put_back_unacknowledged() == 0
    with Connection(server.broker_url) as broker:
        broker.SimpleQueue("work").put({"number": 1})
        held = broker.SimpleQueue("work").get(timeout=60)
        assert held.payload == {"number": 1}

        assert server.put_back_unacknowledged() == 1
        again = broker.SimpleQueue("work").get(timeout=60)

        assert again.payload == {"number": 1}
        assert again.delivery_info["redelivered"] is True
        again.ack()
    assert server.put_back_unacknowledged() == 0
    made.stop()
