"""Award scenarios as saved objects: worked out at once or searched for, compared side by side, proposed as awards."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from b2b_market.infra.ids import new_id
from b2b_market.infra.work import Work
from b2b_market.kernel.currency import Currency
from b2b_market.kernel.money import Money
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.operation import operation
from b2b_market.rfq.commands.requests import AwardPick, ProposeAward, ReadRfq
from b2b_market.rfq.commands.scenarios import (
    CompareScenarios,
    ProposeScenario,
    ReadScenario,
    SaveScenario,
    StepScenario,
)
from b2b_market.rfq.models.scenarios import Scenario
from b2b_market.rfq.permissions import RfqPermission
from b2b_market.rfq.queries import requests as request_queries
from b2b_market.rfq.queries import scenarios as queries
from b2b_market.rfq.rules import scenarios as rules
from b2b_market.rfq.rules.history import PriceHistory
from b2b_market.rfq.service.awarding import AwardContent, chosen, picks_of, propose_on, snapshot_hash
from b2b_market.rfq.service.comparing import RfqComparison, compare_open_needs, compare_standing
from b2b_market.rfq.service.history import histories_of
from b2b_market.rfq.service.landing import LandedComparison, at_door, landed_comparison, require_undecided
from b2b_market.rfq.states import SCENARIO_LIFECYCLE, RfqStatus, ScenarioKind, ScenarioStatus
from b2b_market.sourcing import public as sourcing


@dataclass(frozen=True, slots=True)
class ScenarioFigures:
    """A scenario with all that follows from its picks today; everything but ``scenario`` is None without a plan.

    ``landed`` is what it costs at the door. ``last_saving`` and ``average_saving`` are against the last price and the
    average that the company has paid, on the lines that have a history. ``current`` tells that quotations, rates and
    open needs are still those it stands on.
    """

    scenario: Scenario
    allocation: sourcing.Allocation | None
    landed: Money | None
    last_saving: Money | None
    average_saving: Money | None
    current: bool

    @property
    def version(self) -> int:
        """The version of the scenario, which its ETag shows."""
        return self.scenario.version


@dataclass(frozen=True, slots=True)
class ScenarioTable:
    """Scenarios of a request side by side, and everything else it has saved."""

    landed: LandedComparison
    figures: Sequence[ScenarioFigures]
    everything: Sequence[Scenario]

    @property
    def version(self) -> int:
        """The version of the request, which its ETag shows."""
        return self.landed.version


@operation(RfqPermission.AWARD)
def save_scenario(work: Work, scope: Scope, command: SaveScenario) -> Scenario:
    """Keep one way to award a request; an optimised one waits for its search, all others are worked out at once."""
    rfq = request_queries.lock_own_rfq(work.session, scope, command.rfq_id)
    require_undecided(rfq, "scenario")
    if queries.count_of(work.session, scope, rfq.id) >= rules.MOST_SCENARIOS:
        raise rules.TooManyScenarios(most=str(rules.MOST_SCENARIOS))
    landed = _landed(work, scope, rfq.id)
    rules.require_scenario(command, frozenset(landed.compared.quotes))
    scenario = Scenario(
        id=new_id(),
        created_at=work.now(),
        changed_at=work.now(),
        rfq_id=rfq.id,
        buyer_id=rfq.buyer_id,
        author_id=scope.user_id,
        name=command.name.strip(),
        kind=command.kind,
        landed=command.landed,
        status=SCENARIO_LIFECYCLE.initial,
        settings=rules.written(command.settings),
        picks=[],
        standby=[],
        proven=False,
        solver="",
        seconds=Decimal(0),
    )
    if command.kind is not ScenarioKind.OPTIMISED:
        SCENARIO_LIFECYCLE.advance(scenario, "find")
        scenario.proven = command.kind is not ScenarioKind.MANUAL
        fill(scenario, landed, _chosen(command, landed))
    work.record("rfq_scenario.saved", scenario)
    work.session.add(scenario)
    work.session.flush()
    return scenario


@operation(RfqPermission.COMPARE)
def read_scenario(work: Work, scope: Scope, command: ReadScenario) -> ScenarioFigures:
    """Return one scenario with what it comes to today."""
    scenario = queries.own_scenario(work.session, scope, command.scenario_id)
    landed = _landed(work, scope, scenario.rfq_id)
    return _figures(scenario, landed, histories_of(work, scope, landed.compared.rfq, landed.compared.lines))


@operation(RfqPermission.COMPARE)
def compare_scenarios(work: Work, scope: Scope, command: CompareScenarios) -> ScenarioTable:
    """Return scenarios of an own request side by side, at most four; the newest where none is named."""
    landed = _landed(work, scope, command.rfq_id)
    everything = queries.scenarios_of(work.session, scope, command.rfq_id)
    named = [one for one in everything if one.id in command.scenario_ids] or list(everything)
    past = histories_of(work, scope, landed.compared.rfq, landed.compared.lines)
    figures = [_figures(one, landed, past) for one in named[: rules.SIDE_BY_SIDE]]
    return ScenarioTable(landed, figures, everything)


@operation(RfqPermission.AWARD)
def delete_scenario(work: Work, scope: Scope, command: StepScenario) -> None:
    """Delete a scenario; an award that came of it stays."""
    scenario = queries.own_scenario(work.session, scope, command.scenario_id, lock=True)
    work.expect_version(scenario, command.expected_version)
    work.record("rfq_scenario.deleted", scenario)
    work.session.delete(scenario)
    work.session.flush()


@operation(RfqPermission.AWARD)
def propose_scenario(work: Work, scope: Scope, command: ProposeScenario) -> AwardContent:
    """Propose the award that a scenario describes, with the hash of exactly what it was saved on.

    ScenarioOutdated where quotations, rates or open needs are not those any more; of two proposals at once the second
    is refused as any second proposal is.
    """
    known = queries.own_scenario(work.session, scope, command.scenario_id)
    work.gate(known.rfq_id, exclusive=True)
    rfq = request_queries.lock_own_rfq(work.session, scope, known.rfq_id)
    scenario = queries.own_scenario(work.session, scope, command.scenario_id, lock=True)
    if scenario.status is not ScenarioStatus.READY or not scenario.picks:
        raise rules.ScenarioNotReady(status=scenario.status.value)
    proposal = ProposeAward(
        rfq_id=scenario.rfq_id,
        expected_version=command.expected_version,
        picks=_stored(scenario),
        rest=command.rest,
        comment=command.comment,
    )

    content = propose_on(work, scope, rfq, proposal, lambda compared: _as_saved(scenario, compared))
    scenario.award_id, scenario.changed_at = content.award.id, work.now()
    work.record("rfq_scenario.proposed", scenario)
    work.session.flush()
    return content


def _landed(work: Work, scope: Scope, rfq_id: UUID) -> LandedComparison:
    """Return both comparisons of what is not awarded yet."""
    compared = compare_standing(work, scope.actor, ReadRfq(rfq_id))
    if compared.rfq.status in (RfqStatus.AWARDED, RfqStatus.CLOSED_DONE):
        compared = compare_open_needs(work, scope.actor, ReadRfq(rfq_id))
    return landed_comparison(work, scope, compared)


def _chosen(command: SaveScenario, landed: LandedComparison) -> Sequence[sourcing.Pick]:
    ranking = landed.comparison if command.landed else landed.compared.comparison
    if command.kind is ScenarioKind.MANUAL:
        return picks_of(landed.compared, command.picks)
    if command.kind is ScenarioKind.SINGLE and command.settings.supplier_id is not None:
        return sourcing.single_supplier(ranking, command.settings.supplier_id).picks
    if command.kind is ScenarioKind.AT_MOST and command.settings.most is not None:
        return sourcing.at_most(ranking, command.settings.most).picks
    return sourcing.best_per_line(ranking).picks


def fill(scenario: Scenario, landed: LandedComparison, picks: Sequence[sourcing.Pick]) -> None:
    """Store picks with their standby suppliers and the hash of what they stand on."""
    quotes = landed.compared.quotes
    scenario.picks = [
        [
            str(pick.line_id),
            str(quotes[pick.supplier_id].id),
            format(pick.quantity.value, "f"),
            *([str(pick.variant)] if pick.variant else []),
        ]
        for pick in picks
    ]
    ranking = landed.comparison if scenario.landed else landed.compared.comparison
    scenario.standby = [
        [str(line_id), str(quotes[supplier_id].id)] for line_id, supplier_id in _standby(ranking, picks).items()
    ]
    compared = landed.compared
    scenario.snapshot_hash = snapshot_hash(compared, sourcing.allocate(compared.comparison, picks))


def _standby(ranking: sourcing.Comparison, picks: Sequence[sourcing.Pick]) -> dict[UUID, UUID]:
    """Return by picked line the cheapest other supplier that offers all of it: who steps in if the chosen one fails."""
    chosen: dict[UUID, set[UUID]] = {}
    for pick in picks:
        chosen.setdefault(pick.line_id, set()).add(pick.supplier_id)
    found: dict[UUID, UUID] = {}
    for line_id, suppliers in chosen.items():
        others = [
            (cell.exact, column.submitted_at, column.supplier_id)
            for column, cell in ranking.offers_to(line_id)
            if cell.covers and column.supplier_id not in suppliers
        ]
        if others:
            found[line_id] = min(others)[2]
    return found


def _stored(scenario: Scenario) -> tuple[AwardPick, ...]:
    return tuple(
        AwardPick(
            line_id=UUID(line_id),
            quote_id=UUID(quote_id),
            quantity=Decimal(quantity),
            variant=int("".join(variant) or 0),
        )
        for line_id, quote_id, quantity, *variant in scenario.picks
    )


def _as_saved(scenario: Scenario, compared: RfqComparison) -> sourcing.Allocation:
    """Return what a scenario comes to; ScenarioOutdated where it is not made of exactly what it was saved on."""
    picks = _stored(scenario)
    if _still_there(compared, picks) == picks:
        allocation = chosen(compared, picks)
        if _stands_on(scenario, compared, allocation):
            return allocation
    raise rules.ScenarioOutdated


def _still_there(compared: RfqComparison, picks: Sequence[AwardPick]) -> tuple[AwardPick, ...]:
    known = {quote.id for quote in compared.quotes.values()}
    return tuple(pick for pick in picks if pick.quote_id in known and compared.comparison.row(pick.line_id) is not None)


def _stands_on(scenario: Scenario, compared: RfqComparison, allocation: sourcing.Allocation) -> bool:
    """Tell whether an allocation of all picks of a scenario is made of exactly what it was saved on."""
    return scenario.snapshot_hash is not None and snapshot_hash(compared, allocation) == bytes(scenario.snapshot_hash)


def _figures(scenario: Scenario, landed: LandedComparison, past: Mapping[UUID, PriceHistory]) -> ScenarioFigures:
    compared = landed.compared
    if scenario.status is not ScenarioStatus.READY:
        return ScenarioFigures(scenario, None, None, None, None, current=True)
    stored = _stored(scenario)
    picks = _still_there(compared, stored)
    allocation = chosen(compared, picks)
    currency = compared.comparison.basis.currency
    paid = {"last": Fraction(0), "average": Fraction(0)}
    awarded = Fraction(0)
    for share in allocation.shares:
        known_price = past.get(share.line_id)
        if known_price is not None:
            awarded += Fraction(share.exact)
            paid["last"] += Fraction(known_price.last) * Fraction(share.quantity.value)
            paid["average"] += Fraction(known_price.average) * Fraction(share.quantity.value)
    savings = {name: _money(amount - awarded, currency) if awarded or amount else None for name, amount in paid.items()}
    stated = landed.costing.row is not None
    return ScenarioFigures(
        scenario=scenario,
        allocation=allocation,
        landed=at_door(landed, allocation) if stated else None,
        last_saving=savings["last"],
        average_saving=savings["average"],
        current=scenario.award_id is not None or (picks == stored and _stands_on(scenario, compared, allocation)),
    )


def _money(amount: Fraction, currency: Currency) -> Money:
    digits = currency.minor_digits
    return Money(Decimal(round(amount * 10**digits)).scaleb(-digits), currency)
