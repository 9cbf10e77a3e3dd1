"""What organizations does about its own facts: it writes to founders, operators, admins and new people."""

from uuid import UUID

from b2b_market.identity.public import LinkPurpose, issue_link, issue_takeover, people
from b2b_market.infra.work import Work
from b2b_market.kernel.text import N_
from b2b_market.notifications.public import Fact, Message, MessageType, Recipient, Thing, notify, tell
from b2b_market.organizations.events import (
    CompanyApproved,
    CompanyRegistered,
    CompanyRejected,
    MemberInvited,
    RoleConfirmed,
    RoleWaiting,
    TakeoverRequested,
)
from b2b_market.organizations.permissions import MemberPermission, OrganizationPermission, PlatformPermission
from b2b_market.organizations.service.directory import company, people_with
from b2b_market.rbac.actor import Actor, Scope
from b2b_market.rbac.domains import platform_domain
from b2b_market.rbac.grants import second_admins

LINK = "/set-password?token={token}"


class RegistrationReceived(MessageType):
    """The founder's link to set a password."""

    code = "organizations.registration_received"
    label = N_("Registration of your company")
    subject = N_("Your registration of {company}")
    body = N_(
        "{company} is registered and waits for the operator's approval.\n\n"
        "Set a password by this link to sign in and follow it. The link works once, within seven days."
    )
    in_app = False
    obligatory = True


class RegistrationToReview(MessageType):
    """The operator's news of a registration."""

    code = "organizations.registration_to_review"
    label = N_("Registrations to review")
    subject = N_("{company} asks to be approved")
    body = N_("{company} has registered. Check its names and numbers, then approve or reject it.")
    permission = OrganizationPermission.REVIEW.value


class RegistrationApproved(MessageType):
    """The company's news that it may trade."""

    code = "organizations.approved"
    label = N_("Decisions on your registration")
    subject = N_("{company} is approved")
    body = N_("The operator has approved {company}. Invite your colleagues and start trading.")
    permission = OrganizationPermission.CHANGE.value


class RegistrationRejected(MessageType):
    """The company's news that its registration was rejected."""

    code = "organizations.rejected"
    label = N_("Rejections of your registration")
    subject = N_("The registration of {company} was rejected")
    body = N_("The operator's reason stands at your company. Correct the registration and hand it in again.")
    permission = OrganizationPermission.CHANGE.value


class TakeoverCode(MessageType):
    """The code by which a company proves that it reads the mail of an invited guest."""

    code = "organizations.takeover_code"
    label = N_("Codes to take your invitations over")
    subject = N_("{company} asks for a code")
    body = N_(
        "{person} of {company} wants to take over the requests that you were invited to quote on, with your quotations."
        "\n\nIf you want that, give them this code: {code}\n\nIt works once, within ten minutes. If you do not know "
        "them, ignore this mail: nothing happens without the code."
    )
    in_app = False
    obligatory = True


class Invitation(MessageType):
    """The link of somebody who is new to the product."""

    code = "organizations.invitation"
    label = N_("Invitations to work for a company")
    subject = N_("{company} invites you")
    body = N_(
        "{inviter} has given you a role at {company}.\n\n"
        "Set a password by this link to sign in. The link works once, within seven days."
    )
    in_app = False
    obligatory = True


class AddedToCompany(MessageType):
    """The notice of somebody who knows the product already."""

    code = "organizations.added"
    label = N_("New companies you work for")
    subject = N_("You work for {company} now")
    body = N_("{inviter} has given you a role at {company}. Choose the company in the menu of your account.")


class RoleToConfirm(MessageType):
    """The second person's news that a role waits for them."""

    code = "organizations.role_to_confirm"
    label = N_("Roles to confirm")
    subject = N_("A role for {person} waits for you")
    body = N_("{giver} has given {person} a role at {company} that decides for it. A second person has to confirm it.")


class RoleInForce(MessageType):
    """The receiver's news that a role is in force."""

    code = "organizations.role_in_force"
    label = N_("Your roles")
    subject = N_("Your role at {company} is confirmed")
    body = N_("A second person has confirmed your role at {company}. It is in force now.")


def when_company_registered_invite_founder(work: Work, actor: Actor, event: CompanyRegistered) -> None:
    """Mail the founder a link, if they cannot sign in yet."""
    founder = people(work, actor, [event.registered_by])[event.registered_by]
    if founder.can_sign_in:
        return
    token = issue_link(work, actor, founder.id, LinkPurpose.INVITATION)
    facts = {"company": _name(work, actor, event.organization_id)}
    notify(
        work,
        [_reader(work, actor, founder.id)],
        Message(type=RegistrationReceived, facts=facts, link=LINK, secrets={"token": token}),
    )


