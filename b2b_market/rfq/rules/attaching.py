"""Documents of a request: how many, behind which agreement, and how a version says them."""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from b2b_market.kernel.refusal import FieldError, Invalid, Kind, Refusal
from b2b_market.kernel.text import N_
from b2b_market.rfq.rules.amending import Wording

MOST_DOCUMENTS: Final = 100
MOST_NDA: Final = 20_000
_HASH: Final = re.compile(r"sha256:([0-9a-f]{8})[0-9a-f]{56}")


class TooManyDocuments(Refusal):
    """A request is no archive."""

    kind, code = Kind.CONFLICT, "too-many-documents"
    title = N_("No more documents")
    advice = N_("A request has at most {most} documents. Put several into one file.")


class FileAttached(Refusal):
    """One file is attached to a request once."""

    kind, code = Kind.CONFLICT, "file-attached"
    title = N_("This file is attached already")
    advice = N_("Take it off first to attach it elsewhere, or upload it again.")


class NdaNotAccepted(Refusal):
    """The documents lie behind an agreement."""

    kind, code, audited = Kind.FORBIDDEN, "nda-not-accepted", True
    title = N_("Accept the non-disclosure agreement first")
    advice = N_("The buyer shows these documents to companies that have accepted its non-disclosure agreement.")


class NdaChanged(Refusal):
    """What was read is not the text that counts."""

    kind, code = Kind.CONFLICT, "nda-changed"
    title = N_("The agreement reads differently now")
    advice = N_("Read the text as it stands, then accept it.")


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """What a version says of a document."""

    line_id: UUID | None
    name: str
    sha256: str

    @property
    def text(self) -> str:
        """The name with the hash of the bytes: another file of the same name is another document."""
        return f"{self.name} sha256:{self.sha256}"


def require_room(count: int) -> None:
    """Raise TooManyDocuments where ``count`` are attached already and that is the most."""
    if count >= MOST_DOCUMENTS:
        raise TooManyDocuments(most=MOST_DOCUMENTS)


def require_nda(text: str) -> str:
    """Return the text of an agreement without outer blanks; Invalid where it is too long."""
    said = text.strip()
    if len(said) > MOST_NDA:
        detail = N_("Use at most {most} characters.")
        raise Invalid(errors=[FieldError("/text", "too-long", detail, {"most": str(MOST_NDA)})])
    return said


def nda_hash(text: str) -> bytes:
    """Return SHA-256 of an agreement's text, which an acceptance names."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def require_same_text(text: str, read: str) -> bytes:
    """Return the hash of the text that stands; NdaChanged where another one was ``read`` (its hash in hex)."""
    standing = nda_hash(text)
    if standing.hex() != read.casefold():
        raise NdaChanged
    return standing


def with_documents(wording: Wording, nda: str, documents: Sequence[DocumentFacts]) -> Wording:
    """Return a version's content with its documents, those of a line at the line, and the agreement's text.

    A version without either says nothing of them, as versions did before there were documents.
    """
    if not documents and not nda:
        return wording
    said: dict[str, list[str]] = {}
    for one in documents:
        said.setdefault(str(one.line_id or ""), []).append(one.text)
    header = {**wording.header, **_documents(said.get("", ())), **({"nda_text": nda} if nda else {})}
    lines = tuple({**line, **_documents(said.get(str(line["id"]), ()))} for line in wording.lines)
    return Wording(header, lines)


def _documents(texts: Iterable[str]) -> Mapping[str, str]:
    found = "\n".join(sorted(texts))
    return {"documents": found} if found else {}


def documents_for_people(text: str) -> str:
    """Return documents as a version says them, each with the first eight digits of its hash."""
    return ", ".join(_HASH.sub(r"#\1", line) for line in text.splitlines())


def new_places(
    old: Mapping[UUID, tuple[str, str, str]], new: Sequence[tuple[UUID, tuple[str, str, str]]]
) -> Mapping[UUID, UUID | None]:
    """Return which line of an edited draft each old line has become; None where it is not there any more.

    Lines are told by name, code and specification, else by name and code; the first free one counts.
    """
    free = list(new)
    found: dict[UUID, UUID | None] = dict.fromkeys(old)
    for width in (3, 2):
        for line_id, said in old.items():
            if found[line_id] is not None:
                continue
            match = next((one for one in free if one[1][:width] == said[:width]), None)
            if match is not None:
                free.remove(match)
                found[line_id] = match[0]
    return found
