"""Companies, their people and the directory over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Query

from b2b_market.identity.public import TooManyAttempts, doorkeeper
from b2b_market.infra.http.cursors import page_request
from b2b_market.infra.http.requests import StrictRoute
from b2b_market.infra.http.wires import WireUuid, wire_enum
from b2b_market.organizations.commands import (
    ConfirmRole,
    Decide,
    DropOwnRole,
    ListMembers,
    ListOwnRoles,
    ListReviews,
    ListWaitingRoles,
    ReadCompany,
    ReadMember,
    ReadPartner,
    ReadReview,
    ReadSettings,
    RemoveMember,
    ResubmitCompany,
    SearchDirectory,
    TakeRole,
)
from b2b_market.organizations.pages.edge import offered_to
from b2b_market.organizations.rules import CompanyFixed, IdentifierTaken, LimitsInCurrency
from b2b_market.organizations.schemas import (
    ClaimIn,
    CompanyOut,
    CompanyPageOut,
    ConfirmIn,
    DecisionIn,
    DirectoryOut,
    DirectoryPageOut,
    InviteIn,
    MemberOut,
    MemberPageOut,
    OwnCompanyOut,
    OwnRoleIn,
    OwnRoleOut,
    OwnRolesOut,
    ProfileIn,
    RegisterIn,
    ReviewOut,
    RoleIn,
    SettingsIn,
    SettingsOut,
    WaitingRoleOut,
    WaitingRolesOut,
)
from b2b_market.organizations.service import (
    directory,
    guests,
    members,
    overseeing,
    own_roles,
    registering,
    reviewing,
    settings,
)
from b2b_market.organizations.states import CompanyStatus
from b2b_market.rbac.duties import OwnWork
from b2b_market.rbac.edge import Answer, Call
from b2b_market.rbac.grants import LastAdmin, NothingToConfirm, OwnRole, RoleNotOffered, SecondPersonNeeded
from b2b_market.rbac.own_roles import OtherSide, OwnRoleInUse, OwnRoleRaised
from b2b_market.rbac.responses import changes, reads
from b2b_market.rbac.sides import own_role

router = APIRouter(tags=["organizations"], route_class=StrictRoute)
Limit = Annotated[int | None, Query(ge=1, le=200)]
Cursor = Annotated[str | None, Query(max_length=500)]
Words = Annotated[str, Query(max_length=200)]
Side = Annotated[str, Query(pattern="^(buyer|supplier)$")]
Label = Annotated[str, Query(min_length=1, max_length=40)]
Status = wire_enum(CompanyStatus)


@router.post(
    "/organizations",
    status_code=201,
    response_model=OwnCompanyOut,
    responses={202: {"description": "A stranger's registration: see the mail"}, **changes(TooManyAttempts)},
)
def register(body: RegisterIn, call: Call) -> Answer:
    """Register a company.

    With a session the answer is the company (201). Without one it is always 202: the founder gets a mail, either to set
    a password or, where the address is known already, to sign in and register from there.
    """
    if call.actor.is_anonymous:
        address = body.founder.email if body.founder else ""
        doorkeeper(call.request.app.state).admit_mail(address, call.work.cause.network)
    found = registering.register_company(call.work, call.actor, body.to_command())
    if call.actor.is_anonymous or found is None:
        return call.nothing(status=202)
    return call.answer(OwnCompanyOut, found, status=201, location="/api/v1/organization")


@router.get("/organization", response_model=OwnCompanyOut, responses=reads())
def read_company(call: Call) -> Answer:
    """Read the own company."""
    return call.answer(OwnCompanyOut, registering.read_company(call.work, call.actor, ReadCompany()))


@router.post("/organization/claim", response_model=OwnCompanyOut, responses=changes())
def claim_company(body: ClaimIn, call: Call) -> Answer:
    """Register the own provisional company, with its quotation and history; it waits for the operator from then on."""
    return call.answer(OwnCompanyOut, guests.claim_company(call.work, call.actor, body.to_command()))


@router.put("/organization", response_model=OwnCompanyOut, responses=changes(CompanyFixed))
def change_company(body: ProfileIn, call: Call) -> Answer:
    """Change what the company says of itself; once it is approved, its address only."""
    command = body.to_change(call.if_match)
    return call.answer(OwnCompanyOut, registering.change_company(call.work, call.actor, command))


@router.post("/organization/resubmit", response_model=OwnCompanyOut, responses=changes())
def resubmit_company(call: Call) -> Answer:
    """Hand a rejected registration in again."""
    command = ResubmitCompany(call.if_match)
    return call.answer(OwnCompanyOut, registering.resubmit_company(call.work, call.actor, command))


@router.get("/organization/settings", response_model=SettingsOut, responses=reads())
def read_settings(call: Call) -> Answer:
    """Read the own company's settings."""
    return call.answer(SettingsOut, settings.read_settings(call.work, call.actor, ReadSettings()))


