"""A market worth looking at: 50 needs, eight suppliers in three currencies with gaps, minimums and alternatives."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.currency import Currency
from b2b_market.kernel.money import Money
from b2b_market.kernel.permission import Role
from b2b_market.kernel.quantity import Quantity
from b2b_market.kernel.units import unit
from b2b_market.reference.demo import seed_rates
from b2b_market.rfq.commands.requests import (
    AskQuestion,
    AwardPick,
    DecideAward,
    DraftRfq,
    LineInput,
    ProposeAward,
    QuoteLineInput,
    ReadRfq,
    ReasonedStep,
    ReplyToQuestion,
    Rest,
    StepRfq,
    SubmitQuote,
    Terms,
)
from b2b_market.rfq.service import asking, awarding, closing, comparing, publishing, quoting
from b2b_market.rfq.service.drafting import RfqContent
from b2b_market.sourcing.public import best_per_line
from tests.support.negotiations import counter, quote_now, say
from tests.support.people import make_company, make_person
from tests.support.rfqs import Market, make_draft, read
from tests.support.works import work_for

SUPPLIERS = (
    ("宁波海天紧固件有限公司", "Ningbo Haitian Fasteners Co., Ltd.", "CN", "CNY"),
    ("苏州精锐轴承股份", "Suzhou Jingrui Bearing Co., Ltd.", "CN", "CNY"),
    ("", "Schaefer Industrietechnik GmbH", "DE", "EUR"),
    ("佛山南海钢贸集团", "Foshan Nanhai Steel Trading Group", "CN", "CNY"),
    ("上海震工供应链", "Shanghai Zhengong Supply Chain", "CN", "CNY"),
    ("", "Delta Flow Controls", "US", "USD"),
    ("温州正阳阀门", "Wenzhou Zhengyang Valve", "CN", "CNY"),
    ("大连重机配套", "Dalian Heavy Components", "CN", "CNY"),
)
ITEMS = (
    ("六角头螺栓 M16×80 8.8级", "GB/T 5782", "12000", "H87", "1.86"),
    ("深沟球轴承 6308-2RS", "GB/T 276", "800", "SET", "38.50"),
    ("热轧钢板 Q355B 12mm", "GB/T 1591", "60", "TNE", "4120.00"),
    ("不锈钢球阀 DN50 PN16", "GB/T 12237", "240", "H87", "268.00"),
    ("三相异步电机 7.5kW 4极", "GB 18613", "36", "H87", "1985.00"),
    ("铜芯电缆 YJV 4×50+1×25", "GB/T 12706", "3500", "MTR", "152.40"),
    ("防爆接线盒 BJX-200", "GB/T 3836", "150", "H87", "186.00"),
    ("液压油 L-HM 46 200L", "GB 11118.1", "90", "XDR", "2380.00"),
    ("无缝钢管 Φ108×6 20#", "GB/T 8163", "2200", "MTR", "96.70"),
    ("法兰 WN DN100 PN16 304", "GB/T 9124", "420", "H87", "214.00"),
)
PER_UNIT = {"CNY": Decimal(1), "EUR": Decimal("8.2"), "USD": Decimal("7.069")}
TITLE = "2026年Q4 机电备件框架采购 / Q4 2026 electro-mechanical spares"


@dataclass(frozen=True)
class Showroom:
    """The market with requests at several stages."""

    market: Market
    compared: UUID
    open: UUID
    sealed: UUID
    draft: UUID
    quote: UUID
    awarded: UUID
    award: UUID


def build(runtime: Runtime) -> Showroom:
    """Make everything with real commits."""
    seed_rates(runtime)
    market = _market(runtime)
    compared = _published(runtime, market, lines=50)
    offered = [_quote(runtime, market, compared, number) for number in range(len(SUPPLIERS))]
    _close(runtime, market, compared.rfq.id)
    _bargained(runtime, market, compared, offered[0])
    open_one = _published(runtime, market, lines=12)
    quote = _quote(runtime, market, open_one, 0)
    _asked(runtime, market, open_one)
    sealed = _published(runtime, market, lines=6, sealed=True)
    _quote(runtime, market, sealed, 1)
    draft = make_draft(runtime, market, _command(market, 4, sealed=False))
    awarded = _published(runtime, market, lines=8)
    for number in range(4):
        _quote(runtime, market, awarded, number)
    _close(runtime, market, awarded.rfq.id)
    award = _awarded(runtime, market, awarded.rfq.id)
    return Showroom(market, compared.rfq.id, open_one.rfq.id, sealed.rfq.id, draft.rfq.id, quote, awarded.rfq.id, award)


def _asked(runtime: Runtime, market: Market, content: RfqContent) -> None:
    """Let two suppliers ask; the first question is answered."""
    asked = []
    for sales, text in zip(market.sales, ("M16 的螺距是多少？", "May we ship in two lots?"), strict=False):
        with work_for(runtime, sales) as work:
            command = AskQuestion(rfq_id=content.rfq.id, text=text, line_id=content.lines[0].id)
            asked.append(asking.ask_question(work, sales, command))
    with work_for(runtime, market.purchaser) as work:
        asking.answer_question(work, market.purchaser, ReplyToQuestion(asked[0].id, 1, "粗牙，2.0 mm / coarse, 2.0 mm"))


def _bargained(runtime: Runtime, market: Market, content: RfqContent, quote_id: UUID) -> None:
    """Let a counter-offer wait for the first supplier, and both sides say something about the first line."""
    quote = quote_now(runtime, market.purchaser, quote_id)
    asked = [(line.line_id, str(line.unit_price * Decimal("0.9"))) for line in quote.lines[:3]]
    counter(runtime, market.purchaser, quote.quote, [(line_id, price[:12]) for line_id, price in asked])
    for person, words in ((market.purchaser, "能否分两批交货？"), (market.sales[0], "可以，第二批晚两周。")):
        say(runtime, person, content.rfq.id, market.suppliers[0], words)


def _market(runtime: Runtime) -> Market:
    buyer_id = make_company(runtime, "Hengli Heavy Industry", ("buyer",), zh="恒力重工集团", minimum_quoting_hours=24)
    ids = tuple(
        make_company(runtime, name, ("supplier",), zh=zh, country=country, base_currency=currency)
        for zh, name, country, currency in SUPPLIERS
    )
    zone = "Asia/Shanghai"
    return Market(
        buyer_id,
        make_person(
            runtime, buyer_id, Role.BUYER_PURCHASER, limit=Money.of("100000", "CNY"), name="Wang Min", timezone=zone
        ),
        make_person(runtime, buyer_id, Role.BUYER_APPROVER, name="Li Jianguo", timezone=zone),
        ids,
        tuple(make_person(runtime, org_id, Role.SUPPLIER_SALES, name="Anna Keller", timezone=zone) for org_id in ids),
    )


def _command(market: Market, lines: int, *, sealed: bool) -> DraftRfq:
    now = datetime.now(UTC)
    return DraftRfq(
        title=TITLE,
        currency=Currency("CNY"),
        closes_at=now + timedelta(days=3, hours=2, minutes=14),
        description="含运费，不含税。Prices delivered, without tax.",
        sealed=sealed,
        estimate=Decimal(3990000),
        terms=Terms(payment_terms="30 days net", incoterm="DAP", incoterm_place="Dalian"),
        lines=tuple(_need(number, now) for number in range(lines)),
        supplier_ids=market.suppliers,
    )


def _need(number: int, now: datetime) -> LineInput:
    name, standard, quantity, code, target = ITEMS[number % len(ITEMS)]
    return LineInput(
        item_name=name,
        item_code=f"MRO-{10010 + 7 * number}",
        specification=standard,
        quantity=Quantity(Decimal(quantity), unit(code)),
        required_on=(now + timedelta(days=24)).date(),
        delivery_place="大连长兴岛 / Dalian",
        target_price=Decimal(target),
    )


def _published(runtime: Runtime, market: Market, *, lines: int, sealed: bool = False) -> RfqContent:
    content = make_draft(runtime, market, _command(market, lines, sealed=sealed))
    with work_for(runtime, market.purchaser) as work:
        publishing.submit_rfq(work, market.purchaser, StepRfq(content.rfq.id, content.rfq.version))
    version = read(runtime, market.purchaser, content.rfq.id).rfq.version
    with work_for(runtime, market.approver) as work:
        publishing.approve_rfq(work, market.approver, StepRfq(content.rfq.id, version))
    return read(runtime, market.purchaser, content.rfq.id)


def _quote(runtime: Runtime, market: Market, content: RfqContent, number: int) -> UUID:
    """Let a supplier quote; the later ones leave lines out, offer alternatives, minimums and parts."""
    currency = SUPPLIERS[number][3]
    lines = []
    for place, line in enumerate(content.lines):
        seed = (place * 31 + number * 17) % 23
        if number and seed in {4, 9}:
            continue
        target = Decimal(ITEMS[place % len(ITEMS)][4])
        price = target * (Decimal(90) + seed) / 100 / PER_UNIT[currency]
        lines.append(
            QuoteLineInput(
                line_id=line.id,
                unit_price=price.quantize(Decimal("0.0001") if price < 100 else Decimal("0.01")),
                quantity=line.quantity / 2 if seed == 21 else None,
                lead_days=7 + seed % 4 * 7,
                min_quantity=line.quantity / 2 if seed == 7 else line.quantity * 2 if seed == 22 else None,
                alternative="Same function, another make" if seed == 2 else "",
            )
        )
    sales = market.sales[number]
    command = SubmitQuote(
        rfq_id=content.rfq.id,
        currency=Currency(currency),
        valid_until=(datetime.now(UTC) + timedelta(days=60)).date(),
        lines=tuple(lines),
        payment_terms="30 days net",
    )
    with work_for(runtime, sales) as work:
        return quoting.submit_quote(work, sales, command).quote.id


def _close(runtime: Runtime, market: Market, rfq_id: UUID) -> None:
    version = read(runtime, market.purchaser, rfq_id).rfq.version
    with work_for(runtime, market.purchaser) as work:
        closing.close_rfq_early(work, market.purchaser, ReasonedStep(rfq_id, version, "All suppliers have answered."))


def _awarded(runtime: Runtime, market: Market, rfq_id: UUID) -> UUID:
    """Award the cheapest offer of each line and have it approved."""
    with work_for(runtime, market.purchaser) as work:
        compared = comparing.compare_quotes(work, market.purchaser, ReadRfq(rfq_id))
    allocation = best_per_line(compared.comparison)
    picks = tuple(
        AwardPick(line_id=pick.line_id, quote_id=compared.quotes[pick.supplier_id].id, quantity=pick.quantity.value)
        for pick in allocation.picks
    )
    version = read(runtime, market.purchaser, rfq_id).rfq.version
    command = ProposeAward(
        rfq_id=rfq_id, expected_version=version, picks=picks, rest=Rest.LEAVE, comment="Lowest of each line."
    )
    with work_for(runtime, market.purchaser) as work:
        award = awarding.propose_award(work, market.purchaser, command).award
    with work_for(runtime, market.approver) as work:
        awarding.approve_award(work, market.approver, DecideAward(award.id, award.version))
    return award.id
