"""Pages of the operator: registrations to decide on, and roles that wait for them."""

from collections.abc import Callable
from uuid import UUID

from fastapi import APIRouter, Response

from b2b_market.infra.http.cursors import encode_cursor, page_request
from b2b_market.infra.http.problems import STATUS
from b2b_market.infra.work import Work
from b2b_market.kernel.refusal import Refusal
from b2b_market.kernel.text import N_
from b2b_market.organizations.commands import ConfirmRole, Decide, ListReviews, ListWaitingRoles, ReadReview
from b2b_market.organizations.pages.forms import STATUS_BADGES, choices, role_name
from b2b_market.organizations.service import overseeing, reviewing
from b2b_market.organizations.service.views import OwnCompanyView
from b2b_market.organizations.states import CompanyStatus
from b2b_market.rbac.actor import Actor
from b2b_market.rbac.page_edge import PageCall, PageContext, PageRoute
from b2b_market.reference.public import country_name
from b2b_market.ui.forms import Form
from b2b_market.ui.viewer import Flash

router = APIRouter(route_class=PageRoute)
Decision = Callable[[Work, Actor, Decide], OwnCompanyView]


@router.get("/reviews")
def list_reviews(call: PageCall, status: str = CompanyStatus.REGISTERED.value, cursor: str | None = None) -> Response:
    """List companies by status, the longest waiting first."""
    call.signed_in()
    chosen = CompanyStatus(status) if status in {str(one) for one in CompanyStatus} else None
    found = reviewing.list_reviews(call.work, call.actor, ListReviews(status=chosen, page=page_request(None, cursor)))
    shown = "" if chosen is None else chosen.value
    context = {
        "rows": found.items,
        "status": shown,
        "statuses": list(STATUS_BADGES.items()),
        "badges": STATUS_BADGES,
        "next": f"/reviews?status={shown}&cursor={encode_cursor(found.next_after)}" if found.next_after else None,
    }
    return call.page("organizations/reviews.html", context)


@router.get("/reviews/{organization_id}")
def review(organization_id: UUID, call: PageCall) -> Response:
    """Show a registration with everything its judgement needs."""
    call.signed_in()
    return _review_page(call, organization_id, Form())


def _review_page(call: PageContext, organization_id: UUID, form: Form, *, status: int = 200) -> Response:
    view = reviewing.read_review(call.work, call.actor, ReadReview(organization_id))
    country = view.own.company.country
    context = {
        "form": form,
        "review": view,
        "company": view.own.company,
        "country": "" if country == "ZZ" else country_name(country, call.viewer().locale.value),
        "badges": STATUS_BADGES,
        **choices(call),
    }
    return call.page("organizations/review.html", context, status=status)


@router.post("/reviews/{organization_id}/approve")
def approve(organization_id: UUID, call: PageCall) -> Response:
    """Let the company trade."""
    return _decide(call, organization_id, reviewing.approve_company, N_("{company} is approved."))


@router.post("/reviews/{organization_id}/reject")
def reject(organization_id: UUID, call: PageCall) -> Response:
    """Refuse the registration with a reason."""
    return _decide(call, organization_id, reviewing.reject_company, N_("The registration of {company} is rejected."))


def _decide(call: PageContext, organization_id: UUID, decide: Decision, done: str) -> Response:
    call.signed_in()
    form = Form(call.form())
    reason = form.text("reason", limit=2000, lines=True) or ""
    command = Decide(organization_id=organization_id, expected_version=form.integer("version"), reason=reason)
    try:
        own = decide(call.work, call.actor, command)
    except Refusal as refusal:
        call.refuse(refusal)
        form.add_refusal(refusal)
        return _review_page(call, organization_id, form, status=STATUS[refusal.kind])
    return call.see("/reviews", Flash(done, facts={"company": own.company.name}))


@router.get("/waiting-roles")
def waiting_roles(call: PageCall) -> Response:
    """List the roles of all companies that wait for a second person."""
    call.signed_in()
    return _waiting_page(call, Form())


def _waiting_page(call: PageContext, form: Form, *, status: int = 200) -> Response:
    found = overseeing.list_waiting_roles(call.work, call.actor, ListWaitingRoles())
    context = {"form": form, "rows": [(view, role_name(call, view.role)) for view in found]}
    return call.page("organizations/waiting_roles.html", context, status=status)


@router.post("/waiting-roles/{grant_id}/confirm")
def confirm(grant_id: UUID, call: PageCall) -> Response:
    """Confirm a role for a company whose only admin gave it."""
    call.signed_in()
    form = Form(call.form())
    organization_id = form.uuid("organization_id", required=True)
    command = ConfirmRole(grant_id=grant_id, organization_id=organization_id)
    try:
        overseeing.confirm_role_for_company(call.work, call.actor, command)
    except Refusal as refusal:
        call.refuse(refusal)
        form.add_refusal(refusal)
        return _waiting_page(call, form, status=STATUS[refusal.kind])
    return call.see("/waiting-roles", Flash(N_("The role is in force.")))
