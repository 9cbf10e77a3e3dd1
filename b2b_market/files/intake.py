"""What runs on a container's bytes in the sandbox: even its list of entries is the sender's."""

from b2b_market.files.rules.containers import check_entries
from b2b_market.files.states import FileKind
from b2b_market.infra.zip_inspection import open_inspected


def inspect_container(data: bytes, kind: object) -> bool:
    """Return True for an acceptable XLSX or DOCX (``kind``); raise the refusals of the inspection otherwise."""
    with open_inspected(data) as container:
        check_entries(FileKind(str(kind)), container.namelist())
    return True
