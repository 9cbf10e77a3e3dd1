"""The opening: who can, who cannot, and whose doing it is where something does not open."""

import os
import random
import secrets
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Final

import pytest

from b2b_market.infra.canonical import canonical
from b2b_market.tendering.rules.sealed_envelope import SignedEnvelope
from b2b_market.tendering.rules.sealed_faults import Culprit, OpeningFault, Stage
from b2b_market.tendering.rules.sealed_journal import SignedClose
from b2b_market.tendering.rules.sealed_keys import OfficerKey, hpke
from b2b_market.tendering.rules.sealed_layers import (
    ContributionUnacceptable,
    accept_contribution,
    contribute,
    read_contribution,
)
from b2b_market.tendering.rules.sealed_payload import BidFile, Box, frame, join_files
from b2b_market.tendering.rules.sealed_reading import (
    OpenedPart,
    Reveal,
    RevealClosed,
    RevealUnacceptable,
    RevealWindow,
    accept_reveal,
    open_part,
    pack_reveal,
    stored_envelope,
)
from b2b_market.tendering.rules.sealed_sealing import SealedBid, Secret
from b2b_market.tendering.rules.sealed_terms import Part
from b2b_market.tendering.rules.sealed_work import (
    BidsStillSealed,
    Work,
    WorkBid,
    WorkUnacceptable,
    check_turn,
    closing_notice,
    first_work,
    next_work,
    read_work,
    require_releasable,
)
from b2b_market.tendering.rules.sealed_wraps import Bound, Wrap, layer_hash
from tests.tendering.dishonest_bids import resealed, sealed_with
from tests.tendering.sealed_tenders import (
    AFTER,
    DEADLINE,
    TWO_ENVELOPES,
    SealedTender,
    officer_key,
    platform_key,
)

ATTEMPTS: Final = 200


@pytest.fixture
def tender() -> SealedTender:
    tender = SealedTender()
    for number in range(3):
        tender.bid(f"{number + 1}.00", files=[BidFile("offer.pdf", b"offer %d" % number)])
    return tender


def info_of(sealed: SealedBid, tender: SealedTender, layer: int, subset: tuple[int, ...] = (0, 1)) -> bytes:
    return sealed.envelope.bound(tender.terms, Part.WHOLE).layer(subset, layer)


def opens(key: OfficerKey, data: bytes, info: bytes) -> bool:
    try:
        key.open(data, info)
    except ValueError:
        return False
    return True


@pytest.fixture(scope="module")
def sealed() -> tuple[SealedTender, list[SealedBid]]:
    tender = SealedTender()
    return tender, [tender.bid(f"{number}.00") for number in range(20)]


