"""Revealed bids checked: that the platform announced the window, held it open as the notice said, and kept it shut."""

from collections.abc import Mapping

from b2b_market.tendering.rules.sealed_evidence import Evidence
from b2b_market.tendering.rules.sealed_faults import Stage
from b2b_market.tendering.rules.sealed_findings import Fault
from b2b_market.tendering.rules.sealed_forms import read_document
from b2b_market.tendering.rules.sealed_record import OpeningRecord, Outcome
from b2b_market.tendering.rules.sealed_terms import Part
from b2b_market.tendering.rules.sealed_window import AnnouncedWindow, read_window


def check_windows(evidence: Evidence) -> Mapping[Part, AnnouncedWindow]:
    """Return the windows by part that the platform announced; findings go to the evidence."""
    found: dict[Part, AnnouncedWindow] = {}
    hours = max(notice.reveal_hours for notice in evidence.notices)
    for data in evidence.files.windows:
        try:
            signed = read_window(read_document(data))
        except ValueError as error:
            evidence.findings.server(Fault.ALTERED, f"a window for reveals cannot be read: {error}")
            continue
        announced = signed.announced
        if not signed.is_from(evidence.key):
            evidence.findings.server(Fault.SIGNATURE, "a window for reveals is not signed with the platform's key")
        if announced.close != evidence.close.digest() or announced.opens_at < evidence.close.closed_at:
            evidence.findings.server(Fault.OPENING, "a window for reveals belongs to another closing")
        if not announced.covers(hours):
            evidence.findings.server(Fault.OPENING, f"bidders had less than the {hours} hours announced to reveal")
        if announced.factor > 1:
            evidence.findings.notices.append(f"A rehearsal: times passed {announced.factor} times faster.")
        found[announced.part] = announced
    return found


def check_revealed(evidence: Evidence, record: OpeningRecord, announced: AnnouncedWindow | None) -> None:
    """Check that bids count as revealed, or as not revealed, only after a window that was announced."""
    asked = any(
        bid.outcome is Outcome.REVEALED or (bid.fault is not None and bid.fault.stage is Stage.UNREVEALED)
        for bid in record.bids
    )
    if not asked:
        return
    if announced is None:
        message = f"bids of {record.part} count as revealed or not, but no window for reveals was announced"
        evidence.findings.server(Fault.MISSING, message)
    elif record.opened_at < announced.closes_at:
        evidence.findings.server(Fault.OPENING, "revealed bids were shown before the window was over")
