"""Demo tenders made through operations by the demo people; running it again changes nothing."""

import json
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from b2b_market.identity.public import act_as
from b2b_market.infra.runtime import Runtime, new_correlation
from b2b_market.infra.who import Cause
from b2b_market.infra.work import Work
from b2b_market.kernel.currency import Currency
from b2b_market.kernel.quantity import Quantity
from b2b_market.kernel.units import unit
from b2b_market.organizations import public as organizations
from b2b_market.rbac.actor import Actor
from b2b_market.tendering.commands.tenders import (
    AskAboutTender,
    BondInput,
    CriterionInput,
    DraftTender,
    ItemInput,
    ListTenders,
    LotInput,
    ProveKey,
    RegisterKey,
    StepTender,
)
from b2b_market.tendering.rules.sealed_keys import OfficerKey
from b2b_market.tendering.service import asking, drafting, keys, publishing
from b2b_market.tendering.states import CriterionKind, Entry

SIGN_INS: Final = "demo-sign-ins.json"
DEPARTMENTS: Final = ("法务 / Legal", "财务 / Finance", "审计 / Audit")
ASKS, BIDS, NEEDED = timedelta(days=11), timedelta(days=40), timedelta(days=120)


def place_tenders(runtime: Runtime) -> None:
    """Make opening keys, a draft, and a public tender with a question that waits."""
    cast = _Cast.of(runtime)
    with cast.work(cast.purchaser) as work:
        if drafting.list_tenders(work, cast.purchaser, ListTenders()).items:
            return
    key_ids = tuple(cast.key(person, number) for number, person in enumerate(cast.officers))
    with cast.work(cast.purchaser) as work:
        drafting.draft_tender(work, cast.purchaser, cast.draft(work, key_ids))
    tender_id = cast.published(key_ids)
    sales = cast.sales[0]
    with cast.work(sales) as work:
        asking.ask_about_tender(work, sales, AskAboutTender(tender_id, "法兰按国标还是欧标？ / GB or EN flanges?"))


@dataclass(frozen=True)
class _Cast:
    """The demo people at work."""

    runtime: Runtime
    purchaser: Actor
    approver: Actor
    officers: tuple[Actor, ...]
    sales: tuple[Actor, ...]

    @classmethod
    def of(cls, runtime: Runtime) -> "_Cast":
        known = json.loads((runtime.settings.data_dir / SIGN_INS).read_text("utf-8"))["people"]

        def with_role(role: str) -> list[Actor]:
            return [act_as(runtime, person["email"]) for person in known if role in person["roles"]]

        sales = with_role("supplier.sales")
        firms = [admin for admin in with_role("supplier.admin") if admin.org_id != sales[0].org_id]
        officers = (with_role("buyer.admin")[0], with_role("buyer.approver")[0], firms[-1])
        return cls(runtime, with_role("buyer.purchaser")[0], with_role("buyer.approver")[0], officers, tuple(sales))

    def work(self, actor: Actor) -> AbstractContextManager[Work]:
        return self.runtime.work(actor.who, actor.tenant(), Cause("cli", new_correlation()))

    def key(self, person: Actor, number: int) -> UUID:
        """Register and prove a key whose private half lies in the demo's data folder, where no real one would."""
        seed = bytes([number + 1]) * 32
        key = OfficerKey(seed)
        folder = self.runtime.settings.data_dir / "demo-opening-keys"
        folder.mkdir(exist_ok=True)
        (folder / f"officer-{number + 1}.hex").write_text(seed.hex() + "\n", encoding="ascii")
        with self.work(person) as work:
            command = RegisterKey(key.card(person.who.name).document(), DEPARTMENTS[number])
            row = keys.register_key(work, person, command)
            keys.prove_key(work, person, ProveKey(row.id, row.version, key.answer(row.challenge or b"")))
        return row.id

    def draft(self, work: Work, key_ids: tuple[UUID, ...]) -> DraftTender:
        """Return an invited tender that is still written."""
        suppliers = organizations.suppliers(work, self.purchaser)
        invited = tuple(one.id for one in suppliers if one.id != self.officers[2].org_id)[:3]
        return DraftTender(
            title="冷却塔改造 / Cooling tower overhaul",
            currency=Currency("CNY"),
            lots=(_lot(work, "冷却塔 / Cooling tower", "2"),),
            supplier_ids=invited,
            criteria=CRITERIA,
            key_ids=key_ids,
        )

    def published(self, key_ids: tuple[UUID, ...]) -> UUID:
        """Publish a public tender after the Chinese profile."""
        with self.work(self.purchaser) as work:
            command = DraftTender(
                title="循环水泵公开招标 / Circulation pumps, public tender",
                currency=Currency("CNY"),
                procedure="china-open",
                entry=Entry.PUBLIC,
                lots=(_lot(work, "循环水泵 / Circulation pumps", "6"), _lot(work, "备件 / Spare parts", "40")),
                criteria=CRITERIA,
                bond=BondInput(percent=Decimal(2), form="银行保函 / Bank guarantee", held_at="平台 / Platform"),
                budget_approved=True,
                key_ids=key_ids,
                enquiry_ends_at=work.now() + ASKS,
                closes_at=work.now() + BIDS,
            )
            made = drafting.draft_tender(work, self.purchaser, command).tender
            publishing.submit_tender(work, self.purchaser, StepTender(made.id, made.version))
            work.session.flush()
            version = made.version
        with self.work(self.approver) as work:
            publishing.publish_tender(work, self.approver, StepTender(made.id, version))
        return made.id


CRITERIA: Final = (
    CriterionInput(
        kind=CriterionKind.EXCLUSION, name="无重大违法记录 / No grave misconduct", evidence="声明 / Statement"
    ),
    CriterionInput(kind=CriterionKind.AWARD, name="价格 / Price", weight=Decimal(60)),
    CriterionInput(kind=CriterionKind.AWARD, name="技术 / Technical merit", weight=Decimal(40)),
)


def _lot(work: Work, title: str, quantity: str) -> LotInput:
    item = ItemInput(
        name=title,
        quantity=Quantity(Decimal(quantity), unit("H87")),
        required_on=(work.now() + NEEDED).date(),
        delivery_place="上海 / Shanghai",
        classification="42122000",
    )
    return LotInput(title=title, items=(item,), classification="42122000", estimate=Decimal(480_000))
