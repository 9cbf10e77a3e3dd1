"""``b2b-market bid``: the whole way of a bid with nothing but files, and the commands that ask a platform."""

import json
import stat
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from b2b_market.entrypoints.cli import app
from b2b_market.infra import remote
from b2b_market.infra.canonical import canonical
from b2b_market.tendering.cli import opening
from b2b_market.tendering.rules import sealed_keyfile
from b2b_market.tendering.rules.sealed_backup import write_backup
from b2b_market.tendering.rules.sealed_confirming import read_confirmation
from b2b_market.tendering.rules.sealed_envelope import read_withdrawal, unpack
from b2b_market.tendering.rules.sealed_journal import (
    Document,
    SignedReceipt,
    issue_receipt,
    standing,
)
from b2b_market.tendering.rules.sealed_keyfile import Holder, PrivateKey, lock_key, unlock_key
from b2b_market.tendering.rules.sealed_keys import challenge_for, is_answered, read_card
from b2b_market.tendering.rules.sealed_layers import accept_contribution
from b2b_market.tendering.rules.sealed_proofs import prove
from b2b_market.tendering.rules.sealed_publishing import published
from b2b_market.tendering.rules.sealed_reading import accept_reveal
from b2b_market.tendering.rules.sealed_sealing import SealedBid
from b2b_market.tendering.rules.sealed_terms import Part
from b2b_market.tendering.rules.sealed_work import next_work
from tests.tendering.dishonest_bids import dishonest
from tests.tendering.sealed_tenders import AFTER, BEFORE, TWO_ENVELOPES, SealedTender, content, opened_tender

PASSPHRASE = "correct horse battery"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two rounds of the slow passphrase function, which is not what is tested here."""
    monkeypatch.setattr(sealed_keyfile.lock_key, "__defaults__", (2,))


class _Clock:
    def now(self) -> object:
        return AFTER


@pytest.fixture
def after(monkeypatch: pytest.MonkeyPatch) -> None:
    """This machine's clock after the deadline."""
    monkeypatch.setattr(opening, "SystemClock", _Clock)


def run(*arguments: object, typed: str | None = None, **env: str) -> Result:
    settings = {"B2B_MARKET_KEY_PASSPHRASE": PASSPHRASE, "B2B_MARKET_API_KEY": "", **env}
    return CliRunner(env=settings).invoke(app, ["bid", *map(str, arguments)], input=typed)


@dataclass
class Desk:
    """A folder with the tender's notice, the officers' and a bidder's key files, and a bid."""

    folder: Path
    tender: SealedTender
    price: dict[str, Any] = field(default_factory=content)

    def __post_init__(self) -> None:
        self.put("notice.json", canonical(self.tender.notice.document()))
        for number, key in enumerate(self.tender.officers):
            self.put(f"officer{number}.key", lock_key(PrivateKey(Holder.OFFICER, "o", key.seed), PASSPHRASE, 2))
        self.put("bidder.key", lock_key(PrivateKey(Holder.BIDDER, "b", bytes(32)), PASSPHRASE, 2))
        self.ids = self.tender.ids()

    def __truediv__(self, name: str) -> Path:
        return self.folder / name

    def put(self, name: str, content: bytes) -> Path:
        (self.folder / name).write_bytes(content)
        return self.folder / name

    def seal(self, bid: object, *more: object, out: str = "bid.sealed") -> Result:
        file = self.put("bid.json", json.dumps(bid).encode())
        options = (
            "--lot",
            self.ids.lot,
            "--bidder",
            self.ids.bidder,
            "--key",
            self / "bidder.key",
            "--out",
            self / out,
        )
        return run("seal", file, "--notice", self / "notice.json", *options, *more)

    def store(self, name: str = "bid.sealed") -> SealedBid:
        envelope, boxes = unpack((self / name).read_bytes(), self.tender.terms)
        return self.tender.store(SealedBid(envelope, boxes, {}))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path, SealedTender())


