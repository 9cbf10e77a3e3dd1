"""The pages of contracts: list, one contract, its terms, its documents, and the public page that checks a document."""

from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, Final, TypeVar
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response

from b2b_market.audit import public as audit
from b2b_market.contracts.commands import (
    ContractSource,
    DisputeForum,
    EditTerms,
    FileFormat,
    ListContracts,
    PartyRole,
    PrintContract,
    Printing,
    ReadContract,
    ReleaseContract,
    Terms,
    Tongue,
    VerifyEdition,
    VoidContract,
)
from b2b_market.contracts.documents.text import CHARGES
from b2b_market.contracts.permissions import ContractPermission
from b2b_market.contracts.rules.words import spans
from b2b_market.contracts.schemas import file_response
from b2b_market.contracts.service import editing, printing, reading
from b2b_market.contracts.service.views import ContractView
from b2b_market.contracts.states import ContractStatus
from b2b_market.infra.http.cursors import encode_cursor, page_request
from b2b_market.infra.http.wires import WireUuid
from b2b_market.kernel.refusal import Refusal
from b2b_market.kernel.text import N_
from b2b_market.rbac.edge import page_opener
from b2b_market.rbac.page_edge import PageCall, PageContext, PageRoute
from b2b_market.reference import public as reference
from b2b_market.rfq import public as rfq
from b2b_market.ui.forms import Form
from b2b_market.ui.viewer import Badge, Flash

E = TypeVar("E", bound=StrEnum)
router = APIRouter(route_class=PageRoute, include_in_schema=False)
Cursor = Annotated[str | None, Query(max_length=500)]
FilterText = Annotated[str, Query(max_length=40)]
_LONG: Final = 4000

BADGES: Final[Mapping[ContractStatus, Badge]] = MappingProxyType(
    {
        ContractStatus.DRAFTED: Badge(N_("Drafted")),
        ContractStatus.PROPOSED: Badge(N_("Proposed"), "info"),
        ContractStatus.VOIDED: Badge(N_("Voided"), "bad"),
    }
)
ROLES: Final = MappingProxyType({PartyRole.BUYER: N_("As buyer"), PartyRole.SUPPLIER: N_("As supplier")})
FORUMS: Final = MappingProxyType(
    {
        DisputeForum.BUYER_COURT: N_("Court at the buyer's seat"),
        DisputeForum.SUPPLIER_COURT: N_("Court at the supplier's seat"),
        DisputeForum.ARBITRATION: N_("Arbitration"),
    }
)
ORIGINS: Final = MappingProxyType(
    {
        ContractSource.RFQ: (N_("Request for quotation"), "/rfqs/", N_("Quotation")),
        ContractSource.TENDER: (N_("Tender"), "/tenders/", N_("Bid")),
        ContractSource.FRAMEWORK: (N_("Tender"), "/tenders/", N_("Bid")),
        ContractSource.CALL_OFF: (N_("Framework agreement"), "/frameworks/", N_("Call-off")),
    }
)
"""What a contract follows from: its name, where its page is, and what the paper of it is called."""
TONGUES: Final = MappingProxyType({Tongue.CHINESE: N_("Chinese"), Tongue.ENGLISH: N_("English")})
PRINTINGS: Final = MappingProxyType(
    {
        Printing.BOTH: N_("Chinese and English"),
        Printing.CHINESE: N_("Chinese"),
        Printing.ENGLISH: N_("English"),
    }
)
SCHEMES: Final = MappingProxyType(
    {
        "uscc": N_("USCC"),
        "eu_vat": N_("VAT no."),
        "lei": N_("LEI"),
    }
)
ACTIONS: Final = MappingProxyType(
    {
        "contracts.drafted": N_("Drafted from the award"),
        "contracts.edited": N_("Terms edited"),
        "contracts.released": N_("Released to the supplier"),
        "contracts.revised": N_("New edition proposed"),
        "contracts.voided": N_("Declared void"),
        "contracts.reduced": N_("Reduced to what is still awarded"),
        "contracts.printed": N_("Document taken out"),
    }
)
FIELDS: Final = MappingProxyType(
    {
        "edition": N_("Edition"),
        "incoterm": N_("Trade term"),
        "incoterm_place": N_("Place of the trade term"),
        "delivery_note": N_("Delivery"),
        "payment_terms": N_("Payment terms"),
        "governing_law": N_("Governing law"),
        "dispute_forum": N_("Disputes"),
        "arbitration_body": N_("Arbitration institution"),
        "prevailing_language": N_("Prevailing language"),
        "notes": N_("Further agreements"),
        "void_reason": N_("Reason"),
    }
)
OPEN_POINTS: Final = MappingProxyType(
    {
        "/incoterm": N_("Trade term"),
        "/payment_terms": N_("Payment terms"),
        "/governing_law": N_("Governing law"),
    }
)


