"""The demo's public tender: its committee is named from the demo people."""

from dataclasses import replace
from pathlib import Path

import pytest

from b2b_market.entrypoints.modules import load_manifests
from b2b_market.identity.public import act_as
from b2b_market.infra.runtime import Runtime
from b2b_market.organizations.demo.filling import SETTING, found_companies
from b2b_market.tendering.commands.tenders import ListTenders
from b2b_market.tendering.demo.tenders import place_tenders
from b2b_market.tendering.service import drafting
from tests.support import committees
from tests.support.works import work_for


def test_its_notice_commits_to_a_pool(runtime: Runtime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SETTING, "demo words for the test")
    load_manifests()
    placed = replace(runtime, settings=runtime.settings.model_copy(update={"data_dir": tmp_path}))
    found_companies(placed)
    place_tenders(placed)
    purchaser = act_as(runtime, "purchaser@hengli.example")
    with work_for(runtime, purchaser) as work:
        found = drafting.list_tenders(work, purchaser, ListTenders()).items
    public = next(one for one in found if one.published_at is not None)
    assert public.document is not None
    assert public.document["committee"]["seats"] == 5
    assert len(committees.view(runtime, purchaser, public.id).jurors) >= 7
