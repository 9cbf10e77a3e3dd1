"""The supervisor as a person meets it: start, stop, refusals, and kill -9 at every part."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.entrypoints.stacks import Stacks, stacks_in, until

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="the test watches processes through /proc")


@pytest.fixture
def place() -> Iterator[Path]:
    # not pytest's tmp_path: that folder is closed to the account which PostgreSQL steps down to under root
    with tempfile.TemporaryDirectory(prefix="b2b-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture(scope="module")
def used_folder() -> Iterator[Path]:
    """A data folder after one start and a stop; copying it is faster than making another."""
    with tempfile.TemporaryDirectory(prefix="b2b-") as folder, stacks_in(Path(folder, "data")) as made:
        Path(folder).chmod(0o755)
        assert made.start().ready().stop() == 0
        yield made.data


@pytest.fixture
def fresh(place: Path) -> Iterator[Stacks]:
    """Runs on a folder that does not exist yet."""
    with stacks_in(place / "fresh") as made:
        yield made


@pytest.fixture
def stacks(place: Path, used_folder: Path) -> Iterator[Stacks]:
    """Runs on a folder that was used before."""
    subprocess.run(["cp", "-a", str(used_folder), str(place / "data")], check=True)
    with stacks_in(place / "data") as made:
        yield made


def test_a_first_start_makes_everything_and_sigterm_leaves_nothing(fresh: Stacks) -> None:
    run = fresh.start().ready()

    assert "Sign in as buyer@example.org" in run.printed
    state = run.call("POST", "/first")
    assert state["rows"] == ["demo", "/first"]
    assert state["roles"] == [["b2b_admin", True, True], ["b2b_app", False, False], ["b2b_owner", False, True]]
    # under the C locale every Chinese character would be dropped and the two would be the same
    assert state["similarity"] == pytest.approx(0.6)
    assert run.stop() == 0
    assert "b2b_market is stopping." in run.printed
    assert fresh.alive() == {}
    assert not (fresh.data / "running.json").exists()


def test_a_later_start_keeps_the_rows_and_fills_no_demo_data_again(stacks: Stacks) -> None:
    again = stacks.start().ready()

    assert again.state()["rows"] == ["demo"]
    assert "Sign in as buyer@example.org" in again.printed
    assert "Filling the empty database" not in again.printed
    assert again.stop() == 0


def test_it_migrates_only_when_the_newest_revision_is_missing(stacks: Stacks) -> None:
    versions = stacks.data.parent / "migrations" / "versions"
    versions.mkdir(parents=True)
    (versions / "0007_notes.py").write_text('revision = "0007"\ndown_revision = None\n')
    changes = (f"scripts={versions.parent}", "migrate=fail")
    assert stacks.start(*changes).ready().stop() == 0
    (versions / "0008_more.py").write_text('revision = "0008"\ndown_revision = "0007"\n')

    run = stacks.start(*changes)

    assert run.end() == 1
    assert "b2b_market stopped because migrate ended with status 7." in run.printed


def test_processes_that_serve_do_not_know_the_owners_login(fresh: Stacks) -> None:
    run = fresh.start(environment={"B2B_MARKET_MIGRATION_DATABASE_URL": "postgresql://elsewhere"}).ready()

    environment = run.call("GET", "/environment")

    assert "B2B_MARKET_MIGRATION_DATABASE_URL" not in environment
    secrets = json.loads((fresh.data / "secrets.json").read_text())
    assert secrets["app"] in environment["B2B_MARKET_DATABASE_URL"]
    assert not any(secrets["owner"] in value or secrets["admin"] in value for value in environment.values())
    assert environment["B2B_MARKET_PUBLIC_URL"] == run.address
    for name in ("secrets.json", "environment", "demo-sign-ins.txt"):
        assert (fresh.data / name).stat().st_mode & 0o077 == 0, name


def test_servers_of_ones_own_replace_the_embedded_ones_and_get_no_demo_data(stacks: Stacks, fresh: Stacks) -> None:
    there = stacks.start().ready()
    known = dict(line.split("=", 1) for line in (stacks.data / "environment").read_text().replace("'", "").splitlines())
    names = ("DATABASE_URL", "MIGRATION_DATABASE_URL", "REDIS_URL", "BROKER_URL")
    given = {f"B2B_MARKET_{name}": known[f"B2B_MARKET_{name}"] for name in names}

    run = fresh.start("demo=fail", environment=given).ready()

    assert "/stored" in run.call("POST", "/stored")["rows"]
    assert "/stored" in there.state()["rows"]
    assert run.call("GET", "/environment")["B2B_MARKET_DEMO"] == "false"
    assert not (fresh.data / "postgres").exists()
    assert not (fresh.data / "valkey").exists()
    assert run.stop() == 0
    assert there.state()["rows"] == ["demo", "/stored"]


def test_the_servers_open_no_port(stacks: Stacks) -> None:
    run = stacks.start().ready()
    inodes = set()
    for pid in stacks.alive():
        for link in Path(f"/proc/{pid}/fd").iterdir():
            with contextlib.suppress(OSError):
                inodes.add(str(link.readlink()).removeprefix("socket:[").removesuffix("]"))
    listening = {
        int(words[1].rsplit(":", 1)[1], 16)
        for table in ("tcp", "tcp6")
        for words in map(str.split, Path("/proc/net", table).read_text().splitlines()[1:])
        if words[3] == "0A" and words[9] in inodes
    }

    assert listening == {int(run.address.rsplit(":", 1)[1])}


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


def test_ctrl_c_during_the_start_leaves_nothing(fresh: Stacks) -> None:
    run = fresh.start("migrate=deaf")
    until(lambda: any("stand_in.py deaf" in line for line in fresh.alive().values()), 30, "it migrates")

    os.killpg(run.process.pid, signal.SIGINT)

    assert run.end() == 0
    assert fresh.alive() == {}


def test_a_second_ctrl_c_does_not_wait_for_a_part_that_does_not_listen(stacks: Stacks) -> None:
    run = stacks.start("worker=deaf").ready()
    stacks.is_deaf("worker")
    begin = time.monotonic()

    os.killpg(run.process.pid, signal.SIGINT)
    time.sleep(0.5)
    os.killpg(run.process.pid, signal.SIGINT)

    assert run.end() == 0
    assert time.monotonic() - begin < 10
    assert "worker did not stop in time and was ended." in run.printed
    # whoever asks twice does not wait for PostgreSQL's last file to be written: that process ends with it, by itself
    until = time.monotonic() + 10
    while stacks.alive() and time.monotonic() < until:
        time.sleep(0.05)
    assert stacks.alive() == {}


def test_kill_9_of_everything_twice_loses_no_acknowledged_write(stacks: Stacks) -> None:
    run = stacks.start().ready()
    expected = ["demo"]
    for word in ("/one", "/two"):
        run.call("POST", word)
        expected.append(word)
        time.sleep(1.2)  # Valkey's file is on disk after a second; PostgreSQL's acknowledged row at once
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
    run.call("POST", "/kept")
    stacks.kill_all()
    run.end()
    second = stacks.start()
    until(lambda: any("bin/postgres " in line for line in stacks.alive().values()), 30, "the database starts")
    stacks.kill_all()
    second.end()

    assert stacks.start().ready().state()["rows"] == ["demo", "/kept"]


def test_kill_9_during_the_very_first_start(fresh: Stacks) -> None:
    run = fresh.start()
    until(lambda: any("bin/initdb " in line for line in fresh.alive().values()), 30, "the database is being made")
    fresh.kill_all()
    run.end()

    assert fresh.start().ready().state()["rows"] == ["demo"]


def test_kill_9_of_the_supervisor_takes_the_children_along(stacks: Stacks) -> None:
    run = stacks.start("worker=deaf").ready()
    run.call("POST", "/kept")
    stacks.is_deaf("worker")
    deaf = stacks.find("stand_in.py deaf")

    run.process.kill()
    run.process.wait()

    until(lambda: set(stacks.alive()) <= {deaf}, 20, "all that listen are gone")
    os.kill(deaf, signal.SIGKILL)
    assert stacks.start().ready().state()["rows"] == ["demo", "/kept"]


def test_a_start_right_after_a_killed_supervisor_waits_for_its_children(stacks: Stacks) -> None:
    run = stacks.start().ready()
    port = int(run.address.rsplit(":", 1)[1])
    run.call("POST", "/kept")
    run.process.kill()
    run.process.wait()

    again = stacks.start(port=port).ready()

    assert again.state()["rows"] == ["demo", "/kept"]


@pytest.mark.parametrize("part", ["stand_in.py web", "stand_in.py worker", "bin/postgres -D", "valkey-server"])
def test_a_killed_part_is_replaced_and_nothing_is_lost(stacks: Stacks, part: str) -> None:
    run = stacks.start().ready()
    run.call("POST", "/before")
    victim = stacks.find(part)

    os.kill(victim, signal.SIGKILL)

    run.works_again()
    until(lambda: victim not in stacks.alive() and stacks.has(part), 10, "another takes its place")
    assert run.state()["rows"][:2] == ["demo", "/before"]
    assert run.stop() == 0
    assert stacks.alive() == {}


def test_callers_wait_while_the_web_process_is_replaced(stacks: Stacks) -> None:
    run = stacks.start().ready()

    os.kill(stacks.find("stand_in.py web"), signal.SIGKILL)

    assert "/waited" in run.call("POST", "/waited")["rows"]


@pytest.mark.parametrize("part", ["migrate", "demo", "web"])
def test_a_failing_step_of_the_start_stops_everything_and_shows_why(fresh: Stacks, part: str) -> None:
    run = fresh.start(f"{part}=fail")

    assert run.end() == 1
    assert f"b2b_market stopped because {part} ended with status 7." in run.printed
    assert "    something is wrong with this part" in run.printed
    assert fresh.alive() == {}
    assert not (fresh.data / "demo-sign-ins.txt").exists()


def test_a_second_start_on_the_same_data_is_refused_and_the_first_goes_on(stacks: Stacks) -> None:
    run = stacks.start().ready()

    second = stacks.start()

    assert second.end() == 3
    assert second.printed == (
        f"The data folder {stacks.data} is in use by another run of b2b_market, which serves at {run.address}.\n"
    )
    assert "/still" in run.call("POST", "/still")["rows"]


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
    version.write_text("15\n")
    run = stacks.start()

    assert run.end() == 6
    assert "was made by PostgreSQL 15 and this installation brings PostgreSQL 18" in run.printed
    assert run.printed.count("\n") == 1
    assert stacks.alive() == {}
    version.write_text("18\n")
    assert stacks.start().ready().state()["rows"] == ["demo"]


def test_lost_passwords_are_refused_with_one_sentence(stacks: Stacks) -> None:
    (stacks.data / "secrets.json").unlink()
    run = stacks.start()

    assert run.end() == 5
    assert run.printed == (
        f"{stacks.data}/secrets.json is missing, and without it the database beside it cannot be opened.\n"
    )
    assert not (stacks.data / "secrets.json").exists()


def test_wrong_passwords_are_refused_with_one_sentence(stacks: Stacks) -> None:
    secrets = stacks.data / "secrets.json"
    secrets.write_text(json.dumps(dict.fromkeys(json.loads(secrets.read_text()), "wrong")))
    run = stacks.start()

    assert run.end() == 5
    assert f"The passwords beside {stacks.data}/postgres do not open the database in it." in run.printed
    assert stacks.alive() == {}


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
