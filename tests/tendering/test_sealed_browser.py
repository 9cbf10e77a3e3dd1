"""The browser's modules and the Python rules are one format: what either seals or contributes, the other accepts."""

import base64
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from b2b_market import ui
from b2b_market.infra.canonical import canonical
from b2b_market.tendering.rules.sealed_envelope import check_envelope, unpack
from b2b_market.tendering.rules.sealed_forms import read_document
from b2b_market.tendering.rules.sealed_keyfile import Holder, PrivateKey, lock_key
from b2b_market.tendering.rules.sealed_keys import challenge_for, is_answered
from b2b_market.tendering.rules.sealed_layers import accept_contribution
from b2b_market.tendering.rules.sealed_payload import BidFile
from b2b_market.tendering.rules.sealed_reading import OpenedPart, accept_reveal, open_part
from b2b_market.tendering.rules.sealed_sealing import SealedBid
from b2b_market.tendering.rules.sealed_terms import Part
from b2b_market.tendering.rules.sealed_work import Work, next_work
from tests.tendering.dishonest_bids import dishonest
from tests.tendering.sealed_tenders import AFTER, BEFORE, TWO_ENVELOPES, SealedTender
from tests.ui.browsing import PATIENCE, KitSite
from tests.ui.conftest import browser, kit_site, renderer

__all__ = ["browser", "kit_site", "renderer"]

STATIC = Path(ui.__file__).parent / "static"
VECTORS = Path(__file__).with_name("golden") / "sealed_bid.json"
PASSPHRASE = "a passphrase of an officer"

HARNESS = """
import * as format from "./js/sealing/format.js";
import { seal } from "./js/sealing/seal.js";
import { confirm } from "./js/sealing/confirm.js";
import { answerChallenge, contribute, readWork, unlockKey } from "./js/sealing/open.js";

const raw = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
const text = (bytes) => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
const doings = {
  canonical: async ({ value }) => text(format.bytesOf(value)),
  read: async ({ data }) => format.canonical(format.readDocument(raw(data))),
  seal: async ({ notice, ids, contents, seed }) => {
    for (const part of Object.values(contents)) for (const file of part.files) file.content = raw(file.content);
    const sealed = await seal(await format.readNotice(notice), ids, contents, raw(seed));
    return { file: text(sealed.file), keep: text(sealed.keep), digest: sealed.digest };
  },
  contribute: async ({ work, key, passphrase, now, kept }) => {
    const officer = await unlockKey(raw(key), passphrase);
    const made = await contribute(raw(work), officer, new Date(now), kept && (await format.readNotice(kept)));
    return { file: text(made.file), failed: made.failed, fingerprint: officer.fingerprint };
  },
  confirm: async ({ notice, ids, envelope, seed }) =>
    text(await confirm(await format.readNotice(notice), ids, envelope, raw(seed))),
  work: async ({ work }) => (await readWork(raw(work))).bids.length,
  answer: async ({ key, passphrase, challenge }) =>
    answerChallenge(await unlockKey(raw(key), passphrase), raw(challenge)),
  commitment: async ({ ids, part, r, payload }) =>
    format.hex(await format.commitment(ids, part, raw(r), raw(payload))),
};
export const run = async (order) => {
  try {
    return { done: await doings[order.do](order) };
  } catch (error) {
    return { refused: String(error.message ?? error) };
  }
};
"""
IN_NODE = """
import { run } from "./harness.js";
let typed = "";
for await (const part of process.stdin) typed += part;
const orders = JSON.parse(typed);
const answers = [];
for (const order of orders) answers.push(await run(order));
process.stdout.write(JSON.stringify(answers));
"""


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def node() -> str:
    own = Path(__file__).parents[2] / ".venv-node" / "bin" / "node"
    found = shutil.which("node") or (str(own) if own.exists() else None)
    if found is None:
        if os.environ.get("CI"):
            pytest.fail("no node")
        pytest.skip("no node: tools/assets.py brings one where the machine has none")
    return found