@router.put("/organization/settings", response_model=SettingsOut, responses=changes(LimitsInCurrency))
def change_settings(body: SettingsIn, call: Call) -> Answer:
    """Change the own company's settings."""
    command = body.to_command(call.if_match)
    return call.answer(SettingsOut, settings.change_settings(call.work, call.actor, command))


@router.get("/companies", response_model=DirectoryPageOut, responses=reads())
def search_directory(
    call: Call, q: Words = "", limit: Limit = None, cursor: Cursor = None, *, suppliers: bool = False
) -> Answer:
    """Search approved companies by words of their names."""
    command = SearchDirectory(words=q, suppliers_only=suppliers, page=page_request(limit, cursor))
    return call.answer_page(DirectoryOut, directory.search_directory(call.work, call.actor, command))


@router.get("/companies/{organization_id}", response_model=CompanyOut, responses=reads())
def read_partner(organization_id: WireUuid, call: Call) -> Answer:
    """Read one approved company as business partners see it."""
    return call.answer(CompanyOut, directory.read_partner(call.work, call.actor, ReadPartner(organization_id)))


@router.get("/members", response_model=MemberPageOut, responses=reads())
def list_members(call: Call, limit: Limit = None, cursor: Cursor = None) -> Answer:
    """List the people of the company with their roles."""
    command = ListMembers(page_request(limit, cursor))
    return call.answer_page(MemberOut, members.list_members(call.work, call.actor, command))


@router.post("/members", status_code=201, response_model=MemberOut, responses=changes(OwnRole, RoleNotOffered))
def invite_member(body: InviteIn, call: Call) -> Answer:
    """Invite a person with first roles; who is new to the product gets a mailed link."""
    found = members.invite_member(call.work, call.actor, body.to_command())
    return call.answer(MemberOut, found, status=201, location=f"/api/v1/members/{found.user_id}")


@router.get("/members/{user_id}", response_model=MemberOut, responses=reads())
def read_member(user_id: WireUuid, call: Call) -> Answer:
    """Read one person of the company."""
    return call.answer(MemberOut, members.read_member(call.work, call.actor, ReadMember(user_id)))


@router.delete("/members/{user_id}", status_code=204, response_model=None, responses=changes(LastAdmin, RoleNotOffered))
def remove_member(user_id: WireUuid, call: Call) -> Answer:
    """Take every role from a person of the company."""
    members.remove_member(call.work, call.actor, RemoveMember(user_id))
    return call.nothing()


@router.post(
    "/members/{user_id}/roles", response_model=MemberOut, responses=changes(OwnRole, RoleNotOffered, LastAdmin)
)
def give_role(user_id: WireUuid, body: RoleIn, call: Call) -> Answer:
    """Give a role, or change the limit and dates of one the person has."""
    return call.answer(MemberOut, members.give_role(call.work, call.actor, body.to_command(user_id)))


@router.delete(
    "/members/{user_id}/roles/{grant_id}",
    status_code=204,
    response_model=None,
    responses=changes(LastAdmin, RoleNotOffered),
)
def take_role(user_id: WireUuid, grant_id: WireUuid, call: Call) -> Answer:
    """End a role at once."""
    members.take_role(call.work, call.actor, TakeRole(user_id=user_id, grant_id=grant_id))
    return call.nothing()


