import socket
import stat
import struct
import threading
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path

import pytest

from b2b_market.infra.sandbox import ChildFailure, FileNotReadable, FileTooHeavy, Limits, run
from b2b_market.infra.zip_inspection import (
    ArchiveDamaged,
    ArchiveLimits,
    ArchiveTooLarge,
    ArchiveUnsafe,
    open_inspected,
)
from tests.infra.sandbox_targets import Spoilt
from tests.support.working import own_and_childrens_work

T = "tests.infra.sandbox_targets:"
MIB = 1024 * 1024


def test_the_value_comes_back_with_the_data_and_the_arguments() -> None:
    assert run(T + "echo", b"abc" * 1_000_000, {"sheet": "需求"}) == {
        "size": 3_000_000,
        "first": "abc",
        "args": {"sheet": "需求"},
    }


def test_a_named_refusal_keeps_its_class_and_facts() -> None:
    with pytest.raises(Spoilt) as caught:
        run(T + "refuse", b"", "x", refusals=(Spoilt,))
    assert caught.value.facts == {"row": "7", "args": "x"}


def test_a_refusal_nobody_expects_is_not_readable() -> None:
    with pytest.raises(FileNotReadable):
        run(T + "refuse", b"", "x")


@pytest.mark.parametrize("target", ["crash", "not_json", "no_such_function"])
def test_a_failing_function_is_not_readable_and_tells_the_reader_nothing_of_the_failure(target: str) -> None:
    with pytest.raises(FileNotReadable) as caught:
        run(T + target, b"")
    assert caught.value.facts == {}
    assert isinstance(caught.value.__cause__, ChildFailure)


def test_the_failure_is_kept_as_the_cause() -> None:
    with pytest.raises(FileNotReadable) as caught:
        run(T + "crash", b"")
    assert "KeyError" in str(caught.value.__cause__)


def test_endless_work_ends_at_the_processor_limit() -> None:
    with pytest.raises(FileTooHeavy) as caught:
        run(T + "spin", b"", limits=Limits(cpu_seconds=1, wall_seconds=86_400))
    assert caught.value.facts == {"seconds": "86400", "megabytes": "512"}


def test_endless_waiting_ends_at_the_wall_time() -> None:
    started = time.monotonic()
    with pytest.raises(FileTooHeavy):
        run(T + "sleep", b"", limits=Limits(wall_seconds=1))
    assert time.monotonic() - started > 0.9


def test_too_much_memory_is_too_heavy() -> None:
    with pytest.raises(FileTooHeavy) as caught:
        run(T + "swell", b"")
    assert "memory" in str(caught.value.__cause__)


def test_too_much_output_is_too_heavy() -> None:
    with pytest.raises(FileTooHeavy):
        run(T + "flood", b"", limits=Limits(output_bytes=1000))
    assert run(T + "flood", b"", limits=Limits(output_bytes=2 * MIB)) == "x" * MIB


@pytest.mark.parametrize(
    ("signal_name", "refusal"), [("SIGABRT", FileTooHeavy), ("SIGKILL", FileTooHeavy), ("SIGSEGV", FileNotReadable)]
)
def test_a_child_that_dies_is_a_refusal(signal_name: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        run(T + "die", b"", signal_name)


def test_prints_and_long_complaints_do_not_disturb_the_answer() -> None:
    assert run(T + "chatter", b"") == "quiet answer"


def test_the_child_knows_nothing_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("B2B_MARKET_DATABASE_URL", "postgresql://secret")
    assert run(T + "environment", b"") == ["LC_ALL"]


def test_the_child_writes_no_file(tmp_path: Path) -> None:
    for target in ("write_file", "start_process"):
        with pytest.raises(FileNotReadable) as caught:
            run(T + target, b"", str(tmp_path / "left"))
        assert "PermissionError" in str(caught.value.__cause__)
    assert list(tmp_path.iterdir()) == []


def test_the_child_opens_no_connection() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.3)
        with pytest.raises(FileNotReadable) as caught:
            run(T + "connect", b"", server.getsockname()[1])
        assert "PermissionError" in str(caught.value.__cause__)
        with pytest.raises(TimeoutError):
            server.accept()


def test_several_threads_at_once_each_get_their_own_answer() -> None:
    before = threading.active_count()
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda n: run(T + "echo", b"x" * n, n), range(1, 19)))
    assert [answer["size"] for answer in answers if isinstance(answer, dict)] == list(range(1, 19))
    assert threading.active_count() == before


def held() -> tuple[int, list[str]]:
    """Return how many descriptors are open, and the children this process has, dead but unburied ones included."""
    children = [file.read_text(encoding="ascii") for file in sorted(Path("/proc/self/task").glob("*/children"))]
    return len(list(Path("/proc/self/fd").iterdir())), sorted(" ".join(children).split())


def test_no_descriptor_and_no_child_is_left_behind() -> None:
    run(T + "echo", b"")
    before = held()
    for _ in range(3):
        run(T + "echo", b"")
        with pytest.raises(FileTooHeavy):
            run(T + "die", b"", "SIGKILL")
        with pytest.raises(FileTooHeavy):
            run(T + "sleep", b"", limits=Limits(wall_seconds=1))
    assert held() == before


