import socket
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from b2b_market.infra.antivirus import Scanner, ScannerUnavailable


@contextmanager
def clamd(answer: bytes, *, path: Path | None = None) -> Iterator[tuple[str, list[bytes]]]:
    """A scanner that reads one stream as clamd does and gives a fixed answer."""
    received: list[bytes] = []
    listener = socket.socket(socket.AF_UNIX) if path else socket.socket()
    listener.bind(str(path) if path else ("127.0.0.1", 0))
    listener.listen()
    listener.settimeout(60)

    def serve() -> None:
        wire, _ = listener.accept()
        with wire, wire.makefile("rb") as stream:
            assert stream.read(10) == b"zINSTREAM\0"
            while size := int.from_bytes(stream.read(4), "big"):
                received.append(stream.read(size))
            wire.sendall(answer)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"unix:{path}" if path else f"127.0.0.1:{listener.getsockname()[1]}", received
    finally:
        thread.join(60)
        listener.close()


def test_a_clean_stream_is_clean_and_arrives_whole() -> None:
    content = bytes(range(256)) * 1000
    with clamd(b"stream: OK\0") as (address, received):
        assert Scanner(address).find([content[:100_000], b"", content[100_000:]]) is None
    assert b"".join(received) == content
    assert max(len(part) for part in received) <= 65536


def test_what_was_found_is_named() -> None:
    with clamd(b"stream: Eicar-Test-Signature FOUND\0") as (address, _):
        assert Scanner(address).find([b"x"]) == "Eicar-Test-Signature"


def test_unix_sockets_are_spoken_to() -> None:
    with tempfile.TemporaryDirectory() as folder, clamd(b"stream: OK\0", path=Path(folder) / "c") as (address, _):
        assert Scanner(address).find([b"x"]) is None


@pytest.mark.parametrize(
    "answer", [b"", b"INSTREAM size limit exceeded. ERROR\0", b"stream: x FOUND twice\0", b"x" * 5000]
)
def test_anything_else_is_no_verdict(answer: bytes) -> None:
    with clamd(answer) as (address, _), pytest.raises(ScannerUnavailable):
        Scanner(address, timeout=60).find([b"x"])


@pytest.mark.parametrize("address", ["127.0.0.1:1", "unix:/no/such/socket"])
def test_a_scanner_out_of_reach_gives_no_verdict(address: str) -> None:
    with pytest.raises(ScannerUnavailable):
        Scanner(address, timeout=1).find([b"x"])
