"""One house with servers of its own for the tests that kill and stop things; each test starts in an empty one."""

from collections.abc import Iterator

import pytest

from tests.support.house import House, build_house


@pytest.fixture(scope="session")
def built_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with build_house(tmp_path_factory.mktemp("house")) as house:
        yield house


@pytest.fixture
def house(built_house: House) -> Iterator[House]:
    built_house.clean()
    yield built_house
    built_house.nursery.end_all()
