"""``b2b-market import-rfq`` against a real server on a loopback port."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.request import Request

import pytest
import uvicorn
from fastapi.testclient import TestClient
from sqlalchemy import text
from structlog.testing import capture_logs
from typer.testing import CliRunner, Result

from b2b_market.entrypoints.cli import app
from b2b_market.infra import remote as server
from b2b_market.infra.database import Tenant, set_tenant
from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.permission import Role
from b2b_market.rfq.cli import importing
from b2b_market.rfq.cli.showing import table
from tests.rfq.imports import GAPS, SMALL, TENDER
from tests.support.people import make_person, sign_in
from tests.support.rfqs import Market, make_market

ANSWERS = ("--unit", "piece", "--place", "Gate 4", "--date", "2099-03-05", "--currency", "usd")


@pytest.fixture
def market(runtime: Runtime) -> Market:
    return make_market(runtime, 0)


@pytest.fixture
def url(client: TestClient) -> Iterator[str]:
    """The address at which the application of this test answers."""
    listener = socket.create_server(("127.0.0.1", 0))
    running = uvicorn.Server(uvicorn.Config(client.app, log_level="critical", lifespan="off"))
    thread = threading.Thread(target=running.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    deadline = time.monotonic() + 240
    while not running.started and time.monotonic() < deadline:
        time.sleep(0.01)
    with capture_logs():  # the server shares the output of the command
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    running.should_exit = True
    thread.join(10)


@pytest.fixture
def key(client: TestClient, runtime: Runtime, market: Market) -> str:
    return make_key(client, runtime, market, "rfq:draft")


def make_key(client: TestClient, runtime: Runtime, market: Market, *permissions: str) -> str:
    sign_in(client, make_person(runtime, market.buyer_id, Role.BUYER_ADMIN, Role.BUYER_PURCHASER))
    ends = (datetime.now(UTC) + timedelta(days=30)).strftime("%Y-%m-%dT%H:%M:%SZ")
    body = {"label": "ERP", "permissions": list(permissions), "expires_at": ends}
    made = client.post("/api/v1/api-keys", json=body)
    assert made.status_code == 201, made.text
    return str(made.json()["secret"])


def run(place: str, secret: str, file: Path, *options: str, typed: str | None = None) -> Result:
    arguments = ["import-rfq", str(file), *options]
    return CliRunner(env={"B2B_MARKET_URL": place, "B2B_MARKET_API_KEY": secret}).invoke(app, arguments, input=typed)


def written(folder: Path, content: str | bytes, name: str = "list.csv") -> Path:
    file = folder / name
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return file


def one(runtime: Runtime, statement: str) -> object:
    with runtime.database.session() as session:
        set_tenant(session, Tenant(machine=True))
        found: object = session.execute(text(statement)).scalar_one_or_none()
        session.rollback()
    return found


def lines(client: TestClient, runtime: Runtime) -> list[dict[str, Any]]:
    """Return the lines of the only request there is."""
    rfq_id = one(runtime, "SELECT id FROM rfq")
    found: list[dict[str, Any]] = client.get(f"/api/v1/rfqs/{rfq_id}").json()["lines"]
    return found


def test_a_list_in_order_is_imported(url: str, key: str, runtime: Runtime, tmp_path: Path) -> None:
    ended = run(url, key, written(tmp_path, SMALL), "--yes")
    assert (ended.exit_code, ended.stderr) == (0, "")
    rfq_id, number = one(runtime, "SELECT id FROM rfq"), one(runtime, "SELECT number FROM rfq")
    assert ended.stdout.endswith(f"\nImported 2 needs into the draft {number}.\n{url}/rfqs/{rfq_id}\n")
    said = ended.stdout.splitlines()
    assert said[0].split() == ["Column", "Heading", "Examples", "Becomes", "Sure"]
    assert said[2].split() == ["A", "Item", "Hex", "bolt", "|", "Washer", "|", "Total", "Item", "95", "%"]
    assert "Rows: 2 ready, 1 left out." in said
    assert "Target prices in all: CNY 125.00." in said
    assert next(line for line in said if line.startswith("4 ")).split() == (
        ["4", "left", "out", "The", "row", "adds", "up", "others:", "“Total”"]
    )
    assert (one(runtime, "SELECT title FROM rfq"), one(runtime, "SELECT currency FROM rfq")) == ("list", "CNY")


def test_a_tender_is_imported(url: str, key: str, client: TestClient, runtime: Runtime, tmp_path: Path) -> None:
    ended = run(url, key, written(tmp_path, json.dumps(TENDER), "tender.json"), "--yes")
    assert (ended.exit_code, ended.stderr) == (0, "")
    assert "Parts of the tender that a request does not hold: awardCriteria." in ended.stdout
    assert (one(runtime, "SELECT title FROM rfq"), one(runtime, "SELECT currency FROM rfq")) == ("Wires", "EUR")
    (line,) = lines(client, runtime)
    assert (line["item_name"], line["required_on"], line["delivery_place"]) == ("Copper wire", "2099-03-05", "Aix")


def test_options_answer_what_the_list_leaves_out(
    url: str, key: str, client: TestClient, runtime: Runtime, tmp_path: Path
) -> None:
    file = written(tmp_path, "Thing;Qty;Price\nBolt;1,5;2,50\nNut;3 dings;1,00\nLid;4;0,50\n")
    options = ("--title", "Small parts", "--decimals", "comma", "--unit-for", "dings=set", "--skip", "4", "--yes")
    ended = run(url, key, file, *ANSWERS, "--column", "a=item_name", *options)
    assert ended.exit_code == 0, ended.output
    assert one(runtime, "SELECT title FROM rfq") == "Small parts"
    needs = [(Decimal(line["quantity"]), line["unit"]) for line in lines(client, runtime)]
    assert needs == [(Decimal("1.5"), "H87"), (Decimal(3), "SET")]


def test_what_is_open_ends_with_its_options_and_stores_no_request(
    url: str, key: str, runtime: Runtime, tmp_path: Path
) -> None:
    ended = run(url, key, written(tmp_path, GAPS), "--yes")
    import_id = one(runtime, "SELECT id FROM rfq_import")
    assert ended.exit_code == 1
    assert "Open: In which unit are the quantities? The file does not say; rows waiting: 2." in ended.stdout
    for option in ("--unit.", "--currency.", "--date.", "--place."):
        assert f"Answer with {option}" in ended.stdout
    assert "Quantity: “many” is no quantity" in ended.stdout
    assert ended.stderr == f"Not imported. Settle what is open, here or on {url}/rfqs/import/{import_id}.\n"
    assert one(runtime, "SELECT count(*) FROM rfq") == 0


def test_the_ready_rows_alone_where_asked(url: str, key: str, runtime: Runtime, tmp_path: Path) -> None:
    ended = run(url, key, written(tmp_path, GAPS), *ANSWERS, "--only-ready", "--yes")
    assert ended.exit_code == 0, ended.output
    assert one(runtime, "SELECT line_count FROM rfq") == 1


def test_without_a_person_and_without_yes_nothing_is_confirmed(
    url: str, key: str, runtime: Runtime, tmp_path: Path
) -> None:
    ended = run(url, key, written(tmp_path, SMALL))
    assert ended.exit_code == 1
    assert "add --yes to make the draft" in ended.stderr
    assert one(runtime, "SELECT count(*) FROM rfq") == 0


def test_a_dry_run_keeps_nothing(url: str, key: str, runtime: Runtime, tmp_path: Path) -> None:
    assert run(url, key, written(tmp_path, SMALL), "--dry-run").exit_code == 0
    assert run(url, key, written(tmp_path, GAPS), "--dry-run").exit_code == 1
    assert one(runtime, "SELECT count(*) FROM rfq_import") == 0


@pytest.fixture
def person(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody sits at the terminal."""
    monkeypatch.setattr(importing, "somebody_there", lambda: True)


