"""One's own account, and people as other modules know them."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from b2b_market.identity import queries, rules
from b2b_market.identity.commands import ChangeAccount, EnsurePerson, ReadAccount, SetPreference
from b2b_market.identity.models import User
from b2b_market.identity.permissions import AccountPermission
from b2b_market.identity.service.views import AccountView, PersonView, account_view, person_view
from b2b_market.identity.states import UserKind
from b2b_market.infra.ids import new_id
from b2b_market.infra.work import Work
from b2b_market.kernel.permission import Permission
from b2b_market.kernel.refusal import FieldError, Invalid
from b2b_market.kernel.text import N_
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.defaults import default_roles
from b2b_market.rbac.held import holders_wanted
from b2b_market.rbac.operation import operation
from b2b_market.ui.language import Language, parse_language
from b2b_market.ui.viewer import Density, Theme


@operation(AccountPermission.MANAGE)
def read_account(work: Work, scope: Scope, _command: ReadAccount) -> AccountView:
    """Return one's own account."""
    return account_view(queries.own_user(work.session, scope))


@operation(AccountPermission.MANAGE)
def change_account(work: Work, scope: Scope, command: ChangeAccount) -> AccountView:
    """Change name, language, zone and looks of one's own account."""
    user = queries.lock_own_user(work.session, scope)
    work.expect_version(user, command.expected_version)
    rules.require_zone(command.timezone)
    name = command.name.strip()
    if not name:
        raise Invalid(errors=[FieldError("/name", "empty", N_("Fill this in."))])
    user.name, user.locale, user.timezone = name, Language(command.locale), command.timezone
    user.theme, user.density = Theme(command.theme), Density(command.density)
    user.single_key_shortcuts = command.single_key_shortcuts
    return _changed(work, user)


@operation(AccountPermission.USE)
def set_preference(work: Work, scope: Scope, command: SetPreference) -> AccountView:
    """Turn one switch of the shell: language, theme, density or single-key shortcuts."""
    user = queries.lock_own_user(work.session, scope)
    if command.locale is not None:
        user.locale = parse_language(command.locale) or user.locale
    if command.theme is not None:
        user.theme = Theme(command.theme)
    if command.density is not None:
        user.density = Density(command.density)
    if command.single_key_shortcuts is not None:
        user.single_key_shortcuts = command.single_key_shortcuts
    return _changed(work, user)


def _changed(work: Work, user: User) -> AccountView:
    if work.session.is_modified(user):
        user.changed_at = work.now()
        work.record("user.changed", user)
        work.session.flush()
    return account_view(user)


def ensure_person(work: Work, command: EnsurePerson) -> tuple[PersonView, bool]:
    """Return the person of a mail address and whether they are new: those cannot sign in before they set a password."""
    address = rules.read_address(command.email)
    known = queries.user_by_key(work.session, address.key)
    if known is not None:
        return person_view(known), False
    rules.require_zone(command.timezone)
    user = new_user(work, UserKind.PERSON, command.name)
    user.email, user.email_key = address.text, address.key
    user.locale, user.timezone = parse_language(command.locale) or Language.EN, command.timezone
    work.session.add(user)
    work.record("user.created", user)
    work.session.flush()
    return person_view(user), True


def new_user(work: Work, kind: UserKind, name: str) -> User:
    """Return a user with the usual settings, not stored yet."""
    return User(
        id=new_id(),
        created_at=work.now(),
        changed_at=work.now(),
        kind=kind,
        email=None,
        email_key=None,
        name=name.strip(),
        locale=Language.EN,
        timezone="UTC",
        theme=Theme.AUTO,
        density=Density.DEFAULT,
        single_key_shortcuts=True,
        password_hash=None,
        password_changed_at=None,
    )


def read_people(work: Work, user_ids: Iterable[UUID]) -> dict[UUID, PersonView]:
    """Return people and service accounts by id; unknown ids are left out."""
    return {row.id: PersonView(row.id, UserKind(row.kind), *row[2:]) for row in queries.people(work.session, user_ids)}


def people_holding(work: Work, org_ids: Sequence[UUID], permission: Permission) -> list[tuple[UUID, PersonView]]:
    """Return (company, person) for those whose roles in force hold ``permission`` in one of these companies."""
    asked = holders_wanted(org_ids, default_roles(permission), permission, work.now() - work.shift)
    return [
        (org_id, PersonView(row.id, UserKind(row.kind), *row[2:]))
        for org_id, row in queries.holding(work.session, asked)
    ]


def find_person(work: Work, email: str) -> PersonView | None:
    """Return the person who signs in with a mail address, None where there is none."""
    found = queries.user_by_key(work.session, rules.account_key(email))
    return None if found is None else person_view(found)