def when_takeover_requested_mail_code(work: Work, actor: Actor, event: TakeoverRequested) -> None:
    """Mail the guest a fresh code, and say who asks for it."""
    made = issue_takeover(work, actor, event.guest_id, event.organization_id)
    asker = people(work, actor, [event.asked_by])[event.asked_by]
    facts = {"company": _name(work, actor, event.organization_id), "person": asker.name}
    message = Message(type=TakeoverCode, facts=facts, link="/enter", secrets={"code": made.code})
    notify(work, [_reader(work, actor, event.guest_id)], message)


def when_company_registered_tell_operator(work: Work, actor: Actor, event: CompanyRegistered) -> None:
    """Tell the operator's reviewers."""
    home = platform_domain(work.session)
    readers = people_with(work, _all(actor), [home], OrganizationPermission.REVIEW) if home else []
    _tell(work, actor, readers, RegistrationToReview, (event.organization_id, f"/reviews/{event.organization_id}"))


def when_company_approved_tell_admins(work: Work, actor: Actor, event: CompanyApproved) -> None:
    """Tell the admins of an approved company."""
    readers = people_with(work, _all(actor), [event.organization_id], OrganizationPermission.CHANGE)
    _tell(work, actor, readers, RegistrationApproved, (event.organization_id, "/organization"))


def when_company_rejected_tell_admins(work: Work, actor: Actor, event: CompanyRejected) -> None:
    """Tell the admins of a rejected company."""
    readers = people_with(work, _all(actor), [event.organization_id], OrganizationPermission.CHANGE)
    _tell(work, actor, readers, RegistrationRejected, (event.organization_id, "/organization"))


def when_member_invited_write_to_them(work: Work, actor: Actor, event: MemberInvited) -> None:
    """Mail a link to whoever cannot sign in yet; tell everybody else."""
    known = people(work, actor, [event.user_id, event.invited_by])
    facts = {"company": _name(work, actor, event.organization_id), "inviter": known[event.invited_by].name}
    reader = _reader(work, actor, event.user_id, event.organization_id)
    if known[event.user_id].can_sign_in:
        notify(work, [reader], Message(type=AddedToCompany, facts=facts, link="/"))
        return
    token = issue_link(work, actor, event.user_id, LinkPurpose.INVITATION)
    notify(work, [reader], Message(type=Invitation, facts=facts, link=LINK, secrets={"token": token}))


def when_role_waits_tell_second_person(work: Work, actor: Actor, event: RoleWaiting) -> None:
    """Tell who may confirm a role: the other admins, else the operator."""
    second = second_admins(work, event.organization_id, event.grant_id)
    if second:
        readers = people_with(work, _all(actor), [event.organization_id], MemberPermission.MANAGE)
        readers = [reader for reader in readers if reader.user_id in second]
        link = f"/members/{event.user_id}"
    else:
        home = platform_domain(work.session)
        readers = people_with(work, _all(actor), [home], PlatformPermission.CONFIRM_ROLE) if home else []
        link = "/waiting-roles"
    known = people(work, actor, [event.user_id, event.granted_by])
    facts = {"person": known[event.user_id].name, "giver": known[event.granted_by].name}
    _tell(work, actor, readers, RoleToConfirm, (event.organization_id, link), **facts)


def when_role_confirmed_tell_person(work: Work, actor: Actor, event: RoleConfirmed) -> None:
    """Tell the person whose role is in force now."""
    reader = _reader(work, actor, event.user_id, event.organization_id)
    _tell(work, actor, [reader], RoleInForce, (event.organization_id, "/"))


def _tell(
    work: Work,
    actor: Actor,
    readers: list[Recipient],
    kind: type[MessageType],
    about: tuple[UUID, str],
    **facts: Fact,
) -> None:
    """Tell ``readers`` about a company: ``about`` is its id, and the page where something can be done."""
    if not readers:
        return
    org_id, link = about
    name = _name(work, actor, org_id)
    thing = Thing(type="organization", id=org_id, name=name, link=link, facts={"company": name})
    tell(work, readers, kind, thing, **facts)


def _all(actor: Actor) -> Scope:
    return Scope(actor, None)


def _name(work: Work, actor: Actor, org_id: UUID) -> str:
    return company(work, _all(actor), org_id).name


def _reader(work: Work, actor: Actor, user_id: UUID, org_id: UUID | None = None) -> Recipient:
    person = people(work, actor, [user_id])[user_id]
    return Recipient(
        address=person.email,
        name=person.name,
        locale=person.locale,
        timezone=person.timezone,
        user_id=user_id,
        org_id=org_id,
    )
