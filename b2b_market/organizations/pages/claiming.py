"""The page where a guest registers the company that was invited."""

from fastapi import APIRouter, Response

from b2b_market.identity.public import ZONES
from b2b_market.infra.http.problems import STATUS
from b2b_market.kernel.refusal import Refusal
from b2b_market.kernel.text import N_
from b2b_market.organizations.commands import ClaimCompany
from b2b_market.organizations.pages.forms import choices, read_profile
from b2b_market.organizations.service import directory
from b2b_market.organizations.service.guests import claim_company
from b2b_market.rbac.page_edge import PageCall, PageContext, PageRoute
from b2b_market.ui.forms import Form
from b2b_market.ui.viewer import Flash

router = APIRouter(route_class=PageRoute)


@router.get("/claim")
def claim_form(call: PageCall) -> Response:
    """Show the form, with the name that the buyer gave the company and the guest's language filled in."""
    scope = claim_company.admit(call.actor)
    company = directory.company(call.work, scope, scope.org_id)
    if not company.is_provisional:
        return call.see("/invitations", Flash(N_("The company is registered already and waits for the operator.")))
    chinese = call.viewer().locale.value == "zh-CN"
    initial = {
        "legal_name_zh": company.legal_name_zh,
        "legal_name_en": company.legal_name_en,
        "country": "CN" if chinese else "",
        "base_currency": "CNY" if chinese else "EUR",
        "timezone": "Asia/Shanghai" if chinese else "Europe/Berlin",
        "identifiers-0-scheme": "uscc" if chinese else "eu_vat",
    }
    return _page(call, Form(initial=initial))


@router.post("/claim")
def claim(call: PageCall) -> Response:
    """Register the company and go back to the request."""
    claim_company.admit(call.actor)
    form = Form(call.form())
    command = ClaimCompany(
        profile=read_profile(form),
        base_currency=form.text("base_currency", required=True, limit=3) or "",
        timezone=form.text("timezone", required=True, limit=60) or "",
        buyer=form.flag("buyer"),
    )
    if not form.ok:
        return _page(call, form, status=422)
    try:
        claim_company(call.work, call.actor, command)
    except Refusal as refusal:
        call.refuse(refusal)
        form.add_refusal(refusal)
        return _page(call, form, status=STATUS[refusal.kind])
    said = N_("The company is registered and waits for the operator. A mail brings you a link to set a password.")
    return call.see("/invitations", Flash(said))


def _page(call: PageContext, form: Form, *, status: int = 200) -> Response:
    context = {"form": form, "zones": [(zone, zone) for zone in ZONES], **choices(call)}
    return call.page("organizations/claim.html", context, status=status)
