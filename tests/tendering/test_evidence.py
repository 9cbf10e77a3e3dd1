"""The public files as they are downloaded: who gets them and when, always the same bytes, and what a check says."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from typer.testing import CliRunner, Result

from b2b_market.entrypoints.cli import app
from b2b_market.infra.runtime import Runtime
from b2b_market.tendering.commands.bids import ContributeLayer
from b2b_market.tendering.documents.folder import zipped
from b2b_market.tendering.rules import sealed_folder as rules
from b2b_market.tendering.rules.sealed_payload import Box
from b2b_market.tendering.rules.sealed_record import OpeningRecord, Outcome, read_record
from b2b_market.tendering.rules.sealed_terms import read_notice
from b2b_market.tendering.service import opening
from b2b_market.tendering.service.drafting import TenderContent
from b2b_market.tendering.tasks import advance_due, open_ready
from tests.support import judging
from tests.support import tenders as made
from tests.support.calling import caller_for
from tests.support.evidence import contents
from tests.support.people import sign_in, sign_out
from tests.support.tenders import Hall
from tests.support.works import work_for
from tests.tendering.sealed_tenders import opened_tender
from tests.tendering.test_public_side import bids_sealed, open_procedure, public_command

PUBLIC = "/api/v1/tender-board/{id}/evidence.zip"


class TestRules:
    def test_replaced_and_withdrawn_envelopes_are_not_needed(self) -> None:
        tender = opened_tender()
        receipts = [one.receipt for one in tender.receipts]
        kinds = {one.sequence: one.entry.value for one in receipts}
        needed = rules.entries_needed(receipts, 1)
        assert {number for number, kind in kinds.items() if kind != "envelope"} <= needed
        assert len(needed) < len(receipts)
        assert rules.entries_needed(receipts, 2) == needed, "one that is void has to be shown"

    def test_payloads_alone_are_published_and_none_that_stayed_sealed(self) -> None:
        records = [_one_sealed(read_record(one).record) for one in opened_tender().files().records]
        boxes = list(rules.boxes_needed(records))
        assert {key for _, (_, key) in boxes} == {Box.PAYLOAD}
        outcomes = {(one.part, bid.sequence): bid.outcome.value for one in records for bid in one.bids}
        assert {outcomes[part, number] for number, (part, _) in boxes} <= {"opened", "failed"}
        assert "sealed" in outcomes.values()
        assert len(boxes) == sum(outcome in ("opened", "failed") for outcome in outcomes.values())

    def test_nothing_is_there_before_prices_may_be_seen(self) -> None:
        rules.require_published(opened=True, prices=True)
        for unseen in ({"opened": False, "prices": True}, {"opened": True, "prices": False}):
            with pytest.raises(rules.EvidenceNotPublished):
                rules.require_published(**unseen)

    def test_a_zip_of_the_same_files_is_the_same_bytes(self) -> None:
        files = [("b.json", b"{}"), ("a/c.json", b"[]")]
        assert zipped(files) == zipped(reversed(files))
        assert contents(zipped(files)) == {"a/c.json": b"[]", "b.json": b"{}"}


def _one_sealed(record: OpeningRecord) -> OpeningRecord:
    """Return the record as if the first bid had stayed sealed."""
    first, *others = record.bids
    return replace(record, bids=(replace(first, outcome=Outcome.SEALED), *others))


@pytest.fixture
def hall(runtime: Runtime) -> Iterator[Hall]:
    with made.own_clock(runtime):
        yield made.make_hall(runtime)


def check(path: Path, *more: object) -> Result:
    return CliRunner().invoke(app, ["bid", "verify", *map(str, (path, *more))])


def close(runtime: Runtime) -> None:
    """Let the deadline pass, and a minute more: a test's statements share the time of their transaction."""
    made.move(runtime, timedelta(days=60))
    advance_due(runtime)
    made.move(runtime, timedelta(minutes=1))


def closed(runtime: Runtime, hall: Hall) -> TenderContent:
    """Return a public tender past its deadline: the first bid was replaced."""
    tender = bids_sealed(runtime, hall, public_command(hall, open_procedure(runtime, hall)))
    made.bid(runtime, hall, tender, 0, price="81000", version=2)
    close(runtime)
    return tender


