"""Drawing a committee so that nobody can choose who is drawn, and everybody can check it afterwards.

Before the draw the buyer publishes the pool's digest and a commitment to a secret seed. The draw mixes the seed with a
beacon that nobody knew when the commitment was made (the root of the closing record), so neither side can steer it: the
buyer fixed the seed, and no bidder knows it. Each candidate's ticket is HMAC-SHA-256 over pool and identifier, the
lowest tickets win. Whoever knows seed, beacon and pool gets the same committee.
"""

import hmac
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from b2b_market.kernel.refusal import Refusal
from b2b_market.kernel.text import N_

SEED_BYTES = 32
_COMMITTED, _POOL, _DRAWN = b"tender-draw/seed/1", b"tender-draw/pool/1", b"tender-draw/ticket/1"


class PoolTooSmall(Refusal):
    """Fewer eligible people than seats."""

    code, title = "tender-pool-too-small", N_("Too few people to draw a committee from")
    advice = N_(
        "The committee has {seats} seats, {experts} of them for experts; the pool has {people} eligible people, "
        "{known} of them experts. Add people who have no conflict with a bidder."
    )


class CommitteeShapeWrong(Refusal):
    """A committee that the rules of the procedure do not allow."""

    code, title = "tender-committee-shape", N_("The committee has the wrong size")
    advice = N_("This procedure wants at least {least} members, an odd number, at least {experts} of them experts.")


class DrawDoesNotMatch(Refusal):
    """Seed, pool or members are not those that were published."""

    code, title = "tender-draw-mismatch", N_("The draw does not match what was published")
    advice = N_("The {part} differs. The draw counts only with the seed and the pool that were committed to before.")


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who may be drawn."""

    person_id: UUID
    expert: bool


@dataclass(frozen=True, slots=True)
class Shape:
    """How large a committee must be: an odd number of at least ``least``, of them ``experts`` per ``of`` experts."""

    least: int = 3
    experts: int = 0
    of: int = 1

    def experts_among(self, seats: int) -> int:
        """Return how many of ``seats`` are for experts: the share, rounded up."""
        return -(-seats * self.experts // self.of)


@dataclass(frozen=True, slots=True)
class Announcement:
    """What is published before the draw, and cannot be changed after it."""

    tender_id: UUID
    commitment: bytes
    pool: bytes
    seats: int
    shape: Shape
    barred: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True)
class Draw:
    """The members in the order drawn, then the reserves in the order in which they step in."""

    members: tuple[UUID, ...]
    reserves: tuple[UUID, ...]


def commitment(tender_id: UUID, seed: bytes) -> bytes:
    """Return what is published before the draw; the seed has 32 random bytes."""
    if len(seed) != SEED_BYTES:
        raise ValueError("a seed has 32 bytes")
    return sha256(_COMMITTED + tender_id.bytes + seed).digest()


def pool_digest(pool: Collection[Candidate]) -> bytes:
    """Return the digest of a pool, whatever order it comes in; a person in it twice is an error (ValueError)."""
    lines = sorted(one.person_id.bytes + bytes([one.expert]) for one in pool)
    if len({line[:16] for line in lines}) != len(lines):
        raise ValueError("a person is in a pool once")
    return sha256(_POOL + b"".join(lines)).digest()


def require_shape(seats: int, shape: Shape) -> None:
    """Refuse an even committee, or one smaller than the procedure allows."""
    if seats < shape.least or seats % 2 == 0:
        least = shape.least + (shape.least % 2 == 0)
        raise CommitteeShapeWrong(least=str(least), experts=str(shape.experts_among(max(seats, least))))


def draw(
    seed: bytes, beacon: bytes, pool: Collection[Candidate], seats: int, *, shape: Shape, barred: Collection[UUID] = ()
) -> Draw:
    """Draw ``seats`` members from the pool without the ``barred`` (conflicted) people.

    Seats for experts are filled first from the experts, in ticket order; the others from all who are left. Barring
    somebody leaves everybody else's ticket as it was. Refuses with CommitteeShapeWrong and PoolTooSmall.
    """
    require_shape(seats, shape)
    return draw_seats(seed, beacon, pool, (seats, shape.experts_among(seats)), barred=barred)


def draw_seats(
    seed: bytes, beacon: bytes, pool: Collection[Candidate], wanted: tuple[int, int], *, barred: Collection[UUID] = ()
) -> Draw:
    """Draw so many seats, so many of them for experts, as ``draw`` does, whatever the size; else PoolTooSmall."""
    seats, known = wanted
    ordered = [one for one in _tickets(seed, beacon, pool) if one.person_id not in barred]
    experts = [one for one in ordered if one.expert]
    if len(ordered) < seats or len(experts) < known:
        raise PoolTooSmall(seats=str(seats), experts=str(known), people=str(len(ordered)), known=str(len(experts)))
    seated = experts[:known]
    seated += [one for one in ordered if one not in seated][: seats - known]
    reserves = tuple(one.person_id for one in ordered if one not in seated)
    return Draw(tuple(one.person_id for one in ordered if one in seated), reserves)


def require_true(announced: Announcement, drawn: Draw, seed: bytes, beacon: bytes, pool: Collection[Candidate]) -> None:
    """Refuse a draw whose seed, pool or members are not those that the announcement leads to."""
    if not hmac.compare_digest(commitment(announced.tender_id, seed), announced.commitment):
        raise DrawDoesNotMatch(part="seed")
    if not hmac.compare_digest(pool_digest(pool), announced.pool):
        raise DrawDoesNotMatch(part="pool")
    if drawn != draw(seed, beacon, pool, announced.seats, shape=announced.shape, barred=announced.barred):
        raise DrawDoesNotMatch(part="committee")


def replacement(drawn: Draw, pool: Collection[Candidate], gone: UUID, shape: Shape) -> UUID | None:
    """Return the first reserve who may take the seat of ``gone``, who declared a conflict after the draw.

    Only an expert takes a seat without which the committee would have too few experts; none where nobody is left.
    """
    experts = {one.person_id for one in pool if one.expert}
    staying = [member for member in drawn.members if member != gone]
    needed = shape.experts_among(len(drawn.members)) > sum(member in experts for member in staying)
    return next((one for one in drawn.reserves if one in experts or not needed), None)


def _tickets(seed: bytes, beacon: bytes, pool: Collection[Candidate]) -> Sequence[Candidate]:
    key = hmac.digest(seed, _DRAWN + beacon + pool_digest(pool), "sha256")
    return sorted(pool, key=lambda one: hmac.digest(key, one.person_id.bytes, "sha256"))