@router.post(
    "/members/{user_id}/roles/{grant_id}/confirm",
    response_model=MemberOut,
    responses=changes(OwnRole, SecondPersonNeeded, NothingToConfirm),
)
def confirm_role(user_id: WireUuid, grant_id: WireUuid, call: Call) -> Answer:
    """Confirm a waiting role as its second person."""
    members.read_member(call.work, call.actor, ReadMember(user_id))
    return call.answer(MemberOut, members.confirm_role(call.work, call.actor, ConfirmRole(grant_id=grant_id)))


@router.get("/own-roles", response_model=OwnRolesOut, responses=reads())
def list_own_roles(call: Call) -> Answer:
    """List the company's own roles."""
    return call.answer_many(OwnRoleOut, own_roles.list_own_roles(call.work, call.actor, ListOwnRoles()))


@router.put("/own-roles", response_model=OwnRoleOut, responses=changes(OtherSide, OwnRoleRaised))
def save_role(body: OwnRoleIn, call: Call) -> Answer:
    """Make or change an own role out of the permissions offered to its side."""
    command = body.to_command(offered_to(call.request, body.side))
    return call.answer(OwnRoleOut, own_roles.save_role(call.work, call.actor, command))


@router.delete("/own-roles", status_code=204, response_model=None, responses=changes(OtherSide, OwnRoleInUse))
def drop_role(call: Call, side: Side, label: Label) -> Answer:
    """Delete an own role that nobody holds."""
    own_roles.drop_role(call.work, call.actor, DropOwnRole(own_role(side, label)))
    return call.nothing()


@router.get("/reviews", response_model=CompanyPageOut, responses=reads())
def list_reviews(
    call: Call,
    limit: Limit = None,
    cursor: Cursor = None,
    status: Status = CompanyStatus.REGISTERED,  # type: ignore[valid-type]  # an Annotated alias made by a function
) -> Answer:
    """List companies by status for the operator, the longest waiting first."""
    command = ListReviews(status=status, page=page_request(limit, cursor))
    return call.answer_page(CompanyOut, reviewing.list_reviews(call.work, call.actor, command))


@router.get("/reviews/{organization_id}", response_model=ReviewOut, responses=reads())
def read_review(organization_id: WireUuid, call: Call) -> Answer:
    """Read a registration with everything its judgement needs."""
    return call.answer(ReviewOut, reviewing.read_review(call.work, call.actor, ReadReview(organization_id)))


@router.post(
    "/reviews/{organization_id}/approve", response_model=OwnCompanyOut, responses=changes(IdentifierTaken, OwnWork)
)
def approve_company(organization_id: WireUuid, body: DecisionIn, call: Call) -> Answer:
    """Approve a registration: the company may trade."""
    command = Decide(organization_id=organization_id, expected_version=call.if_match, reason=body.reason)
    return call.answer(OwnCompanyOut, reviewing.approve_company(call.work, call.actor, command))


@router.post("/reviews/{organization_id}/reject", response_model=OwnCompanyOut, responses=changes(OwnWork))
def reject_company(organization_id: WireUuid, body: DecisionIn, call: Call) -> Answer:
    """Reject a registration with a reason."""
    command = Decide(organization_id=organization_id, expected_version=call.if_match, reason=body.reason)
    return call.answer(OwnCompanyOut, reviewing.reject_company(call.work, call.actor, command))


@router.get("/waiting-roles", response_model=WaitingRolesOut, responses=reads())
def list_waiting_roles(call: Call) -> Answer:
    """List the roles of all companies that wait for a second person."""
    return call.answer_many(WaitingRoleOut, overseeing.list_waiting_roles(call.work, call.actor, ListWaitingRoles()))


@router.post(
    "/waiting-roles/{grant_id}/confirm",
    status_code=204,
    response_model=None,
    responses=changes(SecondPersonNeeded, NothingToConfirm, OwnRole),
)
def confirm_role_for_company(grant_id: WireUuid, body: ConfirmIn, call: Call) -> Answer:
    """Confirm a role for a company whose only admin gave it."""
    command = ConfirmRole(grant_id=grant_id, organization_id=body.organization_id)
    overseeing.confirm_role_for_company(call.work, call.actor, command)
    return call.nothing()
