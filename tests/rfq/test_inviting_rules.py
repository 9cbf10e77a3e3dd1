"""What a request opens to whom: documents behind an agreement, suppliers invited by mail."""

from hashlib import sha256
from uuid import UUID

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


class TestPlaces:
    """Documents hang on lines; an edited draft has new ones."""

    BOLT, NUT = ("Bolt", "B-1", "8.8"), ("Nut", "", "")
    OLD = {UUID(int=1): BOLT, UUID(int=2): NUT}  # noqa: RUF012 - read only

    def test_a_line_is_found_by_all_that_it_says_before_a_line_that_says_something_else(self) -> None:
        galvanised = ("Bolt", "B-1", "galvanised")
        new = [(UUID(int=11), galvanised), (UUID(int=12), self.BOLT)]
        assert attaching.new_places(self.OLD, new) == {UUID(int=1): UUID(int=12), UUID(int=2): None}
        assert attaching.new_places(self.OLD, new[:1]) == {UUID(int=1): UUID(int=11), UUID(int=2): None}

    def test_each_new_line_takes_the_place_of_one_old_line(self) -> None:
        twins = {UUID(int=1): self.NUT, UUID(int=2): self.NUT}
        assert attaching.new_places(twins, [(UUID(int=11), self.NUT)]) == {UUID(int=1): UUID(int=11), UUID(int=2): None}
        assert attaching.new_places({}, [(UUID(int=11), self.NUT)]) == {}


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
