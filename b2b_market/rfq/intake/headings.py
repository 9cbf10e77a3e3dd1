"""What the headings of people's lists mean, in Chinese and English; hints about units and currencies beside them."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from b2b_market.rfq.intake.values import Field

EXACT: Final = 95
_INSIDE: Final = 70
_WORTH_A_HEADING: Final = 80
"""Longer texts are sentences, not headings."""

_LISTS: Final = ("properties", "attributes", "characteristics", "属性", "特性", "物料属性")
_PROPERTY: Final = re.compile(r"\s*(?:property|attribute|属性|特性)\s*[:：]\s*(?=\S)", re.IGNORECASE)

_PHRASES: Final[Mapping[Field, str]] = MappingProxyType(
    {
        Field.ITEM_NAME: (
            "item|item name|name|product|product name|part|part name|article|article name|goods|material name|"
            "component|item description|product description|material description|part description|"
            "description of goods|commodity|名称|品名|物料名称|产品名称|商品名称|货物名称|材料名称|设备名称|物资名称|"
            "零件名称|采购内容|标的名称|品目|物料描述|货品名称|物料|产品|商品|货物"
        ),
        Field.ITEM_CODE: (
            "item code|item no|item number|item id|part no|part number|part code|p n|pn|mpn|sku|article no|"
            "article number|article code|material no|material number|material code|product code|product no|"
            "product number|code|catalog no|catalogue no|stock code|customer part number|our reference|编码|编号|"
            "物料编码|物料号|物料编号|料号|产品编码|产品编号|商品编码|货号|零件号|图号|存货编码|客户料号|物资编码|"
            "产品代码|代码"
        ),
        Field.SPECIFICATION: (
            "specification|specifications|spec|specs|description|details|model|model no|type|size|dimension|"
            "dimensions|standard|drawing|drawing no|value|package type|footprint|"
            "brand|manufacturer|requirement|requirements|technical requirements|long description|规格|型号|规格型号|"
            "型号规格|技术要求|技术参数|参数|描述|尺寸|标准|图纸|类型|品牌|详细描述|质量要求|厂家|制造商"
        ),
        Field.CATEGORY: (
            "category|item category|product category|material category|commodity group|commodity code|product group|"
            "material group|classification|unspsc|cpv|cpv code|类别|分类|品类|类目|物料类别|商品类别|产品类别|物料组|"
            "物料分类|商品分类|产品分类|采购类别"
        ),
        # Each is kept under its own heading; the first ones list several in one cell.
        Field.PROPERTY: (
            f"{'|'.join(_LISTS)}|material|grade|colour|color|finish|surface|surface treatment|coating|plating|hardness|"
            "strength|strength class|thickness|材质|材料|牌号|颜色|等级|"
            "性能等级|强度等级|表面|表面处理|涂层|镀层|硬度|厚度"
        ),
        Field.QUANTITY: (
            "quantity|qty|q ty|quantity required|required quantity|order qty|order quantity|qty required|needed|count|"
            "pcs|pieces|number of units|no of units|demand|quantities|数量|采购数量|需求数量|需求量|采购量|订购数量|"
            "用量|件数|订货数量|需要数量|总数量"
        ),
        Field.UNIT: (
            "unit|uom|u m|unit of measure|unit of measurement|measure unit|units of measure|me|单位|计量单位|单位名称|"
            "数量单位|采购单位"
        ),
        Field.TARGET_PRICE: (
            "unit price|price|price each|cost unit|unit cost|cost each|target price|target unit price|cost|"
            "price per unit|cost per unit|budget price|unit rate|rate|est unit price|estimated unit price|list price|"
            "单价|价格|目标价|目标单价|目标价格|含税单价|未税单价|不含税单价|预算单价|参考价|参考单价|限价|最高限价|"
            "控制价|单位价格|估价"
        ),
        Field.TARGET_TOTAL: (
            "total|total price|total cost|amount|line total|extended price|ext price|ext cost|extended cost|sum|"
            "subtotal|total amount|total value|line amount|target total|budget|total budget|总价|金额|合计|小计|"
            "总金额|合计金额|预算金额|总计|含税金额|预算|目标总价|含税总价|总额|估算金额"
        ),
        Field.CURRENCY: ("currency|currency code|ccy|cur|币种|货币|币别|货币代码"),
        Field.REQUIRED_ON: (
            "required date|date required|need by|needed by|need date|need by date|required by|required on|"
            "delivery date|due date|due|deliver by|requested date|requested delivery date|date|delivery by|"
            "required delivery date|需求日期|交货日期|交期|到货日期|要求到货日期|要求交期|期望交期|交付日期|需用日期|"
            "日期|到货时间|交货时间|交货期|要求交货日期|需求时间|要求日期|期望到货日期"
        ),
        Field.DELIVERY_PLACE: (
            "delivery place|place of delivery|delivery address|ship to|ship to address|deliver to|destination|"
            "location|site|plant|warehouse|delivery location|address|place|交货地点|交付地点|收货地址|送货地址|"
            "到货地点|收货地点|地点|地址|工厂|仓库|收货地|交货地|项目地点|送货地点"
        ),
        Field.BREAKS: (
            "price breaks|quantity breaks|qty breaks|break quantities|price break quantities|volume breaks|"
            "询价数量档|报价数量档|阶梯数量|数量阶梯|价格阶梯|阶梯报价数量|数量档位"
        ),
        Field.NOTE: ("note|notes|remark|remarks|comment|comments|备注|说明|附注|注|备注说明|备考"),
        # Who sells it today is not for other suppliers to read; the rest says nothing about the need.
        Field.IGNORED: (
            "no|line|line no|line number|pos|position|s n|sr no|sl no|index|row|row no|source|vendor|supplier|"
            "suppliers|supplier name|current supplier|distributor|link|links|url|website|image|picture|photo|status|"
            "row in the file|what is wrong|"
            "序号|行号|项次|行项目|序|供应商|供应商名称|供应商编码|来源|链接|网址|图片|照片|状态|"
            "文件中的行|存在的问题"
        ),
    }
)

_BRACKETED: Final = re.compile(r"[(\[{<【](.*?)[)\]}>】]")
_PUNCTUATION: Final = re.compile(r"[\s_\-./:*,;'\"+&|\\?!=~^]+")
_SYMBOLS: Final = re.compile(r"[$€£¥₹₩₽]+")
_HAN: Final = re.compile(r"[㐀-鿿]")


def _index() -> Mapping[str, Field]:
    return MappingProxyType({phrase: field for field, phrases in _PHRASES.items() for phrase in phrases.split("|")})


_MEANINGS: Final = _index()
_IN_HAN: Final = tuple(phrase for phrase in _MEANINGS if _HAN.search(phrase))
_MOST_WORDS: Final = max(phrase.count(" ") for phrase in _MEANINGS) + 1


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading taken apart: its words in one spelling, and what stood beside them (in brackets, after a slash)."""

    words: str
    hints: tuple[str, ...]


