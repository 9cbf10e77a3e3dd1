"""What a supplier may see of its rivals while quotations are taken: as much as the request says, and never more."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import insert, select
from sqlalchemy.exc import DBAPIError

from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.currency import Currency
from b2b_market.kernel.permission import Role
from b2b_market.kernel.refusal import Invalid
from b2b_market.rbac.actor import Actor
from b2b_market.reference.commands import AddRate
from b2b_market.reference.service import rates
from b2b_market.rfq.commands.quotes import LineTerms, QuoteTerms
from b2b_market.rfq.commands.requests import ConfirmQuote, DraftRfq, ReadRfq, WithdrawQuote
from b2b_market.rfq.models.quotes import Quote
from b2b_market.rfq.models.standing import RfqStanding
from b2b_market.rfq.service import confirming, quoting, standing
from b2b_market.rfq.service.drafting import RfqContent
from b2b_market.rfq.service.standing import Standing
from b2b_market.rfq.states import Disclosure
from tests.rfq.forms import page, text_of
from tests.support.amendments import amend, amendment, body_of
from tests.support.calling import caller_for, draft_body
from tests.support.delivery import drain_outbox
from tests.support.negotiations import open_round
from tests.support.people import make_company, make_person, sign_in
from tests.support.rfqs import (
    CNY,
    Market,
    close,
    draft_command,
    make_draft,
    make_market,
    publish,
    quote_command,
    read,
    submit,
)
from tests.support.rows import rows_of
from tests.support.works import work_for


@pytest.fixture
def market(runtime: Runtime) -> Market:
    return make_market(runtime)


def shows(market: Market, disclosure: Disclosure, lines: int = 2) -> DraftRfq:
    return replace(draft_command(market.suppliers, lines), disclosure=disclosure)


def quoted(
    runtime: Runtime, market: Market, disclosure: Disclosure, prices: tuple[list[str | None], ...]
) -> RfqContent:
    content = publish(runtime, market, shows(market, disclosure))
    for sales, own in zip(market.sales, prices, strict=False):
        submit(runtime, sales, content, own)
    drain_outbox(runtime)
    return content


def seen(runtime: Runtime, actor: Actor, rfq_id: UUID) -> Standing:
    with work_for(runtime, actor) as work:
        return standing.read_standing(work, actor, ReadRfq(rfq_id))


def ranks(found: Standing) -> tuple[int | None, list[int | None]]:
    return found.total.rank, [line.place.rank for line in found.lines]


class TestRank:
    def test_each_sees_its_own_and_nothing_else(self, runtime: Runtime, market: Market) -> None:
        content = quoted(runtime, market, Disclosure.RANK, (["10", "20"], ["11", "18"], ["9", None]))
        assert [ranks(seen(runtime, sales, content.rfq.id)) for sales in market.sales] == [
            (2, [2, 2]),
            (1, [3, 1]),
            (None, [1]),
        ]
        for found in (seen(runtime, sales, content.rfq.id) for sales in market.sales):
            places = [found.total, *(line.place for line in found.lines)]
            assert all((place.lead, place.figures) == (None, ()) for place in places)

    def test_of_equal_ones_the_earlier_is_ahead(self, runtime: Runtime, market: Market) -> None:
        content = quoted(runtime, market, Disclosure.RANK, (["10", "20"], ["10", "20"]))
        assert [seen(runtime, sales, content.rfq.id).total.rank for sales in market.sales] == [1, 2, None]
        with work_for(runtime, market.sales[0]) as work:
            first = quoting.list_quotes(work, market.sales[0], ReadRfq(content.rfq.id))[0]
            quoting.submit_quote(work, market.sales[0], quote_command(content, ["10", "20"], version=first.version))
        drain_outbox(runtime)
        assert [seen(runtime, sales, content.rfq.id).total.rank for sales in market.sales] == [2, 1, None]

    def test_set_up_and_freight_count_in_all_and_other_currencies_at_the_stored_rate(
        self, runtime: Runtime, market: Market
    ) -> None:
        operator = make_person(runtime, make_company(runtime, "Platform", (), platform=True), Role.PLATFORM_OPERATOR)
        day = datetime.now(UTC).date() - timedelta(days=1)
        with work_for(runtime, operator) as work:
            rates.add_rate(
                work, operator, AddRate(base=Currency("EUR"), quote=CNY, value=Decimal(8), day=day, source="ECB")
            )
        content = publish(runtime, market, shows(market, Disclosure.RANK))
        plain = quote_command(content, ["10", "20"])
        dear = replace(
            plain,
            lines=(
                replace(plain.lines[0], unit_price=Decimal(9), terms=LineTerms(setup_cost=Decimal(60))),
                plain.lines[1],
            ),
            terms=QuoteTerms(freight=Decimal(41)),
        )
        for sales, command in zip(market.sales, (plain, dear), strict=False):
            with work_for(runtime, sales) as work:
                quoting.submit_quote(work, sales, command)
        submit(runtime, market.sales[2], content, ["1.2", "2.5"], "EUR")
        drain_outbox(runtime)
        found = [ranks(seen(runtime, sales, content.rfq.id)) for sales in market.sales]
        assert [total for total, _ in found] == [2, 3, 1]
        assert [by_line[0] for _, by_line in found] == [3, 1, 2]

    def test_without_a_stored_rate_there_is_no_rank_and_nobody_is_held_up(
        self, runtime: Runtime, market: Market
    ) -> None:
        content = publish(runtime, market, shows(market, Disclosure.RANK))
        submit(runtime, market.sales[0], content, ["10", "20"], "KES")
        submit(runtime, market.sales[1], content, ["10", "20"])
        drain_outbox(runtime)
        assert seen(runtime, market.sales[0], content.rfq.id).changed_at is None
        assert seen(runtime, market.sales[1], content.rfq.id).total.rank == 1


class TestPrices:
    def test_the_lowest_prices_are_shown_without_a_rank(self, runtime: Runtime, market: Market) -> None:
        content = quoted(runtime, market, Disclosure.LEAD, (["10", "20"], ["11", "18"], ["9", None]))
        for sales in market.sales:
            found = seen(runtime, sales, content.rfq.id)
            assert (found.total.rank, found.total.lead, found.total.figures) == (None, Decimal(2900), ())
            assert [(line.position, line.place.lead) for line in found.lines] == [(1, Decimal(9)), (2, Decimal(18))]

    def test_all_prices_are_shown_rising_and_unnamed(self, runtime: Runtime, market: Market) -> None:
        content = quoted(runtime, market, Disclosure.ALL, (["10", "20"], ["11", "18"], ["9", None]))
        found = seen(runtime, market.sales[0], content.rfq.id)
        assert found.total.figures == (Decimal(2900), Decimal(3000))
        assert [line.place.figures for line in found.lines] == [
            (Decimal(9), Decimal(10), Decimal(11)),
            (Decimal(18), Decimal(20)),
        ]
        assert ranks(found) == (2, [2, 2])
        (row,) = rows_of(runtime, market.sales[0], select(RfqStanding))
        said = json.dumps(row.content)
        assert not any(str(other) in said for other in market.suppliers)


class TestWhoAndWhen:
    def test_who_has_not_quoted_and_the_buyer_see_nothing(self, runtime: Runtime, market: Market) -> None:
        content = quoted(runtime, market, Disclosure.ALL, (["10", "20"],))
        for actor in (market.sales[1], market.purchaser):
            found = seen(runtime, actor, content.rfq.id)
            assert (found.changed_at, list(found.lines), found.total.figures) == (None, [], ())

    def test_a_supplier_reads_its_own_row_alone_and_nobody_writes_one(self, runtime: Runtime, market: Market) -> None:
        content = quoted(runtime, market, Disclosure.RANK, (["10", "20"], ["11", "18"]))
        with work_for(runtime, market.sales[0]) as work:
            assert [row.supplier_id for row in work.session.scalars(select(RfqStanding))] == [market.suppliers[0]]
        forged = {
            "rfq_id": content.rfq.id,
            "supplier_id": market.suppliers[2],
            "buyer_id": market.buyer_id,
            "round": 1,
            "edition": 1,
            "disclosure": Disclosure.RANK,
            "currency": "CNY",
            "content": {},
            "changed_at": datetime.now(UTC),
        }
        for actor in (market.purchaser, market.sales[2]):
            with pytest.raises(DBAPIError, match="row-level security"), work_for(runtime, actor) as work:
                work.session.execute(insert(RfqStanding).values(forged))

    def test_a_later_quotation_that_changes_nothing_for_a_reader_leaves_no_trace(
        self, runtime: Runtime, market: Market
    ) -> None:
        content = quoted(runtime, market, Disclosure.RANK, (["10", "20"], ["11", "21"]))
        before = seen(runtime, market.sales[0], content.rfq.id)
        submit(runtime, market.sales[2], content, ["12", "22"])
        drain_outbox(runtime)
        assert seen(runtime, market.sales[2], content.rfq.id).total.rank == 3
        assert seen(runtime, market.sales[0], content.rfq.id) == before

    def test_withdrawing_ends_it_and_moves_the_others_up(self, runtime: Runtime, market: Market) -> None:
        content = quoted(runtime, market, Disclosure.RANK, (["10", "20"], ["11", "21"]))
        sales = market.sales[0]
        with work_for(runtime, sales) as work:
            (own,) = quoting.list_quotes(work, sales, ReadRfq(content.rfq.id))
            quoting.withdraw_quote(work, sales, WithdrawQuote(own.id, own.version))
        drain_outbox(runtime)
        assert seen(runtime, sales, content.rfq.id).changed_at is None
        assert seen(runtime, market.sales[1], content.rfq.id).total.rank == 1

    def test_after_the_deadline_nothing_is_shown_and_a_round_shows_those_that_go_on(
        self, runtime: Runtime, market: Market
    ) -> None:
        content = quoted(runtime, market, Disclosure.RANK, (["10", "20"], ["11", "21"], ["9", "19"]))
        close(runtime, market, content.rfq.id)
        assert all(seen(runtime, sales, content.rfq.id).changed_at is None for sales in market.sales)
        open_round(runtime, market, content, market.suppliers[:2])
        assert all(seen(runtime, sales, content.rfq.id).changed_at is None for sales in market.sales)
        drain_outbox(runtime)
        assert [seen(runtime, sales, content.rfq.id).total.rank for sales in market.sales] == [1, 2, None]

    def test_it_is_amended_as_a_material_change(self, runtime: Runtime, market: Market) -> None:
        content = quoted(runtime, market, Disclosure.RANK, (["10", "20"], ["11", "21"]))
        command = replace(amendment(read(runtime, market.purchaser, content.rfq.id)), disclosure=Disclosure.ALL)
        later = replace(command.content, closes_at=datetime.now(UTC) + timedelta(days=9))
        amended = amend(runtime, market.purchaser, replace(command, content=later))
        assert (amended.rfq.disclosure, amended.rfq.binding_edition) == (Disclosure.ALL, 2)
        assert seen(runtime, market.sales[0], content.rfq.id).changed_at is None
        drain_outbox(runtime)
        assert rows_of(runtime, market.purchaser, select(RfqStanding)) == []
        for sales in market.sales[:2]:
            with work_for(runtime, sales) as work:
                (own,) = quoting.list_quotes(work, sales, ReadRfq(content.rfq.id))
                confirming.confirm_quote(work, sales, ConfirmQuote(own.id, own.version, 2))
        drain_outbox(runtime)
        assert seen(runtime, market.sales[0], content.rfq.id).total.figures == (Decimal(3000), Decimal(3200))
        again = amendment(read(runtime, market.purchaser, content.rfq.id), lambda draft: replace(draft, title="Other"))
        assert amend(runtime, market.purchaser, again).rfq.disclosure is Disclosure.ALL

    def test_sealed_prices_are_shown_to_nobody(self, runtime: Runtime, market: Market) -> None:
        command = replace(draft_command(market.suppliers, sealed=True), disclosure=Disclosure.RANK)
        with pytest.raises(Invalid) as refused:
            make_draft(runtime, market, command)
        assert [error.pointer for error in refused.value.errors] == ["/disclosure"]
        content = publish(runtime, market, draft_command(market.suppliers, sealed=True))
        with pytest.raises(Invalid):
            amend(runtime, market.purchaser, replace(amendment(content), disclosure=Disclosure.LEAD))

    def test_a_request_that_shows_nothing_works_nothing_out(self, runtime: Runtime, market: Market) -> None:
        content = quoted(runtime, market, Disclosure.NOTHING, (["10", "20"],))
        assert rows_of(runtime, market.purchaser, select(RfqStanding)) == []
        assert seen(runtime, market.sales[0], content.rfq.id).changed_at is None


def test_the_api_says_it_with_the_request(client: TestClient, runtime: Runtime, market: Market) -> None:
    buyer = caller_for(client, runtime, market.purchaser)
    closes_at = (datetime.now(UTC) + timedelta(days=3)).isoformat()
    body = {**draft_body([], closes_at, sealed=True), "disclosure": "lead"}
    refused = buyer.post("/rfqs", body)
    assert (refused.status_code, [one["pointer"] for one in refused.json()["errors"]]) == (422, ["/disclosure"])
    assert buyer.post("/rfqs", {**body, "sealed": False}, key="shown-lead-prices").json()["disclosure"] == "lead"
    content = quoted(runtime, market, Disclosure.LEAD, (["10", "20"], ["11", "18"]))
    path = f"/rfqs/{content.rfq.id}/standing"
    found = caller_for(client, runtime, market.sales[0]).get(path)
    assert found.status_code == 200, found.text
    assert found.json()["total"] == {"rank": None, "lead": "2900", "figures": []}
    assert [line["lead"] for line in found.json()["lines"]] == ["10", "18"]
    assert buyer.get(path).json()["changed_at"] is None
    stranger = make_person(runtime, make_company(runtime, "Stranger", ("supplier",)), Role.SUPPLIER_SALES)
    assert caller_for(client, runtime, stranger).get(path).status_code == 404
    now = read(runtime, market.purchaser, content.rfq.id)
    amended = body_of(amendment(now, lambda draft: replace(draft, title="Newer")))
    preview = buyer.post(
        f"/rfqs/{content.rfq.id}/amendments/preview", {**amended, "disclosure": "all"}, version=now.rfq.version
    )
    assert ("disclosure", "lead", "all", True) in {
        (one["field"], one["before"], one["after"], one["material"]) for one in preview.json()["header"]
    }


def test_the_page_of_a_supplier_shows_how_it_stands(client: TestClient, runtime: Runtime, market: Market) -> None:
    content = quoted(runtime, market, Disclosure.RANK, (["10", "20"], ["11", "18"]))
    url = f"/rfqs/{content.rfq.id}"
    sales = sign_in(client, market.sales[0])
    shown = text_of(page(sales, url))
    assert "How you stand" in shown
    assert "No. 2" in shown
    assert "Their own rank" in shown
    part = sales.get(f"{url}/standing", headers={"hx-request": "true"})
    assert part.status_code == 200
    assert "No. 2" in text_of(part.text)
    (own,) = [row.id for row in _own_quotes(runtime, market.sales[0], content.rfq.id)]
    assert "No. 2" in text_of(page(sales, f"/quotes/{own}"))
    buyer = sign_in(client, market.purchaser)
    assert "How you stand" not in text_of(page(buyer, url))
    plain = quoted(runtime, market, Disclosure.NOTHING, (["10", "20"],))
    assert "How you stand" not in text_of(page(sign_in(client, market.sales[0]), f"/rfqs/{plain.rfq.id}"))


def _own_quotes(runtime: Runtime, sales: Actor, rfq_id: UUID) -> list[Quote]:
    with work_for(runtime, sales) as work:
        return list(quoting.list_quotes(work, sales, ReadRfq(rfq_id)))