class TestAttempts:
    """Two hundred of each; the same numbers as in the sketch of the design."""

    def each(self, sealed: list[SealedBid]) -> Iterator[tuple[SealedBid, SealedBid]]:
        chance = random.Random(4)
        for _ in range(ATTEMPTS):
            one, other = chance.sample(sealed, 2)
            yield one, other

    def test_one_officer_alone_never_reaches_a_data_key(self, sealed: tuple[SealedTender, list[SealedBid]]) -> None:
        tender, bids = sealed
        for number, (bid, _) in enumerate(self.each(bids)):
            part, key = bid.envelope.envelope.parts[0], tender.officers[number % 3]
            for wrap in part.wraps:
                for layer in (0, 1):
                    info = info_of(bid, tender, layer, wrap.subset)
                    inner = key.open(wrap.sealed, info) if opens(key, wrap.sealed, info) else b""
                    assert layer_hash(inner) != part.key_hash
                    assert len(inner) != 32
                    assert not any(opens(key, inner, info_of(bid, tender, again, wrap.subset)) for again in (0, 1))

    def test_swapped_keys_never_open(self, sealed: tuple[SealedTender, list[SealedBid]]) -> None:
        tender, bids = sealed
        for number, (bid, _) in enumerate(self.each(bids)):
            wrap = bid.envelope.envelope.parts[0].wraps[0]
            stranger = OfficerKey(secrets.token_bytes(32)) if number % 2 else tender.officers[1]
            assert not opens(stranger, wrap.sealed, info_of(bid, tender, 0))

    def test_a_moved_bid_never_opens(self, sealed: tuple[SealedTender, list[SealedBid]]) -> None:
        tender, bids = sealed
        key, second = tender.officers[0], tender.officers[1]
        for bid, other in self.each(bids):
            wrap = bid.envelope.envelope.parts[0].wraps[0]
            assert not opens(key, wrap.sealed, info_of(other, tender, 0))
            data_key = second.open(key.open(wrap.sealed, info_of(bid, tender, 0)), info_of(bid, tender, 1))
            moved = open_part(other.envelope, tender.terms, Part.WHOLE, data_key, bid.boxes)
            assert moved == OpeningFault(Stage.BOX, Culprit.SERVER)

    def test_a_foreign_ciphertext_never_opens(self, sealed: tuple[SealedTender, list[SealedBid]]) -> None:
        tender, bids = sealed
        key, second = tender.officers[0], tender.officers[1]
        for bid, other in self.each(bids):
            part = other.envelope.envelope.parts[0]
            foreign = replace(bid.envelope.envelope.parts[0], boxes=part.boxes)
            envelope = SignedEnvelope(replace(bid.envelope.envelope, parts=(foreign,)), b"")
            data_key = second.open(key.open(foreign.wraps[0].sealed, info_of(bid, tender, 0)), info_of(bid, tender, 1))
            found = open_part(envelope, tender.terms, Part.WHOLE, data_key, other.boxes)
            assert found == OpeningFault(Stage.DATA_KEY, Culprit.BIDDER)

    def test_a_swapped_commitment_never_opens(self, sealed: tuple[SealedTender, list[SealedBid]]) -> None:
        tender, bids = sealed
        for bid, other in self.each(bids):
            bound = Bound(
                tender.terms, bid.envelope.envelope.ids, Part.WHOLE, other.envelope.envelope.parts[0].commitment
            )
            wrap = bid.envelope.envelope.parts[0].wraps[0]
            assert not opens(tender.officers[0], wrap.sealed, bound.layer((0, 1), 0))

    def test_no_officer_works_before_the_time(self, sealed: tuple[SealedTender, list[SealedBid]]) -> None:
        tender, _ = sealed
        work, chance = tender.work(), random.Random(4)
        for _ in range(ATTEMPTS):
            early = DEADLINE - timedelta(microseconds=chance.randrange(1, 10**12))
            with pytest.raises(WorkUnacceptable) as refused:
                check_turn(work, work.officer, early)
            assert refused.value.facts["reason"] == "the deadline is not past"

    def test_the_same_key_twice_is_no_pair(self, sealed: tuple[SealedTender, list[SealedBid]]) -> None:
        tender, bids = sealed
        key = tender.officers[0]
        for bid, _ in self.each(bids):
            wrap = bid.envelope.envelope.parts[0].wraps[0]
            inner = key.open(wrap.sealed, info_of(bid, tender, 0))
            assert not opens(key, inner, info_of(bid, tender, 1))


class TestRelease:
    def test_nothing_leaves_before_the_close_and_no_price_before_the_scores(self) -> None:
        require_releasable(Part.TECHNICAL, closed=True, technical_locked=False)
        require_releasable(Part.PRICE, closed=True, technical_locked=True)
        require_releasable(Part.WHOLE, closed=True, technical_locked=False)
        for part, closed, locked in (
            (Part.TECHNICAL, False, True),
            (Part.PRICE, True, False),
            (Part.WHOLE, False, False),
        ):
            with pytest.raises(BidsStillSealed):
                require_releasable(part, closed=closed, technical_locked=locked)


