"""The tamper classes on sealed bids: each found offline from public files, with its exit code and its culprit."""

import json
import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from b2b_market.infra.canonical import canonical
from b2b_market.tendering.rules.sealed_envelope import sign_envelope, sign_withdrawal
from b2b_market.tendering.rules.sealed_evidence import Kept, PublicFiles
from b2b_market.tendering.rules.sealed_faults import Culprit, OpeningFault, Stage
from b2b_market.tendering.rules.sealed_findings import Fault
from b2b_market.tendering.rules.sealed_journal import SignedClose, SignedReceipt, close_bidding
from b2b_market.tendering.rules.sealed_layers import Contribution
from b2b_market.tendering.rules.sealed_payload import Box
from b2b_market.tendering.rules.sealed_record import Outcome, RecordedBid, SignedRecord, recorded
from b2b_market.tendering.rules.sealed_terms import Part
from b2b_market.tendering.rules.sealed_verification import verify_files
from tests.tendering.sealed_tenders import (
    AFTER,
    BEFORE,
    DEADLINE,
    SealedTender,
    officer_key,
    opened_tender,
    platform_key,
)

SERVER, OFFICER = Culprit.SERVER, Culprit.OFFICER
Spoilt = tuple[PublicFiles, Kept, int | None]


@pytest.fixture(scope="module")
def tender() -> SealedTender:
    """Six entries: bids 1 to 3, 4 (withdrawn by 6), 5 (the second version of 1)."""
    return opened_tender()


def put(lines: Sequence[bytes], index: int, data: bytes) -> list[bytes]:
    return [*lines[:index], data, *lines[index + 1 :]]


def some(chance: random.Random) -> int:
    """A live bid."""
    return chance.choice([2, 3, 5])


def kept_receipt(tender: SealedTender, sequence: int) -> Kept:
    return Kept(receipts=[tender.receipts[sequence - 1].to_bytes()], key=tender.platform.public_key)


def resigned(tender: SealedTender, receipt: SignedReceipt, **changes: object) -> SignedReceipt:
    other = replace(receipt.receipt, **changes)  # type: ignore[arg-type]  # fields of changing types
    return SignedReceipt(other, tender.platform.sign(other.statement()).signature)


def reclosed(tender: SealedTender, receipts: Sequence[SignedReceipt]) -> bytes:
    """A close record that the platform signs anew over other receipts."""
    made = close_bidding(tender.notice, [one.receipt for one in receipts], AFTER, tender.platform)
    return canonical(made.document())


def receipt_changed(tender: SealedTender, chance: random.Random) -> Spoilt:
    files, sequence = tender.files(), some(chance)
    document = json.loads(files.journal[sequence - 1])
    document["receipt"]["received_at"] = "2026-11-22T08:00:00.000000Z"
    return replace(files, journal=put(files.journal, sequence - 1, canonical(document))), Kept(), sequence


def receipt_backdated_and_signed(tender: SealedTender, chance: random.Random) -> Spoilt:
    files, sequence = tender.files(), some(chance)
    early = resigned(tender, tender.receipts[sequence - 1], received_at=BEFORE - timedelta(hours=1))
    journal = put(files.journal, sequence - 1, early.to_bytes())
    return replace(files, journal=journal), kept_receipt(tender, sequence), sequence


def bid_dropped_and_the_rest_renumbered(tender: SealedTender, chance: random.Random) -> Spoilt:
    sequence = some(chance)
    left = [one for one in tender.receipts if one.receipt.sequence != sequence]
    made = [resigned(tender, one, sequence=number) for number, one in enumerate(left, 1)]
    entries = {number: tender.received[one.receipt.sequence - 1].to_bytes() for number, one in enumerate(left, 1)}
    files = replace(
        tender.files(), journal=[one.to_bytes() for one in made], entries=entries, close=reclosed(tender, made)
    )
    return replace(files, contributions=[], records=[], box=nothing), kept_receipt(tender, sequence), sequence


def nothing(_sequence: int, _key: object) -> None:
    return None