@pytest.mark.usefixtures("person")
def test_a_person_is_asked_until_everything_is_settled(
    url: str, key: str, client: TestClient, runtime: Runtime, tmp_path: Path
) -> None:
    file = written(tmp_path, "Item,Qty,Price\nBolt,3,$2.50\n")
    typed = "blurb\n\nCHF\nusd\nsoon\n2099-03-05\nGate 4\ny\n"
    ended = run(url, key, file, typed=typed)
    assert ended.exit_code == 0, ended.output
    assert "no unit is called blurb" in ended.stdout
    assert "write one of: USD, CAD" in ended.stdout
    assert "soon is no date" in ended.stdout
    assert "Make a draft of 1 needs in USD? [Y/n]" in ended.stdout
    (need,) = lines(client, runtime)
    assert (need["unit"], Decimal(need["target_price"])) == ("H87", Decimal("2.50"))


@pytest.mark.usefixtures("person")
def test_a_person_may_say_no(url: str, key: str, runtime: Runtime, tmp_path: Path) -> None:
    ended = run(url, key, written(tmp_path, SMALL), typed="n\n")
    assert ended.exit_code == 1
    assert "Not imported; it waits on" in ended.stderr
    assert one(runtime, "SELECT count(*) FROM rfq") == 0


def test_prices_in_another_currency_stop_it_or_are_dropped(
    url: str, key: str, runtime: Runtime, tmp_path: Path
) -> None:
    file = written(tmp_path, SMALL)
    ended = run(url, key, file, "--currency", "EUR", "--yes")
    assert ended.exit_code == 1
    assert "Some target prices are in another currency." in ended.stderr
    assert "  /rows/2/currency: The price is in CNY, the request is in EUR." in ended.stderr
    assert one(runtime, "SELECT count(*) FROM rfq") == 0
    assert run(url, key, file, "--currency", "EUR", "--drop-other-prices", "--yes").exit_code == 0