class TestWork:
    def test_it_is_read_as_it_was_written(self, tender: SealedTender) -> None:
        work = tender.work()
        assert read_work(work.to_bytes()) == work
        assert len(work.digest()) == 32
        assert work.card == tender.terms.officers[0]
        assert len(work.held()) == 3

    def test_every_pair_opens(self) -> None:
        for places in ((0, 1), (0, 2), (1, 2)):
            tender = SealedTender()
            tender.bid("5.00")
            opened = tender.read(Part.WHOLE, 1, tender.remove_layers(places=places)[1])
            assert opened.secret is not None
            assert b'"5.00"' in opened.secret.payload

    def refusal(self, data: bytes) -> str:
        with pytest.raises(WorkUnacceptable) as refused:
            read_work(data)
        return str(refused.value.facts["reason"])

    def test_bids_that_are_not_those_of_the_closing_root_are_refused(self, tender: SealedTender) -> None:
        work = tender.work()
        assert "closing root" in self.refusal(replace(work, bids=work.bids[1:]).to_bytes())
        tender.bid("7.00")
        added = tender.receipts[-1]
        assert "closing root" in self.refusal(replace(work, bids=(*work.bids, WorkBid(added))).to_bytes())

    def test_an_exchanged_envelope_or_wrap_is_refused(self, tender: SealedTender) -> None:
        work = tender.work()
        one, two, three = work.bids
        exchanged = replace(one, envelope=two.envelope)
        assert "its receipt names" in self.refusal(replace(work, bids=(exchanged, two, three)).to_bytes())
        foreign = replace(one, held=two.held)
        assert "the bidder signed" in self.refusal(replace(work, bids=(foreign, two, three)).to_bytes())
        empty = replace(one, held=None)
        assert self.refusal(replace(work, bids=(empty, two, three)).to_bytes())

    def test_an_inner_layer_that_nobody_announced_is_refused(self, tender: SealedTender) -> None:
        made = contribute(tender.work(), tender.officers[0], AFTER)
        opened = {sequence: inside for sequence, inside in made.results.items() if inside is not None}
        second = next_work(tender.work(), opened)
        assert read_work(second.to_bytes()) == second
        changed = {**opened, 1: bytes(80)}
        assert "the bidder signed" in self.refusal(next_work(tender.work(), changed).to_bytes())

    def test_forged_signatures_are_refused(self, tender: SealedTender) -> None:
        work, other = tender.work(), platform_key()
        close = SignedClose(work.close.close, other.sign(work.close.close.statement()).signature)
        assert "close record is not signed" in self.refusal(replace(work, close=close).to_bytes())
        receipt = replace(work.bids[0].receipt, signature=bytes(64))
        bids = (replace(work.bids[0], receipt=receipt), *work.bids[1:])
        assert "receipt is not signed" in self.refusal(replace(work, bids=bids).to_bytes())
        strange = SealedTender()
        strange.bid()
        mixed = replace(work, notices=(*work.notices, strange.notice))
        assert "different tenders" in self.refusal(mixed.to_bytes())

    def test_a_group_or_part_that_the_terms_do_not_know_is_refused(self, tender: SealedTender) -> None:
        work = tender.work()
        assert "other officers" in self.refusal(replace(work, officers=tuple(reversed(work.officers))).to_bytes())
        assert "other officers" in self.refusal(replace(work, part=Part.PRICE).to_bytes())
        assert self.refusal(b"{}")
        strange = SealedTender(
            tender=tender.tender, platform=tender.platform, officers=[officer_key(7), officer_key(8)]
        )
        assert "no notice has" in self.refusal(replace(work, notices=(strange.notice,)).to_bytes())

    def test_it_is_one_officers_turn_under_the_trusted_key(self, tender: SealedTender) -> None:
        work = tender.work()
        check_turn(work, work.officer, DEADLINE, tender.notice.notice)
        with pytest.raises(WorkUnacceptable) as refused:
            check_turn(work, work.officers[1], AFTER)
        assert "turn of another officer" in str(refused.value.facts["reason"])
        later = tender.make_notice(deadline=AFTER, edition=2).notice
        cases = (
            (SealedTender().notice.notice, "another tender or key"),
            (tender.make_notice(edition=2).notice, "before the deadline of the notice that you kept"),
            (replace(later, edition=1), "before the deadline of the notice that you kept"),
        )
        for kept, said in cases:
            with pytest.raises(WorkUnacceptable) as refused:
                check_turn(work, work.officer, AFTER, kept)
            assert said in str(refused.value.facts["reason"])
        amended = replace(work, notices=(tender.make_notice(edition=2),))
        with pytest.raises(WorkUnacceptable) as refused:
            closing_notice(amended)
        assert "is missing" in str(refused.value.facts["reason"])
        unknown = replace(work, officers=("0" * 40, work.officers[1]))
        with pytest.raises(ValueError, match="names this officer"):
            _ = unknown.card

    def test_bids_under_other_terms_or_left_sealed_are_only_counted(self) -> None:
        tender = SealedTender(parts=TWO_ENVELOPES)
        for number in range(2):
            tender.bid(f"{number}.00")
        work = first_work([tender.notice], tender.close, Part.PRICE, tender.group(0, 1), tender.live(), left={1})
        assert [bid.held is not None for bid in read_work(work.to_bytes()).bids] == [False, True]
        nobody = first_work([tender.notice], tender.close, Part.WHOLE, tender.group(0, 1), tender.live())
        assert nobody.held() == []
        strangers = first_work([tender.notice], tender.close, Part.PRICE, tender.group(1, 0), tender.live())
        assert strangers.held() == []

    def test_a_replaced_officer_leaves_older_bids_to_an_older_pair(self) -> None:
        tender = SealedTender()
        tender.bid("1.00")
        old, old_notice = tender.terms, tender.notice
        del tender.terms, tender.notice
        tender.officers[2] = officer_key(9)
        new_notice = tender.make_notice(edition=2)
        tender.notice = new_notice
        tender.bid("2.00")
        assert tender.terms != old
        work = first_work([old_notice, new_notice], tender.close, Part.WHOLE, tender.group(0, 2), tender.live())
        assert [bid.held is not None for bid in read_work(work.to_bytes()).bids] == [False, True]
        both = first_work([old_notice, new_notice], tender.close, Part.WHOLE, tender.group(0, 1), tender.live())
        made = contribute(read_work(both.to_bytes()), tender.officers[0], AFTER)
        assert all(inside is not None for inside in made.results.values())
        assert closing_notice(both) == new_notice.notice


