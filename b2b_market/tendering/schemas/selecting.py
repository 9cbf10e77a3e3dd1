"""Wire shapes of applications, their judgement and talks."""

from collections.abc import Sequence
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field

from b2b_market.infra.http.wires import LongText, WireDecimal, WireIn, WireOut, WireTime, WireUuid
from b2b_market.tendering.commands import selecting as commands
from b2b_market.tendering.models.selecting import Qualification, StageFile
from b2b_market.tendering.service.applying import OwnApplication
from b2b_market.tendering.service.qualifying import Judged
from b2b_market.tendering.states.selecting import ApplicationStatus, QualificationStatus

Place = Annotated[int, Field(ge=0, le=99)]
"""A criterion by its position among the tender's criteria."""


class ReplyIn(WireIn):
    """What a company says to an exclusion or selection criterion."""

    criterion: Place
    text: LongText


class ApplicationIn(WireIn):
    """A request to participate; it replaces the earlier one."""

    replies: Annotated[tuple[ReplyIn, ...], Field(max_length=100, strict=False)]
    proposal: LongText = ""

    def to_command(self, tender_id: WireUuid) -> commands.SendApplication:
        """Return the operation's input."""
        replies = tuple(commands.Reply(one.criterion, one.text) for one in self.replies)
        return commands.SendApplication(tender_id, replies, self.proposal)


class FindingIn(WireIn):
    """Whether an application meets a criterion, and why not; a score where those invited are ranked."""

    criterion: Place
    met: bool
    remark: LongText = ""
    score: WireDecimal | None = None


class ApplicationsExtensionIn(WireIn):
    """A later end of the time for applications, and why."""

    ends_at: WireTime
    reason: LongText


class FindingsIn(WireIn):
    """A finding for every exclusion and selection criterion."""

    findings: Annotated[tuple[FindingIn, ...], Field(max_length=100, strict=False)]

    def to_command(self, application_id: WireUuid, expected_version: int | None) -> commands.JudgeApplication:
        """Return the operation's input."""
        found = tuple(commands.Finding(one.criterion, one.met, one.remark, one.score) for one in self.findings)
        return commands.JudgeApplication(
            application_id=application_id, expected_version=expected_version, findings=found
        )


class RemarkIn(WireIn):
    """Why the finding does not hold."""

    remark: LongText


class StageFileIn(WireIn):
    """A file of the own company, uploaded before."""

    file_id: WireUuid


class StageFileOut(WireOut):
    """A file of an application or of an answer."""

    id: UUID
    name: str
    size: int
    sha256: str

    @classmethod
    def of(cls, row: StageFile) -> Self:
        """Return the wire shape of a file."""
        return cls(id=row.id, name=row.name, size=row.size, sha256=row.sha256)


def files_out(rows: Sequence[StageFile]) -> list[StageFileOut]:
    """Return the wire shapes of files."""
    return [StageFileOut.of(row) for row in rows]


class LetterOut(WireOut):
    """The decision on an application, with the findings it rests on."""

    status: QualificationStatus
    findings: list[dict[str, Any]]
    place: int | None
    standstill_ends_at: WireTime | None

    @classmethod
    def of(cls, row: Qualification) -> Self:
        """Return the wire shape of a judgement that is out."""
        return cls(
            status=row.status,
            findings=row.findings,
            place=row.place,
            standstill_ends_at=row.standstill_ends_at,
        )


class OwnApplicationOut(WireOut):
    """What the own company sent; everything is null while it sent nothing."""

    id: UUID | None
    version: int
    tender_id: UUID
    status: ApplicationStatus | None
    answers: list[dict[str, Any]]
    proposal: str
    received_at: WireTime | None
    files: list[StageFileOut]
    letter: LetterOut | None

    @classmethod
    def of(cls, value: OwnApplication) -> Self:
        """Return the wire shape of the own application."""
        found = value.application
        return cls(
            id=found.id if found else None,
            version=value.version,
            tender_id=value.tender.id,
            status=found.status if found else None,
            answers=found.answers if found else [],
            proposal=found.proposal if found else "",
            received_at=found.received_at if found else None,
            files=files_out(value.files),
            letter=LetterOut.of(value.letter) if value.letter else None,
        )


class ApplicationOut(WireOut):
    """An application as its buyer sees it, and how it is judged; ``version`` is the judgement's."""

    id: UUID
    version: int
    tender_id: UUID
    supplier_id: UUID
    answers: list[dict[str, Any]]
    proposal: str
    received_at: WireTime
    files: list[StageFileOut]
    status: QualificationStatus
    findings: list[dict[str, Any]]
    remark: str
    place: int | None

    @classmethod
    def of(cls, value: Judged) -> Self:
        """Return the wire shape of an application and its judgement."""
        sent, found = value.application, value.qualification
        return cls(
            id=sent.id,
            version=found.version,
            tender_id=sent.tender_id,
            supplier_id=sent.supplier_id,
            answers=sent.answers,
            proposal=sent.proposal,
            received_at=sent.received_at,
            files=files_out(value.files),
            status=found.status,
            findings=found.findings,
            remark=found.remark,
            place=found.place,
        )
