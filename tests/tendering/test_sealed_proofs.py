"""How each bid stood at the close, proved offline to its bidder: live, void and why, withdrawn; and every lie."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from b2b_market.entrypoints.cli import app
from b2b_market.infra.canonical import canonical
from b2b_market.infra.ids import new_id
from b2b_market.tendering.rules.sealed_findings import Fault
from b2b_market.tendering.rules.sealed_forms import read_document
from b2b_market.tendering.rules.sealed_journal import Receipt, SignedClose, Standing, TreeHead, standing
from b2b_market.tendering.rules.sealed_proofs import StandingProof, Stands, contradiction, prove, read_proof, told
from tests.tendering.sealed_tenders import SealedTender, amended_tender

STOOD: Mapping[int, Stands] = {1: Stands.LIVE, 3: Stands.VOID, 6: Stands.LIVE, 7: Stands.WITHDRAWN}
"""Of the seven entries of an amended tender; 2 was replaced, 4 withdrawn by 7, 5 confirms 1."""


@pytest.fixture(scope="module")
def tender() -> SealedTender:
    return amended_tender()


def receipts_of(tender: SealedTender) -> list[Receipt]:
    return [one.receipt for one in tender.receipts]


def proofs_of(tender: SealedTender) -> Mapping[int, StandingProof]:
    return prove(standing(receipts_of(tender), tender.notice.notice.binding), STOOD)


class TestProofs:
    def test_each_bid_is_shown_as_it_stood_and_no_other(self, tender: SealedTender) -> None:
        receipts, close = receipts_of(tender), tender.close.close
        for sequence, proof in proofs_of(tender).items():
            assert read_proof(read_document(canonical(proof.document()))) == proof
            assert proof.stands is STOOD[sequence]
            assert [one.sequence for one in receipts if proof.shows(one, close)] == [sequence]
            for other in set(Stands) - {proof.stands}:
                assert not replace(proof, stands=other).shows(receipts[sequence - 1], close)

    def test_nothing_shows_what_does_not_stand(self, tender: SealedTender) -> None:
        with pytest.raises(KeyError):
            prove(standing(receipts_of(tender), 2), [2])

    def test_a_record_of_before_bids_could_be_void_shows_no_void_one(self, tender: SealedTender) -> None:
        older = replace(tender.close.close, void=None, withdrawn=None)
        shown = {
            number: proof.shows(receipts_of(tender)[number - 1], older) for number, proof in proofs_of(tender).items()
        }
        assert shown == {1: True, 3: False, 6: True, 7: False}

    @pytest.mark.parametrize(
        "given",
        [
            {"index": 0, "path": [], "stands": "live"},
            {"index": 0, "path": [], "stands": "late"},
            {"index": 0, "path": [], "why": "void"},
            {"index": 0, "path": ["zz"]},
            {"index": -1, "path": []},
            {"index": 0, "path": ["00" * 32] * 65},
            [],
        ],
    )
    def test_another_form_is_refused(self, given: object) -> None:
        with pytest.raises(ValueError, match=r"\w"):
            read_proof(given)


class TestReasons:
    """What a bidder's own signed files say against the standing that was recorded."""

    def test_an_honest_record_is_not_contradicted_and_says_why(self, tender: SealedTender) -> None:
        notice, close = tender.notice.notice, tender.close.close
        said = {}
        for sequence, stands in STOOD.items():
            receipt = receipts_of(tender)[sequence - 1]
            assert contradiction(stands, receipt, notice, close) is None
            said[sequence] = told(stands, receipt, notice)
        assert said[1] == said[6] == "It counted when bidding closed."
        assert "for edition 1 of the notice, bids counted from edition 2 on" in said[3]
        assert said[7] == "It stood as withdrawn when bidding closed."

    @pytest.mark.parametrize(("sequence", "stands"), [(3, Stands.WITHDRAWN), (7, Stands.LIVE), (7, Stands.VOID)])
    def test_what_was_received_must_be_of_the_kind(self, tender: SealedTender, sequence: int, stands: Stands) -> None:
        receipt = receipts_of(tender)[sequence - 1]
        found = contradiction(stands, receipt, tender.notice.notice, tender.close.close)
        assert found == f"it was recorded as {stands}, but its receipt is for the {receipt.entry}"

    def test_a_bid_for_the_edition_that_binds_cannot_be_void(self, tender: SealedTender) -> None:
        found = contradiction(Stands.VOID, receipts_of(tender)[5], tender.notice.notice, tender.close.close)
        assert found == "it was recorded as void, but bids for edition 2 counted"

    def test_a_confirmed_bid_cannot_be_void(self, tender: SealedTender) -> None:
        receipts, notice, close = receipts_of(tender), tender.notice.notice, tender.close.close
        found = contradiction(Stands.VOID, receipts[0], notice, close, receipts[4])
        assert found == "it was recorded as void, but it was confirmed under edition 2"
        binds_later = replace(notice, edition=3, binding=3)
        assert contradiction(Stands.VOID, receipts[0], binds_later, replace(close, edition=3), receipts[4]) is None

    def test_only_the_notice_of_the_closing_and_a_confirmation_of_this_bid_tell(self, tender: SealedTender) -> None:
        receipts, notice, close = receipts_of(tender), tender.notice.notice, tender.close.close
        for other in (tender.earlier[0].notice, replace(notice, terms=replace(notice.terms, tender=new_id()))):
            with pytest.raises(ValueError, match="the notice of edition 2"):
                contradiction(Stands.VOID, receipts[2], other, close)
        foreign = replace(receipts[4], ids=replace(receipts[4].ids, tender=new_id()))
        earlier = replace(receipts[4], sequence=1)
        for confirmed in (receipts[4], receipts[6]):
            with pytest.raises(ValueError, match="not one of this bid"):
                contradiction(Stands.VOID, receipts[2], notice, close, confirmed)
        for confirmed in (foreign, earlier):
            with pytest.raises(ValueError, match="not one of this bid"):
                contradiction(Stands.VOID, receipts[0], notice, close, confirmed)


