"""Telling people of contracts: drafted, proposed, revised, void."""

from b2b_market.contracts.commands import Party, ReadContract
from b2b_market.contracts.events import ContractDrafted, ContractReleased, ContractRevised, ContractVoided
from b2b_market.contracts.permissions import ContractPermission
from b2b_market.contracts.service import reading
from b2b_market.contracts.service.views import SummaryView
from b2b_market.infra.work import Work
from b2b_market.kernel.text import N_
from b2b_market.notifications.public import Bilingual, Fact, MessageType, Thing, tell
from b2b_market.organizations import public as organizations
from b2b_market.rbac.actor import Actor


class ContractDraftedMessage(MessageType):
    """Tells the buyer's people that a contract waits for them."""

    code = "contract.drafted"
    label = N_("Contracts drafted from your awards")
    subject = N_("Contract {number} is drafted")
    body = N_("{number} with {supplier} was drafted from {rfq}. Check its terms, then release it to the supplier.")
    permission = ContractPermission.READ.value


class ContractReleasedMessage(MessageType):
    """Tells the supplier's people that a contract was proposed to them."""

    code = "contract.released"
    label = N_("Contracts proposed to you")
    subject = N_("{buyer} proposes contract {number}")
    body = N_("{buyer} proposes contract {number} on {title} over {total}. Read it and print it as PDF or DOCX.")
    permission = ContractPermission.READ.value


class ContractRevisedMessage(MessageType):
    """Tells the supplier's people that a proposed contract has new terms."""

    code = "contract.revised"
    label = N_("New editions of contracts proposed to you")
    subject = N_("Contract {number} has a new edition")
    body = N_("{buyer} changed the terms of {number}. Edition {edition} replaces the one you have.")
    permission = ContractPermission.READ.value


class ContractVoidedMessage(MessageType):
    """Tells the supplier's people that a contract they have seen is void."""

    code = "contract.voided"
    label = N_("Contracts that became void")
    subject = N_("Contract {number} is void")
    body = N_("{buyer} withdrew {number}: {reason}")
    permission = ContractPermission.READ.value


_Event = ContractDrafted | ContractReleased | ContractRevised | ContractVoided


def when_contract_drafted_tell_buyer(work: Work, actor: Actor, event: ContractDrafted) -> None:
    """Tell those of the buyer who may release it."""
    contract = _read(work, actor, event)
    readers = organizations.people_with(work, actor, [event.buyer_id], ContractPermission.RELEASE)
    facts: dict[str, Fact] = {"supplier": _name(contract.supplier), "rfq": contract.rfq_number}
    tell(work, readers, ContractDraftedMessage, _about(event), **facts)


def when_contract_released_tell_supplier(work: Work, actor: Actor, event: ContractReleased) -> None:
    """Tell the supplier's people."""
    contract = _read(work, actor, event)
    _tell_supplier(work, actor, event, ContractReleasedMessage, title=contract.title, total=contract.total)


def when_contract_revised_tell_supplier(work: Work, actor: Actor, event: ContractRevised) -> None:
    """Tell the supplier's people of the new edition."""
    _tell_supplier(work, actor, event, ContractRevisedMessage, edition=event.edition)


def when_contract_voided_tell_supplier(work: Work, actor: Actor, event: ContractVoided) -> None:
    """Tell the supplier's people, unless they never saw the contract."""
    if event.released:
        _tell_supplier(work, actor, event, ContractVoidedMessage, reason=event.reason)


def _tell_supplier(
    work: Work,
    actor: Actor,
    event: ContractReleased | ContractRevised | ContractVoided,
    kind: type[MessageType],
    **facts: Fact,
) -> None:
    readers = organizations.people_with(work, actor, [event.supplier_id], ContractPermission.READ)
    buyer = _name(_read(work, actor, event).buyer)
    tell(work, readers, kind, _about(event), buyer=buyer, **facts)


def _read(work: Work, actor: Actor, event: _Event) -> SummaryView:
    return reading.read_summary(work, actor, ReadContract(event.contract_id))


def _about(event: _Event) -> Thing:
    link = f"/contracts/{event.contract_id}"
    return Thing(type="contract", id=event.contract_id, name=event.number, link=link, facts={"number": event.number})


def _name(party: Party) -> Fact:
    return Bilingual(zh=party.name_in("zh"), en=party.name_in("en"))
