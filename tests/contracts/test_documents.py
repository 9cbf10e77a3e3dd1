"""The words of a contract against a reviewed file, and what both formats must carry whatever the words are."""

import io
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import docx
import pypdfium2
import pytest
from docx.oxml.ns import qn

from b2b_market.contracts.commands import DisputeForum, FileFormat, Identifier, Printing, Terms, Tongue
from b2b_market.contracts.documents.files import PRINTING, PrintedFile, print_all, print_file
from b2b_market.contracts.documents.sheet import Sheet
from b2b_market.contracts.documents.text import amount_in_words, contract_document
from b2b_market.contracts.rules.printing import PrintersBusy
from b2b_market.infra.documents import model
from b2b_market.kernel.currency import Currency
from b2b_market.kernel.money import Money
from b2b_market.ui.language import Language
from tests.contracts.sheets import CONTRACT, SUPPLIER_PARTY, TERMS, charged, sheet

GOLDEN = Path(__file__).parent / "golden"


def said(document: model.Document) -> str:
    """Return everything a document says, a line per block, in the order of reading."""
    lines = [" | ".join(document.title.words), *map(_fact, document.title.facts)]
    if document.title.code:
        lines.append(f"[{document.title.code.content}] {' | '.join(document.title.code.caption)}")
    for block in document.blocks:
        lines += _block(block)
    return "\n".join([*lines, " | ".join(document.running_head), " | ".join(document.page_words), ""])


def _fact(fact: model.Fact) -> str:
    return f"{' | '.join(fact.label)}: {' | '.join(fact.value)}"


def _block(block: model.Block) -> list[str]:
    match block:
        case model.Heading():
            return ["", f"{block.number}. {' | '.join(block.words)}"]
        case model.Paragraph():
            return list(block.words)
        case model.Facts():
            return [_fact(fact) for fact in block.facts]
        case model.Panels():
            sides = (block.left, block.right)
            return [line for side in sides for line in ("", " | ".join(side.title), *map(_fact, side.facts))]
        case model.Table():
            rows = [" ; ".join(" | ".join(column.title) for column in block.columns)]
            rows += [" ; ".join(" | ".join(cell) for cell in row) for row in block.rows]
            return (
                rows
                + [f"{' | '.join(total.label)} = {total.value}" for total in block.totals]
                + [_fact(fact) for fact in block.closing]
            )
        case model.Signatures():
            return [
                line
                for each in block.signatures
                for line in ("", " | ".join(each.title), *each.party, *(" | ".join(field) for field in each.fields))
            ]


def pdf_text(printed: PrintedFile) -> str:
    document = pypdfium2.PdfDocument(printed.content)
    text = "".join(page.get_textpage().get_text_bounded() for page in document)
    document.close()
    return "".join(text.split())


def docx_text(printed: PrintedFile) -> str:
    body = docx.Document(io.BytesIO(printed.content)).element.body
    return "".join("".join(node.text or "" for node in body.iter(qn("w:t"))).split())


@pytest.mark.parametrize("printing", Printing)
def test_the_words_are_those_of_the_reviewed_file(printing: Printing) -> None:
    expected = (GOLDEN / f"contract-{printing}.txt").read_text(encoding="utf-8")
    assert said(contract_document(charged(sheet(3)), printing)) == expected


@pytest.mark.parametrize("printing", Printing)
@pytest.mark.parametrize("file_format", FileFormat)
def test_both_formats_say_the_same(printing: Printing, file_format: FileFormat) -> None:
    whole = charged(sheet(6))
    printed = print_file(whole, printing, file_format)
    text = pdf_text(printed) if file_format is FileFormat.PDF else docx_text(printed)
    needles = ["C-2026-000123", "RFQ-2026-000045", "Q-2026-000311", "91310115MA1K3XYZ7Q", "529900T8BM49AURSDO55"]
    needles += [
        "DE136695976",
        "MüllerPräzisionsteileGmbH&Co.KG",
        "SCR-M5-16-005",
        "CIETAC",
        "CNY56,989.84",
        "4,800.00",
        "-120.75",
    ]
    needles += ["人民币伍万陆仟玖佰捌拾玖元捌角肆分"] if printing is not Printing.ENGLISH else []
    needles += (
        ["ChineseYuanfifty-sixthousandninehundredeighty-nineand84/100only"] if printing is not Printing.CHINESE else []
    )
    assert whole.total == Money.of("56989.84", "CNY")
    assert [needle for needle in needles if needle not in text] == []


@pytest.mark.parametrize("printing", Printing)
@pytest.mark.parametrize("file_format", FileFormat)
def test_the_same_sheet_gives_the_same_bytes(printing: Printing, file_format: FileFormat) -> None:
    assert print_file(sheet(30), printing, file_format) == print_file(sheet(30), printing, file_format)


def test_every_printing_has_a_fingerprint_of_its_own() -> None:
    prints = print_all(sheet(3))
    assert [(each.printing, each.file_format) for each in prints] == [
        (printing, kind) for printing in Printing for kind in FileFormat
    ]
    assert len({each.fingerprint().sha256 for each in prints}) == 6
    for each in prints:
        found = each.fingerprint()
        assert found.size == len(each.content)
        assert (found.pages > 0) == (each.file_format is FileFormat.PDF)
        assert found.missing_characters == ""


