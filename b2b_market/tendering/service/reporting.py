"""The report of an evaluation, read in one transaction and printed while none is open."""

from collections.abc import Mapping
from datetime import datetime
from fractions import Fraction
from uuid import UUID

from b2b_market.identity import public as identity
from b2b_market.infra.saving import SavedFile
from b2b_market.infra.work import Work
from b2b_market.kernel.currency import Currency
from b2b_market.kernel.money import Money
from b2b_market.kernel.text import N_
from b2b_market.organizations import public as organizations
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.operation import Transactions, operation
from b2b_market.tendering.commands.tenders import ReadTender
from b2b_market.tendering.documents.frame import PaperFormat
from b2b_market.tendering.documents.report import (
    Decided,
    Report,
    ReportedBid,
    ReportedLot,
    Said,
    WeighedBid,
    report_file,
)
from b2b_market.tendering.models.evaluation import TenderAward
from b2b_market.tendering.permissions import TenderPermission
from b2b_market.tendering.queries import evaluation as queries
from b2b_market.tendering.queries import tenders as tender_queries
from b2b_market.tendering.rules.deciding import shown_amount, shown_score
from b2b_market.tendering.rules.judging import Placed
from b2b_market.tendering.rules.saying import FAULTS, GROUNDS, KINDS, LOW
from b2b_market.tendering.service import seated
from b2b_market.tendering.service.evaluating import JudgedLot, Judgement, judged
from b2b_market.tendering.states.evaluation import InquiryStatus, RulingStatus, TenderAwardStatus
from b2b_market.tendering.states.procedures import CriterionKind

NONE = "-"
FAILED = N_("Did not pass technically; its price envelope stays sealed")
RULED = {
    RulingStatus.PROPOSED: N_("Disqualification proposed"),
    RulingStatus.CONFIRMED: N_("Disqualified"),
    RulingStatus.DISMISSED: N_("Dismissed"),
}
ASKED = {
    InquiryStatus.ASKED: N_("Waiting for the bidder"),
    InquiryStatus.ANSWERED: N_("Has an answer"),
    InquiryStatus.ACCEPTED: N_("Accepted"),
    InquiryStatus.REJECTED: N_("Rejected"),
}


@operation(TenderPermission.BID_READ)
def read_report(work: Work, scope: Scope, command: ReadTender) -> Report:
    """Return what the report of an own tender's evaluation says now; NotFound for others and before it has begun."""
    tender = tender_queries.own_tender(work.session, scope, command.tender_id)
    seated.require_reads(work, scope, tender)
    evaluation = queries.evaluation_of(work.session, scope, tender.id)
    found = judged(work, scope, tender, evaluation)
    suppliers = {bid.supplier_id for lot in found.lots for bid, _ in lot.bids}
    companies = organizations.companies(work, scope.actor, {*suppliers, tender.buyer_id})
    names = {org_id: one.name for org_id, one in companies.items()}
    awards = [award for lot in found.lots for award in lot.awards]
    deciders = {one for award in awards for one in (award.proposer_id, award.approver_id) if one is not None}
    people = identity.people(work, scope.actor, {*evaluation.evaluator_ids, *deciders})
    called = {person_id: one.name for person_id, one in people.items()}
    assert tender.closed_at is not None  # noqa: S101 - what is evaluated was closed
    assert tender.opened_at is not None  # noqa: S101 - and opened
    return Report(
        number=tender.number,
        title=tender.title,
        buyer=names[tender.buyer_id],
        procedure=tender.procedure,
        currency=tender.currency,
        closed_at=tender.closed_at,
        opened_at=tender.opened_at,
        made_at=_last_change(found),
        evaluators=tuple(called.get(one, NONE) for one in evaluation.evaluator_ids),
        criteria=tuple(
            (one["name"], str(one["weight"])) for one in tender.criteria if one["kind"] == CriterionKind.AWARD.value
        ),
        rates=tuple(
            f"1 {one['base']} = {one['value']} {tender.currency} ({one['source']}, {one['as_of']})"
            for one in (evaluation.rates if found.sight.prices else ())
        ),
        lots=tuple(_lot(lot, tender.currency, names, called) for lot in found.lots),
    )


def take_report(transactions: Transactions, command: ReadTender, kind: PaperFormat) -> SavedFile:
    """Return the report as a file; TenderPrintersBusy where no place gets free."""
    with transactions() as (work, actor):
        found = read_report(work, actor, command)
    return SavedFile(f"{found.number}-evaluation.{kind}", kind.media_type, report_file(found, kind))


