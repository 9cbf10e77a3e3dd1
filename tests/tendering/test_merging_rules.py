"""The merge rules of OCDS, and JSON that keeps its decimals."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from b2b_market.tendering.rules.exact_json import read_json, write_json
from b2b_market.tendering.rules.merging import OMITTED, REPLACED, compile_releases


def release(number: int, **parts: Any) -> dict[str, Any]:
    return {
        "ocid": "ocds-x-1",
        "id": str(number),
        "date": f"2026-01-0{number}T00:00:00Z",
        "tag": ["tender"],
        "initiationType": "tender",
        **parts,
    }


def merged(*parts: dict[str, Any]) -> dict[str, Any]:
    return compile_releases([release(number, **one) for number, one in enumerate(parts, 1)])


class TestMerging:
    def test_the_compiled_release_has_its_own_id_date_and_tag(self) -> None:
        found = merged({"links": [{"href": "x"}]}, {})
        assert found == {
            "ocid": "ocds-x-1",
            "id": "ocds-x-1-2026-01-02T00:00:00Z",
            "date": "2026-01-02T00:00:00Z",
            "tag": ["compiled"],
            "initiationType": "tender",
        }

    def test_the_order_of_dates_counts_not_the_order_in_the_list(self) -> None:
        late, early = release(2, language="zh"), release(1, language="en")
        assert compile_releases([late, early])["language"] == "zh"

    def test_later_values_replace_earlier_ones_null_removes_and_objects_merge(self) -> None:
        found = merged(
            {"tender": {"id": "1", "status": "active", "value": {"amount": 1, "currency": "CNY"}}},
            {"tender": {"status": "complete", "value": {"amount": 2}, "title": None}},
            {"tender": {"value": {"currency": None}}},
        )
        assert found["tender"] == {"id": "1", "status": "complete", "value": {"amount": 2}}

    def test_an_object_takes_the_place_of_another_kind_of_value(self) -> None:
        assert merged({"tender": "none yet"}, {"tender": {"id": "1"}})["tender"] == {"id": "1"}
        assert merged({"parties": "none yet"}, {"parties": [{"id": "1"}]})["parties"] == [{"id": "1"}]

    def test_lists_of_things_with_ids_merge_by_id(self) -> None:
        found = merged(
            {"awards": [{"id": 1, "status": "pending", "title": "x"}, {"id": "2"}]},
            {"awards": [{"id": "1", "status": "active", "title": None}, {"id": "3"}]},
        )
        assert found["awards"] == [{"id": "1", "status": "active"}, {"id": "2"}, {"id": "3"}]

    @pytest.mark.parametrize(
        ("name", "before", "after"),
        [
            ("roles", ["buyer"], ["supplier"]),
            ("changes", [{"property": "a"}], [{"property": "b"}]),
            ("awards", [{"id": "1"}], [{"title": "x", "status": None}]),
            ("additionalIdentifiers", [{"id": "1", "scheme": "A"}], [{"id": "1", "scheme": None}]),
        ],
    )
    def test_any_other_list_is_replaced_whole(self, name: str, before: list[Any], after: list[Any]) -> None:
        expected = [{k: v for k, v in one.items() if v is not None} if isinstance(one, dict) else one for one in after]
        assert merged({name: before}, {name: after})[name] == expected

    def test_what_is_omitted_and_replaced_is_what_the_schema_marks(self, real_data: Path) -> None:
        schema = json.loads((real_data / "ocds" / "schema" / "release-schema.json").read_text("utf-8"))
        marks: dict[str, set[str]] = {"omitWhenMerged": set(), "wholeListMerge": set()}
        collect(schema, marks)
        assert marks["omitWhenMerged"] == set(OMITTED)
        assert marks["wholeListMerge"] == set(REPLACED)

    def test_a_real_process_is_compiled(self, real_data: Path) -> None:
        paths = sorted((real_data / "ocds").glob("ocds-213czf-*.json"))
        packages = [json.loads(path.read_text("utf-8")) for path in paths]
        found = compile_releases([one for package in packages for one in package["releases"]])
        assert found["ocid"] == "ocds-213czf-000-00001"
        assert {"planning", "tender", "awards", "contracts", "buyer"} <= set(found)
        assert found["tag"] == ["compiled"]


def collect(found: Any, marks: dict[str, set[str]]) -> None:
    """Gather the names of the properties that the schema marks."""
    for name, value in found.get("properties", {}).items():
        for mark, names in marks.items():
            if value.get(mark) is True:
                names.add(name)
        collect(value, marks)
    for one in found.get("definitions", {}).values():
        collect(one, marks)


class TestExactJson:
    def test_decimals_are_numbers_and_stay_exact(self) -> None:
        text = write_json({"amount": Decimal("83517.2900"), "n": [1, None, True, Decimal(10)], "s": '泵 "x"'})
        assert text == '{"amount":83517.29,"n":[1,null,true,10],"s":"泵 \\"x\\""}'
        assert read_json('{"a": 0.1, "b": 2}') == {"a": Decimal("0.1"), "b": Decimal(2)}

    def test_a_float_is_refused(self) -> None:
        with pytest.raises(TypeError):
            write_json({"amount": 0.1})

    @given(st.recursive(st.none() | st.booleans() | st.text() | st.decimals(-(10**12), 10**12, places=4), st.lists))
    def test_what_is_written_is_read_back(self, value: object) -> None:
        assert read_json(write_json(value)) == value
