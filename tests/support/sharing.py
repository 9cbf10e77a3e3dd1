"""How the workers share out the tests: whole files, so that what one makes once is made once, and long ones first."""

from fnmatch import fnmatchcase
from typing import Final

from xdist.scheduler.loadscope import LoadScopeScheduling
from xdist.workermanage import WorkerController

TOGETHER: Final = {
    "site": ("tests/journeys/test_*_pages.py",),
    "world": (
        "tests/architecture/test_planted.py",
        "tests/architecture/test_routes.py",
        "tests/architecture/test_schema.py",
        "tests/fuzz/test_*.py",
        "tests/infra/test_fixed.py",
    ),
    "built_house": ("tests/faults/test_*.py",),
    "kit_site": ("tests/ui/test_browser.py",),
}
"""Fixtures of the session that take many seconds to build, and the files that use them: they run on one worker."""
LONG: Final = (
    "site",
    "world",
    "built_house",
    "tests/entrypoints/test_supervisor_runs.py",
    "tests/journeys/test_demo.py",
    "tests/tendering/test_twin_tenders.py",
    "tests/tendering/test_secrecy.py",
    "tests/audit/test_sealing.py",
    "tests/rfq/test_import_pages.py",
    "tests/properties/test_sourcing.py",
    "tests/races/test_deadline.py",
    "tests/journeys/test_tutorial.py",
    "tests/rfq/test_import_api.py",
    "tests/rfq/test_intake_uploads.py",
    "tests/audit/test_export.py",
    "tests/tendering/test_amending.py",
    "tests/tendering/test_frameworks.py",
    "tests/tendering/test_evaluation.py",
    "tests/identity/test_api.py",
    "tests/tendering/test_sealing_pages.py",
    "tests/tendering/test_sealed_browser.py",
    "tests/races/test_tender_deadline.py",
    "tests/architecture/test_docs.py",
    "tests/properties/test_landing.py",
)
"""What takes longest, the longest first; begun last, it would keep one worker busy while the others have nothing."""


def share_of(nodeid: str) -> str:
    """Return the name of what runs on one worker: a fixture of TOGETHER, or else the test's file."""
    place = nodeid.partition("::")[0]
    for name, patterns in TOGETHER.items():
        if any(fnmatchcase(place, pattern) for pattern in patterns):
            return name
    return place


class WholeFiles(LoadScopeScheduling):  # type: ignore[misc]  # xdist carries no types
    """Hands out shares, those of LONG first, then those of most tests.

    Marks of ``xdist_group`` would not do: xdist tells them to itself by changing the ids of tests, which pytest no
    longer lets it do since 9.2.
    """

    def _split_scope(self, nodeid: str) -> str:
        return share_of(nodeid)

    def _assign_work_unit(self, node: WorkerController) -> None:
        rank = {share: place for place, share in enumerate(LONG)}
        first = min(self.workqueue, key=lambda share: rank.get(share, len(rank)))
        self.workqueue.move_to_end(first, last=False)
        super()._assign_work_unit(node)