class TestCommand:
    """``bid verify-receipt`` with nothing but files."""

    @pytest.fixture
    def desk(self, tender: SealedTender, tmp_path: Path) -> Path:
        for number, receipt in enumerate(tender.receipts, 1):
            (tmp_path / f"receipt-{number}.json").write_bytes(receipt.to_bytes())
        for number, proof in proofs_of(tender).items():
            (tmp_path / f"proof-{number}.json").write_bytes(canonical(proof.document()))
        (tmp_path / "notice-1.json").write_bytes(canonical(tender.earlier[0].document()))
        (tmp_path / "notice.json").write_bytes(canonical(tender.notice.document()))
        (tmp_path / "close.json").write_bytes(canonical(tender.close.document()))
        return tmp_path

    def check(self, desk: Path, number: int, *more: object, notice: str = "notice.json") -> Result:
        named = ["--notice", desk / notice, "--close", desk / "close.json", "--proof", desk / f"proof-{number}.json"]
        return CliRunner().invoke(
            app, ["bid", "verify-receipt", str(desk / f"receipt-{number}.json"), *map(str, (*named, *more))]
        )

    def test_every_bid_is_sound_and_its_standing_told(self, desk: Path) -> None:
        for number, words in ((1, "It counted"), (3, "It was void"), (6, "It counted"), (7, "It stood as withdrawn")):
            done = self.check(desk, number)
            assert (done.exit_code, words in done.output) == (0, True), done.output

    def test_why_a_bid_is_void_takes_the_notice_of_the_closing(self, desk: Path) -> None:
        done = self.check(desk, 3, notice="notice-1.json")
        assert (done.exit_code, "edition 2" in done.output) == (1, True)

    def test_a_proof_that_says_another_standing_is_not_in_the_root(self, desk: Path) -> None:
        bent = json.loads((desk / "proof-3.json").read_bytes())
        bent["stands"] = "withdrawn"
        (desk / "proof-3.json").write_bytes(canonical(bent))
        done = self.check(desk, 3)
        assert (done.exit_code, "not among the withdrawn ones" in done.output) == (Fault.MISSING, True)

    def test_a_platform_that_voids_a_confirmed_bid_contradicts_the_confirmation(
        self, tender: SealedTender, desk: Path
    ) -> None:
        receipts = receipts_of(tender)
        self._close_with(tender, desk, Standing((receipts[5],), (receipts[0], receipts[2]), (receipts[6],)), 1)
        assert self.check(desk, 1).exit_code == 0, "without the confirmation nothing speaks against it"
        done = self.check(desk, 1, "--confirmed", desk / "receipt-5.json")
        assert (done.exit_code, "confirmed under edition 2" in done.output) == (Fault.CONTRADICTED, True)
        assert self.check(desk, 1, "--confirmed", desk / "receipt-7.json").exit_code == 1
        spoilt = json.loads((desk / "receipt-5.json").read_bytes())
        spoilt["signature"] = "00" * 64
        (desk / "receipt-5.json").write_bytes(canonical(spoilt))
        assert self.check(desk, 1, "--confirmed", desk / "receipt-5.json").exit_code == Fault.SIGNATURE

    def test_a_platform_that_voids_or_withdraws_what_stood_contradicts_the_receipt(
        self, tender: SealedTender, desk: Path
    ) -> None:
        receipts = receipts_of(tender)
        lies = {
            "bids for edition 2 counted": Standing((receipts[0],), (receipts[2], receipts[5]), (receipts[6],)),
            "its receipt is for the envelope": Standing((receipts[0],), (receipts[2],), (receipts[5], receipts[6])),
        }
        for words, lie in lies.items():
            self._close_with(tender, desk, lie, 6)
            done = self.check(desk, 6)
            assert (done.exit_code, words in done.output) == (Fault.CONTRADICTED, True), done.output

    def _close_with(self, tender: SealedTender, desk: Path, lie: Standing, number: int) -> None:
        """Let the platform sign a close record over a lie, with the proof of one bid in it."""
        live, void, withdrawn = (TreeHead.over(part) for part in (lie.live, lie.void, lie.withdrawn))
        record = replace(tender.close.close, live=live, void=void, withdrawn=withdrawn)
        signed = SignedClose(record, tender.platform.sign(record.statement()).signature)
        (desk / "close.json").write_bytes(canonical(signed.document()))
        (desk / f"proof-{number}.json").write_bytes(canonical(prove(lie, [number])[number].document()))
