"""What a framework means to its tender: the terms of the draft, the notice, who becomes a member, what is committed."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from b2b_market.infra.canonical import decimal_text
from b2b_market.infra.ids import new_id
from b2b_market.infra.work import Work
from b2b_market.kernel.currency import Currency
from b2b_market.kernel.money import Money
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.operation import operation
from b2b_market.tendering.commands.frameworks import LotCeiling, SetFrameworkTerms
from b2b_market.tendering.commands.tenders import ReadTender
from b2b_market.tendering.models.evaluation import TenderAward
from b2b_market.tendering.models.frameworks import Framework, FrameworkTerms
from b2b_market.tendering.models.tenders import Tender, TenderLot
from b2b_market.tendering.permissions import TenderPermission
from b2b_market.tendering.queries import frameworks as queries
from b2b_market.tendering.queries import tenders as tender_queries
from b2b_market.tendering.rules import frameworks as rules
from b2b_market.tendering.rules.procedures import Procedure, read_procedure
from b2b_market.tendering.states.tenders import TENDER_LIFECYCLE


@dataclass(frozen=True, slots=True)
class TermsView:
    """The terms of a tender's framework agreements, none while they are not set, and what its procedure allows."""

    tender: Tender
    shape: rules.FrameworkShape
    terms: FrameworkTerms | None
    lots: tuple[TenderLot, ...]
    concluded: tuple[Framework, ...] = ()
    """The agreements that the awards have concluded, as far as the reader is a party."""

    @property
    def version(self) -> int:
        """The version of the tender, which the ETag shows."""
        return self.tender.version


@operation(TenderPermission.DRAFT)
def set_framework_terms(work: Work, scope: Scope, command: SetFrameworkTerms) -> TermsView:
    """Say what the awards of a draft conclude: members, duration, mode, and a ceiling for each lot."""
    tender = tender_queries.lock_own_tender(work.session, scope, command.tender_id)
    work.expect_version(tender, command.expected_version)
    TENDER_LIFECYCLE.require(tender.status, "submit")
    shape = _shape(tender)
    lots = tender_queries.lots_of(work.session, scope, tender.id)
    rules.require_terms(command, shape, [len(lot.items) for lot in lots])
    terms = queries.terms_of(work.session, scope, tender.id)
    if terms is None:
        terms = FrameworkTerms(id=new_id(), created_at=work.now(), tender_id=tender.id, buyer_id=tender.buyer_id)
        work.session.add(terms)
    terms.members, terms.months, terms.mode = command.members, command.months, command.mode
    terms.answer_hours = command.answer_hours
    terms.lots = [_stored(ceiling, len(lot.items)) for ceiling, lot in zip(command.ceilings, lots, strict=True)]
    work.touch(terms)
    work.touch(tender)
    work.record("tender.framework_terms_set", tender)
    work.record("tender_framework_terms.set", terms)
    work.session.flush()
    return TermsView(tender, shape, terms, tuple(lots))


@operation(TenderPermission.READ)
def read_framework_terms(work: Work, scope: Scope, command: ReadTender) -> TermsView:
    """Return the terms of a tender's framework agreements; FrameworkNotForeseen where its procedure has none."""
    tender = tender_queries.party_tender(work.session, scope, command.tender_id)
    shape = _shape(tender)
    terms = queries.terms_of(work.session, scope, tender.id)
    lots = tuple(tender_queries.lots_of(work.session, scope, tender.id))
    return TermsView(tender, shape, terms, lots, tuple(queries.frameworks_of_tender(work.session, scope, tender.id)))


def require_terms(work: Work, scope: Scope, tender: Tender, procedure: Procedure) -> None:
    """Refuse a tender whose procedure concludes frameworks and whose terms are missing or not for its lots."""
    if procedure.framework is None:
        return
    terms = queries.terms_of(work.session, scope, tender.id)
    items = [len(lot.items) for lot in tender_queries.lots_of(work.session, scope, tender.id)]
    if terms is None or not rules.fits_lots(terms.lots, items):
        raise rules.FrameworkTermsMissing(lots=len(items))


def announced(work: Work, scope: Scope, tender: Tender) -> dict[str, object]:
    """Return what the notice's document says of the agreements; nothing where the procedure concludes none."""
    terms = terms_of(work, scope, tender)
    return {} if terms is None else {"framework": statement(terms)}


def statement(terms: FrameworkTerms) -> dict[str, object]:
    """Return the terms as they are announced."""
    return {
        "members": terms.members,
        "months": terms.months,
        "mode": terms.mode,
        "answer_hours": terms.answer_hours,
        "ceilings": terms.lots,
    }


def terms_of(work: Work, scope: Scope, tender: Tender) -> FrameworkTerms | None:
    """Return the terms of a tender whose awards conclude frameworks, else none."""
    if read_procedure(tender.values).framework is None:
        return None
    return queries.terms_of(work.session, scope, tender.id)


def most_winners(work: Work, scope: Scope, tender: Tender) -> int:
    """Return how many bids of a lot win: one, or as many as its framework has members."""
    terms = terms_of(work, scope, tender)
    return 1 if terms is None else terms.members


def committed(work: Work, scope: Scope, tender: Tender, award: TenderAward) -> Money:
    """Return what an approval of ``award`` commits the buyer to: the bid's total, or the ceiling of the lot."""
    terms = terms_of(work, scope, tender)
    if terms is None:
        return Money(award.amount, Currency(award.currency))
    lots = tender_queries.lots_of(work.session, scope, tender.id)
    position = next(lot.position for lot in lots if lot.id == award.lot_id)
    return Money(Decimal(terms.lots[position - 1]["amount"]), Currency(tender.currency))


def _shape(tender: Tender) -> rules.FrameworkShape:
    shape = read_procedure(tender.values).framework
    if shape is None:
        raise rules.FrameworkNotForeseen
    return shape


def _stored(ceiling: LotCeiling, items: int) -> dict[str, Any]:
    quantities = ceiling.quantities or (None,) * items
    return {
        "amount": decimal_text(ceiling.amount),
        "quantities": [None if one is None else decimal_text(one) for one in quantities],
    }