class TestKeys:
    def test_an_officers_key_is_private_and_its_card_public(self, tmp_path: Path) -> None:
        made = run("officer-key", tmp_path / "o.key", "--name", "Registry")
        assert made.exit_code == 0, made.output
        key = unlock_key((tmp_path / "o.key").read_bytes(), PASSPHRASE)
        assert stat.S_IMODE((tmp_path / "o.key").stat().st_mode) == 0o600
        card = read_card(json.loads((tmp_path / "o.key.card.json").read_bytes()))
        assert card == key.officer().card("Registry")
        assert card.fingerprint in made.output.replace(" ", "")
        assert all(row in made.output for row in write_backup(key.seed))
        again = run("officer-key", tmp_path / "o.key", "--name", "Registry")
        assert (again.exit_code, "exists already" in again.output) == (1, True)
        assert unlock_key((tmp_path / "o.key").read_bytes(), PASSPHRASE) == key

    def test_a_backup_gives_the_key_back(self, tmp_path: Path) -> None:
        rows = "\n".join(write_backup(bytes(range(32))))
        made = run("officer-key", tmp_path / "o.key", "--name", "Registry", "--restore", typed=rows)
        assert made.exit_code == 0, made.output
        assert "Backup" not in made.output
        assert unlock_key((tmp_path / "o.key").read_bytes(), PASSPHRASE).seed == bytes(range(32))
        wrong = run("bidder-key", tmp_path / "b.key", "--name", "x", "--restore", typed=rows.replace("AAAQ", "AAAR"))
        assert (wrong.exit_code, "row 1 is mistyped" in wrong.output) == (1, True)
        assert not (tmp_path / "b.key").exists()

    def test_a_short_passphrase_or_none_makes_no_key(self, tmp_path: Path) -> None:
        short = run("officer-key", tmp_path / "o.key", "--name", "x", B2B_MARKET_KEY_PASSPHRASE="short")
        assert (short.exit_code, "at least 12" in short.output) == (2, True)
        none = CliRunner(env={"B2B_MARKET_KEY_PASSPHRASE": None}).invoke(
            app, ["bid", "officer-key", str(tmp_path / "o.key"), "--name", "x"]
        )
        assert (none.exit_code, "B2B_MARKET_KEY_PASSPHRASE" in none.output) == (2, True)
        assert list(tmp_path.iterdir()) == []

    def test_a_challenge_is_answered_with_the_key(self, desk: Desk) -> None:
        card, secret = desk.tender.terms.officers[0], bytes(range(32))
        challenge = challenge_for(card, secret).hex()
        answer = run("prove", desk / "officer0.key", "--challenge", challenge)
        assert is_answered(card, secret, bytes.fromhex(answer.output.strip()))
        for key, asked in (("officer1.key", challenge), ("bidder.key", challenge), ("officer0.key", "zz")):
            refused = run("prove", desk / key, "--challenge", asked)
            assert (refused.exit_code, "No answer" in refused.output) == (1, True)

    def test_a_bidders_key_names_its_public_half(self, tmp_path: Path) -> None:
        made = run("bidder-key", tmp_path / "b.key", "--name", "Company")
        signer = unlock_key((tmp_path / "b.key").read_bytes(), PASSPHRASE).signer()
        assert signer.public_key().public_bytes_raw().hex() in made.output


