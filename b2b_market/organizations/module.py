"""The manifest of organizations."""

from pathlib import Path

from b2b_market.kernel.text import N_
from b2b_market.organizations import api, cli, handlers, models
from b2b_market.organizations.demo.filling import found_companies
from b2b_market.organizations.events import (
    CompanyApproved,
    CompanyRegistered,
    CompanyRejected,
    MemberInvited,
    ProvisionalClaimed,
    ProvisionalMerged,
    RoleConfirmed,
    RoleWaiting,
    TakeoverRequested,
)
from b2b_market.organizations.pages import claiming as claiming_pages
from b2b_market.organizations.pages import company as company_pages
from b2b_market.organizations.pages import members as member_pages
from b2b_market.organizations.pages import registering as registering_pages
from b2b_market.organizations.pages import reviewing as reviewing_pages
from b2b_market.organizations.pages import roles as role_pages
from b2b_market.organizations.permissions import (
    GRANTS,
    DirectoryPermission,
    MemberPermission,
    OrganizationPermission,
    PlatformPermission,
)
from b2b_market.organizations.rules import CompanyFixed, IdentifierTaken, LimitsInCurrency, OwnPerson
from b2b_market.organizations.service import (
    directory,
    founding,
    guests,
    members,
    overseeing,
    own_roles,
    registering,
    reviewing,
    settings,
)
from b2b_market.rbac.duties import OwnWork
from b2b_market.rbac.grants import LastAdmin, NothingToConfirm, OwnRole, RoleNotOffered, SecondPersonNeeded
from b2b_market.rbac.manifest import DemoStep, Handler, Manifest
from b2b_market.rbac.own_roles import OtherSide, OwnRoleInUse, OwnRoleRaised
from b2b_market.ui.viewer import NavGroup, NavItem

MANIFEST = Manifest(
    name="organizations",
    package=Path(__file__).parent,
    api=[api.router],
    pages=[
        registering_pages.router,
        claiming_pages.router,
        company_pages.router,
        member_pages.router,
        role_pages.router,
        reviewing_pages.router,
    ],
    handlers=[
        Handler(CompanyRegistered, handlers.when_company_registered_invite_founder, "organizations.invite_founder"),
        Handler(CompanyRegistered, handlers.when_company_registered_tell_operator, "organizations.tell_operator"),
        Handler(CompanyApproved, handlers.when_company_approved_tell_admins, "organizations.tell_approved"),
        Handler(CompanyRejected, handlers.when_company_rejected_tell_admins, "organizations.tell_rejected"),
        Handler(TakeoverRequested, handlers.when_takeover_requested_mail_code, "organizations.mail_takeover_code"),
        Handler(MemberInvited, handlers.when_member_invited_write_to_them, "organizations.write_to_member"),
        Handler(RoleWaiting, handlers.when_role_waits_tell_second_person, "organizations.tell_second_person"),
        Handler(RoleConfirmed, handlers.when_role_confirmed_tell_person, "organizations.tell_role_confirmed"),
    ],
    permissions=[OrganizationPermission, MemberPermission, PlatformPermission, DirectoryPermission],
    grants=[GRANTS],
    refusals=[
        IdentifierTaken,
        CompanyFixed,
        LimitsInCurrency,
        OwnPerson,
        OwnWork,
        OwnRole,
        LastAdmin,
        RoleNotOffered,
        SecondPersonNeeded,
        NothingToConfirm,
        OtherSide,
        OwnRoleInUse,
        OwnRoleRaised,
    ],
    services=[registering, guests, settings, reviewing, members, own_roles, overseeing, directory, founding],
    models=[models],
    events=[
        CompanyRegistered,
        CompanyApproved,
        CompanyRejected,
        ProvisionalClaimed,
        ProvisionalMerged,
        TakeoverRequested,
        MemberInvited,
        RoleWaiting,
        RoleConfirmed,
    ],
    nav=[
        NavGroup(
            N_("Company"),
            (
                NavItem(N_("Company profile"), "/organization", "building", OrganizationPermission.READ),
                NavItem(N_("People and roles"), "/members", "users", MemberPermission.READ),
                NavItem(N_("Directory"), "/companies", "search", DirectoryPermission.READ),
            ),
        ),
        NavGroup(
            N_("Platform"),
            (
                NavItem(N_("Registrations"), "/reviews", "approve", OrganizationPermission.READ_ALL),
                NavItem(N_("Waiting roles"), "/waiting-roles", "key", PlatformPermission.READ_ROLES),
            ),
        ),
    ],
    cli=cli.app,
    demo=[DemoStep(10, found_companies)],
)
