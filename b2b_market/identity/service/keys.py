"""API keys: a company's machines, each with a service account of its own."""

from b2b_market.identity import queries, rules
from b2b_market.identity.commands import ListApiKeys, MakeApiKey, PruneAccess, RevokeApiKey
from b2b_market.identity.models import ApiKey
from b2b_market.identity.permissions import ApiKeyPermission
from b2b_market.identity.service.accounts import new_user
from b2b_market.identity.service.starting import clock
from b2b_market.identity.service.views import ApiKeyView, MadeApiKey, api_key_view
from b2b_market.identity.states import UserKind
from b2b_market.infra.audit_trail import Entry
from b2b_market.infra.ids import new_id
from b2b_market.infra.work import Work
from b2b_market.kernel.paging import Page
from b2b_market.kernel.permission import Role
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.grants import end_service_account, found_roles
from b2b_market.rbac.operation import operation


@operation(ApiKeyPermission.MANAGE)
def make_api_key(work: Work, scope: Scope, command: MakeApiKey) -> MadeApiKey:
    """Make a key for some of what its maker may do, and show it once.

    What service accounts may never do (S9) is taken away again at every use, whatever the key asks for.
    """
    now = clock(work)
    rules.require_key_terms(command.permissions, scope.actor.permissions, command.offered, command.expires_at, now)
    user = new_user(work, UserKind.SERVICE, command.label)
    work.session.add(user)
    work.record("user.created", user)
    work.session.flush()
    secret, hint = rules.new_api_key()
    row = ApiKey(
        id=new_id(),
        user_id=user.id,
        org_id=scope.org_id,
        label=user.name,
        hint=hint,
        secret_hash=rules.secret_hash(secret),
        permissions=sorted(command.permissions),
        created_by=scope.user_id,
        created_at=now,
        expires_at=command.expires_at,
        last_used_at=None,
        revoked_at=None,
        revoked_by=None,
    )
    work.session.add(row)
    work.session.flush()
    found_roles(work, scope.org_id, user.id, [Role.SERVICE_ACCOUNT], by=scope.user_id)
    work.note(Entry("api_key.made", "api_key", row.id, visible_to=scope.org_ids))
    return MadeApiKey(api_key_view(row), secret)


@operation(ApiKeyPermission.READ)
def list_api_keys(work: Work, scope: Scope, command: ListApiKeys) -> Page[ApiKeyView]:
    """Return the company's keys, ended ones too, the newest first."""
    return queries.api_keys(work.session, scope, command.page).map(api_key_view)


@operation(ApiKeyPermission.MANAGE)
def revoke_api_key(work: Work, scope: Scope, command: RevokeApiKey) -> ApiKeyView:
    """End a key at once; its next request finds nobody."""
    row = queries.lock_api_key(work.session, scope, command.key_id)
    row.revoked_at, row.revoked_by = clock(work), scope.user_id
    work.session.flush()
    end_service_account(work, scope.actor, scope.org_id, row.user_id)
    work.note(Entry("api_key.revoked", "api_key", row.id, visible_to=scope.org_ids))
    return api_key_view(row)


@operation(system=True, reason="the schedule deletes sessions and links that ended long ago")
def prune_access(work: Work, _scope: Scope, _command: PruneAccess) -> int:
    """Delete ended sessions and links after the time they are kept; return how many."""
    return queries.prune(work.session, clock(work))