def line_dropped(tender: SealedTender, chance: random.Random) -> Spoilt:
    files, sequence = tender.files(), some(chance)
    return replace(files, journal=[*files.journal[: sequence - 1], *files.journal[sequence:]]), Kept(), None


def bid_added_after_the_close(tender: SealedTender, _chance: random.Random) -> Spoilt:
    later = opened_tender(1)
    files = tender.files()
    receipt = resigned(
        tender, later.receipts[0], sequence=7, ids=replace(later.receipts[0].receipt.ids, tender=tender.tender)
    )
    return replace(files, journal=[*files.journal, receipt.to_bytes()]), Kept(), None


def late_bid_taken(tender: SealedTender, _chance: random.Random) -> Spoilt:
    late = [*tender.receipts[:5], resigned(tender, tender.receipts[5], received_at=DEADLINE)]
    files = replace(tender.files(), journal=[one.to_bytes() for one in late], close=reclosed(tender, late))
    return replace(files, contributions=[], records=[]), Kept(), 6


def version_taken_twice(tender: SealedTender, _chance: random.Random) -> Spoilt:
    twice = [*tender.receipts]
    twice[4] = resigned(tender, twice[4], ids=replace(twice[4].receipt.ids, version=1))
    files = replace(tender.files(), journal=[one.to_bytes() for one in twice], close=reclosed(tender, twice))
    return replace(files, contributions=[], records=[]), Kept(), 5


def close_record_signed_by_another(tender: SealedTender, _chance: random.Random) -> Spoilt:
    signed = SignedClose(tender.close.close, platform_key().sign(tender.close.close.statement()).signature)
    return replace(tender.files(), close=canonical(signed.document())), Kept(), None


def close_record_rewritten(tender: SealedTender, _chance: random.Random) -> Spoilt:
    files = tender.files()
    left = tender.receipts[:5]
    rewritten = replace(files, close=reclosed(tender, left), journal=files.journal[:5], contributions=[], records=[])
    return rewritten, Kept(close=files.close), None


def close_record_bent(tender: SealedTender, _chance: random.Random) -> Spoilt:
    return replace(tender.files(), close=tender.files().close[:-5]), Kept(), None


def envelope_changed(tender: SealedTender, chance: random.Random) -> Spoilt:
    files, sequence = tender.files(), some(chance)
    data = files.entries[sequence]
    at = data.index(b'"commitment":"') + 14 + chance.randrange(64)
    bent = data[:at] + (b"0" if data[at : at + 1] != b"0" else b"1") + data[at + 1 :]
    return replace(files, entries={**files.entries, sequence: bent}), Kept(), sequence


def envelope_exchanged(tender: SealedTender, _chance: random.Random) -> Spoilt:
    files = tender.files()
    return replace(files, entries={**files.entries, 2: files.entries[3]}), Kept(), 2


def wrap_moved_and_signed_by_another(tender: SealedTender, chance: random.Random) -> Spoilt:
    files, sequence = tender.files(), some(chance)
    own, other = tender.sealed[sequence].envelope.envelope, tender.sealed[2 if sequence != 2 else 3].envelope.envelope
    key = Ed25519PrivateKey.generate()
    moved = replace(
        own, parts=(replace(own.parts[0], wraps=other.parts[0].wraps),), signer=key.public_key().public_bytes_raw()
    )
    return replace(files, entries={**files.entries, sequence: sign_envelope(moved, key).to_bytes()}), Kept(), sequence


def envelope_missing(tender: SealedTender, chance: random.Random) -> Spoilt:
    files, sequence = tender.files(), some(chance)
    return (
        replace(files, entries={key: data for key, data in files.entries.items() if key != sequence}),
        Kept(),
        sequence,
    )


def withdrawal_made_up(tender: SealedTender, _chance: random.Random) -> Spoilt:
    """The platform withdraws a bid with a key of its own, and closes without it."""
    bidder = tender.sealed[3].envelope.envelope.ids.bidder
    made = sign_withdrawal(tender.ids(bidder, 2), Ed25519PrivateKey.generate())
    ids = made.ids
    forged = resigned(tender, tender.receipts[5], digest=made.digest(), ids=ids)
    receipts = [*tender.receipts[:5], forged]
    files = replace(
        tender.files(),
        journal=[one.to_bytes() for one in receipts],
        close=reclosed(tender, receipts),
        records=[],
        contributions=[],
    )
    return replace(files, entries={**files.entries, 6: made.to_bytes()}), Kept(), 6


