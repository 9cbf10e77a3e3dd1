"""The command line: offline verification with its exit codes, sealing, exporting, accepting a restore."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from b2b_market.audit.cli import app
from b2b_market.audit.rules.lines import key_line
from b2b_market.infra.runtime import Runtime
from tests.audit.conftest import OwnerDoes
from tests.audit.logbook import Book, make_book, new_key
from tests.audit.trails import rows, seal, write_many
from tests.support.servers import Servers


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments], catch_exceptions=False)


def put(path: Path, lines: list[bytes]) -> Path:
    path.write_bytes(b"".join(lines))
    return path


@pytest.fixture
def book() -> Book:
    return make_book(7)


def test_a_sound_export_ends_with_0(tmp_path: Path, book: Book) -> None:
    export = put(tmp_path / "export.jsonl", book.export())
    witness = put(tmp_path / "witness.jsonl", book.witness())
    keys = put(tmp_path / "keys.jsonl", [key_line(book.key.public_key), *book.witness()])
    alone = run("verify", export)
    assert alone.exit_code == 0
    assert f"{len(book.entries)} sealed entries, {len(book.checkpoints)} checkpoints" in alone.output
    assert "note: The public keys were taken from the export itself." in alone.output
    assert book.key.key_id in alone.output
    full = run("verify", export, "--witness", witness, "--keys", keys)
    assert full.exit_code == 0
    assert "The log is sound." in full.output
    assert "note:" not in full.output
    assert f"{len(book.checkpoints)} witnessed checkpoints" in full.output


def test_each_kind_of_fault_has_its_exit_code(tmp_path: Path, book: Book) -> None:
    def code(lines: list[bytes], *more: str | Path) -> int:
        return run("verify", put(tmp_path / "export.jsonl", lines), *more).exit_code

    witness = put(tmp_path / "witness.jsonl", book.witness())
    altered = book.copy()
    altered.entries[3] = {**(altered.entries[3] or {}), "outcome": "denied"}
    assert code(altered.export()) == 2
    missing = book.copy()
    missing.entries[3] = None
    assert code(missing.export()) == 3
    assert code(book.cut(4).export(), "--witness", witness) == 4
    stranger = put(tmp_path / "keys.jsonl", [key_line(new_key().public_key)])
    assert code(book.export(), "--keys", stranger) == 5
    changed = book.copy()
    changed.states[next(iter(changed.states))] = (1, "00" * 32)
    assert code(changed.export()) == 6


def test_the_findings_are_named_and_counted(tmp_path: Path, book: Book) -> None:
    for index in range(25):
        book.entries[index] = {**(book.entries[index] or {}), "outcome": "denied"}
    told = run("verify", put(tmp_path / "export.jsonl", book.export())).output
    assert "altered: The entry at 0 is not the one that was sealed." in told
    assert "… and 5 more." in told
    assert "The log is NOT sound: 25 findings, exit code 2." in told


@pytest.mark.parametrize("content", [b"", b"a shopping list\n", b'{"kind":"end"}\n'])
def test_what_is_no_export_ends_with_1(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "export.jsonl"
    path.write_bytes(content)
    told = run("verify", path)
    assert told.exit_code == 1
    assert "this is not an export of the audit log" in told.output


def test_keys_that_cannot_be_read_end_with_1(tmp_path: Path, book: Book) -> None:
    export = put(tmp_path / "export.jsonl", book.export())
    keys = put(tmp_path / "keys.jsonl", [b"my key\n"])
    assert run("verify", export, "--keys", keys).exit_code == 1


def test_verifying_needs_neither_settings_nor_network_nor_database(tmp_path: Path, book: Book) -> None:
    export = put(tmp_path / "export.jsonl", book.export())
    bare = {name: value for name, value in os.environ.items() if not name.startswith("B2B_MARKET_")}
    code = "from b2b_market.audit.cli import app; import socket; socket.socket.connect = None; app()"
    told = subprocess.run(
        [sys.executable, "-c", code, "verify", str(export)], env=bare, capture_output=True, text=True, check=False
    )
    assert told.returncode == 0, told.stderr
    assert "The log is sound." in told.stdout


@pytest.fixture
def installed(fresh: Runtime, servers: Servers, worker_database: str, monkeypatch: pytest.MonkeyPatch) -> Runtime:
    """The settings of ``fresh`` in the environment, as on a host of the installation."""
    monkeypatch.setenv("B2B_MARKET_DATABASE_URL", servers.url("app", worker_database))
    monkeypatch.setenv("B2B_MARKET_MIGRATION_DATABASE_URL", servers.url("owner", worker_database))
    monkeypatch.setenv("B2B_MARKET_REDIS_URL", servers.redis_url)
    monkeypatch.setenv("B2B_MARKET_DATA_DIR", str(fresh.settings.data_dir))
    return fresh


@pytest.mark.committed
def test_seal_export_verify_in_a_row(installed: Runtime, tmp_path: Path) -> None:
    write_many(installed, 12)
    assert "entries sealed." in run("seal").output
    seal(installed)
    export = tmp_path / "export.jsonl"
    told = run("export", export)
    assert told.exit_code == 0
    assert f"{export.stat().st_size} bytes." in told.output
    witness = installed.settings.data_dir / "witness" / "checkpoints.jsonl"
    verified = run("verify", export, "--witness", witness)
    assert verified.exit_code == 0, verified.output
    assert "12 sealed entries" in verified.output
    assert "1 entries are not sealed yet" in verified.output


@pytest.mark.committed
def test_a_restore_is_accepted_once(installed: Runtime, owner_does: OwnerDoes) -> None:
    refused = run("accept-restore", "--reason", "none")
    assert refused.exit_code == 1
    assert "agrees with its witness" in refused.output
    write_many(installed, 3)
    seal(installed)
    owner_does("DELETE FROM audit_checkpoint; DELETE FROM audit_leaf; DELETE FROM audit_event")
    stopped = run("seal")
    assert stopped.exit_code == 1
    assert "The witness file has seen 3 leaves, the database holds 0." in stopped.output
    accepted = run("accept-restore", "--reason", "backup of noon")
    assert accepted.exit_code == 0
    assert "the log goes on from 0 leaves; 3 were given up" in accepted.output
    assert run("seal").exit_code == 0
    assert rows(installed, "SELECT action FROM audit_event") == [("audit.restore_accepted",)]


def test_a_whole_export_needs_the_owners_login(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("B2B_MARKET_DATABASE_URL", runtime.settings.database_url.get_secret_value())
    monkeypatch.setenv("B2B_MARKET_REDIS_URL", "redis://127.0.0.1:1/0")
    monkeypatch.setenv("B2B_MARKET_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("B2B_MARKET_MIGRATION_DATABASE_URL", raising=False)
    told = run("export", tmp_path / "export.jsonl")
    assert told.exit_code == 1
    assert "the owner's login" in told.output
    assert not (tmp_path / "export.jsonl").exists()
