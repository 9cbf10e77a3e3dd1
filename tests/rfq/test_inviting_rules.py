"""What a request opens to whom: documents behind an agreement, suppliers invited by mail."""

from hashlib import sha256

import pytest

from b2b_market.kernel.refusal import Invalid
from b2b_market.rfq.rules import attaching, guests


class TestAgreements:
    TEXT = "Keep the drawings to yourself."

    def test_an_acceptance_names_the_text_that_was_read(self) -> None:
        digest = sha256(self.TEXT.encode()).digest()
        assert attaching.nda_hash(self.TEXT) == digest
        assert attaching.require_same_text(self.TEXT, digest.hex()) == digest
        assert attaching.require_same_text(self.TEXT, digest.hex().upper()) == digest

    @pytest.mark.parametrize("read", ["", "00", sha256(b"Keep the drawings.").hexdigest()])
    def test_another_text_is_not_accepted(self, read: str) -> None:
        with pytest.raises(attaching.NdaChanged):
            attaching.require_same_text(self.TEXT, read)

    def test_any_text_that_python_holds_has_a_hash(self) -> None:
        assert attaching.nda_hash("\ud800") == sha256(b"\xed\xa0\x80").digest()

    def test_it_has_a_most(self) -> None:
        assert attaching.require_nda(f" {self.TEXT}\n") == self.TEXT
        assert len(attaching.require_nda("x" * 20_000)) == 20_000
        with pytest.raises(Invalid) as refused:
            attaching.require_nda("x" * 20_001)
        (error,) = refused.value.errors
        assert (error.pointer, error.code, error.facts) == ("/text", "too-long", {"most": "20000"})


class TestGuests:
    def test_a_request_invites_a_few_by_mail(self) -> None:
        guests.require_room(49)
        with pytest.raises(guests.TooManyGuests) as refused:
            guests.require_room(50)
        assert refused.value.facts == {"most": 50}

    def test_winners_that_may_not_trade_yet_are_named(self) -> None:
        guests.require_approved([])
        with pytest.raises(guests.WinnerNotApproved) as refused:
            guests.require_approved(["Lin Bearings", "Wu Valves"])
        assert refused.value.facts == {"names": "Lin Bearings, Wu Valves"}
