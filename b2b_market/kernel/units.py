"""The units of measure trade uses: UN/ECE Recommendation 20 codes, and packages of Recommendation 21 as ``X`` codes.

A curated table, not the whole list: every unit has a name in English and Chinese and, inside its dimension, an exact
factor. Sources of the factors: the SI brochure (9th edition), the international yard and pound agreement of 1959 and
the gallons, pounds and British thermal units derived from it. Whatever has no exact relation is a dimension of its
own: a box is not a number of pieces, a pair of scissors is one piece, a month is not a number of days.
"""

import difflib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType

from b2b_market.kernel.quantity import Unit
from b2b_market.kernel.refusal import Kind, Refusal
from b2b_market.kernel.text import N_


class UnknownUnit(Refusal):
    """The code is not in the table of units."""

    kind, code = Kind.INVALID, "unknown-unit"
    title = N_("This unit is not known")
    advice = N_("{unit} is not a unit code of this marketplace. Close to it: {suggestions}.")


@dataclass(frozen=True, slots=True)
class UnitName:
    """What people call a unit, in the singular."""

    en: str
    zh: str


@dataclass(frozen=True, slots=True)
class _Row:
    unit: Unit
    name: UnitName
    aliases: tuple[str, ...]


_FOOT = Fraction("0.3048")
_INCH = Fraction("0.0254")
_POUND = Fraction("0.45359237")
_GALLON_US = 231 * _INCH**3
_GALLON_UK = Fraction("0.00454609")
_POUND_FORCE = _POUND * Fraction("9.80665")


_Line = tuple[str, str | Fraction, str, str, str]

_PIECES = "pcs|pce|pces|pieces|stk|只|台|支|枝|根|条|块|片|枚|颗|粒|把|辆|架|座|部|头|株"
_SQUARE_METRES = "square metres|square meter|square meters|sqm|sq m|sq.m|平米|平方|平"

