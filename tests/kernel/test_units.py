import json
import os
import re
import unicodedata
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from b2b_market.kernel.quantity import Quantity, UnitMismatch
from b2b_market.kernel.refusal import Kind
from b2b_market.kernel.units import UNITS, UnknownUnit, find_unit, unit, unit_name


def test_a_code_names_its_unit() -> None:
    assert unit("KGM").dimension == "mass"
    assert unit("KGM").symbol == "kg"
    assert str(unit("XBX")) == "XBX"


@pytest.mark.parametrize(
    ("code", "suggestions"),
    [("kgs", "KGM"), ("公斤", "KGM"), ("kilogrm", "KGM"), ("Kgm", "KGM"), ("\u0000?", "C62, KGM, MTR")],
)
def test_an_unknown_code_is_refused_with_what_may_have_been_meant(code: str, suggestions: str) -> None:
    with pytest.raises(UnknownUnit) as refused:
        unit(code)
    assert refused.value.kind is Kind.INVALID
    assert refused.value.facts == {"unit": code, "suggestions": suggestions}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        *((text, "H87") for text in ("件", "只", "台", "pcs", "PCS", "Pcs.", "pc", " pcs ", "ＰＣＳ", "pieces")),
        *((text, "C62") for text in ("个", "unit", "C62", "c62")),
        *((text, "KGM") for text in ("kg", "KG", "Kg", "㎏", "公斤", "千克", "KGM", "kilograms")),
        *((text, "MTR") for text in ("m", "米", "mtr", "MTR", "meters", "metre")),
        *((text, "MTK") for text in ("㎡", "m2", "m²", "M2", "平方米", "平米", "sqm")),
        *((text, "MTQ") for text in ("m³", "m3", "立方", "CBM")),
        *((text, "TNE") for text in ("吨", "t", "T", "MT", "tonne")),
        *((text, "SET") for text in ("套", "set", "Sets")),
        *((text, "PR") for text in ("双", "对", "pair")),
        ("ea", "EA"),
        ("EACH", "EA"),
        ("箱", "XCS"),
        ("盒", "XBX"),
        ("box", "XBX"),
        ("BX", "XBX"),
        ("包", "XPK"),
        ("卷", "XRO"),
        ("ctn", "XCT"),
        ("kWh", "KWH"),
        ("MW", "MAW"),
        ("MPa", "MPA"),
        ("N·m", "NU"),
        ("square  metre", "MTK"),
    ],
)
def test_people_write_units_in_many_ways(text: str, code: str) -> None:
    found = find_unit(text)
    assert found is not None
    assert found.code == code


@pytest.mark.parametrize("text", ["", ".", "M", "ST", "NM", "10", "mw", "mPa", "mwh", "斤", "亩", "something", "100"])
def test_unknown_and_ambiguous_spellings_are_not_guessed(text: str) -> None:
    assert find_unit(text) is None


def test_every_name_symbol_and_code_leads_back_to_its_unit() -> None:
    for code, one in UNITS.items():
        assert code == one.code
        assert find_unit(unit_name(one, "en")) == one
        assert find_unit(unit_name(one, "zh-CN")) == one
        assert find_unit(code) == one or code == "10"
        assert not one.symbol or one.symbol == "pr" or find_unit(one.symbol) == one


def test_names_are_given_in_the_readers_language() -> None:
    assert unit_name(unit("MTR"), "zh-CN") == "米"
    assert unit_name(unit("MTR"), "zh_CN") == "米"
    assert unit_name(unit("MTR"), "en") == "metre"
    assert unit_name(unit("MTR"), "de") == "metre"


def test_the_table_is_large_enough_and_read_only() -> None:
    assert len(UNITS) >= 120
    with pytest.raises(TypeError):
        UNITS["KGM"] = unit("GRM")  # type: ignore[index]  # the attempt is what is tested


@pytest.mark.parametrize(
    ("source", "target", "ratio"),
    [
        ("INH", "MMT", "25.4"),
        ("SMI", "MTR", "1609.344"),
        ("ACR", "MTK", "4046.8564224"),
        ("GLL", "LTR", "3.785411784"),
        ("GLI", "LTR", "4.54609"),
        ("OZA", "MLT", "29.5735295625"),
        ("OZI", "MLT", "28.4130625"),
        ("BLL", "LTR", "158.987294928"),
        ("YDQ", "MTQ", "0.764554857984"),
        ("LBR", "GRM", "453.59237"),
        ("ONZ", "GRM", "28.349523125"),
        ("APZ", "GRM", "31.1034768"),
        ("STN", "KGM", "907.18474"),
        ("LTN", "KGM", "1016.0469088"),
        ("TNE", "KGM", "1000"),
        ("DZN", "H87", "12"),
        ("GRO", "DZN", "12"),
        ("ANN", "QAN", "4"),
        ("KWH", "3B", "3.6"),
        ("BAR", "KPA", "100"),
        ("MQH", "MQH", "1"),
    ],
)
def test_factors_are_exact(source: str, target: str, ratio: str) -> None:
    assert Quantity(Decimal(1), unit(source)).exactly_in(unit(target)) == Fraction(ratio)


def test_a_pound_force_per_square_inch_has_no_finite_decimal_and_is_still_exact() -> None:
    ratio = Quantity(Decimal(1), unit("PS")).exactly_in(unit("PAL"))
    assert ratio == Fraction("4.4482216152605") / Fraction("0.00064516")


@pytest.mark.parametrize(
    ("one", "other"),
    [("XBX", "H87"), ("XBX", "XCS"), ("SET", "H87"), ("PR", "H87"), ("MON", "DAY"), ("E49", "DAY"), ("WTT", "D46")],
)
def test_what_has_no_exact_relation_is_not_converted(one: str, other: str) -> None:
    with pytest.raises(UnitMismatch):
        Quantity(Decimal(1), unit(one)).exactly_in(unit(other))


def _bare(name: str) -> str:
    return re.sub(r"\s*[(\[].*", "", name).strip().casefold()


def test_codes_and_names_are_those_of_the_recommendation() -> None:
    folder = os.environ.get("B2B_MARKET_REAL_DATA")
    if folder is None:
        pytest.skip("B2B_MARKET_REAL_DATA names no folder with reference/unece_units.json")
    official = json.loads((Path(folder) / "reference" / "unece_units.json").read_text("utf-8"))
    for code, one in UNITS.items():
        if one.dimension.startswith("package"):
            assert code not in official
            continue
        listed = official[code]
        assert _bare(unit_name(one, "en")) in listed["name"].casefold(), code
        # Symbols are our own for counts and where the recommendation gives two or an odd one ("dt or dtn", "BtuIT").
        if listed["symbol"] and one.dimension not in {"count", "share", "mass", "pressure", "energy"}:
            assert one.symbol == unicodedata.normalize("NFC", listed["symbol"]), code


def test_packages_carry_the_names_their_bare_codes_once_had() -> None:
    packages = {code: unit_name(one, "en") for code, one in UNITS.items() if one.dimension.startswith("package")}
    assert len(packages) == 30
    assert all(len(code) == 3 and code.startswith("X") for code in packages)
    expected = {
        "XBX": "box",
        "XCT": "carton",
        "XCR": "crate",
        "XCS": "case",
        "XPA": "packet",
        "XRO": "roll",
        "XBG": "bag",
    }
    assert {code: packages[code] for code in expected} == expected
