"""Templates of requests over the API."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from b2b_market.infra.http.requests import StrictRoute
from b2b_market.infra.http.wires import PageOut, WireUuid
from b2b_market.rbac.edge import Answer, Call, OnceCall
from b2b_market.rbac.responses import changes, creates, reads
from b2b_market.rfq.commands.redoing import ReadTemplate, RenameTemplate, SaveTemplate, StepTemplate, UseTemplate
from b2b_market.rfq.rules.naming import TemplateNameTaken
from b2b_market.rfq.schemas.redoing import NewDraftOut
from b2b_market.rfq.schemas.templates import (
    NameIn,
    TemplateOut,
    TemplateQuery,
    TemplateSummaryOut,
    UseTemplateIn,
)
from b2b_market.rfq.service import templates

by_rfq = APIRouter(prefix="/rfqs", tags=["rfq"], route_class=StrictRoute)
router = APIRouter(prefix="/rfq-templates", tags=["rfq"], route_class=StrictRoute)


@by_rfq.post("/{rfq_id}/template", status_code=201, response_model=TemplateOut, responses=creates(TemplateNameTaken))
def save_template(rfq_id: WireUuid, body: NameIn, call: OnceCall) -> Answer:
    """Keep an own request as a template with all it has, its criteria, documents and guests; without days."""
    content = templates.save_template(call.work, call.actor, SaveTemplate(rfq_id, body.name))
    return call.answer(TemplateOut, content, status=201, location=f"/api/v1/rfq-templates/{content.row.id}")


@router.get("", response_model=PageOut[TemplateSummaryOut], responses=reads())
def list_templates(call: Call, query: Annotated[TemplateQuery, Query()]) -> Answer:
    """Return a page of the company's templates by name."""
    return call.answer_page(TemplateSummaryOut, templates.list_templates(call.work, call.actor, query.to_command()))


@router.get("/{template_id}", response_model=TemplateOut, responses=reads())
def read_template(template_id: WireUuid, call: Call) -> Answer:
    """Return a template with the request it holds."""
    content = templates.read_template(call.work, call.actor, ReadTemplate(template_id))
    return call.answer(TemplateOut, content)


@router.patch("/{template_id}", response_model=TemplateOut, responses=changes(TemplateNameTaken))
def rename_template(template_id: WireUuid, body: NameIn, call: Call) -> Answer:
    """Give a template another name."""
    command = RenameTemplate(template_id, call.if_match, body.name)
    return call.answer(TemplateOut, templates.rename_template(call.work, call.actor, command))


@router.delete("/{template_id}", status_code=204, response_class=Response, responses=changes())
def delete_template(template_id: WireUuid, call: Call) -> Answer:
    """Delete a template; requests made of it stay."""
    templates.delete_template(call.work, call.actor, StepTemplate(template_id, call.if_match))
    return call.nothing()


@router.post("/{template_id}/use", status_code=201, response_model=NewDraftOut, responses=creates())
def use_template(template_id: WireUuid, body: UseTemplateIn, call: OnceCall) -> Answer:
    """Make a new draft of a template."""
    command = UseTemplate(template_id=template_id, title=body.title, required_on=body.required_on, guests=body.guests)
    made = templates.use_template(call.work, call.actor, command)
    return call.answer(NewDraftOut, made, status=201, location=f"/api/v1/rfqs/{made.content.rfq.id}")
