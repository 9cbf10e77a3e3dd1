"""Who appears in the demo data. Names, addresses and numbers are invented; the numbers' check digits are right."""

from dataclasses import dataclass
from typing import Final

from b2b_market.kernel.money import Money
from b2b_market.kernel.permission import Role
from b2b_market.organizations.commands import CompanyProfile, IdentifierInput, RoleOrder
from b2b_market.organizations.states import IdentifierScheme


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoPerson:
    """Somebody to sign in as. ``roles`` are given by the admin, whose own role comes with the registration."""

    email: str
    name: str
    locale: str
    roles: tuple[RoleOrder, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoCompany:
    """A company with its founder and the people invited by them."""

    profile: CompanyProfile
    base_currency: str
    timezone: str
    buyer: bool = False
    supplier: bool = False
    admin: DemoPerson
    others: tuple[DemoPerson, ...]

    @property
    def people(self) -> tuple[DemoPerson, ...]:
        """Everybody of the company, the admin first."""
        return (self.admin, *self.others)


OPERATOR: Final = DemoPerson(email="operator@exchange.example", name="Olivia Operator", locale="en")
AUDITOR: Final = DemoPerson(email="auditor@exchange.example", name="Aaron Auditor", locale="en")
REVIEWER: Final = DemoPerson(email="reviewer@exchange.example", name="Rana Reviewer", locale="en")
PLATFORM: Final = (
    (OPERATOR, Role.PLATFORM_OPERATOR),
    (AUDITOR, Role.PLATFORM_AUDITOR),
    (REVIEWER, Role.PLATFORM_REVIEWER),
)

_SALES = (RoleOrder(role=Role.SUPPLIER_SALES.value),)


def _uscc(value: str) -> IdentifierInput:
    return IdentifierInput(scheme=IdentifierScheme.USCC, value=value)


def _vat(value: str) -> IdentifierInput:
    return IdentifierInput(scheme=IdentifierScheme.EU_VAT, value=value)


def _lei(value: str) -> IdentifierInput:
    return IdentifierInput(scheme=IdentifierScheme.LEI, value=value)


def _supplier(
    profile: CompanyProfile, money: tuple[str, str], domain: str, admin: tuple[str, str], sales: tuple[str, str]
) -> DemoCompany:
    """Return a supplier; ``money`` is (currency, zone), people are (name, locale)."""
    return DemoCompany(
        profile=profile,
        base_currency=money[0],
        timezone=money[1],
        supplier=True,
        admin=DemoPerson(email=f"admin@{domain}", name=admin[0], locale=admin[1]),
        others=(DemoPerson(email=f"sales@{domain}", name=sales[0], locale=sales[1], roles=_SALES),),
    )


BUYER: Final = DemoCompany(
    profile=CompanyProfile(
        legal_name_zh="恒力重工集团有限公司",
        legal_name_en="Hengli Heavy Industry Group Co., Ltd.",
        country="CN",
        street="长兴岛经济区疏港路 18 号",
        city="大连",
        region="辽宁",
        postcode="116318",
        identifiers=(_uscc("91210200MA0Y7K3H28"), _lei("300300KL7M2Q9T4ZXW56")),
    ),
    base_currency="CNY",
    timezone="Asia/Shanghai",
    buyer=True,
    admin=DemoPerson(email="admin@hengli.example", name="王敏", locale="zh-CN"),
    others=(
        DemoPerson(
            email="purchaser@hengli.example",
            name="Li Wei",
            locale="en",
            roles=(RoleOrder(role=Role.BUYER_PURCHASER.value, limit=Money.of("50000", "CNY")),),
        ),
        DemoPerson(
            email="approver@hengli.example",
            name="陈静",
            locale="zh-CN",
            roles=(RoleOrder(role=Role.BUYER_APPROVER.value),),
        ),
        DemoPerson(
            email="evaluator@hengli.example",
            name="张磊",
            locale="zh-CN",
            roles=(RoleOrder(role=Role.BUYER_EVALUATOR.value),),
        ),
        # new in the job: may prepare everything, and whatever is sent out or awarded goes to the approver
        DemoPerson(
            email="trainee@hengli.example",
            name="刘洋",
            locale="zh-CN",
            roles=(RoleOrder(role=Role.BUYER_PURCHASER.value, limit=Money.of("0", "CNY")),),
        ),
    ),
)
SUPPLIERS: Final = (
    _supplier(
        CompanyProfile(
            legal_name_zh="宁波海锐紧固件有限公司",
            legal_name_en="Ningbo Hairui Fasteners Co., Ltd.",
            country="CN",
            street="镇海区蛟川街道金溪路 88 号",
            city="宁波",
            region="浙江",
            postcode="315200",
            identifiers=(_uscc("91330200MA2AF8X474"),),
        ),
        ("CNY", "Asia/Shanghai"),
        "hairui.example",
        ("周强", "zh-CN"),
        ("孙丽", "zh-CN"),
    ),
    _supplier(
        CompanyProfile(
            legal_name_zh="苏州精拓机械有限公司",
            legal_name_en="Suzhou Jingtuo Machinery Co., Ltd.",
            country="CN",
            street="工业园区星湖街 328 号",
            city="苏州",
            region="江苏",
            postcode="215123",
            identifiers=(_uscc("91320500MA1XQ2T600"),),
        ),
        ("CNY", "Asia/Shanghai"),
        "jingtuo.example",
        ("何涛", "zh-CN"),
        ("徐芳", "zh-CN"),
    ),
    _supplier(
        CompanyProfile(
            legal_name_zh="佛山南粤铝材有限公司",
            legal_name_en="Foshan Nanyue Aluminium Co., Ltd.",
            country="CN",
            street="南海区狮山镇科技大道 6 号",
            city="佛山",
            region="广东",
            postcode="528225",
            identifiers=(_uscc("91440600MA4WB1C58G"),),
        ),
        ("CNY", "Asia/Shanghai"),
        "nanyue.example",
        ("黄建国", "zh-CN"),
        ("梁慧", "zh-CN"),
    ),
    _supplier(
        CompanyProfile(
            legal_name_en="Rheinfels Stahlhandel GmbH",
            country="DE",
            street="Hafenstraße 12",
            city="Duisburg",
            region="Nordrhein-Westfalen",
            postcode="47119",
            identifiers=(_vat("DE812365476"), _lei("391200RB5S8N1C6VYH10")),
        ),
        ("EUR", "Europe/Berlin"),
        "rheinfels.example",
        ("Katrin Vogt", "en"),
        ("Jonas Weber", "en"),
    ),
    _supplier(
        CompanyProfile(
            legal_name_en="Officine Valtrompia S.r.l.",
            country="IT",
            street="Via Industriale 41",
            city="Brescia",
            region="Lombardia",
            postcode="25126",
            identifiers=(_vat("IT03467210989"),),
        ),
        ("EUR", "Europe/Rome"),
        "valtrompia.example",
        ("Giulia Ferri", "en"),
        ("Marco Bellini", "en"),
    ),
    _supplier(
        CompanyProfile(
            legal_name_en="Śląskie Komponenty Sp. z o.o.",
            country="PL",
            street="ul. Przemysłowa 7",
            city="Gliwice",
            region="Śląskie",
            postcode="44-100",
            identifiers=(_vat("PL6342817055"),),
        ),
        ("PLN", "Europe/Warsaw"),
        "slaskie.example",
        ("Anna Nowak", "en"),
        ("Piotr Zieliński", "en"),
    ),
)
COMPANIES: Final = (BUYER, *SUPPLIERS)
