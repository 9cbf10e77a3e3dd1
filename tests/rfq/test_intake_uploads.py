"""Uploads through the child process: hostile files end in one refusal each, ordinary ones in a table."""

import json
import os
import random
import subprocess
import sys
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import TypeAlias

import pytest

from b2b_market.infra.sandbox import FileNotReadable, FileTooHeavy
from b2b_market.infra.zip_inspection import ArchiveDamaged, ArchiveTooLarge, ArchiveUnsafe
from b2b_market.kernel.refusal import Refusal
from b2b_market.rfq.intake.refusals import (
    EncodingUnclear,
    EncodingWrong,
    FileEmpty,
    FileTooLarge,
    FormatUnknown,
    NotARequest,
    NotText,
    QuoteNotClosed,
    TooManyColumns,
    TooManyRows,
    XmlBroken,
    XmlUnsafe,
)
from b2b_market.rfq.intake.upload import IMPORT_REFUSALS, read_upload
from b2b_market.rfq.intake.values import MAX_BYTES, Source
from b2b_market.rfq.intake.wire import to_json
from tests.rfq.intake_files import workbook_of
from tests.support.working import own_and_childrens_work

Raised: TypeAlias = type[Refusal] | tuple[type[Refusal], ...] | None
MIB = 1024 * 1024
LIST = "名称,数量\n螺栓,12\n"
SHEET = '<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'


def with_sheet(xml: bytes) -> bytes:
    """Return a workbook whose only sheet is ``xml``."""
    out = BytesIO()
    source = zipfile.ZipFile(BytesIO(workbook_of(S=[["item"]])))
    with source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            is_sheet = entry.filename == "xl/worksheets/sheet1.xml"
            target.writestr(entry.filename, xml if is_sheet else source.read(entry))
    return out.getvalue()


def zipped(name: str, data: bytes) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as container:
        container.writestr(name, data)
    return out.getvalue()


def many_cells(rows: int, columns: int) -> bytes:
    cells = "".join(f"<c><v>{n % 97}</v></c>" for n in range(columns))
    return (SHEET + f"<row>{cells}</row>" * rows + "</sheetData></worksheet>").encode()


def random_cells(rows: int) -> bytes:
    noise = random.Random(7)
    cells = "".join(f"<row><c><v>{noise.random()}</v></c></row>" for _ in range(rows))
    return (SHEET + cells + "</sheetData></worksheet>").encode()


def noisy_cells(count: int) -> bytes:
    """Return blank styled cells that do not pack well, so that neither ratio nor reach gives them away."""
    noise = os.urandom(count * 4).hex()
    cells = "".join(f'<c s="{noise[n * 8 : n * 8 + 8]}"/>' for n in range(count))
    return (SHEET + f"<row>{cells}</row></sheetData></worksheet>").encode()


def nested(depth: int) -> bytes:
    return b"<a>" * depth + b"</a>" * depth


def billion_laughs() -> bytes:
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return f'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY l0 "lol">{levels}]><l>&l9;</l>'.encode()


