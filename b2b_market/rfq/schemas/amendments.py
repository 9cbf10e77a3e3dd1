"""Wire shapes of amendments and versions."""

from typing import Annotated, Self
from uuid import UUID

from pydantic import Field

from b2b_market.infra.http.wires import (
    LongText,
    ShortText,
    WireCurrency,
    WireDecimal,
    WireIn,
    WireOut,
    WireTime,
    WireUuid,
    wire_enum,
)
from b2b_market.rfq.commands import requests as commands
from b2b_market.rfq.commands.amending import AmendRfq
from b2b_market.rfq.rules.amending import Difference, FieldChange, LineChange, LineFate
from b2b_market.rfq.schemas.requests import LineIn, TermsIn
from b2b_market.rfq.service.amending import AmendmentPreview
from b2b_market.rfq.service.editions import EditionContent, EditionDifference
from b2b_market.rfq.states import Disclosure


class AmendedLineIn(LineIn):
    """One need of the next version; ``id`` names the line it was, null makes a new one."""

    id: WireUuid | None = None


class AmendmentIn(WireIn):
    """The whole next version of a published request. Lines that are not named are withdrawn."""

    title: ShortText
    currency: WireCurrency
    closes_at: WireTime
    enquiry_ends_at: WireTime | None = None
    """Until when suppliers may ask; null leaves it, or moves it after a material change."""
    description: LongText = ""
    estimate: WireDecimal | None = None
    terms: TermsIn = TermsIn()
    disclosure: wire_enum(Disclosure) | None = None  # type: ignore[valid-type]  # an Annotated alias made by a function
    """What suppliers may see of each other from then on; null leaves it."""
    lines: Annotated[tuple[AmendedLineIn, ...], Field(min_length=1, max_length=5000, strict=False)]
    reason: LongText = ""

    def to_command(self, rfq_id: UUID, expected_version: int | None) -> AmendRfq:
        """Return the operation's input."""
        content = commands.DraftRfq(
            title=self.title,
            currency=self.currency,
            closes_at=self.closes_at,
            enquiry_ends_at=self.enquiry_ends_at,
            description=self.description,
            estimate=self.estimate,
            terms=self.terms.to_terms(),
            lines=tuple(line.to_command() for line in self.lines),
        )
        return AmendRfq(
            rfq_id=rfq_id,
            expected_version=expected_version,
            content=content,
            line_ids=tuple(line.id for line in self.lines),
            reason=self.reason,
            disclosure=self.disclosure,
        )


class FieldChangeOut(WireOut):
    """One field before and after, as versions keep it: decimals, days and moments as texts; null is no such field."""

    field: str
    before: str | int | bool | None
    after: str | int | bool | None
    material: bool


class LineChangeOut(WireOut):
    """What happens to one line."""

    line_id: WireUuid
    position: int
    item_name: str
    fate: wire_enum(LineFate)  # type: ignore[valid-type]  # an Annotated alias made by a function
    material: bool
    fields: list[FieldChangeOut]


class DifferenceOut(WireOut):
    """What changed from one version to another."""

    rfq_id: WireUuid
    before: int
    after: int
    material: bool
    header: list[FieldChangeOut]
    lines: list[LineChangeOut]

    @classmethod
    def of(cls, value: EditionDifference) -> Self:
        """Return the answer for two versions."""
        numbers = {"rfq_id": value.rfq.id, "before": value.before.edition, "after": value.after.edition}
        return cls.model_validate({**numbers, **changes_of(value.difference)})


class AmendmentPreviewOut(WireOut):
    """What an amendment would change and bring about.

    ``to_confirm`` are the suppliers whose quotation must be confirmed; ``earliest`` is the first deadline that leaves
    enough time, null where the change asks for none.
    """

    rfq_id: WireUuid
    edition: int
    material: bool
    header: list[FieldChangeOut]
    lines: list[LineChangeOut]
    to_confirm: list[WireUuid]
    closes_at: WireTime
    earliest: WireTime | None
    too_soon: bool
    needs_approval: bool
    """Whether it is above the reader's own limit, so that it is submitted to the approvers."""

    @classmethod
    def of(cls, value: AmendmentPreview) -> Self:
        """Return the answer for a preview."""
        own = {
            "rfq_id": value.rfq.id,
            "edition": value.edition,
            "to_confirm": value.to_confirm,
            "closes_at": value.closes_at,
            "earliest": value.earliest,
            "too_soon": value.too_soon,
            "needs_approval": value.needs_approval,
        }
        return cls.model_validate({**own, **changes_of(value.difference)})


class EditionSummaryOut(WireOut):
    """A version in a list; ``reason`` is empty for the first."""

    rfq_id: WireUuid
    edition: int
    material: bool
    reason: str
    closes_at: WireTime
    published_at: WireTime
    content_hash: str | None

    @classmethod
    def of(cls, value: object) -> Self:
        """Return the answer for a version, its hash in hex."""
        found = {name: getattr(value, name) for name in EditionSummaryOut.model_fields}
        digest = found.pop("content_hash")
        return cls.model_validate({**found, "content_hash": bytes(digest).hex() if digest is not None else None})


class WordingLineOut(WireOut):
    """One line as a version keeps it."""

    id: WireUuid
    position: int
    fields: dict[str, str | int | bool | None]


class EditionOut(WireOut):
    """One version with everything it says; decimals, days and moments as texts."""

    rfq_id: WireUuid
    edition: int
    material: bool
    reason: str
    published_at: WireTime
    content_hash: str | None
    header: dict[str, str | int | bool | None]
    lines: list[WordingLineOut]

    @classmethod
    def of(cls, value: EditionContent) -> Self:
        """Return the answer for a version."""
        digest = value.edition.content_hash
        lines = [
            {
                "id": str(line["id"]),
                "position": line["position"],
                "fields": {name: said for name, said in line.items() if name not in ("id", "position")},
            }
            for line in value.wording.lines
        ]
        own = {
            "rfq_id": value.rfq.id,
            "content_hash": bytes(digest).hex() if digest is not None else None,
            "header": dict(value.wording.header),
            "lines": lines,
        }
        shared = {name: getattr(value.edition, name) for name in ("edition", "material", "reason", "published_at")}
        return cls.model_validate({**own, **shared})


def changes_of(found: Difference) -> dict[str, object]:
    """Return the parts of an answer that say what changed."""
    return {
        "material": found.material,
        "header": [_field(change) for change in found.header],
        "lines": [_line(line) for line in found.lines],
    }


def _field(change: FieldChange) -> dict[str, object]:
    return {"field": change.field, "before": change.before, "after": change.after, "material": change.material}


def _line(line: LineChange) -> dict[str, object]:
    return {
        "line_id": str(line.line_id),
        "position": line.position,
        "item_name": line.item_name,
        "fate": line.fate,
        "material": line.material,
        "fields": [_field(change) for change in line.fields],
    }
