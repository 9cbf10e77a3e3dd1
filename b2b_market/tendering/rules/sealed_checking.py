"""The opening checked: officers' layers against bidders' announcements, the record against what follows from both."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from b2b_market.tendering.rules.sealed_envelope import BoxKey
from b2b_market.tendering.rules.sealed_evidence import Evidence
from b2b_market.tendering.rules.sealed_faults import Culprit, OpeningFault, Stage
from b2b_market.tendering.rules.sealed_findings import Fault, Finding
from b2b_market.tendering.rules.sealed_journal import TreeHead
from b2b_market.tendering.rules.sealed_layers import Contribution, judge, read_contribution
from b2b_market.tendering.rules.sealed_payload import Box, commitment
from b2b_market.tendering.rules.sealed_reading import OpenedPart, open_part
from b2b_market.tendering.rules.sealed_record import OpeningRecord, Outcome, RecordedBid, read_record
from b2b_market.tendering.rules.sealed_revealing import check_revealed, check_windows
from b2b_market.tendering.rules.sealed_terms import Part
from b2b_market.tendering.rules.sealed_work import group_in


@dataclass(frozen=True, slots=True)
class _Derived:
    """What the contributions and ciphertexts give for one bid: its data key or a fault; nothing where nobody tried."""

    key: bytes | None = None
    fault: OpeningFault | None = None
    opened: OpenedPart | None = None


def check_opening(evidence: Evidence) -> None:
    """Check contributions and opening records; findings go to the evidence."""
    contributions = _contributions(evidence)
    records = _records(evidence)
    windows = check_windows(evidence)
    if not records:
        evidence.findings.notices.append("There is no opening record: the opening was not checked.")
    for record in records:
        of_part = [one for one in contributions if one.part is record.part]
        _check_frame(evidence, record, of_part)
        check_revealed(evidence, record, windows.get(record.part))
        for bid in record.bids:
            if bid.sequence in evidence.envelopes and record.part in evidence.terms_of(bid.sequence).parts:
                _check_bid(evidence, record.part, bid, _derive(evidence, record.part, bid.sequence, of_part))


def _contributions(evidence: Evidence) -> list[Contribution]:
    found = []
    for data in evidence.files.contributions:
        try:
            contribution = read_contribution(data)
        except ValueError as error:
            evidence.findings.server(Fault.ALTERED, f"an officer's contribution cannot be read: {error}")
            continue
        card = evidence.cards.get(contribution.officer)
        if card is None or not contribution.is_by(card):
            message = f"a contribution is not signed by the officer {contribution.officer} whose layer it is"
            evidence.findings.server(Fault.SIGNATURE, message)
        elif contribution.close != evidence.close.digest():
            message = "the officer opened a layer for another close record"
            evidence.findings.add(Finding(Fault.OPENING, Culprit.OFFICER, message, officer=contribution.officer))
        else:
            evidence.findings.count("contributions")
            found.append(contribution)
            _check_counted(evidence, contribution)
    return found


def _check_counted(evidence: Evidence, contribution: Contribution) -> None:
    """Note where an officer removed a layer of a bid that was withdrawn, replaced or not confirmed.

    Nobody is blamed for it unless the receipts are those of the closing root: a work file is made of these.
    """
    if TreeHead.over(evidence.live) != evidence.close.live:
        return
    live = {receipt.sequence for receipt in evidence.live}
    for sequence in sorted(set(contribution.results) - live):
        message = "the officer opened a layer of a bid that does not count"
        evidence.findings.add(Finding(Fault.OPENING, Culprit.OFFICER, message, sequence, contribution.officer))


def _records(evidence: Evidence) -> list[OpeningRecord]:
    found = []
    for data in evidence.files.records:
        try:
            signed = read_record(data)
        except ValueError as error:
            evidence.findings.server(Fault.ALTERED, f"an opening record cannot be read: {error}")
            continue
        if not signed.is_from(evidence.key):
            evidence.findings.server(Fault.SIGNATURE, "an opening record is not signed with the platform's key")
        found.append(signed.record)
    return found


def _check_frame(evidence: Evidence, record: OpeningRecord, contributions: Sequence[Contribution]) -> None:
    findings, close = evidence.findings, evidence.close
    if record.close != close.digest() or record.opened_at < close.closed_at:
        findings.server(Fault.OPENING, "an opening record belongs to another closing")
    if [bid.sequence for bid in record.bids] != [receipt.sequence for receipt in evidence.live]:
        findings.server(Fault.MISSING, f"the opening record of {record.part} does not name exactly the live bids")
    void = {receipt.sequence for receipt in evidence.standing.void}
    for bid in record.bids:
        if bid.sequence in void and bid.secret is not None:
            findings.server(Fault.OPENING, "it was opened, though its bidder had not confirmed it", bid.sequence)
    if set(record.contributions) != {one.digest() for one in contributions}:
        findings.server(Fault.MISSING, f"the opening record of {record.part} names other contributions than there are")


def _derive(evidence: Evidence, part: Part, sequence: int, contributions: Sequence[Contribution]) -> _Derived:
    """Follow every group's layers; a group that opens the bid counts before one that does not."""
    found = _Derived()
    for group in dict.fromkeys(one.officers for one in contributions):
        layers = {one.layer: one for one in contributions if one.officers == group}
        derived = _through(evidence, part, sequence, group, layers)
        if derived.fault is not None and derived.fault.stage is Stage.CONTRIBUTED:
            evidence.findings.add(
                Finding(Fault.OPENING, Culprit.OFFICER, derived.fault.text(), sequence, derived.fault.officer)
            )
        if found.key is None and (derived.key is not None or found.fault is None):
            found = derived
    return found


