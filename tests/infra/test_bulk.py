"""Rows that go past the session: they hold what a flush would have stored."""

from datetime import UTC, date, datetime
from decimal import Decimal

from sqlalchemy import inspect, select

from b2b_market.infra.bulk import Fixed, first_row, insert_together, record_of, row_of
from b2b_market.infra.database import Tenant, set_tenant
from b2b_market.infra.ids import new_id
from b2b_market.infra.outbox import InboxRow
from b2b_market.infra.runtime import Runtime
from b2b_market.rfq.models.quotes import QUOTE_TERMS, Quote
from b2b_market.rfq.states import QuoteStatus, TaxBasis

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)


def made() -> Quote:
    """Return a new quotation as far as a service fills it."""
    return Quote(
        id=new_id(),
        created_at=NOW,
        changed_at=NOW,
        number="Q2026-00001",
        rfq_id=new_id(),
        buyer_id=new_id(),
        supplier_id=new_id(),
        round=1,
        revision=1,
        status=QuoteStatus.SUBMITTED,
        opened=True,
        currency="CNY",
        total=Decimal(12),
        line_count=0,
        valid_until=date(2026, 5, 1),
        payment_terms="",
        note="",
        submitted_by=new_id(),
        received_at=NOW,
        lines_digest=b"",
        content_hash=b"",
        tax_basis=TaxBasis.WITH_TAX,
    )


def test_a_first_row_has_every_column_with_its_default_and_the_first_version() -> None:
    quote = made()
    row = first_row(quote)
    assert set(row) == set(inspect(Quote).columns.keys())
    assert (row["version"], quote.version) == (1, 1)
    assert (row["rfq_edition"], row["incoterm"], row["freight"]) == (1, "", None)
    assert row["tax_basis"] is TaxBasis.WITH_TAX
    assert {name: row[name] for name in QUOTE_TERMS if name != "tax_basis"} == {
        name: given for name, given in QUOTE_TERMS.items() if name != "tax_basis"
    }


def test_defaults_that_are_made_are_made_for_each() -> None:
    one, other = first_row(made()), first_row(made())
    assert isinstance(one["audit_salt"], bytes)
    assert one["audit_salt"] != other["audit_salt"]
    assert one["bundles"] == []
    assert one["bundles"] is not other["bundles"]


def test_what_was_stored_reads_as_a_record_that_no_session_holds() -> None:
    row = first_row(made())
    record = record_of(Quote, row)
    assert (record.number, record.total, record.status) == ("Q2026-00001", Decimal(12), QuoteStatus.SUBMITTED)
    assert row_of(record) == row
    state = inspect(record)
    assert (state.session, state.modified) == (None, False)


def test_two_changes_of_one_text_keep_their_values_apart(runtime: Runtime) -> None:
    note = "INSERT INTO inbox (event_id, handler, handled_at) VALUES (%(event_id)s, %(handler)s, %(now)s)"
    ids = [new_id() for _ in range(3)]
    rows = [{"event_id": ids[0], "handler": "rows", "handled_at": NOW}]
    also = [Fixed(note, {"event_id": event_id, "handler": str(event_id), "now": NOW}) for event_id in ids[1:]]
    with runtime.database.session() as session:
        set_tenant(session, Tenant(machine=True))
        insert_together(session, (InboxRow, rows), also=also)
        stored = session.execute(select(InboxRow.event_id, InboxRow.handler).where(InboxRow.event_id.in_(ids)))
        assert dict(stored.all()) == {ids[0]: "rows", ids[1]: str(ids[1]), ids[2]: str(ids[2])}
