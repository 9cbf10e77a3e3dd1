"""Procedures over the API."""

from fastapi import APIRouter

from b2b_market.infra.http.requests import StrictRoute
from b2b_market.infra.http.wires import WireUuid
from b2b_market.rbac.edge import Answer, Call, OnceCall
from b2b_market.rbac.responses import changes, creates, reads
from b2b_market.tendering.commands.procedures import ReadProcedure, RetireProcedure
from b2b_market.tendering.rules.procedures import UnknownProcedure
from b2b_market.tendering.schemas.procedures import ProcedureIn, ProcedureOut, ProcedureRevisionIn, ProceduresOut
from b2b_market.tendering.service import procedures

router = APIRouter(prefix="/tender-procedures", tags=["tendering"], route_class=StrictRoute)


@router.get("", response_model=ProceduresOut, responses=reads())
def list_procedures(call: Call) -> Answer:
    """Return the built-in profiles with their sources, the company's own procedures, and the schema of the values."""
    return call.answer(ProceduresOut, procedures.list_procedures(call.work, call.actor, None))


@router.post("", status_code=201, response_model=ProcedureOut, responses=creates(UnknownProcedure))
def compose_procedure(body: ProcedureIn, call: OnceCall) -> Answer:
    """Keep a procedure of the company's own, within the limits of the profile that it is made from."""
    made = procedures.compose_procedure(call.work, call.actor, body.to_command())
    return call.answer(ProcedureOut, made, status=201, location=f"/api/v1/tender-procedures/{made.id}")


@router.get("/{procedure_id}", response_model=ProcedureOut, responses=reads())
def read_procedure(procedure_id: WireUuid, call: Call) -> Answer:
    """Return one of the company's own procedures."""
    return call.answer(ProcedureOut, procedures.read_procedure(call.work, call.actor, ReadProcedure(procedure_id)))


@router.put("/{procedure_id}", response_model=ProcedureOut, responses=changes(UnknownProcedure))
def revise_procedure(procedure_id: WireUuid, body: ProcedureRevisionIn, call: Call) -> Answer:
    """Keep the next edition of an own procedure."""
    command = body.to_command(procedure_id, call.if_match)
    return call.answer(ProcedureOut, procedures.revise_procedure(call.work, call.actor, command))


@router.post("/{procedure_id}/retire", response_model=ProcedureOut, responses=changes())
def retire_procedure(procedure_id: WireUuid, call: Call) -> Answer:
    """Let no new tender follow it."""
    command = RetireProcedure(procedure_id, call.if_match)
    return call.answer(ProcedureOut, procedures.retire_procedure(call.work, call.actor, command))
