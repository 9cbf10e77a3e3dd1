"""What an offline check of a tender's sealed bids found: faults as exit codes, each with its culprit."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum

from b2b_market.tendering.rules.sealed_faults import Culprit


class Fault(IntEnum):
    """What is wrong, as the exit code that says so; 0 is sound, 1 that the files cannot be read."""

    ALTERED = 2
    """An envelope, ciphertext or card is not the one that was signed."""
    MISSING = 3
    """A bid is missing, added, there twice, or came too late."""
    CONTRADICTED = 4
    """The record contradicts a receipt, notice or close record that somebody kept."""
    SIGNATURE = 5
    """A document is not signed by the one who should have signed it."""
    OPENING = 6
    """The opening record is not what the officers' layers and the commitments give."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong: whose doing, about which bid (sequence number) if one, and which officer."""

    fault: Fault
    culprit: Culprit
    message: str
    sequence: int | None = None
    officer: str | None = None

    def text(self) -> str:
        """Return the English line."""
        about = "" if self.sequence is None else f"bid {self.sequence}: "
        who = self.culprit.value if self.officer is None else f"{self.culprit.value} {self.officer}"
        return f"{about}{self.message} [{who}]"


@dataclass(frozen=True, slots=True)
class Tally:
    """How much was checked, so that a check of nothing cannot pass for a check of everything."""

    receipts: int = 0
    live: int = 0
    envelopes: int = 0
    boxes: int = 0
    contributions: int = 0
    payloads: int = 0
    held: int = 0


@dataclass(slots=True)
class Findings:
    """Collects what is found."""

    kept: list[Finding] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    counted: dict[str, int] = field(default_factory=dict)

    def server(self, fault: Fault, message: str, sequence: int | None = None) -> None:
        """Note something that the platform answers for."""
        self.kept.append(Finding(fault, Culprit.SERVER, message, sequence))

    def add(self, finding: Finding) -> None:
        """Note a finding."""
        self.kept.append(finding)

    def count(self, what: str, number: int = 1) -> None:
        """Count something that was really checked."""
        self.counted[what] = self.counted.get(what, 0) + number

    def report(self) -> "Report":
        """Return everything found."""
        counted: Mapping[str, int] = self.counted
        return Report(tuple(self.kept), tuple(self.notices), Tally(**counted))


@dataclass(frozen=True, slots=True)
class Report:
    """The result of a check."""

    findings: tuple[Finding, ...]
    notices: tuple[str, ...]
    tally: Tally

    @property
    def exit_code(self) -> int:
        """0 where nothing is wrong, else the lowest code found: what happened to a bid before its consequences."""
        return min((finding.fault for finding in self.findings), default=0)
