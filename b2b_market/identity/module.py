"""The manifest of identity."""

from pathlib import Path

from b2b_market.identity import api, handlers, models, tasks
from b2b_market.identity.events import EntryCodeRequested, EntryRequested, PasswordChanged, ResetRequested
from b2b_market.identity.pages import account as account_pages
from b2b_market.identity.pages import entering as entry_pages
from b2b_market.identity.pages import keys as key_pages
from b2b_market.identity.pages import signing as signing_pages
from b2b_market.identity.permissions import GRANTS, AccountPermission, ApiKeyPermission
from b2b_market.identity.rules import (
    EntryEnded,
    LinkEnded,
    NotYourCompany,
    TooManyAttempts,
    WrongCode,
    WrongCredentials,
)
from b2b_market.identity.service import accounts, entering, keys, passwords, signing
from b2b_market.identity.service.access import shell_facts
from b2b_market.kernel.text import N_
from b2b_market.rbac.manifest import Handler, Manifest
from b2b_market.ui.viewer import NavGroup, NavItem

MANIFEST = Manifest(
    name="identity",
    package=Path(__file__).parent,
    api=[api.router],
    pages=[signing_pages.router, entry_pages.router, account_pages.router, key_pages.router],
    handlers=[
        Handler(ResetRequested, handlers.when_reset_requested_mail_link, "identity.mail_reset_link"),
        Handler(EntryRequested, handlers.when_entry_requested_mail_link, "identity.mail_entry_link"),
        Handler(EntryCodeRequested, handlers.when_entry_code_requested_mail_code, "identity.mail_entry_code"),
        Handler(PasswordChanged, handlers.when_password_changed_tell_owner, "identity.tell_password_changed"),
    ],
    tasks=[tasks.PRUNE],
    permissions=[AccountPermission, ApiKeyPermission],
    grants=[GRANTS],
    refusals=[WrongCredentials, WrongCode, TooManyAttempts, LinkEnded, EntryEnded, NotYourCompany],
    services=[signing, entering, accounts, passwords, keys],
    models=[models],
    events=[ResetRequested, EntryRequested, EntryCodeRequested, PasswordChanged],
    nav=[NavGroup(N_("Company"), (NavItem(N_("API keys"), "/api-keys", "key", ApiKeyPermission.READ),))],
    shell=shell_facts,
)
