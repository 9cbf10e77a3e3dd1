"""Classes in plain values: what a file may say, and where each code stands."""

import json
from typing import Any

import pytest

from b2b_market.reference.intake import Wanted, read_classification
from b2b_market.reference.rules import classes as rules
from b2b_market.reference.rules.classes import Class, ClassEntry, Classification, ClassificationUnreadable

CPV = Wanted("CPV", "2008", "en")


def entries(*codes: str) -> tuple[ClassEntry, ...]:
    return tuple(ClassEntry(code, {"en": f"Title of {code}"}) for code in codes)


def refused(found: Classification) -> str:
    with pytest.raises(ClassificationUnreadable) as refusal:
        rules.require_sound(found)
    return str(refusal.value.facts["found"])


def unreadable(data: bytes, wanted: Wanted = CPV) -> str:
    with pytest.raises(ClassificationUnreadable) as refusal:
        read_classification(data, wanted)
    return str(refusal.value.facts["found"])


class TestNames:
    @pytest.mark.parametrize(
        ("text", "scheme", "code"),
        [("CPV:42122000-0", "CPV", "42122000-0"), (" CPV : 42 ", "CPV", "42"), ("42122000", "", "42122000")],
    )
    def test_a_text_names_a_scheme_and_a_code_or_a_code_alone(self, text: str, scheme: str, code: str) -> None:
        assert rules.read_class(text) == Class(scheme, code)

    def test_what_is_written_is_read_back(self) -> None:
        assert rules.write_class("CPV", "42") == "CPV:42"
        assert rules.write_class("", "42") == "42"

    def test_a_check_digit_is_one_digit_behind_a_dash(self) -> None:
        assert [rules.stem(code) for code in ("42122000-0", "42122000", "AB-12")] == ["42122000", "42122000", "AB-12"]


class TestSound:
    def test_a_code_stands_below_the_nearest_one_that_is_there(self) -> None:
        found = rules.require_sound(
            Classification("CPV", "2008", entries("42000000-6", "42122000-0", "42122100-1", "03000000-1"))
        )
        assert {one.code: one.parent for one in found.entries} == {
            "42000000-6": "",
            "42122000-0": "42000000-6",
            "42122100-1": "42122000-0",
            "03000000-1": "",
        }
        assert rules.paths_of(found.entries)["42122100-1"] == ("42000000-6", "42122000-0", "42122100-1")

    def test_shorter_codes_stand_above_longer_ones(self) -> None:
        found = rules.require_sound(Classification("GB", "1", entries("31", "3101", "310101")))
        assert [one.parent for one in found.entries] == ["", "31", "3101"]

    def test_a_parent_that_is_said_counts(self) -> None:
        said = (*entries("A", "B"), ClassEntry("A1", {"zh": "泵"}, parent="B"))
        assert rules.require_sound(Classification("OWN", "1", said)).entries[2].parent == "B"

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            ({"scheme": "C P V"}, "is no name such as CPV"),
            ({"edition": " "}, "the edition of the scheme is missing"),
            ({"entries": ()}, "it has no codes"),
            ({"entries": entries("4 2")}, "'4 2' is no code"),
            ({"entries": entries("42", "42")}, "42 is there twice"),
            ({"entries": (ClassEntry("42", {"en": " "}),)}, "42 has no title"),
            ({"entries": (ClassEntry("42", {"english": "x"}),)}, "which is no language such as en or zh"),
            ({"entries": (ClassEntry("42", {"en": "x" * 501}),)}, "is longer than 500 characters"),
            ({"entries": (ClassEntry("42", {"en": "x"}, parent="41"),)}, "42 stands below 41, which is not there"),
            ({"entries": (ClassEntry("42", {"en": "x"}, parent="42"),)}, "42 stands below itself"),
        ],
    )
    def test_what_is_wrong_is_said(self, change: dict[str, Any], said: str) -> None:
        whole: dict[str, Any] = {"scheme": "CPV", "edition": "2008", "entries": entries("42")}
        assert said in refused(Classification(**{**whole, **change}))

    def test_a_ring_of_parents_is_found(self) -> None:
        ring = (ClassEntry("1", {"en": "x"}, parent="2"), ClassEntry("2", {"en": "x"}, parent="1"))
        assert "1 stands below itself" in refused(Classification("R", "1", ring))

    def test_many_problems_are_counted(self) -> None:
        said = refused(Classification("CPV", "2008", entries(*(f"{n} " for n in range(12)))))
        assert said.endswith("; and 2 more")

    def test_a_scheme_has_a_bound(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(rules, "MOST_CODES", 1)
        assert "more than 1 codes" in refused(Classification("CPV", "2008", entries("41", "42")))


class TestFiles:
    def test_an_object_of_codes_and_titles_is_read_in_one_language(self) -> None:
        found = read_classification(b'{"42000000-6": "Machinery"}', CPV)
        assert found == Classification("CPV", "2008", (ClassEntry("42000000-6", {"en": "Machinery"}),))

    def test_the_whole_form_says_scheme_version_parents_and_languages(self) -> None:
        codes = [
            {"code": "42", "titles": {"en": "Pumps", "zh": "泵"}},
            {"code": "43", "titles": {"en": "x"}, "parent": "42"},
        ]
        document = {"scheme": "OWN", "version": "3", "codes": codes}
        found = read_classification(json.dumps(document).encode(), Wanted())
        assert (found.scheme, found.edition) == ("OWN", "3")
        assert found.entries[0].titles == {"en": "Pumps", "zh": "泵"}
        assert found.entries[1].parent == "42"

    def test_a_table_has_a_column_for_each_language(self) -> None:
        table = "\ufeffcode,parent,title_en,title_zh\n42,,Pumps,泵\n43,42,Valves,\n".encode()
        found = read_classification(table, CPV)
        assert [one.titles for one in found.entries] == [{"en": "Pumps", "zh": "泵"}, {"en": "Valves"}]
        assert found.entries[1].parent == "42"

    @pytest.mark.parametrize(
        ("data", "said"),
        [
            (b"\xff\xfe", "it is no text in UTF-8"),
            (b"{", "it is no JSON: line 1, column 2"),
            (b"[" * 20_000 + b"]" * 20_000, "it is nested deeper"),
            (b"[]", "it is a list"),
            (b'{"42": 1}', "the title of 42 is no text"),
            (b'{"42": "a", "42": "b"}', "42 is there twice"),
            (b'{"codes": {}}', "its codes are no list"),
            (b'{"codes": [1]}', "entry 1 has no code"),
            (b'{"codes": [{"code": "42", "titles": "x"}]}', "entry 1 has no titles by language"),
            (b'{"codes": [{"code": "42", "titles": {"en": "x"}, "parent": 4}]}', "the parent of entry 1 is no code"),
            (b"name,price\n", "its first line names no columns"),
            (b"code,title_en\n42\n", "line 2 has another number of columns"),
            (b'code,title_en\n42,"x\n', "unexpected end of data"),
        ],
    )
    def test_a_refused_file_says_what_is_wrong(self, data: bytes, said: str) -> None:
        assert said in unreadable(data)
