"""What a company sets for itself."""

from b2b_market.infra.work import Work
from b2b_market.organizations import queries, rules
from b2b_market.organizations.commands import ChangeSettings, ReadSettings
from b2b_market.organizations.permissions import OrganizationPermission
from b2b_market.organizations.service.views import SettingsView, settings_view
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.domains import label
from b2b_market.rbac.held import live_grants
from b2b_market.rbac.operation import operation


@operation(OrganizationPermission.READ)
def read_settings(work: Work, scope: Scope, command: ReadSettings) -> SettingsView:
    """Return the own company's settings."""
    return settings_view(queries.settings(work.session, scope, command.organization_id or scope.org_id))


@operation(OrganizationPermission.CHANGE)
def change_settings(work: Work, scope: Scope, command: ChangeSettings) -> SettingsView:
    """Change quoting and extension time, base currency, zone and defaults.

    LimitsInCurrency while roles have limits in the currency that would no longer be the base.
    """
    row = queries.lock_own_settings(work.session, scope)
    work.expect_version(row, command.expected_version)
    currency = rules.require_settings(
        command.base_currency, command.timezone, command.default_unit, command.minimum_quoting_hours
    )
    rules.require_extension_time(command.minimum_extension_hours)
    if currency.code != row.base_currency:
        _require_no_limits(work, scope, row.base_currency)
    row.minimum_quoting_hours = command.minimum_quoting_hours
    row.minimum_extension_hours = command.minimum_extension_hours
    row.base_currency, row.timezone = currency.code, command.timezone
    row.default_delivery_place = " ".join(command.default_delivery_place.split())
    row.default_unit = command.default_unit
    row.changed_at = work.now()
    company, _ = queries.company(work.session, scope, scope.org_id)
    label(work, row.id, rules.own_name(company.legal_name_zh, company.legal_name_en, company.country), row.timezone)
    work.record("organizations.settings_changed", row)
    work.session.flush()
    return settings_view(row)


def _require_no_limits(work: Work, scope: Scope, currency: str) -> None:
    limited = [grant for grant in live_grants(work.session, scope.org_id) if grant.limit is not None]
    if limited:
        raise rules.LimitsInCurrency(count=str(len(limited)), currency=currency)
