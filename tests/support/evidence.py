"""The public files of a tender's sealed bids as its readers take them."""

from io import BytesIO
from uuid import UUID
from zipfile import ZipFile

from b2b_market.infra.runtime import Runtime
from b2b_market.rbac.actor import Actor
from b2b_market.tendering.commands.tenders import ReadTender
from b2b_market.tendering.documents.folder import zipped
from b2b_market.tendering.rules.sealed_evidence import PublicFiles
from b2b_market.tendering.rules.sealed_publishing import collected
from b2b_market.tendering.service import evidence
from tests.support.works import work_for


def taken(runtime: Runtime, person: Actor, tender_id: UUID) -> bytes:
    """Return the ZIP as somebody takes it."""
    with work_for(runtime, person) as work:
        return zipped(evidence.read_evidence(work, person, ReadTender(tender_id)).files)


def public_files(runtime: Runtime, person: Actor, tender_id: UUID) -> PublicFiles:
    """Return the files as a check reads them."""
    return collected_in(taken(runtime, person, tender_id))


def collected_in(content: bytes) -> PublicFiles:
    """Return the files of a ZIP."""
    held = contents(content)
    return collected(held, held.__getitem__)


def contents(content: bytes) -> dict[str, bytes]:
    """Return what a ZIP holds by name."""
    with ZipFile(BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}
