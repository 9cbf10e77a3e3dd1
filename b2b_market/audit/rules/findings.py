"""What a verification found: faults with the command line's exit codes, notices, and how much was really checked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final

KEPT: Final = 1000
"""Findings kept one by one; the rest are counted."""


class Fault(IntEnum):
    """What is wrong, as the exit code that says so."""

    ALTERED = 2
    """An entry is not what was sealed."""
    MISSING = 3
    """An entry or checkpoint is missing, or there twice, or not in its place."""
    ROLLBACK = 4
    """The log contradicts what a witness holds: it was set back, cut or rewritten."""
    SIGNATURE = 5
    """A checkpoint was not signed by a known key of the log."""
    SEMANTIC = 6
    """The entries are sound, but the business rows are not what they say."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong. The bad entries lie at leaf indexes ``first`` to ``last`` (both included), where that is known.

    ``message`` is a message id; ``facts`` fill its ``{name}`` fields.
    """

    fault: Fault
    message: str
    first: int | None = None
    last: int | None = None
    facts: Mapping[str, object] = field(default_factory=dict)

    def text(self) -> str:
        """Return the English sentence."""
        return self.message.format(first=self.first, last=self.last, **self.facts)


@dataclass(frozen=True, slots=True)
class Notice:
    """Something a reader should know that is no fault."""

    message: str
    facts: Mapping[str, object] = field(default_factory=dict)

    def text(self) -> str:
        """Return the English sentence."""
        return self.message.format(**self.facts)


@dataclass(slots=True)
class Findings:
    """Collects what is found while lines stream by."""

    kept: list[Finding] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    counts: dict[Fault, int] = field(default_factory=dict)

    def add(
        self, fault: Fault, message: str, first: int | None = None, last: int | None = None, **facts: object
    ) -> None:
        """Note a fault; ``last`` defaults to ``first``."""
        self.counts[fault] = self.counts.get(fault, 0) + 1
        if len(self.kept) < KEPT or self.counts[fault] == 1:
            self.kept.append(Finding(fault, message, first, first if last is None else last, facts))

    def absorb(self, other: "Findings") -> None:
        """Take over everything another collector found."""
        for fault, count in other.counts.items():
            self.counts[fault] = self.counts.get(fault, 0) + count
        self.kept += other.kept
        self.notices += other.notices

    def notice(self, message: str, **facts: object) -> None:
        """Note something that is no fault."""
        self.notices.append(Notice(message, facts))


@dataclass(frozen=True, slots=True)
class Tally:
    """How much was checked, so that a check of nothing cannot pass for a check of everything."""

    entries: int = 0
    unsealed: int = 0
    checkpoints: int = 0
    states: int = 0
    witnessed: int = 0


@dataclass(frozen=True, slots=True)
class Report:
    """The result of a verification; ``head`` is the size the log was checked up to."""

    findings: tuple[Finding, ...]
    notices: tuple[Notice, ...]
    counts: Mapping[Fault, int]
    tally: Tally
    head: int

    @property
    def exit_code(self) -> int:
        """0 where nothing is wrong, else the lowest code found: what happened to entries before its consequences."""
        return min(self.counts, default=0)

    @property
    def first_index(self) -> int | None:
        """The lowest leaf index that the findings behind the exit code name, None where they name none."""
        blamed = [finding.first for finding in self.findings if finding.fault == self.exit_code]
        return min((index for index in blamed if index is not None), default=None)
