"""What organizations announces."""

from uuid import UUID

from b2b_market.kernel.event import Event, event


@event("organizations.registered.v1")
class CompanyRegistered(Event):
    """A company registered, or handed its registration in again; it waits for the operator."""

    organization_id: UUID
    registered_by: UUID


@event("organizations.approved.v1")
class CompanyApproved(Event):
    """The operator approved a company: it may trade."""

    organization_id: UUID


@event("organizations.rejected.v1")
class CompanyRejected(Event):
    """The operator rejected a registration; the reason stands at the company."""

    organization_id: UUID


@event("organizations.claimed.v1")
class ProvisionalClaimed(Event):
    """A company that a buyer had invited by mail was registered by somebody who reads that mail."""

    organization_id: UUID
    sponsor_id: UUID
    claimed_by: UUID


@event("organizations.merged.v1")
class ProvisionalMerged(Event):
    """An approved company took over what a buyer had invited by mail; ``organization_id`` does nothing any more."""

    organization_id: UUID
    into_id: UUID
    sponsor_id: UUID


@event("organizations.takeover_requested.v1")
class TakeoverRequested(Event):
    """A company asks for a code that proves it reads the mail of an invited guest."""

    organization_id: UUID
    asked_by: UUID
    guest_id: UUID


@event("organizations.member_invited.v1")
class MemberInvited(Event):
    """An admin gave a person their first role in a company."""

    organization_id: UUID
    user_id: UUID
    invited_by: UUID


@event("organizations.role_waiting.v1")
class RoleWaiting(Event):
    """A role was given that a second person has to confirm (S6)."""

    organization_id: UUID
    grant_id: UUID
    user_id: UUID
    granted_by: UUID


@event("organizations.role_confirmed.v1")
class RoleConfirmed(Event):
    """A second person confirmed a role: it is in force."""

    organization_id: UUID
    grant_id: UUID
    user_id: UUID
