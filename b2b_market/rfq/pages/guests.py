"""Pages about suppliers invited by mail: inviting them, and taking such invitations over."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from fastapi import APIRouter, Response

from b2b_market.identity.public import doorkeeper
from b2b_market.infra.http.problems import STATUS
from b2b_market.infra.http.wires import WireUuid
from b2b_market.kernel.refusal import Refusal
from b2b_market.kernel.text import N_
from b2b_market.rbac.page_edge import PageCall, PageContext, PageRoute
from b2b_market.rfq.commands.guests import InviteGuest, RemoveGuest, RequestTakeover, TakeOver
from b2b_market.rfq.commands.requests import ReadRfq
from b2b_market.rfq.pages import showing
from b2b_market.rfq.service import drafting, inviting, taking_over
from b2b_market.rfq.states import RfqStatus
from b2b_market.ui.forms import Form
from b2b_market.ui.language import Language
from b2b_market.ui.viewer import Badge, Flash

router = APIRouter(route_class=PageRoute)

BADGES: Final[Mapping[str, Badge]] = MappingProxyType(
    {
        "provisional": Badge(N_("Provisional"), "warn"),
        "registered": Badge(N_("Registered, not approved yet"), "violet"),
        "approved": Badge(N_("Approved"), "ok"),
        "rejected": Badge(N_("Registration rejected"), "bad"),
    }
)
"""How far the company of a guest is."""

LEFT: Final = N_("Negotiated by the invited company, or beside a place of your own; not taken over: {numbers}.")
LANGUAGES = (("zh-CN", "中文"), ("en", "English"))


@router.get("/rfqs/{rfq_id}/guests")
def show_guests(rfq_id: WireUuid, call: PageCall) -> Response:
    """Show whom the request was sent to by mail, and a form for one more."""
    form = Form(initial={"locale": showing.language_of(call).value})
    return _guests(call, rfq_id, form)


@router.post("/rfqs/{rfq_id}/guests")
def invite_guest(rfq_id: WireUuid, call: PageCall) -> Response:
    """Invite one more supplier by mail."""
    inviting.invite_guest.admit(call.actor)
    form = Form(call.form())
    command = InviteGuest(
        rfq_id=rfq_id,
        expected_version=form.integer("version", required=True),
        email=form.text("email", required=True, limit=254) or "",
        company_name=form.text("company_name", required=True) or "",
        contact_name=form.text("contact_name") or "",
        locale=form.choice("locale", Language, required=True) or Language.EN,
    )
    if form.ok:
        try:
            rfq = inviting.invite_guest(call.work, call.actor, command)
        except Refusal as refusal:
            call.refuse(refusal)
            form.add_refusal(refusal)
            return _guests(call, rfq_id, form, status=STATUS[refusal.kind])
        sent = rfq.status is RfqStatus.PUBLISHED
        said = N_("Invited: the mail is on its way.") if sent else N_("Noted: the mail goes out when you publish.")
        return call.see(f"/rfqs/{rfq_id}/guests", Flash(said))
    return _guests(call, rfq_id, form, status=422)


@router.post("/rfq-guests/{guest_id}/remove")
def remove_guest(guest_id: WireUuid, call: PageCall) -> Response:
    """Take a guest off a draft."""
    rfq = inviting.remove_guest(call.work, call.actor, RemoveGuest(guest_id))
    return call.see(f"/rfqs/{rfq.id}/guests", Flash(N_("Taken off the list.")))


@router.get("/takeover")
def takeover_form(call: PageCall) -> Response:
    """Ask for the mail address whose invitations the company wants to take over."""
    taking_over.request_takeover.admit(call.actor)
    return call.page("rfq/takeover.html", {"form": Form(), "sent": False})


@router.post("/takeover")
def request_takeover(call: PageCall) -> Response:
    """Have a code mailed, and ask for it; the page says the same whether or not anything waits there."""
    taking_over.request_takeover.admit(call.actor)
    form = Form(call.form())
    email = form.text("email", required=True, limit=254)
    if email is None:
        return call.page("rfq/takeover.html", {"form": form, "sent": False}, status=422)
    try:
        doorkeeper(call.request.app.state).admit_mail(email, call.work.cause.network)
        taking_over.request_takeover(call.work, call.actor, RequestTakeover(email))
    except Refusal as refusal:
        return _refused(call, form, refusal, sent=False)
    return call.page("rfq/takeover.html", {"form": form, "sent": True})


@router.post("/takeover/confirm")
def take_over(call: PageCall) -> Response:
    """Take the invitations of a mail address over, proved by its code."""
    taking_over.take_over.admit(call.actor)
    form = Form(call.form())
    email, code = form.text("email", required=True, limit=254), form.text("code", required=True, limit=20)
    if email is None or code is None:
        return call.page("rfq/takeover.html", {"form": form, "sent": email is not None}, status=422)
    try:
        with doorkeeper(call.request.app.state).guess(f"takeover:{email}", call.work.cause.network):
            taken = taking_over.take_over(call.work, call.actor, TakeOver(email=email, code=code))
    except Refusal as refusal:
        return _refused(call, form, refusal, sent=True)
    said = [Flash(N_("Taken over: the requests are your company's invitations now."))]
    if taken.left:
        said.append(Flash(LEFT, "warn", {"numbers": ", ".join(taken.left)}))
    return call.see("/invitations", *said)


def _refused(call: PageContext, form: Form, refusal: Refusal, *, sent: bool) -> Response:
    call.refuse(refusal)
    form.add_refusal(refusal)
    return call.page("rfq/takeover.html", {"form": form, "sent": sent}, status=STATUS[refusal.kind])


def _guests(call: PageContext, rfq_id: WireUuid, form: Form, *, status: int = 200) -> Response:
    guests = inviting.list_guests(call.work, call.actor, ReadRfq(rfq_id))
    rfq = drafting.read_own_rfq(call.work, call.actor, ReadRfq(rfq_id)).rfq
    context = {
        "form": form,
        "rfq": rfq,
        "guests": guests,
        "languages": LANGUAGES,
        "badges": BADGES,
        "open": rfq.status in (RfqStatus.DRAFT, RfqStatus.PUBLISHED) and inviting.invite_guest.allows(call.actor),
    }
    return call.page("rfq/guests.html", context, status=status)
