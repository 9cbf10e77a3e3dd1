"""A client of clamd's INSTREAM command: bytes in, verdict out. The scanner itself is a service apart."""

import socket
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

_CHUNK: Final = 1 << 16
_LONGEST_ANSWER: Final = 4096


class ScannerUnavailable(Exception):
    """The scanner did not answer, or answered something that is no verdict."""


@dataclass(frozen=True, slots=True)
class Scanner:
    """One clamd, at ``host:port`` or ``unix:/path``."""

    address: str
    timeout: float = 60.0

    def find(self, parts: Iterable[bytes]) -> str | None:
        """Scan bytes; return what was found, None for clean ones; raise ScannerUnavailable where no verdict comes."""
        try:
            with self._connect() as wire:
                wire.sendall(b"zINSTREAM\0")
                for part in parts:
                    for start in range(0, len(part), _CHUNK):
                        piece = part[start : start + _CHUNK]
                        wire.sendall(len(piece).to_bytes(4, "big") + piece)
                wire.sendall(bytes(4))
                answer = _read(wire)
        except OSError as error:
            raise ScannerUnavailable(self.address) from error
        if answer == "stream: OK":
            return None
        name, found, rest = answer.removeprefix("stream: ").rpartition(" FOUND")
        if not found or rest:
            raise ScannerUnavailable(answer)
        return name

    def _connect(self) -> socket.socket:
        kind, _, path = self.address.partition(":")
        if kind == "unix":
            wire = socket.socket(socket.AF_UNIX)
            wire.settimeout(self.timeout)
            try:
                wire.connect(path)
            except OSError:
                wire.close()
                raise
            return wire
        host, _, port = self.address.rpartition(":")
        return socket.create_connection((host, int(port)), self.timeout)


def _read(wire: socket.socket) -> str:
    answer = b""
    while b"\0" not in answer and len(answer) < _LONGEST_ANSWER:
        part = wire.recv(_LONGEST_ANSWER)
        if not part:
            break
        answer += part
    return answer.partition(b"\0")[0].decode("utf-8", "replace").strip()
