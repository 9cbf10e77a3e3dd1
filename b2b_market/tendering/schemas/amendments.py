"""Wire shapes of amendments and of the editions of a notice."""

from collections.abc import Sequence
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field

from b2b_market.infra.http.wires import LongText, ShortText, WireIn, WireOut, WireTime
from b2b_market.tendering.commands.amendments import AmendTender, DecideAmendment
from b2b_market.tendering.rules.amending import Change
from b2b_market.tendering.schemas.tenders import BondIn, CriterionIn, LotIn
from b2b_market.tendering.service.amending import AmendmentView, Plan
from b2b_market.tendering.service.editions import Editions, EditionView
from b2b_market.tendering.states.amendments import TENDER_AMENDMENT_LIFECYCLE, Need, TenderAmendmentStatus


class AmendmentIn(WireIn):
    """The whole next content of a published tender: its lots as they are, in their order.

    Without ``closes_at`` the deadline moves only as far as the procedure asks for.
    """

    title: ShortText
    description: LongText = ""
    lots: Annotated[tuple[LotIn, ...], Field(max_length=200, min_length=1, strict=False)]
    criteria: Annotated[tuple[CriterionIn, ...], Field(max_length=100, strict=False)] = ()
    bond: BondIn = BondIn()
    closes_at: WireTime | None = None
    reason: LongText

    def to_command(self, tender_id: UUID, expected_version: int | None) -> AmendTender:
        """Return the operation's input."""
        return AmendTender(
            tender_id=tender_id,
            expected_version=expected_version,
            title=self.title,
            description=self.description,
            lots=tuple(lot.to_command() for lot in self.lots),
            criteria=tuple(one.to_command() for one in self.criteria),
            bond=self.bond.to_command(),
            closes_at=self.closes_at,
            reason=self.reason,
        )


class RemarkIn(WireIn):
    """Why an amendment is returned."""

    remark: LongText

    def to_command(self, amendment_id: UUID, expected_version: int | None) -> DecideAmendment:
        """Return the operation's input."""
        return DecideAmendment(amendment_id, expected_version, self.remark)


class ChangeOut(WireOut):
    """One thing that changes, in English; ``material``: bids answer it."""

    where: str
    label: str
    before: str
    after: str
    material: bool

    @classmethod
    def of(cls, value: Change) -> Self:
        """Return the wire shape of a change."""
        names = ("label", "before", "after", "material")
        return cls(where=value.where.format(**value.numbers), **{name: getattr(value, name) for name in names})


class PreviewOut(WireOut):
    """What an amendment would bring about now; ``needs`` says why a second person must approve it."""

    changes: list[ChangeOut]
    material: bool
    closes_at: WireTime
    needs: list[Need]

    @classmethod
    def of(cls, value: tuple[Plan, Sequence[Need]]) -> Self:
        """Return the wire shape of a plan."""
        plan, needs = value
        changes = [ChangeOut.of(one) for one in plan.changes]
        return cls(changes=changes, material=plan.material, closes_at=plan.closes_at, needs=list(needs))


class AmendmentSummaryOut(WireOut):
    """An amendment of an own tender in a list; ``edition`` is the one of the notice that it became."""

    id: UUID
    version: int
    tender_id: UUID
    status: TenderAmendmentStatus
    author_id: UUID
    reason: str
    edition: int | None
    decider_id: UUID | None
    remark: str
    created_at: WireTime


class AmendmentOut(AmendmentSummaryOut):
    """An amendment with what it changed, or would change if it were approved now."""

    changes: list[ChangeOut]
    material: bool
    closes_at: WireTime | None
    needs: list[Need]
    allowed_steps: list[str]

    @classmethod
    def of(cls, value: AmendmentView) -> Self:
        """Return the wire shape of an amendment."""
        row = value.amendment
        plain: dict[str, Any] = {name: getattr(row, name) for name in AmendmentSummaryOut.model_fields}
        return cls(
            **plain,
            changes=[ChangeOut.of(one) for one in value.changes],
            material=value.material,
            closes_at=value.closes_at,
            needs=list(value.needs),
            allowed_steps=list(TENDER_AMENDMENT_LIFECYCLE.allowed(row.status)),
        )


class EditionOut(WireOut):
    """One edition of a notice; ``voids``: bids for the editions before it had to be confirmed."""

    edition: int
    reason: str
    published_at: WireTime
    voids: bool
    changes: list[ChangeOut]
    document: dict[str, Any]
    notice: dict[str, Any]

    @classmethod
    def of(cls, value: EditionView) -> Self:
        """Return the wire shape of an edition."""
        names = ("edition", "reason", "published_at", "document", "notice")
        plain: dict[str, Any] = {name: getattr(value.row, name) for name in names}
        return cls(**plain, voids=value.voids, changes=[ChangeOut.of(one) for one in value.changes])


class EditionsOut(WireOut):
    """The editions of a tender's notice, the newest first."""

    items: list[EditionOut]

    @classmethod
    def of(cls, value: Editions) -> Self:
        """Return the wire shape of the editions."""
        return cls(items=[EditionOut.of(one) for one in value.editions])