HOSTILE: dict[str, tuple[Callable[[], bytes], Raised]] = {
    "zip bomb": (lambda: zipped("xl/worksheets/sheet1.xml", bytes(60 * MIB)), ArchiveTooLarge),
    "sheet bomb": (lambda: with_sheet(SHEET.encode() + b" " * (30 * MIB)), ArchiveTooLarge),
    "packed too well": (lambda: with_sheet(many_cells(30_000, 8)), ArchiveTooLarge),
    "too many rows": (lambda: with_sheet(random_cells(60_000)), TooManyRows),
    "a hundred thousand blank cells": (lambda: with_sheet(noisy_cells(100_000)), FileEmpty),
    "million columns": (lambda: b"x," * 1_000_000 + b"y", TooManyColumns),
    "million rows": (lambda: b"x,y\n" * 1_000_000, TooManyRows),
    "million blank rows": (lambda: b"\n" * 1_000_000 + b"x,y\n", TooManyRows),
    "one endless line": (lambda: b"x" * (9 * MIB), None),
    "quotes only": (lambda: b'"' * (MIB + 1), QuoteNotClosed),
    "open quote": (lambda: b'name,qty\n"' + b"x,1\n" * 100_000, QuoteNotClosed),
    "NUL": (lambda: b"name,qty\nbolt\x00,1\n", NotText),
    "NUL only": (lambda: bytes(1000), NotText),
    "noise": (lambda: b"\x81" + os.urandom(100_000), (EncodingUnclear, NotText, FormatUnknown)),
    "billion laughs": (billion_laughs, XmlUnsafe),
    "outside entity": (lambda: b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>', XmlUnsafe),
    "remote document type": (lambda: b'<!DOCTYPE a SYSTEM "http://127.0.0.1:9/"><a/>', XmlUnsafe),
    "deep nesting": (lambda: nested(300_000), NotARequest),
    "broken XML": (lambda: b"<a", XmlBroken),
    "half a workbook": (lambda: workbook_of(S=[["item", "qty"], ["bolt", 1]])[:-300], ArchiveDamaged),
    "path outside": (lambda: zipped("../../etc/cron.d/x", b"x"), ArchiveUnsafe),
    "archive in archive": (lambda: zipped("a.bin", zipped("b", b"c")), ArchiveUnsafe),
    "program": (lambda: b"\x7fELF" + bytes(500), NotText),
    "PDF": (lambda: b"%PDF-1.7\n%...", FormatUnknown),
    "page": (lambda: b"<!DOCTYPE html><html></html>", FormatUnknown),
    "nothing": (lambda: b"", FileEmpty),
    "blanks": (lambda: b" \n\t\n", FileEmpty),
    "mark only": (lambda: b"\xef\xbb\xbf", FileEmpty),
    "half a mark": (lambda: b"\xff\xfe\x00", EncodingWrong),
    "not quite a workbook": (lambda: workbook_of(S=[["item"]]).replace(b"sheet1.xml", b"sheet9.xml"), FileEmpty),
    "a false worksheet": (lambda: with_sheet(b"<html/>"), FileEmpty),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_end_in_a_refusal_that_can_be_answered(name: str) -> None:
    make, refusal = HOSTILE[name]
    data = make()
    started = own_and_childrens_work()
    if refusal is None:
        assert read_upload(data).source == Source.CSV
    else:
        with pytest.raises(refusal) as caught:
            read_upload(data)
        assert isinstance(caught.value, IMPORT_REFUSALS)
        assert json.dumps(dict(caught.value.facts))
    assert own_and_childrens_work() - started < 20


MEASURED = """
import resource, sys
from b2b_market.rfq.intake.upload import read_upload
read_upload(sys.stdin.buffer.read())
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def test_no_child_ever_grew_beyond_half_a_gigabyte() -> None:
    # from a small process: until it runs its own program, a child counts with the memory of its parent
    book = with_sheet(many_cells(5_000, 20))
    done = subprocess.run([sys.executable, "-c", MEASURED], input=book, capture_output=True, check=True)
    assert 0 < int(done.stdout) < 512 * 1024


def test_a_file_beyond_ten_megabytes_is_not_even_looked_at() -> None:
    with pytest.raises(FileTooLarge) as caught:
        read_upload(b"x" * (MAX_BYTES + 1))
    assert caught.value.facts == {"megabytes": "11", "limit": "10"}


def test_a_table_comes_back_from_the_child_whole() -> None:
    table = read_upload(LIST.encode("gb18030"), name="清单.csv")
    assert [row.cells for row in table.rows] == [("名称", "数量"), ("螺栓", "12")]
    assert (table.encoding, table.delimiter) == ("gb18030", ",")


def test_what_the_user_chose_reaches_the_child() -> None:
    data = "Navn;Antal\nSkærm;3\n".encode("windows-1252")
    with pytest.raises(EncodingUnclear):
        read_upload(data)
    assert read_upload(data, encoding="windows-1252", delimiter=";").rows[1].cells == ("Skærm", "3")
    sheets = workbook_of(One=[["item", "qty"], ["bolt", 1]], Two=[["item", "qty"], ["nut", 1]])
    assert read_upload(sheets, sheet="Two").rows[1].cells[0] == "nut"


def test_uploads_of_several_people_at_once_do_not_mix() -> None:
    texts = [f"item,qty\nbolt {n},{n}\n".encode() for n in range(1, 9)]
    with ThreadPoolExecutor(4) as pool:
        tables = list(pool.map(read_upload, texts))
    assert [table.rows[1].cells for table in tables] == [(f"bolt {n}", str(n)) for n in range(1, 9)]


def test_the_answer_of_the_child_is_json() -> None:
    assert json.loads(json.dumps(to_json(read_upload(LIST.encode()))))["source"] == "csv"


def test_the_sandbox_s_own_refusals_are_among_those_announced() -> None:
    assert {FileNotReadable, FileTooHeavy, ArchiveTooLarge, ArchiveUnsafe} <= set(IMPORT_REFUSALS)
