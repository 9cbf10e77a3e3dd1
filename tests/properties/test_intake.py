import csv
import io
import json
from datetime import date
from decimal import Decimal

import hypothesis.strategies as st
from hypothesis import HealthCheck, assume, given, settings

from b2b_market.kernel.text import is_clean
from b2b_market.kernel.units import UNITS
from b2b_market.rfq.intake.calendar_days import EARLIEST, LATEST, read_day
from b2b_market.rfq.intake.confirmation import confirm
from b2b_market.rfq.intake.findings import SENTENCES
from b2b_market.rfq.intake.numerals import evidence, read_number
from b2b_market.rfq.intake.preview import Preview, make_preview
from b2b_market.rfq.intake.reading import read_table
from b2b_market.rfq.intake.refusals import READING_REFUSALS
from b2b_market.rfq.intake.rows import RowStatus
from b2b_market.rfq.intake.tables import RawRow, build_table
from b2b_market.rfq.intake.values import CellKind, Choices, DateOrder, Decimals, Field, NeedLine, Source, Table
from b2b_market.rfq.intake.wire import from_json, to_json

TODAY = date(2026, 11, 22)
HEADINGS = (
    "Item",
    "Item code",
    "Specification",
    "Quantity",
    "Unit",
    "Unit price",
    "Currency",
    "Need by",
    "Ship to",
    "Note",
)
FIELDS = (
    Field.ITEM_NAME,
    Field.ITEM_CODE,
    Field.SPECIFICATION,
    Field.QUANTITY,
    Field.UNIT,
    Field.TARGET_PRICE,
    Field.CURRENCY,
    Field.REQUIRED_ON,
    Field.DELIVERY_PLACE,
    Field.NOTE,
)
CURRENCIES = ("CNY", "EUR", "USD", "JPY")
ALPHABET = st.characters(codec="gb18030", exclude_categories=("Cs", "Cc", "Cf", "Zl", "Zp", "Co", "Cn"))


def words(longest: int, *, least: int = 0) -> st.SearchStrategy[str]:
    """Text as a person might type it: separators, quotes and Chinese included, at least one letter if any."""
    return (
        st.text(ALPHABET, min_size=max(0, least - 1), max_size=longest - 1)
        .map(lambda text: " ".join(("x" + text).split()) if least or text.strip() else "")
        .filter(is_clean)
    )


amounts = st.decimals(min_value="0.000001", max_value="999999999", places=6).map(lambda amount: amount.normalize())
needs = st.builds(
    NeedLine,
    item_name=words(80, least=1),
    item_code=st.none() | st.from_regex(r"[A-Z]{2}-[0-9]{3,6}", fullmatch=True),
    specification=words(200),
    quantity=amounts,
    unit_code=st.sampled_from([code for code in UNITS if code not in {"10", "NM"}]),
    target_price=amounts,
    target_currency=st.sampled_from(CURRENCIES),
    required_on=st.dates(TODAY, LATEST),
    delivery_place=words(80, least=1),
    note=words(80),
)


def written(need: NeedLine) -> list[str]:
    return [
        need.item_name,
        need.item_code or "",
        need.specification,
        format(need.quantity, "f"),
        need.unit_code,
        format(need.target_price or Decimal(0), "f"),
        need.target_currency or "",
        need.required_on.isoformat(),
        need.delivery_place,
        need.note,
    ]


@given(
    st.lists(needs, min_size=1, max_size=6),
    st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "gb18030"]),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
)
def test_a_list_comes_back_as_it_was_written(
    lines: list[NeedLine], delimiter: str, encoding: str, end: str, quoted: bool
) -> None:
    out = io.StringIO()
    writer = csv.writer(
        out, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL
    )
    writer.writerow(HEADINGS)
    writer.writerows(written(need) for need in lines)
    chosen = None if encoding == "utf-8-sig" else encoding
    table = read_table(out.getvalue().encode(encoding), encoding=chosen, delimiter=delimiter)
    choices = Choices(columns=dict(enumerate(FIELDS)), decimals={3: Decimals.POINT, 5: Decimals.POINT})
    confirmed = confirm(make_preview(table, choices, TODAY))
    assert list(confirmed.lines) == lines
    assert confirmed.left == ()


cells = st.one_of(
    st.sampled_from(
        [
            "",
            "--",
            "Item",
            "Qty",
            "数量",
            "单价(元)",
            "Total",
            "合计",
            "Unit",
            "12",
            "1,234",
            "1.234,5",
            "$5",
            "5 kg",
            "0",
            "-1",
        ]
    ),
    st.sampled_from(
        ["3/4/2027", "2027-01-01", "2020-01-01", "46348", "M", "pcs", "EUR", "¥8", "1/0", "kr. 5", "\u202e", "x" * 5000]
    ),
    st.text(max_size=20),
)
rows = st.lists(st.lists(cells, min_size=1, max_size=6), min_size=1, max_size=8)


def table_of(found: list[list[str]], letters: str) -> Table:
    """Build a table of any cells, with any kinds a spreadsheet might have."""
    raw = [
        RawRow(number, row, "".join(letters[(number + index) % len(letters)] for index in range(len(row))))
        for number, row in enumerate(found, 1)
    ]
    return build_table(Table(Source.XLSX, 0, ()), raw)


