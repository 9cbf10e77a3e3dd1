import struct
from dataclasses import replace

import pytest

from b2b_market.files.commands import Upload
from b2b_market.files.rules.containers import check_entries
from b2b_market.files.rules.kinds import (
    ACCEPTED,
    LARGEST,
    accepted_extensions,
    check_upload,
    clean_name,
    media_type,
    sniff,
)
from b2b_market.files.rules.refusals import (
    FileEmpty,
    FileNameRefused,
    FileTooLarge,
    FileTypeMismatch,
    FileTypeRefused,
    FileUnsafe,
    ImageTooLarge,
)
from b2b_market.files.rules.texts import decode
from b2b_market.files.states import LIFECYCLE, FileKind, FileStatus
from b2b_market.kernel.refusal import Kind, Refusal
from tests.files.samples import PDF, SAMPLES, docx, jpeg, png, webp, xlsx

TEXT = "text/plain"


class TestAccepted:
    def test_there_are_at_most_twelve_types_each_with_a_sample(self) -> None:
        assert set(SAMPLES) == set(ACCEPTED) == set(FileKind)
        assert len(ACCEPTED) <= 12

    @pytest.mark.parametrize("kind", FileKind)
    def test_an_honest_file_passes(self, kind: FileKind) -> None:
        assert check_upload(SAMPLES[kind]) == (SAMPLES[kind].name, kind)

    def test_files_are_served_as_the_usual_type(self) -> None:
        assert media_type(FileKind.CSV) == "text/csv"
        assert media_type(FileKind.STEP) == "model/step"
        assert {".csv", ".xlsx", ".stp"} <= set(accepted_extensions())
        assert LARGEST == 25_000_000


class TestNames:
    @pytest.mark.parametrize(
        ("given", "kept"),
        [
            ("a.pdf", "a.pdf"),
            ("C:\\Users\\x\\offer.pdf", "offer.pdf"),
            ("../../etc/passwd.txt", "passwd.txt"),
            (" 图纸 v2.pdf ", "图纸 v2.pdf"),
        ],
    )
    def test_only_the_last_part_of_a_name_is_kept(self, given: str, kept: str) -> None:
        assert clean_name(given) == kept

    @pytest.mark.parametrize(
        "name",
        [
            "",
            "  ",
            "folder/",
            "x" * 201,
            "a\nb.pdf",
            "a\rb.pdf",
            "a\tb.pdf",
            "a\0.pdf",
            "a\u202efdp.exe",
            "e\u0301.pdf",
        ],
    )
    def test_unusable_names_are_refused(self, name: str) -> None:
        with pytest.raises(FileNameRefused) as refused:
            clean_name(name)
        assert refused.value.facts == {"limit": "200"}


class TestTypes:
    @pytest.mark.parametrize(
        "name", ["run.exe", "page.html", "picture.svg", "macro.xlsm", "archive.zip", "noextension", ".pdf"]
    )
    def test_other_endings_are_refused(self, name: str) -> None:
        with pytest.raises(FileTypeRefused) as refused:
            check_upload(Upload(name, TEXT, b"x"))
        assert refused.value.kind is Kind.MEDIA_TYPE
        assert refused.value.facts["name"] == name

    @pytest.mark.parametrize("declared", ["text/html", "", "application/octet-stream", "image/png", "APPLICATION/ZIP"])
    def test_a_wrong_declared_type_is_refused(self, declared: str) -> None:
        with pytest.raises(FileTypeMismatch) as refused:
            check_upload(Upload("a.pdf", declared, PDF))
        assert refused.value.facts["by_name"] == "pdf"
        assert refused.value.facts["by_content"] == "pdf"

    @pytest.mark.parametrize("kind", FileKind)
    def test_content_of_any_other_type_is_refused(self, kind: FileKind) -> None:
        for other, sample in SAMPLES.items():
            if other is kind or {other, kind} in ({FileKind.CSV, FileKind.TEXT}, {FileKind.XLSX, FileKind.DOCX}):
                continue
            with pytest.raises(FileTypeMismatch):
                check_upload(replace(SAMPLES[kind], content=sample.content))

    @pytest.mark.parametrize(
        "content",
        [
            b"MZ\x90\x00\x03\x00\x00\x00",
            b"\x7fELF\x02\x01\x01\x00",
            b"GIF89a\x01\x00\x01\x00",
            b"\x00\x01\x02\x03",
            b"RIFF\x00\x00\x00\x00WAVEfmt ",
            b"AC10xx",
            "utf-16".encode("utf-16"),
            b"\xff\xfe",
            b"text with a bell \x07",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        ],
    )
    def test_what_is_of_no_accepted_type_is_not_guessed(self, content: bytes) -> None:
        assert sniff(content) & {FileKind.PDF, FileKind.DWG, FileKind.WEBP} == set()
        with pytest.raises(FileTypeMismatch):
            check_upload(Upload("a.pdf", "application/pdf", content))

    def test_a_program_is_no_text(self) -> None:
        with pytest.raises(FileTypeMismatch) as refused:
            check_upload(Upload("a.txt", TEXT, b"MZ\x90\x00\x03\x00\x00\x00"))
        assert refused.value.facts == {"by_name": "text", "declared": "text/plain", "by_content": "-"}


