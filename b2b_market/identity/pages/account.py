"""Pages of one's own account, and the switches of the shell."""

from typing import Final
from uuid import UUID

from fastapi import APIRouter, Response

from b2b_market.identity.commands import (
    ChangeAccount,
    ChangePassword,
    EndSession,
    ListSessions,
    ReadAccount,
    SetPreference,
    SwitchOrganization,
)
from b2b_market.identity.pages.edge import device_of, remember
from b2b_market.identity.pages.signing import local
from b2b_market.identity.rules import ZONES
from b2b_market.identity.service import accounts, passwords, signing
from b2b_market.identity.service.doorkeeper import doorkeeper
from b2b_market.infra.http.problems import STATUS
from b2b_market.kernel.refusal import Refusal
from b2b_market.kernel.text import N_
from b2b_market.rbac.page_edge import LANGUAGE_COOKIE, THEME_COOKIE, PageCall, PageContext, PageRoute
from b2b_market.ui.forms import Form
from b2b_market.ui.language import Language
from b2b_market.ui.viewer import Density, Flash, Theme

router = APIRouter(route_class=PageRoute)
LANGUAGES: Final = ((Language.ZH.value, "中文"), (Language.EN.value, "English"))
YEAR: Final = 366 * 24 * 3600


@router.get("/account")
def account(call: PageCall) -> Response:
    """Show one's own account for editing."""
    call.signed_in()
    view = accounts.read_account(call.work, call.actor, ReadAccount())
    initial = {
        "version": view.version,
        "name": view.name,
        "locale": view.locale.value,
        "timezone": view.timezone,
        "theme": view.theme.value,
        "density": view.density.value,
        "shortcuts": "1" if view.single_key_shortcuts else "",
    }
    return _account_page(call, Form(initial=initial))


@router.post("/account")
def change_account(call: PageCall) -> Response:
    """Store the changes."""
    call.signed_in()
    form = Form(call.form())
    command = ChangeAccount(
        expected_version=form.integer("version"),
        name=form.text("name", required=True) or "",
        locale=form.choice("locale", Language, required=True) or Language.EN,
        timezone=form.text("timezone", required=True, limit=60) or "",
        theme=form.choice("theme", Theme, required=True) or Theme.AUTO,
        density=form.choice("density", Density, required=True) or Density.DEFAULT,
        single_key_shortcuts=form.flag("shortcuts"),
    )
    if not form.ok:
        return _account_page(call, form, status=422)
    try:
        view = accounts.change_account(call.work, call.actor, command)
    except Refusal as refusal:
        call.refuse(refusal)
        form.add_refusal(refusal)
        return _account_page(call, form, status=STATUS[refusal.kind])
    response = call.see("/account", Flash(N_("Your settings are saved.")))
    return _keep(call, response, view.locale.value, view.theme.value)


def _account_page(call: PageContext, form: Form, *, status: int = 200) -> Response:
    zones = sorted({*ZONES, form.value("timezone")} - {""})
    context = {
        "form": form,
        "email": call.actor.person.email,
        "languages": LANGUAGES,
        "zones": [(zone, zone) for zone in zones],
        "tabs": _tabs("account"),
    }
    return call.page("identity/account.html", context, status=status)


def _tabs(current: str) -> list[tuple[str, str, bool]]:
    pages = (("account", N_("Settings")), ("password", N_("Password")), ("sessions", N_("Sessions")))
    return [(label, "/account" if name == "account" else f"/account/{name}", name == current) for name, label in pages]


@router.get("/account/password")
def password_form(call: PageCall) -> Response:
    """Ask for the present and the new password."""
    call.signed_in()
    return call.page("identity/password.html", {"form": Form(), "tabs": _tabs("password")})


@router.post("/account/password")
def change_password(call: PageCall) -> Response:
    """Change the password; other sessions end."""
    call.signed_in()
    form = Form(call.form())
    command = ChangePassword(current=form.value("current"), new=form.value("new"))
    if command.new != form.value("repeated"):
        form.add_error("repeated", N_("Type the same password twice."))
        return call.page("identity/password.html", {"form": form, "tabs": _tabs("password")}, status=422)
    try:
        with doorkeeper(call.request.app.state).guess(call.actor.person.email, call.work.cause.network):
            passwords.change_password(call.work, call.actor, command)
    except Refusal as refusal:
        call.refuse(refusal)
        form.add_refusal(refusal)
        context = {"form": form, "tabs": _tabs("password")}
        return call.page("identity/password.html", context, status=STATUS[refusal.kind])
    return call.see("/account/password", Flash(N_("Your password is set. All other sessions have ended.")))


@router.get("/account/sessions")
def sessions(call: PageCall) -> Response:
    """List one's own live sessions."""
    call.signed_in()
    found = signing.list_sessions(call.work, call.actor, ListSessions())
    return call.page("identity/sessions.html", {"sessions": found, "tabs": _tabs("sessions")})


@router.post("/account/sessions/{session_id}/end")
def end_session(session_id: UUID, call: PageCall) -> Response:
    """End one of them."""
    call.signed_in()
    signing.end_session(call.work, call.actor, EndSession(session_id))
    return call.see("/account/sessions", Flash(N_("The session has ended.")))


@router.post("/preferences")
def set_preference(call: PageCall) -> Response:
    """Turn a switch of the shell and come back; strangers keep theirs in cookies."""
    form = Form(call.form())
    locale, theme = form.choice("locale", Language), form.choice("theme", Theme)
    density = form.choice("density", Density)
    shortcuts = form.one_of("shortcuts", ("on", "off"))
    if not call.actor.is_anonymous and form.ok:
        command = SetPreference(
            locale=locale, theme=theme, density=density, single_key_shortcuts=shortcuts == "on" if shortcuts else None
        )
        accounts.set_preference(call.work, call.actor, command)
    return _keep(call, call.see(local(form.value("next"))), locale, theme)


def _keep(call: PageContext, response: Response, locale: str | None, theme: str | None) -> Response:
    for name, value in ((LANGUAGE_COOKIE, locale), (THEME_COOKIE, theme)):
        if value is not None:
            secure = call.shell.secure_cookies
            response.set_cookie(name, value, max_age=YEAR, path="/", secure=secure, httponly=True, samesite="lax")
    return response


@router.post("/organization/switch")
def switch_organization(call: PageCall) -> Response:
    """Work for another company from now on."""
    call.signed_in()
    form = Form(call.form())
    organization_id = form.uuid("organization_id", required=True)
    if organization_id is None:
        return call.see("/")
    device = device_of(call.request, replacing=False)
    command = SwitchOrganization(organization_id=organization_id, device=device)
    opened = signing.switch_organization(call.work, call.actor, command)
    return remember(call.see("/"), call.request, opened)
