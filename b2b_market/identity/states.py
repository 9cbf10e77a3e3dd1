"""What sorts of users and links there are."""

from enum import StrEnum


class UserKind(StrEnum):
    """A person signs in; a service account is what an API key acts as."""

    PERSON = "person"
    SERVICE = "service"


class LinkPurpose(StrEnum):
    """What a mailed link or code is for: to set a password, to enter for a few hours, or to prove a mailbox."""

    INVITATION = "invitation"
    RESET = "reset"
    ENTRY = "entry"
    TAKEOVER = "takeover"