def test_a_list_without_prices_asks_for_the_currency(url: str, key: str, tmp_path: Path) -> None:
    ended = run(url, key, written(tmp_path, SMALL.replace("CNY 1.25", "")), "--yes")
    assert ended.exit_code == 2
    assert ended.stderr == "say with --currency in which currency the request is: the file names no price.\n"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--unit", "blurb"), "no unit is called blurb"),
        (("--currency", "EURO"), "EURO is no currency"),
        (("--column", "C"), "write C as NAME=VALUE"),
        (("--column", "C=colour"), "--column knows no field colour"),
        (("--unit-for", "x=blurb"), "no unit is called blurb"),
        (("--url", "market.example"), "market.example is no address"),
        (("--api-key", "a b"), "the API key holds characters that no key has"),
        (("--api-key", ""), "Set B2B_MARKET_API_KEY"),
    ],
)
def test_wrong_options_are_named_before_anything_is_sent(tmp_path: Path, options: tuple[str, ...], said: str) -> None:
    ended = run("http://127.0.0.1:1", "a-key", written(tmp_path, SMALL), "--yes", *options)
    assert ended.exit_code == 2, ended.output
    assert said in ended.stderr


def test_a_file_that_is_not_there_is_a_wrong_option(tmp_path: Path) -> None:
    assert run("http://127.0.0.1:1", "a-key", tmp_path / "none.csv").exit_code == 2


def test_a_column_that_is_not_there_is_a_wrong_option(url: str, key: str, tmp_path: Path) -> None:
    ended = run(url, key, written(tmp_path, SMALL), "--yes", "--column", "Z=note")
    assert ended.exit_code == 2
    assert ended.stderr == "the file has no column Z; it has A, B, C, D, E, F, G.\n"


def test_a_file_that_cannot_be_read_is_explained(url: str, key: str, tmp_path: Path) -> None:
    ended = run(url, key, written(tmp_path, b"%PDF-1.7", 'a "b".pdf'), "--yes")
    assert (ended.exit_code, ended.stderr.splitlines()[0][:41]) == (1, "This kind of file cannot be imported. It ")


def test_a_key_without_the_permission_is_refused(
    url: str, client: TestClient, runtime: Runtime, market: Market, tmp_path: Path
) -> None:
    reader = make_key(client, runtime, market, "rfq:read")
    ended = run(url, reader, written(tmp_path, SMALL), "--yes")
    assert (ended.exit_code, "rfq:draft" in ended.stderr) == (3, True)
    ended = run(url, "mk_unknown", written(tmp_path, SMALL), "--yes")
    assert (ended.exit_code, "Sign in first" in ended.stderr) == (3, True)


def test_a_silent_server_is_named(key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "_PAUSE", 0)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    ended = run(f"http://127.0.0.1:{port}", key, written(tmp_path, SMALL), "--yes")
    assert (ended.exit_code, f"http://127.0.0.1:{port} does not answer" in ended.stderr) == (3, True)


def test_a_confirmation_lost_on_the_way_is_repeated_with_the_same_key(
    url: str, key: str, runtime: Runtime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "_PAUSE", 0)
    real, sent = server.Server._answer, []

    def lossy(self: server.Server, request: Request) -> server.Json:
        found = real(self, request)
        if request.full_url.endswith("/confirm"):
            sent.append(request.get_header("Idempotency-key"))
            if len(sent) == 1:
                raise server.Unreachable("the answer was lost")
        return found

    monkeypatch.setattr(server.Server, "_answer", lossy)
    ended = run(url, key, written(tmp_path, SMALL), "--yes")
    assert ended.exit_code == 0, ended.output
    assert (len(sent), len(set(sent)), one(runtime, "SELECT count(*) FROM rfq")) == (2, 1, 1)


def test_chinese_stands_in_line_in_tables() -> None:
    lines = list(table(("A", "B"), [("物料", "x"), ("ab", "y")]))
    assert lines == ["A     B", "----  -", "物料  x", "ab    y"]


def test_a_parts_list_of_other_people_is_imported(url: str, key: str, runtime: Runtime, real_data: Path) -> None:
    file = real_data / "rfq" / "lumenpnp-mech-bom-1.1.0.csv"
    ended = run(url, key, file, *ANSWERS, "--yes")
    assert ended.exit_code == 0, ended.output
    assert "Rows: 43 ready, 1 left out." in ended.stdout
    assert one(runtime, "SELECT line_count FROM rfq") == 43


def test_the_standard_s_request_of_other_people_is_imported(
    url: str, key: str, runtime: Runtime, real_data: Path
) -> None:
    file = real_data / "ubl" / "UBL-RequestForQuotation-2.1-Example.xml"
    assert "Answer with --date." in run(url, key, file, "--currency", "DKK", "--yes").stdout
    ended = run(url, key, file, "--currency", "DKK", "--date", "2099-03-05", "--yes")
    assert ended.exit_code == 0, ended.output
    assert one(runtime, "SELECT title FROM rfq") == "Bestilling af computere"