@router.get("/contracts")
def list_page(call: PageCall, status: FilterText = "", role: FilterText = "", cursor: Cursor = None) -> Response:
    """Show the company's contracts, newest first; an empty or unknown filter filters nothing."""
    actor = call.signed_in()
    wanted = ListContracts(
        page=page_request(None, cursor), status=_chosen(ContractStatus, status), role=_chosen(PartyRole, role)
    )
    found = reading.list_contracts(call.work, actor, wanted)
    context = {
        "page": found,
        "next_cursor": encode_cursor(found.next_after),
        "status": wanted.status or "",
        "role": wanted.role or "",
        "statuses": {key: badge.label for key, badge in BADGES.items()},
        "roles": ROLES,
        "badges": BADGES,
    }
    return call.page("contracts/list.html", context)


@router.get("/contracts/{contract_id}")
def contract_page(contract_id: WireUuid, call: PageCall) -> Response:
    """Show one contract with its lines, terms, documents and history."""
    actor = call.signed_in()
    contract = reading.read_contract(call.work, actor, ReadContract(contract_id))
    return call.page("contracts/contract.html", _shown(call, contract))


@router.get("/contracts/{contract_id}/terms")
def terms_page(contract_id: WireUuid, call: PageCall) -> Response:
    """Show the form of the terms."""
    contract = _own(call, contract_id)
    form = Form(initial={name: getattr(contract.terms, name) for name in Terms.__dataclass_fields__})
    return _terms_form(call, contract, form)


@router.post("/contracts/{contract_id}/terms")
def edit_terms(contract_id: WireUuid, call: PageCall) -> Response:
    """Take new terms."""
    call.signed_in()
    form = Form(call.form())
    terms = _read_terms(form)
    if terms is not None:
        command = EditTerms(contract_id=contract_id, expected_version=form.integer("version"), terms=terms)
        with call.attempt(form):
            changed = editing.edit_terms(call.work, call.actor, command)
            said = Flash(N_("Edition {edition} of {number} is ready."), facts=_facts(changed))
            return call.see(f"/contracts/{contract_id}", said)
    return _terms_form(call, _own(call, contract_id), form, status=409 if call.refusal else 422)


@router.post("/contracts/{contract_id}/release")
def release(contract_id: WireUuid, call: PageCall) -> Response:
    """Show the contract to the supplier."""
    call.signed_in()
    command = ReleaseContract(contract_id, Form(call.form()).integer("version"))
    try:
        released = editing.release_contract(call.work, call.actor, command)
    except Refusal as refusal:
        return _refused(call, contract_id, refusal)
    return call.see(
        f"/contracts/{contract_id}", Flash(N_("The supplier can see {number} now."), facts=_facts(released))
    )


@router.get("/contracts/{contract_id}/void")
def void_page(contract_id: WireUuid, call: PageCall) -> Response:
    """Ask why the contract is withdrawn."""
    return _void_form(call, _own(call, contract_id), Form())


@router.post("/contracts/{contract_id}/void")
def void(contract_id: WireUuid, call: PageCall) -> Response:
    """Withdraw the contract."""
    call.signed_in()
    form = Form(call.form())
    reason = form.text("reason", required=True)
    if reason is not None:
        command = VoidContract(contract_id, form.integer("version"), reason)
        with call.attempt(form):
            voided = editing.void_contract(call.work, call.actor, command)
            return call.see(f"/contracts/{contract_id}", Flash(N_("{number} is void."), facts=_facts(voided)))
    return _void_form(call, _own(call, contract_id), form, status=409 if call.refusal else 422)


@router.get("/contracts/{contract_id}/documents/{file_format}")
def document(
    contract_id: WireUuid,
    file_format: FileFormat,
    request: Request,
    *,
    languages: Printing = Printing.BOTH,
    view: bool = False,
) -> Response:
    """Show the contract in the browser's PDF reader (``view``), or save it."""
    transactions = page_opener(request)
    command = PrintContract(
        contract_id=contract_id,
        printing=languages,
        file_format=file_format,
        site=transactions.settings.public_url,
    )
    return file_response(printing.print_contract(transactions, command), inline=view)


@router.get("/verify/{contract_id}/{edition}")
def verify_page(contract_id: WireUuid, edition: Annotated[int, Path(ge=1, le=1_000_000)], call: PageCall) -> Response:
    """Show anybody the fingerprints of an edition and the proofs that they were recorded."""
    found = printing.verify_edition(call.work, call.actor, VerifyEdition(contract_id, edition))
    proofs = {
        row.id: audit.prove_version(call.work, call.actor, "contract_document", row.id, 1) for row in found.documents
    }
    return call.page("contracts/verify.html", {"found": found, "proofs": proofs, "printings": PRINTINGS})


