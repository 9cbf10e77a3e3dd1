"""``/ui/kit``: every component in every state, with invented figures; mounted in development only."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from b2b_market.kernel.clock import Clock, SystemClock
from b2b_market.kernel.money import Money
from b2b_market.kernel.refusal import NotFound, StaleVersion
from b2b_market.kernel.text import N_
from b2b_market.ui.forms import Form, Problem
from b2b_market.ui.language import Language, parse_language
from b2b_market.ui.rendering import Renderer
from b2b_market.ui.security import CONTENT_SECURITY_POLICY
from b2b_market.ui.viewer import Badge, Density, Flash, NavGroup, NavItem, Organisation, Theme, Tone, Viewer

KIT_PATH: Final = "/ui/kit"
PARTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "all": "kit/kit.html",
        "compare": "kit/compare.html",
        "form": "kit/form.html",
        "sign-in": "kit/sign_in.html",
        "error": "errors/error.html",
        "problem": "errors/problem.html",
    }
)
COMPANY: Final = UUID("01938f00-0000-7000-8000-000000000001")

NAV: Final = (
    NavGroup("", (NavItem(N_("Workbench"), "/", "home"), NavItem(N_("Approvals"), "/approvals", "approve", None, 7))),
    NavGroup(
        N_("Sourcing"),
        (
            NavItem(N_("Requests for quotation"), KIT_PATH, "rfq", None, 58),
            NavItem(N_("Quotes"), "/quotes", "quote", None, 112),
            NavItem(N_("Contracts"), "/contracts", "contract"),
        ),
    ),
    NavGroup(
        N_("Company"),
        (
            NavItem(N_("Suppliers"), "/organizations", "building"),
            NavItem(N_("Members and roles"), "/members", "users"),
            NavItem(N_("Audit trail"), "/audit", "shield"),
        ),
    ),
)

BADGES: Final[Mapping[str, Badge]] = MappingProxyType(
    {
        "draft": Badge(N_("Draft")),
        "approval": Badge(N_("Waiting for approval"), "violet"),
        "published": Badge(N_("Published"), "info"),
        "quoting": Badge(N_("Quoting"), "warn"),
        "evaluating": Badge(N_("Evaluating"), "brand"),
        "awarded": Badge(N_("Awarded"), "ok"),
        "closed": Badge(N_("Closed"), "neutral", "tick"),
        "cancelled": Badge(N_("Cancelled"), "bad"),
    }
)


@dataclass(frozen=True, slots=True)
class Row:
    """One request in the sample list."""

    number: str
    title: str
    lines: int
    status: str
    quotes: int
    invited: int
    budget: Money | None
    closes_at: datetime
    buyer: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the sample timeline."""

    text: str
    actor: str
    at: datetime
    tone: Tone = "neutral"
    channel: str = ""
    href: str = ""
    changes: Sequence[tuple[str, str | None, str | None]] = ()


