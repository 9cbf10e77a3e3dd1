"""Who is recommended for what, and why."""

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from b2b_market.board.commands import ListRequest
from b2b_market.board.rules.recommending import Item, Level, Reason, Record, fit_of, keys_of, level_of, name_of
from b2b_market.board.service import recommending
from b2b_market.infra.ids import new_id
from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.refusal import NotFound
from b2b_market.rbac.actor import Actor
from b2b_market.rfq.commands.requests import AwardPick, DraftRfq, ProposeAward, ReadRfq, Rest, WithdrawQuote
from b2b_market.rfq.models.requests import Rfq
from b2b_market.rfq.service import awarding, quoting
from b2b_market.rfq.service.drafting import RfqContent
from tests.board.boards import put_up, wanted
from tests.rfq.forms import page, text_of
from tests.support.calling import caller_for
from tests.support.delivery import drain_outbox
from tests.support.people import sign_in
from tests.support.rfqs import Market, close, make_draft, make_market, read, submit
from tests.support.works import work_for

BUYER = new_id()


@pytest.fixture
def market(runtime: Runtime) -> Market:
    return make_market(runtime, suppliers=3)


def asked(runtime: Runtime, market: Market, items: list[str], title: str = "Needs") -> RfqContent:
    (content,) = put_up(runtime, market, wanted(title, items))
    return content


def closed(runtime: Runtime, market: Market, items: list[str], *who: int) -> RfqContent:
    """Let some suppliers quote everything, close the request and let the board learn."""
    content = asked(runtime, market, items)
    for number in who:
        submit(runtime, market.sales[number], content, ["93.57"] * len(items))
    close(runtime, market, content.rfq.id)
    drain_outbox(runtime)
    return content


def award(runtime: Runtime, market: Market, content: RfqContent, line: int, supplier: int) -> None:
    with work_for(runtime, market.purchaser) as work:
        quotes = quoting.list_quotes(work, market.purchaser, ReadRfq(content.rfq.id))
    won = next(quote for quote in quotes if quote.supplier_id == market.suppliers[supplier])
    command = ProposeAward(
        rfq_id=content.rfq.id,
        expected_version=read(runtime, market.purchaser, content.rfq.id).rfq.version,
        picks=(AwardPick(line_id=content.lines[line].id, quote_id=won.id),),
        rest=Rest.LEAVE,
    )
    with work_for(runtime, market.purchaser) as work:
        awarding.propose_award(work, market.purchaser, command)
    drain_outbox(runtime)


def suppliers_for(runtime: Runtime, reader: Actor, rfq: Rfq) -> recommending.SuppliersFor:
    with work_for(runtime, reader) as work:
        return recommending.recommend_suppliers(work, reader, ListRequest(rfq.id))


def draft_of(runtime: Runtime, market: Market, items: list[str]) -> Rfq:
    command: DraftRfq = wanted("Draft", items)
    return make_draft(runtime, market, command).rfq


