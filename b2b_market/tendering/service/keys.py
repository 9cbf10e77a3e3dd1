"""Officers' keys: registering a card, showing that its holder opens what is sealed to it, taking it out of use."""

import secrets
from collections.abc import Sequence

from b2b_market.infra.ids import new_id
from b2b_market.infra.work import Work
from b2b_market.kernel.refusal import FieldError, Invalid
from b2b_market.kernel.text import N_
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.operation import operation
from b2b_market.tendering.commands.tenders import ProveKey, RegisterKey, RevokeKey
from b2b_market.tendering.models.keys import OfficerCardRow
from b2b_market.tendering.permissions import TenderPermission
from b2b_market.tendering.queries import keys as queries
from b2b_market.tendering.rules import sealed_keys
from b2b_market.tendering.rules.keys import CardKnown, CardUnacceptable, KeyNotProven
from b2b_market.tendering.states.bids import KEY_LIFECYCLE


@operation(TenderPermission.KEY_HOLD)
def register_key(work: Work, scope: Scope, command: RegisterKey) -> OfficerCardRow:
    """Register the public half of a person's own key and make a challenge that only the private half answers."""
    try:
        card = sealed_keys.read_card(command.card)
    except ValueError as error:
        raise CardUnacceptable(reason=str(error)) from error
    if not command.department.strip():
        raise Invalid(errors=[FieldError("/department", "required", N_("Say which department you answer to."))])
    if any(one.fingerprint == card.fingerprint for one in queries.own_keys(work.session, scope)):
        raise CardKnown
    secret = secrets.token_bytes(sealed_keys.CHALLENGE_BYTES)
    row = OfficerCardRow(
        id=new_id(),
        created_at=work.now(),
        changed_at=work.now(),
        org_id=scope.org_id,
        user_id=scope.user_id,
        name=card.name,
        department=command.department.strip(),
        fingerprint=card.fingerprint,
        card=card.document(),
        status=KEY_LIFECYCLE.initial,
        secret=secret,
        challenge=sealed_keys.challenge_for(card, secret),
    )
    work.record("tender_key.registered", row)
    work.session.add(row)
    work.session.flush()
    return row


@operation(TenderPermission.KEY_HOLD)
def prove_key(work: Work, scope: Scope, command: ProveKey) -> OfficerCardRow:
    """Take the answer to a key's challenge; from here on companies may choose the key for their tenders."""
    row = queries.lock_own_key(work.session, scope, command.key_id)
    work.expect_version(row, command.expected_version)
    KEY_LIFECYCLE.require(row.status, "prove")
    if not sealed_keys.is_answered(sealed_keys.read_card(row.card), row.secret or b"", command.answer):
        raise KeyNotProven
    KEY_LIFECYCLE.advance(row, "prove")
    row.secret = row.challenge = None
    work.touch(row)
    work.record("tender_key.proven", row)
    work.session.flush()
    return row


@operation(TenderPermission.KEY_HOLD)
def revoke_key(work: Work, scope: Scope, command: RevokeKey) -> OfficerCardRow:
    """Take a key out of use; tenders that are sealed to it keep it, because bids lie under it."""
    row = queries.lock_own_key(work.session, scope, command.key_id)
    work.expect_version(row, command.expected_version)
    KEY_LIFECYCLE.advance(row, "revoke")
    row.secret = row.challenge = None
    work.touch(row)
    work.record("tender_key.revoked", row)
    work.session.flush()
    return row


@operation(TenderPermission.KEY_HOLD)
def list_own_keys(work: Work, scope: Scope, _command: None) -> Sequence[OfficerCardRow]:
    """Return the person's own keys, the newest first."""
    return queries.own_keys(work.session, scope)


@operation(TenderPermission.DRAFT)
def list_officers(work: Work, scope: Scope, _command: None) -> Sequence[OfficerCardRow]:
    """Return the proven keys that a tender may be sealed to."""
    return queries.proven_keys(work.session, scope)