# Each line: code, factor, what is written after a number, "English name/中文名", further spellings separated by "|".
_MEASURES: Mapping[str, tuple[_Line, ...]] = {
    "count": (
        ("C62", "1", "", "one/个", "unit|units|ones|个数"),
        ("H87", "1", "pc", "piece/件", _PIECES),
        ("EA", "1", "ea", "each/每个", "eaches|各|item|items"),
        # Recommendation 20 says "international units"; UBL and Peppol documents write NIU where they mean plain units.
        ("NIU", "1", "", "number of international units/国际单位数", "number of units"),
        ("NAR", "1", "", "number of articles/物品数", "articles"),
        ("NPT", "1", "", "number of parts/零件数", "parts"),
        ("DZN", "12", "doz", "dozen/打", "dz|dozens|doz"),
        ("DPC", "12", "doz pc", "dozen piece/打件", "dozen pieces"),
        ("GRO", "144", "gross", "gross/罗", ""),
        ("CEN", "100", "hundred", "hundred/百个", "hundreds|百"),
        ("MIL", "1000", "thousand", "thousand/千个", "thousands|千|kpcs"),
        ("T3", "1000", "thousand pc", "thousand piece/千件", "thousand pieces"),
        ("MIO", "1000000", "million", "million/百万个", "millions|百万"),
    ),
    "set": (("SET", "1", "set", "set/套", "sets|成套|副套"),),
    "kit": (("KT", "1", "kit", "kit/套件", "kits|散件套"),),
    "pair": (
        ("PR", "1", "pr", "pair/双", "pairs|prs|对|副"),
        ("NPR", "1", "pr", "number of pairs/双数", ""),
        ("TPR", "10", "10 pr", "ten pair/十双", "ten pairs"),
    ),
    "assortment": (("AS", "1", "", "assortment/什锦组合", "assorted|assortments"),),
    "group": (("10", "1", "group", "group/组", "groups|grp"),),
    "lot": (("LO", "1", "lot", "lot/批", "lots|批次"),),
    "ream": (("RM", "1", "ream", "ream/令", "reams"),),
    "length": (
        ("MTR", "1", "m", "metre/米", "metres|meter|meters|mtrs|公尺"),
        ("LM", "1", "lin m", "linear metre/延米", "linear metres|linear meter|running metre|running meter|延长米"),
        ("C45", "1/1000000000", "nm", "nanometre/纳米", "nanometer"),
        ("4H", "1/1000000", "µm", "micrometre/微米", "micron|micrometer|um"),
        ("MMT", "1/1000", "mm", "millimetre/毫米", "millimetres|millimeter|millimeters|公厘"),
        ("CMT", "1/100", "cm", "centimetre/厘米", "centimetres|centimeter|centimeters|公分"),
        ("DMT", "1/10", "dm", "decimetre/分米", "decimetres|decimeter"),
        ("A45", "10", "dam", "decametre/十米", "decameter"),
        ("HMT", "100", "hm", "hectometre/百米", "hectometer"),
        ("KMT", "1000", "km", "kilometre/千米", "kilometres|kilometer|kilometers|公里"),
        ("INH", _INCH, "in", "inch/英寸", "inches|吋"),
        ("FOT", _FOOT, "ft", "foot/英尺", "feet|呎"),
        ("YRD", 3 * _FOOT, "yd", "yard/码", "yards|yds"),
        ("SMI", 5280 * _FOOT, "mile", "mile/英里", "miles|statute mile|mi"),
        ("NMI", "1852", "n mile", "nautical mile/海里", "nautical miles"),
    ),
    "area": (
        ("MTK", "1", "m²", "square metre/平方米", _SQUARE_METRES),
        ("MMK", "1/1000000", "mm²", "square millimetre/平方毫米", "square millimeter|sq mm"),
        ("CMK", "1/10000", "cm²", "square centimetre/平方厘米", "square centimeter|sq cm"),
        ("DMK", "1/100", "dm²", "square decimetre/平方分米", "square decimeter"),
        ("ARE", "100", "a", "are/公亩", ""),
        ("HAR", "10000", "ha", "hectare/公顷", "hectares"),
        ("KMK", "1000000", "km²", "square kilometre/平方千米", "square kilometer|平方公里"),
        ("INK", _INCH**2, "in²", "square inch/平方英寸", "square inches|sq in"),
        ("FTK", _FOOT**2, "ft²", "square foot/平方英尺", "square feet|sq ft|sqft|sf"),
        ("YDK", (3 * _FOOT) ** 2, "yd²", "square yard/平方码", "square yards|sq yd"),
        ("ACR", 43560 * _FOOT**2, "acre", "acre/英亩", "acres"),
    ),
    "volume": (
        ("MTQ", "1", "m³", "cubic metre/立方米", "cubic metres|cubic meter|cubic meters|cbm|立方|立米"),
        ("MMQ", "1/1000000000", "mm³", "cubic millimetre/立方毫米", "cubic millimeter"),
        ("CMQ", "1/1000000", "cm³", "cubic centimetre/立方厘米", "cubic centimeter|ccm"),
        ("DMQ", "1/1000", "dm³", "cubic decimetre/立方分米", "cubic decimeter"),
        ("MLT", "1/1000000", "ml", "millilitre/毫升", "millilitres|milliliter|milliliters|公撮"),
        ("CLT", "1/100000", "cl", "centilitre/厘升", "centiliter"),
        ("DLT", "1/10000", "dl", "decilitre/分升", "deciliter"),
        ("LTR", "1/1000", "l", "litre/升", "litres|liter|liters|ltrs|公升"),
        ("HLT", "1/10", "hl", "hectolitre/百升", "hectoliter"),
        ("INQ", _INCH**3, "in³", "cubic inch/立方英寸", "cubic inches|cu in"),
        ("FTQ", _FOOT**3, "ft³", "cubic foot/立方英尺", "cubic feet|cu ft|cuft"),
        ("YDQ", (3 * _FOOT) ** 3, "yd³", "cubic yard/立方码", "cubic yards|cu yd"),
        ("GLL", _GALLON_US, "gal (US)", "gallon (US)/美制加仑", "us gallon|us gallons|美加仑"),
        ("QTL", _GALLON_US / 4, "liq qt (US)", "liquid quart (US)/美制液体夸脱", ""),
        ("PTL", _GALLON_US / 8, "liq pt (US)", "liquid pint (US)/美制液体品脱", ""),
        ("OZA", _GALLON_US / 128, "fl oz (US)", "fluid ounce (US)/美制液体盎司", ""),
        ("BLL", 42 * _GALLON_US, "barrel (US)", "barrel (US)/美制石油桶", "bbl|oil barrel"),
        ("GLI", _GALLON_UK, "gal (UK)", "gallon (UK)/英制加仑", "uk gallon|imperial gallon|英加仑"),
        ("PTI", _GALLON_UK / 8, "pt (UK)", "pint (UK)/英制品脱", "imperial pint"),
        ("OZI", _GALLON_UK / 160, "fl oz (UK)", "fluid ounce (UK)/英制液体盎司", ""),
    ),
    "mass": (
        ("KGM", "1", "kg", "kilogram/千克", "kilograms|kilogramme|kilo|kilos|kgs|公斤"),
        ("MC", "1/1000000000", "µg", "microgram/微克", "ug"),
        ("MGM", "1/1000000", "mg", "milligram/毫克", "milligrams"),
        ("GRM", "1/1000", "g", "gram/克", "grams|gramme|gm|gms|公克"),
        ("HGM", "1/10", "hg", "hectogram/百克", ""),
        ("DTN", "100", "dt", "decitonne/公担", "quintal"),
        ("TNE", "1000", "t", "tonne/吨", "tonnes|metric ton|metric tons|mt|公吨"),
        ("KTN", "1000000", "kt", "kilotonne/千吨", "kilotonnes"),
        ("ONZ", _POUND / 16, "oz", "ounce (avoirdupois)/盎司", "ounce|ounces"),
        ("LBR", _POUND, "lb", "pound/磅", "pounds|lbs"),
        ("CWA", 100 * _POUND, "cwt (US)", "hundred pound/美担", "short hundredweight"),
        ("CWI", 112 * _POUND, "cwt (UK)", "hundred weight (UK)/英担", "long hundredweight"),
        ("STN", 2000 * _POUND, "ton (US)", "ton (US)/短吨", "short ton|short tons|美吨"),
        ("LTN", 2240 * _POUND, "ton (UK)", "ton (UK)/长吨", "long ton|long tons|英吨"),
        ("APZ", 480 * _POUND / 7000, "tr oz", "troy ounce/金衡盎司", "ozt"),
    ),
    "time": (
        ("SEC", "1", "s", "second/秒", "seconds"),
        ("C26", "1/1000", "ms", "millisecond/毫秒", "milliseconds"),
        ("MIN", "60", "min", "minute/分钟", "minutes|mins"),
        ("HUR", "3600", "h", "hour/小时", "hours|hr|hrs|时"),
        ("DAY", "86400", "d", "day/天", "days|日|日历天"),
        ("WEE", "604800", "wk", "week/周", "weeks|星期"),
    ),
    "calendar": (
        ("MON", "1", "mo", "month/月", "months|个月"),
        ("QAN", "3", "quarter", "quarter/季度", "quarters|季"),
        ("SAN", "6", "half year", "half year/半年", "half years"),
        ("ANN", "12", "y", "year/年", "years|yr|yrs"),
    ),
    "labour": (("LH", "1", "labour h", "labour hour/工时", "labour hours|man hour|man hours|人时"),),
    "working day": (("E49", "1", "working day", "working day/工作日", "working days|man day|man days|工日|人天"),),
    "working month": (("WM", "1", "working month", "working month/工作月", "man month|man months|人月"),),
    "person": (("IE", "1", "person", "person/人", "persons|people|人次"),),
    "visit": (("VS", "1", "visit", "visit/次", "visits|times|趟"),),
    "job": (("E51", "1", "job", "job/单", "jobs"),),
    "activity": (("ACT", "1", "activity", "activity/活动", "activities"),),
    "service": (("E48", "1", "", "service unit/服务单位", "service units"),),
    "lump sum": (("LS", "1", "", "lump sum/项", "lumpsum|总额|总价|包干"),),
    "share": (("P1", "1", "%", "percent/百分比", "per cent|pct"),),
    "flow": (
        ("MQH", "1", "m³/h", "cubic metre per hour/立方米每小时", "cubic meter per hour"),
        ("L2", "6/100", "l/min", "litre per minute/升每分钟", "liter per minute"),
    ),
    "speed": (
        ("MTS", "1", "m/s", "metre per second/米每秒", "meter per second"),
        ("KMH", "1000/3600", "km/h", "kilometre per hour/千米每小时", "kilometer per hour|公里每小时"),
    ),
}