class TestRules:
    def test_an_item_is_recognised_by_code_kind_and_category_or_else_by_words(self) -> None:
        ball = keys_of(Item(BUYER, "MRO-1", "深沟球轴承 6308"))
        assert [level_of(key) for key in ball] == [Level.CODE, Level.KIND, Level.KIND, Level.CATEGORY]
        assert ball[1:] == ("k:bearing", "k:bearing.ball", "g:power-transmission")
        assert set(keys_of(Item(BUYER, "", "ball bearing"))) == set(ball[1:])
        assert {level_of(key) for key in keys_of(Item(BUYER, "", "Frobnicator special"))} == {Level.WORD}
        assert keys_of(Item(BUYER, " ", "12 34")) == ()

    def test_codes_are_the_buyers_own_and_nothing_readable_is_kept(self) -> None:
        first, second = keys_of(Item(BUYER, "X-1", "thing")), keys_of(Item(new_id(), "X-1", "thing"))
        assert first[0] != second[0]
        assert not any("thing" in key or "X-1" in key or str(BUYER) in key for key in (*first, *second))
        assert keys_of(Item(BUYER, "x-1", ""))[0] == first[0]

    def test_each_item_counts_by_its_most_telling_key(self) -> None:
        records = {"k:bolt": Record(4, 2), "g:fasteners": Record(40, 9)}
        fit = fit_of([("k:bolt", "g:fasteners"), ("g:fasteners",), ("k:nut",)], records)
        assert fit.covered == 2
        assert fit.reasons == (Reason("k:bolt", 4, 2), Reason("g:fasteners", 40, 9))
        assert fit.score == Level.KIND * (4 + 2 * 2).bit_length() + Level.CATEGORY * (40 + 2 * 9).bit_length()

    def test_reasons_have_names_only_for_who_asks_for_the_same(self) -> None:
        item = Item(BUYER, "MRO-1", "Frobnicator")
        code, word = keys_of(item)
        assert (name_of(code, [item], "en"), name_of(word, [item], "en")) == ("MRO-1 Frobnicator", "Frobnicator")
        assert name_of(word, [], "en") == ""
        assert (name_of("k:bearing", [], "zh-CN"), name_of("k:bearing", [], "en")) == ("轴承", "bearing")

    @given(st.integers(1, 9), st.integers(0, 9), st.integers(1, 5))
    def test_more_experience_and_more_items_never_score_less(self, quoted: int, won: int, items: int) -> None:
        keys = [("k:bolt", "g:fasteners")] * items
        fit = fit_of(keys, {"k:bolt": Record(quoted, won)})
        assert fit.score <= fit_of(keys, {"k:bolt": Record(quoted + 1, won)}).score
        assert fit.score <= fit_of(keys, {"k:bolt": Record(quoted, won + 1)}).score
        assert fit.score < fit_of([*keys, keys[0]], {"k:bolt": Record(quoted, won)}).score


class TestSuppliers:
    def test_who_quoted_and_won_similar_things_comes_first_with_the_reason(
        self, runtime: Runtime, market: Market
    ) -> None:
        content = closed(runtime, market, ["深沟球轴承 6308", "Bolts M16"], 0, 1)
        award(runtime, market, content, 0, 0)
        closed(runtime, market, ["Printers"], 2)
        found = suppliers_for(runtime, market.purchaser, draft_of(runtime, market, ["ball bearings 6205", "yarn"]))
        assert [one.company.id for one in found.suppliers] == [market.suppliers[0], market.suppliers[1]]
        best = found.suppliers[0].fit
        assert (best.covered, best.reasons) == (1, (Reason("k:bearing.ball", 1, 1),))

    def test_who_is_at_the_request_already_is_left_out(self, runtime: Runtime, market: Market) -> None:
        closed(runtime, market, ["Bearings"], 0, 1)
        content = asked(runtime, market, ["轴承"])
        submit(runtime, market.sales[0], content, ["9"])
        found = suppliers_for(runtime, market.purchaser, content.rfq)
        assert [one.company.id for one in found.suppliers] == [market.suppliers[1]]
        assert found.may_invite

    def test_nothing_is_learnt_before_the_close_nor_of_what_was_withdrawn(
        self, runtime: Runtime, market: Market
    ) -> None:
        content = asked(runtime, market, ["Bearings"])
        submit(runtime, market.sales[0], content, ["9"])
        gone = submit(runtime, market.sales[1], content, ["9"]).quote
        with work_for(runtime, market.sales[1]) as work:
            quoting.withdraw_quote(work, market.sales[1], WithdrawQuote(gone.id, gone.version))
        drain_outbox(runtime)
        rfq = draft_of(runtime, market, ["轴承"])
        assert list(suppliers_for(runtime, market.purchaser, rfq).suppliers) == []
        close(runtime, market, content.rfq.id)
        drain_outbox(runtime)
        drain_outbox(runtime)
        (one,) = suppliers_for(runtime, market.purchaser, rfq).suppliers
        assert (one.company.id, one.fit.reasons[0].quoted) == (market.suppliers[0], 1)

    def test_the_buyers_own_code_tells_most(self, runtime: Runtime, market: Market) -> None:
        with_code = make_market(runtime, suppliers=0)
        content = closed(runtime, market, ["Frobnicator"], 0)
        assert content.lines[0].item_code == ""
        rows = "SELECT count(*) FROM board_experience WHERE key LIKE 'c:%'"
        with runtime.database.session() as session:
            assert session.execute(text(rows)).scalar_one() == 0
            session.rollback()
        other = draft_of(runtime, with_code, ["Frobnicator deluxe"])
        (one,) = suppliers_for(runtime, with_code.purchaser, other).suppliers
        assert (one.company.id, level_of(one.fit.reasons[0].key)) == (market.suppliers[0], Level.WORD)

    def test_another_companys_request_is_none(self, runtime: Runtime, market: Market) -> None:
        content = asked(runtime, market, ["Bearings"])
        for stranger in (market.sales[0], make_market(runtime, suppliers=0).purchaser):
            with pytest.raises(NotFound):
                suppliers_for(runtime, stranger, content.rfq)

    def test_no_price_or_readable_word_is_kept(self, runtime: Runtime, market: Market) -> None:
        closed(runtime, market, ["Secretfrobnicator"], 0)
        with runtime.database.session() as session:
            kept = session.execute(text("SELECT string_agg(row_to_json(e)::text, ' ') FROM board_experience e"))
            said = kept.scalar_one()
            session.rollback()
        assert "ecretfrob" not in said
        assert "93.57" not in said