def withdrawal_missing(tender: SealedTender, _chance: random.Random) -> Spoilt:
    files = tender.files()
    return replace(files, entries={key: data for key, data in files.entries.items() if key != 6}), Kept(), 6


def ciphertext_changed(tender: SealedTender, chance: random.Random) -> Spoilt:
    files, sequence, box = tender.files(), some(chance), chance.choice(list(Box))

    def bent(number: int, key: tuple[Part, Box]) -> bytes | None:
        data = tender.box(number, key)
        return data if data is None or (number, key[1]) != (sequence, box) else data[:-1] + bytes([data[-1] ^ 1])

    return replace(files, box=bent), Kept(), sequence


def officer_exchanged(tender: SealedTender, _chance: random.Random) -> Spoilt:
    trusted = frozenset({*tender.group(0, 1), officer_key(9).card("c").fingerprint})
    return tender.files(), Kept(officers=trusted), None


def notice_rewritten(tender: SealedTender, _chance: random.Random) -> Spoilt:
    kept = canonical(tender.make_notice(document=bytes([1]) * 32).document())
    return tender.files(), Kept(notice=kept), None


def notice_bent(tender: SealedTender, _chance: random.Random) -> Spoilt:
    files = tender.files()
    return (
        replace(files, notices=[*files.notices, files.notices[0].replace(b'"edition":1', b'"edition":2')]),
        Kept(),
        None,
    )


def notice_of_another_key(tender: SealedTender, _chance: random.Random) -> Spoilt:
    return tender.files(), Kept(key=platform_key().public_key), None


def notice_of_another_tender(tender: SealedTender, _chance: random.Random) -> Spoilt:
    other = SealedTender(platform=tender.platform)
    return replace(tender.files(), notices=[*tender.files().notices, canonical(other.notice.document())]), Kept(), None


def closing_notice_missing(tender: SealedTender, _chance: random.Random) -> Spoilt:
    later = tender.make_notice(edition=2, deadline=DEADLINE + timedelta(days=1))
    return replace(tender.files(), notices=[canonical(later.document())]), Kept(), None


def closed_before_an_announced_deadline(tender: SealedTender, _chance: random.Random) -> Spoilt:
    later = tender.make_notice(edition=2, deadline=DEADLINE + timedelta(days=1))
    return replace(tender.files(), notices=[*tender.files().notices, canonical(later.document())]), Kept(), None


def layer_changed(tender: SealedTender, chance: random.Random) -> Spoilt:
    files, place = tender.files(), chance.randrange(2)
    data = files.contributions[place]
    at = data.index(b'"inside":"') + 10 + chance.randrange(60)
    bent = data[:at] + (b"0" if data[at : at + 1] != b"0" else b"1") + data[at + 1 :]
    return replace(files, contributions=put(files.contributions, place, bent)), Kept(), None


def layer_bent(tender: SealedTender, _chance: random.Random) -> Spoilt:
    files = tender.files()
    return replace(files, contributions=put(files.contributions, 0, b"{}")), Kept(), None


def signed_layer(tender: SealedTender, contribution: Contribution) -> Contribution:
    key = tender.officers[contribution.layer]
    return replace(contribution, signature=key.signing.sign(canonical(contribution.statement())))


def with_layer(tender: SealedTender, place: int, layer: Contribution) -> PublicFiles:
    files = tender.files()
    contributions = put(files.contributions, place, layer.to_bytes())
    record = tender.records[0].record
    digests = tuple(layer.digest() if number == place else digest for number, digest in enumerate(record.contributions))
    return replace(files, contributions=contributions, records=[rerecorded(tender, contributions=digests)])


def rerecorded(tender: SealedTender, **changes: object) -> bytes:
    record = replace(tender.records[0].record, **changes)  # type: ignore[arg-type]  # fields of changing types
    return SignedRecord(record, tender.platform.sign(record.statement()).signature).to_bytes()


