"""Everything about a tender's sealed bids checked afterwards from public files, offline: no database, no network.

In this order: the notices and the platform's key, the close record, the journal of receipts against its two roots,
envelopes and ciphertexts against receipts and bidders' signatures, what the reader kept, and at last the opening:
the officers' layers against the bidders' announcements, and the opening record against what follows from all of it.
"""

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from itertools import pairwise
from uuid import UUID

from b2b_market.infra.signing import fingerprint
from b2b_market.tendering.rules.sealed_checking import check_opening
from b2b_market.tendering.rules.sealed_confirming import Confirmation, read_confirmation
from b2b_market.tendering.rules.sealed_envelope import SignedEnvelope, read_envelope, read_withdrawal
from b2b_market.tendering.rules.sealed_evidence import Evidence, Kept, PublicFiles
from b2b_market.tendering.rules.sealed_findings import Fault, Findings, Report
from b2b_market.tendering.rules.sealed_forms import read_document
from b2b_market.tendering.rules.sealed_journal import (
    Document,
    Entry,
    Receipt,
    SignedClose,
    TreeHead,
    entry_of,
    is_from,
    read_close,
    read_receipt,
    standing,
)
from b2b_market.tendering.rules.sealed_terms import Notice, SignedNotice, read_notice


def verify_files(files: PublicFiles, kept: Kept | None = None) -> Report:
    """Check the files; the report names every fault, its culprit, and how much was really checked."""
    kept, findings = kept or Kept(), Findings()
    notices = _notices(files, kept, findings)
    close = _close(files, findings)
    if not notices or close is None:
        return findings.report()
    key = _platform_key(notices, kept, findings)
    evidence = Evidence(files, kept, findings, key, [signed.notice for signed in notices], close.close)
    _check_notices(evidence)
    _check_close(evidence, close)
    _check_journal(evidence)
    _check_entries(evidence)
    _check_kept(evidence)
    check_opening(evidence)
    return findings.report()


def _notices(files: PublicFiles, kept: Kept, findings: Findings) -> list[SignedNotice]:
    found = []
    for data in (*files.notices, *((kept.notice,) if kept.notice is not None else ())):
        try:
            signed = read_notice(read_document(data))
        except ValueError as error:
            findings.server(Fault.SIGNATURE, f"a notice cannot be trusted: {error}")
            continue
        if data is not kept.notice or data in files.notices:
            found.append(signed)
        else:
            findings.server(Fault.CONTRADICTED, "the notice that you kept is not among those published")
    return found


def _close(files: PublicFiles, findings: Findings) -> SignedClose | None:
    try:
        return read_close(read_document(files.close))
    except ValueError as error:
        findings.server(Fault.ALTERED, f"the close record cannot be read: {error}")
        return None


def _platform_key(notices: Sequence[SignedNotice], kept: Kept, findings: Findings) -> bytes:
    if kept.key is not None:
        return kept.key
    key = notices[0].notice.receipts_key
    findings.notices.append(f"The platform's key was taken from the notice; compare its id: {fingerprint(key)}.")
    return key


def _check_notices(evidence: Evidence) -> None:
    findings = evidence.findings
    if any(notice.receipts_key != evidence.key for notice in evidence.notices):
        findings.server(Fault.SIGNATURE, "a notice is signed with another key than the platform's")
    if any(notice.terms.tender != evidence.close.tender for notice in evidence.notices):
        findings.server(Fault.ALTERED, "a notice is of another tender")
    latest = max(evidence.notices, key=lambda notice: notice.edition)
    if evidence.close.deadline < max(notice.deadline for notice in evidence.notices):
        findings.server(Fault.CONTRADICTED, "bidding closed before a deadline that had been announced")
    if evidence.close.edition < latest.edition:
        findings.server(Fault.CONTRADICTED, f"bidding closed under an older notice than edition {latest.edition}")
    ordered = sorted(evidence.notices, key=lambda notice: notice.edition)
    if any(later.binding < earlier.binding for earlier, later in pairwise(ordered)):
        findings.server(Fault.CONTRADICTED, "a later notice takes back that bids must be confirmed")
    for officer in sorted(set(evidence.cards) - evidence.kept.officers) if evidence.kept.officers else ():
        findings.server(Fault.CONTRADICTED, f"the notice names the officer {officer}, whom you did not compare")
    if not evidence.kept.officers:
        findings.notices.append(f"The officers' keys were taken from the notice: {', '.join(sorted(evidence.cards))}.")