choices_of_all_kinds = st.builds(
    Choices,
    header_row=st.none() | st.integers(0, 9),
    columns=st.dictionaries(st.integers(0, 6), st.sampled_from(Field), max_size=4),
    decimals=st.dictionaries(st.integers(0, 6), st.sampled_from(Decimals), max_size=2),
    date_orders=st.dictionaries(st.integers(0, 6), st.sampled_from(DateOrder), max_size=2),
    unit_spellings=st.just({"m": "MTR"}),
    unit_code=st.none() | st.just("H87"),
    delivery_place=st.none() | st.just("Ulm"),
    required_on=st.none() | st.dates(date(2026, 1, 1), date(2027, 12, 31)),
    currency=st.none() | st.sampled_from(CURRENCIES),
    replace_past_dates=st.booleans(),
    skip_offered=st.booleans(),
    skip=st.frozensets(st.integers(0, 9), max_size=2),
    keep=st.frozensets(st.integers(0, 9), max_size=3),
    overrides=st.dictionaries(
        st.integers(1, 9), st.dictionaries(st.sampled_from(Field), cells, max_size=3), max_size=3
    ),
)


@given(rows, st.text(st.sampled_from([*CellKind]), min_size=1, max_size=4), choices_of_all_kinds)
@settings(suppress_health_check=[HealthCheck.filter_too_much])
def test_any_table_and_any_choices_give_a_preview_that_keeps_every_row(
    found: list[list[str]], letters: str, choices: Choices
) -> None:
    assume(any(cell.strip() for row in found for cell in row))
    try:
        table = table_of(found, letters)
    except READING_REFUSALS:
        return
    preview = make_preview(table, choices, TODAY)
    assert [row.number for row in preview.rows] == [
        row.number for row in table.rows if row.number != preview.header_row
    ]
    for row in preview.rows:
        assert (row.status == RowStatus.READY) == (row.line is not None)
        assert (row.status == RowStatus.ERROR) <= bool(row.errors)
        assert (row.status == RowStatus.WAITING) <= bool(row.waits)
        assert (row.status in {RowStatus.OFFERED, RowStatus.SKIPPED}) <= (row.offer is not None)
        for finding in (*row.errors, *row.waits, *row.notices):
            assert finding.code in SENTENCES
        if row.line is not None:
            assert_valid(row.line)
    waited = {wait.code for row in preview.rows for wait in row.waits}
    assert bool(waited) == any(not question.optional for question in preview.questions)
    assert from_json(Preview, json.loads(json.dumps(to_json(preview)))) == preview
    assert from_json(Choices, json.loads(json.dumps(to_json(choices)))) == choices
    assert from_json(Table, json.loads(json.dumps(to_json(table)))) == table
    assert make_preview(table, choices, TODAY) == preview


def assert_valid(line: NeedLine) -> None:
    """Check everything a need line promises."""
    assert line.item_name.strip() == line.item_name != ""
    assert 0 < line.quantity < 10**12
    assert line.quantity == round(line.quantity, 6)
    assert line.unit_code in UNITS
    assert (line.target_price is None) == (line.target_currency is None)
    if line.target_price is not None:
        assert 0 < line.target_price < 10**14
        assert line.target_price == round(line.target_price, 6)
    assert line.required_on >= TODAY
    assert line.delivery_place
    assert all(is_clean(text) for text in (line.item_name, line.specification, line.delivery_place, line.note))


@given(st.binary(max_size=300) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_a_table_or_one_of_the_refusals(data: bytes) -> None:
    try:
        table = read_table(data)
    except READING_REFUSALS:
        return
    assert table.rows
    assert all(len(row.cells) == len(row.kinds) == table.width for row in table.rows)
    assert all(is_clean(cell) for row in table.rows for cell in row.cells)


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=3), st.sampled_from(Decimals), st.booleans())
def test_a_number_written_in_a_style_is_read_back_in_it(number: Decimal, style: Decimals, grouped: bool) -> None:
    text = format(number, ",f" if grouped else "f")
    if style == Decimals.COMMA:
        text = text.translate(str.maketrans(",.", ".,"))
    assert read_number(text, style) == number
    other = Decimals.COMMA if style == Decimals.POINT else Decimals.POINT
    assert evidence(text) in {style, None}
    assert read_number(text, other) is None or evidence(text) is None


@given(st.dates(EARLIEST, LATEST))
def test_a_day_is_read_back_however_it_is_written(day: date) -> None:
    serial = str((day - date(1899, 12, 30)).days)
    for text in (day.isoformat(), f"{day:%Y%m%d}", f"{day.year}年{day.month}月{day.day}日", f"{day:%d.%m.%Y}", serial):
        assert read_day(text, None) == day
    assert read_day(f"{day:%d/%m/%Y}", DateOrder.DAY_FIRST) == day
    assert read_day(f"{day:%m/%d/%Y}", DateOrder.MONTH_FIRST) == day
    assert read_day(f"{day:%d %B %Y}", None) == day