class Script:
    """The modules under node; each order is answered by what was done, or by why it was refused."""

    def __init__(self, folder: Path) -> None:
        for part in ("js/sealing", "vendor/hpke"):
            shutil.copytree(STATIC / part, folder / part)
        (folder / "package.json").write_text('{"type": "module"}')
        (folder / "harness.js").write_text(HARNESS)
        (folder / "main.js").write_text(IN_NODE)
        self.folder = folder

    def all(self, *orders: dict[str, Any]) -> list[dict[str, Any]]:
        done = subprocess.run(
            [node(), "main.js"], cwd=self.folder, input=json.dumps(orders), capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        answers: list[dict[str, Any]] = json.loads(done.stdout)
        return answers

    def one(self, **order: Any) -> Any:
        answer = self.all(order)[0]
        assert "done" in answer, answer
        return answer["done"]

    def refusal(self, **order: Any) -> str:
        answer = self.all(order)[0]
        assert "refused" in answer, answer
        return str(answer["refused"])


@pytest.fixture(scope="module")
def script(tmp_path_factory: pytest.TempPathFactory) -> Script:
    return Script(tmp_path_factory.mktemp("script"))


def sealing_order(tender: SealedTender, price: str = "12.50") -> dict[str, Any]:
    ids = tender.ids()
    contents = {
        part.value: {
            "content": {"9": 1, "10": -3, "p": price},
            "files": [{"name": "报价 1.pdf", "content": b64(b"file of " + part.value.encode() * 900)}],
        }
        for part in tender.parts
    }
    return {
        "do": "seal",
        "notice": tender.notice.document(),
        "ids": {**ids.document()},
        "contents": contents,
        "seed": b64(bytes([7]) * 32),
    }


def accepted(tender: SealedTender, answer: dict[str, Any]) -> SealedBid:
    """Take a bid from the browser as the server does."""
    envelope, boxes = unpack(base64.b64decode(answer["file"]), tender.terms)
    assert check_envelope(envelope.to_bytes(), tender.notice.notice) == envelope
    assert envelope.digest().hex() == answer["digest"]
    return tender.store(SealedBid(envelope, boxes, {}))


def key_file(tender: SealedTender, place: int) -> str:
    return b64(lock_key(PrivateKey(Holder.OFFICER, "o", tender.officers[place].seed), PASSPHRASE, rounds=3))


def layer_order(work: Work, tender: SealedTender, place: int, **changes: Any) -> dict[str, Any]:
    order = {
        "do": "contribute",
        "work": b64(work.to_bytes()),
        "key": key_file(tender, place),
        "passphrase": PASSPHRASE,
        "now": AFTER.isoformat(),
    }
    return {**order, **changes}


@pytest.mark.parametrize(("parts", "threshold"), [((Part.WHOLE,), 2), (TWO_ENVELOPES, 3)])
def test_a_bid_sealed_in_the_browser_opens_in_python(script: Script, parts: tuple[Part, ...], threshold: int) -> None:
    tender = SealedTender(parts=parts, threshold=threshold)
    answer = script.one(**sealing_order(tender))
    sealed = accepted(tender, answer)
    reveals = base64.b64decode(answer["keep"]).splitlines()
    for part, reveal in zip(parts, reveals, strict=True):
        key = tender.remove_layers(part, range(threshold))[1]
        assert isinstance(key, bytes)
        opened = open_part(sealed.envelope, tender.terms, part, key, sealed.boxes)
        assert isinstance(opened, OpenedPart)
        assert opened.payload.content == {"9": 1, "10": -3, "p": "12.50"}
        assert opened.files == (BidFile("报价 1.pdf", b"file of " + part.value.encode() * 900),)
        shown = accept_reveal(reveal + b"\n" + opened.files[0].content, sealed.envelope)
        assert shown.secret == opened.secret


def test_a_bid_sealed_in_python_opens_in_the_browser_and_both_ways_mixed(script: Script) -> None:
    tender = SealedTender()
    for number in range(3):
        tender.bid(f"{number}.00")
    accepted(tender, script.one(**sealing_order(tender)))
    work = tender.work()
    first = script.one(**layer_order(work, tender, 0))
    assert first["fingerprint"] == tender.terms.officers[0].fingerprint
    assert first["failed"] == []
    _, results = accept_contribution(base64.b64decode(first["file"]), work)
    second = next_work(work, {sequence: inside for sequence, inside in results.items() if isinstance(inside, bytes)})
    made = script.one(**layer_order(second, tender, 1))
    _, keys = accept_contribution(base64.b64decode(made["file"]), second)
    assert [tender.read(Part.WHOLE, sequence, keys[sequence]).fault for sequence in (1, 2, 3, 4)] == [None] * 4


def test_the_browser_refuses_what_an_officer_must_not_open(script: Script) -> None:
    tender = SealedTender()
    for number in range(2):
        tender.bid(f"{number}.00")
    work = tender.work()
    refused = script.all(
        layer_order(work, tender, 1),
        layer_order(work, tender, 0, now=BEFORE.isoformat()),
        layer_order(work, tender, 0, kept=tender.make_notice(edition=2, deadline=AFTER).document()),
        layer_order(work, tender, 0, passphrase="a wrong passphrase"),
        {"do": "work", "work": b64(work.to_bytes().replace(b'"layer":0', b'"layer":1'))},
        {"do": "work", "work": b64(work.to_bytes().replace(b'"received_at":"2026', b'"received_at":"2025'))},
        {"do": "work", "work": b64(canonical({**_document(work), "bids": _document(work)["bids"][:1]}))},
        {"do": "work", "work": b64(canonical({**_document(work), "bids": _swapped(_document(work)["bids"])}))},
    )
    said = [answer.get("refused", "nothing") for answer in refused]
    wanted = [
        "turn of another officer",
        "deadline is not past",
        "before the deadline of the notice that you kept",
        "passphrase is wrong",
        "not the one that the bidder signed",
        "receipt is not signed",
        "closing root",
        "its receipt names",
    ]
    assert [wish in found for wish, found in zip(wanted, said, strict=True)] == [True] * 8, said


def _document(work: Work) -> dict[str, Any]:
    found = read_document(work.to_bytes())
    assert isinstance(found, dict)
    return found


def _swapped(bids: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**bids[0], "envelope": bids[1]["envelope"]}, bids[1]]