# Here the case of a letter changes the meaning (MW is 10⁹ mW): symbols and codes are read as written.
_TECHNICAL: Mapping[str, tuple[_Line, ...]] = {
    "energy": (
        ("JOU", "1", "J", "joule/焦耳", "joules"),
        ("KJO", "1000", "kJ", "kilojoule/千焦", "kilojoules"),
        ("3B", "1000000", "MJ", "megajoule/兆焦", "megajoules"),
        ("GV", "1000000000", "GJ", "gigajoule/吉焦", "gigajoules"),
        ("WHR", "3600", "W·h", "watt hour/瓦时", "wh|watt hours"),
        ("KWH", "3600000", "kW·h", "kilowatt hour/千瓦时", "kwh|kilowatt hours"),
        ("MWH", "3600000000", "MW·h", "megawatt hour/兆瓦时", "megawatt hours"),
        ("GWH", "3600000000000", "GW·h", "gigawatt hour/吉瓦时", "gigawatt hours"),
        ("BTU", "1055.05585262", "Btu", "British thermal unit/英热单位", "btus"),
    ),
    "power": (
        ("WTT", "1", "W", "watt/瓦", "watts|瓦特"),
        ("KWT", "1000", "kW", "kilowatt/千瓦", "kw|kilowatts"),
        ("MAW", "1000000", "MW", "megawatt/兆瓦", "megawatts"),
    ),
    "apparent power": (
        ("D46", "1", "V·A", "volt - ampere/伏安", "volt ampere"),
        ("KVA", "1000", "kV·A", "kilovolt - ampere/千伏安", "kva|kilovolt ampere"),
        ("MVA", "1000000", "MV·A", "megavolt - ampere/兆伏安", "megavolt ampere"),
    ),
    "reactive power": (
        ("D44", "1", "var", "var/乏", ""),
        ("KVR", "1000", "kvar", "kilovar/千乏", "kilovars"),
    ),
    "pressure": (
        ("PAL", "1", "Pa", "pascal/帕", "pascals|帕斯卡"),
        ("KPA", "1000", "kPa", "kilopascal/千帕", "kpa|kilopascals"),
        ("MPA", "1000000", "MPa", "megapascal/兆帕", "megapascals"),
        ("MBR", "100", "mbar", "millibar/毫巴", "millibars"),
        ("BAR", "100000", "bar", "bar/巴", "bars"),
        ("ATM", "101325", "atm", "standard atmosphere/标准大气压", ""),
        ("PS", _POUND_FORCE / _INCH**2, "lbf/in²", "pound-force per square inch/磅力每平方英寸", "psi"),
    ),
    "voltage": (
        ("2Z", "1/1000", "mV", "millivolt/毫伏", "millivolts"),
        ("VLT", "1", "V", "volt/伏", "volts|伏特"),
        ("KVT", "1000", "kV", "kilovolt/千伏", "kv|kilovolts"),
    ),
    "current": (
        ("4K", "1/1000", "mA", "milliampere/毫安", "milliamperes"),
        ("AMP", "1", "A", "ampere/安", "amperes|amps|安培"),
    ),
    "charge": (
        ("AMH", "1", "A·h", "ampere hour/安时", "ampere hours"),
        ("TAH", "1000", "kA·h", "kiloampere hour/千安时", "kiloampere hours"),
    ),
    "resistance": (
        ("OHM", "1", "Ω", "ohm/欧", "ohms|欧姆"),
        ("B49", "1000", "kΩ", "kiloohm/千欧", "kiloohms"),
    ),
    "capacitance": (
        ("FAR", "1", "F", "farad/法", "farads|法拉"),
        ("4O", "1/1000000", "µF", "microfarad/微法", "microfarads"),
        ("4T", "1/1000000000000", "pF", "picofarad/皮法", "picofarads"),
    ),
    "frequency": (
        ("HTZ", "1", "Hz", "hertz/赫兹", "hz|赫"),
        ("KHZ", "1000", "kHz", "kilohertz/千赫", "khz"),
        ("MHZ", "1000000", "MHz", "megahertz/兆赫", ""),
        ("A86", "1000000000", "GHz", "gigahertz/吉赫", ""),
    ),
    "force": (
        ("NEW", "1", "N", "newton/牛顿", "newtons|牛"),
        ("B47", "1000", "kN", "kilonewton/千牛", "kilonewtons"),
    ),
    "torque": (("NU", "1", "N·m", "newton metre/牛米", "newton meter|newton metres"),),
}