def officer_makes_up_a_layer(tender: SealedTender, chance: random.Random) -> Spoilt:
    place, sequence = chance.randrange(2), some(chance)
    made = tender.contributions[place]
    forged = replace(made, results={**made.results, sequence: b"\1" * (80 if place == 0 else 32)})
    return with_layer(tender, place, signed_layer(tender, forged)), Kept(), sequence


def officer_opens_another_closing(tender: SealedTender, _chance: random.Random) -> Spoilt:
    forged = replace(tender.contributions[0], close=bytes(32))
    return with_layer(tender, 0, signed_layer(tender, forged)), Kept(), None


def recorded_bids(tender: SealedTender, sequence: int, bid: RecordedBid) -> Spoilt:
    bids = tuple(bid if one.sequence == sequence else one for one in tender.records[0].record.bids)
    return replace(tender.files(), records=[rerecorded(tender, bids=bids)]), Kept(), sequence


def price_changed_in_the_record(tender: SealedTender, chance: random.Random) -> Spoilt:
    sequence = some(chance)
    secret = tender.sealed[sequence].secrets[Part.WHOLE]
    lower = replace(secret, payload=secret.payload.replace(b'"amount":"', b'"amount":"0'))
    return recorded_bids(tender, sequence, RecordedBid(sequence, Outcome.OPENED, lower))


def opened_bid_called_failed(tender: SealedTender, chance: random.Random) -> Spoilt:
    sequence = some(chance)
    fault = OpeningFault(Stage.COMMITMENT, Culprit.BIDDER)
    return recorded_bids(tender, sequence, recorded(sequence, fault))


def opened_bid_called_sealed(tender: SealedTender, chance: random.Random) -> Spoilt:
    sequence = some(chance)
    return recorded_bids(tender, sequence, recorded(sequence, None))


def bid_left_out_of_the_record(tender: SealedTender, chance: random.Random) -> Spoilt:
    sequence = some(chance)
    bids = tuple(one for one in tender.records[0].record.bids if one.sequence != sequence)
    return replace(tender.files(), records=[rerecorded(tender, bids=bids)]), Kept(), None


def opened_without_layers(tender: SealedTender, _chance: random.Random) -> Spoilt:
    return replace(tender.files(), contributions=[], records=[rerecorded(tender, contributions=())]), Kept(), 2


def layer_left_out(tender: SealedTender, _chance: random.Random) -> Spoilt:
    return replace(tender.files(), contributions=tender.files().contributions[:1]), Kept(), None


def record_signed_by_another(tender: SealedTender, _chance: random.Random) -> Spoilt:
    record = tender.records[0].record
    signed = SignedRecord(record, platform_key().sign(record.statement()).signature)
    return replace(tender.files(), records=[signed.to_bytes()]), Kept(), None


def record_of_another_closing(tender: SealedTender, _chance: random.Random) -> Spoilt:
    return replace(tender.files(), records=[rerecorded(tender, close=bytes(32))]), Kept(), None


def record_before_the_close(tender: SealedTender, _chance: random.Random) -> Spoilt:
    return replace(tender.files(), records=[rerecorded(tender, opened_at=BEFORE)]), Kept(), None


def record_bent(tender: SealedTender, _chance: random.Random) -> Spoilt:
    return replace(tender.files(), records=[b"{}"]), Kept(), None


def receipt_forged(tender: SealedTender, chance: random.Random) -> Spoilt:
    sequence = some(chance)
    forged = replace(tender.receipts[sequence - 1], signature=bytes(64))
    return (
        replace(tender.files(), journal=put(tender.files().journal, sequence - 1, forged.to_bytes())),
        Kept(),
        sequence,
    )


def receipt_of_another_platform(tender: SealedTender, _chance: random.Random) -> Spoilt:
    return tender.files(), Kept(receipts=[replace(tender.receipts[1], signature=bytes(64)).to_bytes()]), 2


