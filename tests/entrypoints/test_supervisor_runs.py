"""The supervisor as a person meets it: start, stop, refusals, and kill -9 at every part.

A first start takes seconds, and a data folder is 46 MB to copy. So one folder serves all tests that start on a used
one, each of which must leave it fit for the next whatever it killed; and one run serves those that only look at it, or
kill what is replaced.
"""

import contextlib
import json
import os
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.entrypoints.stacks import Run, Stacks, kept_port, stacks_in, until

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="the test watches processes through /proc")
ELSEWHERE = {"B2B_MARKET_MIGRATION_DATABASE_URL": "postgresql://elsewhere"}


@contextlib.contextmanager
def open_folder() -> Iterator[Path]:
    # not pytest's tmp_path: that folder is closed to the account which PostgreSQL steps down to under root
    with tempfile.TemporaryDirectory(prefix="b2b-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@dataclass
class First:
    """What was seen of a first start and its stop."""

    data: Path
    printed: str
    address: str
    state: dict[str, Any]
    environment: dict[str, str]
    private: dict[str, bool]
    status: int
    left: dict[int, str]


def started_first(data: Path) -> First:
    with stacks_in(data) as made:
        run = made.start(environment=ELSEWHERE).ready()
        state, environment = run.call("POST", "/first"), run.call("GET", "/environment")
        names = ("secrets.json", "environment", "demo-sign-ins.txt")
        private = {name: not (data / name).stat().st_mode & 0o077 for name in names}
        status = run.stop()
        return First(data, run.printed, run.address, state, environment, private, status, made.alive())


@pytest.fixture(scope="module")
def first() -> Iterator[First]:
    with open_folder() as folder:
        yield started_first(folder / "first")


@pytest.fixture(scope="module")
def folders() -> Iterator[Path]:
    """Copies of the folder that the first start made."""
    with open_folder() as place:
        yield place


@pytest.fixture
def stacks(folders: Path, first: First, request: pytest.FixtureRequest) -> Iterator[Stacks]:
    """Runs on a folder that was used before, by the tests before this one; what failed on it is thrown away."""
    failed, data = request.session.testsfailed, folders / "used"
    if not data.exists():
        subprocess.run(["cp", "-a", str(first.data), str(data)], check=True)
    with stacks_in(data) as made:
        yield made
    if request.session.testsfailed > failed:
        data.rename(folders / f"failed-{failed}")


@pytest.fixture(scope="module")
def standing(folders: Path, first: First) -> Iterator[Stacks]:
    """Runs on a second such folder; in the end the one that serves stops as if nothing had happened to it."""
    subprocess.run(["cp", "-a", str(first.data), str(folders / "standing")], check=True)
    with stacks_in(folders / "standing") as made:
        yield made
        for run in made.serving():
            assert run.stop() == 0
            assert made.alive() == {}


@pytest.fixture
def running(standing: Stacks) -> Run:
    """The run that serves there."""
    return next(iter(standing.serving()), None) or standing.start().ready()


@pytest.fixture
def place() -> Iterator[Path]:
    with open_folder() as folder:
        yield folder


@pytest.fixture
def fresh(place: Path) -> Iterator[Stacks]:
    """Runs on a folder that does not exist yet."""
    with stacks_in(place / "fresh") as made:
        yield made


def test_a_first_start_makes_everything_and_sigterm_leaves_nothing(first: First) -> None:
    assert "Sign in as buyer@example.org" in first.printed
    assert first.state["rows"] == ["demo", "/first"]
    assert first.state["roles"] == [["b2b_admin", True, True], ["b2b_app", False, False], ["b2b_owner", False, True]]
    # under the C locale every Chinese character would be dropped and the two would be the same
    assert first.state["similarity"] == pytest.approx(0.6)
    assert first.status == 0
    assert "b2b_market is stopping." in first.printed
    assert first.left == {}
    assert not (first.data / "running.json").exists()


def test_processes_that_serve_do_not_know_the_owners_login(first: First) -> None:
    assert "B2B_MARKET_MIGRATION_DATABASE_URL" not in first.environment
    secrets = json.loads((first.data / "secrets.json").read_text())
    assert secrets["app"] in first.environment["B2B_MARKET_DATABASE_URL"]
    assert not any(secrets["owner"] in value or secrets["admin"] in value for value in first.environment.values())
    assert first.environment["B2B_MARKET_PUBLIC_URL"] == first.address
    assert first.private == dict.fromkeys(("secrets.json", "environment", "demo-sign-ins.txt"), True)


def test_a_later_start_keeps_the_rows_and_fills_no_demo_data_again(running: Run) -> None:
    assert running.rows()[:2] == ["demo", "/first"]
    assert running.rows().count("demo") == 1
    assert "Sign in as buyer@example.org" in running.printed
    assert "Filling the empty database" not in running.printed


def test_it_migrates_only_when_the_newest_revision_is_missing(place: Path, stacks: Stacks) -> None:
    versions = place / "migrations" / "versions"
    versions.mkdir(parents=True)
    (versions / "0007_notes.py").write_text('revision = "0007"\ndown_revision = None\n')
    changes = (f"scripts={versions.parent}", "migrate=fail")
    assert stacks.start(*changes).ready().stop() == 0
    (versions / "0008_more.py").write_text('revision = "0008"\ndown_revision = "0007"\n')

    run = stacks.start(*changes)

    assert run.end() == 1
    assert "b2b_market stopped because migrate ended with status 7." in run.printed


def test_servers_of_ones_own_replace_the_embedded_ones_and_get_no_demo_data(
    standing: Stacks, running: Run, fresh: Stacks
) -> None:
    written = (standing.data / "environment").read_text().replace("'", "")
    known = dict(line.split("=", 1) for line in written.splitlines())
    names = ("DATABASE_URL", "MIGRATION_DATABASE_URL", "REDIS_URL", "BROKER_URL")
    given = {f"B2B_MARKET_{name}": known[f"B2B_MARKET_{name}"] for name in names}

    run = fresh.start("demo=fail", environment=given).ready()

    assert "/stored" in run.call("POST", "/stored")["rows"]
    assert "/stored" in running.rows()
    assert run.call("GET", "/environment")["B2B_MARKET_DEMO"] == "false"
    assert not (fresh.data / "postgres").exists()
    assert not (fresh.data / "valkey").exists()
    assert run.stop() == 0
    assert running.rows()[-1] == "/stored"


def test_the_servers_open_no_port(standing: Stacks, running: Run) -> None:
    inodes = set()
    for pid in standing.alive():
        with contextlib.suppress(FileNotFoundError):  # PostgreSQL's helpers come and go
            for link in Path(f"/proc/{pid}/fd").iterdir():
                with contextlib.suppress(OSError):
                    inodes.add(str(link.readlink()).removeprefix("socket:[").removesuffix("]"))
    listening = {
        int(words[1].rsplit(":", 1)[1], 16)
        for table in ("tcp", "tcp6")
        for words in map(str.split, Path("/proc/net", table).read_text().splitlines()[1:])
        if words[3] == "0A" and words[9] in inodes
    }

    assert listening == {int(running.address.rsplit(":", 1)[1])}


def test_ctrl_c_reaches_the_whole_foreground_group_and_leaves_nothing(stacks: Stacks) -> None:
    run = stacks.start().ready()

    os.killpg(run.process.pid, signal.SIGINT)

    assert run.end() == 0
    assert stacks.alive() == {}
    assert "ended with status" not in run.printed


def test_a_closed_terminal_stops_it_unless_nohup_was_asked_for(stacks: Stacks) -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)  # the child inherits it, and the tests may run under nohup
    try:
        run = stacks.start().ready()
        run.process.send_signal(signal.SIGHUP)
        assert run.end() == 0
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        run = stacks.start().ready()
    finally:
        signal.signal(signal.SIGHUP, before)

    run.process.send_signal(signal.SIGHUP)
    time.sleep(0.5)

    assert "/still" in run.call("POST", "/still")["rows"]
    assert run.stop() == 0


