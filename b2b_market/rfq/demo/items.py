"""What the demo asks for, says and quotes."""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from b2b_market.rfq.commands.needs import Attribute, NeedTerms
from b2b_market.rfq.commands.quotes import Bundle, Instalment, QuoteTerms
from b2b_market.rfq.states import BundleKind, PayEvent
from b2b_market.sourcing.public import Answered, Criterion, Formula


@dataclass(frozen=True, slots=True)
class Item:
    """An item of the demo: what it is, how many of which unit, and what the buyer hopes to pay in CNY."""

    name: str
    code: str
    specification: str
    quantity: str
    unit: str
    target: str


ITEMS: Final = (
    Item("六角头螺栓 M16×80 8.8级", "MRO-10010", "GB/T 5782, 热镀锌", "12000", "H87", "1.86"),
    Item("深沟球轴承 6308-2RS", "MRO-10017", "GB/T 276, P6", "800", "SET", "38.50"),
    Item("热轧钢板 Q355B 12mm", "MRO-10024", "GB/T 1591", "60", "TNE", "4120.00"),
    Item("不锈钢球阀 DN50 PN16", "MRO-10031", "GB/T 12237, 304", "240", "H87", "268.00"),
    Item("三相异步电机 7.5kW 4极", "MRO-10038", "GB 18613, IE3", "36", "H87", "1985.00"),
    Item("铜芯电缆 YJV 4×50+1×25", "MRO-10045", "GB/T 12706", "3500", "MTR", "152.40"),
    Item("防爆接线盒 BJX-200", "MRO-10052", "GB/T 3836, Ex e IIC", "150", "H87", "186.00"),
    Item("液压油 L-HM 46 200L", "MRO-10059", "GB 11118.1", "90", "H87", "2380.00"),
    Item("无缝钢管 Φ108×6 20#", "MRO-10066", "GB/T 8163", "2200", "MTR", "96.70"),
    Item("法兰 WN DN100 PN16 304", "MRO-10073", "GB/T 9124", "420", "H87", "214.00"),
    Item("Linear guide rail 20 mm, 1,000 mm", "MRO-20011", "preload C0", "48", "H87", "365.00"),
    Item("Servo motor 750 W with brake", "MRO-20018", "IP65, 3,000 rpm", "20", "H87", "2150.00"),
)


FURTHER: Final = {
    "MRO-10031": NeedTerms(
        category="阀门 / Valves",
        attributes=(Attribute("材质 Material", "304"), Attribute("密封 Seat", "PTFE")),
        substitutes=False,
    ),
    "MRO-10066": NeedTerms(breaks=(Decimal(500), Decimal(2200), Decimal(5000))),
    "MRO-20018": NeedTerms(category="电机 / Motors", incoterm="FCA", incoterm_place="Shenzhen"),
}
"""What some of them ask for beyond the usual."""
ITEM_TARGETS: Final = tuple(item.target for item in ITEMS)
TALK: Final = ("此行可否用国产件？ Would a domestic make do for this line?", "可以，交期缩短一周。 Yes, a week sooner.")
QUESTIONS: Final = ("M16 的螺距是多少？ Which thread pitch?", "可否分两批交货？ May we ship twice?")
PER_UNIT: Final = {"EUR": Decimal("8.30"), "PLN": Decimal("1.95")}
"""Roughly how many CNY one unit of a supplier's currency is worth, to make invented prices plausible."""

WITH_ALTERNATES: Final = 3
ALTERNATE_POSITIONS: Final = (7, 11)
"""Which demo supplier offers alternates, and to which lines."""
FULL: Final = 2
"""The number of the demo supplier that says everything a quotation can say."""
FULL_TERMS: Final = QuoteTerms(
    tax_percent=Decimal(13),
    incoterm="FCA",
    incoterm_place="Ningbo",
    freight=Decimal(4800),
    instalments=(Instalment(Decimal(30), PayEvent.ORDER), Instalment(Decimal(70), PayEvent.DELIVERY, 60)),
    early_pay_percent=Decimal(2),
    early_pay_days=10,
    bundles=(Bundle(BundleKind.DISCOUNT, (), Decimal(3)),),
)


CRITERIA: Final = (
    Criterion(key="price", name="Price", weight=Decimal(70), formula=Formula.LOWEST_RATIO),
    Criterion(
        key="lead_time",
        name="Lead time",
        weight=Decimal(30),
        formula=Formula.BETWEEN,
        worst=Decimal(90),
        best=Decimal(14),
    ),
)
ANSWERED: Final = (
    replace(CRITERIA[0], weight=Decimal(60)),
    replace(CRITERIA[1], weight=Decimal(10)),
    Criterion(
        key="own-3",
        name="ISO 9001",
        weight=Decimal(10),
        formula=Formula.YES_NO,
        answered=Answered.SUPPLIER,
        required=True,
    ),
    Criterion(
        key="own-4",
        name="质保月数 / Warranty in months",
        weight=Decimal(10),
        formula=Formula.SHARE_OF_MAXIMUM,
        maximum=Decimal(24),
        answered=Answered.SUPPLIER,
    ),
    Criterion(
        key="own-5",
        name="售后服务 / After-sales service",
        weight=Decimal(10),
        formula=Formula.POINTS,
        points={"好 / good": Decimal(100), "一般 / fair": Decimal(50)},
        answered=Answered.WORDS,
    ),
)
"""Criteria that suppliers answer with their quotations."""
DIGITS: Final = Decimal("0.0001")
WHY_NOT: Final = "贵方各行价格均未达到最低。 On no line was your price the lowest."
