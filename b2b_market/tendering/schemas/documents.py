"""Wire shapes of a tender's documents."""

from typing import Self
from uuid import UUID

from b2b_market.infra.http.wires import OptionalText, ShortText, WireIn, WireOut, WireTime, WireUuid, wire_enum
from b2b_market.tendering.commands.documents import AttachDocument
from b2b_market.tendering.service.attaching import TenderDocuments
from b2b_market.tendering.states.documents import DocumentKind, DocumentLanguage


class DocumentIn(WireIn):
    """A stored file of the own company (``POST /files``); ``replaces`` is the version that it follows.

    ``material``: bids answer it, so that another version of it voids them until they are confirmed.
    """

    file_id: WireUuid
    title: ShortText
    kind: wire_enum(DocumentKind) = DocumentKind.SPECIFICATION  # type: ignore[valid-type]  # an Annotated alias
    language: wire_enum(DocumentLanguage) = DocumentLanguage.ZH  # type: ignore[valid-type]  # an Annotated alias
    material: bool = True
    note: OptionalText = ""
    replaces: WireUuid | None = None

    def to_command(self, tender_id: UUID, expected_version: int | None) -> AttachDocument:
        """Return the operation's input."""
        names = ("file_id", "title", "kind", "language", "material", "note", "replaces")
        return AttachDocument(
            tender_id=tender_id, expected_version=expected_version, **{name: getattr(self, name) for name in names}
        )


class DocumentOut(WireOut):
    """One version of a document. ``since`` is the first edition of the notice that announces it, null while it waits.

    ``until`` is the edition that replaced it or took it away; ``leaving``: the next amendment takes it away.
    """

    id: UUID
    series: UUID
    number: int
    kind: DocumentKind
    title: str
    language: DocumentLanguage
    material: bool
    note: str
    name: str
    size: int
    sha256: str
    since: int | None
    until: int | None
    leaving: bool


class TakingOut(WireOut):
    """That a company took a document."""

    document_id: UUID
    supplier_id: UUID
    taken_at: WireTime


class TenderDocumentsOut(WireOut):
    """The documents of a tender; ``takings`` is null where none are kept, and to the buyer until the opening."""

    tender_id: UUID
    version: int
    items: list[DocumentOut]
    takings: list[TakingOut] | None

    @classmethod
    def of(cls, value: TenderDocuments) -> Self:
        """Return the wire shape of the documents of a tender."""
        return cls(
            tender_id=value.tender.id,
            version=value.version,
            items=[DocumentOut.of(one) for one in value.documents],
            takings=None if value.takings is None else [TakingOut.of(one) for one in value.takings],
        )