class TestRequests:
    def test_what_fits_the_companys_history_is_recommended_with_the_reason(
        self, runtime: Runtime, client: TestClient, market: Market
    ) -> None:
        closed(runtime, market, ["轴承", "轴承座"], 0)
        fits, _, quoted = put_up(
            runtime, market, wanted("Spares", ["Bearing 6205"]), wanted("Paper", ["Yarn"]), wanted("More", ["bearing"])
        )
        submit(runtime, market.sales[0], quoted, ["9"])
        with work_for(runtime, market.sales[0]) as work:
            found = recommending.recommend_requests(work, market.sales[0], None)
        assert [one.entry.subject_id for one in found] == [fits.rfq.id]
        answer = caller_for(client, runtime, market.sales[0]).get("/board/recommendations").json()["items"]
        assert answer[0]["request"]["title"] == "Spares"
        assert answer[0]["reasons"][0] == {"level": "kind", "name": "bearing", "quoted": 1, "won": 0}
        shown = text_of(page(sign_in(client, market.sales[0]), "/board/recommended"))
        assert "bearing: quoted 1 item" in shown
        assert "Power transmission: quoted 2 items" in shown

    def test_without_history_there_is_nothing(self, runtime: Runtime, client: TestClient, market: Market) -> None:
        asked(runtime, market, ["Bearings"])
        assert "Nothing to recommend yet" in text_of(page(sign_in(client, market.sales[0]), "/board/recommended"))


class TestSuppliersPage:
    def test_a_recommended_supplier_is_invited_from_the_page(
        self, runtime: Runtime, client: TestClient, market: Market
    ) -> None:
        content = closed(runtime, market, ["Bearings", "Bolts"], 0)
        award(runtime, market, content, 0, 0)
        rfq = draft_of(runtime, market, ["轴承", "yarn"])
        browser = sign_in(client, market.purchaser)
        assert f"/board/rfqs/{rfq.id}/suppliers" in page(browser, f"/rfqs/{rfq.id}")
        html = page(browser, f"/board/rfqs/{rfq.id}/suppliers")
        shown = text_of(html)
        assert "bearing: quoted 1 item, won 1" in shown
        assert "Invite" in shown
        answer = caller_for(client, runtime, market.purchaser).get(f"/board/rfqs/{rfq.id}/suppliers").json()["items"]
        assert (answer[0]["supplier_id"], answer[0]["covered"]) == (str(market.suppliers[0]), 1)
        assert "No supplier to recommend" in text_of(
            page(browser, f"/board/rfqs/{draft_of(runtime, market, ['yarn']).id}/suppliers")
        )
