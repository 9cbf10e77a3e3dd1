"""Drafting, reducing and withdrawing contracts as awards, agreements and orders come and go."""

from collections.abc import Iterable
from uuid import UUID
from zoneinfo import ZoneInfo

from b2b_market.contracts.commands import (
    Agreed,
    ChargeKind,
    ContractSource,
    Deal,
    DealCharge,
    DealLine,
    DisputeForum,
    DraftContracts,
    Identifier,
    Party,
    ReadContract,
    ReduceContract,
    Terms,
    Tongue,
)
from b2b_market.contracts.events import ContractReleased, ContractRevised, ContractVoided
from b2b_market.contracts.service import drafting, reading, reducing
from b2b_market.infra.work import Work
from b2b_market.kernel.currency import Currency
from b2b_market.kernel.money import Money
from b2b_market.organizations import public as organizations
from b2b_market.rbac.actor import Actor
from b2b_market.rfq import public as rfq
from b2b_market.rfq.events import AwardLinesCancelled, RfqAwarded
from b2b_market.tendering import public as tendering
from b2b_market.tendering.events.evaluation import TenderAwarded
from b2b_market.tendering.events.frameworks import CallOffAccepted, CallOffCancelled, FrameworkConcluded

CHINESE_LAW = "CN"


def when_rfq_awarded_draft_contracts(work: Work, actor: Actor, event: RfqAwarded) -> None:
    """Draft a contract for every supplier of an approved award, and tell the request that this is done."""
    award = rfq.award_view(work, actor, event.award_id)
    ids = [award.buyer_id, *(supplier.supplier_id for supplier in award.suppliers)]
    parties = _parties(work, actor, ids)
    deals = tuple(_deal(award, won, parties) for won in award.suppliers)
    drafting.draft_contracts(
        work,
        actor,
        DraftContracts(
            award_id=award.award_id,
            rfq_id=award.rfq_id,
            rfq_number=award.rfq_number,
            title=award.rfq_title,
            buyer=parties[award.buyer_id],
            deals=deals,
        ),
    )
    rfq.note_contracts_drafted(work, actor, award.award_id)


def when_tender_awarded_draft_contracts(work: Work, actor: Actor, event: TenderAwarded) -> None:
    """Draft a contract of each buyer with every winner of a tender whose awards bind, and tell the tender."""
    tender = tendering.concluded_tender(work, actor, event.tender_id)
    ids = [org_id for winner in tender.winners for org_id in (winner.buyer_id, winner.supplier_id)]
    parties = _parties(work, actor, ids)
    for winner in tender.winners:
        buyer = parties[winner.buyer_id]
        drafting.draft_contracts(
            work,
            actor,
            DraftContracts(
                award_id=winner.award_id,
                rfq_id=tender.tender_id,
                rfq_number=tender.number,
                title=tender.title,
                buyer=buyer,
                deals=(_tendered(winner, parties[winner.supplier_id], buyer.country),),
                source=ContractSource.TENDER,
            ),
        )
    tendering.note_contracts_drafted(work, actor, tender.tender_id)


def when_contract_shown_tell_tender(work: Work, actor: Actor, event: ContractReleased | ContractRevised) -> None:
    """Tell the tender that a contract comes from what its supplier reads now."""
    contract = reading.read_contract(work, actor, ReadContract(event.contract_id))
    if contract.source is ContractSource.TENDER:
        told = tendering.TellContract(
            tender_id=contract.rfq_id,
            contract_id=contract.id,
            award_id=contract.award_id,
            supplier_id=event.supplier_id,
            number=contract.number,
            title=contract.title,
            edition=event.edition,
            first=isinstance(event, ContractReleased),
            total=contract.total,
        )
        tendering.tell_contract(work, actor, told)


def when_contract_voided_tell_tender(work: Work, actor: Actor, event: ContractVoided) -> None:
    """Tell the tender that a contract comes from that it is void, unless its supplier never saw it."""
    contract = reading.read_contract(work, actor, ReadContract(event.contract_id))
    if event.released and contract.source is ContractSource.TENDER:
        void = tendering.VoidContract(
            tender_id=contract.rfq_id, contract_id=contract.id, award_id=contract.award_id, reason=event.reason
        )
        tendering.tell_contract_voided(work, actor, void)