@dataclass(frozen=True, slots=True)
class Price:
    """One quoted price of the sample comparison; ``flag`` is a message id."""

    amount: Decimal
    days: int
    flag: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the sample comparison, a price or None per supplier."""

    name: str
    code: str
    quantity: str
    unit: str
    target: Decimal
    prices: tuple[Price | None, ...]
    best: Decimal = field(default=Decimal(0))


def kit_router(renderer: Renderer, clock: Clock | None = None) -> APIRouter:
    """Return the routes of the kit: ``/ui/kit?lang=zh-CN&theme=dark&density=compact&part=…``."""
    router = APIRouter(include_in_schema=False)
    watch = clock or SystemClock()

    @router.get(KIT_PATH, response_class=HTMLResponse)
    def kit(request: Request) -> HTMLResponse:
        html = render_kit(renderer, watch.now(), dict(request.query_params))
        return HTMLResponse(html, headers={"Content-Security-Policy": CONTENT_SECURITY_POLICY})

    return router


def render_kit(renderer: Renderer, now: datetime, query: Mapping[str, str]) -> str:
    """Render the page asked for by ``query``: ``lang``, ``theme``, ``density``, and ``part`` (a key of PARTS)."""
    language = parse_language(query.get("lang")) or Language.EN
    viewer = kit_viewer(language, now, query)
    template = PARTS.get(query.get("part", ""), "kit/kit.html")
    return renderer.render(viewer, template, kit_context(renderer, language, now))


def kit_viewer(language: Language, now: datetime, query: Mapping[str, str]) -> Viewer:
    """Return a procurement manager of the sample company, signed in unless the sign-in page is asked for."""
    chinese = language is Language.ZH
    theme, density = query.get("theme", ""), query.get("density", "")
    return Viewer(
        now=now,
        locale=language,
        theme=Theme(theme) if theme in set(Theme) else Theme.AUTO,
        density=Density(density) if density in set(Density) else Density.DEFAULT,
        timezone=ZoneInfo("Asia/Shanghai"),
        org_timezone=ZoneInfo("Asia/Shanghai"),
        signed_in=query.get("part") != "sign-in",
        user_name="王敏" if chinese else "Min Wang",
        role_name="采购经理" if chinese else "Procurement manager",
        org_name="恒力重工集团" if chinese else "Hengli Heavy Industry",
        org_id=COMPANY,
        unread=3,
        organisations=(
            Organisation(COMPANY, "恒力重工集团" if chinese else "Hengli Heavy Industry"),
            Organisation(UUID(int=COMPANY.int + 1), "恒力液压" if chinese else "Hengli Hydraulics"),
        ),
        nav=NAV,
        csrf_token="kit",  # noqa: S106 - the kit accepts no form, so its token protects nothing
        flashes=(Flash(N_("The request {number} was published."), "ok", {"number": "RFQ-2026-002397"}),),
        path=KIT_PATH,
    )


def kit_context(renderer: Renderer, language: Language, now: datetime) -> dict[str, object]:
    """Return what the kit's templates show, in the reader's language."""
    chinese = language is Language.ZH

    def say(sentence: str) -> str:
        return renderer.catalogue.translate(language, sentence)

    return {
        "now": now,
        "badges": BADGES,
        "rows": sample_rows(now, chinese=chinese),
        "entries": sample_entries(say, now),
        "form": Form(initial={"title": "2026年Q4 机电备件框架采购" if chinese else "Q4 2026 spares frame contract"}),
        "wrong_form": wrong_form(),
        "grid_form": Form(initial=_GRID),
        "suppliers": _SUPPLIERS,
        "lines": sample_lines(),
        "cny": lambda amount: Money.of(str(amount), "CNY"),
        "decimal": Decimal,
        "later": lambda **span: now + timedelta(**span),
        "day": date(2026, 12, 15),
        "problem": Problem(N_("Write a number such as 1250 or 1,250.50.")),
        "status": 404,
        "title": say(NotFound.title),
        "text": say(NotFound.advice),
        "errors": [],
        "request_id": "01938f2a-77c1-7b2e",
        "retry": None,
        "advice": say(NotFound.advice),
        "code": NotFound.code,
        "uri": "/problems/not-found",
    }


def sample_rows(now: datetime, *, chinese: bool) -> list[Row]:
    """Return a list of requests in every status."""
    titles = _TITLES_ZH if chinese else _TITLES_EN
    rows = []
    for index, title in enumerate(titles):
        budget = Money.of(f"{(index * 7919 + 1237) * 113}.00", ("CNY", "EUR", "USD", "CNY")[index % 4])
        rows.append(
            Row(
                number=f"RFQ-2026-{2188 + index * 37:06d}",
                title=title,
                lines=(47, 50, 16, 24, 1, 75, 32, 7)[index],
                status=tuple(BADGES)[index],
                quotes=(0, 0, 0, 8, 6, 9, 4, 0)[index],
                invited=(0, 9, 6, 9, 7, 12, 5, 7)[index],
                budget=None if not index % 5 else budget,
                closes_at=now + timedelta(hours=index * 31 - 40, minutes=17 * index + 8),
                buyer=("李建国", "王敏", "陈晓", "Anna Keller")[index % 4],
            )
        )
    return rows


def sample_entries(say: Callable[[str], str], now: datetime) -> list[Entry]:
    """Return a timeline with every tone and a field difference."""
    return [
        Entry(say(N_("Awarded to two suppliers")), "王敏", now - timedelta(minutes=12), "ok", "Web", "/audit/1"),
        Entry(
            say(N_("Deadline extended")),
            "李建国",
            now - timedelta(hours=5),
            "warn",
            "Web",
            "/audit/2",
            (
                (say(N_("Quotes until")), "2026-11-20 17:00", "2026-11-22 14:30"),
                (say(N_("Notes")), None, "EN 10204 3.1"),
            ),
        ),
        Entry(say(N_("Approval refused")), "陈晓", now - timedelta(days=1), "bad", "Web", "/audit/3"),
        Entry(say(N_("Sent for approval")), "王敏", now - timedelta(days=2), "violet", "API", "/audit/4"),
        Entry(say(N_("Draft created from a file")), "王敏", now - timedelta(days=3), "neutral", "Web", "/audit/5"),
    ]


def wrong_form() -> Form:
    """Return a form as it comes back: values kept, a field, a choice and the whole form wrong."""
    form = Form(initial={"title": "", "quantity": "12,5", "notes": "EN 10204 3.1"})
    form.add_error("title", N_("Fill this in."))
    form.add_error("quantity", N_("Write a number such as 1250 or 1,250.50."))
    form.add_error("mode", N_("Choose one of the list."))
    form.add_refusal(StaleVersion(expected="3", actual="4"))
    return form


def sample_lines() -> list[Line]:
    """Return ten lines by six suppliers, some without a quote, the lowest price of each marked."""
    lines = []
    for index, (name, code, quantity, unit, target) in enumerate(_ITEMS):
        base = Decimal(target)
        prices = tuple(_price(base, index, at) for at in range(len(_SUPPLIERS)))
        lowest = min(price.amount for price in prices if price is not None)
        lines.append(Line(name, code, quantity, unit, base, prices, lowest))
    return lines


def _price(base: Decimal, line: int, supplier: int) -> Price | None:
    seed = (line * 31 + supplier * 17) % 23
    if seed in {4, 9}:
        return None
    flag = {2: N_("Alternative"), 7: N_("MOQ"), 13: N_("Late")}.get(seed, "")
    return Price((base * (Decimal(88) + seed) / 100).quantize(Decimal("0.01")), 7 + seed % 4 * 7, flag)


_TITLES_ZH: Final = (
    "防爆接线盒 BJX-200 等 47 项",
    "2026年Q4 机电备件框架采购",
    "液压油 L-HM 46 200L 等 16 项",
    "无缝钢管 Φ108×6 20# 等 24 项",
    "三相异步电机 7.5kW 4极",
    "深沟球轴承 6308-2RS 等 75 项",
    "热轧钢板 Q355B 12mm 等 32 项",
    "不锈钢球阀 DN50 PN16 等 7 项",
)
_TITLES_EN: Final = (
    "Ex junction box BJX-200 and 46 more",
    "Q4 2026 electro-mechanical spares frame contract",
    "Hydraulic oil L-HM 46, 200 L and 15 more",
    "Seamless pipe Φ108×6 grade 20 and 23 more",
    "Three-phase motor 7.5 kW 4-pole",
    "Deep groove ball bearing 6308-2RS and 74 more",
    "Hot-rolled plate Q355B 12 mm and 31 more",
    "Stainless ball valve DN50 PN16 and 6 more",
)
_SUPPLIERS: Final = (
    ("宁波海天紧固件有限公司", "3960687.65", "10/10", 4),
    ("苏州精锐轴承股份", "3775358.62", "10/10", 2),
    ("Schaefer Industrietechnik GmbH", "3677474.16", "10/10", 1),
    ("佛山南海钢贸集团", "3891595.59", "10/10", 3),
    ("上海震工供应链", "3275969.13", "8/10", None),
    ("Delta Flow Controls", "3414455.20", "9/10", None),
)
_ITEMS: Final = (
    ("六角头螺栓 M16×80 8.8级", "MRO-10010 · GB/T 5782", "12,000", "件", "1.86"),
    ("深沟球轴承 6308-2RS", "MRO-10017 · GB/T 276", "800", "套", "38.50"),
    ("热轧钢板 Q355B 12mm", "MRO-10024 · GB/T 1591", "60", "吨", "4120.00"),
    ("不锈钢球阀 DN50 PN16", "MRO-10031 · GB/T 12237", "240", "台", "268.00"),
    ("三相异步电机 7.5kW 4极", "MRO-10038 · GB 18613", "36", "台", "1985.00"),
    ("铜芯电缆 YJV 4×50+1×25", "MRO-10045 · GB/T 12706", "3,500", "米", "152.40"),
    ("防爆接线盒 BJX-200", "MRO-10052 · GB/T 3836", "150", "个", "186.00"),
    ("液压油 L-HM 46 200L", "MRO-10059 · GB 11118.1", "90", "桶", "2380.00"),
    ("无缝钢管 Φ108×6 20#", "MRO-10066 · GB/T 8163", "2,200", "米", "96.70"),
    ("法兰 WN DN100 PN16 304", "MRO-10073 · GB/T 9124", "420", "片", "214.00"),
)
_GRID: Final[Mapping[str, str]] = MappingProxyType(
    {
        "lines-0-item": "六角头螺栓 M16×80 8.8级",
        "lines-0-quantity": "12000",
        "lines-0-unit": "C62",
        "lines-0-needed": "2026-12-15",
        "lines-1-item": "深沟球轴承 6308-2RS",
        "lines-1-quantity": "800",
        "lines-1-unit": "SET",
        "lines-1-needed": "2026-12-20",
    }
)
