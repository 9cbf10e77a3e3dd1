"""Pages of signing in and out, and of setting a password by a mailed link."""

from fastapi import APIRouter, Response

from b2b_market.identity.commands import ReadLink, RedeemLink, RequestReset, SignIn, SignOut
from b2b_market.identity.pages.edge import device_of, forget, remember
from b2b_market.identity.rules import PASSWORD_MOST, LinkEnded
from b2b_market.identity.service import passwords, signing
from b2b_market.identity.service.doorkeeper import doorkeeper
from b2b_market.infra.http.problems import STATUS
from b2b_market.kernel.refusal import Refusal
from b2b_market.kernel.text import N_
from b2b_market.rbac.page_edge import PageCall, PageContext, PageRoute
from b2b_market.ui.forms import Form
from b2b_market.ui.viewer import Flash

router = APIRouter(route_class=PageRoute)


def local(path: str | None) -> str:
    """Return ``path`` if it is a place of this site, else the home page."""
    if path and path.startswith("/") and not path.startswith(("//", "/\\")) and "\n" not in path:
        return path
    return "/"


@router.get("/sign-in")
def sign_in_form(call: PageCall, next: str = "/") -> Response:  # noqa: A002 - the name of the field in the address
    """Show the form; whoever is signed in already goes on."""
    if not call.actor.is_anonymous:
        return call.see(local(next))
    return call.page("identity/sign_in.html", {"form": Form(initial={"next": local(next)})})


@router.post("/sign-in")
def sign_in(call: PageCall) -> Response:
    """Sign in and go on to where the person wanted to go."""
    form = Form(call.form())
    email = form.text("email", required=True, limit=254) or ""
    password = form.value("password")
    if not form.ok:
        return call.page("identity/sign_in.html", {"form": form}, status=422)
    command = SignIn(email=email, password=password[:PASSWORD_MOST], device=device_of(call.request, replacing=True))
    try:
        with doorkeeper(call.request.app.state).guess(email, call.work.cause.network):
            opened = signing.sign_in(call.work, call.actor, command)
    except Refusal as refusal:
        return _again(call, "identity/sign_in.html", form, refusal)
    return remember(call.see(local(form.value("next"))), call.request, opened)


@router.post("/sign-out")
def sign_out(call: PageCall) -> Response:
    """End the session and show the form for signing in."""
    if not call.actor.is_anonymous:
        signing.sign_out(call.work, call.actor, SignOut())
    return forget(call.see("/sign-in", Flash(N_("You are signed out."))), call.request)


@router.get("/forgot-password")
def reset_form(call: PageCall) -> Response:
    """Ask for the address to mail a link to."""
    return call.page("identity/forgot_password.html", {"form": Form(), "sent": False})


@router.post("/forgot-password")
def request_reset(call: PageCall) -> Response:
    """Have a link mailed; the page says the same whether or not somebody has this address."""
    form = Form(call.form())
    email = form.text("email", required=True, limit=254)
    if email is None:
        return call.page("identity/forgot_password.html", {"form": form, "sent": False}, status=422)
    try:
        doorkeeper(call.request.app.state).admit_mail(email, call.work.cause.network)
        passwords.request_reset(call.work, call.actor, RequestReset(email))
    except Refusal as refusal:
        return _again(call, "identity/forgot_password.html", form, refusal, sent=False)
    return call.page("identity/forgot_password.html", {"form": form, "sent": True})


@router.get("/set-password")
def password_form(call: PageCall, token: str = "") -> Response:
    """Show whose link it is and ask for the password; say so where the link cannot be used."""
    try:
        person = passwords.read_link(call.work, call.actor, ReadLink(token))
    except LinkEnded as refusal:
        call.refuse(refusal)
        return call.page("identity/link_ended.html", status=STATUS[refusal.kind])
    return call.page("identity/set_password.html", {"form": Form(initial={"token": token}), "email": person.email})


@router.post("/set-password")
def redeem_link(call: PageCall) -> Response:
    """Set the password, sign in, and go to the first page."""
    form = Form(call.form())
    token, password = form.value("token"), form.value("password")
    if password != form.value("repeated"):
        form.add_error("repeated", N_("Type the same password twice."))
    try:
        email = passwords.read_link(call.work, call.actor, ReadLink(token)).email
    except LinkEnded as refusal:
        call.refuse(refusal)
        return call.page("identity/link_ended.html", status=STATUS[refusal.kind])
    if not form.ok:
        return call.page("identity/set_password.html", {"form": form, "email": email}, status=422)
    device = device_of(call.request, replacing=True)
    try:
        opened = passwords.redeem_link(call.work, call.actor, RedeemLink(token=token, password=password, device=device))
    except Refusal as refusal:
        return _again(call, "identity/set_password.html", form, refusal, email=email)
    return remember(call.see("/", Flash(N_("Your password is set."))), call.request, opened)


def _again(call: PageContext, template: str, form: Form, refusal: Refusal, **context: object) -> Response:
    call.refuse(refusal)
    form.add_refusal(refusal)
    return call.page(template, {"form": form, **context}, status=STATUS[refusal.kind])
