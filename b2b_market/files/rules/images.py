"""How many pixels a picture claims, read from its head without unpacking it (W3C PNG, ITU T.81 JPEG, RFC 9649 WebP)."""

from typing import Final

from b2b_market.files.rules.refusals import FileUnsafe, ImageTooLarge
from b2b_market.files.states import FileKind

MAX_PIXELS: Final = 50_000_000
_JPEG_FRAMES: Final = frozenset({0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF})
_JPEG_ALONE: Final = frozenset({0x01, *range(0xD0, 0xD9)})
_START_OF_SCAN: Final = 0xDA
_FILL: Final = 0xFF
_PNG_HEAD: Final = 24
_JPEG_FRAME: Final = 9
_WEBP_BODY: Final = 10
_LOSSLESS: Final = 0x2F


def check(kind: FileKind, content: bytes) -> None:
    """Refuse a picture with more than MAX_PIXELS, or one whose size cannot be read from its head."""
    size = _READERS[kind](content)
    if size is None or 0 in size:
        raise FileUnsafe(found=f"{kind.value} without a size")
    if size[0] * size[1] > MAX_PIXELS:
        raise ImageTooLarge(width=str(size[0]), height=str(size[1]), limit=str(MAX_PIXELS))


def _png(content: bytes) -> tuple[int, int] | None:
    if content[12:16] != b"IHDR" or len(content) < _PNG_HEAD:
        return None
    return int.from_bytes(content[16:20], "big"), int.from_bytes(content[20:24], "big")


def _jpeg(content: bytes) -> tuple[int, int] | None:
    """Walk the segments to the frame header: FF, marker, length, then for a frame precision, height, width."""
    at = 2
    while at + _JPEG_FRAME <= len(content) and content[at] == _FILL:
        marker = content[at + 1]
        if marker == _FILL:
            at += 1
        elif marker in _JPEG_ALONE:
            at += 2
        elif marker in _JPEG_FRAMES:
            return int.from_bytes(content[at + 7 : at + 9], "big"), int.from_bytes(content[at + 5 : at + 7], "big")
        elif marker == _START_OF_SCAN:
            return None
        else:
            at += 2 + int.from_bytes(content[at + 2 : at + 4], "big")
    return None


def _webp(content: bytes) -> tuple[int, int] | None:
    form, body = content[12:16], content[20:30]
    if len(body) < _WEBP_BODY:
        return None
    if form == b"VP8X":
        return int.from_bytes(body[4:7], "little") + 1, int.from_bytes(body[7:10], "little") + 1
    if form == b"VP8L" and body[0] == _LOSSLESS:
        bits = int.from_bytes(body[1:5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if form == b"VP8 " and body[3:6] == b"\x9d\x01\x2a":
        return int.from_bytes(body[6:8], "little") & 0x3FFF, int.from_bytes(body[8:10], "little") & 0x3FFF
    return None


_READERS: Final = {FileKind.PNG: _png, FileKind.JPEG: _jpeg, FileKind.WEBP: _webp}
