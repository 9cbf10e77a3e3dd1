"""The conduct of a tender in plain values: what its notice announces, when questions are asked, when bids are taken."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest

from b2b_market.infra.canonical import canonical
from b2b_market.kernel.refusal import Invalid, Kind
from b2b_market.tendering.rules import asking, bidding
from b2b_market.tendering.rules.announcing import Announced, announce
from b2b_market.tendering.rules.sealed_terms import Part, read_notice
from b2b_market.tendering.states.tenders import LotStatus, TenderStatus
from tests.tendering.sealed_tenders import officer_key, platform_key

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
INSTANT = timedelta(microseconds=1)
TENDER, LOT, OTHER_LOT = (UUID(int=number) for number in range(1, 4))
BUYER, BIDDER, KEEPER = (UUID(int=number) for number in range(11, 14))
CARDS = [officer_key(number).card(name) for number, name in enumerate(("Ann", "Ben", "Cho"), start=1)]
DOCUMENTS = [card.document() for card in CARDS]


def announced(
    cards: Sequence[Mapping[str, Any]] = DOCUMENTS, threshold: int = 2, lots: Sequence[UUID] = (OTHER_LOT, LOT)
) -> Announced:
    return Announced(
        tender_id=TENDER,
        edition=2,
        deadline=NOON,
        lots=lots,
        cards=cards,
        threshold=threshold,
        parts=(Part.WHOLE,),
        reveal_hours=24,
        content={"title": "Steel", "edition": 1, "closes_at": None},
    )


class TestAnnouncing:
    def test_the_document_says_the_edition_and_the_deadline_in_force(self) -> None:
        document, _ = announce(announced(), platform_key())
        assert document == {"title": "Steel", "edition": 2, "closes_at": "2026-11-22T12:00:00.000000Z"}

    def test_the_notice_names_all_that_it_was_made_of(self) -> None:
        key = platform_key()
        document, signed = announce(announced(), key)
        notice = signed.notice
        assert (notice.edition, notice.deadline, notice.reveal_hours) == (2, NOON, 24)
        assert notice.lots == (OTHER_LOT, LOT)
        assert (notice.terms.tender, notice.terms.threshold) == (TENDER, 2)
        assert notice.terms.officers == tuple(CARDS)
        assert notice.document == hashlib.sha256(canonical(document)).digest()
        assert (notice.receipts_key, signed.key_id) == (key.public_key, key.key_id)

    def test_everybody_can_check_the_signature(self) -> None:
        _, signed = announce(announced(), platform_key())
        assert read_notice(signed.document()) == signed
        with pytest.raises(ValueError, match="not signed"):
            read_notice({**signed.document(), "signature": bytes(64).hex()})

    def test_another_document_has_another_hash(self) -> None:
        key = platform_key()
        _, first = announce(announced(), key)
        _, same = announce(announced(), key)
        _, other = announce(replace(announced(), deadline=NOON + INSTANT), key)
        assert (first == same, first.notice.document == other.notice.document) == (True, False)

    def test_a_card_that_its_holder_did_not_sign_is_not_announced(self) -> None:
        with pytest.raises(ValueError, match="not signed"):
            announce(announced([*DOCUMENTS[:2], {**DOCUMENTS[2], "name": "Eve"}]), platform_key())

    @pytest.mark.parametrize("threshold", [1, 4])
    def test_two_officers_open_together_and_no_more_than_there_are(self, threshold: int) -> None:
        announce(announced(threshold=3), platform_key())
        with pytest.raises(ValueError, match=f"{threshold} of 3 officers cannot seal"):
            announce(announced(threshold=threshold), platform_key())

    @pytest.mark.parametrize("lots", [(), (LOT, LOT)])
    def test_a_notice_names_its_lots_each_once(self, lots: tuple[UUID, ...]) -> None:
        with pytest.raises(ValueError, match="each once"):
            announce(announced(lots=lots), platform_key())


class TestAsking:
    def test_questions_are_taken_until_their_time_ends(self) -> None:
        asking.require_asking(TenderStatus.ENQUIRIES, NOON, NOON - INSTANT)
        with pytest.raises(asking.TenderEnquiryEnded) as refused:
            asking.require_asking(TenderStatus.ENQUIRIES, NOON, NOON)
        assert (refused.value.code, refused.value.facts) == (
            "tender-enquiry-ended",
            {"ends_at": "2026-11-22T12:00:00+00:00"},
        )

    def test_without_a_time_for_questions_none_are_taken(self) -> None:
        with pytest.raises(asking.TenderEnquiryEnded) as refused:
            asking.require_asking(TenderStatus.ENQUIRIES, None, NOON)
        assert refused.value.facts == {"ends_at": "-"}

    @pytest.mark.parametrize("status", sorted(set(TenderStatus) - {TenderStatus.ENQUIRIES}))
    def test_questions_are_asked_and_answered_before_bidding_only(self, status: TenderStatus) -> None:
        with pytest.raises(asking.TenderEnquiryEnded):
            asking.require_asking(status, NOON, NOON - INSTANT)
        asking.require_answering(TenderStatus.ENQUIRIES)
        with pytest.raises(asking.NothingToAnswerNow) as refused:
            asking.require_answering(status)
        assert (refused.value.code, refused.value.facts) == ("tender-answer-too-late", {"status": status.value})

    def test_what_is_said_has_one_to_four_thousand_characters_without_outer_blanks(self) -> None:
        assert asking.require_said("\n ? ") == "?"
        assert asking.require_said(f" {'x' * 4000} ") == "x" * 4000
        for beyond in ("", " \t\n", "x" * 4001):
            with pytest.raises(Invalid) as refused:
                asking.require_said(beyond)
            assert [(error.pointer, error.code) for error in refused.value.errors] == [("/text", "length")]

    def test_a_company_asks_fifty_questions(self) -> None:
        asking.require_few(49)
        with pytest.raises(asking.TooManyEnquiries) as refused:
            asking.require_few(50)
        assert (refused.value.code, refused.value.facts) == ("tender-too-many-enquiries", {"most": 50})


ENDED = (TenderStatus.TENDERING, TenderStatus.CLOSED, TenderStatus.OPENED, TenderStatus.EVALUATING)
"""Where a bid at or after the deadline is late, rather than out of place."""


class TestTakingBids:
    def test_a_bid_comes_before_the_deadline(self) -> None:
        bidding.require_taking(TenderStatus.TENDERING, LotStatus.ACTIVE, NOON, NOON - INSTANT)

    @pytest.mark.parametrize("status", ENDED)
    @pytest.mark.parametrize("lot", list(LotStatus))
    def test_from_the_deadline_on_it_is_late_and_the_attempt_is_logged(
        self, status: TenderStatus, lot: LotStatus
    ) -> None:
        with pytest.raises(bidding.BidTooLate) as refused:
            bidding.require_taking(status, lot, NOON, NOON)
        assert (refused.value.code, refused.value.audited) == ("tender-bid-too-late", True)
        assert refused.value.facts == {
            "closes_at": "2026-11-22T12:00:00+00:00",
            "received_at": "2026-11-22T12:00:00+00:00",
        }

    def test_one_moment_is_the_same_in_every_zone(self) -> None:
        abroad = NOON.astimezone(timezone(timedelta(hours=8)))
        bidding.require_taking(TenderStatus.TENDERING, LotStatus.ACTIVE, NOON, abroad - INSTANT)
        with pytest.raises(bidding.BidTooLate):
            bidding.require_taking(TenderStatus.TENDERING, LotStatus.ACTIVE, NOON, abroad)

    @pytest.mark.parametrize("status", sorted(set(TenderStatus) - {TenderStatus.TENDERING}))
    def test_before_the_deadline_only_a_tender_that_is_tendering_takes_bids(self, status: TenderStatus) -> None:
        with pytest.raises(bidding.NotOpenForBids) as refused:
            bidding.require_taking(status, LotStatus.ACTIVE, NOON, NOON - INSTANT)
        assert (refused.value.code, refused.value.facts) == ("tender-not-open-for-bids", {"status": status.value})

    @pytest.mark.parametrize("status", sorted(set(TenderStatus) - set(ENDED)))
    def test_nothing_is_late_where_bids_were_never_due_or_all_is_decided(self, status: TenderStatus) -> None:
        with pytest.raises(bidding.NotOpenForBids):
            bidding.require_taking(status, LotStatus.ACTIVE, NOON, NOON)

    @pytest.mark.parametrize("lot", sorted(set(LotStatus) - {LotStatus.ACTIVE}))
    def test_a_lot_that_is_given_up_takes_none(self, lot: LotStatus) -> None:
        with pytest.raises(bidding.NotOpenForBids):
            bidding.require_taking(TenderStatus.TENDERING, lot, NOON, NOON - INSTANT)

    def test_without_a_deadline_none_are_taken(self) -> None:
        with pytest.raises(bidding.NotOpenForBids) as refused:
            bidding.require_taking(TenderStatus.TENDERING, LotStatus.ACTIVE, None, NOON)
        assert refused.value.facts == {"status": "tendering"}


class TestWhoBids:
    def test_neither_the_buyer_nor_a_company_that_holds_a_key(self) -> None:
        bidding.require_fit(BIDDER, BUYER, frozenset({KEEPER}))
        for bidder, rule in ((BUYER, "S8"), (KEEPER, "S12")):
            with pytest.raises(bidding.BidderUnfit) as refused:
                bidding.require_fit(bidder, BUYER, frozenset({KEEPER}))
            assert (refused.value.code, refused.value.facts) == ("tender-bidder-unfit", {"rule": rule})
            assert (refused.value.kind, refused.value.audited) == (Kind.FORBIDDEN, True)

    def test_a_buyer_who_holds_a_key_is_refused_as_the_buyer(self) -> None:
        with pytest.raises(bidding.BidderUnfit) as refused:
            bidding.require_fit(BUYER, BUYER, frozenset({BUYER}))
        assert refused.value.facts == {"rule": "S8"}


class TestVersions:
    @pytest.mark.parametrize("last", [0, 7])
    def test_each_document_of_a_bid_is_the_next(self, last: int) -> None:
        bidding.require_next(last + 1, last)
        for given in (last, last + 2):
            with pytest.raises(bidding.BidVersionTaken) as refused:
                bidding.require_next(given, last)
            assert (refused.value.code, refused.value.facts) == (
                "tender-bid-version",
                {"expected": last + 1, "given": given},
            )
