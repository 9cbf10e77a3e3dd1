"""Wire shapes of procedures."""

from datetime import date
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field

from b2b_market.infra.http.wires import ShortText, WireIn, WireOut, WireTime
from b2b_market.tendering.commands.procedures import ComposeProcedure, ReviseProcedure
from b2b_market.tendering.models.procedures import TenderProcedure
from b2b_market.tendering.rules.procedures import Profile, schema
from b2b_market.tendering.service.procedures import Procedures
from b2b_market.tendering.states.procedures import ProcedureStatus

ValuesIn = Annotated[dict[str, Any], Field(max_length=40)]
"""A procedure's values; their JSON Schema is part of the list of procedures."""
CodeText = Annotated[str, Field(min_length=1, max_length=40)]


class ProcedureRevisionIn(WireIn):
    """The next edition of an own procedure."""

    name: ShortText
    values: ValuesIn

    def to_command(self, procedure_id: UUID, expected_version: int | None) -> ReviseProcedure:
        """Return the operation's input."""
        return ReviseProcedure(
            procedure_id=procedure_id, expected_version=expected_version, name=self.name, values=self.values
        )


class ProcedureIn(WireIn):
    """A new procedure of the company's own; ``base`` is the code of a built-in profile."""

    name: ShortText
    base: CodeText
    values: ValuesIn

    def to_command(self) -> ComposeProcedure:
        """Return the operation's input."""
        return ComposeProcedure(name=self.name, base=self.base, values=self.values)


class SourceOut(WireOut):
    """Where a value comes from; not confirmed until somebody has held it against the text."""

    text: str
    confirmed: bool


class LimitOut(WireOut):
    """What a law or house rule holds a value to."""

    path: str
    rule: str
    value: Any
    source: SourceOut


class ProfileOut(WireOut):
    """A built-in procedure."""

    code: str
    edition: int
    effective_on: date
    names: dict[str, str]
    summaries: dict[str, str]
    values: dict[str, Any]
    sources: dict[str, SourceOut]
    limits: list[LimitOut]

    @classmethod
    def of(cls, value: Profile) -> Self:
        """Return the wire shape of a profile."""
        return cls.model_validate(value)


class ProcedureOut(WireOut):
    """A procedure of the company's own."""

    id: UUID
    version: int
    name: str
    base: str
    base_edition: int
    edition: int
    status: ProcedureStatus
    values: dict[str, Any]
    changed_at: WireTime

    @classmethod
    def of(cls, value: TenderProcedure) -> Self:
        """Return the wire shape of an own procedure."""
        names = ("id", "version", "name", "base", "base_edition", "edition", "status", "changed_at")
        return cls(**{name: getattr(value, name) for name in names}, values=value.content)


class ProceduresOut(WireOut):
    """What a company may choose from, and the JSON Schema of a procedure's values."""

    profiles: list[ProfileOut]
    own: list[ProcedureOut]
    values_schema: dict[str, Any]

    @classmethod
    def of(cls, value: Procedures) -> Self:
        """Return the wire shape of the choice."""
        own = [ProcedureOut.of(one) for one in value.own]
        return cls(profiles=[ProfileOut.of(one) for one in value.profiles], own=own, values_schema=dict(schema()))