def when_award_lines_cancelled_reduce_contract(work: Work, actor: Actor, event: AwardLinesCancelled) -> None:
    """Withdraw the contract with the supplier that lost lines, or bring it to what it keeps."""
    award = rfq.award_view(work, actor, event.award_id)
    kept = next((won for won in award.suppliers if won.supplier_id == event.supplier_id), None)
    ids = [award.buyer_id, event.supplier_id]
    parties = _parties(work, actor, ids)
    command = ReduceContract(
        award_id=event.award_id,
        supplier_id=event.supplier_id,
        reason=event.reason,
        deal=None if kept is None else _deal(award, kept, parties),
    )
    reducing.reduce_contract(work, actor, command)


def when_framework_concluded_draft_agreements(work: Work, actor: Actor, event: FrameworkConcluded) -> None:
    """Draft the framework agreement with each of its members."""
    found = tendering.framework_agreement(work, actor, event.framework_id)
    ids = [found.buyer_id, *(member.supplier_id for member in found.members)]
    parties = _parties(work, actor, ids)
    buyer = parties[found.buyer_id]
    zone = ZoneInfo(organizations.settings(work, actor, found.buyer_id).timezone)
    command = DraftContracts(
        award_id=found.framework_id,
        rfq_id=found.tender_id,
        rfq_number=found.tender_number,
        title=f"{found.number} {found.title}",
        buyer=buyer,
        deals=tuple(_agreement(found, member, parties, zone) for member in found.members),
        source=ContractSource.FRAMEWORK,
    )
    drafting.draft_contracts(work, actor, command)


def when_call_off_accepted_draft_contract(work: Work, actor: Actor, event: CallOffAccepted) -> None:
    """Draft the contract of an order that a member of a framework accepted, unless it was cancelled since."""
    found = tendering.accepted_call_off(work, actor, event.call_off_id)
    if found is None or found.by_tender:
        return
    ids = [found.agreement.buyer_id, found.supplier_id]
    parties = _parties(work, actor, ids)
    buyer = parties[found.agreement.buyer_id]
    member = next(one for one in found.agreement.members if one.supplier_id == found.supplier_id)
    deal = Deal(
        supplier=parties[found.supplier_id],
        quote_id=found.call_off_id,
        quote_number=found.number,
        quote_revision=1,
        currency=Currency(member.currency),
        terms=_settled(member.payment_terms, found.note, buyer.country),
        lines=tuple(_tendered_line(line) for line in found.lines),
    )
    command = DraftContracts(
        award_id=found.call_off_id,
        rfq_id=found.agreement.framework_id,
        rfq_number=found.agreement.number,
        title=found.agreement.title,
        buyer=buyer,
        deals=(deal,),
        source=ContractSource.CALL_OFF,
    )
    drafting.draft_contracts(work, actor, command)


def when_call_off_cancelled_void_contract(work: Work, actor: Actor, event: CallOffCancelled) -> None:
    """Withdraw the contract of an order that was cancelled, where one is drafted."""
    if event.supplier_id is not None:
        command = ReduceContract(
            award_id=event.award_id or event.call_off_id,
            supplier_id=event.supplier_id,
            reason=event.reason,
            deal=None,
        )
        reducing.reduce_contract(work, actor, command)


def _parties(work: Work, actor: Actor, org_ids: Iterable[UUID]) -> dict[UUID, Party]:
    """Return companies by id as contracts name them."""
    return {org_id: _party(view) for org_id, view in organizations.companies(work, actor, org_ids).items()}


def _party(company: organizations.CompanyView) -> Party:
    return Party(
        org_id=company.id,
        name_zh=company.legal_name_zh,
        name_en=company.legal_name_en,
        country=company.country,
        address=company.address,
        identifiers=tuple(
            Identifier(scheme=item.scheme.value, value=item.value, label=item.label) for item in company.identifiers
        ),
    )


