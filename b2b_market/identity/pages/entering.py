"""Pages of entering without a password: ask for a link, have its code sent, type the code."""

from fastapi import APIRouter, Response

from b2b_market.identity.commands import EnterByCode, ReadLink, RequestCode, RequestEntry
from b2b_market.identity.pages.edge import device_of, remember
from b2b_market.identity.pages.signing import local
from b2b_market.identity.rules import EntryEnded, masked
from b2b_market.identity.service import entering
from b2b_market.identity.service.doorkeeper import doorkeeper
from b2b_market.infra.http.problems import STATUS
from b2b_market.kernel.refusal import Refusal
from b2b_market.rbac.page_edge import PageCall, PageContext, PageRoute
from b2b_market.ui.forms import Form

router = APIRouter(route_class=PageRoute)


@router.get("/enter")
def entry(call: PageCall, token: str = "", next: str = "/") -> Response:  # noqa: A002 - the name of the field in the address
    """Show whose link it is and offer to send its code; without a link, ask for the address to mail one to."""
    if not token:
        return call.page("identity/enter.html", {"form": Form(), "sent": False})
    return _with_link(call, Form(initial={"token": token, "next": local(next)}), coded=False)


@router.post("/enter")
def request_link(call: PageCall) -> Response:
    """Have a link mailed; the page says the same whether or not somebody has this address."""
    form = Form(call.form())
    email = form.text("email", required=True, limit=254)
    if email is None:
        return call.page("identity/enter.html", {"form": form, "sent": False}, status=422)
    try:
        doorkeeper(call.request.app.state).admit_mail(email, call.work.cause.network)
        entering.request_entry(call.work, call.actor, RequestEntry(email))
    except Refusal as refusal:
        call.refuse(refusal)
        form.add_refusal(refusal)
        return call.page("identity/enter.html", {"form": form, "sent": False}, status=STATUS[refusal.kind])
    return call.page("identity/enter.html", {"form": form, "sent": True})


@router.post("/enter/code")
def send_code(call: PageCall) -> Response:
    """Mail the code of a link to its person, and ask for it."""
    form = Form(call.form())
    token = form.value("token")
    try:
        person = entering.read_entry(call.work, call.actor, ReadLink(token))
        doorkeeper(call.request.app.state).admit_mail(person.email, call.work.cause.network)
        entering.request_code(call.work, call.actor, RequestCode(token))
    except EntryEnded as refusal:
        return _ended(call, refusal)
    except Refusal as refusal:
        call.refuse(refusal)
        form.add_refusal(refusal)
        return _with_link(call, form, coded=False, status=STATUS[refusal.kind])
    return _with_link(call, form, coded=True)


@router.post("/enter/redeem")
def enter_by_code(call: PageCall) -> Response:
    """Enter, and go to where the link leads."""
    form = Form(call.form())
    token, code = form.value("token"), form.text("code", required=True, limit=20) or ""
    try:
        person = entering.read_entry(call.work, call.actor, ReadLink(token))
        if not form.ok:
            return _with_link(call, form, coded=True, status=422)
        command = EnterByCode(token=token, code=code, device=device_of(call.request, replacing=True))
        with doorkeeper(call.request.app.state).guess(f"code:{person.email}", call.work.cause.network):
            opened = entering.enter_by_code(call.work, call.actor, command)
    except EntryEnded as refusal:
        return _ended(call, refusal)
    except Refusal as refusal:
        call.refuse(refusal)
        form.add_refusal(refusal)
        return _with_link(call, form, coded=True, status=STATUS[refusal.kind])
    return remember(call.see(local(form.value("next"))), call.request, opened)


def _with_link(call: PageContext, form: Form, *, coded: bool, status: int = 200) -> Response:
    try:
        person = entering.read_entry(call.work, call.actor, ReadLink(form.value("token")))
    except EntryEnded as refusal:
        return _ended(call, refusal)
    context = {"form": form, "address": masked(person.email), "coded": coded}
    return call.page("identity/enter_code.html", context, status=status)


def _ended(call: PageContext, refusal: EntryEnded) -> Response:
    call.refuse(refusal)
    return call.page("identity/entry_ended.html", status=STATUS[refusal.kind])
