"""Wire shapes of features and life-cycle costs: declared by the buyer, and as a bid is weighed by them."""

from typing import Annotated, Self

from pydantic import Field

from b2b_market.infra.http.wires import ShortText, WireDecimal, WireIn, WireOut, wire_enum
from b2b_market.kernel.units import unit
from b2b_market.tendering.commands.weighing import Answer, Cost, Feature
from b2b_market.tendering.rules.deciding import shown_amount
from b2b_market.tendering.rules.effective import Weighed
from b2b_market.tendering.states.weighing import CostKind

UnitCode = Annotated[str, Field(min_length=1, max_length=3, pattern=r"^[A-Z0-9]{1,3}$")]


class AnswerIn(WireIn):
    """An answer with the share of the price that it is worth: ``0.1`` for ten percent."""

    text: ShortText
    share: WireDecimal


class FeatureIn(WireIn):
    """A feature that bidders choose an answer to; the best answers of a lot add up to 0.30 at most."""

    name: ShortText
    answers: Annotated[tuple[AnswerIn, ...], Field(max_length=20, strict=False)]

    def to_command(self) -> Feature:
        """Return the operation's input."""
        return Feature(self.name.strip(), tuple(Answer(one.text.strip(), one.share) for one in self.answers))


class CostIn(WireIn):
    """A life-cycle cost: the bidder declares how much, ``price`` is what each ``unit`` of it costs the buyer."""

    name: ShortText
    unit: UnitCode
    price: WireDecimal
    kind: wire_enum(CostKind)  # type: ignore[valid-type]  # an Annotated alias made by a function
    years: Annotated[int, Field(ge=1, le=50)]
    rate_percent: WireDecimal

    def to_command(self) -> Cost:
        """Return the operation's input; UnknownUnit is refused."""
        return Cost(
            name=self.name.strip(),
            unit=unit(self.unit).code,
            price=self.price,
            kind=self.kind,
            years=self.years,
            rate_percent=self.rate_percent,
        )


class ChosenOut(WireOut):
    """A feature with the bid's answer; an empty answer is worth nothing."""

    name: str
    answer: str
    share: WireDecimal


class LaterOut(WireOut):
    """A life-cycle cost of a bid; ``amount`` is rounded to cents, ``exact`` is a fraction."""

    name: str
    unit: str
    declared: WireDecimal
    amount: WireDecimal
    exact: str


class WeighedOut(WireOut):
    """What a bid's total counts as: total ÷ coefficient + costs. ``counts_as`` is rounded to cents, ``exact`` not."""

    features: list[ChosenOut]
    coefficient: str
    costs: list[LaterOut]
    counts_as: WireDecimal
    exact: str

    @classmethod
    def of(cls, value: Weighed) -> Self:
        """Return the answer for a weighed price."""
        return cls(
            features=[ChosenOut(name=one.name, answer=one.text, share=one.share) for one in value.chosen],
            coefficient=str(value.coefficient),
            costs=[
                LaterOut(
                    name=one.name,
                    unit=one.unit,
                    declared=one.declared,
                    amount=shown_amount(one.amount),
                    exact=str(one.amount),
                )
                for one in value.costs
            ],
            counts_as=shown_amount(value.effective),
            exact=str(value.effective),
        )
