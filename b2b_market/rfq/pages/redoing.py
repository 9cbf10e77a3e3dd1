"""Starting a request again: from an earlier one, or from what an award bought."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal
from uuid import UUID, uuid4

from fastapi import APIRouter, Response

from b2b_market.infra.http.wires import WireUuid
from b2b_market.kernel.text import N_
from b2b_market.rbac.page_edge import PageCall, PageContext, PageRoute
from b2b_market.rfq.commands.redoing import CopyRfq, RepeatAward
from b2b_market.rfq.pages import showing
from b2b_market.rfq.service import copying
from b2b_market.rfq.service.copying import Foreseen, NewDraft
from b2b_market.ui.forms import Form
from b2b_market.ui.viewer import Flash

router = APIRouter(route_class=PageRoute)

_NOT_MAILED: Final = N_("Not invited by mail again, as they may not be: {names}")
_NOT_ATTACHED: Final = N_("Not attached again, as the files are gone: {names}")


@dataclass(frozen=True, slots=True)
class Again:
    """What a page starts again: where it is sent to, what would be taken over, and how the draft is made.

    ``kind`` is what it is made of: a request to copy, an award that bought, or a template.
    """

    action: str
    back: str
    found: Foreseen
    kind: Literal["copy", "award", "template"]
    make: Callable[[str, Form, tuple[str, ...]], NewDraft]


@router.get("/rfqs/{rfq_id}/copy")
def copy_form(rfq_id: WireUuid, call: PageCall) -> Response:
    """Show what a copy takes over, and ask for its title and for the days that have passed."""
    call.signed_in()
    return ask(call, _copy(call, rfq_id), None)


@router.post("/rfqs/{rfq_id}/copy")
def copy_rfq(rfq_id: WireUuid, call: PageCall) -> Response:
    """Make the copy and lead to its editor."""
    return make(call, lambda: _copy(call, rfq_id))


@router.get("/awards/{award_id}/repeat")
def repeat_form(award_id: WireUuid, call: PageCall, supplier: UUID | None = None) -> Response:
    """Show what was bought, and ask for the title and the days of the new request."""
    call.signed_in()
    return ask(call, _repeat(call, award_id, supplier), None)


@router.post("/awards/{award_id}/repeat")
def repeat_award(award_id: WireUuid, call: PageCall, supplier: UUID | None = None) -> Response:
    """Make the draft of what was bought and lead to its editor."""
    return make(call, lambda: _repeat(call, award_id, supplier))


def _copy(call: PageContext, rfq_id: UUID) -> Again:
    found = copying.foresee_copy(call.work, call.actor, CopyRfq(rfq_id=rfq_id))

    def make(title: str, form: Form, guests: tuple[str, ...]) -> NewDraft:
        command = CopyRfq(rfq_id=rfq_id, title=title, required_on=form.day("required_on"), guests=guests)
        return copying.copy_rfq(call.work, call.actor, command)

    return Again(f"/rfqs/{rfq_id}/copy", f"/rfqs/{rfq_id}", found, kind="copy", make=make)


def _repeat(call: PageContext, award_id: UUID, supplier_id: UUID | None) -> Again:
    wanted = RepeatAward(award_id=award_id, supplier_id=supplier_id)
    found = copying.foresee_repeat(call.work, call.actor, wanted)

    def make(title: str, form: Form, guests: tuple[str, ...]) -> NewDraft:
        command = RepeatAward(
            award_id=award_id,
            title=title,
            supplier_id=supplier_id,
            required_on=form.day("required_on"),
            guests=guests,
        )
        return copying.repeat_award(call.work, call.actor, command)

    part = f"?supplier={supplier_id}" if supplier_id else ""
    return Again(f"/awards/{award_id}/repeat{part}", f"/awards/{award_id}", found, kind="award", make=make)


def make(call: PageContext, prepare: Callable[[], Again]) -> Response:
    """Make the draft of a form that :func:`ask` showed and lead to its editor; what is wrong is shown at its field."""
    call.signed_in()
    again = prepare()
    form = Form(call.form("guests"))
    title = form.text("title", required=True)
    form.day("required_on")
    if form.ok and title is not None:
        call.once()
        with call.attempt(form):
            return _made(call, again.make(title, form, form.values("guests")), again.found.source.number)
    return ask(call, prepare(), form, status=422)


def _made(call: PageContext, draft: NewDraft, source: str) -> Response:
    rfq = draft.content.rfq
    said = [Flash(N_("Draft {number} made from {source}."), "ok", {"number": rfq.number, "source": source})]
    if draft.dropped:
        names = showing.company_names(call, draft.dropped)
        told = ", ".join(names[supplier_id] for supplier_id in draft.dropped[:5])
        facts = {"count": str(len(draft.dropped)), "names": told}
        said.append(Flash(N_("Not invited, as they cannot be any more ({count}): {names}"), "warn", facts))
    for text, lost in ((_NOT_MAILED, draft.carried.unasked), (_NOT_ATTACHED, draft.carried.lost)):
        if lost:
            said.append(Flash(text, "warn", {"names": ", ".join(lost[:5])}))
    return call.see(showing.draft_path(draft.content), *said)


def ask(call: PageContext, again: Again, form: Form | None, *, status: int = 200) -> Response:
    """Show what a new draft will hold, and ask for its title and for the days that have passed."""
    draft = again.found.source.draft
    translate = call.shell.renderer.catalogue.translate
    title = draft.title
    if again.kind == "copy":
        title = translate(call.viewer().locale, N_("Copy of {title}"), title=title)
    context = {
        "again": again,
        "found": again.found,
        "draft": draft,
        "targets": sum(line.target_price is not None for line in draft.lines),
        "form": form or Form(initial={"title": title[: copying.LONGEST_TITLE], "guests": _addresses(again)}),
        "dropped": showing.company_names(call, again.found.dropped),
        "idempotency_key": str(uuid4()),
    }
    return call.page("rfq/again.html", context, status=status)


def _addresses(again: Again) -> list[str]:
    return [guest.email for guest in again.found.carried.beside.guests]
