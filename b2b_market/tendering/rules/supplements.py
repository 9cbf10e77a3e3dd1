"""A second draw for the empty seats of a committee that fell short: committed, mixed, and made again by anybody.

The buyer names more people, and the platform commits to a fresh seed before it knows the word that another person of
the buyer gives for the draw. Who names the pool does not know the seed; who gives the word knows neither it nor how it
would turn out; the platform knows the seed and not the word.
"""

import hmac
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from b2b_market.kernel.refusal import FieldError, Invalid, Refusal
from b2b_market.kernel.text import N_
from b2b_market.tendering.rules.committee import read_candidates, read_draw
from b2b_market.tendering.rules.drawing import (
    Candidate,
    Draw,
    DrawDoesNotMatch,
    Shape,
    commitment,
    draw_seats,
    pool_digest,
)

FORM: Final = "tender-draw/supplement/1"
SHORTEST, LONGEST = 8, 200
_WORD: Final = b"tender-draw/word/1"


class CommitteeNotShort(Refusal):
    """Every seat is taken, or can be."""

    code, title = "tender-committee-not-short", N_("The committee is not short of people")
    advice = N_("More people are named where seats stay empty and no reserve is left, before the bids are scored.")


class SupplementWaits(Refusal):
    """A pool is named, and waits for its draw."""

    code, title = "tender-supplement-waits", N_("A supplementary pool waits for its draw")
    advice = N_("An approver who did not name it gives a word; then the empty seats are drawn.")


class NoSupplement(Refusal):
    """Nobody has named more people."""

    code, title = "tender-no-supplement", N_("There is no supplementary pool to draw from")
    advice = N_("Name more people first.")


@dataclass(frozen=True, slots=True)
class Empty:
    """The seats that nobody has, and how many of them only an expert may take."""

    seats: int
    experts: int


def empty_seats(seats: int, shape: Shape, sitting: Collection[Candidate]) -> Empty:
    """Return the seats that are empty while ``sitting`` hold theirs."""
    experts = sum(one.expert for one in sitting)
    left = seats - len(sitting)
    return Empty(left, min(left, max(0, shape.experts_among(seats) - experts)))


def require_word(word: str) -> bytes:
    """Return the beacon that a word gives; refuse (Invalid) one that is too short to be anybody's own, or too long."""
    found = " ".join(word.split())
    if not SHORTEST <= len(found) <= LONGEST:
        raise Invalid(errors=[FieldError("/word", "length", N_("Give from 8 to 200 characters."))])
    return sha256(_WORD + found.encode()).digest()


def supplement_record(
    tender_id: UUID,
    empty: Empty,
    drawn: Draw,
    secrets: tuple[bytes, str],
    people: tuple[Sequence[Candidate], frozenset[UUID]],
) -> dict[str, Any]:
    """Return everything that anybody needs to make the draw again.

    ``secrets`` are seed and word, ``people`` the pool and whom a conflict bars.
    """
    (seed, word), (pool, barred) = secrets, people
    return {
        "form": FORM,
        "tender": str(tender_id),
        "commitment": commitment(tender_id, seed).hex(),
        "pool_digest": pool_digest(pool).hex(),
        "seats": empty.seats,
        "experts": empty.experts,
        "seed": seed.hex(),
        "word": word,
        "beacon": require_word(word).hex(),
        "pool": [
            {"person": str(one.person_id), "expert": one.expert} for one in sorted(pool, key=lambda one: one.person_id)
        ],
        "barred": [str(one) for one in sorted(barred)],
        "members": [str(one) for one in drawn.members],
        "reserves": [str(one) for one in drawn.reserves],
    }


def check_supplement(record: Mapping[str, Any]) -> tuple[bytes, Draw]:
    """Make a supplementary draw again; return its commitment and the draw. DrawDoesNotMatch names what differs.

    ValueError where the record cannot be read.
    """
    try:
        tender_id, seed, pool = UUID(record["tender"]), bytes.fromhex(record["seed"]), read_candidates(record)
        announced, digest = bytes.fromhex(record["commitment"]), bytes.fromhex(record["pool_digest"])
        beacon, barred = bytes.fromhex(record["beacon"]), frozenset(UUID(one) for one in record["barred"])
        drawn, wanted, word = read_draw(record), (record["seats"], record["experts"]), record["word"]
        mixed = require_word(word)
    except (KeyError, TypeError, AttributeError, Invalid) as error:
        raise ValueError(f"the record of the draw lacks {error}") from error
    if not hmac.compare_digest(commitment(tender_id, seed), announced):
        raise DrawDoesNotMatch(part="seed")
    if not hmac.compare_digest(pool_digest(pool), digest):
        raise DrawDoesNotMatch(part="pool")
    if mixed != beacon:
        raise DrawDoesNotMatch(part="word")
    if drawn != draw_seats(seed, beacon, pool, wanted, barred=barred):
        raise DrawDoesNotMatch(part="committee")
    return announced, drawn


REFUSALS: Final = (CommitteeNotShort, SupplementWaits, NoSupplement)
"""What the module refuses of these."""