def _check_close(evidence: Evidence, close: SignedClose) -> None:
    findings, record = evidence.findings, close.close
    if not is_from(close, evidence.key):
        findings.server(Fault.SIGNATURE, "the close record is not signed with the platform's key")
    if (record.edition, record.deadline) not in {(notice.edition, notice.deadline) for notice in evidence.notices}:
        findings.server(Fault.MISSING, "the notice that bidding closed under is missing")
    if evidence.kept.close is not None and evidence.kept.close != evidence.files.close:
        findings.server(Fault.CONTRADICTED, "the close record is not the one that you kept")


def _check_journal(evidence: Evidence) -> None:
    findings, receipts = evidence.findings, []
    for number, data in enumerate(evidence.files.journal, 1):
        try:
            signed = read_receipt(read_document(data))
        except ValueError as error:
            findings.server(Fault.ALTERED, f"its receipt cannot be read: {error}", number)
            continue
        if not is_from(signed, evidence.key):
            findings.server(Fault.SIGNATURE, "its receipt is not signed with the platform's key", number)
        receipts.append(signed.receipt)
    evidence.receipts = receipts
    findings.count("receipts", len(receipts))
    _check_order(evidence)
    if TreeHead.over(receipts) != evidence.close.journal:
        findings.server(Fault.MISSING, f"the close record counts {evidence.close.journal.size} other receipts")
    try:
        evidence.standing = standing(receipts, evidence.closing.binding)
    except ValueError as error:
        findings.server(Fault.MISSING, str(error))
        return
    _check_standing(evidence)
    findings.count("live", len(evidence.live))


def _check_standing(evidence: Evidence) -> None:
    """Hold what the close record says of live, void and withdrawn bids against what the receipts give."""
    found, close = evidence.standing, evidence.close
    told = (
        (found.live, close.live, "live"),
        (found.void, close.void, "void"),
        (found.withdrawn, close.withdrawn, "withdrawn"),
    )
    for receipts, head, word in told:
        if head is not None and TreeHead.over(receipts) != head:
            evidence.findings.server(Fault.MISSING, f"the close record counts {head.size} other {word} bids")
    if close.void is None and evidence.closing.binding > 1:
        evidence.findings.server(Fault.MISSING, "the close record does not say which bids were not confirmed")
    for receipt in found.void:
        evidence.findings.notices.append(f"bid {receipt.sequence}: void, its bidder did not confirm it.")


def _check_order(evidence: Evidence) -> None:
    versions: dict[tuple[UUID, UUID], int] = {}
    for receipt in evidence.receipts:
        if receipt.ids.tender != evidence.close.tender:
            evidence.findings.server(Fault.ALTERED, "its receipt is of another tender", receipt.sequence)
        if receipt.received_at >= evidence.close.deadline:
            evidence.findings.server(Fault.MISSING, "it was taken after the deadline", receipt.sequence)
        if receipt.ids.version <= versions.get(receipt.whose, 0):
            evidence.findings.server(Fault.MISSING, "its version was taken before", receipt.sequence)
        versions[receipt.whose] = receipt.ids.version


def _check_entries(evidence: Evidence) -> None:
    signers: dict[tuple[UUID, UUID], bytes] = {}
    stood: dict[tuple[UUID, UUID], Receipt] = {}
    live = {receipt.sequence for receipt in evidence.live}
    needed = live | {receipt.sequence for receipt in evidence.standing.void}
    for receipt in evidence.receipts:
        data = evidence.files.entries.get(receipt.sequence)
        if receipt.entry is Entry.CONFIRMATION:
            _check_confirmed(evidence, receipt, data, stood.get(receipt.whose))
        else:
            stood[receipt.whose] = receipt
        if data is None:
            if receipt.sequence in needed or receipt.entry is not Entry.ENVELOPE:
                evidence.findings.server(Fault.MISSING, f"its {receipt.entry} is missing", receipt.sequence)
            continue
        signer = _check_entry(evidence, receipt, data)
        if signer is not None and signers.setdefault(receipt.whose, signer) != signer:
            message = f"its {receipt.entry} is signed with another key than the company's earlier ones"
            evidence.findings.server(Fault.SIGNATURE, message, receipt.sequence)
    for sequence in sorted(live & set(evidence.envelopes)):
        _check_boxes(evidence, sequence)
    if live and not evidence.findings.counted.get("boxes"):
        evidence.findings.notices.append("No ciphertext was published: what lies in the envelopes was not decrypted.")