class TestSealing:
    def test_a_bid_is_sealed_and_what_reveals_it_stays_private(self, desk: Desk) -> None:
        offer = desk.put("offer.pdf", b"the offer")
        prints = [part for card in desk.tender.terms.officers for part in ("--officer", card.fingerprint)]
        made = desk.seal(desk.price, "--attach", offer, *prints)
        assert made.exit_code == 0, made.output
        assert "NOT compared" not in made.output
        sealed = desk.store()
        assert b"12.50" not in (desk / "bid.sealed").read_bytes()
        kept = (desk / "bid.sealed.keep").read_bytes()
        assert stat.S_IMODE((desk / "bid.sealed.keep").stat().st_mode) == 0o600
        opened = accept_reveal(kept + b"the offer", sealed.envelope)
        assert opened.payload.content == desk.price

    def test_two_envelopes_are_named(self, tmp_path: Path) -> None:
        desk = Desk(tmp_path, SealedTender(parts=TWO_ENVELOPES))
        plan, prices = desk.put("plan.pdf", b"plan"), desk.put("prices.xlsx", b"prices")
        bid = {"technical": {"plan": "yes"}, "price": desk.price}
        attached = ("--attach", f"technical={plan}", "--attach", f"price={prices}")
        made = desk.seal(bid, *attached)
        assert made.exit_code == 0, made.output
        assert [part.part for part in desk.store().envelope.envelope.parts] == list(TWO_ENVELOPES)
        for wrong in (("--attach", plan), ("--attach", f"whole={plan}"), ("--attach", f"price={tmp_path}/none")):
            refused = desk.seal(bid, *wrong, out="other")
            assert (refused.exit_code, "Not sealed" in refused.output) == (1, True)
        assert desk.seal(desk.price, out="other").exit_code == 1

    def test_what_could_be_misread_is_refused(self, desk: Desk) -> None:
        cases: list[tuple[object, tuple[object, ...], int, str]] = [
            ({"unit_price": 12.5}, (), 1, 'write it as a string, "12.5"'),
            (["no object"], (), 1, "object is expected"),
            ({"currency": "EUR", "lines": [{"line": 2, "unit_price": "9"}]}, (), 1, "counted from 1"),
            ({"lines": [{"line": 1, "unit_price": "9"}]}, (), 1, 'has a "currency"'),
            (desk.price, ("--officer", "0" * 40), 1, "did not compare"),
            (desk.price, ("--lot", desk.ids.bidder), 2, "no such lot"),
            (desk.price, ("--key", desk / "officer0.key"), 1, "officer's key"),
            (desk.price, ("--key", desk / "notice.json"), 1, "fields"),
        ]
        for bid, more, code, said in cases:
            refused = desk.seal(bid, *more)
            assert (refused.exit_code, said in refused.output) == (code, True), refused.output
            assert not (desk / "bid.sealed").exists()
            assert not (desk / "bid.sealed.keep").exists()
        forged = json.loads((desk / "notice.json").read_bytes())
        forged["notice"]["edition"] = 2
        desk.put("notice.json", canonical(forged))
        refused = desk.seal(desk.price)
        assert (refused.exit_code, "not signed with the key" in refused.output) == (1, True)


