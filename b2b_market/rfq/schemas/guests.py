"""What the API takes and tells of suppliers that are invited by mail."""

from typing import Annotated

from pydantic import Field

from b2b_market.infra.http.wires import OptionalText, ShortText, WireIn, WireOut, WireUuid, wire_enum
from b2b_market.rfq.commands.guests import InviteGuest, RequestTakeover, TakeOver
from b2b_market.ui.language import Language

Address = Annotated[ShortText, Field(min_length=3)]


class GuestIn(WireIn):
    """A mail address, and the company that it is invited for; ``locale`` is the language of the mail."""

    email: Address
    company_name: ShortText
    contact_name: OptionalText = ""
    locale: wire_enum(Language) = Language.EN  # type: ignore[valid-type]  # an Annotated alias made by a function

    def to_command(self, rfq_id: WireUuid, expected_version: int | None) -> InviteGuest:
        """Return the operation's input."""
        return InviteGuest(
            rfq_id=rfq_id,
            expected_version=expected_version,
            email=self.email,
            company_name=self.company_name,
            contact_name=self.contact_name,
            locale=self.locale,
        )


class GuestOut(WireOut):
    """A guest of a request; ``supplier_id`` and ``status`` (of its company) are null before the publication."""

    id: WireUuid
    rfq_id: WireUuid
    email: str
    company_name: str
    contact_name: str
    locale: str
    supplier_id: WireUuid | None
    status: str | None


class TakeoverRequestIn(WireIn):
    """The mail address whose invitations the own company wants to take over."""

    email: Address

    def to_command(self) -> RequestTakeover:
        """Return the operation's input."""
        return RequestTakeover(self.email)


class TakeoverIn(WireIn):
    """The address again, and the code that was mailed to it."""

    email: Address
    code: Annotated[ShortText, Field(min_length=1, max_length=20)]

    def to_command(self) -> TakeOver:
        """Return the operation's input."""
        return TakeOver(email=self.email, code=self.code)


class TakenOverOut(WireOut):
    """The requests that the own company takes part in now; ``left`` are the numbers of those it does not."""

    rfq_ids: list[WireUuid]
    left: list[str]
