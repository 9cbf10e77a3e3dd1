"""Telling people of contracts: drafted, proposed, revised, void."""

from b2b_market.contracts.commands import (
    Party,
    ReadContract,
)
from b2b_market.contracts.events import ContractDrafted, ContractReleased, ContractRevised, ContractVoided
from b2b_market.contracts.handlers.drafting import CHINESE_LAW
from b2b_market.contracts.permissions import ContractPermission
from b2b_market.contracts.service import reading
from b2b_market.infra.work import Work
from b2b_market.kernel.text import N_
from b2b_market.notifications.public import Fact, Message, MessageType, notify
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


def when_contract_drafted_tell_buyer(work: Work, actor: Actor, event: ContractDrafted) -> None:
    """Tell those of the buyer who may release it."""
    contract = reading.read_contract(work, actor, ReadContract(event.contract_id))
    readers = organizations.people_with(work, actor, [event.buyer_id], ContractPermission.RELEASE)
    facts: dict[str, Fact] = {"supplier": _name(contract.supplier), "rfq": contract.rfq_number}
    notify(work, readers, _message(ContractDraftedMessage, event, facts))


def when_contract_released_tell_supplier(work: Work, actor: Actor, event: ContractReleased) -> None:
    """Tell the supplier's people."""
    contract = reading.read_contract(work, actor, ReadContract(event.contract_id))
    readers = organizations.people_with(work, actor, [event.supplier_id], ContractPermission.READ)
    facts: dict[str, Fact] = {"buyer": _name(contract.buyer), "title": contract.title, "total": contract.total}
    notify(work, readers, _message(ContractReleasedMessage, event, facts))


def when_contract_revised_tell_supplier(work: Work, actor: Actor, event: ContractRevised) -> None:
    """Tell the supplier's people of the new edition."""
    contract = reading.read_contract(work, actor, ReadContract(event.contract_id))
    readers = organizations.people_with(work, actor, [event.supplier_id], ContractPermission.READ)
    facts: dict[str, Fact] = {"buyer": _name(contract.buyer), "edition": event.edition}
    notify(work, readers, _message(ContractRevisedMessage, event, facts))


def when_contract_voided_tell_supplier(work: Work, actor: Actor, event: ContractVoided) -> None:
    """Tell the supplier's people, unless they never saw the contract."""
    if event.released:
        contract = reading.read_contract(work, actor, ReadContract(event.contract_id))
        readers = organizations.people_with(work, actor, [event.supplier_id], ContractPermission.READ)
        facts: dict[str, Fact] = {"buyer": _name(contract.buyer), "reason": event.reason}
        notify(work, readers, _message(ContractVoidedMessage, event, facts))


def _message(
    kind: type[MessageType],
    event: ContractDrafted | ContractReleased | ContractRevised | ContractVoided,
    facts: dict[str, Fact],
) -> Message:
    return Message(
        type=kind,
        facts={"number": event.number, **facts},
        link=f"/contracts/{event.contract_id}",
        object_type="contract",
        object_id=event.contract_id,
        object_name=event.number,
    )


def _name(party: Party) -> str:
    return party.name_in("zh" if party.country == CHINESE_LAW else "en")
