"""The manifest of delivery."""

from pathlib import Path

from b2b_market.delivery import api, pages, service
from b2b_market.delivery.permissions import GRANTS, DeliveryPermission
from b2b_market.kernel.text import N_
from b2b_market.rbac.manifest import Manifest
from b2b_market.ui.viewer import NavGroup, NavItem

MANIFEST = Manifest(
    name="delivery",
    package=Path(__file__).parent,
    api=[api.router],
    pages=[pages.router],
    permissions=[DeliveryPermission],
    grants=[GRANTS],
    services=[service],
    nav=[NavGroup(N_("Platform"), (NavItem(N_("Event delivery"), pages.PATH, "send", DeliveryPermission.READ.value),))],
)
