"""The board's part of the demo."""

import json
from dataclasses import replace
from pathlib import Path

from b2b_market.board.demo import SIGN_INS, keep_a_search
from b2b_market.board.service import saving
from b2b_market.infra.runtime import Runtime
from tests.support.rfqs import make_market
from tests.support.works import work_for


def test_a_search_is_kept_once(runtime: Runtime, tmp_path: Path) -> None:
    (sales,) = make_market(runtime, suppliers=1).sales
    people = [{"email": sales.person.email, "roles": ["supplier.sales"]}]
    (tmp_path / SIGN_INS).write_text(json.dumps({"people": people}), "utf-8")
    placed = replace(runtime, settings=runtime.settings.model_copy(update={"data_dir": tmp_path}))
    keep_a_search(placed)
    keep_a_search(placed)
    with work_for(runtime, sales) as work:
        assert [search.name for search in saving.list_searches(work, sales, None)] == ["阀门管件 / Valves"]