def test_a_layer_that_does_not_open_is_reported_by_both_alike(script: Script) -> None:
    tender = dishonest()
    made = script.one(**layer_order(tender.work(), tender, 0))
    assert made["failed"] == [1]
    contribution, _ = accept_contribution(base64.b64decode(made["file"]), tender.work())
    tender.remove_layers()
    assert contribution.statement() == tender.contributions[0].statement()
    assert contribution == tender.contributions[0], "Ed25519 is deterministic"


def test_the_browser_proves_possession(script: Script) -> None:
    tender, secret = SealedTender(), bytes(range(32))
    card = tender.terms.officers[2]
    order = {"do": "answer", "key": key_file(tender, 2), "passphrase": PASSPHRASE}
    answer = script.one(**order, challenge=b64(challenge_for(card, secret)))
    assert is_answered(card, secret, bytes.fromhex(answer))


def test_canonical_json_is_the_same_text(script: Script) -> None:
    values: list[Any] = [
        {"b": [1, -5, 0, None, True], "10": "x", "9": {"a": ""}},
        'é\u2028\u0000\u001f"\\/\u007f含',
        [2**53 - 1, -(2**53) + 1],
        {},
    ]
    answers = script.all(*({"do": "canonical", "value": value} for value in values))
    assert [base64.b64decode(answer["done"]) for answer in answers] == [canonical(value) for value in values]
    texts = [b'{"b":1,"a":2}', b'{"a":1.5}', b'{"a":1e2}', b'{"a":1,"a":1}', '{"é":1}'.encode(), b"\xff", b'"\\ud800"']
    refused = script.all(*({"do": "read", "data": b64(data)} for data in texts))
    assert ["refused" in answer for answer in refused] == [True] * len(texts)


def test_the_browser_refuses_what_python_would_refuse_at_the_opening(script: Script) -> None:
    tender = SealedTender()
    names = ["a/b", "..", "", "e\u0301", "\u202eb", "a\tb"]
    orders = []
    for name in names:
        order = sealing_order(tender)
        order["contents"]["whole"]["files"][0]["name"] = name
        orders.append(order)
    broken = sealing_order(tender)
    broken["contents"]["whole"]["content"]["price"] = 12.5
    strange = sealing_order(tender)
    strange["ids"]["lot"] = str(tender.tender)
    parts = sealing_order(tender)
    parts["contents"]["price"] = parts["contents"].pop("whole")
    forged = sealing_order(tender)
    forged["notice"] = {**forged["notice"], "signature": "00" * 64}
    answers = script.all(*orders, broken, strange, parts, forged)
    assert ["refused" in answer for answer in answers] == [True] * (len(names) + 4), answers


@pytest.mark.browser
def test_it_runs_in_a_browser_as_the_pages_load_it(browser: Browser, kit_site: KitSite) -> None:
    from b2b_market.ui.static_files import StaticFiles

    address = StaticFiles().url("js/sealing/seal.js")
    tender = SealedTender()
    order = sealing_order(tender)
    page = browser.new_page()
    page.set_default_timeout(PATIENCE)
    page.set_default_timeout(PATIENCE)
    page.goto(kit_site.page())
    answer = page.evaluate(
        """async ([address, order]) => {
          const raw = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
          const { readNotice, seal, supported } = await import(address);
          if (!(await supported())) return null;
          for (const part of Object.values(order.contents))
            for (const file of part.files) file.content = raw(file.content);
          const sealed = await seal(await readNotice(order.notice), order.ids, order.contents, raw(order.seed));
          return { file: btoa(String.fromCharCode(...sealed.file)), digest: sealed.digest };
        }""",
        [f"{kit_site.url}{address}", order],
    )
    page.close()
    assert answer is not None, "this Chromium has no Ed25519"
    accepted(tender, answer)
    assert isinstance(tender.remove_layers()[1], bytes)
