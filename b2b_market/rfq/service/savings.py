"""The buyer's saving report: what its awards saved against their targets and against what was paid before."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from b2b_market.infra.work import Work
from b2b_market.kernel.currency import Currency
from b2b_market.kernel.money import Money
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.operation import operation
from b2b_market.rfq.commands.savings import ReadSavings
from b2b_market.rfq.permissions import RfqPermission
from b2b_market.rfq.queries import savings as queries
from b2b_market.rfq.rules.savings import AwardSaving, CurrencySaving, SavingReport


@operation(RfqPermission.COMPARE)
def read_savings(work: Work, scope: Scope, command: ReadSavings) -> SavingReport:
    """Return what the own company's awards saved; days are those of UTC."""
    since = None if command.since is None else datetime.combine(command.since, datetime.min.time(), UTC)
    until = None
    if command.until is not None:
        until = datetime.combine(command.until, datetime.min.time(), UTC) + timedelta(days=1)
    found = queries.decided_awards(work.session, scope, since, until)
    earlier = queries.against_last_prices(work.session, scope, [award.id for award, _, _ in found])
    awards = []
    for award, number, title in found:
        currency, known = Currency(award.currency), earlier.get(award.id)
        awards.append(
            AwardSaving(
                award_id=award.id,
                rfq_id=award.rfq_id,
                number=number,
                title=title,
                decided_at=award.decided_at or award.changed_at,
                total=Money(award.total, currency),
                target_saving=None if award.saving is None else Money(award.saving, currency),
                last_saving=None if known is None else Money(known.before - known.now, currency).rounded(),
                known_lines=0 if known is None else known.lines,
            )
        )
    return SavingReport(awards, [_sum(awards, code) for code in sorted({one.total.currency.code for one in awards})])


def _sum(awards: Sequence[AwardSaving], code: str) -> CurrencySaving:
    own = [one for one in awards if one.total.currency.code == code]
    currency = Currency(code)

    def added(amounts: Sequence[Money | None]) -> Money:
        return Money(sum((one.amount for one in amounts if one is not None), Decimal(0)), currency)

    return CurrencySaving(
        total=added([one.total for one in own]),
        target_saving=added([one.target_saving for one in own]),
        last_saving=added([one.last_saving for one in own]),
        awards=len(own),
    )
