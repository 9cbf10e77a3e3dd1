"""Reading the forms of organizations, and the choices they offer."""

from decimal import Decimal
from typing import Final

from b2b_market.kernel.currency import Currency
from b2b_market.kernel.money import Money
from b2b_market.kernel.text import N_
from b2b_market.organizations.commands import CompanyProfile, IdentifierInput, RoleOrder
from b2b_market.organizations.service.views import CompanyView
from b2b_market.organizations.states import CompanyStatus, IdentifierScheme
from b2b_market.rbac.page_edge import PageContext
from b2b_market.rbac.role_names import role_label
from b2b_market.reference.public import countries, country_name, currency_names
from b2b_market.ui.forms import Form
from b2b_market.ui.viewer import Badge

IDENTIFIER_ROWS: Final = 3
SCHEMES: Final = (
    (IdentifierScheme.USCC.value, N_("Unified social credit code (China)")),
    (IdentifierScheme.EU_VAT.value, N_("VAT number (European Union)")),
    (IdentifierScheme.LEI.value, N_("LEI")),
    (IdentifierScheme.OTHER.value, N_("Other number")),
)
STATUS_BADGES: Final = {
    CompanyStatus.REGISTERED: Badge(N_("Waits for approval"), "violet"),
    CompanyStatus.APPROVED: Badge(N_("Approved"), "ok"),
    CompanyStatus.REJECTED: Badge(N_("Rejected"), "bad"),
    CompanyStatus.PROVISIONAL: Badge(N_("Provisional"), "warn"),
    CompanyStatus.MERGED: Badge(N_("Taken over"), "neutral"),
}


def translate(call: PageContext, sentence: str, **facts: object) -> str:
    """Return a message id in the viewer's language."""
    return call.shell.renderer.catalogue.translate(call.viewer().locale, sentence, **facts)


def role_name(call: PageContext, role: str) -> str:
    """Return what people call a role, in the viewer's language; an own role as its company named it."""
    return translate(call, role_label(role))


def choices(call: PageContext) -> dict[str, object]:
    """Return the options that forms about companies offer, in the viewer's language."""
    language = call.viewer().locale.value
    places = sorted((country_name(code, language), code) for code in countries())
    return {
        "countries": [(code, name) for name, code in places],
        "currencies": [(code, f"{code} · {name}") for code, name in currency_names(language)],
        "schemes": [(value, translate(call, label)) for value, label in SCHEMES],
        "identifier_rows": range(IDENTIFIER_ROWS),
    }


def read_profile(form: Form) -> CompanyProfile:
    """Return what a form says of a company; blank rows of numbers after the last one count as none."""
    rows = [
        IdentifierInput(
            scheme=form.choice(f"identifiers-{row}-scheme", IdentifierScheme) or IdentifierScheme.OTHER,
            value=form.text(f"identifiers-{row}-value") or "",
            label=form.text(f"identifiers-{row}-label") or "",
        )
        for row in range(IDENTIFIER_ROWS)
    ]
    while len(rows) > 1 and not rows[-1].value:
        rows.pop()
    return CompanyProfile(
        legal_name_zh=form.text("legal_name_zh") or "",
        legal_name_en=form.text("legal_name_en") or "",
        country=form.one_of("country", countries(), required=True) or "",
        street=form.text("street", required=True) or "",
        city=form.text("city", required=True) or "",
        region=form.text("region") or "",
        postcode=form.text("postcode", limit=20) or "",
        identifiers=tuple(rows),
    )


def profile_values(view: CompanyView) -> dict[str, object]:
    """Return a company as the initial values of its form."""
    values: dict[str, object] = {
        "version": view.version,
        "legal_name_zh": view.legal_name_zh,
        "legal_name_en": view.legal_name_en,
        "country": view.country,
        "street": view.street,
        "city": view.city,
        "region": view.region,
        "postcode": view.postcode,
    }
    for row, one in enumerate(view.identifiers[:IDENTIFIER_ROWS]):
        values[f"identifiers-{row}-scheme"] = one.scheme.value
        values[f"identifiers-{row}-value"] = one.value
        values[f"identifiers-{row}-label"] = one.label
    return values


def read_order(form: Form, role: str, currency: Currency) -> RoleOrder:
    """Return the role with the limit typed beside it; an empty field is no limit."""
    amount = form.decimal("limit", places=currency.minor_digits, least=Decimal(0))
    return RoleOrder(role=role, limit=None if amount is None else Money(amount, currency))