def _through(
    evidence: Evidence, part: Part, sequence: int, group: Sequence[str], layers: Mapping[int, Contribution]
) -> _Derived:
    envelope, terms = evidence.envelopes[sequence], evidence.terms_of(sequence)
    subset = group_in(terms, group)
    if subset is None:
        return _Derived()
    key = b""
    for layer in range(terms.threshold):
        if layer not in layers or sequence not in layers[layer].results:
            return _Derived()
        inside = judge(layers[layer], sequence, envelope.part(part).announced(subset, layer))
        if isinstance(inside, OpeningFault):
            return _Derived(fault=inside)
        key = inside
    return _decrypted(evidence, part, sequence, key)


def _decrypted(evidence: Evidence, part: Part, sequence: int, key: bytes) -> _Derived:
    boxes: dict[BoxKey, bytes] = {}
    for box in Box:
        data = evidence.files.box(sequence, (part, box))
        if data is not None:
            boxes[part, box] = data
    if (part, Box.PAYLOAD) not in boxes:
        return _Derived(key)
    opened = open_part(evidence.envelopes[sequence], evidence.terms_of(sequence), part, key, boxes)
    return _Derived(key, fault=opened) if isinstance(opened, OpeningFault) else _Derived(key, opened=opened)


def _check_bid(evidence: Evidence, part: Part, bid: RecordedBid, derived: _Derived) -> None:
    findings = evidence.findings
    if bid.secret is not None:
        envelope = evidence.envelopes[bid.sequence]
        made = commitment(envelope.envelope.ids, part, bid.secret.r, bid.secret.payload)
        if made != envelope.part(part).commitment:
            message = "the opening record shows another bid than the bidder committed to"
            findings.server(Fault.OPENING, message, bid.sequence)
        findings.count("payloads")
    if bid.outcome is Outcome.OPENED and derived.key is None:
        findings.server(Fault.OPENING, "it was opened without the officers' layers", bid.sequence)
    elif bid.outcome is Outcome.OPENED and derived.fault is not None:
        findings.server(Fault.OPENING, f"it was recorded as opened, but: {derived.fault.text()}", bid.sequence)
    elif bid.outcome is Outcome.SEALED and derived.key is not None:
        findings.server(Fault.OPENING, "it was recorded as sealed, but the officers opened it", bid.sequence)
    elif bid.outcome is Outcome.REVEALED:
        findings.notices.append(f"bid {bid.sequence}: revealed by the bidder against the commitment.")
    elif bid.fault is not None:
        _check_failure(evidence, bid, bid.fault, derived)


def _check_failure(evidence: Evidence, bid: RecordedBid, fault: OpeningFault, derived: _Derived) -> None:
    evidence.findings.notices.append(f"bid {bid.sequence}: not read. {fault.text()} [{fault.culprit}]")
    if derived.opened is not None:
        message = "it was recorded as failed, but it opens"
    elif fault.stage is Stage.UNREVEALED:
        return
    elif derived.fault is not None and derived.fault != fault:
        message = f"it was recorded with another fault than the files show: {derived.fault.text()}"
    elif derived.key is None and derived.fault is None and fault.stage not in (Stage.ENVELOPE, Stage.BOX):
        message = "it was recorded as failed, but no officer's layer shows that"
    else:
        return
    evidence.findings.server(Fault.OPENING, message, bid.sequence)