def _chosen(kind: type[E], value: str) -> E | None:
    return kind(value) if value in {str(member) for member in kind} else None


def _own(call: PageContext, contract_id: UUID) -> ContractView:
    return reading.read_contract(call.work, call.signed_in(), ReadContract(contract_id))


def _facts(contract: ContractView) -> dict[str, str]:
    return {"number": contract.number, "edition": str(contract.edition)}


def _is_buyers_rfq(contract: ContractView) -> bool:
    return contract.role is PartyRole.BUYER and contract.source is ContractSource.RFQ


def _shown(call: PageContext, contract: ContractView) -> dict[str, object]:
    actor, language = call.actor, call.viewer().locale.value
    may = {
        "edit": actor.may(ContractPermission.EDIT) and {"edit", "revise"} & set(contract.allowed_steps),
        "release": actor.may(ContractPermission.RELEASE) and "release" in contract.allowed_steps,
        "void": actor.may(ContractPermission.VOID) and "void" in contract.allowed_steps,
        "repeat": _is_buyers_rfq(contract) and rfq.may_request_again(actor),
    }
    return {
        "contract": contract,
        "may": may,
        "badges": BADGES,
        "forums": FORUMS,
        "origins": ORIGINS,
        "charges": CHARGES,
        "spans": spans,
        "tongues": TONGUES,
        "printings": PRINTINGS,
        "formats": tuple(FileFormat),
        "schemes": SCHEMES,
        "open_labels": OPEN_POINTS,
        "country_name": lambda code: reference.country_name(code, language),
        "unit_names": dict(reference.unit_names(language)),
        "history": _history(call, contract.id),
    }


def _history(call: PageContext, contract_id: UUID) -> list[audit.TimelineEntry]:
    language, translate = call.viewer().locale, call.shell.renderer.catalogue.translate
    fields = {name: translate(language, label) for name, label in FIELDS.items()}
    values = {str(value): translate(language, label) for value, label in (*FORUMS.items(), *TONGUES.items())}

    def said(name: str, value: str | None) -> str | None:
        return values.get(value or "", value) if name in ("dispute_forum", "prevailing_language") else value or None

    return [
        replace(
            entry, changes=tuple((name, said(name, before), said(name, after)) for name, before, after in entry.changes)
        ).named(
            translate(language, ACTIONS.get(entry.action, entry.action)),
            {} if entry.action == "contracts.drafted" else fields,
        )
        for entry in audit.timeline(call.work, call.actor, "contract", contract_id)
    ]


def _refused(call: PageContext, contract_id: UUID, refusal: Refusal) -> Response:
    """Show the contract again with what was refused."""
    call.refuse(refusal)
    form = Form()
    form.add_refusal(refusal)
    context = _shown(call, _own(call, contract_id))
    return call.page("contracts/contract.html", {**context, "form": form}, status=409)


def _read_terms(form: Form) -> Terms | None:
    rules = tuple(reference.incoterms())
    terms = Terms(
        incoterm=form.one_of("incoterm", rules) or "",
        incoterm_place=form.text("incoterm_place") or "",
        delivery_note=form.text("delivery_note", limit=_LONG, lines=True) or "",
        payment_terms=form.text("payment_terms", limit=_LONG, lines=True) or "",
        governing_law=form.one_of("governing_law", reference.countries()) or "",
        dispute_forum=form.choice("dispute_forum", DisputeForum, required=True) or DisputeForum.BUYER_COURT,
        arbitration_body=form.text("arbitration_body") or "",
        prevailing_language=form.choice("prevailing_language", Tongue, required=True) or Tongue.CHINESE,
        notes=form.text("notes", limit=_LONG, lines=True) or "",
    )
    return terms if form.ok else None


def _terms_form(call: PageContext, contract: ContractView, form: Form, status: int = 200) -> Response:
    language = call.viewer().locale.value
    context = {
        "contract": contract,
        "form": form,
        "incoterms": [
            (code, f"{code} · {rule.names.in_language(language)}") for code, rule in reference.incoterms().items()
        ],
        "countries": [(code, country.names.in_language(language)) for code, country in reference.countries().items()],
        "forums": FORUMS,
        "tongues": TONGUES,
    }
    return call.page("contracts/terms.html", context, status=status)


def _void_form(call: PageContext, contract: ContractView, form: Form, status: int = 200) -> Response:
    return call.page("contracts/void.html", {"contract": contract, "form": form}, status=status)
