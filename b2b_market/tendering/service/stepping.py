"""Putting the steps of public tenders on record, each once and for good, with its OCDS release.

Handlers call it. Nothing is told that the procedure keeps to its participants: totals and bidders only where opened
bids are public, awards only where results are.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from b2b_market.infra.bulk import insert_rows
from b2b_market.infra.ids import new_id
from b2b_market.infra.work import Work
from b2b_market.organizations import public as organizations
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.operation import operation
from b2b_market.reference import public as reference
from b2b_market.tendering.commands.disclosure import TellStep
from b2b_market.tendering.documents import ocds, ocds_parts
from b2b_market.tendering.documents.ocds import Party, Told
from b2b_market.tendering.models.amendments import TenderEdition
from b2b_market.tendering.models.disclosure import PublicStep
from b2b_market.tendering.models.tenders import Tender
from b2b_market.tendering.queries import disclosure as queries
from b2b_market.tendering.queries import tenders as tender_queries
from b2b_market.tendering.rules.exact_json import write_json
from b2b_market.tendering.rules.naming import names_of
from b2b_market.tendering.rules.procedures import Procedure, read_procedure
from b2b_market.tendering.states.disclosure import StepKind
from b2b_market.tendering.states.tenders import LotStatus
from b2b_market.ui.fmt import NONE

FEED: Final = UUID("0192f000-0000-7000-8000-6f6364735f31")
"""Its gate lets one writer at a time count the steps on, so that no reader of the feed ever misses one."""
HANDLERS: Final = "handlers put on record what happened in public"


@dataclass(frozen=True, slots=True)
class Ground:
    """A public tender and what its steps are told with."""

    work: Work
    scope: Scope
    tender: Tender
    procedure: Procedure
    buyer: Party

    def companies(self, org_ids: Iterable[UUID], *roles: str) -> dict[UUID, Party]:
        """Return companies that take part; one that is not shown any more has the dash for a name."""
        asked = list(org_ids)
        known = organizations.companies(self.work, self.scope.actor, asked)
        return {org_id: _party(org_id, known.get(org_id), roles) for org_id in asked}

    def company(self, org_id: UUID, *roles: str) -> Party:
        """Return a company that takes part."""
        return self.companies([org_id], *roles)[org_id]


def _party(org_id: UUID, company: organizations.CompanyView | None, roles: tuple[str, ...]) -> Party:
    if company is None:
        return Party(id=org_id, name=NONE, roles=roles)
    names = names_of(company.legal_name_zh, company.legal_name_en)
    return Party(id=org_id, name=company.name, roles=roles, names=names)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What happened: ``name`` is its own among the tender's, ``facts`` what pages and feeds say of it."""

    name: str
    kind: StepKind
    at: datetime
    told: Told
    facts: Mapping[str, Any] = field(default_factory=dict)


def ground_of(work: Work, scope: Scope, tender_id: UUID) -> Ground | None:
    """Return a tender of the scope's buyer that stands on the public board; None for any other."""
    return None if tender_queries.on_board(work.session, tender_id) is None else grounded(work, scope, tender_id)


def grounded(work: Work, scope: Scope, tender_id: UUID) -> Ground:
    """Return a tender of the scope's buyer that everybody hears of, before its notice too."""
    tender = tender_queries.own_tender(work.session, scope, tender_id)
    name = organizations.company(work, scope.actor, tender.buyer_id).name
    buyer = Party(id=tender.buyer_id, name=name, roles=("buyer", "procuringEntity"))
    return Ground(work, scope, tender, read_procedure(tender.values), buyer)


def put_on_record(ground: Ground, step: Step) -> None:
    """Store a step with its release; one that is on record already stays as it is."""
    work, tender = ground.work, ground.tender
    work.gate(FEED, exclusive=True)
    if queries.has_step(work.session, tender.id, step.name):
        return
    row = {
        "id": new_id(),
        "position": queries.last_position(work.session) + 1,
        "tender_id": tender.id,
        "buyer_id": tender.buyer_id,
        "ocid": ocds.ocid_of(tender.id),
        "step": step.name,
        "kind": step.kind.value,
        "happened_at": step.at,
        "stored_at": work.now(),
        "facts": dict(step.facts),
        "release": write_json(ocds.release_of(tender.id, step.name, step.at, ground.buyer, step.told)),
    }
    insert_rows(work.session, PublicStep, [row])


@operation(system=True, reason=HANDLERS)
def tell_editions(work: Work, scope: Scope, command: TellStep) -> None:
    """Put every edition of the notice on record that is not there yet."""
    ground = ground_of(work, scope, command.tender_id)
    if ground is None:
        return
    for edition in queries.editions(work.session, command.tender_id):
        put_on_record(ground, _edition(ground, edition))


