"""Wire shapes of bid bonds."""

from typing import Annotated, Self

from pydantic import Field

from b2b_market.infra.http.wires import (
    LongText,
    MoneyWire,
    OptionalText,
    ShortText,
    WireDate,
    WireIn,
    WireOut,
    WireTime,
    WireUuid,
    wire_enum,
)
from b2b_market.kernel.currency import Currency
from b2b_market.kernel.money import Money
from b2b_market.tendering.commands.bonds import BondContent, ProposeForfeiture, RegisterBond, ReplaceBond, StepBond
from b2b_market.tendering.models.bonds import Bond
from b2b_market.tendering.rules.bonds import MOST_TEXT
from b2b_market.tendering.schemas.complaints import EvidenceOut
from b2b_market.tendering.service.bonding import BondView, TenderBonds
from b2b_market.tendering.states.bonds import BOND_LIFECYCLE, BondFinding, BondForm, BondStatus, ForfeitureGround

Said = Annotated[str, Field(min_length=1, max_length=MOST_TEXT)]


class BondReplaceIn(WireIn):
    """What a bond is; ``letter_id`` is a file of the own company."""

    form: wire_enum(BondForm)  # type: ignore[valid-type]  # an Annotated alias made by a function
    amount: MoneyWire
    issuer: OptionalText = ""
    reference: ShortText
    held_where: ShortText
    valid_until: WireDate | None = None
    letter_id: WireUuid | None = None

    def content(self) -> BondContent:
        """Return what the operations read."""
        return BondContent(
            form=self.form,
            amount=self.amount.to_money(),
            issuer=self.issuer,
            reference=self.reference,
            held_where=self.held_where,
            valid_until=self.valid_until,
            letter_id=self.letter_id,
        )

    def to_replace(self, bond_id: WireUuid, expected_version: int | None) -> ReplaceBond:
        """Return the operation's input."""
        return ReplaceBond(bond_id, expected_version, self.content())


class BondRegisterIn(BondReplaceIn):
    """A bond for a lot."""

    lot_id: WireUuid

    def to_command(self, tender_id: WireUuid) -> RegisterBond:
        """Return the operation's input."""
        return RegisterBond(tender_id, self.lot_id, self.content())


class BondTextIn(WireIn):
    """A reason, or the bank's reference of a return."""

    text: Said

    def to_command(self, bond_id: WireUuid, expected_version: int | None) -> StepBond:
        """Return the operation's input."""
        return StepBond(bond_id, expected_version, self.text)


class ForfeitureIn(WireIn):
    """Why a bond is to be kept."""

    ground: wire_enum(ForfeitureGround)  # type: ignore[valid-type]  # as above
    reason: Said

    def to_command(self, bond_id: WireUuid, expected_version: int | None) -> ProposeForfeiture:
        """Return the operation's input."""
        return ProposeForfeiture(bond_id, expected_version, self.ground, self.reason)


class BondOut(WireOut):
    """A bond as its bidder sees it, and its buyer from the opening on; ``allowed_steps`` are those its status has."""

    id: WireUuid
    version: int
    tender_id: WireUuid
    lot_id: WireUuid
    buyer_id: WireUuid
    supplier_id: WireUuid
    status: wire_enum(BondStatus)  # type: ignore[valid-type]  # as above
    form: wire_enum(BondForm)  # type: ignore[valid-type]  # as above
    amount: MoneyWire
    issuer: str
    reference: str
    held_where: str
    valid_until: WireDate | None
    letter: EvidenceOut | None
    held_since: WireTime | None
    claimed: bool
    settled_at: WireTime | None
    return_reference: str | None
    ground: wire_enum(ForfeitureGround) | None  # type: ignore[valid-type]  # as above
    reason: LongText | None
    remark: LongText | None
    allowed_steps: list[str]

    @classmethod
    def of(cls, value: Bond) -> Self:
        """Return the wire shape of a bond."""
        made = {"amount", "allowed_steps"}
        found = {name: getattr(value, name) for name in BondOut.model_fields if name not in made}
        amount = Money(value.amount, Currency(value.currency)).to_json()
        steps = list(BOND_LIFECYCLE.allowed(value.status))
        return cls.model_validate({**found, "amount": amount, "allowed_steps": steps})


class BondViewOut(WireOut):
    """A bond with what is wrong with it as measured by the notice, and when it goes back."""

    bond: BondOut
    findings: list[wire_enum(BondFinding)]  # type: ignore[valid-type]  # as above
    released_at: WireTime | None
    due_at: WireTime | None

    @classmethod
    def of(cls, value: BondView) -> Self:
        """Return the wire shape of a bond as it is judged."""
        return cls(
            bond=BondOut.of(value.bond),
            findings=list(value.findings),
            released_at=value.released_at,
            due_at=value.due_at,
        )


class LotBondOut(WireOut):
    """What a lot asks for at least; null where the estimate is hidden from the reader, or no bond is asked for."""

    lot_id: WireUuid
    least: MoneyWire | None


class MissingBondOut(WireOut):
    """An opened bid without a bond."""

    lot_id: WireUuid
    supplier_id: WireUuid


class TenderBondsOut(WireOut):
    """The bonds of a tender that the reader may know of; ``missing`` is the buyer's."""

    until: WireDate | None
    lots: list[LotBondOut]
    bonds: list[BondViewOut]
    missing: list[MissingBondOut]

    @classmethod
    def of(cls, value: TenderBonds) -> Self:
        """Return the wire shape of a tender's bonds."""
        least = {lot_id: None if one is None else one.to_json() for lot_id, one in value.least.items()}
        lots = [{"lot_id": lot_id, "least": one} for lot_id, one in least.items()]
        return cls(
            until=value.until,
            lots=[LotBondOut.model_validate(one) for one in lots],
            bonds=[BondViewOut.of(one) for one in value.bonds],
            missing=[MissingBondOut(lot_id=lot, supplier_id=supplier) for lot, supplier in value.missing],
        )
