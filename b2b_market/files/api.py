"""Files over HTTP. Routes that move bytes open their transactions themselves: the store is never called inside one."""

from collections.abc import Iterator
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, File, Request, UploadFile
from fastapi.responses import StreamingResponse

from b2b_market.files.commands import AdmitUpload, ReadFile, RegisterFile, Upload
from b2b_market.files.rules.kinds import LARGEST, media_type
from b2b_market.files.rules.refusals import (
    FileCondemned,
    FileEmpty,
    FileInQuarantine,
    FileNameRefused,
    FileTooLarge,
    FileTypeMismatch,
    FileTypeRefused,
    FileUnsafe,
    ImageTooLarge,
)
from b2b_market.files.schemas import FileOut
from b2b_market.files.service import reading, storing
from b2b_market.files.service.views import FileView
from b2b_market.files.states import FileKind
from b2b_market.infra.http.idempotency import IdempotencyKeyMalformed, IdempotencyKeyReused, RequestInProgress
from b2b_market.infra.http.problems import BodyTooLarge, WrongMediaType
from b2b_market.infra.http.requests import StrictRoute
from b2b_market.infra.http.wires import WireUuid
from b2b_market.infra.sandbox import FileNotReadable, FileTooHeavy
from b2b_market.infra.zip_inspection import ArchiveTooLarge, ArchiveUnsafe
from b2b_market.rbac.edge import Answer, Call, api_opener, opened_call
from b2b_market.rbac.responses import hands_out, reads

router = APIRouter(prefix="/files", tags=["files"], route_class=StrictRoute)
_CHECKS = (
    FileNameRefused,
    FileTypeRefused,
    FileTypeMismatch,
    FileEmpty,
    FileTooLarge,
    ImageTooLarge,
    FileUnsafe,
    FileTooHeavy,
    FileNotReadable,
    ArchiveTooLarge,
    ArchiveUnsafe,
)
_KEYS = (IdempotencyKeyMalformed, IdempotencyKeyReused, RequestInProgress)
# The whole form: the largest file and room for its part's head.
_BODY_CAP = LARGEST + 100_000


@router.post(
    "", response_model=FileOut, status_code=201, responses=reads(BodyTooLarge, WrongMediaType, *_KEYS, *_CHECKS)
)
def upload(request: Request, file: Annotated[UploadFile, File()]) -> Answer:
    """Store a file for the caller's company, after name, declared type and content were found to agree.

    Bytes that come again with the same key are checked again and swept later; the answer is the first one.
    """
    with opened_call(request) as call:
        storing.admit_upload(call.work, call.actor, AdmitUpload())
    content = file.file.read(_BODY_CAP)
    sent = Upload(file.filename or "", file.content_type or "", content)
    prepared = storing.prepare(api_opener(request).settings, sent)
    with opened_call(request) as call:
        parts = (sent.name.encode(), sent.declared_type.encode(), content)
        call.take_key(required=False, streamed=parts)
        stored = storing.register_file(call.work, call.actor, RegisterFile(prepared))
        return call.answer(FileOut, stored, status=201, location=f"/api/v1/files/{stored.id}")


@router.get("/{file_id}", response_model=FileOut, responses=reads())
def read(file_id: WireUuid, call: Call) -> Answer:
    """Return what is known of a file, whatever its status."""
    return call.answer(FileOut, reading.read_file(call.work, call.actor, ReadFile(file_id)))


@router.get(
    "/{file_id}/content",
    response_class=StreamingResponse,
    responses=hands_out("The bytes, as an attachment", map(media_type, FileKind), FileInQuarantine, FileCondemned),
)
def download(file_id: WireUuid, request: Request) -> StreamingResponse:
    """Return the bytes of a file, in a form that no browser will run or guess at."""
    transactions = api_opener(request)
    with transactions() as (work, actor):
        opened = reading.open_file(work, actor, ReadFile(file_id))
    return content_response(opened, reading.stream(transactions.settings, opened))


def content_response(opened: FileView, parts: Iterator[bytes]) -> StreamingResponse:
    """Wrap bytes so that they are saved, not shown: attachment, no sniffing, a sandbox should somebody open them."""
    return StreamingResponse(
        parts,
        media_type=opened.media_type,
        headers={
            "Content-Disposition": disposition(opened.name),
            "Content-Length": str(opened.size),
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "X-Content-Type-Options": "nosniff",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Cache-Control": "private, no-store",
            "ETag": f'"{opened.sha256}"',
        },
    )


def disposition(name: str) -> str:
    """Return the header value that offers ``name`` for saving (RFC 6266): ASCII for old clients, UTF-8 for the rest."""
    plain = "".join(
        character if character.isascii() and (character.isalnum() or character in " ._-") else "_" for character in name
    )
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
