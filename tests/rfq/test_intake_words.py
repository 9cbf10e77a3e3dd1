import re
import string
from collections.abc import Iterator
from pathlib import Path

from b2b_market.rfq import intake
from b2b_market.rfq.intake.findings import FIELD_NAMES, SENTENCES
from b2b_market.rfq.intake.headings import EXACT, meanings
from b2b_market.rfq.intake.quote_rows import NotAQuoteWorkbook, OtherRequestsWorkbook
from b2b_market.rfq.intake.upload import IMPORT_REFUSALS
from b2b_market.rfq.intake.values import Field
from b2b_market.ui.i18n import Catalogue, check_catalogues
from b2b_market.ui.language import Language

FOLDER = Path(intake.__file__).parent


def test_every_sentence_has_its_chinese() -> None:
    faults = check_catalogues([FOLDER])  # the pages say some of its sentences, so none is unused for being unsaid here
    assert (faults.missing, faults.fuzzy, faults.misfilled) == ((), (), ())


def sources() -> Iterator[str]:
    for file in sorted(FOLDER.glob("*.py")):
        if file.name != "imports.py":  # it turns a preview into a request; its refusals are not findings of the reader
            yield file.read_text(encoding="utf-8")


def test_every_code_the_reader_gives_has_a_sentence_and_every_sentence_is_given() -> None:
    said = "\n".join(text for text in sources() if "SENTENCES: Final" not in text)
    used = set(re.findall(r'"([a-z]+(?:-[a-z]+)+)"', said))
    refusals = {refusal.code for refusal in IMPORT_REFUSALS} | {NotAQuoteWorkbook.code, OtherRequestsWorkbook.code}
    own = {
        code
        for code in used
        if code not in refusals | {"too-many"} and not code.startswith(("utf-", "windows-", "euc-", "iso-", "yyyy-"))
    }
    assert own == set(SENTENCES)


def test_every_field_has_a_name_that_is_recognised_when_it_comes_back() -> None:
    catalogue = Catalogue([FOLDER])
    assert set(FIELD_NAMES) == set(Field)
    for field, name in FIELD_NAMES.items():
        if field != Field.IGNORED:
            for language in Language:
                assert meanings(catalogue.translate(language, name)) == {field: EXACT}, name


def test_refusals_have_one_code_each_and_say_what_would_be_right() -> None:
    assert len({refusal.code for refusal in IMPORT_REFUSALS}) == len(IMPORT_REFUSALS)
    for refusal in IMPORT_REFUSALS:
        assert refusal.title
        assert refusal.advice
        assert all(name for _, name, _, _ in string.Formatter().parse(refusal.advice) if name is not None)