def _check_entry(evidence: Evidence, receipt: Receipt, data: bytes) -> bytes | None:
    """Note what is wrong with an entry and return who signed it, None where it cannot be read."""
    try:
        found = _read_entry(evidence, receipt, data)
    except ValueError as error:
        evidence.findings.server(Fault.ALTERED, f"its {receipt.entry} is not sound: {error}", receipt.sequence)
        return None
    if hashlib.sha256(data).digest() != receipt.digest:
        evidence.findings.server(
            Fault.ALTERED, f"its {receipt.entry} is not the one that was receipted", receipt.sequence
        )
    if isinstance(found, SignedEnvelope):
        evidence.envelopes[receipt.sequence] = found
        evidence.findings.count("envelopes")
        _check_edition(evidence, receipt, found.envelope.notice)
    elif isinstance(found, Confirmation):
        _check_edition(evidence, receipt, found.notice)
    return entry_of(found)[2]


def _read_entry(evidence: Evidence, receipt: Receipt, data: bytes) -> Document:
    found: Document
    if receipt.entry is Entry.WITHDRAWAL:
        found = read_withdrawal(data)
    elif receipt.entry is Entry.CONFIRMATION:
        found = read_confirmation(data)
    else:
        found = _under_its_terms(evidence.notices, data)
    if entry_of(found)[1] != receipt.ids:
        raise ValueError("it is of another bid than its receipt")
    return found


def _check_edition(evidence: Evidence, receipt: Receipt, named: bytes | None) -> None:
    """Hold the edition that a receipt says against the notice that its bidder signed for."""
    edition = evidence.edition_of(named)
    if edition is None:
        message = f"its {receipt.entry} is for a notice that is not among those published"
        evidence.findings.server(Fault.CONTRADICTED, message, receipt.sequence)
    elif edition != receipt.edition:
        message = f"its receipt says edition {receipt.edition}, its {receipt.entry} is for edition {edition}"
        evidence.findings.server(Fault.ALTERED, message, receipt.sequence)


def _check_confirmed(evidence: Evidence, receipt: Receipt, data: bytes | None, stood: Receipt | None) -> None:
    """Note a confirmation of a bid that was not there, or of another one; what cannot be read is noted elsewhere."""
    if stood is None or stood.entry is not Entry.ENVELOPE:
        evidence.findings.server(Fault.MISSING, "there was no bid that it could confirm", receipt.sequence)
        return
    with suppress(ValueError):
        if data is not None and read_confirmation(data).envelope != stood.digest:
            evidence.findings.server(Fault.ALTERED, "it confirms another bid than the one that stood", receipt.sequence)


def _under_its_terms(notices: Sequence[Notice], data: bytes) -> SignedEnvelope:
    """Return the envelope read under the terms that it names; ValueError as read_envelope says it for the last."""
    *others, last = notices
    for notice in others:
        if notice.terms.digest.hex().encode() in data:
            return read_envelope(data, notice.terms)
    return read_envelope(data, last.terms)


def _check_boxes(evidence: Evidence, sequence: int) -> None:
    for key, box in evidence.envelopes[sequence].boxes():
        data = evidence.files.box(sequence, key)
        if data is None:
            continue
        evidence.findings.count("boxes")
        if hashlib.sha256(data).digest() != box.sha256:
            message = f"its ciphertext {key[0]}.{key[1]} is not the one that the bidder signed"
            evidence.findings.server(Fault.ALTERED, message, sequence)


def _check_kept(evidence: Evidence) -> None:
    there = {receipt.sequence: receipt for receipt in evidence.receipts}
    for data in evidence.kept.receipts:
        try:
            held = read_receipt(read_document(data))
        except ValueError as error:
            evidence.findings.notices.append(f"A receipt that you kept cannot be read: {error}.")
            continue
        evidence.findings.count("held")
        sequence = held.receipt.sequence
        if not is_from(held, evidence.key):
            evidence.findings.server(Fault.SIGNATURE, "your receipt is not signed with the platform's key", sequence)
        elif there.get(sequence) != held.receipt:
            evidence.findings.server(Fault.CONTRADICTED, "the journal does not hold your receipt", sequence)