class TestDownload:
    def test_everybody_checks_an_opening_offline_and_what_is_tampered_with_names_its_culprit(
        self, runtime: Runtime, hall: Hall, client: TestClient, tmp_path: Path
    ) -> None:
        tender = closed(runtime, hall)
        sign_out(client)
        address = PUBLIC.format(id=tender.tender.id)
        assert refused(client.get(address)) == refused(client.get(address))
        third = made.contribution(runtime, hall, tender.tender.id, 0, self._fingerprints(tender, 0, 2))
        with work_for(runtime, hall.officers[0]) as work:  # another group begins, and never ends
            opening.contribute_layer(work, hall.officers[0], ContributeLayer(tender.tender.id, third))
        made.open_bids(runtime, hall, tender.tender.id)
        answer = client.get(address)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/zip"), answer.text
        assert answer.headers["content-disposition"].endswith(f"{tender.tender.number}-evidence.zip")
        page = f"/tender-board/{tender.tender.id}"
        assert client.get(f"{page}/evidence.zip").content == answer.content
        judging.deliver(runtime)
        assert f"{page}/evidence.zip" in client.get(f"{page}/opening", headers={"accept": "text/html"}).text
        buyer = caller_for(client, runtime, hall.purchaser)
        assert buyer.get(f"/tenders/{tender.tender.id}/evidence.zip").content == answer.content
        files = contents(answer.content)
        assert "entries/000001.json" not in files, "it was replaced"
        assert not [name for name in files if name.endswith("files.bin")], "attachments are nobody's but the buyer's"
        sound = check(self._stored(tmp_path, answer.content))
        assert (sound.exit_code, "The tender is sound." in sound.output) == (0, True), sound.output
        assert "3 receipts, 2 live bids, 2 envelopes, 2 ciphertexts, 3 officers' layers, 2 opened" in sound.output
        self._tamper(tmp_path, answer.content)

    def _fingerprints(self, tender: TenderContent, *places: int) -> list[str]:
        officers = read_notice(tender.tender.notice).notice.terms.officers
        return [officers[place].fingerprint for place in places]

    def _stored(self, folder: Path, content: bytes) -> Path:
        path = folder / "evidence.zip"
        path.write_bytes(content)
        return path

    def _tamper(self, folder: Path, content: bytes) -> None:
        """Change one byte of each kind of file."""
        files = contents(content)
        for name, old, new, code, culprit in (
            ("notice-1.json", b'"edition":1', b'"edition":2', 5, "[server]"),
            ("close.json", b'"size":3', b'"size":4', 3, "[server]"),
            ("journal.jsonl", b'"version":1', b'"version":9', 2, "[server]"),
            ("entries/000002.json", b'"version":1', b'"version":3', 2, "bid 2: "),
            ("openings/whole.json", b"71234.56", b"71234.57", 5, "[server]"),
        ):
            assert old in files[name], name
            spoilt = {**files, name: files[name].replace(old, new, 1)}
            found = check(self._stored(folder, zipped(spoilt.items())))
            assert (found.exit_code, culprit in found.output, "NOT sound" in found.output) == (code, True, True), (
                name,
                found.output,
            )
        layer = next(name for name in files if name.startswith("layers/"))
        forged = {**files, layer: files[layer].replace(b'"layer":0', b'"layer":1', 1)}
        assert "is not signed by the officer" in check(self._stored(folder, zipped(forged.items()))).output
        damaged = content.replace(b"71234.56", b"71234.57")  # on its way: the archive itself says so
        broken = check(self._stored(folder, damaged))
        assert (broken.exit_code, "openings/whole.json" in broken.output) == (1, True), broken.output

    def test_opened_bids_for_participants_are_for_the_buyer_and_the_officers(
        self, runtime: Runtime, hall: Hall, client: TestClient, tmp_path: Path
    ) -> None:
        tender = bids_sealed(runtime, hall, public_command(hall))
        own = f"/tenders/{tender.tender.id}/evidence.zip"
        callers = [caller_for(client, runtime, one) for one in (hall.purchaser, hall.officers[2], hall.sales[0])]
        before = [refused(caller.get(own)) for caller in callers]
        assert before == [before[0]] * 3
        close(runtime)
        made.open_bids(runtime, hall, tender.tender.id)
        answers = [caller.get(own) for caller in callers]
        assert [one.status_code for one in answers] == [200, 200, 409]
        assert answers[0].content == answers[1].content
        assert check(self._stored(tmp_path, answers[0].content)).exit_code == 0
        sign_out(client)
        assert refused(client.get(PUBLIC.format(id=tender.tender.id))) == before[0]
        sign_in(client, hall.purchaser)
        shown = client.get(f"/tenders/{tender.tender.id}/opening", headers={"accept": "text/html"}).text
        assert own in shown
        assert client.get(own).content == answers[0].content

    def test_tenders_that_are_not_on_the_board_have_none(
        self, runtime: Runtime, hall: Hall, client: TestClient
    ) -> None:
        private = made.published(runtime, hall)
        assert client.get(PUBLIC.format(id=private.tender.id)).status_code == 404
        assert open_ready(runtime) == 0


def refused(answer: Response) -> dict[str, object]:
    """Return what a refusal says, without what is of this request alone."""
    assert (answer.status_code, answer.json()["code"]) == (409, "tender-evidence-not-published"), answer.text
    return {name: said for name, said in answer.json().items() if name not in ("trace_id", "instance")}


class TestReading:
    def test_a_zip_with_a_name_twice_or_none_at_all_is_not_judged(self, tmp_path: Path) -> None:
        out = BytesIO()
        with ZipFile(out, "w") as archive:
            archive.writestr("close.json", b"{}")
            with pytest.warns(UserWarning, match="Duplicate"):
                archive.writestr("close.json", b"[]")
        for content, why in ((out.getvalue(), "twice"), (b"no archive", "not a zip"), (zipped([]), "are needed")):
            (tmp_path / "x.zip").write_bytes(content)
            found = check(tmp_path / "x.zip")
            assert (found.exit_code, why in found.output) == (1, True), found.output

    def test_more_than_the_platform_ever_gives_is_not_unpacked(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("b2b_market.tendering.cli.verifying.MOST_BYTES", 1)
        (tmp_path / "x.zip").write_bytes(zipped([("close.json", b"{}")]))
        found = check(tmp_path / "x.zip")
        assert (found.exit_code, "larger" in found.output) == (1, True), found.output
