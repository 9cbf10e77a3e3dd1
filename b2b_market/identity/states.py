"""What sorts of users and links there are."""

from enum import StrEnum


class UserKind(StrEnum):
    """A person signs in; a service account is what an API key acts as."""

    PERSON = "person"
    SERVICE = "service"


class LinkPurpose(StrEnum):
    """Why somebody may set a password by a mailed link."""

    INVITATION = "invitation"
    RESET = "reset"
