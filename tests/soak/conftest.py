"""The house of the long runs."""

from collections.abc import Iterator

import pytest

from tests.support.house import House, build_house


@pytest.fixture
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with build_house(tmp_path_factory.mktemp("soak")) as built:
        yield built
