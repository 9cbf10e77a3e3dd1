"""The publicity of candidates: what is published, and that an award waits for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from b2b_market.kernel.refusal import Refusal
from b2b_market.kernel.text import N_
from b2b_market.tendering.rules.deciding import shown_score
from b2b_market.tendering.rules.judging import Placed
from b2b_market.tendering.rules.publicity_terms import PublicityTerms
from b2b_market.tendering.states.publicity import PublicityStatus


class PublicityNotForeseen(Refusal):
    """The procedure publishes no candidates."""

    code = "tender-publicity-not-foreseen"
    title = N_("This procedure publishes no candidates")
    advice = N_("Propose the award at once; the procedure of this tender has no publicity of candidates.")


class CandidatesNotPublished(Refusal):
    """The award waits for the publicity of the ranking that it rests on."""

    code = "tender-candidates-not-published"
    title = N_("The candidates must be published first")
    advice = N_(
        "The procedure publishes the ranked candidates of a lot before its award. Publish the ranking that stands, and "
        "approve once its time is over with this bid in the first place."
    )


class CandidatesPublished(Refusal):
    """The ranking that stands is published already."""

    code = "tender-candidates-published"
    title = N_("This ranking is published already")
    advice = N_("The candidates of this lot stand as they are published. Publish again once the ranking changes.")


@dataclass(frozen=True, slots=True)
class Published:
    """A published ranking as an award asks it: the candidates' bids, the best first."""

    status: PublicityStatus
    bids: tuple[UUID, ...]


def require_foreseen(terms: PublicityTerms | None) -> PublicityTerms:
    """Return the terms; raise PublicityNotForeseen where the procedure publishes no candidates."""
    if terms is None:
        raise PublicityNotForeseen
    return terms


def candidates(standing: Sequence[Placed], terms: PublicityTerms) -> tuple[Placed, ...]:
    """Return the candidates: the best placed, as many as the procedure publishes."""
    return tuple(sorted(standing, key=lambda one: one.place)[: terms.candidates])


def statement(
    placed: Sequence[Placed], offers: Mapping[UUID, Mapping[str, object]], terms: PublicityTerms
) -> list[dict[str, Any]]:
    """Return what is published of each candidate; ``offers`` has its name, company and total by bid."""
    return [
        {
            "bid": str(one.bid_id),
            "place": one.place,
            "supplier": str(offers[one.bid_id]["supplier"]),
            "name": offers[one.bid_id]["name"],
            "names": offers[one.bid_id]["names"],
            "total": offers[one.bid_id]["total"] if terms.prices else None,
            "score": _score(one) if terms.scores else None,
        }
        for one in placed
    ]


def require_new(found: Published | None, bids: tuple[UUID, ...]) -> None:
    """Raise CandidatesPublished where this very ranking stands."""
    if found is not None and found.status is not PublicityStatus.WITHDRAWN and found.bids == bids:
        raise CandidatesPublished


def require_over(found: Published | None, bid_id: UUID) -> None:
    """Raise CandidatesNotPublished unless a ranking with this bid first was published and its time is over."""
    if found is None or found.status is not PublicityStatus.OVER or found.bids[0] != bid_id:
        raise CandidatesNotPublished


def _score(one: Placed) -> str | None:
    found = shown_score(one.score)
    return None if found is None else format(found, "f")


REFUSALS: Final = (PublicityNotForeseen, CandidatesNotPublished, CandidatesPublished)
"""What the module refuses of these."""
