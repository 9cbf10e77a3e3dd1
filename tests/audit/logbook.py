"""A whole audit log made in memory: entries, tree, checkpoints, business rows, exports; for tests to spoil."""

import hashlib
import random
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from b2b_market.audit.rules.checkpoint import Checkpoint, SignedCheckpoint, sign_checkpoint
from b2b_market.audit.rules.heading import Heading, heading_line
from b2b_market.audit.rules.lines import (
    Kind,
    checkpoint_line,
    entry_line,
    key_line,
    plain_line,
    unsealed_line,
)
from b2b_market.audit.states import Reach
from b2b_market.infra.canonical import canonical
from b2b_market.infra.signing import SigningKey
from b2b_market.kernel import merkle
from b2b_market.kernel.merkle import Frontier, Node

START = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
ORIGIN = "b2b-market/test"
TYPES = ("order", "rfq")


def new_key() -> SigningKey:
    return SigningKey(Ed25519PrivateKey.generate())


@dataclass
class Book:
    """``leaves[i]`` is the recorded hash of ``entries[i]``; None stands for an entry that the trail has lost."""

    key: SigningKey
    entries: list[dict[str, object] | None] = field(default_factory=list)
    leaves: list[bytes] = field(default_factory=list)
    checkpoints: list[SignedCheckpoint] = field(default_factory=list)
    states: dict[tuple[str, str], tuple[int, str]] = field(default_factory=dict)
    unsealed: list[dict[str, object]] = field(default_factory=list)
    now: datetime = START

    def copy(self) -> "Book":
        return replace(
            self,
            entries=[None if entry is None else dict(entry) for entry in self.entries],
            leaves=list(self.leaves),
            checkpoints=list(self.checkpoints),
            states=dict(self.states),
            unsealed=[dict(entry) for entry in self.unsealed],
        )

    def new_entry(self, chance: random.Random, *, action: str = "rfq.changed") -> dict[str, object]:
        """Change an old or a new object and return the event of it."""
        kind = chance.choice(TYPES)
        known = sorted(thing for thing in self.states if thing[0] == kind)
        thing = chance.choice(known) if known and chance.random() < 0.6 else (kind, str(event_id(self.now, chance)))
        version = self.states.get(thing, (0, ""))[0] + 1
        state_hash = hashlib.sha256(f"{thing}{version}".encode()).hexdigest()
        self.states[thing] = (version, state_hash)
        return {
            "id": str(event_id(self.now, chance)),
            "action": action,
            "actor_user_id": str(event_id(START, chance)),
            "object_type": kind,
            "object_id": thing[1],
            "object_version": version,
            "occurred_at": self.now,
            "outcome": "done",
            "changed": ["名称", 'sta"tus'],
            "state_hash": state_hash,
        }

    def append(self, chance: random.Random, count: int) -> None:
        for _ in range(count):
            self.now += timedelta(milliseconds=chance.randint(1, 900))
            self.add(self.new_entry(chance))

    def add(self, entry: dict[str, object]) -> None:
        self.entries.append(entry)
        self.leaves.append(merkle.leaf_hash(canonical(entry)))

    def seal(self, key: SigningKey | None = None) -> SignedCheckpoint:
        self.now += timedelta(milliseconds=200)
        previous = self.checkpoints[-1].checkpoint.digest() if self.checkpoints else None
        root = merkle.root_of(self.leaves)
        signed = sign_checkpoint(Checkpoint(ORIGIN, len(self.leaves), root, self.now, previous), key or self.key)
        self.checkpoints.append(signed)
        return signed

    def resealed(self) -> "Book":
        """Return the book as somebody with the key would make it anew over the present entries."""
        fresh = self.copy()
        fresh.leaves = [merkle.leaf_hash(canonical(entry)) for entry in self.entries]
        stops, fresh.checkpoints = [signed.size for signed in self.checkpoints], []
        times = [signed.checkpoint.time for signed in self.checkpoints]
        for size, time in zip(stops, times, strict=True):
            previous = fresh.checkpoints[-1].checkpoint.digest() if fresh.checkpoints else None
            root = merkle.root_of(fresh.leaves[:size])
            checkpoint = Checkpoint(ORIGIN, size, root, time, previous)
            fresh.checkpoints.append(sign_checkpoint(checkpoint, self.key))
        return fresh

    def cut(self, checkpoints: int) -> "Book":
        """Return the book as it was when it had only ``checkpoints`` checkpoints."""
        older = self.copy()
        older.checkpoints = older.checkpoints[:checkpoints]
        size = older.checkpoints[-1].size
        older.entries, older.leaves = older.entries[:size], older.leaves[:size]
        older.states = {}
        for entry in older.entries:
            assert entry is not None
            thing = (str(entry["object_type"]), str(entry["object_id"]))
            older.states[thing] = (int(str(entry["object_version"])), str(entry["state_hash"]))
        return older

    def witness(self) -> list[bytes]:
        return [checkpoint_line(signed) for signed in self.checkpoints]

    def heading(self, reach: Reach = Reach.ALL) -> Heading:
        head = self.checkpoints[-1].size if self.checkpoints else 0
        return Heading(ORIGIN, reach, head, self.now + timedelta(seconds=1), TYPES)

    def export(self) -> list[bytes]:
        """Return the lines as the exporter writes them."""
        body = [checkpoint_line(signed) for signed in self.checkpoints]
        for index, entry in enumerate(self.entries):
            body.append(entry_line(None if entry is None else canonical(entry), index, self.leaves[index]))
        body += [unsealed_line(canonical(entry)) for entry in self.unsealed]
        for (kind, thing), (version, state_hash) in sorted(self.states.items()):
            fields = {"object_type": kind, "object_id": thing, "version": version, "state_hash": state_hash}
            body.append(plain_line(Kind.STATE, fields))
        head = [heading_line(self.heading(), self.key), key_line(self.key.public_key)]
        return [*head, *body, end_line(body)]

    def own_export(self, indexes: list[int], held: tuple[int, ...] = ()) -> list[bytes]:
        """Return the export of the company to which only the entries at ``indexes`` are visible."""
        size = self.checkpoints[-1].size
        body = [checkpoint_line(self.checkpoints[-1])]
        for first in held:
            steps = [step.hex() for step in merkle.consistency_proof(first, size, self.lookup)]
            body.append(plain_line(Kind.CONSISTENCY, {"first": first, "proof": steps}))
        for index in indexes:
            proof = merkle.inclusion_proof(index, size, self.lookup)
            body.append(entry_line(canonical(self.entries[index]), index, self.leaves[index], proof))
        head = [heading_line(self.heading(Reach.OWN), self.key), key_line(self.key.public_key)]
        return [*head, *body, end_line(body)]

    def own_export_of_nothing(self) -> list[bytes]:
        """Return what a company gets of a log in which nothing is sealed."""
        return [heading_line(self.heading(Reach.OWN), self.key), key_line(self.key.public_key), end_line([])]

    def lookup(self, node: Node) -> bytes:
        return merkle.complete_root(self.leaves[node.index << node.level : (node.index + 1) << node.level])


def end_line(body: list[bytes]) -> bytes:
    counted = (Kind.CHECKPOINT, Kind.ENTRY, Kind.UNSEALED, Kind.STATE)
    fields = {kind.value: sum(b'"kind":"%s"' % kind.value.encode() in line for line in body) for kind in counted}
    return plain_line(Kind.END, fields)


def event_id(moment: datetime, chance: random.Random) -> UUID:
    """Return a UUIDv7 of ``moment``."""
    milliseconds = int(moment.timestamp() * 1000)
    tail = (7 << 76) | (chance.getrandbits(12) << 64) | (2 << 62) | chance.getrandbits(62)
    return UUID(int=(milliseconds << 80) | tail)


def make_book(seed: int, checkpoints: int = 12) -> Book:
    """Return a sound log of about five entries per checkpoint."""
    chance = random.Random(seed)
    book = Book(new_key())
    for _ in range(checkpoints):
        book.append(chance, chance.randint(1, 9))
        book.seal()
    return book


def tree_of(leaves: list[bytes]) -> Frontier:
    frontier = Frontier()
    for leaf in leaves:
        frontier.append(leaf)
    return frontier
