"""What other modules may ask of files.

Bytes move outside transactions, rows inside::

    prepared = prepare(runtime.settings, Upload("contract.pdf", "application/pdf", content))  # no transaction is open
    with runtime.work(…) as work:
        view = register(work, actor, prepared, readers=[supplier_id])

    with runtime.work(…) as work:
        view = open_file(work, actor, file_id)
    content = read(runtime.settings, view)  # again outside

:func:`store` does the first two steps at once, for tasks that have no transaction open.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Protocol, TypeVar
from uuid import UUID

from b2b_market.files.commands import PreparedFile, ReadFile, ReadFiles, RegisterFile, ShareFile, Upload
from b2b_market.files.rules.kinds import accepted_extensions, media_type
from b2b_market.files.rules.refusals import FileCondemned, FileInQuarantine
from b2b_market.files.service import reading, storing
from b2b_market.files.service.views import FileView
from b2b_market.files.states import FileKind
from b2b_market.infra.database import Tenant
from b2b_market.infra.runtime import Runtime
from b2b_market.infra.saving import SavedFile
from b2b_market.infra.settings import Settings
from b2b_market.infra.who import Cause
from b2b_market.infra.work import Work
from b2b_market.kernel.refusal import FieldError, Invalid, Refusal
from b2b_market.kernel.text import N_
from b2b_market.rbac.actor import Actor, system_actor
from b2b_market.rbac.operation import Transactions

__all__ = [
    "FileCondemned",
    "FileInQuarantine",
    "FileView",
    "PreparedFile",
    "Received",
    "Sent",
    "Upload",
    "accepted_extensions",
    "media_types",
    "open_file",
    "open_on_behalf",
    "own_files",
    "prepare",
    "read",
    "receive",
    "register",
    "share",
    "store",
    "take",
    "upload_of",
    "view_file",
    "view_files",
]

C = TypeVar("C")


class Sent(Protocol):
    """A file in a form, as the web framework holds it."""

    filename: str | None
    file: BinaryIO

    @property
    def content_type(self) -> str | None:
        """What the browser says it is."""


@dataclass(frozen=True, slots=True)
class Received:
    """What became of a file that a form may send: ``prepared``, or refused, or neither where none was sent."""

    prepared: PreparedFile | None = None
    refusal: Refusal | None = None

    def registered(self, work: Work, actor: Actor) -> tuple[UUID, ...]:
        """Write the row of the file; return its id, or nothing where there is no file."""
        return () if self.prepared is None else (register(work, actor, self.prepared).id,)


def media_types() -> tuple[str, ...]:
    """Return the media types that files are served as."""
    return tuple(media_type(kind) for kind in FileKind)


def prepare(settings: Settings, upload: Upload) -> PreparedFile:
    """Check an upload and put its bytes into the store, outside any transaction; raise what is wrong with it."""
    return storing.prepare(settings, upload)


def upload_of(sent: Sent) -> Upload:
    """Return the bytes that a form sent, with what it says of them."""
    return Upload(sent.filename or "", sent.content_type or "", sent.file.read())


def receive(settings: Settings, sent: Sent | None) -> Received:
    """Prepare what a form sent, outside any transaction; the page tells what is wrong with it in the next one."""
    if sent is None:
        return Received()
    try:
        return Received(prepare(settings, upload_of(sent)))
    except Refusal as refusal:
        return Received(refusal=refusal)


def register(work: Work, actor: Actor, prepared: PreparedFile, readers: Sequence[UUID] = ()) -> FileView:
    """Write the row of a prepared file for the actor's one company; ``readers`` are others that may read it."""
    return storing.register_file(work, actor, RegisterFile(prepared, readers))


def store(runtime: Runtime, actor: Actor, cause: Cause, upload: Upload, readers: Sequence[UUID] = ()) -> FileView:
    """Prepare and register in a transaction of its own, for callers that have none open (tasks)."""
    prepared = prepare(runtime.settings, upload)
    with runtime.work(actor.who, actor.tenant(), cause) as work:
        return register(work, actor, prepared, readers)


def view_file(work: Work, actor: Actor, file_id: UUID) -> FileView:
    """Return what is known of a file of the actor's company or shared with it; raise NotFound for any other."""
    return reading.read_file(work, actor, ReadFile(file_id))


def view_files(work: Work, actor: Actor, file_ids: Sequence[UUID]) -> Mapping[UUID, FileView]:
    """Return what is known of several such files by id; those out of reach are left out. No ids cost nothing."""
    return reading.read_files(work, actor, ReadFiles(file_ids)) if file_ids else {}


def open_file(work: Work, actor: Actor, file_id: UUID) -> FileView:
    """Return a file whose bytes may be read; raise NotFound, FileInQuarantine or FileCondemned."""
    return reading.open_file(work, actor, ReadFile(file_id))


def own_files(work: Work, actor: Actor, file_ids: Sequence[UUID], pointer: str) -> list[FileView]:
    """Return files of the actor's own companies in the order named; Invalid at ``pointer`` where one is not."""
    known = view_files(work, actor, file_ids)
    if any(file_id not in known or known[file_id].org_id not in actor.org_ids for file_id in file_ids):
        raise Invalid(errors=[FieldError(pointer, "unknown", N_("Attach files of your own company."))])
    return [known[file_id] for file_id in file_ids]


def open_on_behalf(work: Work, owner_id: UUID, file_id: UUID) -> FileView:
    """Return another company's file that the caller has found its reader may read; the own fence comes back.

    Raise what :func:`open_file` raises. The caller notes the reading in the audit trail.
    """
    with work.reaching(Tenant((owner_id,))):
        return open_file(work, system_actor("files.on_behalf", owner_id), file_id)


def read(settings: Settings, opened: FileView) -> bytes:
    """Return the bytes of an opened file, outside any transaction; raise Unavailable if the store does not answer."""
    return b"".join(reading.stream(settings, opened))


def take(transactions: Transactions, run: Callable[[Work, Actor, C], FileView], command: C) -> SavedFile:
    """Return the file that the operation ``run`` opens; its bytes are read after the transaction."""
    with transactions() as (work, actor):
        opened = run(work, actor, command)
    return SavedFile(opened.name, opened.media_type, read(transactions.settings, opened))


def share(work: Work, actor: Actor, file_ids: Iterable[UUID], readers: Sequence[UUID]) -> None:
    """Let further companies read some of the actor's own files.

    In one order, whatever order they are named in: the same files may be sent twice at the same moment.
    """
    for file_id in sorted(set(file_ids)):
        storing.share_file(work, actor, ShareFile(file_id, readers))
