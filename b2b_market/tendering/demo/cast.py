"""Who takes part in the demo tenders, their keys, and what is bought."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Final, TypeVar
from uuid import UUID

from b2b_market.identity.public import act_as
from b2b_market.infra.database import Tenant
from b2b_market.infra.runtime import Runtime, new_correlation
from b2b_market.infra.who import Cause
from b2b_market.infra.work import Work
from b2b_market.kernel.quantity import Quantity
from b2b_market.kernel.units import unit
from b2b_market.rbac.actor import Actor, system_actor
from b2b_market.tendering.commands.tenders import CriterionInput, ItemInput, LotInput, ProveKey, RegisterKey
from b2b_market.tendering.rules.sealed_keys import OfficerKey
from b2b_market.tendering.service import keys
from b2b_market.tendering.states.procedures import CriterionKind

SIGN_INS: Final = "demo-sign-ins.json"
DEPARTMENTS: Final = ("法务 / Legal", "财务 / Finance", "审计 / Audit", "公证 / Notary")
NEEDED: Final = timedelta(days=120)
PRICE: Final = CriterionInput(kind=CriterionKind.AWARD, name="价格 / Price", weight=Decimal(60))
NO_MISCONDUCT: Final = CriterionInput(
    kind=CriterionKind.EXCLUSION, name="无重大违法记录 / No grave misconduct", evidence="声明 / Statement"
)
CRITERIA: Final = (
    NO_MISCONDUCT,
    PRICE,
    CriterionInput(kind=CriterionKind.AWARD, name="技术 / Technical merit", weight=Decimal(40)),
)
TECHNICAL: Final = "2"
"""The position of the last of them."""
PRICE_ALONE: Final = (NO_MISCONDUCT, replace(PRICE, weight=Decimal(100)))
HAIRUI, JINGTUO, NANYUE, RHEINFELS, VALTROMPIA = range(5)
"""The bidders by their place among the sales people; the sixth company audits: its admin holds a key."""

C = TypeVar("C")
R = TypeVar("R")


def private_key(number: int) -> OfficerKey:
    """Return the key of the demo's officer ``number`` (0 to 3): everybody knows it, so it protects nothing."""
    return OfficerKey(bytes([number + 1]) * 32)


def lot(
    work: Work, title: str, quantity: str, *, classification: str = "42122000", estimate: str = "480000"
) -> LotInput:
    """Return a lot of one item, needed in some months."""
    item = ItemInput(
        name=title,
        quantity=Quantity(Decimal(quantity), unit("H87")),
        required_on=(work.now() + NEEDED).date(),
        delivery_place="上海 / Shanghai",
        classification=classification,
    )
    return LotInput(title=title, items=(item,), classification=classification, estimate=Decimal(estimate))


@dataclass(frozen=True)
class Cast:
    """The demo people at work."""

    runtime: Runtime
    purchaser: Actor
    approver: Actor
    evaluator: Actor
    officers: tuple[Actor, ...]
    sales: tuple[Actor, ...]

    @classmethod
    def of(cls, runtime: Runtime) -> "Cast":
        """Find the people of the demo data."""
        known = json.loads((runtime.settings.data_dir / SIGN_INS).read_text("utf-8"))["people"]

        def with_role(role: str) -> list[Actor]:
            return [act_as(runtime, person["email"]) for person in known if role in person["roles"]]

        sales = with_role("supplier.sales")
        firms = with_role("supplier.admin")
        approver = with_role("buyer.approver")[0]
        return cls(
            runtime,
            with_role("buyer.purchaser")[0],
            approver,
            with_role("buyer.evaluator")[0],
            (with_role("buyer.admin")[0], approver, firms[-1], firms[VALTROMPIA]),
            tuple(sales),
        )

    def ago(self, time: timedelta) -> "Cast":
        """Return the same people at work at an earlier moment; this one's clock stays."""
        return replace(self, runtime=replace(self.runtime, shift=self.runtime.shift - time))

    def work(self, actor: Actor) -> AbstractContextManager[Work]:
        """Open a transaction of a person."""
        return self.runtime.work(actor.who, actor.tenant(), Cause("cli", new_correlation()))

    def run(self, actor: Actor, operation: Callable[[Work, Actor, C], R], command: C) -> R:
        """Let a person do one thing in a transaction of its own."""
        with self.work(actor) as work:
            return operation(work, actor, command)

    def tick(self, operation: Callable[[Work, Actor, C], R], command: C) -> R:
        """Let the clock do one thing for the buyer, as the schedule does."""
        clock = system_actor("tendering.clock", self.purchaser.org_id)
        tenant = Tenant(clock.org_ids, machine=True)
        with self.runtime.work(clock.who, tenant, Cause("task", new_correlation())) as work:
            return operation(work, clock, command)

    def key(self, number: int) -> UUID:
        """Register and prove a key whose private half lies in the demo's data folder, where no real one would."""
        key, person = private_key(number), self.officers[number]
        folder = self.runtime.settings.data_dir / "demo-opening-keys"
        folder.mkdir(exist_ok=True)
        (folder / f"officer-{number + 1}.hex").write_text(key.seed.hex() + "\n", encoding="ascii")
        with self.work(person) as work:
            command = RegisterKey(key.card(person.who.name).document(), DEPARTMENTS[number])
            row = keys.register_key(work, person, command)
            keys.prove_key(work, person, ProveKey(row.id, row.version, key.answer(row.challenge or b"")))
        return row.id
