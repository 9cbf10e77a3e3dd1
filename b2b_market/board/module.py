"""What the module brings to the house."""

from pathlib import Path

from b2b_market.board import api, models
from b2b_market.board.demo import keep_a_search
from b2b_market.board.handlers import HANDLERS
from b2b_market.board.pages import board as board_pages
from b2b_market.board.pages import recommending as recommending_pages
from b2b_market.board.pages import searches
from b2b_market.board.permissions import GRANTS, BoardPermission
from b2b_market.board.rules import saving as saving_rules
from b2b_market.board.service import alerting, listing, recommending, saving, searching
from b2b_market.board.tasks import TASKS
from b2b_market.kernel.text import N_
from b2b_market.rbac.manifest import DemoStep, Manifest
from b2b_market.ui.viewer import NavGroup, NavItem

MANIFEST = Manifest(
    name="board",
    package=Path(__file__).parent,
    api=(api.router,),
    pages=(searches.router, recommending_pages.router, board_pages.router),
    handlers=HANDLERS,
    tasks=TASKS,
    permissions=(BoardPermission,),
    grants=(GRANTS,),
    refusals=(saving_rules.TooManySearches,),
    services=(listing, searching, saving, alerting, recommending),
    models=(models,),
    demo=(DemoStep(60, keep_a_search),),
    nav=(NavGroup("", (NavItem(N_("Public board"), board_pages.PATH, "grid", BoardPermission.READ),)),),
)
