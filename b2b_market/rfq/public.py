"""What other modules may ask of requests.

The award they were told of, what every approved supplier may see, and to be told that an award's contracts are drafted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from b2b_market.infra.work import Work
from b2b_market.notifications.public import Bilingual
from b2b_market.organizations import public as organizations
from b2b_market.rbac.actor import Actor
from b2b_market.rfq.commands.requests import ReadAward, ReadQuote, ReadRfq
from b2b_market.rfq.models.quotes import QuoteLine
from b2b_market.rfq.models.requests import RfqLine
from b2b_market.rfq.queries.learning import DealtNeed
from b2b_market.rfq.rules.charging import AwardCharge
from b2b_market.rfq.service import awarding, copying, drafting, learning, publishing, quoting
from b2b_market.rfq.service.amounts import SupplierAmounts
from b2b_market.rfq.states import Disclosure, InvitationStatus, RfqStatus, Visibility


@dataclass(frozen=True, slots=True, kw_only=True)
class AwardedLine:
    """One awarded line: the need, and the quantity and price it was given at (per unit, without tax)."""

    line_id: UUID
    position: int
    item_name: str
    item_code: str
    specification: str
    quantity: Decimal
    unit: str
    unit_price: Decimal
    currency: str
    required_on: date
    delivery_place: str
    lead_days: int | None
    alternative: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AwardedCharge:
    """What is charged beside the prices: ``setup`` of a line, ``freight``, or a ``discount`` (a negative amount).

    ``line_ids`` are the awarded lines it is for; ``percent`` is that of a discount.
    """

    kind: str
    line_ids: tuple[UUID, ...]
    percent: Decimal | None
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplierAwardView:
    """What one supplier was awarded, with the quotation it rests on; lines and charges add up to ``total``."""

    supplier_id: UUID
    quote_id: UUID
    quote_number: str
    quote_revision: int
    quote_hash: bytes
    quote_payment_terms: str
    quote_note: str
    valid_until: date
    currency: str
    lines: tuple[AwardedLine, ...]
    charges: tuple[AwardedCharge, ...]
    total: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class AwardView:
    """An approved award of a request, by supplier."""

    award_id: UUID
    rfq_id: UUID
    rfq_number: str
    rfq_title: str
    buyer_id: UUID
    author_id: UUID
    decided_at: datetime | None
    payment_terms: str
    incoterm: str
    incoterm_place: str
    snapshot_hash: bytes
    suppliers: tuple[SupplierAwardView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestFacts:
    """What a message about a request says."""

    rfq_id: UUID
    number: str
    title: str
    buyer: Bilingual
    author_id: UUID
    line_count: int
    closes_at: datetime | None
    disclosure: Disclosure
    names: Mapping[UUID, Bilingual]
    """Those of the buyer and of the companies that were asked for besides."""


def request_facts(work: Work, actor: Actor, rfq_id: UUID, *naming: UUID) -> RequestFacts:
    """Return what messages say of a request that ``actor``'s companies are a party of; NotFound otherwise.

    The companies of ``naming`` are named as well, with the same look at the database.
    """
    rfq = drafting.read_rfq_facts(work, actor, ReadRfq(rfq_id))
    companies = organizations.companies(work, actor, [rfq.buyer_id, *naming])
    names = {org_id: company.names for org_id, company in companies.items()}
    return RequestFacts(
        rfq_id=rfq.id,
        number=rfq.number,
        title=rfq.title,
        buyer=names[rfq.buyer_id],
        author_id=rfq.author_id,
        line_count=rfq.line_count,
        closes_at=rfq.closes_at,
        disclosure=rfq.disclosure,
        names=names,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicLine:
    """One need of a public request, without anything that its suppliers may not see."""

    line_id: UUID
    item_name: str
    item_code: str
    specification: str
    delivery_place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicRequest:
    """A public request that takes quotations: what every approved supplier may see of it."""

    rfq_id: UUID
    buyer_id: UUID
    number: str
    title: str
    currency: str
    incoterm: str
    sealed: bool
    published_at: datetime
    closes_at: datetime
    lines: tuple[PublicLine, ...]


def public_request(work: Work, actor: Actor, rfq_id: UUID) -> PublicRequest | None:
    """Return a public request that takes quotations; None for one of the actor's that is not public or not open.

    NotFound for any other id.
    """
    rfq = drafting.read_rfq_header(work, actor, ReadRfq(rfq_id))
    open_to_all = rfq.visibility is Visibility.PUBLIC and rfq.status is RfqStatus.PUBLISHED
    if not open_to_all or rfq.closes_at is None or rfq.published_at is None:
        return None
    return PublicRequest(
        rfq_id=rfq.id,
        buyer_id=rfq.buyer_id,
        number=rfq.number,
        title=rfq.title,
        currency=rfq.currency,
        incoterm=rfq.incoterm,
        sealed=rfq.sealed,
        published_at=rfq.published_at,
        closes_at=rfq.closes_at,
        lines=tuple(
            PublicLine(
                line_id=line.id,
                item_name=line.item_name,
                item_code=line.item_code,
                specification=line.specification,
                delivery_place=line.delivery_place,
            )
            for line in drafting.read_rfq_lines(work, actor, ReadRfq(rfq_id))
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedView:
    """One need of a request: whose it is, its code there, and its name."""

    buyer_id: UUID
    item_code: str
    item_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnRequest:
    """A request of the actor's company: its needs, who takes part already, and whether others may be invited now."""

    rfq_id: UUID
    version: int
    number: str
    title: str
    may_invite: bool
    taking_part: frozenset[UUID]
    """The buyer itself and the suppliers that are invited or have answered."""
    needs: tuple[NeedView, ...]