def receipt_of_another_tender(tender: SealedTender, _chance: random.Random) -> Spoilt:
    strange = resigned(tender, tender.receipts[1], ids=replace(tender.receipts[1].receipt.ids, tender=tender.lot))
    return replace(tender.files(), journal=put(tender.files().journal, 1, strange.to_bytes())), Kept(), 2


CLASSES: dict[Callable[[SealedTender, random.Random], Spoilt], tuple[Fault, Culprit]] = {
    receipt_changed: (Fault.ALTERED, SERVER),
    receipt_backdated_and_signed: (Fault.CONTRADICTED, SERVER),
    receipt_forged: (Fault.SIGNATURE, SERVER),
    receipt_of_another_platform: (Fault.SIGNATURE, SERVER),
    receipt_of_another_tender: (Fault.ALTERED, SERVER),
    bid_dropped_and_the_rest_renumbered: (Fault.CONTRADICTED, SERVER),
    line_dropped: (Fault.MISSING, SERVER),
    bid_added_after_the_close: (Fault.MISSING, SERVER),
    late_bid_taken: (Fault.MISSING, SERVER),
    version_taken_twice: (Fault.MISSING, SERVER),
    close_record_signed_by_another: (Fault.SIGNATURE, SERVER),
    close_record_rewritten: (Fault.CONTRADICTED, SERVER),
    close_record_bent: (Fault.ALTERED, SERVER),
    envelope_changed: (Fault.ALTERED, SERVER),
    envelope_exchanged: (Fault.ALTERED, SERVER),
    wrap_moved_and_signed_by_another: (Fault.ALTERED, SERVER),
    envelope_missing: (Fault.MISSING, SERVER),
    withdrawal_made_up: (Fault.SIGNATURE, SERVER),
    withdrawal_missing: (Fault.MISSING, SERVER),
    ciphertext_changed: (Fault.ALTERED, SERVER),
    officer_exchanged: (Fault.CONTRADICTED, SERVER),
    notice_rewritten: (Fault.CONTRADICTED, SERVER),
    notice_bent: (Fault.SIGNATURE, SERVER),
    notice_of_another_key: (Fault.SIGNATURE, SERVER),
    notice_of_another_tender: (Fault.ALTERED, SERVER),
    closing_notice_missing: (Fault.MISSING, SERVER),
    closed_before_an_announced_deadline: (Fault.CONTRADICTED, SERVER),
    layer_changed: (Fault.SIGNATURE, SERVER),
    layer_bent: (Fault.ALTERED, SERVER),
    officer_makes_up_a_layer: (Fault.OPENING, OFFICER),
    officer_opens_another_closing: (Fault.OPENING, OFFICER),
    price_changed_in_the_record: (Fault.OPENING, SERVER),
    opened_bid_called_failed: (Fault.OPENING, SERVER),
    opened_bid_called_sealed: (Fault.OPENING, SERVER),
    bid_left_out_of_the_record: (Fault.MISSING, SERVER),
    opened_without_layers: (Fault.OPENING, SERVER),
    layer_left_out: (Fault.MISSING, SERVER),
    record_signed_by_another: (Fault.SIGNATURE, SERVER),
    record_of_another_closing: (Fault.OPENING, SERVER),
    record_before_the_close: (Fault.OPENING, SERVER),
    record_bent: (Fault.ALTERED, SERVER),
}


@pytest.mark.parametrize("spoil", CLASSES, ids=lambda spoil: spoil.__name__)
def test_every_tamper_class_is_found_and_its_culprit_named(
    tender: SealedTender, spoil: Callable[[SealedTender, random.Random], Spoilt]
) -> None:
    fault, culprit = CLASSES[spoil]
    for seed in range(3):
        files, kept, sequence = spoil(tender, random.Random(seed))
        report = verify_files(files, kept)
        found = [finding for finding in report.findings if finding.fault is fault and finding.culprit is culprit]
        assert found, report.findings
        assert sequence is None or sequence in {finding.sequence for finding in found}, report.findings
        assert report.exit_code == min(finding.fault for finding in report.findings)
        assert all(finding.text().endswith("]") for finding in report.findings)
        if culprit is OFFICER:
            assert found[0].officer in {card.fingerprint for card in tender.terms.officers[:2]}
