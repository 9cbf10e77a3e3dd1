"""What holds for a committee's people: who may be named, what comes before reading, and who scores."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from b2b_market.kernel.refusal import FieldError, Invalid, Kind, Refusal
from b2b_market.kernel.text import N_
from b2b_market.tendering.rules.drawing import Announcement, Candidate, Draw, Shape, require_true

MOST: Final = 200
_RECORD: Final = "tender-draw/record/1"


class CommitteeNotForeseen(Refusal):
    """The procedure has no committee."""

    code, title = "tender-committee-not-foreseen", N_("This procedure has no committee")
    advice = N_("The buyer's evaluators score the bids themselves. Choose a procedure that asks for a committee.")


class CommitteeMissing(Refusal):
    """The procedure asks for a committee, and nobody has named its pool."""

    code, title = "tender-committee-missing", N_("The committee's pool is not named yet")
    advice = N_("This procedure has a committee draw its members from a pool. Name the pool before you go on.")


class CommitteeNotReady(Refusal):
    """The committee is not drawn yet, or lacks a member."""

    code, title = "tender-committee-not-ready", N_("The committee cannot work yet")
    advice = N_("Its members are drawn once bidding is closed, and every seat must be taken.")


class CommitteeScores(Refusal):
    """The committee scores, nobody else."""

    kind, code, title = Kind.FORBIDDEN, "tender-committee-scores", N_("The committee scores the bids")
    advice = N_("Each member hands in a sheet of their own. All sheets are opened together once the last one is in.")


class DeclarationMissing(Refusal):
    """A member reads no bid before the own declaration, and none after declaring a conflict."""

    kind, code, title = Kind.FORBIDDEN, "tender-declaration-missing", N_("Declare your interests first")
    advice = N_("A member of the committee reads no bid before declaring to have no conflict with a bidder.")


class JurorsUnfit(Refusal):
    """S2: publisher, key officers and people of invited suppliers do not judge."""

    kind, code, audited = Kind.FORBIDDEN, "tender-jurors-unfit", True
    title = N_("Somebody in the pool may not judge")
    advice = N_(
        "Rule S2: {people} published this tender, holds one of its keys or works for an invited supplier. Name others."
    )


def require_pool(known: Sequence[UUID | None], listed: int) -> None:
    """Refuse addresses of nobody who may sit, people named twice, and pools without anybody or beyond 200 people."""
    errors = [
        FieldError(f"/people/{place}/email", "unknown", N_("Nobody with this address may sit in a committee."))
        for place, person in enumerate(known)
        if person is None
    ]
    found = [person for person in known if person is not None]
    errors += [
        FieldError(f"/people/{place}/email", "twice", N_("A person is in a pool once."))
        for place, person in enumerate(known)
        if person is not None and person in known[:place]
    ]
    if (not found and not errors) or listed > MOST:
        errors.append(FieldError("/people", "length", N_("A pool has from 1 to 200 people.")))
    if errors:
        raise Invalid(errors=errors)


def draw_record(announced: Announcement, drawn: Draw, seed: bytes, beacon: bytes, pool: Collection[Candidate]) -> Any:  # noqa: ANN401 - JSON
    """Return everything that anybody needs to make the draw again, JSON-ready."""
    return {
        "form": _RECORD,
        "tender": str(announced.tender_id),
        "commitment": announced.commitment.hex(),
        "pool_digest": announced.pool.hex(),
        "seats": announced.seats,
        "shape": {"least": announced.shape.least, "experts": announced.shape.experts, "of": announced.shape.of},
        "seed": seed.hex(),
        "beacon": beacon.hex(),
        "pool": [
            {"person": str(one.person_id), "expert": one.expert} for one in sorted(pool, key=lambda one: one.person_id)
        ],
        "barred": [str(one) for one in sorted(announced.barred)],
        "members": [str(one) for one in drawn.members],
        "reserves": [str(one) for one in drawn.reserves],
    }


def check_record(record: Mapping[str, Any]) -> tuple[Announcement, Draw]:
    """Make the draw of a record again and return it; DrawDoesNotMatch names what differs.

    ValueError where the record cannot be read. Compare commitment and pool with the signed notice yourself.
    """
    try:
        shape = Shape(**record["shape"])
        announced = Announcement(
            UUID(record["tender"]),
            bytes.fromhex(record["commitment"]),
            bytes.fromhex(record["pool_digest"]),
            record["seats"],
            shape,
            frozenset(UUID(one) for one in record["barred"]),
        )
        drawn = read_draw(record)
        pool = read_candidates(record)
        seed, beacon = bytes.fromhex(record["seed"]), bytes.fromhex(record["beacon"])
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"the record of the draw lacks {error}") from error
    require_true(announced, drawn, seed, beacon, pool)
    return announced, drawn


def read_draw(record: Mapping[str, Any]) -> Draw:
    """Return the members and reserves of a record."""
    members, reserves = (tuple(UUID(one) for one in record[name]) for name in ("members", "reserves"))
    return Draw(members, reserves)


def read_candidates(record: Mapping[str, Any]) -> list[Candidate]:
    """Return the pool of a record."""
    return [Candidate(UUID(one["person"]), one["expert"] is True) for one in record["pool"]]


REFUSALS: Final = (
    CommitteeNotForeseen,
    CommitteeMissing,
    CommitteeNotReady,
    CommitteeScores,
    DeclarationMissing,
    JurorsUnfit,
)
"""What the module refuses of these."""
