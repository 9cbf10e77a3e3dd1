"""Documents of a tender: how many, and what a notice says of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from b2b_market.kernel.refusal import FieldError, Invalid, Refusal
from b2b_market.kernel.text import N_
from b2b_market.tendering.states.documents import DocumentKind, DocumentLanguage

MOST_DOCUMENTS: Final = 100
MOST_TITLE: Final = 200
MOST_NOTE: Final = 1000


class TooManyTenderDocuments(Refusal):
    """A tender is no archive."""

    code = "tender-too-many-documents"
    title = N_("No more documents")
    advice = N_("A tender has at most {most} documents. Put several into one file.")


class TenderFileAttached(Refusal):
    """One file is attached to a tender once."""

    code = "tender-file-attached"
    title = N_("This file is attached to the tender already")
    advice = N_("Take it off first to attach it otherwise, or upload another file.")


class DocumentReplaced(Refusal):
    """A version is followed by one version."""

    code = "tender-document-replaced"
    title = N_("This version is not the latest one")
    advice = N_("Another version follows it already. Replace that one, or take it off first.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """One version of a document as a notice says it; ``until`` is the edition that replaced it or took it away."""

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
    since: int
    until: int | None

    def document(self) -> dict[str, Any]:
        """Return it as the notice's document holds it."""
        names = ("number", "title", "material", "note", "name", "size", "sha256", "since", "until")
        found: dict[str, Any] = {name: getattr(self, name) for name in names}
        return {**found, **{name: str(getattr(self, name)) for name in ("id", "series", "kind", "language")}}


def announced(papers: Sequence[Paper]) -> Mapping[str, object]:
    """Return what the notice's document says of the documents, earlier versions too; nothing where there are none."""
    return {"documents": [paper.document() for paper in papers]} if papers else {}


def require_room(count: int) -> None:
    """Raise TooManyTenderDocuments where ``count`` are attached already and that is the most."""
    if count >= MOST_DOCUMENTS:
        raise TooManyTenderDocuments(most=MOST_DOCUMENTS)


def require_described(title: str, note: str) -> tuple[str, str]:
    """Return title and note without outer blanks; Invalid where the title is missing or either is too long."""
    name, said = title.strip(), note.strip()
    errors = []
    if not 1 <= len(name) <= MOST_TITLE:
        errors.append(FieldError("/title", "length", N_("Give the document a title of at most 200 characters.")))
    if len(said) > MOST_NOTE:
        errors.append(FieldError("/note", "length", N_("Use at most 1000 characters.")))
    if errors:
        raise Invalid(errors=errors)
    return name, said


REFUSALS: Final = (TooManyTenderDocuments, TenderFileAttached, DocumentReplaced)
"""What the module refuses of these."""
