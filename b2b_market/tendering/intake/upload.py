"""The door for files of tenders: size checked, read in the limited child process."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from b2b_market.infra.sandbox import MEBIBYTE, run
from b2b_market.tendering.intake.refusals import INTAKE_REFUSALS, MOST_BYTES, TenderFileTooLarge


@dataclass(frozen=True, slots=True)
class TenderFile:
    """What a file says for a draft: ``draft`` as the API takes one, what could not be taken, and what it leaves out."""

    draft: dict[str, Any]
    remarks: list[dict[str, Any]]
    missing: list[str]


def read_upload(data: bytes, now: datetime) -> TenderFile:
    """Read an uploaded file; raise INTAKE_REFUSALS and nothing else, whatever the bytes."""
    if len(data) > MOST_BYTES:
        raise TenderFileTooLarge(megabytes=str(-(-len(data) // MEBIBYTE)), limit=str(MOST_BYTES // MEBIBYTE))
    target = "b2b_market.tendering.intake.ocds:read_upload"
    found = cast("dict[str, Any]", run(target, data, {"now": now.isoformat()}, refusals=INTAKE_REFUSALS))
    return TenderFile(found["draft"], found["remarks"], found["missing"])
