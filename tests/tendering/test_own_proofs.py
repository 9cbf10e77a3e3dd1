"""What a bidder saves after the close, and checks without the platform: each bid as it stood, also where it is void."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner, Result

from b2b_market.entrypoints.cli import app
from b2b_market.infra.runtime import Runtime
from b2b_market.rbac.actor import Actor
from tests.support import tender_amendments as amended
from tests.support import tenders as made
from tests.support.people import sign_in
from tests.support.tenders import Hall


@pytest.fixture
def hall(runtime: Runtime) -> Iterator[Hall]:
    with made.own_clock(runtime):
        yield made.make_hall(runtime, suppliers=4)


def saved(client: TestClient, person: Actor, tender_id: UUID, folder: Path, sequence: int) -> list[str]:
    """Save notice, close record, and a receipt with its proof; return what the command line takes for them."""
    sign_in(client, person)
    base = f"/tenders/{tender_id}"
    names = ("notice.json", "close.json", f"receipts/{sequence}", f"proofs/{sequence}")
    files = []
    for name in names:
        answer = client.get(f"{base}/{name}")
        assert answer.status_code == 200, answer.text
        files.append(folder / name.replace("/", "-"))
        files[-1].write_bytes(answer.content)
    notice, close, receipt, proof = map(str, files)
    return [receipt, "--notice", notice, "--close", close, "--proof", proof]


def verify(arguments: list[str]) -> Result:
    return CliRunner().invoke(app, ["bid", "verify-receipt", *arguments])


def test_bidders_prove_offline_that_their_bids_counted_were_void_or_withdrawn(
    runtime: Runtime, hall: Hall, client: TestClient, tmp_path: Path
) -> None:
    content = made.tendering(runtime, hall)
    sent = [made.bid(runtime, hall, content, place) for place in range(4)]
    content = amended.amend_specification(runtime, hall, content.tender.id)
    amended.confirm(runtime, hall, content, 0, sent[0])
    made.withdraw(runtime, hall, content, 3, 2)
    sign_in(client, hall.sales[2])
    early = client.get(f"/tenders/{content.tender.id}/proofs/3")
    assert (early.status_code, client.get(f"/tenders/{content.tender.id}/close.json").status_code) == (404, 404)
    made.move(runtime, timedelta(days=20))
    made.close(runtime)
    for place, sequence, words in ((0, 1, "It counted"), (2, 3, "It was void"), (3, 6, "It stood as withdrawn")):
        done = verify(saved(client, hall.sales[place], content.tender.id, tmp_path, sequence))
        assert (done.exit_code, words in done.output) == (0, True), done.output
        page = client.get(f"/tenders/{content.tender.id}/bid").text
        assert f"/tenders/{content.tender.id}/proofs/{sequence}" in page
    sign_in(client, hall.sales[1])
    assert client.get(f"/tenders/{content.tender.id}/proofs/1").status_code == 404, "it is another company's"
