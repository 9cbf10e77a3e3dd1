"""What the module brings to the house."""

from pathlib import Path

from b2b_market.board import api, models, pages
from b2b_market.board.handlers import HANDLERS
from b2b_market.board.permissions import GRANTS, BoardPermission
from b2b_market.board.service import listing, searching
from b2b_market.board.tasks import TASKS
from b2b_market.kernel.text import N_
from b2b_market.rbac.manifest import Manifest
from b2b_market.ui.viewer import NavGroup, NavItem

MANIFEST = Manifest(
    name="board",
    package=Path(__file__).parent,
    api=(api.router,),
    pages=(pages.router,),
    handlers=HANDLERS,
    tasks=TASKS,
    permissions=(BoardPermission,),
    grants=(GRANTS,),
    services=(listing, searching),
    models=(models,),
    nav=(NavGroup("", (NavItem(N_("Public board"), pages.PATH, "grid", BoardPermission.READ),)),),
)
