"""The page where companies come in."""

from fastapi import APIRouter, Response

from b2b_market.identity.public import ZONES, doorkeeper
from b2b_market.infra.http.problems import STATUS
from b2b_market.kernel.refusal import Refusal
from b2b_market.kernel.text import N_
from b2b_market.organizations.commands import Founder, RegisterCompany
from b2b_market.organizations.pages.forms import choices, read_profile
from b2b_market.organizations.service.guests import claim_company
from b2b_market.organizations.service.registering import register_company
from b2b_market.rbac.page_edge import PageCall, PageContext, PageRoute
from b2b_market.ui.forms import Form
from b2b_market.ui.viewer import Flash

router = APIRouter(route_class=PageRoute)


@router.get("/register")
def register_form(call: PageCall) -> Response:
    """Show the form, with the reader's language and zone filled in; a guest registers the company that was invited."""
    if claim_company.allows(call.actor):
        return call.see("/claim")
    chinese = call.viewer().locale.value == "zh-CN"
    initial = {
        "country": "CN" if chinese else "",
        "base_currency": "CNY" if chinese else "EUR",
        "timezone": "Asia/Shanghai" if chinese else "Europe/Berlin",
        "identifiers-0-scheme": "uscc" if chinese else "eu_vat",
    }
    return _page(call, Form(initial=initial))


@router.post("/register")
def register(call: PageCall) -> Response:
    """Register; strangers are sent to their mail, whether or not the address is known here."""
    form = Form(call.form())
    command = _read(call, form)
    if not form.ok:
        return _page(call, form, status=422)
    try:
        if call.actor.is_anonymous:
            doorkeeper(call.request.app.state).admit_mail(form.value("email"), call.work.cause.network)
        register_company(call.work, call.actor, command)
    except Refusal as refusal:
        call.refuse(refusal)
        form.add_refusal(refusal)
        return _page(call, form, status=STATUS[refusal.kind])
    if call.actor.is_anonymous:
        return call.page("organizations/registered.html", {"email": form.value("email")})
    return call.see("/", Flash(N_("The company is registered. Choose it in the menu of your account to follow it.")))


def _read(call: PageContext, form: Form) -> RegisterCompany:
    founder = None
    if call.actor.is_anonymous:
        founder = Founder(
            email=form.text("email", required=True, limit=254) or "",
            name=form.text("name", required=True) or "",
            locale=call.viewer().locale.value,
        )
    return RegisterCompany(
        profile=read_profile(form),
        base_currency=form.text("base_currency", required=True, limit=3) or "",
        timezone=form.text("timezone", required=True, limit=60) or "",
        buyer=form.flag("buyer"),
        supplier=form.flag("supplier"),
        founder=founder,
    )


def _page(call: PageContext, form: Form, *, status: int = 200) -> Response:
    context = {"form": form, "zones": [(zone, zone) for zone in ZONES], **choices(call)}
    return call.page("organizations/register.html", context, status=status)