@operation(system=True, reason=HANDLERS)
def tell_answer(work: Work, scope: Scope, command: TellStep) -> None:
    """Put an answered question on record where every supplier reads it."""
    ground, asked = ground_of(work, scope, command.tender_id), command.part_id
    if ground is None or asked is None:
        return
    found = tender_queries.own_enquiry(work.session, scope, asked)
    if not found.public or found.answer is None or found.answered_at is None:
        return
    at = (found.created_at, found.answered_at)
    part = ocds_parts.enquiry_part(ground.tender.number, found.id, (found.text, found.answer), at)
    step = Step(
        name=f"enquiry-{found.id}",
        kind=StepKind.ANSWERED,
        at=found.answered_at,
        told=Told(tags=("tenderUpdate",), parts={"tender": part}),
        facts={"question": found.text, "answer": found.answer},
    )
    put_on_record(ground, step)


@operation(system=True, reason=HANDLERS)
def tell_lot_cancelled(work: Work, scope: Scope, command: TellStep) -> None:
    """Put on record that a lot was called off, and why."""
    ground, lot_id = ground_of(work, scope, command.tender_id), command.part_id
    if ground is None or lot_id is None:
        return
    name = f"lot-{lot_id}-cancelled"
    amended = _amended(ground, name, command.reason, lot_id)
    lots = {lot_id: LotStatus.CANCELLED}
    told = Told(
        tags=("tenderAmendment",), parts={"tender": ocds_parts.lots_part(ground.tender.number, lots, "", amended)}
    )
    facts = {"lot": lot_title(ground, lot_id), "reason": command.reason}
    put_on_record(ground, Step(name=name, kind=StepKind.LOT_CANCELLED, at=work.now(), told=told, facts=facts))


@operation(system=True, reason=HANDLERS)
def tell_cancelled(work: Work, scope: Scope, command: TellStep) -> None:
    """Put on record that the tender was called off, and why."""
    ground = ground_of(work, scope, command.tender_id)
    if ground is None:
        return
    amended = _amended(ground, "cancelled", command.reason)
    off = {LotStatus.ACTIVE: LotStatus.CANCELLED}
    lots = {key: off.get(status, status) for key, status in lots_of(ground).items()}
    part = ocds_parts.lots_part(ground.tender.number, lots, "cancelled", amended)
    told = Told(tags=("tenderCancellation",), parts={"tender": part})
    facts = {"reason": command.reason}
    put_on_record(ground, Step(name="cancelled", kind=StepKind.CANCELLED, at=work.now(), told=told, facts=facts))


@operation(system=True, reason=HANDLERS)
def tell_unsuccessful(work: Work, scope: Scope, command: TellStep) -> None:
    """Put on record that the tender came to nothing: too few bidders, or no bid that could be accepted."""
    ground = ground_of(work, scope, command.tender_id)
    if ground is None:
        return
    part = ocds_parts.lots_part(ground.tender.number, lots_of(ground), "unsuccessful")
    told = Told(tags=("tenderUpdate",), parts={"tender": part})
    put_on_record(ground, Step(name="unsuccessful", kind=StepKind.UNSUCCESSFUL, at=work.now(), told=told))


def lots_of(ground: Ground) -> dict[UUID, LotStatus]:
    """Return what has become of each lot so far."""
    lots = tender_queries.lots_of(ground.work.session, ground.scope, ground.tender.id)
    return {lot.id: lot.status for lot in lots}


def lot_title(ground: Ground, lot_id: UUID) -> str:
    """Return how pages name a lot: its number and title."""
    lot = next(one for one in said_lots(ground) if one["id"] == str(lot_id))
    return f"{lot['position']} {lot['title']}"


def said_lots(ground: Ground) -> list[dict[str, Any]]:
    """Return the lots as the notice says them."""
    return list((ground.tender.document or {})["lots"])


def titles_of(ground: Ground, said: Mapping[str, Any]) -> Mapping[str, str]:
    """Return the titles of the classes that a notice names, in English where there is one."""
    classes = {one["classification"] for lot in said["lots"] for one in (lot, *lot["items"])} - {""}
    return reference.class_titles(ground.work, ground.scope.actor, classes, "en")


def _edition(ground: Ground, edition: TenderEdition) -> Step:
    number, first = edition.edition, edition.edition == 1
    name = f"edition-{number}"
    amended = None
    if not first:
        ids = [ocds.release_id(ground.tender.id, f"edition-{one}") for one in (number - 1, number)]
        amended = ocds_parts.Amended(
            id=str(number), at=edition.published_at, reason=edition.reason, before=ids[0], now=ids[1]
        )
    part = ocds_parts.tender_part(edition.document, titles_of(ground, edition.document), amended)
    return Step(
        name=name,
        kind=StepKind.PUBLISHED if first else StepKind.AMENDED,
        at=edition.published_at,
        told=Told(tags=("tender",) if first else ("tenderAmendment",), parts={"tender": part}),
        facts={"edition": number, "closes_at": edition.document["closes_at"], "reason": edition.reason},
    )


def _amended(ground: Ground, name: str, reason: str, *lots: UUID) -> ocds_parts.Amended:
    return ocds_parts.Amended(
        id=name,
        at=ground.work.now(),
        reason=reason,
        before=ocds.release_id(ground.tender.id, f"edition-{ground.tender.edition}"),
        now=ocds.release_id(ground.tender.id, name),
        lots=tuple(str(one) for one in lots),
    )
