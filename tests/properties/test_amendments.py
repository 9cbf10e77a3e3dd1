"""Differences between versions: nothing is lost, nothing is invented, and weight does not depend on the direction."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from b2b_market.rfq.rules.amending import MINOR, Difference, LineFate, Wording, difference

TEXTS = st.sampled_from(["", "a", "b", "a b", "c"])
HEADERS = st.fixed_dictionaries(dict.fromkeys(("title", "description", "currency", "incoterm"), TEXTS))
FIELDS = st.fixed_dictionaries(
    {"item_name": TEXTS, "specification": TEXTS, "note": TEXTS, "quantity": st.sampled_from(["1", "2.5"])}
)
LINES = st.dictionaries(st.integers(1, 6), FIELDS, max_size=6)


def made(header: dict[str, str], lines: dict[int, dict[str, str]]) -> Wording:
    rows = tuple({"id": str(UUID(int=number)), "position": number, **fields} for number, fields in lines.items())
    return Wording(header, rows)


WORDINGS = st.builds(made, HEADERS, LINES)


def applied(before: Wording, found: Difference) -> tuple[dict[str, object], dict[str, dict[str, object]]]:
    """Return header and lines of a version after a difference is written into it."""
    header = dict(before.header) | {change.field: change.after for change in found.header}
    lines = {str(line["id"]): dict(line) for line in before.lines}
    for change in found.lines:
        key = str(change.line_id)
        if change.fate is LineFate.WITHDRAWN:
            del lines[key]
            continue
        row = lines.setdefault(key, {"id": key, "position": change.position})
        row |= {field.field: field.after for field in change.fields}
    return header, lines


def full(line: dict[str, object]) -> dict[str, object]:
    """Return a line with an empty text for each field that nobody wrote: both read alike."""
    return dict.fromkeys(("item_name", "specification", "note"), "") | line


@given(WORDINGS)
def test_a_version_does_not_differ_from_itself(one: Wording) -> None:
    found = difference(one, one)
    assert found.empty
    assert not found.material


@given(WORDINGS, WORDINGS)
def test_a_difference_turns_the_one_into_the_other(before: Wording, after: Wording) -> None:
    header, lines = applied(before, difference(before, after))
    assert header == after.header
    assert {key: full(line) for key, line in lines.items()} == {
        str(line["id"]): full(dict(line)) for line in after.lines
    }


@given(WORDINGS, WORDINGS)
def test_both_directions_weigh_the_same_and_mirror_each_other(before: Wording, after: Wording) -> None:
    there, back = difference(before, after), difference(after, before)
    assert there.material is back.material
    assert [(change.field, change.before, change.after) for change in there.header] == [
        (change.field, change.after, change.before) for change in back.header
    ]
    assert [line.line_id for line in there.lines] == [line.line_id for line in back.lines]


@given(WORDINGS, WORDINGS)
def test_it_is_material_exactly_where_more_than_minor_fields_differ(before: Wording, after: Wording) -> None:
    def weighty(one: Wording) -> tuple[object, object]:
        header = {name: value for name, value in one.header.items() if name not in MINOR}
        lines = {str(line["id"]): {k: v for k, v in full(dict(line)).items() if k not in MINOR} for line in one.lines}
        return header, lines

    assert difference(before, after).material is (weighty(before) != weighty(after))