def take_apart(text: str) -> Heading:
    """Return the words casefolded with single blanks, and hints: ``单价(元/吨)`` is ``单价`` with ``元``, ``吨``.

    ``#`` reads as "no", so that ``Part #`` is ``part no``.
    """
    plain = unicodedata.normalize("NFKC", text)
    hints = [piece.strip() for inside in _BRACKETED.findall(plain) for piece in re.split(r"[/,;:\s]+", inside)]
    hints += _SYMBOLS.findall(plain)
    outside = _SYMBOLS.sub(" ", _BRACKETED.sub(" ", plain))
    main, _, after = outside.partition("/")
    hints += [after.strip()] if after.strip() and _HAN.search(main) else []
    words = main if _HAN.search(main) else outside
    words = _PUNCTUATION.sub(" ", words.replace("#", " no ").casefold()).strip()
    last = words.rpartition(" ")[2]
    hints += [last.upper()] if last != words else []
    return Heading(words, tuple(dict.fromkeys(filter(None, hints))))


def meanings(text: str) -> dict[Field, int]:
    """Return what a heading may mean, with points from 0 to 100 for how surely; empty where nothing is recognised."""
    if len(text) > _WORTH_A_HEADING:
        return {}
    if _PROPERTY.match(text):
        return {Field.PROPERTY: EXACT}
    words = take_apart(text).words
    if words in _MEANINGS:
        return {_MEANINGS[words]: EXACT}
    if _HAN.search(words):
        joined = words.replace(" ", "")
        return _inside((phrase for phrase in _IN_HAN if phrase in joined), joined)
    return _inside(_runs(words), words)


def _runs(words: str) -> Iterator[str]:
    """Yield the runs of words that are phrases; every cell of a list is asked, so no phrase is looked for in it."""
    each = words.split(" ")
    for start in range(len(each)):
        for end in range(start + 1, min(start + _MOST_WORDS, len(each)) + 1):
            run = " ".join(each[start:end])
            if run in _MEANINGS:
                yield run


@lru_cache(maxsize=256)  # asked for each cell below a heading
def lists_properties(heading: str) -> bool:
    """Tell whether cells below a heading list properties themselves: ``Material: steel 304; Surface: Dacromet``."""
    return take_apart(heading).words in _LISTS


@lru_cache(maxsize=256)  # as above
def property_name(heading: str) -> str:
    """Return the name of the property that stands below a heading: ``Property: Colour`` says it, others are it."""
    return " ".join(_PROPERTY.sub("", heading).split())


def recognised_headings(cells: Iterable[str]) -> int:
    """Return how many different fields these cells name: what makes a row look like the row of headings."""
    found: set[Field] = set()
    for cell in cells:
        found |= set(meanings(cell))
    return len(found)


def _inside(phrases: Iterable[str], words: str) -> dict[Field, int]:
    """Rate phrases found within a heading: a longer one says more, and so does the last ("item total" is a total)."""
    rated: dict[Field, int] = {}
    for phrase in phrases:
        if len(phrase) >= (2 if _HAN.search(phrase) else 3):
            points = _INSIDE + min(10, len(phrase)) + (3 if words.endswith(phrase) else 0)
            rated[_MEANINGS[phrase]] = max(rated.get(_MEANINGS[phrase], 0), points)
    return rated
