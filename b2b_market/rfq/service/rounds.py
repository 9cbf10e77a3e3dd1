"""Further rounds: who goes on and why, the new deadline, and what becomes of quotations when a round closes."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from b2b_market.infra.bulk import insert_together
from b2b_market.infra.canonical import digest
from b2b_market.infra.work import Work
from b2b_market.organizations import public as organizations
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.operation import operation
from b2b_market.rfq import events
from b2b_market.rfq.commands.requests import ReadRfq
from b2b_market.rfq.commands.rounds import OpenRound
from b2b_market.rfq.models.quotes import Quote
from b2b_market.rfq.models.requests import Rfq
from b2b_market.rfq.models.rounds import RfqRound, RfqRoundTarget, RfqShortlisting
from b2b_market.rfq.permissions import RfqPermission
from b2b_market.rfq.queries import quotes as quote_queries
from b2b_market.rfq.queries import requests as request_queries
from b2b_market.rfq.queries import rounds as queries
from b2b_market.rfq.rules import approving, awarding, drafting, rounds
from b2b_market.rfq.service.closing import locked_at_gate
from b2b_market.rfq.service.voiding import void_waiting
from b2b_market.rfq.states import RFQ_LIFECYCLE


@dataclass(frozen=True, slots=True)
class RoundView:
    """A further round as one side sees it; who was chosen and why is the buyer's alone."""

    row: RfqRound
    targets: dict[UUID, Decimal]
    """By line, as the suppliers of the round read them; empty where it shows none."""
    shortlist: Sequence[RfqShortlisting] = field(default=())


@operation(RfqPermission.NEGOTIATE)
def open_round(work: Work, scope: Scope, command: OpenRound) -> Rfq:
    """Open a closed request again for the suppliers that go on, with a new deadline and a reason kept for the buyer.

    Their quotations stand until they better them; the others hear only that they do not go on. Suppliers are left the
    company's extra time, as after an amendment. Counter-offers that wait for an answer are void.
    """
    rfq = locked_at_gate(work, scope, command.rfq_id)
    work.expect_version(rfq, command.expected_version)
    RFQ_LIFECYCLE.require(rfq.status, "open_round")
    rounds.require_round_left(rfq.round, rfq.most_rounds)
    if quote_queries.pending_award(work.session, scope, rfq.id) is not None:
        raise awarding.AwardUndecided
    reason = approving.require_reason(command.reason)
    in_play = _newest(queries.lock_standing(work.session, scope, rfq.id))
    rounds.require_shortlist(command.supplier_ids, in_play.keys())
    _require_time(work, scope, rfq, command.closes_at)
    left_out = _left_out(work, scope, rfq, command, in_play.keys())
    RFQ_LIFECYCLE.advance(rfq, "open_round")
    rfq.round += 1
    rfq.closes_at = rfq.next_due_at = command.closes_at
    rfq.changed_at = work.now()
    why = {"reason": reason, "chosen_by": scope.user_id}
    _keep(work, scope, rfq, command, [_choice(work, rfq, quote, command) | why for quote in in_play.values()])
    void_waiting(work, scope, rfq)
    opened = events.RoundOpened(
        rfq_id=rfq.id,
        buyer_id=rfq.buyer_id,
        author_id=rfq.author_id,
        round=rfq.round,
        supplier_ids=command.supplier_ids,
        left_out=left_out,
        closes_at=command.closes_at,
    )
    work.emit(opened, rfq)
    work.session.flush()
    return rfq


@operation(RfqPermission.QUOTE_READ)
def list_rounds(work: Work, scope: Scope, command: ReadRfq) -> Sequence[RoundView]:
    """Return the further rounds of a request, the newest first: all to its buyer, to a supplier those it is in."""
    rfq = request_queries.party_rfq(work.session, scope, command.rfq_id)
    found = queries.rounds_of(work.session, scope, rfq.id)
    chosen = queries.shortlistings_of(work.session, scope, rfq.id) if found else ()
    return [
        RoundView(
            row,
            queries.shown_targets(work.session, scope, rfq.id, row.round) if row.targets_shown else {},
            [one for one in chosen if one.round == row.round],
        )
        for row in found
    ]


def _require_time(work: Work, scope: Scope, rfq: Rfq, closes_at: datetime) -> None:
    """Refuse a deadline that leaves less than the company's extra time, or comes on or after a day of need."""
    settings = organizations.settings(work, scope.actor, rfq.buyer_id)
    drafting.require_quoting_time(closes_at, work.judging_time(), settings.minimum_extension_hours)
    days = [line.required_on for line in request_queries.lines_of(work.session, scope, rfq.id)]
    drafting.require_publishable(days, closes_at, reachable=True)


def _newest(standing: Sequence[Quote]) -> dict[UUID, Quote]:
    """Return by supplier the quotation of its latest round; ``standing`` has later rounds first."""
    found: dict[UUID, Quote] = {}
    for quote in standing:
        found.setdefault(quote.supplier_id, quote)
    return found


def _left_out(work: Work, scope: Scope, rfq: Rfq, command: OpenRound, in_play: Collection[UUID]) -> tuple[UUID, ...]:
    """Return the suppliers of the round that is over which do not go on; those left out before know it already."""
    places = request_queries.invitations_of(work.session, scope, rfq.id)
    return tuple(
        place.supplier_id
        for place in places
        if place.supplier_id in in_play
        and place.last_round == rfq.round
        and place.supplier_id not in command.supplier_ids
    )


def _choice(work: Work, rfq: Rfq, quote: Quote, command: OpenRound) -> dict[str, object]:
    return {
        "rfq_id": rfq.id,
        "round": rfq.round,
        "supplier_id": quote.supplier_id,
        "buyer_id": rfq.buyer_id,
        "goes_on": quote.supplier_id in command.supplier_ids,
        "quote_id": quote.id,
        "quote_revision": quote.revision,
        "chosen_at": work.now(),
    }


def _keep(work: Work, scope: Scope, rfq: Rfq, command: OpenRound, choice: list[dict[str, object]]) -> None:
    """Write the round, its shortlist and the targets it shows; their hash goes into the request's audited state."""
    parties = [rfq.buyer_id, *command.supplier_ids]
    own: dict[str, object] = {"rfq_id": rfq.id, "round": rfq.round, "buyer_id": rfq.buyer_id, "party_ids": parties}
    held: dict[str, object] = {
        "opened_at": work.now(),
        "closes_at": command.closes_at,
        "targets_shown": command.show_targets,
        "note": command.note.strip(),
    }
    targets = request_queries.targets_of(work.session, scope, rfq.id) if command.show_targets else {}
    shown = [{**own, "line_id": line_id, "target_price": price} for line_id, price in sorted(targets.items())]
    choice = sorted(choice, key=lambda row: str(row["supplier_id"]))
    row = own | held
    rfq.round_hash = digest({"round": row, "choice": choice, "targets": shown})
    insert_together(work.session, (RfqRound, [row]), (RfqShortlisting, choice), (RfqRoundTarget, shown))
    queries.admit(work.session, scope, rfq.id, command.supplier_ids, rfq.round)
