"""What the public side needs in a world: a class to search, and how a tender's record is found."""

from b2b_market.infra.runtime import Runtime
from b2b_market.reference.cli import imported
from b2b_market.reference.rules.classes import ClassEntry, Classification, require_sound
from b2b_market.tendering.documents.ocds import PREFIX


def put_up(runtime: Runtime, tender_id: str) -> str:
    """Import a class, and return the open contracting id of a tender."""
    imported(runtime, require_sound(Classification("CPV", "2008", (ClassEntry("42122000-0", {"en": "Pumps"}),))))
    return f"{PREFIX}-{tender_id}"
