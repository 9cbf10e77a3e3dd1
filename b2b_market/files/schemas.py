"""What the API says of a file."""

from b2b_market.files.states import FileKind, FileStatus
from b2b_market.infra.http.wires import WireOut, WireTime, WireUuid, wire_enum


class FileOut(WireOut):
    """One stored file; its bytes are at ``/files/{id}/content`` once its status is ``available``."""

    id: WireUuid
    version: int
    name: str
    kind: wire_enum(FileKind)  # type: ignore[valid-type]  # an Annotated alias made from the enum
    media_type: str
    size: int
    sha256: str
    status: wire_enum(FileStatus)  # type: ignore[valid-type]  # an Annotated alias made from the enum
    created_at: WireTime