# Packages of Recommendation 21 (``X`` before its code): each a dimension of its own. The bare code was once part of
# Recommendation 20 and older systems still send it, so it is an alias.
_PACKAGES = (
    ("XAE", "aerosol/气雾罐", "aerosols"),
    ("XBA", "barrel/木桶", "barrels"),
    ("XBE", "bundle/捆", "bundles|扎|束"),
    ("XBG", "bag/袋", "bags"),
    ("XBJ", "bucket/提桶", "buckets"),
    ("XBL", "bale, compressed/压缩包", "compressed bale"),
    ("XBN", "bale, non-compressed/大包", "bale|bales"),
    ("XBO", "bottle/瓶", "bottles|btl"),
    ("XBX", "box/盒", "boxes"),
    ("XCL", "coil/钢卷", "coils|盘圆"),
    ("XCR", "crate/板条箱", "crates"),
    ("XCS", "case/箱", "cases"),
    ("XCT", "carton/纸箱", "cartons|ctn|ctns"),
    ("XCX", "can/罐", "cans|听"),
    ("XCY", "cylinder/气瓶", "cylinders|钢瓶"),
    ("XDR", "drum/桶", "drums"),
    ("XJR", "jar/广口瓶", "jars"),
    ("XJY", "jerrican/塑料方桶", "jerricans|jerrycan"),
    ("XPA", "packet/小包", "packets|pkt|pkts"),
    ("XPK", "package/包", "packages|pack|packs|pkg|pkgs"),
    ("XPX", "pallet/托盘", "pallets|plt|托|栈板|卡板"),
    ("XRD", "rod/棒", "rods"),
    ("XRL", "reel/盘", "reels|卷盘"),
    ("XRO", "roll/卷", "rolls"),
    ("XSA", "sack/麻袋", "sacks"),
    ("XSH", "sachet/小袋", "sachets"),
    ("XST", "sheet/张", "sheets"),
    ("XSO", "spool/轴", "spools|卷轴"),
    ("XTU", "tube/管", "tubes"),
    ("XVI", "vial/小瓶", "vials"),
)


