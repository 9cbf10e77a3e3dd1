"""Importing a tender: a file is read and shown in the editor with what it lacks, and stored only when it is saved."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response

from b2b_market.kernel.refusal import Refusal
from b2b_market.kernel.text import N_
from b2b_market.organizations import public as organizations
from b2b_market.rbac.page_edge import PageCall, PageContext, PageRoute, opened_page
from b2b_market.tendering.commands.importing import PreviewTender
from b2b_market.tendering.intake.refusals import MOST_BYTES
from b2b_market.tendering.intake.upload import TenderFile, read_upload
from b2b_market.tendering.pages import editor, showing
from b2b_market.tendering.rules.procedures import CODES
from b2b_market.tendering.service import importing
from b2b_market.tendering.states.procedures import Entry
from b2b_market.ui.forms import Form

router = APIRouter(prefix="/tenders/import", route_class=PageRoute)
ROUTERS = (router, editor.router)
"""The fixed path of the import stands before the editor's paths with ids."""

REMARKS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "other-tenders": N_("The file holds {count} other tenders; {taken} was taken."),
        "other-releases": N_("{count} other releases of this tender were not taken; the one of {date} was."),
        "parts-left-out": N_("Parts of the release that a draft does not take: {names}"),
        "tender-left-out": N_("Parts of the tender that a draft does not take: {names}"),
        "lots-left-out": N_("Parts of lots that a draft does not take: {names}"),
        "items-left-out": N_("Parts of items that a draft does not take: {names}"),
        "criteria-left-out": N_("Parts of criteria that a draft does not take: {names}"),
        "currency-left-out": N_("A tender has one currency; these were not taken: {names}"),
        "lots-off": N_("{count} lots were called off or came to nothing there, and were not taken."),
        "lots-not-taken": N_("{count} lots were not taken: they are there twice, or more than a tender may have."),
        "lots-empty": N_("Lots without items were not taken: {names}"),
        "value-left-out": N_("The estimate of the whole was not taken: each lot has its own."),
        "items-unreadable": N_("{count} items are not written as OCDS writes them."),
        "items-without-lot": N_("Items whose lot is not taken or not named were not taken: {names}"),
        "names-in-specification": N_("Names longer than 200 characters stand whole in the specification."),
        "unit-values-left-out": N_("Prices per unit were not taken: bidders offer them."),
        "unit-unknown": N_("Units that are none of UN/ECE Rec 20, to be chosen: {names}"),
        "award-criteria": N_("Award criteria without weights, to be entered: {said}"),
        "date-unreadable": N_("The end of {name} is no date: {said}"),
        "date-past": N_("The end of {name} is past: {said}"),
        "estimate-left-out": N_("An estimate in another currency, or none that is an amount, was not taken: {said}"),
        "shortened": N_("{name} was cut to {most} characters."),
        "class-unknown": N_("Codes that their classification does not have were not taken: {names}"),
    }
)


@router.get("")
def choose(call: PageCall) -> Response:
    """Show the form that takes a file."""
    importing.admit_import(call.work, call.signed_in(), None)
    return _chooser(call, Form(), None)


@router.post("")
def preview(request: Request) -> Response:
    """Show what a file says in the editor, or why it cannot be read; nothing is stored."""
    with opened_page(request) as call:
        importing.admit_import(call.work, call.signed_in(), None)
        form, now = Form(call.form()), call.work.now()
    sent = form.file("file", required=True)
    refused: Refusal | None = None
    found: TenderFile | None = None
    if sent is not None:
        try:
            found = read_upload(sent.file.read(MOST_BYTES + 1), now)
        except Refusal as refusal:
            refused = refusal
    with opened_page(request) as call:
        if found is None:
            return _chooser(call, form, refused, status=422)
        read = PreviewTender(found.draft, tuple(found.remarks), tuple(found.missing))
        return _editor(call, importing.preview_tender(call.work, call.actor, read))


def _chooser(call: PageContext, form: Form, refused: Refusal | None, *, status: int = 200) -> Response:
    facts = {} if refused is None else {name: str(value) for name, value in refused.facts.items()}
    return call.page("tendering/import.html", {"form": form, "refused": refused, "facts": facts}, status=status)


def _editor(call: PageContext, found: PreviewTender) -> Response:
    settings = organizations.settings(call.work, call.actor, call.actor.org_id)
    zone = showing.zone_of(call)
    draft = found.draft
    initial: dict[str, object] = {
        "procedure": CODES[0],
        "entry": Entry.INVITED.value,
        "rehearsal_factor": 1,
        "title": draft["title"],
        "description": draft["description"],
        "currency": draft["currency"] or settings.base_currency.code,
        "enquiry_ends_at": _local(draft["enquiry_ends_at"], zone),
        "closes_at": _local(draft["closes_at"], zone),
        "criteria-0-kind": "award",
    }
    items = _fill_lots(initial, draft["lots"])
    for place, one in enumerate(draft["criteria"]):
        initial |= {f"criteria-{place}-{name}": value for name, value in one.items()}
    counts = {
        "lots": range(len(draft["lots"])),
        "items": range(max(items, 1)),
        "criteria": range(max(len(draft["criteria"]), 1)),
    }
    remarks = [(REMARKS[one["code"]], one["facts"]) for one in found.remarks]
    return editor.show_prefilled(call, initial, counts, editor.Imported(remarks, len(found.missing)))


def _fill_lots(initial: dict[str, object], lots: list[Mapping[str, Any]]) -> int:
    """Put lots and items into the fields of the editor; return how many items there are."""
    number = 0
    for place, lot in enumerate(lots):
        initial |= {f"lots-{place}-title": lot["title"], f"lots-{place}-estimate": lot["estimate"]}
        for item in lot["items"]:
            initial |= {f"items-{number}-{name}": value for name, value in item.items()}
            initial[f"items-{number}-lot"] = place + 1
            number += 1
    return number


def _local(moment: str | None, zone: ZoneInfo) -> str | None:
    return None if moment is None else datetime.fromisoformat(moment).astimezone(zone).strftime("%Y-%m-%dT%H:%M")
