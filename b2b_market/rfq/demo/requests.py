"""Demo requests at every stage, made through operations by the demo people; running it again changes nothing."""

import json
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_DOWN, Decimal
from typing import Final, TypeVar
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
from b2b_market.rfq.commands import requests as commands
from b2b_market.rfq.commands.amending import AmendRfq
from b2b_market.rfq.commands.guests import InviteGuest
from b2b_market.rfq.commands.letters import IssueLetters, WhyNot
from b2b_market.rfq.commands.needs import PLAIN_NEED
from b2b_market.rfq.commands.redoing import SaveTemplate
from b2b_market.rfq.commands.rounds import CounterLineInput, CounterTerms, MakeCounter, OpenRound, SendMessage
from b2b_market.rfq.commands.scoring import SetCriteria
from b2b_market.rfq.demo.items import (
    ANSWERED,
    CRITERIA,
    FURTHER,
    ITEMS,
    QUESTIONS,
    TALK,
    WHY_NOT,
    Item,
)
from b2b_market.rfq.demo.offers import Offer
from b2b_market.rfq.service import (
    amending,
    asking,
    awarding,
    closing,
    comparing,
    confirming,
    copying,
    countering,
    drafting,
    inviting,
    letters,
    publishing,
    quoting,
    rounds,
    scoring,
    talking,
    templates,
)
from b2b_market.rfq.service.drafting import RfqContent
from b2b_market.rfq.states import Disclosure, LetterReason, Visibility
from b2b_market.sourcing.public import Criterion

T = TypeVar("T")
GUEST: Final = "einkauf@nordguss.example"
"""Whom the demo's buyer invites by mail: a supplier that is not registered."""
SIGN_INS: Final = "demo-sign-ins.json"
CNY: Final = Currency("CNY")
NEEDED_IN, VALID_FOR = timedelta(days=90), timedelta(days=75)


def place_requests(runtime: Runtime) -> None:
    """Make requests at every stage: drafted, waiting, quoted in every way, compared, negotiated and awarded."""
    cast = _Cast.of(runtime)
    with cast.work(cast.purchaser) as work:
        if drafting.list_rfqs(work, cast.purchaser, commands.ListRfqs()).items:
            return
    fasteners = cast.draft("2027 年度标准件框架 / 2027 fasteners", ITEMS[:4])
    judged = SetCriteria(rfq_id=fasteners.rfq.id, expected_version=None, criteria=CRITERIA)
    cast.do(cast.purchaser, scoring.set_criteria, judged)
    kept = SaveTemplate(fasteners.rfq.id, "年度标准件 / Yearly fasteners")
    cast.do(cast.purchaser, templates.save_template, kept)
    cast.submitted("Press line upgrade: motors and drives", ITEMS[4:8])
    amended = cast.published("液压站备件 / Hydraulic station spares", ITEMS[:6])
    cast.quote(amended, ("1.00", "0.97"))
    cast.clarify(amended)
    cast.amend(amended)
    cast.confirm(amended, cast.sales[1])
    cast.quote(cast.published("Sealed: cables for hall 4", ITEMS[5:7], sealed=True), ("0.98",))
    public = cast.published(
        "公开询价：管件与阀门 / Public: pipes and valves", ITEMS[8:10], to_all=True, criteria=ANSWERED
    )
    cast.quote(public, ("1.02",))
    cast.guest(public)
    to_compare = cast.published("2026 年 Q4 机电备件 / Q4 2026 electro-mechanical spares", ITEMS, criteria=ANSWERED)
    cast.quote(to_compare, ("1.04", "0.98", "1.01", "0.95", "0.99", "1.07"))
    cast.close(to_compare)
    to_negotiate = cast.published("空压站备件 / Compressor station spares", ITEMS[:5])
    cast.quote(to_negotiate, ("1.06", "1.01", "1.04", "1.09"))
    cast.close(to_negotiate)
    cast.negotiate(to_negotiate)
    to_award = cast.published("检修备件 / Overhaul spares", ITEMS[:5])
    cast.quote(to_award, ("0.96", "0.99", "1.02", "0.97"))
    cast.close(to_award)
    cast.award(to_award)


