"""``make demo`` over real HTTP, with the relay and the clock running beside it as the worker does."""

import os
import re
import socket
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from b2b_market.organizations.demo.filling import SETTING, SIGN_INS
from tests.journeys.stands import Stand, standing, working
from tests.support.servers import Servers
from tools.demo import papers, story, tender
from tools.demo.__main__ import FILE, main
from tools.demo.people import NoSignIns, find_cast
from tools.demo.story import split


@pytest.fixture(scope="module")
def stand(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    with standing(servers, tmp_path_factory.mktemp("demo"), "demo", redis=14) as found, working(found.runtime):
        yield found


@pytest.fixture(autouse=True)
def password_of_the_data_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(SETTING, raising=False)


@pytest.fixture(autouse=True)
def time_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """Suppliers get more seconds than for somebody who looks on: the machine may have little time for each of them."""
    monkeypatch.setattr(story, "OPEN_SECONDS", 20)
    monkeypatch.setattr(tender, "OPEN_SECONDS", 40)
    monkeypatch.setattr(papers.wait_for, "__defaults__", (300.0,))


def run(stand: Stand, *more: str) -> int:
    return main(["--run", "requests", "--url", stand.url, "--data", str(stand.data), *more])


def test_a_tender_goes_from_the_draft_to_two_contracts(stand: Stand, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(stand, "--run", "tender") == 0

    told = " ".join(capsys.readouterr().out.split())
    assert "sent late and was refused: Bids were received until" in told
    assert "opened 6 bids and signed the record" in told
    assert re.search(r"Hairui Fasteners Co., Ltd. CNY 10,460.00 95.5 1 .* CNY 10,770.00 94.99 2 ", told)
    assert len(re.findall(r"contract C-\d{4}-\d{6} with ", told)) == 2
    assert "edition 2 of the notice is signed; sealed bids have to be confirmed" in told
    assert "confirmed 2 sealed bids unopened; signed receipts 3, 4" in told
    assert "reads 1 bond that is as asked for, and 5 bids without one" in told
    assert "Everything as it should be: 33 steps" in told


def test_the_projects_own_list_becomes_two_contracts(stand: Stand, capsys: pytest.CaptureFixture[str]) -> None:
    before = stand.minimum_hours()

    assert run(stand) == 0

    told = capsys.readouterr().out
    assert "25 lines in CNY" in told
    assert "own limit CNY 0.00" in told
    assert "quoted 13 of 25 lines, CNY" in told
    assert re.search(r"quoted 25 of 25 lines, EUR .* \(lower prices\);\s+revision 2", told)
    assert "refused: Quotations were accepted" in " ".join(told.split())
    assert "approved the award" in told
    assert told.count("· PDF: ") == told.count("· DOCX: ") == 2
    assert len(re.findall(r"contract C-\d{4}-\d{6} with ", told)) == 2
    assert told.rstrip().splitlines()[-1].startswith("Everything as it should be: 21 steps")
    assert stand.minimum_hours() == before > 0


@pytest.mark.skipif("B2B_MARKET_REAL_DATA" not in os.environ, reason="B2B_MARKET_REAL_DATA names no folder of files")
@pytest.mark.parametrize(
    ("name", "draft"),
    [
        ("rfq/lumenpnp-mech-bom-1.1.0.csv", "43 lines in USD"),
        ("ubl/UBL-RequestForQuotation-2.1-Example.xml", "“Bestilling af computere” with 4 lines in DKK"),
    ],
)
def test_real_files_become_two_contracts(
    stand: Stand, real_data: Path, capsys: pytest.CaptureFixture[str], name: str, draft: str
) -> None:
    assert run(stand, "--file", str(real_data / name)) == 0

    told = " ".join(capsys.readouterr().out.split())
    assert draft in told
    assert told.count("· PDF: ") == told.count("· DOCX: ") == 2
    assert "Everything as it should be" in told


def test_a_file_without_needs_is_a_surprise_and_leaves_the_settings_as_they_were(
    stand: Stand, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    empty = tmp_path / "empty.csv"
    empty.write_text("Item,Quantity\nTotal,\n", encoding="utf-8")
    before = stand.minimum_hours()

    assert run(stand, "--file", str(empty)) == 1

    assert "Surprise: " in capsys.readouterr().err
    assert stand.minimum_hours() == before > 0


def test_without_a_server_or_sign_ins_it_says_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))  # and does not listen, so nobody else does there either
        free = f"http://127.0.0.1:{silent.getsockname()[1]}"
        assert main(["--url", free, "--data", str(tmp_path)]) == 2
    assert capsys.readouterr().err.startswith(f"Nothing answers at {free}. Start the product with `make run` first")

    assert main(["--file", str(tmp_path / "missing.csv")]) == 2
    assert capsys.readouterr().err == f"There is no file {tmp_path / 'missing.csv'}.\n"


def test_the_cast_is_found_by_the_data_folder_or_by_the_environment(tmp_path: Path) -> None:
    with pytest.raises(NoSignIns, match="Start the product with `make run` first"):
        find_cast(tmp_path, {})
    (tmp_path / SIGN_INS).write_text('{"password": "x", "people": []}', encoding="utf-8")
    with pytest.raises(NoSignIns, match=r"lack people: buyer\.admin, buyer\.purchaser, buyer\.approver"):
        find_cast(tmp_path, {})

    cast = find_cast(tmp_path, {SETTING: "given"})
    assert {person.password for person in cast.everybody} == {"given"}
    assert cast.purchaser.email == "trainee@hengli.example"
    assert [person.company.partition(" ")[0] for person in cast.sales] == ["Ningbo", "Suzhou", "Foshan", "Rheinfels"]


def test_an_award_is_split_even_where_one_supplier_is_the_cheaper_for_all() -> None:
    def cell(quote_id: str, price: str) -> dict[str, str]:
        return {"quote_id": quote_id, "price": price}

    one = {"line_id": "1", "quantity": "7", "cells": [cell("a", "1.0"), None, cell("b", "1.1")]}
    two = {"line_id": "2", "quantity": "5", "cells": [cell("a", "10.0"), cell("c", "1"), cell("b", "9.1")]}

    assert split({"rows": [one, two]}, ["a", "b"]) == [
        {"line_id": "1", "quote_id": "a"},
        {"line_id": "2", "quote_id": "b"},
    ]
    picks = split({"rows": [one]}, ["a", "b"])
    assert [(pick["quote_id"], Decimal(pick["quantity"])) for pick in picks] == [
        ("a", Decimal("3.5")),
        ("b", Decimal("3.5")),
    ]


def test_the_list_of_needs_is_the_projects_own_and_has_no_dates_that_could_pass() -> None:
    text = FILE.read_text(encoding="utf-8")
    assert len(text.splitlines()) == 28
    assert re.search(r"20\d\d-\d\d", text) is None
