"""Companies and people that trade with each other."""

import pytest

from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.permission import Role
from tests.contracts.deals import Sides
from tests.support.people import make_company, make_person


@pytest.fixture
def sides(runtime: Runtime) -> Sides:
    buyer, supplier = make_company(runtime), make_company(runtime, "Müller GmbH", ["supplier"], country="DE")
    return Sides(
        buyer,
        supplier,
        make_person(runtime, buyer, Role.BUYER_PURCHASER),
        make_person(runtime, buyer, Role.BUYER_APPROVER),
        make_person(runtime, supplier, Role.SUPPLIER_SALES),
    )
