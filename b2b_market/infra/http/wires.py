"""Strict input and output: what a JSON field may look like, and nothing else.

FastAPI validates parsed objects, so ``strict=True`` alone would refuse every UUID and time. A wire type first
requires a string of the fixed
pattern, then converts. Floats, numbers for money, unknown fields, naive times, NUL, lone surrogates and bidi controls
are refused.
"""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Generic, Self, TypeVar
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    WithJsonSchema,
    field_serializer,
)

from b2b_market.infra.canonical import decimal_text
from b2b_market.kernel.currency import Currency
from b2b_market.kernel.money import Money
from b2b_market.kernel.text import is_clean

UUID_PATTERN = r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
TIME_PATTERN = r"^20\d{2}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?(Z|[+-]\d{2}:\d{2})$"
DATE_PATTERN = r"^20\d{2}-\d{2}-\d{2}$"
DECIMAL_PATTERN = r"^\d{1,14}(\.\d{1,6})?$"


class WireIn(BaseModel):
    """The base of every request body: unknown fields forbidden, strict types, immutable."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class WireOut(BaseModel):
    """The base of every answer: read from objects, no defaults, immutable."""

    model_config = ConfigDict(from_attributes=True, frozen=True)

    @classmethod
    def of(cls, value: Any) -> Self:  # noqa: ANN401 - each answer says what it is made of
        """Return the answer made of ``value``; answers put together from several things override this."""
        return cls.model_validate(value)


T = TypeVar("T")


class PageOut(WireOut, Generic[T]):
    """A page of a list; ``next_cursor`` is null at its end."""

    items: list[T]
    next_cursor: str | None


class ListOut(WireOut, Generic[T]):
    """A short list, whole."""

    items: list[T]


def _patterned(pattern: str, convert: Callable[[str], Any], expected: str) -> BeforeValidator:
    compiled = re.compile(pattern, re.ASCII)

    def read(value: object) -> object:
        if isinstance(value, str):
            if not compiled.match(value):
                message = f"write {expected}"
                raise ValueError(message)
            return convert(value)
        if isinstance(value, int | float | bool | list | dict) or value is None:
            message = f"write {expected} as a string"
            raise ValueError(message)
        return value

    return BeforeValidator(read)


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _clean(value: str) -> str:
    if not is_clean(value):
        message = "use normalised (NFC) text without control characters"
        raise ValueError(message)
    return value


WireUuid = Annotated[
    UUID,
    _patterned(UUID_PATTERN, UUID, "a lower-case UUID"),
    WithJsonSchema({"type": "string", "format": "uuid", "pattern": UUID_PATTERN}),
]
WireTime = Annotated[
    datetime,
    _patterned(TIME_PATTERN, _utc, "a time with zone between 2000 and 2099, such as 2026-11-22T14:30:00Z"),
    PlainSerializer(lambda value: value.astimezone(UTC).isoformat().replace("+00:00", "Z"), return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time", "pattern": TIME_PATTERN}),
]
WireDate = Annotated[
    date,
    _patterned(DATE_PATTERN, date.fromisoformat, "a date between 2000 and 2099, such as 2026-11-22"),
    WithJsonSchema({"type": "string", "format": "date", "pattern": DATE_PATTERN}),
]
WireDecimal = Annotated[
    Decimal,
    _patterned(DECIMAL_PATTERN, Decimal, "a plain decimal with at most 14 and 6 digits, such as 12.5"),
    PlainSerializer(decimal_text, return_type=str),  # one number, one writing: as entered, as stored, as hashed
    WithJsonSchema({"type": "string", "pattern": DECIMAL_PATTERN}),
]
WireCurrency = Annotated[
    Currency,
    _patterned(r"^[A-Z]{3}$", Currency, "an ISO 4217 code such as CNY"),
    PlainSerializer(lambda value: value.code, return_type=str),
    WithJsonSchema({"type": "string", "pattern": "^[A-Z]{3}$"}),
]
ShortText = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_clean)]
LongText = Annotated[str, Field(max_length=4000), AfterValidator(_clean)]
OptionalText = Annotated[str, Field(max_length=200), AfterValidator(_clean)]

K = TypeVar("K", bound=StrEnum)


def wire_enum(kind: type[K]) -> Any:  # noqa: ANN401 - an Annotated alias has no narrower type
    """Return the wire type of an enum: one of its values as a string."""
    values = [str(member.value) for member in kind]

    def read(value: object) -> object:
        if isinstance(value, kind):
            return value
        if not isinstance(value, str) or value not in values:
            message = f"write one of: {', '.join(values)}"
            raise ValueError(message)
        return kind(value)

    return Annotated[kind, BeforeValidator(read), WithJsonSchema({"type": "string", "enum": values})]


class MoneyWire(WireIn):
    """``{"amount": "1250.50", "currency": "EUR"}``: plain digits, at least the currency's minor ones."""

    model_config = ConfigDict(extra="forbid", frozen=True, from_attributes=True)

    amount: WireDecimal
    currency: WireCurrency

    @field_serializer("amount")
    def _digits(self, amount: Decimal) -> str:
        shown = -self.currency.minor_digits
        exponent = amount.normalize().as_tuple().exponent
        return format(amount.quantize(Decimal(1).scaleb(shown)), "f") if exponent > shown else decimal_text(amount)  # type: ignore[operator]  # wires hold finite numbers

    def to_money(self) -> Money:
        """Return the value object."""
        return Money(self.amount, self.currency)
