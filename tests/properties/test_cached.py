"""What rules keep for the life of a process: made once, and the same whenever it is made."""

import inspect
import pkgutil
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

import pytest

import b2b_market


def kept() -> Iterator[tuple[str, Callable[[], Any]]]:
    """Yield every cached function of a rules module that takes nothing."""
    for module in pkgutil.walk_packages(b2b_market.__path__, "b2b_market."):
        if ".rules" in module.name:
            for name, made in vars(import_module(module.name)).items():
                own = getattr(made, "__module__", None) == module.name
                if own and hasattr(made, "cache_info") and not inspect.signature(made).parameters:
                    yield f"{module.name}.{name}", made


KEPT = dict(kept())


def test_there_are_such_tables() -> None:
    assert "b2b_market.reference.rules.places.countries" in KEPT


@pytest.mark.parametrize("name", sorted(KEPT))
def test_it_is_the_same_each_time_it_is_made(name: str) -> None:
    made = KEPT[name]
    anew = inspect.unwrap(made)()
    assert anew == made()
