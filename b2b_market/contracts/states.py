"""Where a contract stands."""

from enum import StrEnum

from b2b_market.kernel.lifecycle import Lifecycle, Step


class ContractStatus(StrEnum):
    """A draft is the buyer's alone; a proposed contract is seen by both parties; a void one binds nobody."""

    DRAFTED = "drafted"
    PROPOSED = "proposed"
    VOIDED = "voided"


_OPEN = frozenset({ContractStatus.DRAFTED, ContractStatus.PROPOSED})
LIFECYCLE = Lifecycle(
    ContractStatus.DRAFTED,
    Step("edit", frozenset({ContractStatus.DRAFTED}), ContractStatus.DRAFTED),
    Step("revise", frozenset({ContractStatus.PROPOSED}), ContractStatus.PROPOSED),
    Step("release", frozenset({ContractStatus.DRAFTED}), ContractStatus.PROPOSED),
    Step("void", _OPEN, ContractStatus.VOIDED),
)
