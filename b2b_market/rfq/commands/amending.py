"""What operations on the versions of a published request are asked for."""

from dataclasses import dataclass
from uuid import UUID

from b2b_market.rfq.commands.requests import DraftRfq
from b2b_market.rfq.states import Disclosure


@dataclass(frozen=True, slots=True, kw_only=True)
class AmendRfq:
    """The whole next version of a published request, and why it changes.

    ``line_ids`` stand beside ``content.lines``: the line that is kept or changed, None for a new one. Lines that are
    not named are withdrawn. Mode and invitations of ``content`` are not looked at: they have steps of their own.
    ``disclosure`` is what suppliers may see of each other from then on; None leaves it, whatever ``content`` says.
    """

    rfq_id: UUID
    expected_version: int | None
    content: DraftRfq
    line_ids: tuple[UUID | None, ...]
    reason: str = ""
    disclosure: Disclosure | None = None


@dataclass(frozen=True, slots=True)
class DecideAmendment:
    """A step of an amendment that waits for its approval; ``reason`` is needed to return it."""

    amendment_id: UUID
    expected_version: int | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ReadAmendment:
    """One amendment by its id."""

    amendment_id: UUID
