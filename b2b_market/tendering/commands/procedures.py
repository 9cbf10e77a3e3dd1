"""What is asked about procedures."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

Values = Mapping[str, object]
"""The values of a procedure as its JSON Schema describes them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComposeProcedure:
    """A procedure of the company's own, made from the built-in profile ``base``."""

    name: str
    base: str
    values: Values


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviseProcedure:
    """The next edition of an own procedure; tenders keep the edition that they were published with."""

    procedure_id: UUID
    expected_version: int | None
    name: str
    values: Values


@dataclass(frozen=True, slots=True)
class ReadProcedure:
    """One of the company's own procedures."""

    procedure_id: UUID


@dataclass(frozen=True, slots=True)
class RetireProcedure:
    """Let no new tender follow it."""

    procedure_id: UUID
    expected_version: int | None
