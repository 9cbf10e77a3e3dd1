"""The letters of an award: reasons, issue and files for the buyer, files for the supplier."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Annotated, Final
from uuid import UUID, uuid4

from fastapi import APIRouter, Query, Request, Response

from b2b_market.identity import public as identity
from b2b_market.infra.http.downloads import saved
from b2b_market.infra.http.wires import WireUuid
from b2b_market.kernel.text import N_
from b2b_market.rbac.edge import page_opener
from b2b_market.rbac.page_edge import PageCall, PageContext, PageRoute
from b2b_market.rfq.commands import requests as commands
from b2b_market.rfq.commands.letters import IssueLetters, LetterFormat, LetterPrinting, WhyNot
from b2b_market.rfq.documents.letter_text import KINDS, REASONS
from b2b_market.rfq.pages import showing
from b2b_market.rfq.rules.letters import LONGEST_REASON
from b2b_market.rfq.schemas.letters import PrintingQuery
from b2b_market.rfq.service import drafting, letters
from b2b_market.rfq.service.letters import AwardLetters
from b2b_market.rfq.states import AwardStatus, LetterKind, LetterReason
from b2b_market.ui.forms import Form
from b2b_market.ui.viewer import Flash

router = APIRouter(route_class=PageRoute)

PRINTINGS: Final[Mapping[LetterPrinting, str]] = MappingProxyType(
    {
        LetterPrinting.BOTH: N_("Chinese and English"),
        LetterPrinting.CHINESE: N_("Chinese"),
        LetterPrinting.ENGLISH: N_("English"),
    }
)
SHOWN: Final[Mapping[str, object]] = MappingProxyType(
    {"letter_kinds": KINDS, "printings": PRINTINGS, "letter_formats": tuple(LetterFormat)}
)
"""What a page that lists letters needs besides them."""


@router.get("/awards/{award_id}/letters")
def show_letters(award_id: WireUuid, call: PageCall) -> Response:
    """Show the letters of an award, or the form that issues them."""
    return _page(call, award_id, Form())


@router.post("/awards/{award_id}/letters")
def issue_letters(award_id: WireUuid, call: PageCall) -> Response:
    """Issue the letters with the reasons that were written."""
    call.once()
    letters.issue_letters.admit(call.actor)
    found = letters.list_letters(call.work, call.actor, commands.ReadAward(award_id))
    form = Form(call.form())
    expected = form.integer("version", required=True)
    reasons = [reason for reason in _reasons(form, found.regret_supplier_ids) if reason is not None]
    if not form.ok:
        return _page(call, award_id, form, status=422)
    command = IssueLetters(award_id=award_id, expected_version=expected, reasons=tuple(reasons))
    with call.attempt(form):
        letters.issue_letters(call.work, call.actor, command)
        return call.see(f"/awards/{award_id}/letters", Flash(N_("Issued: every supplier has its letter.")))
    return _page(call, award_id, form, status=409)


@router.get("/letters/{letter_id}/{file_format}")
def take_letter(
    letter_id: WireUuid, file_format: LetterFormat, request: Request, query: Annotated[PrintingQuery, Query()]
) -> Response:
    """Save a letter as PDF or DOCX."""
    command = query.to_command(letter_id, file_format)
    return saved(letters.take_letter(page_opener(request), command))


def _reasons(form: Form, lost: Sequence[UUID]) -> Sequence[WhyNot | None]:
    found: list[WhyNot | None] = []
    for supplier_id in lost:
        code = form.choice(f"reason-{supplier_id}-code", LetterReason, required=True)
        text = form.text(f"reason-{supplier_id}-text", limit=LONGEST_REASON, lines=True) or ""
        found.append(None if code is None else WhyNot(supplier_id, code, text))
    return found


def _page(call: PageContext, award_id: UUID, form: Form, *, status: int = 200) -> Response:
    found = letters.list_letters(call.work, call.actor, commands.ReadAward(award_id))
    request = drafting.read_rfq(call.work, call.actor, commands.ReadRfq(found.award.rfq_id))
    supplier_ids = {*found.winner_ids, *found.regret_supplier_ids, *(one.supplier_id for one in found.letters)}
    people = identity.people(call.work, call.actor, [one.issued_by for one in found.letters])
    context = {
        **SHOWN,
        "found": found,
        "award": found.award,
        "rfq": request.rfq,
        "form": form,
        "companies": showing.company_names(call, supplier_ids),
        "people": {user_id: person.name for user_id, person in people.items()},
        "reasons": [(code.value, label) for code, label in REASONS.items()],
        "reason_names": REASONS,
        "may_issue": _may_issue(call, found),
        "idempotency": uuid4().hex,
    }
    return call.page("rfq/letters.html", context, status=status)


def _may_issue(call: PageContext, found: AwardLetters) -> bool:
    written = any(letter.kind is not LetterKind.CANCELLATION for letter in found.letters)
    due = found.award.status is AwardStatus.APPROVED and not written
    return due and letters.issue_letters.allows(call.actor)
