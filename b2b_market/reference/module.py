"""The manifest of reference."""

from pathlib import Path

from b2b_market.kernel.currency import UnknownCurrency
from b2b_market.kernel.quantity import UnitMismatch
from b2b_market.kernel.text import N_
from b2b_market.kernel.units import UnknownUnit
from b2b_market.rbac.manifest import DemoStep, Manifest
from b2b_market.reference import api, cli, demo, models, pages
from b2b_market.reference.permissions import GRANTS, RatePermission
from b2b_market.reference.rules.classes import ClassificationUnreadable
from b2b_market.reference.rules.incoterms import UnknownIncoterm
from b2b_market.reference.rules.places import UnknownCountry
from b2b_market.reference.rules.rates import RateAlreadyEntered, RateMissing, RateWithdrawn
from b2b_market.reference.service import classes, rates
from b2b_market.ui.viewer import NavGroup, NavItem

MANIFEST = Manifest(
    name="reference",
    package=Path(__file__).parent,
    api=[api.router],
    pages=[pages.router],
    permissions=[RatePermission],
    grants=[GRANTS],
    refusals=[
        UnknownCurrency,
        UnknownUnit,
        UnitMismatch,
        UnknownCountry,
        UnknownIncoterm,
        RateMissing,
        RateAlreadyEntered,
        RateWithdrawn,
        ClassificationUnreadable,
    ],
    services=[rates, classes],
    models=[models],
    nav=[
        NavGroup(N_("Platform"), (NavItem(N_("Exchange rates"), pages.PATH, "money", RatePermission.ADD.value),)),
    ],
    cli=cli.app,
    demo=[DemoStep(10, demo.seed_rates)],
)
