"""Contracts over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from b2b_market.contracts.commands import (
    FileFormat,
    ListContracts,
    PartyRole,
    PrintContract,
    Printing,
    ReadContract,
    ReleaseContract,
    VerifyEdition,
)
from b2b_market.contracts.rules.printing import PrintersBusy
from b2b_market.contracts.rules.terms import NothingChanged, TermsIncomplete
from b2b_market.contracts.schemas import (
    ContractOut,
    SummaryOut,
    TermsIn,
    VerificationOut,
    VoidIn,
    file_response,
)
from b2b_market.contracts.service import editing, printing, reading
from b2b_market.contracts.states import ContractStatus
from b2b_market.infra.documents.docx import DOCX_TYPE
from b2b_market.infra.documents.pdf import PDF_TYPE
from b2b_market.infra.http.cursors import page_request
from b2b_market.infra.http.requests import StrictRoute
from b2b_market.infra.http.wires import PageOut, WireUuid
from b2b_market.rbac.edge import Answer, Call, api_opener
from b2b_market.rbac.responses import changes, hands_out, reads
from b2b_market.reference.public import UnknownCountry, UnknownIncoterm

router = APIRouter(prefix="/contracts", tags=["contracts"], route_class=StrictRoute)
verify_router = APIRouter(prefix="/contract-verifications", tags=["contracts"], route_class=StrictRoute)
Limit = Annotated[int | None, Query(ge=1, le=200)]
Cursor = Annotated[str | None, Query(max_length=500)]


@router.get("", response_model=PageOut[SummaryOut], responses=reads())
def list_contracts(
    call: Call,
    limit: Limit = None,
    cursor: Cursor = None,
    status: ContractStatus | None = None,
    role: PartyRole | None = None,
) -> Answer:
    """List the company's contracts, newest first; as buyer, as supplier, or both."""
    wanted = ListContracts(page=page_request(limit, cursor), status=status, role=role)
    return call.answer_page(SummaryOut, reading.list_contracts(call.work, call.actor, wanted))


@router.get("/{contract_id}", response_model=ContractOut, responses=reads())
def read(contract_id: WireUuid, call: Call) -> Answer:
    """Return one contract."""
    return call.answer(ContractOut, reading.read_contract(call.work, call.actor, ReadContract(contract_id)))


@router.put(
    "/{contract_id}/terms",
    response_model=ContractOut,
    responses=changes(NothingChanged, TermsIncomplete, UnknownIncoterm, UnknownCountry),
)
def edit_terms(contract_id: WireUuid, body: TermsIn, call: Call) -> Answer:
    """Replace the terms; this makes a new edition, and the supplier of a proposed contract is told."""
    command = body.to_command(contract_id, call.if_match)
    return call.answer(ContractOut, editing.edit_terms(call.work, call.actor, command))


@router.post("/{contract_id}/release", response_model=ContractOut, responses=changes(TermsIncomplete))
def release(contract_id: WireUuid, call: Call) -> Answer:
    """Show a draft to its supplier as the buyer's proposal."""
    command = ReleaseContract(contract_id, call.if_match)
    return call.answer(ContractOut, editing.release_contract(call.work, call.actor, command))


@router.post("/{contract_id}/void", response_model=ContractOut, responses=changes())
def void(contract_id: WireUuid, body: VoidIn, call: Call) -> Answer:
    """Withdraw a contract for good."""
    command = body.to_command(contract_id, call.if_match)
    return call.answer(ContractOut, editing.void_contract(call.work, call.actor, command))


@router.get(
    "/{contract_id}/documents/{file_format}",
    response_class=Response,
    responses=hands_out("The present edition as a file, always the same bytes", (PDF_TYPE, DOCX_TYPE), PrintersBusy),
)
def download(
    contract_id: WireUuid, file_format: FileFormat, request: Request, languages: Printing = Printing.BOTH
) -> Response:
    """Return the contract as PDF or DOCX, in Chinese, English or both."""
    transactions = api_opener(request)
    command = PrintContract(
        contract_id=contract_id,
        printing=languages,
        file_format=file_format,
        site=transactions.settings.public_url,
    )
    return file_response(printing.print_contract(transactions, command), inline=False)


@verify_router.get("/{contract_id}/{edition}", response_model=VerificationOut, responses=reads())
def verify(contract_id: WireUuid, edition: Annotated[int, Path(ge=1, le=1_000_000)], call: Call) -> Answer:
    """Return the fingerprints of one edition; no sign-in is needed."""
    found = printing.verify_edition(call.work, call.actor, VerifyEdition(contract_id, edition))
    return call.answer(VerificationOut, found)