def test_lone_surrogates_are_not_readable() -> None:
    with pytest.raises(FileNotReadable) as caught:
        run(T + "surrogates", b"")
    assert "utf-8" in str(caught.value.__cause__)


def test_a_start_is_quick() -> None:
    run(T + "echo", b"")
    took = []
    for _ in range(5):
        started = own_and_childrens_work()
        run(T + "echo", b"")
        took.append(own_and_childrens_work() - started)
    assert min(took) < 1


# ------------------------------------------------------------------------------------------------------ containers


def zipped(entries: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", method) as container:
        for name, data in entries.items():
            container.writestr(name, data)
    return out.getvalue()


def test_an_ordinary_container_opens() -> None:
    data = zipped({"xl/workbook.xml": b"<workbook/>", "xl/media/a.png": b"\x89PNG"})
    assert open_inspected(data).read("xl/workbook.xml") == b"<workbook/>"


def test_an_entry_that_unpacks_a_thousandfold_is_refused() -> None:
    with pytest.raises(ArchiveTooLarge) as caught:
        open_inspected(zipped({"a.xml": bytes(20 * MIB)}))
    assert caught.value.facts["measure"] == "unpacked bytes per packed byte"
    assert caught.value.facts["limit"] == "100"


def test_a_small_repetitive_entry_is_harmless() -> None:
    assert open_inspected(zipped({"a.xml": bytes(MIB)})).namelist() == ["a.xml"]


def test_many_small_repetitive_entries_are_refused_by_the_ratio_of_the_whole() -> None:
    with pytest.raises(ArchiveTooLarge) as caught:
        open_inspected(zipped({f"{n}.xml": bytes(MIB) for n in range(20)}))
    assert caught.value.facts["measure"] == "unpacked bytes per packed byte"


@pytest.mark.parametrize(
    ("limits", "measure"),
    [
        (ArchiveLimits(entries=1), "entries"),
        (ArchiveLimits(entry_bytes=9), "bytes of one part"),
        (ArchiveLimits(total_bytes=19), "bytes in total"),
    ],
)
def test_counts_and_sizes_are_limited(limits: ArchiveLimits, measure: str) -> None:
    with pytest.raises(ArchiveTooLarge) as caught:
        open_inspected(zipped({"a": b"0123456789", "b": b"0123456789"}), limits)
    assert caught.value.facts["measure"] == measure


@pytest.mark.parametrize("name", ["../a.xml", "xl/../../a.xml", "/etc/passwd", "xl\\a.xml", "c:a.xml"])
def test_paths_outside_are_refused(name: str) -> None:
    with pytest.raises(ArchiveUnsafe) as caught:
        open_inspected(zipped({name: b"x"}))
    assert caught.value.facts == {"entry": name, "rule": "path outside the file"}


def test_links_are_refused() -> None:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as container:
        link = zipfile.ZipInfo("xl/link")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        container.writestr(link, "/etc/passwd")
    with pytest.raises(ArchiveUnsafe) as caught:
        open_inspected(out.getvalue())
    assert caught.value.facts["rule"] == "link"


@pytest.mark.parametrize(
    "name", ["xl/embeddings/inner.zip", "xl/embeddings/Inner.XLSX", "xl/embeddings/oleObject1.bin"]
)
def test_archives_inside_are_refused_by_name_and_by_content(name: str) -> None:
    with pytest.raises(ArchiveUnsafe) as caught:
        open_inspected(zipped({name: zipped({"a": b"x"})}))
    assert caught.value.facts == {"entry": name, "rule": "archive inside the file"}


def test_a_size_that_lies_is_refused() -> None:
    data = bytearray(zipped({"a.xml": b"y" * 5000}, zipfile.ZIP_STORED))
    directory = data.index(b"PK\x01\x02")
    struct.pack_into("<I", data, directory + 24, 10)
    with pytest.raises(ArchiveDamaged):
        open_inspected(bytes(data))


def test_entries_that_share_packed_bytes_are_refused() -> None:
    data = bytearray(zipped({"a.xml": b"y" * 5000, "b.xml": b"z" * 5000}, zipfile.ZIP_STORED))
    first = data.index(b"PK\x01\x02")
    second = data.index(b"PK\x01\x02", first + 4)
    for entry in (first, second):
        struct.pack_into("<II", data, entry + 20, 10_000, 10_000)
    with pytest.raises(ArchiveTooLarge) as caught:
        open_inspected(bytes(data))
    assert caught.value.facts["measure"] == "packed bytes"


def test_passwords_and_doubled_names_and_damage_are_refused() -> None:
    locked = bytearray(zipped({"a.xml": b"x"}))
    locked[locked.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(ArchiveUnsafe) as caught:
        open_inspected(bytes(locked))
    assert caught.value.facts["rule"] == "password"
    doubled = zipped({"a.xml": b"x", "b.xml": b"x"}).replace(b"b.xml", b"a.xml")
    for damaged in (doubled, b"PK\x03\x04 and nothing that follows", b""):
        with pytest.raises(ArchiveDamaged):
            open_inspected(damaged)