def _split(names: str) -> UnitName:
    english, _, chinese = names.partition("/")
    return UnitName(english, chinese)


def _rows() -> Iterable[_Row]:
    for dimension, lines in (*_MEASURES.items(), *_TECHNICAL.items()):
        for code, factor, symbol, names, aliases in lines:
            unit_of = Unit(code, dimension, Fraction(factor), symbol)
            yield _Row(unit_of, _split(names), tuple(filter(None, aliases.split("|"))))
    for code, names, aliases in _PACKAGES:
        name = _split(names)
        yield _Row(Unit(code, f"package {code[1:]}", Fraction(1), name.en), name, (*aliases.split("|"), code[1:]))


_ROWS: Mapping[str, _Row] = MappingProxyType({row.unit.code: row for row in _rows()})

UNITS: Mapping[str, Unit] = MappingProxyType({code: row.unit for code, row in _ROWS.items()})
"""Every unit by its code, in table order."""

# "M" is a metre to some and a thousand to others, "ST" a piece (German Stück) or a sheet, "NM" a nautical mile or a
# newton metre, "10" rather a number than a group: better asked than guessed. Documents with codes use :func:`unit`.
_AMBIGUOUS = frozenset({"M", "ST", "St", "st", "NM", "10"})


def unit(code: str) -> Unit:
    """Return the unit with exactly this code; raise UnknownUnit, naming the nearest codes, where there is none."""
    found = UNITS.get(code)
    if found is None:
        raise UnknownUnit(unit=code, suggestions=", ".join(_suggestions(code)))
    return found


