"""The first line of an export: of which log, whose entries, up to where and when.

It is signed, so that an old export cannot pass for a new one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from b2b_market.audit.rules.checkpoint import SIGNATURE_BYTES, hex_of, size_of, text_of, time_of
from b2b_market.audit.rules.lines import FORMAT, VEILED_FORMAT, Kind, plain_line
from b2b_market.audit.states import Reach
from b2b_market.infra.canonical import plain
from b2b_market.infra.signing import Signed, SigningKey, verify


@dataclass(frozen=True, slots=True)
class Heading:
    """What an export claims of itself.

    ``made_at`` was read while no sealer was at work: every checkpoint of that time or before is in the exported log.
    """

    origin: str
    reach: Reach
    head: int
    """Size of the newest checkpoint."""
    made_at: datetime
    object_types: tuple[str, ...]
    """The kinds of business objects whose rows are in the export."""
    veiled: tuple[int, ...] = ()
    """The leaf indexes, in order, of the entries that are held back from the reader for the time being."""

    def statement(self) -> dict[str, object]:
        """Return what is signed; of entries held back nothing is said where there are none."""
        veiled = {"veiled": list(self.veiled)} if self.veiled else {}
        return {
            **veiled,
            "format": VEILED_FORMAT if veiled else FORMAT,
            "origin": self.origin,
            "reach": self.reach.value,
            "head": self.head,
            "made_at": plain(self.made_at),
            "object_types": list(self.object_types),
        }


@dataclass(frozen=True, slots=True)
class SignedHeading:
    """A heading and its signature."""

    heading: Heading
    signed: Signed

    def is_signed_by(self, keys: Mapping[str, bytes]) -> bool:
        """Tell whether the key it names is among ``keys`` and made the signature."""
        public_key = keys.get(self.signed.key_id)
        return public_key is not None and verify(public_key, self.heading.statement(), self.signed.signature)


def heading_line(heading: Heading, key: SigningKey) -> bytes:
    """Sign ``heading`` and write the first line of an export."""
    signed = key.sign(heading.statement())
    fields = {"statement": heading.statement(), "key_id": signed.key_id, "signature": signed.signature.hex()}
    return plain_line(Kind.EXPORT, fields)


def read_heading(fields: Mapping[str, object]) -> SignedHeading:
    """Read the first line back; ValueError where it is not exactly one of this format."""
    statement = fields.get("statement")
    if not isinstance(statement, Mapping):
        message = "no statement"
        raise ValueError(message)  # noqa: TRY004 - a malformed file is a wrong value, whatever its type
    types, veiled = statement.get("object_types"), statement.get("veiled")
    heading = Heading(
        text_of(statement, "origin"),
        Reach(text_of(statement, "reach")),
        size_of(statement, "head"),
        time_of(statement, "made_at"),
        tuple(str(item) for item in types) if isinstance(types, list) else (),
        tuple(index for index in veiled if type(index) is int) if isinstance(veiled, list) else (),
    )
    if heading.statement() != dict(statement):
        message = "not a heading of this format"
        raise ValueError(message)
    return SignedHeading(heading, Signed(text_of(fields, "key_id"), hex_of(fields, "signature", SIGNATURE_BYTES)))
