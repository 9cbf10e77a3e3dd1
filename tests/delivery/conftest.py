"""The platform and the people who look after delivery."""

from uuid import UUID

import pytest

from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.permission import Role
from b2b_market.rbac.actor import Actor
from tests.support.people import make_company, make_person


@pytest.fixture
def home(runtime: Runtime) -> UUID:
    """The platform's own company."""
    return make_company(runtime, "Platform", platform=True)


@pytest.fixture
def operator(runtime: Runtime, home: UUID) -> Actor:
    """The platform's operator."""
    return make_person(runtime, home, Role.PLATFORM_OPERATOR)


@pytest.fixture
def auditor(runtime: Runtime, home: UUID) -> Actor:
    """The platform's auditor."""
    return make_person(runtime, home, Role.PLATFORM_AUDITOR)