def outcome(tender: SealedTender, sequence: int = 1) -> OpeningFault | None:
    return tender.read(Part.WHOLE, sequence, tender.remove_layers()[sequence]).fault


class TestCulprits:
    def test_a_wrap_that_does_not_open_is_the_bidders(self) -> None:
        tender = SealedTender()
        bid = tender.bid()
        tender.receipts.clear()
        tender.received.clear()
        wraps = bid.envelope.envelope.parts[0].wraps
        spoilt = (replace(wraps[0], sealed=os.urandom(128)), *wraps[1:])
        tender.store(resealed(tender, bid, wraps=spoilt))
        officer = tender.terms.officers[0].fingerprint
        assert outcome(tender) == OpeningFault(Stage.REPORTED, Culprit.BIDDER, 1, officer)

    def test_another_inside_than_announced_is_the_bidders(self) -> None:
        tender = SealedTender()
        bid = tender.bid()
        tender.receipts.clear()
        tender.received.clear()
        tender.store(resealed(tender, bid, key_hash=bytes(32)))
        found = outcome(tender)
        assert found == OpeningFault(Stage.REPORTED, Culprit.BIDDER, 2, tender.terms.officers[1].fingerprint)
        assert found is not None
        assert "layer 2" in found.text()

    def test_what_an_officer_makes_up_is_the_officers(self, tender: SealedTender) -> None:
        work, key = tender.work(), tender.officers[0]
        made = contribute(work, key, AFTER)
        forged = replace(made, results={**made.results, 2: bytes(80)})
        signed = replace(forged, signature=key.signing.sign(canonical(forged.statement())))
        _, results = accept_contribution(signed.to_bytes(), work)
        assert results[2] == OpeningFault(Stage.CONTRIBUTED, Culprit.OFFICER, 1, work.officer)
        assert isinstance(results[1], bytes)

    @pytest.mark.parametrize(
        ("plain", "payload", "stage"),
        [
            (bytes(4096), b"x", Stage.PADDING),
            (frame(bytes(32), b'{"content":{},"files":[]}'), b"other", Stage.COMMITMENT),
            (frame(bytes(32), b"no json"), b"no json", Stage.PAYLOAD),
        ],
    )
    def test_what_only_the_opening_shows_is_the_bidders(self, plain: bytes, payload: bytes, stage: Stage) -> None:
        tender = SealedTender()
        plain = plain if stage is not Stage.PADDING else plain[:-1] + b"\1"
        sealed_with(tender, plain, payload=payload)
        assert outcome(tender) == OpeningFault(stage, Culprit.BIDDER)

    def test_other_files_than_listed_are_the_bidders(self) -> None:
        tender = SealedTender()
        payload = b'{"content":{},"files":[]}'
        sealed_with(tender, frame(bytes(32), payload), join_files([BidFile("a", b"hidden")]), payload)
        assert outcome(tender) == OpeningFault(Stage.FILES, Culprit.BIDDER)

    def test_a_stored_ciphertext_that_changed_is_the_servers(self, tender: SealedTender) -> None:
        key = tender.remove_layers()[1]
        sealed = tender.sealed[1]
        assert isinstance(key, bytes)
        for box in Box:
            changed = {**sealed.boxes, (Part.WHOLE, box): bytes(4112)}
            found = open_part(sealed.envelope, tender.terms, Part.WHOLE, key, changed)
            assert found == OpeningFault(Stage.BOX, Culprit.SERVER)
        assert open_part(sealed.envelope, tender.terms, Part.WHOLE, key, {}) == OpeningFault(Stage.BOX, Culprit.SERVER)
        alone = {(Part.WHOLE, Box.PAYLOAD): sealed.boxes[Part.WHOLE, Box.PAYLOAD]}
        read = open_part(sealed.envelope, tender.terms, Part.WHOLE, key, alone)
        assert isinstance(read, OpenedPart)
        assert read.files is None
        whole = open_part(sealed.envelope, tender.terms, Part.WHOLE, key, sealed.boxes)
        assert isinstance(whole, OpenedPart)
        assert whole.files == (BidFile("offer.pdf", b"offer 0"),)

    def test_a_stored_envelope_that_changed_is_the_servers(self, tender: SealedTender) -> None:
        one, two = tender.sealed[1].envelope, tender.sealed[2].envelope
        receipt, lost = tender.receipts[0].receipt, OpeningFault(Stage.ENVELOPE, Culprit.SERVER)
        assert stored_envelope(one.to_bytes(), tender.terms, receipt) == one
        assert stored_envelope(two.to_bytes(), tender.terms, receipt) == lost
        assert stored_envelope(one.to_bytes()[:-1], tender.terms, receipt) == lost

    def test_the_others_are_opened_without_an_envelope_that_is_lost(self, tender: SealedTender) -> None:
        sound = tender.work()
        bids = [(bid.receipt, bid.envelope) for bid in sound.bids]
        without = first_work(sound.notices, sound.close, sound.part, sound.officers, [(bids[0][0], None), *bids[1:]])
        assert (without.bids[0].envelope, without.bids[0].held) == (None, None)
        assert without.bids[1:] == sound.bids[1:]
        assert read_work(without.to_bytes()) == without