def test_ctrl_c_during_the_start_leaves_nothing(stacks: Stacks) -> None:
    run = stacks.start("migrate=deaf")
    until(lambda: stacks.has("stand_in.py deaf"), 200, "it migrates")

    os.killpg(run.process.pid, signal.SIGINT)

    assert run.end() == 0
    assert stacks.alive() == {}


def test_a_second_ctrl_c_does_not_wait_for_a_part_that_does_not_listen(stacks: Stacks) -> None:
    run = stacks.start("worker=deaf", "patience=86400").ready()
    stacks.is_deaf("worker")

    os.killpg(run.process.pid, signal.SIGINT)
    run.says("b2b_market is stopping.")
    os.killpg(run.process.pid, signal.SIGINT)

    assert run.end() == 0
    assert "worker did not stop in time and was ended." in run.printed
    # whoever asks twice does not wait for PostgreSQL's last file to be written: that process ends with it, by itself
    stacks.nothing_left()


def test_kill_9_of_everything_twice_loses_no_acknowledged_write(stacks: Stacks) -> None:
    run = stacks.start().ready()
    expected = run.rows()
    for word in ("/one", "/two"):
        run.call("POST", word)
        expected.append(word)
        run.call("GET", "/written")  # Valkey's file; PostgreSQL's acknowledged row is there at once
        run.call("POST", word + "-at-once")
        expected.append(word + "-at-once")
        stacks.kill_all()
        run.end()
        stacks.nothing_left()
        run = stacks.start().ready()

        state = run.state()

        assert state["rows"] == expected
        assert word in state["messages"]
    assert run.stop() == 0
    assert stacks.alive() == {}


