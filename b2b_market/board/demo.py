"""A saved search of a demo supplier, made through the operation; running it again changes nothing."""

import json
from typing import Final

from b2b_market.board.commands import Filters, SaveSearch
from b2b_market.board.service import saving
from b2b_market.board.states import Cadence
from b2b_market.identity.public import act_as
from b2b_market.infra.runtime import Runtime, new_correlation
from b2b_market.infra.who import Cause

SIGN_INS: Final = "demo-sign-ins.json"
SEARCH: Final = SaveSearch(name="阀门管件 / Valves", filters=Filters(category="valves-pipes"), cadence=Cadence.DAILY)


def keep_a_search(runtime: Runtime) -> None:
    """Let the first demo sales person keep a search that tells every morning what is new."""
    known = json.loads((runtime.settings.data_dir / SIGN_INS).read_text("utf-8"))["people"]
    email = next(person["email"] for person in known if "supplier.sales" in person["roles"])
    sales = act_as(runtime, email)
    with runtime.work(sales.who, sales.tenant(), Cause("cli", new_correlation())) as work:
        if not saving.list_searches(work, sales, None):
            saving.save_search(work, sales, SEARCH)
