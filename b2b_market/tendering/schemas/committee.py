"""Wire shapes of evaluation committees."""

from typing import Annotated, Any, Self

from pydantic import Field

from b2b_market.infra.http.wires import LongText, ShortText, WireDecimal, WireIn, WireOut, WireTime, WireUuid
from b2b_market.tendering.commands.committee import Declare, HandIn, NameCommittee, Named
from b2b_market.tendering.commands.evaluation import Score
from b2b_market.tendering.models.committee import Committee, Juror, Supplement
from b2b_market.tendering.rules.sheets import CommitteeScore
from b2b_market.tendering.schemas.evaluation import ScoreIn
from b2b_market.tendering.service.committee import CommitteeView, MemberBid, PublicDraw
from b2b_market.tendering.states.committee import CommitteeStatus, JurorStatus, SupplementStatus


class NamedIn(WireIn):
    """A person of the pool, by the mail address of the account."""

    email: ShortText
    expert: bool = False


class CommitteeIn(WireIn):
    """The pool and the number of seats."""

    seats: Annotated[int, Field(ge=1, le=99)]
    people: Annotated[tuple[NamedIn, ...], Field(max_length=200, strict=False)]

    def to_command(self, tender_id: WireUuid, expected_version: int | None) -> NameCommittee:
        """Return the operation's input."""
        people = tuple(Named(one.email, one.expert) for one in self.people)
        return NameCommittee(tender_id=tender_id, expected_version=expected_version, seats=self.seats, people=people)


class DeclarationIn(WireIn):
    """A member's declaration; a conflict says why."""

    conflict: bool
    statement: LongText = ""

    def to_command(self, tender_id: WireUuid, expected_version: int | None) -> Declare:
        """Return the operation's input."""
        return Declare(tender_id, expected_version, self.conflict, self.statement)


class SheetIn(WireIn):
    """A member's scores of every bid on every criterion but the price."""

    scores: Annotated[tuple[ScoreIn, ...], Field(max_length=50_000, strict=False)]

    def to_command(self, tender_id: WireUuid, expected_version: int | None) -> HandIn:
        """Return the operation's input."""
        scores = tuple(Score(one.bid_id, one.criterion, one.score) for one in self.scores)
        return HandIn(tender_id, expected_version, scores)


class JurorOut(WireOut):
    """A person of the pool; ``id`` is what the draw names."""

    id: WireUuid
    version: int
    user_id: WireUuid
    organization_id: WireUuid
    name: str
    expert: bool
    status: JurorStatus
    declared_at: WireTime | None
    handed_in_at: WireTime | None

    @classmethod
    def of(cls, value: Juror) -> Self:
        """Return the wire shape of a person of the pool."""
        names = ("id", "version", "user_id", "name", "expert", "status", "declared_at", "handed_in_at")
        return cls(**{name: getattr(value, name) for name in names}, organization_id=value.org_id)


class GivenScoreOut(WireOut):
    """A member's own score."""

    bid_id: WireUuid
    criterion: str
    score: WireDecimal


class CommitteeScoreOut(WireOut):
    """The committee's exact score, as a fraction, with each member's; the trimmed ones do not count."""

    bid_id: WireUuid
    criterion: str
    score: str
    given: dict[str, WireDecimal]
    trimmed: list[WireUuid]

    @classmethod
    def of(cls, value: CommitteeScore) -> Self:
        """Return the wire shape of a committee's score; members are named by their accounts' ids."""
        return cls(
            bid_id=value.bid_id,
            criterion=value.criterion,
            score=str(value.score),
            given={str(member): score for member, score in value.given.items()},
            trimmed=list(value.trimmed),
        )


class DrawOut(WireOut):
    """What was announced of a draw, and everything to make it again once it was made."""

    status: CommitteeStatus
    seats: int
    commitment: str
    pool_digest: str
    drawn_at: WireTime | None
    draw: dict[str, Any] | None

    @classmethod
    def of(cls, value: Committee) -> Self:
        """Return the wire shape of an announced draw."""
        return cls(
            status=value.status,
            seats=value.seats,
            commitment=bytes(value.commitment).hex(),
            pool_digest=bytes(value.pool).hex(),
            drawn_at=value.drawn_at,
            draw=value.draw,
        )


class SupplementOut(WireOut):
    """A second draw for empty seats: what was announced, and everything to make it again once it was made."""

    status: SupplementStatus
    seats: int
    experts: int
    commitment: str
    pool_digest: str
    draw: dict[str, Any] | None

    @classmethod
    def of(cls, value: Supplement) -> Self:
        """Return the wire shape of a supplementary draw."""
        return cls(
            status=value.status,
            seats=value.seats,
            experts=value.experts,
            commitment=bytes(value.commitment).hex(),
            pool_digest=bytes(value.pool).hex(),
            draw=value.draw,
        )


class PublicDrawOut(WireOut):
    """An announced draw with the supplementary ones, and everything to make them again once they were made."""

    status: CommitteeStatus
    seats: int
    commitment: str
    pool_digest: str
    drawn_at: WireTime | None
    draw: dict[str, Any] | None
    supplements: list[SupplementOut]

    @classmethod
    def of(cls, value: PublicDraw) -> Self:
        """Return the wire shape of a public tender's draws."""
        first = DrawOut.of(value.committee)
        said = {name: getattr(first, name) for name in DrawOut.model_fields}
        return cls(**said, supplements=[SupplementOut.of(one) for one in value.supplements])


class CommitteeOut(WireOut):
    """A committee as the reader may see it; ``version`` is the own seat's, else the tender's."""

    tender_id: WireUuid
    version: int
    least: int
    experts: int
    of_members: int
    committee: DrawOut | None
    people: list[JurorOut]
    seat: JurorOut | None
    own_scores: list[GivenScoreOut]
    scores: list[CommitteeScoreOut]
    supplements: list[SupplementOut]

    @classmethod
    def of(cls, value: CommitteeView) -> Self:
        """Return the wire shape of a committee."""
        shape = value.shape
        return cls(
            tender_id=value.tender.id,
            version=value.version,
            least=shape.least if shape else 0,
            experts=shape.experts if shape else 0,
            of_members=shape.of if shape else 1,
            committee=None if value.committee is None else DrawOut.of(value.committee),
            people=[JurorOut.of(one) for one in value.jurors],
            seat=None if value.seat is None else JurorOut.of(value.seat),
            own_scores=[
                GivenScoreOut(bid_id=bid, criterion=criterion, score=score)
                for (bid, criterion), score in value.own.items()
            ],
            scores=[CommitteeScoreOut.of(one) for one in value.scores],
            supplements=[SupplementOut.of(one) for one in value.supplements],
        )


class MemberFileOut(WireOut):
    """A file of a bid."""

    position: int
    name: str
    size: int


class MemberBidOut(WireOut):
    """An opened bid as a member reads it; ``content`` is none where it could not be read."""

    id: WireUuid
    lot_id: WireUuid
    organization_id: WireUuid
    scored: bool
    """Whether the member scores it: whole bids without complete prices are not, nor technical envelopes unread."""
    content: dict[str, Any] | None
    files: list[MemberFileOut]

    @classmethod
    def of(cls, value: MemberBid) -> Self:
        """Return the wire shape of a bid for a member."""
        return cls(
            id=value.bid.id,
            lot_id=value.bid.lot_id,
            organization_id=value.bid.supplier_id,
            scored=value.scored,
            content=None if value.content is None else dict(value.content),
            files=[MemberFileOut(position=one.position, name=one.name, size=one.size) for one in value.files],
        )