def unit_name(of: Unit, language: str) -> str:
    """Return the unit's name in Chinese where ``language`` begins with ``zh``, in English otherwise."""
    name = _ROWS[of.code].name
    return name.zh if language.lower().startswith("zh") else name.en


def find_unit(text: str) -> Unit | None:
    """Read a unit as people write it: code, symbol or name, English or Chinese; None where unknown or ambiguous.

    Full-width letters, superscripts, blanks and a closing full stop do not matter; case matters only for symbols where
    it changes the meaning.
    """
    spelled = _spelled(text)
    if spelled in _AMBIGUOUS:
        return None
    for key in (spelled, spelled.rstrip(".")):
        found = UNITS.get(key) or _SYMBOLS.get(key) or _NAMES.get(key.casefold())
        if found is not None:
            return found
    return None


def _spelled(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).replace("·", "").split())


def _by_symbol() -> Mapping[str, Unit]:
    """Index the symbols as they are written; of two units with one symbol the earlier in the table has it."""
    index: dict[str, Unit] = {}
    for row in _ROWS.values():
        index.setdefault(_spelled(row.unit.symbol), row.unit)
    del index[""]
    return MappingProxyType(index)


def _by_name() -> Mapping[str, Unit]:
    """Index every caseless spelling; where two units share one, names go before aliases, symbols and codes."""
    index: dict[str, Unit] = {}
    caseless = [row for row in _ROWS.values() if row.unit.dimension not in _TECHNICAL]
    spellings = (
        *((row.name.en, row.unit) for row in _ROWS.values()),
        *((row.name.zh, row.unit) for row in _ROWS.values()),
        *((alias, row.unit) for row in _ROWS.values() for alias in row.aliases),
        *((row.unit.symbol, row.unit) for row in caseless if row.unit.symbol),
        *((row.unit.code, row.unit) for row in caseless),
    )
    for spelling, named in spellings:
        index.setdefault(_spelled(spelling).casefold(), named)
    return MappingProxyType(index)


_SYMBOLS = _by_symbol()
_NAMES = _by_name()


def _suggestions(text: str) -> list[str]:
    written = find_unit(text)
    if written is not None:
        return [written.code]
    close = difflib.get_close_matches(_spelled(text).casefold(), _NAMES, n=3, cutoff=0.5)
    return list(dict.fromkeys(_NAMES[key].code for key in close)) or ["C62", "KGM", "MTR"]
