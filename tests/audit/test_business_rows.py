"""What the modules' own operations leave behind is what their last entries say, column for column and line for line."""

from dataclasses import replace

import pytest

from b2b_market.audit.rules.findings import Fault
from b2b_market.audit.rules.replay import NO_EVENT
from b2b_market.infra.database import Database
from b2b_market.infra.runtime import Runtime
from tests.audit.conftest import OwnerDoes
from tests.audit.test_export import verified, whole_export
from tests.audit.trails import seal
from tests.support.delivery import drain_outbox
from tests.support.rfqs import make_market, publish, submit

pytestmark = pytest.mark.committed


def test_rows_and_entries_agree_after_a_round_of_quotations(
    fresh: Runtime, owner_database: Database, owner_does: OwnerDoes
) -> None:
    market = make_market(fresh)
    content = publish(fresh, market)
    for sales in market.sales:
        submit(fresh, sales, content, ["9", "9"])
    drain_outbox(fresh)
    seal(fresh)
    sees_all = replace(fresh, database=owner_database)
    report = verified(fresh, whole_export(sees_all))
    # companies and people are put there by plain inserts in tests
    others = [finding for finding in report.findings if finding.message != NO_EVENT]
    assert others == []
    made_by_insert = {str(finding.facts["object_type"]) for finding in report.findings}
    assert made_by_insert <= {"organization", "organization_settings", "user"}
    assert report.tally.states > len(report.findings)
    owner_does("UPDATE rfq SET title = 'Something else'")
    assert Fault.SEMANTIC in verified(fresh, whole_export(sees_all)).counts
