"""Versions of published requests: keeping one, and reading what each says and what changed between any two."""

from collections.abc import Sequence
from dataclasses import dataclass

from b2b_market.infra.bulk import Fixed, insert_together
from b2b_market.infra.canonical import digest, plain
from b2b_market.infra.work import Work
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.operation import operation
from b2b_market.rfq.commands.requests import CompareEditions, ReadEdition, ReadRfq
from b2b_market.rfq.models.editions import RfqEdition
from b2b_market.rfq.models.requests import LINE_COLUMNS, LINE_TERMS, RFQ_LINES, Rfq, RfqLine
from b2b_market.rfq.permissions import RfqPermission
from b2b_market.rfq.queries import editions as queries
from b2b_market.rfq.queries import requests as request_queries
from b2b_market.rfq.rules.amending import Difference, Wording, difference
from b2b_market.rfq.states import Visibility

HEADER_COLUMNS = (
    "title",
    "description",
    "currency",
    "payment_terms",
    "incoterm",
    "incoterm_place",
    "closes_at",
    "enquiry_ends_at",
    "currencies",
    "validity_days",
    "disclosure",
)
"""What suppliers are shown of a request besides its lines; a test holds this list against the table's columns."""

_LATER = frozenset({"currencies", "validity_days", "disclosure"})
"""Header fields that came later: while they say nothing they are no part of a version."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """Why a version came to be; ``last_position`` is the highest number that any line has had before it."""

    material: bool
    reason: str = ""
    last_position: int = 0


@dataclass(frozen=True, slots=True)
class EditionContent:
    """One version with what it says."""

    rfq: Rfq
    edition: RfqEdition
    wording: Wording


@dataclass(frozen=True, slots=True)
class EditionDifference:
    """What changed from one version to another."""

    rfq: Rfq
    before: RfqEdition
    after: RfqEdition
    difference: Difference


@operation(RfqPermission.READ)
def list_editions(work: Work, scope: Scope, command: ReadRfq) -> Sequence[RfqEdition]:
    """Return every version of a request, the newest first, without its content; none before it is published."""
    rfq = request_queries.party_rfq(work.session, scope, command.rfq_id)
    return queries.editions_of(work.session, scope, rfq.id)


@operation(RfqPermission.READ)
def read_edition(work: Work, scope: Scope, command: ReadEdition) -> EditionContent:
    """Return one version of a request that the company is a party of; NotFound for a number it never had."""
    rfq = request_queries.party_rfq(work.session, scope, command.rfq_id)
    found = queries.edition_of(work.session, scope, rfq.id, command.edition)
    return EditionContent(rfq, found, Wording.read(found.content))


@operation(RfqPermission.READ, system=True, reason="handlers tell suppliers what an amendment changed")
def compare_editions(work: Work, scope: Scope, command: CompareEditions) -> EditionDifference:
    """Return what changed from one version of a request to another, whichever is the older."""
    rfq = request_queries.party_rfq(work.session, scope, command.rfq_id)
    before = queries.edition_of(work.session, scope, rfq.id, command.before)
    after = queries.edition_of(work.session, scope, rfq.id, command.after)
    return EditionDifference(rfq, before, after, difference(Wording.read(before.content), Wording.read(after.content)))


def wording_of(rfq: Rfq, lines: Sequence[RfqLine]) -> Wording:
    """Return what suppliers are shown of a request and its lines, as a version keeps it."""
    header = {name: plain(getattr(rfq, name)) for name in HEADER_COLUMNS}
    silent = Rfq.audit_added
    shown = {name: value for name, value in header.items() if name not in _LATER or value != silent[name]}
    names = (*LINE_COLUMNS, *LINE_TERMS)
    rows = tuple(
        {name: plain(value) for name, value in RFQ_LINES.content({name: getattr(line, name) for name in names}).items()}
        for line in lines
    )
    return Wording(shown, rows)


def keep_edition(work: Work, rfq: Rfq, wording: Wording, occasion: Occasion, also: Sequence[Fixed] = ()) -> None:
    """Store the version that stands from now on; its hash becomes part of the request's audited state.

    What is to be done ``also`` is done by the same statement.
    """
    content = wording.plain()
    rfq.edition_hash = digest(content)
    positions = [int(str(line["position"])) for line in wording.lines]
    row = {
        "rfq_id": rfq.id,
        "edition": rfq.edition,
        "party_ids": list(rfq.party_ids),
        "public": rfq.visibility is Visibility.PUBLIC,
        "material": occasion.material,
        "reason": occasion.reason,
        "closes_at": rfq.closes_at,
        "published_at": work.now(),
        "last_position": max(occasion.last_position, *positions, 0),
        "content": content,
        "content_hash": rfq.edition_hash,
    }
    insert_together(work.session, (RfqEdition, [row]), also=also)