def own_request(work: Work, actor: Actor, rfq_id: UUID) -> OwnRequest:
    """Return a request of the actor's company in any state; NotFound for any other."""
    content = drafting.read_own_rfq(work, actor, ReadRfq(rfq_id))
    rfq = content.rfq
    return OwnRequest(
        rfq_id=rfq.id,
        version=rfq.version,
        number=rfq.number,
        title=rfq.title,
        may_invite=rfq.status in (RfqStatus.DRAFT, RfqStatus.PUBLISHED) and publishing.invite_supplier.allows(actor),
        taking_part=frozenset({rfq.buyer_id, *(place.supplier_id for place in content.invitations)}),
        needs=tuple(_need(rfq.buyer_id, line) for line in content.lines),
    )


def quoted_needs(work: Work, actor: Actor, rfq_id: UUID) -> dict[UUID, list[NeedView]]:
    """Return by supplier the needs that it quoted, for machine actors of the buyer; sealed quotations are not there."""
    return _by_supplier(learning.read_quoted_needs(work, actor, ReadRfq(rfq_id)))


def won_needs(work: Work, actor: Actor, award_id: UUID) -> dict[UUID, list[NeedView]]:
    """Return by supplier the needs that it won by an approved award, for machine actors of the buyer."""
    return _by_supplier(learning.read_won_needs(work, actor, ReadAward(award_id)))


def _by_supplier(dealt: Sequence[DealtNeed]) -> dict[UUID, list[NeedView]]:
    found: dict[UUID, list[NeedView]] = {}
    for one in dealt:
        need = NeedView(buyer_id=one.buyer_id, item_code=one.item_code, item_name=one.item_name)
        found.setdefault(one.supplier_id, []).append(need)
    return found


def answered(work: Work, actor: Actor, rfq_ids: Sequence[UUID]) -> frozenset[UUID]:
    """Return those of the requests that the actor's company has quoted on or declined."""
    places = own_places(work, actor, rfq_ids)
    over = (InvitationStatus.QUOTED, InvitationStatus.DECLINED)
    return frozenset(rfq_id for rfq_id, status in places.items() if status in over)


def _need(buyer_id: UUID, line: RfqLine) -> NeedView:
    return NeedView(buyer_id=buyer_id, item_code=line.item_code, item_name=line.item_name)


def own_places(work: Work, actor: Actor, rfq_ids: Sequence[UUID]) -> dict[UUID, InvitationStatus]:
    """Return what the actor's company has done as a supplier about these requests, where it has done anything."""
    return drafting.read_own_places(work, actor, rfq_ids)


