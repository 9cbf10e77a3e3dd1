"""The manifest of files."""

from pathlib import Path

from b2b_market.files import api, models, tasks
from b2b_market.files.permissions import GRANTS, FilePermission
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
from b2b_market.files.service import reading, scanning, storing
from b2b_market.rbac.manifest import Manifest

MANIFEST = Manifest(
    name="files",
    package=Path(__file__).parent,
    api=[api.router],
    tasks=tasks.TASKS,
    permissions=[FilePermission],
    grants=[GRANTS],
    refusals=[
        FileNameRefused,
        FileTypeRefused,
        FileTypeMismatch,
        FileEmpty,
        FileTooLarge,
        ImageTooLarge,
        FileUnsafe,
        FileInQuarantine,
        FileCondemned,
    ],
    services=[storing, reading, scanning],
    models=[models],
)
