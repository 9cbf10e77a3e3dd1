"""The demo tenders: one in each state that is worth looking at, made once."""

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from b2b_market.entrypoints.modules import load_manifests
from b2b_market.identity.public import act_as
from b2b_market.infra.audit_trail import AuditEvent
from b2b_market.infra.runtime import Runtime
from b2b_market.organizations.demo.filling import SETTING, found_companies
from b2b_market.rbac.actor import system_actor
from b2b_market.tendering import tasks
from b2b_market.tendering.commands.tenders import ListTenders
from b2b_market.tendering.demo.tenders import place_tenders
from b2b_market.tendering.models.amendments import TenderAmendment
from b2b_market.tendering.models.bonds import Bond
from b2b_market.tendering.models.complaints import Complaint
from b2b_market.tendering.models.frameworks import CallOff
from b2b_market.tendering.models.planning import PriorNotice
from b2b_market.tendering.models.publicity import PublicityRow
from b2b_market.tendering.models.reveals import RevealPeriod
from b2b_market.tendering.models.selecting import Qualification, Talk
from b2b_market.tendering.models.stages import TechnicalStage
from b2b_market.tendering.pages.showing import HISTORY
from b2b_market.tendering.service import drafting
from tests.support.rows import rows_of
from tests.support.works import work_for

STATES = {
    "换热器": "awarded",
    "滚动轴承": "awarded",
    "空压机": "evaluating",
    "PLC": "evaluating",
    "低压开关柜": "closed",
    "伺服": "tendering",
    "自动化": "dialogue",
    "桥式": "qualifying",
    "循环水泵": "enquiries",
    "冷却塔": "draft",
    "变压器": "draft",
}
THINGS: dict[Any, dict[str, int]] = {
    TenderAmendment: {"published": 1, "pending_approval": 1},
    Bond: {"registered": 3, "held": 4, "returned": 1},
    Complaint: {"declined": 1, "pending": 2},
    CallOff: {"accepted": 1, "offered": 1, "pending_approval": 1},
    PublicityRow: {"running": 1},
    RevealPeriod: {"open": 1},
    Qualification: {"shortlisted": 3, "qualified": 1, "failing": 1, "pending": 1},
    Talk: {"open": 3, "answered": 1},
    TechnicalStage: {"locked": 1},
    PriorNotice: {"planned": 1},
}


def test_they_are_there_in_every_state_and_the_clock_leaves_them_alone(
    runtime: Runtime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(SETTING, "demo words for the test")
    load_manifests()
    placed = replace(runtime, settings=runtime.settings.model_copy(update={"data_dir": tmp_path}))
    found_companies(placed)
    place_tenders(placed)
    place_tenders(placed)
    settled = [task.run(placed) for task in tasks.TASKS]
    purchaser = act_as(runtime, "purchaser@hengli.example")
    with work_for(runtime, purchaser) as work:
        found = drafting.list_tenders(work, purchaser, ListTenders()).items
    machine = system_actor("test", *(org for one in found for org in one.party_ids))
    things = {kind: Counter(one.value for one in rows_of(runtime, machine, select(kind.status))) for kind in THINGS}

    trail = rows_of(runtime, machine, select(AuditEvent.action).where(AuditEvent.object_type == "tender"))

    assert set(trail) <= set(HISTORY)
    assert {name: one.status.value for one in found for name in STATES if one.title.startswith(name)} == STATES
    assert len(found) == len(STATES)
    assert things == THINGS
    assert settled == [0] * len(tasks.TASKS)
    assert {one.document["committee"]["seats"] for one in found if one.procedure == "china-open" and one.document} == {
        5
    }