def award_view(work: Work, actor: Actor, award_id: UUID) -> AwardView:
    """Return an award of the buyer that ``actor`` acts for, with everything a contract is drafted from.

    NotFound otherwise.
    """
    content = awarding.read_award(work, actor, ReadAward(award_id))
    asked = ReadRfq(content.award.rfq_id)
    rfq = drafting.read_rfq_header(work, actor, asked)
    needs = {line.id: line for line in drafting.read_rfq_lines(work, actor, asked)}
    return AwardView(
        award_id=content.award.id,
        rfq_id=rfq.id,
        rfq_number=rfq.number,
        rfq_title=rfq.title,
        buyer_id=rfq.buyer_id,
        author_id=rfq.author_id,
        decided_at=content.award.decided_at,
        payment_terms=rfq.payment_terms,
        incoterm=rfq.incoterm,
        incoterm_place=rfq.incoterm_place,
        snapshot_hash=bytes(content.award.snapshot_hash),
        suppliers=tuple(_supplier(work, actor, own, needs) for own in content.suppliers),
    )


@dataclass(frozen=True, slots=True)
class _Offer:
    """What a contract says of the offer that was awarded."""

    alternative: str
    lead_days: int | None
    note: str


def _offer(line: QuoteLine, variant: int) -> _Offer:
    if variant:
        one = next(one for one in line.alternates if one["variant"] == variant)
        return _Offer(_together(one["alternative"], one["specification"]), one["lead_days"], one["note"])
    return _Offer(_together(line.alternative, line.alternative_specification), line.lead_days, line.note)


def _together(*parts: str) -> str:
    return "\n".join(part for part in parts if part)


def may_request_again(actor: Actor) -> bool:
    """Tell whether ``actor`` may make a new draft of what an award of the own company bought."""
    return copying.repeat_award.allows(actor) and awarding.read_award.allows(actor)


def note_contracts_drafted(work: Work, actor: Actor, award_id: UUID) -> None:
    """Tell that every contract of the award is drafted; machine actors of the buyer only. Twice is once."""
    awarding.finish_rfq(work, actor, ReadAward(award_id))


def _supplier(work: Work, actor: Actor, own: SupplierAmounts, needs: Mapping[UUID, RfqLine]) -> SupplierAwardView:
    quote = quoting.read_quote(work, actor, ReadQuote(own.quote_id))
    quoted = {line.line_id: line for line in quote.lines}
    offers = {line.line_id: _offer(quoted[line.line_id], line.variant) for line in own.lines}
    return SupplierAwardView(
        supplier_id=own.supplier_id,
        quote_id=quote.quote.id,
        quote_number=quote.quote.number,
        quote_revision=quote.quote.revision,
        quote_hash=bytes(quote.quote.content_hash),
        quote_payment_terms=quote.quote.payment_terms,
        quote_note=quote.quote.note,
        valid_until=quote.quote.valid_until,
        currency=quote.quote.currency,
        lines=tuple(
            AwardedLine(
                line_id=line.line_id,
                position=needs[line.line_id].position,
                item_name=needs[line.line_id].item_name,
                item_code=needs[line.line_id].item_code,
                specification=needs[line.line_id].specification,
                quantity=line.quantity,
                unit=needs[line.line_id].unit,
                unit_price=line.unit_price,
                currency=line.currency,
                required_on=needs[line.line_id].required_on,
                delivery_place=needs[line.line_id].delivery_place,
                lead_days=offers[line.line_id].lead_days,
                alternative=offers[line.line_id].alternative,
                note=offers[line.line_id].note,
            )
            for line in sorted(own.lines, key=lambda line: needs[line.line_id].position)
        ),
        charges=tuple(_charge(charge) for charge in own.charges),
        total=own.total.amount,
    )


def _charge(charge: AwardCharge) -> AwardedCharge:
    return AwardedCharge(
        kind=charge.kind.value, line_ids=charge.line_ids, percent=charge.percent, amount=charge.amount.amount
    )
