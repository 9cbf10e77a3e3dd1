"""Whatever is sent to the API by whomever: nothing breaks it, and every answer is one that its document promises."""

import os
from secrets import randbits
from typing import Final
from zlib import crc32

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis.core.result import Err, Ok

from tests.fuzz.calls import Operation, made_up
from tests.fuzz.judging import Stage
from tests.support.world import World

PARTS: Final = range(8)
"""The operations are dealt out to as many tests, so that workers share them."""
FEW: Final = settings(
    max_examples=1,
    database=None,
    phases=(Phase.generate,),
    suppress_health_check=list(HealthCheck),
)
MANY: Final = settings(FEW, max_examples=100)


@pytest.fixture(scope="module")
def operations(world: World) -> list[Operation]:
    """Every operation of the document; credentials are the caller's business."""
    config = schemathesis.Config.from_dict({"generation": {"with-security-parameters": False}})
    document = schemathesis.openapi.from_dict(world.app.openapi(), config=config)
    document.app = world.app
    found = list(document.get_all_operations())
    assert [broken for broken in found if isinstance(broken, Err)] == []
    return [operation.ok() for operation in found if isinstance(operation, Ok)]


@pytest.fixture(scope="module")
def stage(world: World) -> Stage:
    return Stage(world)


def test_the_document_is_whole(operations: list[Operation]) -> None:
    assert len({operation.label for operation in operations}) == len(operations) > 100
    without = [
        f"{operation.label}: {status} {kind}"
        for operation in operations
        for status, answer in operation.definition.raw["responses"].items()
        for kind, content in answer.get("content", {}).items()
        if kind in ("application/json", "application/problem+json") and not content.get("schema")
    ]
    assert without == [], "a JSON answer without a schema promises nothing"


@pytest.mark.parametrize("part", PARTS)
def test_every_answer_is_documented(
    world: World, operations: list[Operation], stage: Stage, part: int, subtests: pytest.Subtests
) -> None:
    for operation in operations[part :: len(PARTS)]:
        with subtests.test(operation.label), stage.set_for(operation):
            # the same calls in every run, but other ones for every operation
            chosen = crc32(operation.label.encode())
            seed(chosen)(FEW(given(st.just(stage), made_up(operation, world))(Stage.judge)))()


@pytest.mark.soak
@pytest.mark.parametrize("part", PARTS)
def test_every_answer_is_documented_in_long_runs(
    world: World, operations: list[Operation], stage: Stage, part: int, subtests: pytest.Subtests
) -> None:
    chosen = int(os.environ.get("FUZZ_SEED") or randbits(32))
    print(f"FUZZ_SEED={chosen}")  # noqa: T201 - whoever reads the log of a failed run repeats it with this
    for operation in operations[part :: len(PARTS)]:
        with subtests.test(operation.label, seed=chosen), stage.set_for(operation):
            seed(chosen)(MANY(given(st.just(stage), made_up(operation, world))(Stage.judge)))()
