"""The contracts of an award: waited for, compared with what was awarded, downloaded and checked byte by byte."""

import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

import httpx2

from tools.demo.desk import API, Desk, expect
from tools.demo.offers import total_of
from tools.demo.report import Report

PATIENCE: Final = 60.0
_PAUSE: Final = 0.3
_LEAST_SIZE: Final = 5_000
_MAGIC: Final = {"pdf": b"%PDF-", "docx": b"PK\x03\x04"}


def wait_for(what: str, ready: Callable[[], Any], patience: float = PATIENCE) -> Any:  # noqa: ANN401 - what ready returns
    """Return the first true answer of ``ready``; Surprise where there is none in time (seconds)."""
    end = time.monotonic() + patience
    while not (found := ready()):
        expect(time.monotonic() < end, f"not within {patience:.0f} seconds: {what}")
        time.sleep(_PAUSE)
    return found


def check_contracts(desk: Desk, report: Report, award: Mapping[str, Any], digits: Mapping[str, int]) -> None:
    """Wait for one contract per awarded supplier, check its lines and total, and fetch both documents.

    ``digits`` are the decimals of each currency's minor unit.
    """
    suppliers = set(award["supplier_ids"])

    def all_drafted() -> list[Mapping[str, Any]]:
        listed = desk.get("/contracts", role="buyer", limit="50")["items"]
        own = [one for one in listed if one["rfq_id"] == award["rfq_id"]]
        return own if len(own) >= len(suppliers) else []

    drafted = wait_for("a contract for each awarded supplier", all_drafted)
    expect({one["supplier"]["org_id"] for one in drafted} == suppliers, "the contracts are with other suppliers")
    for one in sorted(drafted, key=lambda contract: contract["number"]):
        awarded = [line for line in award["lines"] if line["supplier_id"] == one["supplier"]["org_id"]]
        _check_contract(desk, report, one["id"], awarded, digits)


def _check_contract(
    desk: Desk, report: Report, contract_id: str, awarded: Sequence[Mapping[str, Any]], digits: Mapping[str, int]
) -> None:
    def printed() -> Mapping[str, Any] | None:
        found: Mapping[str, Any] = desk.get(f"/contracts/{contract_id}")
        return found if set(_MAGIC) <= set(_fingerprints(found)) else None

    contract = wait_for("the fingerprints of a contract", printed)
    currency = str(contract["total"]["currency"])
    owed = total_of(awarded, digits[currency])
    told = Decimal(contract["total"]["amount"])
    expect(owed == told, f"contract {contract['number']} is over {told}, awarded were {owed} {currency}")
    expect(len(contract["lines"]) == len(awarded), f"contract {contract['number']} has other lines than the award")
    name = contract["supplier"]["name_en"] or contract["supplier"]["name_zh"]
    report.step(
        desk.who,
        f"contract {contract['number']} with {name}: {len(awarded)} lines, {currency} {told:,.{digits[currency]}f}",
        desk.page(f"/contracts/{contract_id}"),
    )
    for file_format, known in _fingerprints(contract).items():
        _check_file(desk, report, contract_id, known, file_format)
    _check_verification(report, contract)


def _fingerprints(contract: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Return the fingerprints of the bilingual files of the present edition, by format."""
    present = [one for one in contract["documents"] if one["edition"] == contract["edition"]]
    return {str(one["file_format"]): one for one in present if one["printing"] == "both"}


def _check_file(desk: Desk, report: Report, contract_id: str, known: Mapping[str, Any], file_format: str) -> None:
    path = f"/contracts/{contract_id}/documents/{file_format}"
    answer = desk.call("GET", path, 200, params={"languages": "both"})
    content, digest = answer.content, hashlib.sha256(answer.content).hexdigest()
    expect(content.startswith(_MAGIC[file_format]), f"{path} is no {file_format}: it begins with {content[:8]!r}")
    expect(len(content) == known["size"], f"{path} has {len(content)} bytes, its fingerprint says {known['size']}")
    expect(len(content) > _LEAST_SIZE, f"{path} has only {len(content)} bytes")
    expect(digest == known["sha256"], f"{path} has SHA-256 {digest}, its fingerprint says {known['sha256']}")
    expect(answer.headers["ETag"].strip('"') == digest, f"{path}: the ETag is not the SHA-256")
    pages = f", {known['pages']} pages" if known["pages"] else ""
    report.more(f"· {file_format.upper()}: {len(content):,} bytes{pages}, SHA-256 {digest[:16]}… as named by the API")


def _check_verification(report: Report, contract: Mapping[str, Any]) -> None:
    """Ask for the fingerprints as a stranger who holds the paper would."""
    path = f"{contract['id']}/{contract['edition']}"
    answer = httpx2.get(f"{report.url}{API}/contract-verifications/{path}", timeout=30, trust_env=False)
    expect(answer.is_success, f"the public verification answered {answer.status_code}")
    public = {one["sha256"] for one in answer.json()["documents"]}
    own = {one["sha256"] for one in _fingerprints(contract).values()}
    expect(own <= public, "the public verification names other fingerprints")
    report.more(f"· anyone can check them at {report.url}/verify/{path}")