class TestContribution:
    def refusal(self, data: bytes, work: Work) -> str:
        with pytest.raises(ContributionUnacceptable) as refused:
            accept_contribution(data, work)
        return str(refused.value.facts["reason"])

    def test_it_is_read_as_it_was_written(self, tender: SealedTender) -> None:
        made = contribute(tender.work(), tender.officers[0], AFTER)
        assert read_contribution(made.to_bytes()) == made
        assert len(made.digest()) == 32

    def test_it_must_be_signed_by_the_officer_whose_turn_it_is(self, tender: SealedTender) -> None:
        work = tender.work()
        made = contribute(work, tender.officers[0], AFTER)
        assert "not signed" in self.refusal(replace(made, signature=bytes(64)).to_bytes(), work)
        assert "not signed" in self.refusal(made.to_bytes(), tender.work(places=(1, 2)))

    def test_it_must_belong_to_this_layer_and_closing(self, tender: SealedTender) -> None:
        work, key = tender.work(), tender.officers[0]
        made = contribute(work, key, AFTER)

        def signed(**changes: object) -> bytes:
            other = replace(made, **changes)  # type: ignore[arg-type]  # fields of changing types
            return replace(other, signature=key.signing.sign(canonical(other.statement()))).to_bytes()

        assert "another layer" in self.refusal(signed(close=bytes(32)), work)
        assert "another layer" in self.refusal(signed(part=Part.PRICE), work)
        assert "every bid" in self.refusal(signed(results={1: made.results[1]}), work)
        assert "another layer" in self.refusal(made.to_bytes(), tender.work(places=(0, 2)))
        assert self.refusal(b"{}", work)

    def test_results_stand_in_order(self, tender: SealedTender) -> None:
        made = contribute(tender.work(), tender.officers[0], AFTER)
        statement = made.statement()
        results = statement["results"]
        assert isinstance(results, list)
        statement["results"] = results[::-1]
        with pytest.raises(ValueError, match="in order"):
            read_contribution(canonical({"contribution": statement, "signature": "00" * 64}))

    def test_a_bid_of_another_group_is_a_programming_error(self, tender: SealedTender) -> None:
        work = tender.work()
        wrong = replace(work, bids=(WorkBid(work.bids[0].receipt, None, b"x"), *work.bids[1:]))
        with pytest.raises(ValueError, match="not opened by this group"):
            contribute(wrong, tender.officers[0], AFTER)


