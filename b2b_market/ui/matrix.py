"""What the comparison's macros write of one price: tuples that they unpack, as a matrix has hundreds of them.

The order of the fields is that of the parameters of ``ui.matrix_cell`` and ``ui.matrix_other``, whose comments say what
each may hold. Every text is in the reader's language already.
"""

from collections.abc import Sequence
from typing import NamedTuple

RadioButton = tuple[str, str, bool]
"""Name, value, checked."""
ShareField = tuple[str, str, str, bool]
"""Name, text in it, label, wrong."""


class MatrixOther(NamedTuple):
    """Another offer of the same supplier, inside its cell."""

    supplier: str
    price: str
    what: str
    lead: str
    best: bool
    pick: RadioButton | None
    share: ShareField | None
    href: str
    delta: str


class MatrixCell(NamedTuple):
    """One supplier's offers to a line; without a price it made none."""

    supplier: str
    price: str
    delta: str = ""
    lead: str = ""
    late: bool = False
    best: bool = False
    pick: RadioButton | None = None
    flags: Sequence[tuple[str, str]] = ()
    title: str = ""
    share: ShareField | None = None
    href: str = ""
    others: Sequence[MatrixOther] = ()
