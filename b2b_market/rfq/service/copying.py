"""New drafts from earlier requests: a copy, or what an award bought, to be requested again.

Nothing of a day that has passed is taken over, and no supplier that may not be invited any more. What is hidden from
suppliers goes along as far as the copier sees it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from b2b_market.infra.audit_trail import Entry
from b2b_market.infra.work import Work
from b2b_market.kernel.currency import Currency
from b2b_market.kernel.quantity import Quantity
from b2b_market.kernel.refusal import NotFound
from b2b_market.kernel.units import unit
from b2b_market.organizations import public as organizations
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.operation import operation
from b2b_market.rfq.commands.redoing import NOTHING_BESIDE, Beside, CopyRfq, RepeatAward
from b2b_market.rfq.commands.requests import DraftRfq, LineInput, ReadAward, ReadRfq, Terms
from b2b_market.rfq.commands.rounds import Bargaining
from b2b_market.rfq.models.quotes import AwardLine
from b2b_market.rfq.models.requests import LINE_TERMS, RfqLine
from b2b_market.rfq.permissions import RfqPermission
from b2b_market.rfq.rules import redoing
from b2b_market.rfq.rules.needs import read as read_terms
from b2b_market.rfq.service import awarding, carrying, drafting
from b2b_market.rfq.service.carrying import Carried
from b2b_market.rfq.service.drafting import RfqContent
from b2b_market.rfq.states import AwardStatus

LONGEST_TITLE: Final = 200


@dataclass(frozen=True, slots=True)
class Source:
    """What a new draft is made of: the content, the number it came from, and what that has beside.

    ``unpriced`` lines have no last price: an award bought them in another currency than the draft's.
    """

    draft: DraftRfq
    number: str
    beside: Beside = NOTHING_BESIDE
    unpriced: int = 0


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What would become of a source: ``lapsed`` lines need a day not before ``first_day``, ``dropped`` stay out.

    ``supplier_ids`` are the suppliers that would be invited, ``carried`` what would be taken along beside.
    """

    source: Source
    lapsed: int
    first_day: date
    supplier_ids: tuple[UUID, ...]
    dropped: tuple[UUID, ...]
    carried: Carried


@dataclass(frozen=True, slots=True)
class NewDraft:
    """A draft made of something earlier, and what could not be taken over as it was.

    ``dropped`` are suppliers that may not be invited any more, ``redated`` how many lines got the new day, ``unpriced``
    how many have no last price; ``carried`` tells of guests and documents.
    """

    content: RfqContent
    dropped: tuple[UUID, ...]
    redated: int
    unpriced: int
    carried: Carried

    @property
    def version(self) -> int:
        """The version of the draft, which its ETag shows."""
        return self.content.version


@operation(RfqPermission.DRAFT)
def foresee_copy(work: Work, scope: Scope, command: CopyRfq) -> Foreseen:
    """Tell what a copy would take over and ask for; nothing is stored."""
    return foresee(work, scope, _of_request(work, scope, command), command.guests)


@operation(RfqPermission.DRAFT)
def copy_rfq(work: Work, scope: Scope, command: CopyRfq) -> NewDraft:
    """Make a new draft of an own request that the caller may read; its deadline is left open.

    Raises NotFound for a request of another buyer, Invalid where lines need a day and none was given.
    """
    found = foresee(work, scope, _of_request(work, scope, command), command.guests)
    made = start_again(work, scope, found, command.required_on, "rfq.copied")
    _note(work, scope, "rfq.copy_taken", "rfq", command.rfq_id)
    return made


@operation(RfqPermission.DRAFT)
def foresee_repeat(work: Work, scope: Scope, command: RepeatAward) -> Foreseen:
    """Tell what requesting an award again would take over and ask for; nothing is stored."""
    return foresee(work, scope, _of_award(work, scope, command), command.guests)


@operation(RfqPermission.DRAFT)
def repeat_award(work: Work, scope: Scope, command: RepeatAward) -> NewDraft:
    """Make a new draft of what an approved award bought: its quantities, with the last prices as hidden targets.

    A need that was split is one line again: the quantities added up, the lowest of the prices as its target. The words
    are the buyer's own; what suppliers wrote is not repeated to others. Raises NotFound, AwardNotDecided and Invalid.
    """
    found = foresee(work, scope, _of_award(work, scope, command), command.guests)
    made = start_again(work, scope, found, command.required_on, "rfq.repeated")
    _note(work, scope, "award.repeat_taken", "award", command.award_id)
    return made


def as_draft(content: RfqContent, title: str) -> DraftRfq:
    """Return the content of a request as a new one would be sent, without its deadline."""
    rfq = content.rfq
    return DraftRfq(
        title=title[:LONGEST_TITLE],
        currency=Currency(rfq.currency),
        description=rfq.description,
        sealed=rfq.sealed,
        visibility=rfq.visibility,
        bargaining=Bargaining(rfq.most_rounds, rfq.most_counters),
        disclosure=rfq.disclosure,
        estimate=content.estimate,
        terms=Terms(
            payment_terms=rfq.payment_terms,
            incoterm=rfq.incoterm,
            incoterm_place=rfq.incoterm_place,
            currencies=tuple(rfq.currencies),
            validity_days=rfq.validity_days,
        ),
        lines=tuple(as_asked(content, line) for line in content.lines),
        supplier_ids=tuple(item.supplier_id for item in content.invitations),
    )