@pytest.mark.usefixtures("after")
class TestOpening:
    def test_two_officers_open_with_files_alone(self, desk: Desk) -> None:
        assert desk.seal(desk.price).exit_code == 0
        desk.store()
        desk.tender.bid("3.00")
        work = desk.tender.work()
        desk.put("work1.json", work.to_bytes())
        first = run(
            "open-layer", desk / "work1.json", "--key", desk / "officer0.key", "--out", desk / "layer1.json",
            "--notice", desk / "notice.json",
        )  # fmt: skip
        assert first.exit_code == 0, first.output
        assert "2 bids" in first.output
        _, results = accept_contribution((desk / "layer1.json").read_bytes(), work)
        second = next_work(work, {number: inside for number, inside in results.items() if isinstance(inside, bytes)})
        desk.put("work2.json", second.to_bytes())
        done = run("open-layer", desk / "work2.json", "--key", desk / "officer1.key", "--out", desk / "layer2.json")
        _, keys = accept_contribution((desk / "layer2.json").read_bytes(), second)
        assert "layer 2 of 2" in done.output
        assert [desk.tender.read(Part.WHOLE, number, keys[number]).fault for number in (1, 2)] == [None, None]

    def test_nothing_is_opened_out_of_turn_or_time(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        desk.tender.bid()
        desk.put("work.json", desk.tender.work().to_bytes())
        desk.put("bent.json", desk.tender.work().to_bytes().replace(b'"layer":0', b'"layer":1'))

        def refused(work: str, key: str) -> str:
            done = run("open-layer", desk / work, "--key", desk / key, "--out", desk / "layer.json")
            assert done.exit_code == 1
            assert not (desk / "layer.json").exists()
            return done.output

        assert "turn of another officer" in refused("work.json", "officer1.key")
        assert "not an officer's" in refused("work.json", "bidder.key")
        assert "80 bytes are expected" in refused("bent.json", "officer1.key")
        monkeypatch.setattr(_Clock, "now", lambda _self: BEFORE)
        assert "deadline is not past" in refused("work.json", "officer0.key")

    def test_a_layer_that_does_not_open_is_named(self, tmp_path: Path) -> None:
        desk = Desk(tmp_path, dishonest())
        desk.put("work.json", desk.tender.work().to_bytes())
        done = run("open-layer", desk / "work.json", "--key", desk / "officer0.key", "--out", desk / "layer.json")
        assert (done.exit_code, "Bid 1: this layer does not open" in done.output) == (0, True)


class TestVerifying:
    @pytest.fixture(scope="class")
    @staticmethod
    def tender() -> SealedTender:
        return opened_tender()

    @pytest.fixture
    def folder(self, tender: SealedTender, tmp_path: Path) -> Path:
        keys = [(number, key) for number in (2, 3, 5) for key, _ in tender.sealed[number].envelope.boxes()]
        for name, data in published(tender.files(), keys):
            (tmp_path / "public" / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / "public" / name).write_bytes(data)
        return tmp_path / "public"

    def test_sound_files_end_with_0(self, tender: SealedTender, folder: Path) -> None:
        receipt = folder.parent / "receipt.json"
        receipt.write_bytes(tender.receipts[1].to_bytes())
        prints = [part for card in tender.terms.officers for part in ("--officer", card.fingerprint)]
        kept = ("--receipt", receipt, "--notice", folder / "notice-1.json", "--close", folder / "close.json")
        done = run("verify", folder, *kept, "--key", tender.platform.public_key.hex(), *prints)
        assert done.exit_code == 0, done.output
        assert "6 receipts, 3 live bids, 5 envelopes, 6 ciphertexts, 2 officers' layers" in done.output
        assert "1 own receipts" in done.output
        assert "note:" not in done.output
        assert "The tender is sound." in done.output

    def test_each_fault_has_its_exit_code_and_culprit(self, folder: Path) -> None:
        def spoilt(name: str, old: bytes, new: bytes) -> Result:
            path, found = folder / name, (folder / name).read_bytes()
            assert old in found
            path.write_bytes(found.replace(old, new, 1))
            done = run("verify", folder)
            path.write_bytes(found)
            return done

        altered = spoilt("entries/000002.json", b'"version":1', b'"version":3')
        assert (altered.exit_code, "altered: bid 2:" in altered.output, "[server]" in altered.output) == (2, True, True)
        (folder / "entries/000003.json").rename(folder / "entries/900003.json.away")
        missing = run("verify", folder)
        assert (missing.exit_code, "missing: bid 3: its envelope is missing [server]" in missing.output) == (3, True)
        (folder / "entries/900003.json.away").rename(folder / "entries/000003.json")
        signature = spoilt("layers/whole-1-1.json", b'"layer":0', b'"layer":1')
        assert signature.exit_code == 3
        assert "signature:" in signature.output
        strange = run("verify", folder, "--officer", "0" * 40)
        assert (strange.exit_code, "NOT sound" in strange.output) == (4, True)
        unknown = run("verify", folder, "--key", "00" * 32)
        assert unknown.exit_code == 5
        assert run("verify", folder, "--key", "zz").exit_code == 1

    def test_a_folder_of_something_else_ends_with_1(self, tmp_path: Path) -> None:
        (tmp_path / "letter.txt").write_text("hello")
        done = run("verify", tmp_path)
        assert (done.exit_code, "close.json" in done.output) == (1, True)

    def test_many_findings_are_counted(self, folder: Path) -> None:
        lines = (folder / "journal.jsonl").read_bytes().splitlines()
        (folder / "journal.jsonl").write_bytes(b"".join(b"{}\n" for _ in lines * 10))
        assert "… and 14 more." in run("verify", folder).output

    def test_a_receipt_is_checked_alone_and_against_the_close(self, tender: SealedTender, tmp_path: Path) -> None:
        desk = Desk(tmp_path, tender)
        desk.put("receipt.json", tender.receipts[1].to_bytes())
        desk.put("close.json", canonical(tender.close.document()))
        proofs = prove(standing([one.receipt for one in tender.receipts]), [2, 3])
        desk.put("proof.json", canonical(proofs[2].document()))
        desk.put("other.json", canonical(proofs[3].document()))
        sealed = tender.sealed[2]
        desk.put("bid.sealed", sealed.envelope.to_bytes() + b"\n" + b"".join(sealed.boxes.values()))
        other = tender.sealed[3]
        desk.put("other.sealed", other.envelope.to_bytes() + b"\n" + b"".join(other.boxes.values()))

        def check(*more: object) -> int:
            return run("verify-receipt", desk / "receipt.json", "--notice", desk / "notice.json", *more).exit_code

        root = ("--close", desk / "close.json")
        assert check() == 0
        assert check("--sealed", desk / "bid.sealed", *root, "--proof", desk / "proof.json") == 0
        assert check("--sealed", desk / "other.sealed") == 2
        assert check(*root, "--proof", desk / "other.json") == 3
        assert check(*root, "--proof", desk / "notice.json") == 1
        forged = json.loads((desk / "close.json").read_bytes())
        forged["close"]["edition"] = 9
        desk.put("close.json", canonical(forged))
        assert check(*root, "--proof", desk / "proof.json") == 5
        bent = json.loads((desk / "receipt.json").read_bytes())
        bent["signature"] = "00" * 64
        desk.put("receipt.json", canonical(bent))
        assert check() == 5


@dataclass
class Platform:
    """A stand-in for the platform's four routes; it stores what comes and answers as it is told."""

    tender: SealedTender
    stored: list[tuple[str, bytes]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    answer: tuple[int, dict[str, Any]] | None = None
    url: str = ""

    def take(self, path: str, body: bytes) -> tuple[int, dict[str, Any]]:
        self.stored.append((path, body))
        if self.answer is not None:
            return self.answer
        received: Document
        if path.endswith("/bids"):
            received, _ = unpack(body, self.tender.terms)
        elif path.endswith("/withdrawals"):
            received = read_withdrawal(body)
        elif path.endswith("/confirmations"):
            received = read_confirmation(body)
        else:
            return 201, {}
        receipt: SignedReceipt = issue_receipt(received, 1, BEFORE, self.tender.platform)
        return 201, {"receipt": receipt.document(), "sequence": 1}


@pytest.fixture
def platform(desk: Desk) -> Iterator[Platform]:
    place = Platform(desk.tender)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            kind = self.headers["Content-Type"]
            if kind.startswith("multipart/"):
                whole = message_from_bytes(f"Content-Type: {kind}\r\n\r\n".encode() + body)
                file = whole.get_payload(0)
                body = file.get_payload(decode=True)  # type: ignore[union-attr, assignment]  # of a part
            place.keys.append(self.headers["Authorization"])
            status, answer = place.take(self.path, body)
            data = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    place.url = f"http://127.0.0.1:{server.server_address[1]}"
    yield place
    server.shutdown()
    server.server_close()
    thread.join(5)


class TestSending:
    def submit(self, desk: Desk, platform: Platform, **env: str) -> Result:
        settings = {"B2B_MARKET_URL": platform.url, "B2B_MARKET_API_KEY": "secret", **env}
        receipt = ("--receipt", desk / "receipt.json")
        return run("submit", desk / "bid.sealed", "--notice", desk / "notice.json", *receipt, **settings)

    def test_the_sealed_file_goes_and_the_receipt_is_kept(self, desk: Desk, platform: Platform) -> None:
        desk.seal(desk.price)
        done = self.submit(desk, platform)
        assert done.exit_code == 0, done.output
        tender = f"/api/v1/tenders/{desk.tender.tender}"
        assert platform.stored == [(f"{tender}/bids", (desk / "bid.sealed").read_bytes())]
        assert set(platform.keys) == {"Bearer secret"}
        kept = ("--sealed", desk / "bid.sealed")
        assert run("verify-receipt", desk / "receipt.json", "--notice", desk / "notice.json", *kept).exit_code == 0

    def test_a_refusal_is_printed_and_a_silent_or_strange_platform_named(
        self, desk: Desk, platform: Platform, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(remote, "_PAUSE", 0)
        desk.seal(desk.price)
        late = {"title": "Too late", "detail": "Bidding has closed."}
        platform.answer = (409, late)
        refused = self.submit(desk, platform)
        assert (refused.exit_code, "Too late. Bidding has closed." in refused.output) == (1, True)
        platform.answer = (401, {"title": "Sign in first"})
        assert self.submit(desk, platform).exit_code == 3
        assert self.submit(desk, platform, B2B_MARKET_URL="http://127.0.0.1:9").exit_code == 3
        assert self.submit(desk, platform, B2B_MARKET_URL="ftp://x").exit_code == 2
        assert self.submit(desk, platform, B2B_MARKET_API_KEY="").exit_code == 2
        assert not (desk / "receipt.json").exists()

    def test_a_receipt_that_does_not_hold_is_kept_as_evidence(self, desk: Desk, platform: Platform) -> None:
        desk.seal(desk.price)
        platform.answer = (201, {})
        done = self.submit(desk, platform)
        assert (done.exit_code, "no receipt" in done.output) == (1, True)
        (desk / "receipt.json").unlink()
        other = issue_receipt(desk.tender.bid().envelope, 1, BEFORE, desk.tender.platform)
        platform.answer = (201, {"receipt": other.document()})
        done = self.submit(desk, platform)
        assert (done.exit_code, "not of this bid" in done.output) == (1, True)
        assert (desk / "receipt.json").exists()

    def test_a_file_that_is_no_bid_is_not_sent(self, desk: Desk, platform: Platform) -> None:
        desk.put("bid.sealed", b"hello")
        assert self.submit(desk, platform).exit_code == 1
        assert platform.stored == []

    def test_a_withdrawal_is_signed_by_the_bidder(self, desk: Desk, platform: Platform) -> None:
        options = ("--lot", desk.ids.lot, "--bidder", desk.ids.bidder, "--version", 2, "--receipt", desk / "gone.json")
        settings = {"B2B_MARKET_URL": platform.url, "B2B_MARKET_API_KEY": "secret"}
        done = run("withdraw", "--notice", desk / "notice.json", *options, "--key", desk / "bidder.key", **settings)
        assert done.exit_code == 0, done.output
        found = read_withdrawal(platform.stored[0][1])
        assert found.ids.version == 2
        done = run("withdraw", "--notice", desk / "notice.json", *options, "--key", desk / "officer0.key", **settings)
        assert (done.exit_code, len(platform.stored)) == (1, 1)

    def test_a_reveal_shows_the_bid_that_was_kept(self, desk: Desk, platform: Platform) -> None:
        offer = desk.put("offer.pdf", b"the offer")
        desk.seal(desk.price, "--attach", offer)
        settings = {"B2B_MARKET_URL": platform.url, "B2B_MARKET_API_KEY": "secret"}
        done = run("reveal", desk / "bid.sealed.keep", "--attach", offer, **settings)
        assert done.exit_code == 0, done.output
        envelope = desk.store().envelope
        assert accept_reveal(platform.stored[0][1], envelope).payload.content == desk.price
        for wrong in (
            (desk / "bid.sealed.keep", "--part", "price"),
            (desk / "bid.sealed.keep", "--attach", desk / "no"),
        ):
            assert run("reveal", *wrong, **settings).exit_code == 2
        assert run("reveal", desk / "notice.json", **settings).exit_code == 1
        assert len(platform.stored) == 1

    def test_a_bid_is_confirmed_under_an_amended_notice_without_opening_it(
        self, desk: Desk, platform: Platform
    ) -> None:
        desk.seal(desk.price)
        sealed, _ = unpack((desk / "bid.sealed").read_bytes(), desk.tender.terms)
        assert sealed.envelope.notice == desk.tender.notice.notice.digest()
        amended = desk.tender.amend()
        desk.put("amended.json", canonical(amended.document()))
        settings = {"B2B_MARKET_URL": platform.url, "B2B_MARKET_API_KEY": "secret"}

        def confirm(key: str, receipt: str) -> Result:
            options = ("--notice", desk / "amended.json", "--version", 2, "--receipt", desk / receipt)
            return run("confirm", desk / "bid.sealed", *options, "--key", desk / key, **settings)

        done = confirm("bidder.key", "confirmed.json")
        assert done.exit_code == 0, done.output
        found = read_confirmation(platform.stored[0][1])
        assert (found.ids.version, found.envelope, found.notice) == (2, sealed.digest(), amended.notice.digest())
        assert confirm("officer0.key", "other.json").exit_code == 1
        desk.put("bid.sealed", b"hello")
        assert confirm("bidder.key", "other.json").exit_code == 1
        assert len(platform.stored) == 1
