"""What the page of a tender asks the database: each thing once."""

from fastapi.testclient import TestClient
from sqlalchemy import event

from b2b_market.infra.runtime import Runtime
from tests.support import tenders as made
from tests.support.people import sign_in
from tests.support.tenders import Hall


def test_the_page_reads_the_tender_once(runtime: Runtime, hall: Hall, client: TestClient) -> None:
    content = made.tendering(runtime, hall)
    asked: list[str] = []

    def note(*seen: object) -> None:
        asked.append(" ".join(str(seen[2]).split()))

    with runtime.database.session() as session:
        event.listen(session.connection(), "before_cursor_execute", note)
    for person, most in ((hall.purchaser, 14), (hall.sales[0], 12)):
        sign_in(client, person)
        asked.clear()
        assert client.get(f"/tenders/{content.tender.id}", headers={"accept": "text/html"}).status_code == 200
        reads = [one for one in asked if one.startswith(("SELECT", "WITH"))]
        once = [one for one in reads if " FROM tender WHERE tender.id = " in one]
        assert (len(once), len(reads) <= most) == (1, True), "\n".join(reads)
