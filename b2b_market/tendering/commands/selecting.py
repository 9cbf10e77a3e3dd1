"""What is asked about applications, their judgement and talks, already parsed."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from b2b_market.tendering.states.selecting import TalkKind


@dataclass(frozen=True, slots=True)
class Reply:
    """What a company says to a criterion, named by its position among the tender's criteria."""

    criterion: int
    text: str


@dataclass(frozen=True, slots=True)
class SendApplication:
    """A request to participate; it replaces the company's earlier one."""

    tender_id: UUID
    replies: tuple[Reply, ...]
    proposal: str = ""


@dataclass(frozen=True, slots=True)
class AddFile:
    """A file of the own application to a tender, or of an own answer in talks, by whose id ``owner_id`` is."""

    owner_id: UUID
    file_id: UUID


@dataclass(frozen=True, slots=True)
class StageFileId:
    """One file."""

    stage_file_id: UUID


@dataclass(frozen=True, slots=True)
class ExtendApplications:
    """A later end of the time for applications, and why."""

    tender_id: UUID
    expected_version: int | None
    ends_at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class ApplicationId:
    """One application of any company."""

    application_id: UUID


@dataclass(frozen=True, slots=True)
class Finding:
    """Whether an application meets a criterion; ``score`` from 0 to 100 where those invited are ranked."""

    criterion: int
    met: bool
    remark: str = ""
    score: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeApplication:
    """A finding for every criterion of an application."""

    application_id: UUID
    expected_version: int | None
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class DecideFailure:
    """What the second person decides on an application that was found to fail; ``remark`` says why, to dismiss it."""

    application_id: UUID
    expected_version: int | None
    remark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordTalk:
    """Something said in the talks: to one company, or to all of them where ``supplier_id`` is none."""

    tender_id: UUID
    expected_version: int | None
    kind: TalkKind
    text: str
    supplier_id: UUID | None = None
    lot_id: UUID | None = None
    held_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AnswerTalk:
    """The company's answer to a question, or its remark on the minutes of a meeting."""

    talk_id: UUID
    expected_version: int | None
    text: str


@dataclass(frozen=True, slots=True)
class TalkId:
    """One entry of the talks."""

    talk_id: UUID