def test_kill_9_while_it_recovers_from_kill_9(stacks: Stacks) -> None:
    run = stacks.start().ready()
    expected = run.call("POST", "/kept")["rows"]
    stacks.kill_all()
    run.end()
    second = stacks.start()
    until(lambda: any("bin/postgres " in line for line in stacks.alive().values()), 200, "the database starts")
    stacks.kill_all()
    second.end()

    assert stacks.start().ready().rows() == expected


def test_kill_9_during_the_very_first_start(fresh: Stacks) -> None:
    run = fresh.start()
    made = fresh.data / "postgres" / "data"  # by then whoever looked too late has missed it
    until(
        lambda: made.exists() or any("bin/initdb " in line for line in fresh.alive().values()),
        200,
        "the database is being made",
    )
    fresh.kill_all()
    run.end()

    assert fresh.start().ready().rows() == ["demo"]


def test_kill_9_of_the_supervisor_takes_the_children_along(stacks: Stacks) -> None:
    run = stacks.start("worker=deaf").ready()
    expected = run.call("POST", "/kept")["rows"]
    stacks.is_deaf("worker")
    deaf = stacks.find("stand_in.py deaf")

    run.process.kill()
    run.process.wait()

    until(lambda: set(stacks.alive()) <= {deaf}, 200, "all that listen are gone")
    os.kill(deaf, signal.SIGKILL)
    assert stacks.start().ready().rows() == expected


def test_a_start_right_after_a_killed_supervisor_waits_for_its_children(stacks: Stacks) -> None:
    with kept_port() as port:
        run = stacks.start(port=port).ready()
        expected = run.call("POST", "/kept")["rows"]
        run.process.kill()
        run.process.wait()

        again = stacks.start(port=port).ready()

        assert again.address == run.address
        assert again.rows() == expected


@pytest.mark.parametrize("part", ["stand_in.py web", "stand_in.py worker", "bin/postgres -D", "valkey-server"])
def test_a_killed_part_is_replaced_and_nothing_is_lost(standing: Stacks, running: Run, part: str) -> None:
    before = running.call("POST", "/before")["rows"]
    victim = standing.find(part)

    os.kill(victim, signal.SIGKILL)

    running.works_again()
    until(lambda: victim not in standing.alive() and standing.has(part), 200, "another takes its place")
    assert running.rows()[: len(before)] == before


def test_callers_wait_while_the_web_process_is_replaced(standing: Stacks, running: Run) -> None:
    os.kill(standing.find("stand_in.py web"), signal.SIGKILL)

    assert running.call("POST", "/waited")["rows"][-1] == "/waited"


def test_a_failing_step_of_the_start_stops_everything_and_the_next_start_goes_on_there(fresh: Stacks) -> None:
    for part in ("migrate", "web", "demo"):
        run = fresh.start(f"{part}=fail")

        assert run.end() == 1
        assert f"b2b_market stopped because {part} ended with status 7." in run.printed
        assert "    something is wrong with this part" in run.printed
        assert fresh.alive() == {}
        assert not (fresh.data / "demo-sign-ins.txt").exists()
    assert fresh.start().ready().rows() == ["demo"]