def demo_purchaser(runtime: Runtime) -> Actor:
    """Return the demo buyer's purchaser."""
    return _Cast.of(runtime).purchaser


@dataclass(frozen=True)
class _Cast:
    """The demo people at work."""

    runtime: Runtime
    purchaser: Actor
    approver: Actor
    sales: tuple[Actor, ...]

    @classmethod
    def of(cls, runtime: Runtime) -> "_Cast":
        known = json.loads((runtime.settings.data_dir / SIGN_INS).read_text("utf-8"))["people"]

        def with_role(role: str) -> list[Actor]:
            return [act_as(runtime, person["email"]) for person in known if role in person["roles"]]

        return cls(
            runtime, with_role("buyer.purchaser")[0], with_role("buyer.approver")[0], tuple(with_role("supplier.sales"))
        )

    def work(self, actor: Actor) -> AbstractContextManager[Work]:
        return self.runtime.work(actor.who, actor.tenant(), Cause("cli", new_correlation()))

    def do(self, actor: Actor, operation: Callable[[Work, Actor, T], object], command: T) -> object:
        with self.work(actor) as work:
            return operation(work, actor, command)

    def draft(self, title: str, items: Sequence[Item], *, sealed: bool = False, to_all: bool = False) -> RfqContent:
        """Store a draft; ``to_all`` opens it to every approved supplier and invites nobody."""
        with self.work(self.purchaser) as work:
            suppliers = organizations.suppliers(work, self.purchaser)
            today = work.now()
            command = commands.DraftRfq(
                title=title,
                currency=CNY,
                closes_at=today + timedelta(days=6),
                description="Prices without VAT, delivered to the plant. 含运费，不含税。",
                sealed=sealed,
                visibility=Visibility.PUBLIC if to_all else Visibility.INVITED,
                disclosure=Disclosure.LEAD if to_all else Disclosure.NOTHING,
                terms=commands.Terms(payment_terms="30 days net", incoterm="DAP", incoterm_place="Dalian"),
                lines=tuple(_need(item, today.date() + NEEDED_IN) for item in items),
                supplier_ids=() if to_all else tuple(supplier.id for supplier in suppliers),
            )
            return drafting.draft_rfq(work, self.purchaser, command)

    def submitted(
        self,
        title: str,
        items: Sequence[Item],
        *,
        sealed: bool = False,
        to_all: bool = False,
        criteria: tuple[Criterion, ...] = (),
    ) -> UUID:
        rfq_id = self.draft(title, items, sealed=sealed, to_all=to_all).rfq.id
        if criteria:
            judged = SetCriteria(rfq_id=rfq_id, expected_version=None, criteria=criteria)
            self.do(self.purchaser, scoring.set_criteria, judged)
        self.do(self.purchaser, publishing.submit_rfq, commands.StepRfq(rfq_id, self.version(rfq_id)))
        return rfq_id

    def published(
        self,
        title: str,
        items: Sequence[Item],
        *,
        sealed: bool = False,
        to_all: bool = False,
        criteria: tuple[Criterion, ...] = (),
    ) -> UUID:
        rfq_id = self.submitted(title, items, sealed=sealed, to_all=to_all, criteria=criteria)
        self.do(self.approver, publishing.approve_rfq, commands.StepRfq(rfq_id, self.version(rfq_id)))
        return rfq_id

    def version(self, rfq_id: UUID) -> int:
        with self.work(self.purchaser) as work:
            return drafting.read_rfq(work, self.purchaser, commands.ReadRfq(rfq_id)).rfq.version

    def quote(self, rfq_id: UUID, factors: Sequence[str]) -> None:
        """Let the first suppliers quote their factor of the targets, each with its own gaps, in its own currency."""
        for number, (actor, factor) in enumerate(zip(self.sales, factors, strict=False)):
            with self.work(actor) as work:
                settings = organizations.settings(work, actor, actor.org_id)
                content = drafting.read_rfq(work, actor, commands.ReadRfq(rfq_id))
                offer = Offer(Decimal(factor), number, settings.base_currency, work.now().date() + VALID_FOR)
                quoting.submit_quote(work, actor, offer.command(content))

    def guest(self, rfq_id: UUID) -> None:
        """Invite a supplier that is not registered, and let it quote as its provisional company."""
        command = InviteGuest(
            rfq_id=rfq_id,
            expected_version=self.version(rfq_id),
            email=GUEST,
            company_name="Nordguss Kiel GmbH",
            contact_name="Anna Nord",
        )
        self.do(self.purchaser, inviting.invite_guest, command)
        sales = act_as(self.runtime, GUEST)
        with self.work(sales) as work:
            content = drafting.read_rfq(work, sales, commands.ReadRfq(rfq_id))
            offer = Offer(Decimal("0.96"), len(self.sales), Currency("EUR"), work.now().date() + VALID_FOR)
            quoting.submit_quote(work, sales, offer.command(content))

    def clarify(self, rfq_id: UUID) -> None:
        """Let two suppliers ask; one question is answered to all, the other waits."""
        asked = []
        for actor, text in zip(self.sales, QUESTIONS, strict=False):
            with self.work(actor) as work:
                asked.append(asking.ask_question(work, actor, commands.AskQuestion(rfq_id=rfq_id, text=text)))
        answer = commands.ReplyToQuestion(asked[0].id, 1, "粗牙，2.0 mm。 Coarse, 2.0 mm.")
        self.do(self.purchaser, asking.answer_question, answer)

    def amend(self, rfq_id: UUID) -> None:
        """Ask for a tougher finish of the first line: the two quotations must be confirmed again."""
        with self.work(self.purchaser) as work:
            content = drafting.read_rfq(work, self.purchaser, commands.ReadRfq(rfq_id))
            rfq = content.rfq
            lines = [copying.as_asked(content, line) for line in content.lines]
            lines[0] = replace(lines[0], specification="GB/T 5782, Dacromet 达克罗")
            command = AmendRfq(
                rfq_id=rfq_id,
                expected_version=rfq.version,
                content=commands.DraftRfq(
                    title=rfq.title,
                    currency=Currency(rfq.currency),
                    closes_at=rfq.closes_at,
                    description=rfq.description,
                    terms=commands.Terms(
                        payment_terms=rfq.payment_terms, incoterm=rfq.incoterm, incoterm_place=rfq.incoterm_place
                    ),
                    lines=tuple(lines),
                ),
                line_ids=tuple(line.id for line in content.lines),
                reason="海边环境，镀锌不够。 Near the sea, zinc is not enough.",
            )
            amending.amend_rfq(work, self.purchaser, command)

    def confirm(self, rfq_id: UUID, actor: Actor) -> None:
        with self.work(actor) as work:
            (quote,) = quoting.list_quotes(work, actor, commands.ReadRfq(rfq_id))
            confirming.confirm_quote(work, actor, commands.ConfirmQuote(quote.id, quote.version, 2))

    def close(self, rfq_id: UUID) -> None:
        reason = "All suppliers have answered."
        self.do(self.purchaser, closing.close_rfq_early, commands.ReasonedStep(rfq_id, self.version(rfq_id), reason))

    def negotiate(self, rfq_id: UUID) -> None:
        """Hold a second round for two of the suppliers, of whom one betters its quotation; then bargain with it."""
        with self.work(self.purchaser) as work:
            quotes = sorted(
                quoting.list_quotes(work, self.purchaser, commands.ReadRfq(rfq_id)), key=lambda one: one.received_at
            )
            opening = OpenRound(
                rfq_id=rfq_id,
                expected_version=self.version(rfq_id),
                supplier_ids=tuple(quote.supplier_id for quote in quotes[:2]),
                closes_at=work.now() + timedelta(days=3),
                reason="两家报价最完整。 The two most complete quotations.",
                show_targets=True,
                note="请按目标价再报一次。 Please come closer to the targets.",
            )
        self.do(self.purchaser, rounds.open_round, opening)
        self.better(rfq_id, self.sales[0], Decimal("0.98"))
        self.close(rfq_id)
        with self.work(self.sales[0]) as work:
            own = quoting.list_quotes(work, self.sales[0], commands.ReadRfq(rfq_id))[-1]
            lines = quoting.read_quote(work, self.sales[0], commands.ReadQuote(own.id)).lines
        asked = tuple(
            CounterLineInput(line.line_id, (line.unit_price * Decimal("0.96")).quantize(Decimal("0.01")))
            for line in lines[:2]
        )
        with self.work(self.purchaser) as work:
            counter = MakeCounter(
                quote_id=own.id,
                expected_version=own.version,
                lines=asked,
                terms=CounterTerms(pay_days=(60,)),
                expires_at=work.now() + timedelta(days=4),
                note="量大可再谈。 We would take the whole year's need.",
            )
            countering.make_counter(work, self.purchaser, counter)
        for actor, text in ((self.purchaser, TALK[0]), (self.sales[0], TALK[1])):
            message = SendMessage(rfq_id=rfq_id, supplier_id=own.supplier_id, text=text, line_id=lines[0].line_id)
            self.do(actor, talking.send_message, message)

    def better(self, rfq_id: UUID, actor: Actor, factor: Decimal) -> None:
        """Let one supplier send its quotation again at ``factor`` of its prices."""
        with self.work(actor) as work:
            own = quoting.list_quotes(work, actor, commands.ReadRfq(rfq_id))[-1]
            before = quoting.read_quote(work, actor, commands.ReadQuote(own.id))
            command = commands.SubmitQuote(
                rfq_id=rfq_id,
                currency=Currency(own.currency),
                valid_until=own.valid_until,
                lines=tuple(
                    commands.QuoteLineInput(
                        line_id=line.line_id,
                        unit_price=(line.unit_price * factor).quantize(Decimal("0.0001"), ROUND_DOWN),
                        quantity=line.quantity,
                        lead_days=line.lead_days,
                        min_quantity=line.min_quantity,
                        alternative=line.alternative,
                        note=line.note,
                    )
                    for line in before.lines
                ),
                payment_terms=own.payment_terms,
                note=own.note,
            )
            quoting.submit_quote(work, actor, command)

    def award(self, rfq_id: UUID) -> None:
        """Give the best offer of each line its line, and have the award approved."""
        with self.work(self.purchaser) as work:
            compared = comparing.compare_quotes(work, self.purchaser, commands.ReadRfq(rfq_id))
        picks = tuple(
            commands.AwardPick(line_id=row.need.line_id, quote_id=cell.offer.offer_id, variant=cell.offer.variant)
            for row in compared.comparison.rows
            for cell in [next(cell for place in range(len(row.cells)) for cell in row.choices(place) if cell.best)]
        )
        command = commands.ProposeAward(
            rfq_id=rfq_id, expected_version=self.version(rfq_id), picks=picks, rest=commands.Rest.LEAVE
        )
        with self.work(self.purchaser) as work:
            award = awarding.propose_award(work, self.purchaser, command).award
        self.do(self.approver, awarding.approve_award, commands.DecideAward(award.id, award.version))
        self.write_letters(award.id)

    def write_letters(self, award_id: UUID) -> None:
        """Let the purchaser say to those that lost why, and issue the letters of an award."""
        with self.work(self.purchaser) as work:
            found = letters.list_letters(work, self.purchaser, commands.ReadAward(award_id))
            reasons = tuple(WhyNot(lost, LetterReason.PRICE, WHY_NOT) for lost in found.regret_supplier_ids)
            issue = IssueLetters(award_id=award_id, expected_version=found.version, reasons=reasons)
            letters.issue_letters(work, self.purchaser, issue)


def _need(item: Item, required_on: date) -> commands.LineInput:
    return commands.LineInput(
        item_name=item.name,
        item_code=item.code,
        specification=item.specification,
        quantity=Quantity(Decimal(item.quantity), unit(item.unit)),
        required_on=required_on,
        delivery_place="大连长兴岛工厂 / Dalian plant",
        target_price=Decimal(item.target),
        terms=FURTHER.get(item.code, PLAIN_NEED),
    )
