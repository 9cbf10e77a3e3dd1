"""The garbage collector of a process that has just loaded everything it will keep."""

import gc
from typing import Final

YOUNG, MIDDLE, OLD = 10_000, 20, 50
THRESHOLDS: Final = (YOUNG, MIDDLE, OLD)


def calm_collector() -> None:
    """Take what is loaded by now out of the collector's sight, and let it look at the rest less often.

    Otherwise it walks over every module, route and template again and again while a request makes its objects, which
    cost a third of a large page's time. Cycles made later are still found. Call once, when the process is ready.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
