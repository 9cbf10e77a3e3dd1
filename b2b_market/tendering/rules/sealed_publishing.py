"""The names under which everything about a tender's sealed bids is published: a folder, or a ZIP of the same names.

``notice-1.json``, ``close.json``, ``journal.jsonl`` (one receipt per line), ``entries/000001.json`` (envelopes,
withdrawals and confirmations by sequence number), ``boxes/000001.price.payload.bin``, ``layers/price-1-2.json``
(contributions: part, group, layer), ``openings/price.json``, and ``reveals/price.json`` where bidders were asked to
reveal. Boxes may be left out where ciphertexts are not for everybody.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from b2b_market.tendering.rules.sealed_envelope import BoxKey
from b2b_market.tendering.rules.sealed_evidence import PublicFiles
from b2b_market.tendering.rules.sealed_forms import read_document
from b2b_market.tendering.rules.sealed_layers import read_contribution
from b2b_market.tendering.rules.sealed_payload import Box
from b2b_market.tendering.rules.sealed_record import read_record
from b2b_market.tendering.rules.sealed_terms import Part
from b2b_market.tendering.rules.sealed_window import read_window

CLOSE, JOURNAL = "close.json", "journal.jsonl"
_ENTRY: Final = re.compile(r"entries/(\d{6,})\.json", re.ASCII)


def published(files: PublicFiles, boxes: Iterable[tuple[int, BoxKey]] = ()) -> Iterator[tuple[str, bytes]]:
    """Yield every file by name; ``boxes`` are the ciphertexts to publish (KeyError for one that is not there)."""
    for number, notice in enumerate(files.notices, 1):
        yield f"notice-{number}.json", notice
    yield CLOSE, files.close
    yield JOURNAL, b"".join(line + b"\n" for line in files.journal)
    for sequence, entry in sorted(files.entries.items()):
        yield f"entries/{sequence:06}.json", entry
    for sequence, key in boxes:
        data = files.box(sequence, key)
        if data is None:
            raise KeyError(_box_name(sequence, key))
        yield _box_name(sequence, key), data
    groups: dict[tuple[str, ...], int] = {}
    for data in files.contributions:
        layer = read_contribution(data)
        group = groups.setdefault(layer.officers, len(groups) + 1)
        yield f"layers/{layer.part}-{group}-{layer.layer + 1}.json", data
    for data in files.records:
        yield f"openings/{read_record(data).record.part}.json", data
    for data in files.windows:
        yield f"reveals/{read_window(read_document(data)).announced.part}.json", data


def collected(names: Iterable[str], read: Callable[[str], bytes]) -> PublicFiles:
    """Return the files from a folder's names; ValueError where it has no notice, no close record or no journal."""
    known = sorted(names)
    notices = [read(name) for name in known if re.fullmatch(r"notice[^/]*\.json", name)]
    if not notices or CLOSE not in known or JOURNAL not in known:
        raise ValueError(f"a notice, {CLOSE} and {JOURNAL} are needed")
    entries: Mapping[int, bytes] = {
        int(found[1]): read(name) for name in known if (found := _ENTRY.fullmatch(name)) is not None
    }
    there = frozenset(known)

    def box(sequence: int, key: BoxKey) -> bytes | None:
        name = _box_name(sequence, key)
        return read(name) if name in there else None

    return PublicFiles(
        notices,
        read(CLOSE),
        read(JOURNAL).splitlines(),
        entries,
        box,
        [read(name) for name in known if re.fullmatch(r"layers/[^/]+\.json", name)],
        [read(name) for name in known if re.fullmatch(r"openings/[^/]+\.json", name)],
        [read(name) for name in known if re.fullmatch(r"reveals/[^/]+\.json", name)],
    )


def _box_name(sequence: int, key: tuple[Part, Box]) -> str:
    return f"boxes/{sequence:06}.{key[0]}.{key[1]}.bin"
