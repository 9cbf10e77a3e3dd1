"""What the module brings to the house."""

from pathlib import Path

from b2b_market.kernel.text import N_
from b2b_market.rbac.manifest import Manifest
from b2b_market.tendering.api import procedures as procedures_api
from b2b_market.tendering.models import procedures as procedure_models
from b2b_market.tendering.pages import procedures as procedure_pages
from b2b_market.tendering.permissions import GRANTS, TenderPermission
from b2b_market.tendering.rules import procedures as procedure_rules
from b2b_market.tendering.rules import sealed_envelope, sealed_layers, sealed_reading, sealed_work
from b2b_market.tendering.service import procedures as procedure_operations
from b2b_market.ui.viewer import NavGroup, NavItem

MANIFEST = Manifest(
    name="tendering",
    package=Path(__file__).parent,
    api=(procedures_api.router,),
    pages=(procedure_pages.router,),
    permissions=(TenderPermission,),
    grants=(GRANTS,),
    refusals=(
        procedure_rules.UnknownProcedure,
        sealed_envelope.EnvelopeUnacceptable,
        sealed_layers.ContributionUnacceptable,
        sealed_reading.RevealClosed,
        sealed_reading.RevealUnacceptable,
        sealed_work.BidsStillSealed,
        sealed_work.WorkUnacceptable,
    ),
    services=(procedure_operations,),
    models=(procedure_models,),
    nav=(
        NavGroup(
            N_("Tendering"),
            (NavItem(N_("Procedures"), "/tender-procedures", "grid", TenderPermission.PROCEDURE_READ),),
        ),
    ),
)
