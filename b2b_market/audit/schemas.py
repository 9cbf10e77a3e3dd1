"""What the API tells of the audit log. Hashes, keys and signatures are lower-case hex."""

from pydantic import JsonValue

from b2b_market.audit.rules.checkpoint import SignedCheckpoint
from b2b_market.audit.rules.values import FieldValues
from b2b_market.audit.service.views import ConsistencyProof, EntryProof, EntryView, Verdict
from b2b_market.audit.states import Outcome
from b2b_market.infra.http.wires import WireOut, WireTime, WireUuid


class EntryOut(WireOut):
    """One entry of the trail; ``leaf_index`` is its place in the log, null while it waits for the sealer."""

    id: WireUuid
    occurred_at: WireTime
    actor_kind: str
    actor_name: str | None
    actor_user_id: WireUuid | None
    actor_org_id: WireUuid | None
    channel: str
    action: str
    object_type: str
    object_id: WireUuid | None
    object_version: int | None
    outcome: Outcome
    rule: str | None
    changed: list[str]
    leaf_index: int | None


class FieldOut(WireOut):
    """A changed field: its values, and whether they are the ones that the sealed entry commits to."""

    name: str
    before: JsonValue
    after: JsonValue
    state: str


class CheckpointOut(WireOut):
    """A signed checkpoint. What is signed is the canonical JSON of origin, previous, root, size and time."""

    origin: str
    size: int
    root: str
    time: WireTime
    previous: str | None
    key_id: str
    signature: str


class ProofOut(WireOut):
    """Hash ``entry_text`` as a leaf, go up ``path`` from ``leaf_index``, arrive at the root of ``checkpoint``."""

    entry_text: str
    leaf_index: int
    leaf_hash: str
    path: list[str]
    checkpoint: CheckpointOut
    sealed_by_size: int
    """Size of the checkpoint that first covered the entry."""


class EntryDetailOut(WireOut):
    """One entry with its values and its proof; ``verdict`` says what came of checking both."""

    entry: EntryOut
    schema_version: int
    session: str
    network: str | None
    correlation_id: str
    idempotency_key: str | None
    cause_event_id: WireUuid | None
    state_hash: str | None
    fields: list[FieldOut]
    verdict: Verdict
    proof: ProofOut | None


class ConsistencyOut(WireOut):
    """The proof that the log of the first checkpoint is a prefix of the second's."""

    first: CheckpointOut
    second: CheckpointOut
    path: list[str]
    holds: bool


class KeyOut(WireOut):
    """A public key of the log."""

    key_id: str
    algorithm: str
    public_key: str


def entry_detail_out(view: EntryView) -> EntryDetailOut:
    """Write one entry."""
    return EntryDetailOut(
        entry=EntryOut.model_validate(view.summary),
        schema_version=view.schema_version,
        session=view.session,
        network=view.network,
        correlation_id=view.correlation_id,
        idempotency_key=view.idempotency_key,
        cause_event_id=view.cause_event_id,
        state_hash=None if view.state_hash is None else view.state_hash.hex(),
        fields=[_field_out(field) for field in view.fields],
        verdict=view.verdict,
        proof=None if view.proof is None else proof_out(view.proof),
    )


def _field_out(field: FieldValues) -> FieldOut:
    return FieldOut.model_validate(
        {"name": field.name, "before": field.before, "after": field.after, "state": field.state.value}
    )


def proof_out(proof: EntryProof) -> ProofOut:
    """Write the proof of an entry."""
    return ProofOut(
        entry_text=proof.entry_text,
        leaf_index=proof.leaf_index,
        leaf_hash=proof.leaf_hash.hex(),
        path=[step.hex() for step in proof.path],
        checkpoint=checkpoint_out(proof.checkpoint),
        sealed_by_size=proof.sealed_by.size,
    )


def checkpoint_out(signed: SignedCheckpoint) -> CheckpointOut:
    """Write a checkpoint."""
    checkpoint = signed.checkpoint
    return CheckpointOut(
        origin=checkpoint.origin,
        size=checkpoint.size,
        root=checkpoint.root.hex(),
        time=checkpoint.time,
        previous=None if checkpoint.previous is None else checkpoint.previous.hex(),
        key_id=signed.key_id,
        signature=signed.signature.hex(),
    )


def consistency_out(proof: ConsistencyProof) -> ConsistencyOut:
    """Write the proof that the log only grew."""
    return ConsistencyOut(
        first=checkpoint_out(proof.first),
        second=checkpoint_out(proof.second),
        path=[step.hex() for step in proof.path],
        holds=proof.holds,
    )
