import re
from pathlib import Path

import pytest

from b2b_market.ui.i18n import Catalogue, check_catalogues, extract_messages, fill
from b2b_market.ui.language import Language

UI = Path(__file__).parents[2] / "b2b_market" / "ui"
HEADER = r"""msgid ""
msgstr ""
"Language: zh_CN\n"
"Content-Type: text/plain; charset=utf-8\n"
"Plural-Forms: nplurals=1; plural=0;\n"

"""


def package(folder: Path, name: str, po: str = "", python: str = "", template: str = "") -> Path:
    root = folder / name
    (root / "locale/zh_CN/LC_MESSAGES").mkdir(parents=True)
    (root / "templates" / name).mkdir(parents=True)
    (root / "locale/zh_CN/LC_MESSAGES/messages.po").write_text(HEADER + po, encoding="utf-8")
    (root / "rules.py").write_text(python, encoding="utf-8")
    (root / "templates" / name / "page.html").write_text(template, encoding="utf-8")
    return root


def test_catalogues_of_all_modules_are_one(tmp_path: Path) -> None:
    first = package(tmp_path, "rfq", 'msgid "Draft"\nmsgstr "草稿"\n')
    second = package(tmp_path, "contracts", 'msgid "{n} line"\nmsgid_plural "{n} lines"\nmsgstr[0] "{n} 行"\n')
    catalogue = Catalogue([first, second, tmp_path / "without"])
    assert catalogue.translate(Language.ZH, "Draft") == "草稿"
    assert catalogue.translate_count(Language.ZH, "{n} line", "{n} lines", 7) == "7 行"
    assert catalogue.translate_count(Language.EN, "{n} line", "{n} lines", 1) == "1 line"
    assert catalogue.translate_count(Language.EN, "{n} line", "{n} lines", 7) == "7 lines"
    assert catalogue.translate(Language.ZH, "Unknown sentence") == "Unknown sentence"
    assert catalogue.translate(Language.ZH, "") == ""


def test_a_fuzzy_translation_is_not_shown(tmp_path: Path) -> None:
    module = package(tmp_path, "rfq", '#, fuzzy\nmsgid "Draft"\nmsgstr "图纸"\n')
    assert Catalogue([module]).translate(Language.ZH, "Draft") == "Draft"


def test_filling_takes_names_only_and_leaves_what_it_does_not_know() -> None:
    assert fill("{a} of {b}", {"a": 1}) == "1 of {b}"
    assert fill("{a.__class__} {a[0]}", {"a": "x"}) == "{a.__class__} {a[0]}"
    assert fill("no fields, 100 %", {"a": 1}) == "no fields, 100 %"


def test_the_check_names_every_fault(tmp_path: Path) -> None:
    one = package(
        tmp_path,
        "one",
        """msgid "Shared"
msgstr "共享"

msgid "Gone"
msgstr "没了"

msgid "Hello {name}"
msgstr "你好"

#, fuzzy
msgid "Vague"
msgstr "含糊"
""",
        'from x import N_\nA = N_("Shared")\nB = N_("Vague")\nC = N_(\n    "Said in "\n    "two pieces"\n)\n',
        '{{ _("Hello {name}")|fill(name=1) }}{{ ngettext("{n} day", "{n} days", 2) }}{% do [].append(1) %}',
    )
    two = package(tmp_path, "two", 'msgid "Shared"\nmsgstr "分享"\n', 'N_("Shared")\n')
    faults = check_catalogues([one, two])
    assert faults.missing == ("one: Said in two pieces", "one: Vague", "one: {n} day")
    assert faults.fuzzy == ("one: Vague",)
    assert faults.unused == ("one: Gone",)
    assert faults.conflicting == ("two: Shared",)
    assert faults.misfilled == ("one: Hello {name}",)


def test_the_common_ground_is_translated_whole() -> None:
    own = set(extract_messages(UI))
    faults = check_catalogues([UI])
    assert len(own) > 200
    assert (faults.missing, faults.fuzzy, faults.unused, faults.misfilled) == ((), (), (), ())


@pytest.mark.parametrize("path", sorted(UI.rglob("templates/**/*.html")), ids=lambda path: str(path.relative_to(UI)))
def test_no_template_holds_chinese_or_inline_code(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert re.findall(r"[\u3400-\u9fff\uf900-\ufaff]", source) == []
    assert re.findall(r"""<script(?![^>]*\bsrc=)|\son[a-z]+=|\sstyle=|hx-on|javascript:|js:""", source) == []
