"""The format cannot drift: what was sealed, opened and published once is read the same for ever."""

import base64
import json
from typing import Any

import pytest

from b2b_market.tendering.rules.sealed_evidence import PublicFiles
from b2b_market.tendering.rules.sealed_keyfile import unlock_key
from b2b_market.tendering.rules.sealed_keys import OfficerKey
from b2b_market.tendering.rules.sealed_layers import accept_contribution, contribute
from b2b_market.tendering.rules.sealed_payload import BidFile, commitment
from b2b_market.tendering.rules.sealed_publishing import collected
from b2b_market.tendering.rules.sealed_reading import OpenedPart, open_part, read_reveal
from b2b_market.tendering.rules.sealed_record import read_record
from b2b_market.tendering.rules.sealed_terms import Part
from b2b_market.tendering.rules.sealed_verification import verify_files
from b2b_market.tendering.rules.sealed_work import next_work, read_work
from tests.tendering.golden_vectors import GOLDEN, PASSPHRASE
from tests.tendering.sealed_tenders import AFTER
from tests.tendering.test_sealed_browser import Script, b64

FINGERPRINTS = [
    "2f717dc1df1177ca65cb3a4ab46f32918a6473a0",
    "64b4fc3f3988a371cf7b196e306a80dbdb9d425a",
    "ae176dca20462d9e397c720c4c25ed79bc1e0c88",
]


@pytest.fixture(scope="module")
def golden() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(GOLDEN.read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="module")
def files(golden: dict[str, Any]) -> PublicFiles:
    named = {name: base64.b64decode(data) for name, data in golden["files"].items()}
    return collected(named, named.__getitem__)


def test_the_published_files_are_sound(files: PublicFiles) -> None:
    report = verify_files(files)
    assert report.findings == ()
    assert (report.tally.live, report.tally.boxes, report.tally.contributions, report.tally.payloads) == (1, 4, 4, 2)


def test_seeds_give_the_same_keys(golden: dict[str, Any]) -> None:
    prints = [OfficerKey(bytes.fromhex(seed)).card("x").fingerprint for seed in golden["officers"]]
    assert prints == FINGERPRINTS
    key = unlock_key(base64.b64decode(golden["key_file"]), PASSPHRASE)
    assert key.seed.hex() == golden["officers"][0]


@pytest.mark.parametrize("part", [Part.TECHNICAL, Part.PRICE])
def test_the_same_layers_come_off_and_the_same_bid_comes_out(
    golden: dict[str, Any], files: PublicFiles, part: Part
) -> None:
    keys = [OfficerKey(bytes.fromhex(seed)) for seed in golden["officers"]]
    work = read_work(base64.b64decode(golden["work"][part]))
    first = contribute(work, keys[0], AFTER)
    assert first.to_bytes() in files.contributions
    _, results = accept_contribution(first.to_bytes(), work)
    assert isinstance(results[1], bytes)
    second = contribute(next_work(work, {1: results[1]}), keys[1], AFTER)
    assert second.to_bytes() in files.contributions
    envelope, terms = work.bids[0].envelope, work.notices[0].notice.terms
    assert envelope is not None
    boxes = {key: data for key, _ in envelope.boxes() if (data := files.box(1, key)) is not None}
    opened = open_part(envelope, terms, part, second.results[1] or b"", boxes)
    assert isinstance(opened, OpenedPart)
    assert opened.files == (BidFile("报价.pdf", b"the offer"),)
    assert opened.payload.content["part"] == part.value
    recorded = {record.part: record for record in (read_record(data).record for data in files.records)}
    assert recorded[part].bids[0].secret == opened.secret


def test_the_commitment_is_the_same(golden: dict[str, Any]) -> None:
    made = [
        commitment(reveal.ids, reveal.part, reveal.secret.r, reveal.secret.payload).hex()
        for reveal in (read_reveal(base64.b64decode(data)) for data in golden["reveals"])
    ]
    envelope = json.loads(base64.b64decode(golden["files"]["entries/000001.json"]))["envelope"]
    assert made == [part["commitment"] for part in envelope["parts"]]


def test_the_browser_takes_off_the_same_layer(
    golden: dict[str, Any], files: PublicFiles, tmp_path_factory: pytest.TempPathFactory
) -> None:
    script = Script(tmp_path_factory.mktemp("golden"))
    order = {"key": golden["key_file"], "passphrase": PASSPHRASE, "now": AFTER.isoformat()}
    made = script.one(do="contribute", work=golden["work"]["price"], **order)
    assert base64.b64decode(made["file"]) in files.contributions
    reveals = [read_reveal(base64.b64decode(data)) for data in golden["reveals"]]
    commitments = [
        script.one(
            do="commitment",
            ids=reveal.ids.document(),
            part=reveal.part,
            r=b64(reveal.secret.r),
            payload=b64(reveal.secret.payload),
        )
        for reveal in reveals
    ]
    assert commitments == [commitment(one.ids, one.part, one.secret.r, one.secret.payload).hex() for one in reveals]
