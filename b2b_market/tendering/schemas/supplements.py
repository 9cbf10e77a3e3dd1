"""Wire shapes of supplementary pools."""

from typing import Annotated

from pydantic import Field

from b2b_market.infra.http.wires import ShortText, WireIn, WireUuid
from b2b_market.tendering.commands.committee import Named
from b2b_market.tendering.commands.supplements import DrawSupplement, NameSupplement
from b2b_market.tendering.schemas.committee import NamedIn


class SupplementIn(WireIn):
    """More people for the empty seats."""

    people: Annotated[tuple[NamedIn, ...], Field(max_length=200, strict=False)]

    def to_command(self, tender_id: WireUuid, expected_version: int | None) -> NameSupplement:
        """Return the operation's input."""
        people = tuple(Named(one.email, one.expert) for one in self.people)
        return NameSupplement(tender_id, expected_version, people)


class WordIn(WireIn):
    """The word that the draw is mixed with: something that nobody could foresee, such as a lottery's numbers."""

    word: ShortText

    def to_command(self, tender_id: WireUuid, expected_version: int | None) -> DrawSupplement:
        """Return the operation's input."""
        return DrawSupplement(tender_id, expected_version, self.word)