def as_asked(content: RfqContent, line: RfqLine) -> LineInput:
    """Return one line of a request as it was sent, its hidden target included."""
    return LineInput(
        item_name=line.item_name,
        quantity=Quantity(line.quantity, unit(line.unit)),
        required_on=line.required_on,
        delivery_place=line.delivery_place,
        item_code=line.item_code,
        specification=line.specification,
        note=line.note,
        target_price=content.targets.get(line.id),
        terms=read_terms({name: getattr(line, name) for name in LINE_TERMS}),
    )


def source_of(
    work: Work, scope: Scope, content: RfqContent, draft: DraftRfq, line_ids: Sequence[UUID], *, unpriced: int = 0
) -> Source:
    """Return a draft made of a request as a source: with what the request has beside, its lines being ``line_ids``.

    A guest is one of ``beside``, whatever company came to stand for it.
    """
    kept = carrying.beside(work, scope, content, line_ids)
    guests = {one.supplier_id for one in kept.guests}
    others = tuple(found for found in draft.supplier_ids if found not in guests)
    return Source(replace(draft, supplier_ids=others), content.rfq.number, kept, unpriced)


def foresee(work: Work, scope: Scope, source: Source, guests: Sequence[str] | None) -> Foreseen:
    """Tell what would become of a source today; of its guests those at the addresses ``guests``, None for all."""
    today = drafting.buyer_day(work, scope)
    wanted = source.draft.supplier_ids
    known = organizations.companies(work, scope.actor, wanted)
    dropped = tuple(found for found in wanted if found not in known or not known[found].may_supply)
    carried = carrying.foresee(work, scope, source.beside, guests)
    return Foreseen(
        source,
        redoing.lapsed([line.required_on for line in source.draft.lines], today),
        today + timedelta(days=1),
        tuple(dict.fromkeys((*(found for found in wanted if found not in dropped), *carried.suppliers))),
        dropped,
        carried,
    )


def start_again(work: Work, scope: Scope, found: Foreseen, wanted: date | None, action: str) -> NewDraft:
    """Store what was foreseen as a draft, with days that lie ahead and the suppliers that may still be invited."""
    source, carried = found.source, found.carried
    lines, today = source.draft.lines, found.first_day - timedelta(days=1)
    days = redoing.settle_days([line.required_on for line in lines], today, wanted)
    draft = replace(
        source.draft,
        lines=tuple(replace(line, required_on=day) for line, day in zip(lines, days, strict=True)),
        supplier_ids=found.supplier_ids,
    )
    stored = drafting.store_draft(work, scope, draft, action, carrying.header(carried))
    carrying.carry(work, scope, stored, carried)
    return NewDraft(stored, found.dropped, found.lapsed, source.unpriced, carried)


def _of_request(work: Work, scope: Scope, command: CopyRfq) -> Source:
    content = drafting.read_own_rfq(work, scope.actor, ReadRfq(command.rfq_id))
    draft = as_draft(content, command.title or content.rfq.title)
    return source_of(work, scope, content, draft, [line.id for line in content.lines])


def _of_award(work: Work, scope: Scope, command: RepeatAward) -> Source:
    found = awarding.read_award(work, scope.actor, ReadAward(command.award_id))
    if found.award.status is not AwardStatus.APPROVED:
        raise redoing.AwardNotDecided
    lines = [line for line in found.standing if command.supplier_id in (None, line.supplier_id)]
    if not lines:
        raise NotFound(supplier_id=str(command.supplier_id))
    content = drafting.read_own_rfq(work, scope.actor, ReadRfq(found.award.rfq_id))
    draft, line_ids, unpriced = _bought(content, lines, command.title or content.rfq.title)
    return source_of(work, scope, content, draft, line_ids, unpriced=unpriced)


def _bought(content: RfqContent, lines: Sequence[AwardLine], title: str) -> tuple[DraftRfq, list[UUID], int]:
    """Return what these award lines bought, as a request in the currency of all of them, else in its own.

    With it come the lines' own ids, and how many of them have no last price.
    """
    paid_in = {line.currency for line in lines}
    currency = next(iter(paid_in)) if len(paid_in) == 1 else content.rfq.currency
    quantities: dict[UUID, Decimal] = {}
    prices: dict[UUID, Decimal] = {}
    for line in lines:
        quantities[line.line_id] = quantities.get(line.line_id, Decimal(0)) + line.quantity
        if line.currency == currency:
            prices[line.line_id] = min(line.unit_price, prices.get(line.line_id, line.unit_price))
    whole = as_draft(content, title)
    kept = {
        need.id: replace(
            asked, quantity=Quantity(quantities[need.id], asked.quantity.unit), target_price=prices.get(need.id)
        )
        for need, asked in zip(content.lines, whole.lines, strict=True)
        if need.id in quantities
    }
    draft = replace(whole, currency=Currency(currency), estimate=None, lines=tuple(kept.values()))
    return draft, list(kept), len(quantities) - len(prices)


def _note(work: Work, scope: Scope, action: str, kind: str, source_id: UUID) -> None:
    """Tell in the trail of what was copied that it was; the new draft's own entry says how it came about."""
    work.note(Entry(action, kind, source_id, visible_to=(scope.org_id,)))
