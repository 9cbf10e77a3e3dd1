"""What the API takes and tells of the documents of a request."""

from typing import Annotated, Self

from pydantic import Field

from b2b_market.infra.http.wires import LongText, OptionalText, WireIn, WireOut, WireTime, WireUuid
from b2b_market.rfq.commands.attaching import AcceptNda, AttachFile, SetNda
from b2b_market.rfq.service.attaching import Documents


class AttachIn(WireIn):
    """A stored file of the own company (``POST /files``), for the whole request or for one line."""

    file_id: WireUuid
    line_id: WireUuid | None = None
    note: OptionalText = ""

    def to_command(self, rfq_id: WireUuid, expected_version: int | None) -> AttachFile:
        """Return the operation's input."""
        return AttachFile(
            rfq_id=rfq_id,
            expected_version=expected_version,
            file_id=self.file_id,
            line_id=self.line_id,
            note=self.note,
        )


class NdaIn(WireIn):
    """The agreement behind which the documents lie; empty takes it away."""

    text: LongText = ""

    def to_command(self, rfq_id: WireUuid, expected_version: int | None) -> SetNda:
        """Return the operation's input."""
        return SetNda(rfq_id=rfq_id, expected_version=expected_version, text=self.text)


class NdaAcceptIn(WireIn):
    """The SHA-256 (hex) of the text that was read."""

    text_hash: Annotated[str, Field(pattern=r"^[0-9a-fA-F]{64}$")]

    def to_command(self, rfq_id: WireUuid) -> AcceptNda:
        """Return the operation's input."""
        return AcceptNda(rfq_id=rfq_id, text_hash=self.text_hash)


class AttachmentOut(WireOut):
    """One document. ``since`` is the first version that has it, null while it waits for the next one.

    ``leaving``: the next amendment takes it away.
    """

    id: WireUuid
    line_id: WireUuid | None
    name: str
    size: int
    sha256: str
    note: str
    since: int | None
    leaving: bool


class AcceptanceOut(WireOut):
    """Who accepted the agreement, for which company, and when."""

    supplier_id: WireUuid
    person: str
    accepted_at: WireTime


class DocumentsOut(WireOut):
    """The documents of a request; ``closed`` until the own company has accepted the agreement."""

    rfq_id: WireUuid
    nda_text: str
    nda_hash: str
    closed: bool
    acceptances: list[AcceptanceOut]
    items: list[AttachmentOut]

    @classmethod
    def of(cls, value: Documents) -> Self:
        """Return the answer for the documents of a request."""
        return cls(
            rfq_id=value.rfq.id,
            nda_text=value.nda_text,
            nda_hash=value.nda_hash,
            closed=value.closed,
            acceptances=[AcceptanceOut.of(one) for one in value.acceptances],
            items=[AttachmentOut.of(one) for one in value.attachments],
        )