class TestSizes:
    def test_an_empty_file_is_refused(self) -> None:
        with pytest.raises(FileEmpty) as refused:
            check_upload(Upload("a.txt", TEXT, b""))
        assert refused.value.facts == {"name": "a.txt"}

    def test_a_file_at_its_limit_passes_and_one_byte_more_is_refused(self) -> None:
        limit = ACCEPTED[FileKind.TEXT].limit
        assert check_upload(Upload("a.txt", TEXT, b"x" * limit))[1] is FileKind.TEXT
        with pytest.raises(FileTooLarge) as refused:
            check_upload(Upload("a.txt", TEXT, b"x" * (limit + 1)))
        assert refused.value.kind is Kind.TOO_LARGE
        assert refused.value.facts == {"size": "5000001", "kind": "text", "limit": "5000000"}


class TestPictures:
    @pytest.mark.parametrize(
        ("name", "declared", "content"),
        [
            ("a.png", "image/png", png(8000, 7000)),
            ("a.jpg", "image/jpeg", jpeg(8000, 7000)),
            ("a.jpg", "image/jpeg", jpeg(65535, 65535, frame=0xC2)),
            ("a.webp", "image/webp", webp(body=bytes(4) + (7999).to_bytes(3, "little") + (6999).to_bytes(3, "little"))),
            ("a.webp", "image/webp", webp(b"VP8L", b"\x2f" + (7999 | 6999 << 14).to_bytes(4, "little") + bytes(5))),
            ("a.webp", "image/webp", webp(b"VP8 ", bytes(3) + b"\x9d\x01\x2a" + struct.pack("<HH", 8000, 7000))),
        ],
    )
    def test_pixel_bombs_are_refused_unopened(self, name: str, declared: str, content: bytes) -> None:
        with pytest.raises(ImageTooLarge) as refused:
            check_upload(Upload(name, declared, content))
        assert refused.value.facts["limit"] == "50000000"

    def test_the_largest_picture_passes(self) -> None:
        assert check_upload(Upload("a.png", "image/png", png(10_000, 5_000)))[1] is FileKind.PNG
        with pytest.raises(ImageTooLarge) as refused:
            check_upload(Upload("a.png", "image/png", png(10_000, 5_001)))
        assert (refused.value.facts["width"], refused.value.facts["height"]) == ("10000", "5001")

    @pytest.mark.parametrize(
        ("name", "declared", "content"),
        [
            ("a.png", "image/png", b"\x89PNG\r\n\x1a\n"),
            ("a.png", "image/png", png()[:20]),
            ("a.png", "image/png", png(0, 1)),
            ("a.png", "image/png", png().replace(b"IHDR", b"JHDR")),
            ("a.jpg", "image/jpeg", b"\xff\xd8\xff\xda\x00\x08" + bytes(20)),
            ("a.jpg", "image/jpeg", b"\xff\xd8\xff\xe0\xff\xff"),
            ("a.jpg", "image/jpeg", b"\xff\xd8\xff"),
            ("a.webp", "image/webp", webp(body=b"")),
            ("a.webp", "image/webp", webp(b"VP8L", bytes(10))),
            ("a.webp", "image/webp", webp(b"VP8 ", bytes(10))),
            ("a.webp", "image/webp", webp(b"ALPH")),
        ],
    )
    def test_pictures_without_a_size_are_refused(self, name: str, declared: str, content: bytes) -> None:
        with pytest.raises(FileUnsafe) as refused:
            check_upload(Upload(name, declared, content))
        assert "without a size" in str(refused.value.facts["found"])