@pytest.mark.parametrize(
    "change",
    [
        lambda before: replace(before, edition=2),
        lambda before: replace(before, terms=replace(TERMS, payment_terms="net 31")),
        lambda before: replace(before, lines=before.lines[:-1]),
        lambda before: replace(before, site="https://elsewhere.example"),
    ],
)
def test_whatever_changes_in_the_sheet_changes_the_fingerprint(change: object) -> None:
    assert callable(change)
    before = sheet(3)
    for kind in FileFormat:
        first, second = (print_file(each, Printing.BOTH, kind) for each in (before, change(before)))
        assert first.fingerprint().sha256 != second.fingerprint().sha256


def test_the_file_is_named_after_number_edition_and_languages() -> None:
    assert print_file(sheet(1), Printing.BOTH, FileFormat.PDF).name == "C-2026-000123-1-both.pdf"
    assert print_file(sheet(1), Printing.CHINESE, FileFormat.DOCX).name == "C-2026-000123-1-zh.docx"


def test_the_code_leads_to_the_public_page_of_the_edition() -> None:
    title = contract_document(sheet(1, edition=4), Printing.ENGLISH).title
    assert title.code is not None
    assert title.code.content == f"https://market.example/verify/{CONTRACT}/4"


def test_what_is_not_settled_is_said_plainly() -> None:
    text = said(contract_document(sheet(1, terms=Terms()), Printing.BOTH))
    assert text.count("to be agreed") == 2
    assert text.count("尚待约定") == 2
    assert "Incoterms 2020" not in text
    assert "Further agreements" not in text


@pytest.mark.parametrize(
    ("forum", "words"),
    [
        (DisputeForum.BUYER_COURT, "由甲方所在地法院裁判"),
        (DisputeForum.SUPPLIER_COURT, "由乙方所在地法院裁判"),
        (DisputeForum.ARBITRATION, "提交中国国际经济贸易仲裁委员会 (CIETAC)按照其现行有效的仲裁规则仲裁"),
    ],
)
def test_the_forum_is_the_chosen_one(forum: DisputeForum, words: str) -> None:
    text = said(contract_document(sheet(1, terms=replace(TERMS, dispute_forum=forum)), Printing.CHINESE))
    assert words in text
    assert sum(part in text for part in ("甲方所在地法院", "乙方所在地法院", "仲裁规则")) == 1


@pytest.mark.parametrize(
    ("tongue", "chinese", "english"),
    [
        (Tongue.CHINESE, "以中文文本为准", "the Chinese text prevails"),
        (Tongue.ENGLISH, "以英文文本为准", "the English text prevails"),
    ],
)
def test_both_languages_name_the_prevailing_one(tongue: Tongue, chinese: str, english: str) -> None:
    text = said(contract_document(sheet(1, terms=replace(TERMS, prevailing_language=tongue)), Printing.BOTH))
    assert chinese in text
    assert english in text


@pytest.mark.parametrize(
    ("money", "chinese", "english"),
    [
        (Money.of("1200", "JPY"), "日元壹仟贰佰元整", "Japanese Yen one thousand two hundred only"),
        (Money.of("0.05", "USD"), "美元伍分", "US Dollar zero and 05/100 only"),
        (Money.of("10.250", "KWD"), "科威特第纳尔壹拾元零贰角伍分", "Kuwaiti Dinar ten and 250/1000 only"),
    ],
)
def test_amounts_in_words_of_any_currency(money: Money, chinese: str, english: str) -> None:
    assert amount_in_words(money, Language.ZH) == chinese
    assert amount_in_words(money, Language.EN) == english


def test_an_unknown_scheme_of_registration_is_named_by_its_code() -> None:
    party = replace(SUPPLIER_PARTY, identifiers=(Identifier(scheme="duns", value="315204563"),))
    assert "DUNS: 315204563" in said(contract_document(replace(sheet(1), supplier=party), Printing.CHINESE))


def test_missing_characters_are_reported_with_the_print() -> None:
    party = replace(SUPPLIER_PARTY, name_en="𠮷野家")
    strange: Sheet = replace(sheet(1), supplier=party)
    assert print_file(strange, Printing.BOTH, FileFormat.PDF).missing == "𠮷"
    assert "𠮷野家" in docx_text(print_file(strange, Printing.BOTH, FileFormat.DOCX))


def test_prices_keep_their_decimals_and_amounts_the_currency_s() -> None:
    text = said(contract_document(sheet(1), Printing.ENGLISH))
    assert " ; 0.0835 ; 11.44 ; " in text
    yen = said(contract_document(sheet(1, currency="JPY"), Printing.ENGLISH))
    assert " ; 0.0835 ; 11 ; " in yen
    assert Currency("JPY").minor_digits == 0
    assert Decimal("0.0835") * 137 == Decimal("11.4395")


def test_printing_places_are_few() -> None:
    hasty = replace(PRINTING, patience=0.01)
    with hasty.held(), hasty.held(), pytest.raises(PrintersBusy) as refused, hasty.held():
        pytest.fail("a third place was given")
    assert refused.value.facts == {"retry_after": 0}
    with hasty.held():
        pass