class TestReveal:
    FILES = (BidFile("offer.pdf", b"offer"),)

    def revealed(self, tender: SealedTender, secret: Secret | None = None) -> tuple[SealedBid, Reveal]:
        sealed = tender.bid("4.00", files=self.FILES)
        kept = sealed.secrets[Part.WHOLE]
        return sealed, Reveal(sealed.envelope.envelope.ids, Part.WHOLE, secret or kept)

    def refusal(self, data: bytes, envelope: SignedEnvelope) -> str:
        with pytest.raises(RevealUnacceptable) as refused:
            accept_reveal(data, envelope)
        return str(refused.value.facts["reason"])

    def test_what_hashes_to_the_commitment_is_accepted_with_its_files(self) -> None:
        sealed, reveal = self.revealed(SealedTender())
        found = accept_reveal(pack_reveal(reveal, self.FILES), sealed.envelope)
        assert found.files == self.FILES
        assert found.payload.content["note"] == "含税, Ω"

    def test_anything_else_is_refused(self) -> None:
        tender = SealedTender()
        sealed, reveal = self.revealed(tender)
        other = replace(reveal, secret=Secret(reveal.secret.r, reveal.secret.payload.replace(b"4.00", b"3.99")))
        assert "commitment" in self.refusal(pack_reveal(other, self.FILES), sealed.envelope)
        fresh = replace(reveal, secret=Secret(bytes(32), reveal.secret.payload))
        assert "commitment" in self.refusal(pack_reveal(fresh, self.FILES), sealed.envelope)
        assert "another bid" in self.refusal(pack_reveal(reveal, self.FILES), tender.bid().envelope)
        assert "not the one" in self.refusal(pack_reveal(reveal, ()), sealed.envelope)
        assert "follows" in self.refusal(pack_reveal(reveal, (*self.FILES, BidFile("b", b"b"))), sealed.envelope)
        assert self.refusal(pack_reveal(replace(reveal, part=Part.PRICE), self.FILES), sealed.envelope)
        assert self.refusal(b"{}", sealed.envelope)

    def test_the_length_is_that_of_the_stored_ciphertext(self) -> None:
        tender = SealedTender()
        sealed, reveal = self.revealed(tender)
        part = sealed.envelope.envelope.parts[0]
        longer = {**part.boxes, Box.PAYLOAD: replace(part.boxes[Box.PAYLOAD], size=8192 + 16)}
        envelope = resealed(tender, sealed, boxes=longer).envelope
        assert "length" in self.refusal(pack_reveal(reveal, self.FILES), envelope)

    def test_the_window_is_half_open_and_shows_nothing_before_its_end(self) -> None:
        window = RevealWindow(DEADLINE, timedelta(hours=24))
        end = DEADLINE + timedelta(hours=24)
        window.require_open(DEADLINE)
        window.require_open(end - timedelta(microseconds=1))
        for moment in (DEADLINE - timedelta(microseconds=1), end):
            with pytest.raises(RevealClosed):
                window.require_open(moment)
        with pytest.raises(BidsStillSealed):
            window.require_over(end - timedelta(microseconds=1))
        window.require_over(end)


def test_wraps_of_one_layer_less_are_one_opening_shorter() -> None:
    tender = SealedTender([officer_key(number) for number in range(1, 5)], 4)
    wrap: Wrap = tender.bid().envelope.envelope.parts[0].wraps[0]
    assert len(wrap.sealed) == 32 + 4 * 48
    assert len(wrap.layers) == 3
    tender.open(Part.WHOLE, range(4))
    assert tender.records[0].record.bids[0].fault is None


def test_the_suite_is_the_one_of_rfc_9180() -> None:
    key = officer_key(1)
    sealed = hpke().encrypt(b"", key.opening.public_key(), b"")
    assert len(sealed) == 48