class TestTexts:
    @pytest.mark.parametrize(
        "start",
        [
            "<!DOCTYPE html>",
            "<html>",
            "\ufeff <HTML>",
            "<script>alert(1)</script>",
            "<svg onload=alert(1)>",
            "<?php",
            "#!/bin/sh",
            "MIME-Version: 1.0",
        ],
    )
    @pytest.mark.parametrize(("name", "declared"), [("a.txt", TEXT), ("a.csv", "text/csv")])
    def test_pages_and_scripts_are_no_texts(self, name: str, declared: str, start: str) -> None:
        with pytest.raises(FileUnsafe):
            check_upload(Upload(name, declared, f"{start}\nrest".encode()))

    def test_a_long_text_of_two_byte_letters_is_read_to_its_start(self) -> None:
        assert check_upload(Upload("a.txt", TEXT, ("x" + "é" * 5000).encode()))[1] is FileKind.TEXT

    @pytest.mark.parametrize("text", ["名称,数量", "a;b\r\n1;2\f", "a\tb"])
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
    def test_usual_encodings_are_read(self, text: str, encoding: str) -> None:
        assert decode(text.encode(encoding)) == text

    @pytest.mark.parametrize("content", [b"\xff\xff\xff", b"nul\x00", b"\x1b[31m", b"\x80"])
    def test_other_bytes_are_no_text(self, content: bytes) -> None:
        assert decode(content) is None

    @pytest.mark.parametrize(
        "content",
        [
            '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
            '<?xml version="1.0"?>' + "<!-- long -->" * 5000 + "<!DOCTYPE a><a/>",
            '<?xml version="1.0"?><?xml-stylesheet href="x.xsl"?><a/>',
            '<?xml version="1.0" encoding="UTF-7"?><a/>',
            '<?xml version="1.0"?><html/>',
            '<?xml version="1.0"?><svg:svg/>',
            '<?xml version="1.0"?><xsl:stylesheet/>',
            '<?xml version="1.0"?>',
        ],
    )
    def test_xml_that_could_act_is_refused(self, content: str) -> None:
        with pytest.raises(FileUnsafe):
            check_upload(Upload("a.xml", "application/xml", content.encode()))

    def test_xml_in_another_encoding_is_refused(self) -> None:
        content = '<?xml version="1.0" encoding="GB18030"?><需求/>'.encode("gb18030")
        with pytest.raises(FileUnsafe) as refused:
            check_upload(Upload("a.xml", "text/xml", content))
        assert refused.value.facts["found"] == "XML that is not UTF-8"

    def test_text_without_declaration_is_no_xml(self) -> None:
        with pytest.raises(FileTypeMismatch):
            check_upload(Upload("a.xml", "text/xml", b"<a/>"))

    def test_a_pdf_cut_short_is_refused(self) -> None:
        with pytest.raises(FileUnsafe):
            check_upload(Upload("a.pdf", "application/pdf", PDF[:-6] + bytes(3000)))


class TestContainers:
    def test_documents_of_their_kind_pass(self) -> None:
        check_entries(FileKind.XLSX, ["[Content_Types].xml", "xl/workbook.xml", "xl/media/image1.png"])
        check_entries(FileKind.DOCX, ["[Content_Types].xml", "word/document.xml"])

    @pytest.mark.parametrize(
        ("entries", "found"),
        [
            ([], "zip"),
            (["xl/workbook.xml"], "xlsx"),
            (["[Content_Types].xml", "word/document.xml"], "docx"),
            (["[Content_Types].xml", "ppt/presentation.xml"], "zip"),
        ],
    )
    def test_other_containers_are_refused(self, entries: list[str], found: str) -> None:
        with pytest.raises(FileTypeMismatch) as refused:
            check_entries(FileKind.XLSX, entries)
        assert refused.value.facts["by_content"] == found

    @pytest.mark.parametrize(
        "entry",
        [
            "xl/vbaProject.bin",
            "XL/VBAPROJECT.BIN",
            "xl/activeX/activeX1.xml",
            "xl/embeddings/oleObject1.bin",
            "xl/externalLinks/externalLink1.xml",
        ],
    )
    def test_active_parts_are_refused(self, entry: str) -> None:
        with pytest.raises(FileUnsafe) as refused:
            check_entries(FileKind.XLSX, ["[Content_Types].xml", "xl/workbook.xml", entry])
        assert refused.value.facts == {"found": entry.lower()}

    def test_samples_are_what_the_inspection_looks_at(self) -> None:
        assert sniff(xlsx()) == sniff(docx()) == {FileKind.XLSX, FileKind.DOCX}


def test_a_file_leaves_the_quarantine_once() -> None:
    assert LIFECYCLE.initial is FileStatus.QUARANTINED
    assert LIFECYCLE.terminal() == {FileStatus.AVAILABLE, FileStatus.CONDEMNED}
    assert LIFECYCLE.allowed(FileStatus.QUARANTINED) == ("release", "condemn")


def test_every_refusal_of_files_has_its_own_code() -> None:
    kinds: list[type[Refusal]] = [
        FileEmpty,
        FileNameRefused,
        FileTooLarge,
        FileTypeMismatch,
        FileTypeRefused,
        FileUnsafe,
    ]
    assert len({kind.code for kind in kinds}) == len(kinds)