def test_a_second_start_on_the_same_data_is_refused_and_the_first_goes_on(standing: Stacks, running: Run) -> None:
    second = standing.start()

    assert second.end() == 3
    assert second.printed == (
        f"The data folder {standing.data} is in use by another run of b2b_market, which serves at {running.address}.\n"
    )
    assert "/still" in running.call("POST", "/still")["rows"]


def test_a_taken_port_is_refused_before_anything_is_made(fresh: Stacks) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        run = fresh.start(port=port)

        assert run.end() == 4

    assert (
        run.printed
        == f"Port {port} cannot be used (Address already in use): choose another, such as PORT={port + 1}.\n"
    )
    assert not (fresh.data / "postgres").exists()


def test_a_port_that_does_not_exist_is_refused(fresh: Stacks) -> None:
    run = fresh.start(port=70000)

    assert run.end() == 4
    assert run.printed == "There is no port 70000: choose one from 1 to 65535.\n"


def test_a_read_only_folder_is_refused(fresh: Stacks) -> None:
    if os.geteuid() == 0:
        fresh.data = Path("/sys/kernel/b2b_market")  # root writes everywhere but in the kernel's own tree
    else:
        fresh.data.mkdir(mode=0o555)
    run = fresh.start()

    assert run.end() == 5
    assert run.printed.startswith(f"The data folder {fresh.data} cannot be written: ")
    assert run.printed.count("\n") == 1


def test_a_file_in_the_place_of_the_folder_is_refused(fresh: Stacks) -> None:
    fresh.data.write_text("mine")
    run = fresh.start()

    assert run.end() == 5
    assert run.printed == f"The data folder {fresh.data} cannot be written: File exists.\n"
    assert fresh.data.read_text() == "mine"


def test_a_database_of_another_major_version_is_refused_and_left_alone(stacks: Stacks) -> None:
    version = stacks.data / "postgres" / "data" / "PG_VERSION"
    expected = version.read_text()
    version.write_text("15\n")
    run = stacks.start()

    assert run.end() == 6
    assert "was made by PostgreSQL 15 and this installation brings PostgreSQL 18" in run.printed
    assert run.printed.count("\n") == 1
    assert stacks.alive() == {}
    version.write_text(expected)
    assert stacks.start().ready().rows()[0] == "demo"


def test_lost_passwords_are_refused_with_one_sentence(place: Path, stacks: Stacks) -> None:
    secrets = stacks.data / "secrets.json"
    kept = secrets.rename(place / "kept.json")
    run = stacks.start()

    assert run.end() == 5
    assert run.printed == (
        f"{stacks.data}/secrets.json is missing, and without it the database beside it cannot be opened.\n"
    )
    assert not secrets.exists()
    kept.rename(secrets)


def test_wrong_passwords_are_refused_with_one_sentence(stacks: Stacks) -> None:
    secrets = stacks.data / "secrets.json"
    right = secrets.read_text()
    secrets.write_text(json.dumps(dict.fromkeys(json.loads(right), "wrong")))
    run = stacks.start()

    assert run.end() == 5
    assert f"The passwords beside {stacks.data}/postgres do not open the database in it." in run.printed
    assert stacks.alive() == {}
    secrets.write_text(right)


def test_a_folder_whose_path_no_socket_can_have(fresh: Stacks) -> None:
    fresh.data = fresh.data.parent / "Beschaffung & 采购 (2026)" / ("long" * 25)
    run = fresh.start().ready()

    assert "/stored" in run.call("POST", "/stored")["rows"]
    assert run.stop() == 0
    assert fresh.alive() == {}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to step down")
def test_root_with_a_folder_that_no_other_account_reaches(fresh: Stacks) -> None:
    if Path("/proc/sys/user/max_user_namespaces").read_text().strip() == "0":
        pytest.skip("user namespaces are switched off on this machine")
    fresh.data.parent.chmod(0o700)

    run = fresh.start().ready()

    assert "/stored" in run.call("POST", "/stored")["rows"]
    assert run.stop() == 0
    assert fresh.data.parent.stat().st_mode & 0o777 == 0o700
