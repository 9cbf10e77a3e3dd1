"""What identity announces. Secrets never travel: whoever mails a link makes it then."""

from uuid import UUID

from b2b_market.kernel.event import Event, event


@event("identity.reset_requested.v1")
class ResetRequested(Event):
    """A person asked for a link to set a new password."""

    user_id: UUID


@event("identity.entry_requested.v1")
class EntryRequested(Event):
    """A person asked for a link to enter without a password."""

    user_id: UUID


@event("identity.entry_code_requested.v1")
class EntryCodeRequested(Event):
    """The holder of a link to enter asked for the code that belongs to it."""

    link_id: UUID


@event("identity.password_changed.v1")
class PasswordChanged(Event):
    """A person's password was set or changed."""

    user_id: UUID