def _last_change(found: Judgement) -> datetime:
    changed = [found.evaluation.changed_at]
    for lot in found.lots:
        changed += [one.changed_at for one in lot.rulings]
        changed += [one.changed_at for one in lot.inquiries]
        changed += [one.changed_at for one in lot.awards]
    return max(changed)


def _lot(lot: JudgedLot, currency: str, names: Mapping[UUID, str], people: Mapping[UUID, str]) -> ReportedLot:
    award = next((one for one in lot.awards if one.status is TenderAwardStatus.ACTIVE), None)
    rulings = [
        Said(bidder=names[one.supplier_id], about=GROUNDS[one.ground], state=RULED[one.status], lines=(one.reason,))
        for one in lot.rulings
    ]
    inquiries = [
        Said(
            bidder=names[one.supplier_id],
            about=KINDS[one.kind],
            state=ASKED[one.status],
            lines=tuple(text for text in (one.question, one.answer, one.finding) if text),
        )
        for one in lot.inquiries
    ]
    return ReportedLot(
        position=lot.lot.position,
        title=lot.lot.title,
        bids=_bids(lot, currency, names),
        rulings=tuple(rulings),
        inquiries=tuple(inquiries),
        decision=None if award is None else _decided(award, names, people),
        weighed=_weighed(lot, currency, names),
        formulas=tuple(f"{one['name']}: {one['formula']} ({one['unit']})" for one in lot.lot.costs),
    )


def _weighed(lot: JudgedLot, currency: str, names: Mapping[UUID, str]) -> tuple[WeighedBid, ...]:
    target = Currency(currency)
    bidders = {bid.id: names[bid.supplier_id] for bid, _ in lot.bids}
    return tuple(
        WeighedBid(
            bidder=bidders[one.bid_id],
            total=_amount(Money(one.total, target).rounded()),
            features=tuple(f"{chosen.name}: {chosen.text or NONE} ({chosen.share})" for chosen in found.chosen),
            coefficient=str(found.coefficient),
            costs=tuple(
                f"{cost.name}: {cost.declared:f} {cost.unit} = {_amount(Money(shown_amount(cost.amount), target))}"
                for cost in found.costs
            ),
            counts_as=_amount(Money(shown_amount(found.effective), target)),
        )
        for one in lot.standing
        if (found := one.weighed) is not None
    )


def _bids(lot: JudgedLot, currency: str, names: Mapping[UUID, str]) -> tuple[ReportedBid, ...]:
    placed = {one.bid_id: one for one in lot.standing}
    ordered = sorted(lot.bids, key=lambda pair: (pair[0].id not in placed, _place(placed.get(pair[0].id))))
    found = []
    for bid, offer in ordered:
        one = placed.get(bid.id)
        low = one.suspicion.grounds if one is not None and one.suspicion is not None else ()
        barred = (FAILED,) if bid.id in lot.failed else (RULED[RulingStatus.CONFIRMED],) if bid.id in lot.barred else ()
        found.append(
            ReportedBid(
                receipt=bid.sequence,
                bidder=names[bid.supplier_id],
                total=NONE if offer.total is None else _amount(offer.total),
                compared=NONE if one is None else _amount(Money(one.total, Currency(currency)).rounded()),
                quality=_score(None if one is None else one.quality),
                score=_score(None if one is None else one.score),
                place=NONE if one is None else str(one.place),
                notes=(*barred, *(LOW[ground] for ground in low), *(FAULTS[one.fault] for one in offer.findings)),
            )
        )
    return tuple(found)


def _place(one: Placed | None) -> int:
    return 0 if one is None else one.place


def _score(score: Fraction | None) -> str:
    shown = shown_score(score)
    return NONE if shown is None else f"{shown:.2f}"


def _amount(money: Money) -> str:
    return f"{money.currency.code} {money.amount:,f}"


def _decided(award: TenderAward, names: Mapping[UUID, str], people: Mapping[UUID, str]) -> Decided:
    assert award.decided_at is not None  # noqa: S101 - an award that stands was decided
    assert award.standstill_ends_at is not None  # noqa: S101 - and has its stand-still
    return Decided(
        winner=names[award.supplier_id],
        amount=_amount(Money(award.amount, Currency(award.currency)).rounded()),
        comment=award.comment,
        proposer=NONE if award.proposer_id is None else people.get(award.proposer_id, NONE),
        approver=NONE if award.approver_id is None else people.get(award.approver_id, NONE),
        decided_at=award.decided_at,
        standstill_ends_at=award.standstill_ends_at,
        signature=bytes(award.signature or b"").hex(),
        key_id=award.key_id or NONE,
    )
