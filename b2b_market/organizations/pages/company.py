"""Pages of the own company, and of the directory."""

from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Response

from b2b_market.identity.public import ZONES
from b2b_market.infra.http.cursors import encode_cursor, page_request
from b2b_market.infra.http.problems import STATUS
from b2b_market.kernel.refusal import Refusal
from b2b_market.kernel.text import N_
from b2b_market.organizations.commands import (
    ChangeCompany,
    ChangeSettings,
    ReadCompany,
    ReadPartner,
    ReadSettings,
    ResubmitCompany,
    SearchDirectory,
)
from b2b_market.organizations.pages.forms import STATUS_BADGES, choices, profile_values, read_profile
from b2b_market.organizations.service import directory, registering, settings
from b2b_market.rbac.page_edge import PageCall, PageContext, PageRoute
from b2b_market.reference.public import country_name, unit_names
from b2b_market.ui.forms import Form
from b2b_market.ui.viewer import Flash

router = APIRouter(route_class=PageRoute)


@router.get("/organization")
def company(call: PageCall) -> Response:
    """Show the own company, its state and settings."""
    call.signed_in()
    own = registering.read_company(call.work, call.actor, ReadCompany())
    held = settings.read_settings(call.work, call.actor, ReadSettings())
    context = {"own": own, "settings": held, "country": _country(call, own.company.country), "badges": STATUS_BADGES}
    return call.page("organizations/company.html", {**context, **choices(call)})


def _country(call: PageContext, code: str) -> str:
    return "" if code == "ZZ" else country_name(code, call.viewer().locale.value)


@router.get("/organization/edit")
def company_form(call: PageCall) -> Response:
    """Show what the company says of itself for editing."""
    call.signed_in()
    own = registering.read_company(call.work, call.actor, ReadCompany())
    return _company_page(call, Form(initial=profile_values(own.company)))


@router.post("/organization/edit")
def change_company(call: PageCall) -> Response:
    """Store the changes."""
    registering.change_company.admit(call.actor)
    form = Form(call.form())
    command = ChangeCompany(expected_version=form.integer("version"), profile=read_profile(form))
    if not form.ok:
        return _company_page(call, form, status=422)
    try:
        registering.change_company(call.work, call.actor, command)
    except Refusal as refusal:
        call.refuse(refusal)
        form.add_refusal(refusal)
        return _company_page(call, form, status=STATUS[refusal.kind])
    return call.see("/organization", Flash(N_("The changes are saved.")))


def _company_page(call: PageContext, form: Form, *, status: int = 200) -> Response:
    return call.page("organizations/company_edit.html", {"form": form, **choices(call)}, status=status)


@router.post("/organization/resubmit")
def resubmit(call: PageCall) -> Response:
    """Hand a rejected registration in again."""
    call.signed_in()
    form = Form(call.form())
    registering.resubmit_company(call.work, call.actor, ResubmitCompany(form.integer("version")))
    return call.see("/organization", Flash(N_("The registration is handed in again.")))


@router.get("/organization/settings")
def settings_form(call: PageCall) -> Response:
    """Show the settings for editing."""
    call.signed_in()
    held = settings.read_settings(call.work, call.actor, ReadSettings())
    initial = {
        "version": held.version,
        "minimum_quoting_hours": held.minimum_quoting_hours,
        "minimum_extension_hours": held.minimum_extension_hours,
        "base_currency": held.base_currency.code,
        "timezone": held.timezone,
        "default_delivery_place": held.default_delivery_place,
        "default_unit": held.default_unit,
    }
    return _settings_page(call, Form(initial=initial))


@router.post("/organization/settings")
def change_settings(call: PageCall) -> Response:
    """Store the settings."""
    settings.change_settings.admit(call.actor)
    form = Form(call.form())
    command = ChangeSettings(
        expected_version=form.integer("version"),
        minimum_quoting_hours=form.integer("minimum_quoting_hours", required=True, least=0, most=2160) or 0,
        minimum_extension_hours=form.integer("minimum_extension_hours", required=True, least=0, most=2160) or 0,
        base_currency=form.text("base_currency", required=True, limit=3) or "",
        timezone=form.text("timezone", required=True, limit=60) or "",
        default_delivery_place=form.text("default_delivery_place") or "",
        default_unit=form.text("default_unit", limit=10) or "",
    )
    if not form.ok:
        return _settings_page(call, form, status=422)
    try:
        settings.change_settings(call.work, call.actor, command)
    except Refusal as refusal:
        call.refuse(refusal)
        form.add_refusal(refusal)
        return _settings_page(call, form, status=STATUS[refusal.kind])
    return call.see("/organization", Flash(N_("The settings are saved.")))


def _settings_page(call: PageContext, form: Form, *, status: int = 200) -> Response:
    zones = sorted({*ZONES, form.value("timezone")} - {""})
    units = unit_names(call.viewer().locale.value)
    context = {"form": form, "zones": [(zone, zone) for zone in zones], "units": units, **choices(call)}
    return call.page("organizations/settings.html", context, status=status)


@router.get("/companies")
def search(call: PageCall, q: str = "", suppliers: str = "", cursor: str | None = None) -> Response:
    """Search approved companies by words of their names."""
    call.signed_in()
    wanted = SearchDirectory(words=q[:200], suppliers_only=suppliers == "1", page=page_request(None, cursor))
    found = directory.search_directory(call.work, call.actor, wanted)
    language = call.viewer().locale.value
    kept = {"q": q[:200], "suppliers": "1" if wanted.suppliers_only else "", "cursor": encode_cursor(found.next_after)}
    context = {
        "rows": [(view, country_name(view.country, language)) for view in found.items],
        "q": q[:200],
        "suppliers": kept["suppliers"],
        "next": f"/companies?{urlencode({name: value for name, value in kept.items() if value})}"
        if found.next_after
        else None,
    }
    return call.page("organizations/directory.html", context)


@router.get("/companies/{organization_id}")
def partner(organization_id: UUID, call: PageCall) -> Response:
    """Show one approved company as business partners see it."""
    call.signed_in()
    view = directory.read_partner(call.work, call.actor, ReadPartner(organization_id))
    context = {"company": view, "country": _country(call, view.country), **choices(call)}
    return call.page("organizations/partner.html", context)