def _deal(award: rfq.AwardView, won: rfq.SupplierAwardView, parties: dict[UUID, Party]) -> Deal:
    return Deal(
        supplier=parties[won.supplier_id],
        quote_id=won.quote_id,
        quote_number=won.quote_number,
        quote_revision=won.quote_revision,
        currency=Currency(won.currency),
        terms=_terms(award, won, parties[award.buyer_id].country),
        lines=tuple(_line(line) for line in won.lines),
        charges=tuple(
            DealCharge(
                kind=ChargeKind(charge.kind),
                rfq_line_ids=charge.line_ids,
                amount=charge.amount,
                percent=charge.percent,
            )
            for charge in won.charges
        ),
    )


def _tendered(winner: tendering.WinnerView, supplier: Party, country: str) -> Deal:
    return Deal(
        supplier=supplier,
        quote_id=winner.bid_id,
        quote_number=winner.bid_number,
        quote_revision=winner.bid_version,
        currency=Currency(winner.currency),
        terms=_settled(winner.payment_terms, winner.note, country),
        lines=tuple(_tendered_line(line) for line in winner.lines),
        charges=(DealCharge(kind=ChargeKind.ROUNDING, rfq_line_ids=(), amount=winner.remainder),)
        if winner.remainder
        else (),
    )


def _settled(payment_terms: str, note: str, country: str) -> Terms:
    """Return the first proposal after a bid: its payment terms, the law and the courts of the buyer's country."""
    return Terms(
        payment_terms=payment_terms,
        governing_law=country,
        dispute_forum=DisputeForum.BUYER_COURT,
        prevailing_language=Tongue.CHINESE if country == CHINESE_LAW else Tongue.ENGLISH,
        notes=note,
    )


def _tendered_line(line: tendering.TenderLine) -> DealLine:
    return DealLine(
        rfq_line_id=line.lot_id,
        item_name=line.item_name,
        specification=line.specification,
        quantity=line.quantity,
        unit=line.unit,
        unit_price=line.unit_price,
        required_on=line.required_on,
        delivery_place=line.delivery_place,
    )


def _agreement(
    found: tendering.FrameworkAgreement,
    member: tendering.FrameworkMemberView,
    parties: dict[UUID, Party],
    zone: ZoneInfo,
) -> Deal:
    lines = (
        DealLine(
            rfq_line_id=found.lot_id,
            item_name=line.item_name,
            specification=line.specification,
            quantity=line.quantity,
            unit=line.unit,
            unit_price=line.unit_price,
        )
        for line in member.lines
    )
    return Deal(
        supplier=parties[member.supplier_id],
        quote_id=member.bid_id,
        quote_number=member.bid_number,
        quote_revision=member.bid_version,
        currency=Currency(member.currency),
        terms=_settled(member.payment_terms, member.note, parties[found.buyer_id].country),
        lines=tuple(lines),
        agreed=Agreed(
            ceiling=Money(found.ceiling, Currency(found.currency)).rounded(),
            starts_on=found.starts_at.astimezone(zone).date(),
            ends_on=found.ends_at.astimezone(zone).date(),
            rank=member.rank,
            members=len(found.members),
            by_competition=found.by_competition,
            answer_hours=found.answer_hours,
        ),
    )


def _terms(award: rfq.AwardView, won: rfq.SupplierAwardView, country: str) -> Terms:
    """Return the first proposal: what was asked for and quoted, the law and the courts of the buyer's country."""
    return Terms(
        incoterm=award.incoterm,
        incoterm_place=award.incoterm_place,
        payment_terms=won.quote_payment_terms or award.payment_terms,
        governing_law=country,
        dispute_forum=DisputeForum.BUYER_COURT,
        prevailing_language=Tongue.CHINESE if country == CHINESE_LAW else Tongue.ENGLISH,
        notes=won.quote_note,
    )


def _line(line: rfq.AwardedLine) -> DealLine:
    return DealLine(
        rfq_line_id=line.line_id,
        item_name=line.item_name,
        item_code=line.item_code,
        specification=line.specification,
        alternative=line.alternative,
        note=line.note,
        quantity=line.quantity,
        unit=line.unit,
        unit_price=line.unit_price,
        required_on=line.required_on,
        lead_days=line.lead_days,
        delivery_place=line.delivery_place,
    )
