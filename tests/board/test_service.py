"""What stands on the board, and what a search finds there."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text, update

from b2b_market.board.commands import BoardOrder, Filters, SearchBoard
from b2b_market.board.models import BoardEntry
from b2b_market.board.service import searching
from b2b_market.board.tasks import index_again
from b2b_market.infra.http.problems import MalformedRequest
from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.paging import PageRequest
from b2b_market.kernel.permission import Role
from b2b_market.kernel.refusal import Forbidden
from b2b_market.rfq.commands.requests import ReasonedStep, StepRfq
from b2b_market.rfq.service import closing, publishing
from tests.board.boards import entry_ids, put_up, titles, wanted
from tests.support.amendments import amend, amendment, line_changed
from tests.support.delivery import drain_outbox
from tests.support.people import make_company, make_person
from tests.support.rfqs import Market, close, draft_command, make_draft, make_market, publish, read
from tests.support.works import work_for


@pytest.fixture
def market(runtime: Runtime) -> Market:
    return make_market(runtime, suppliers=2)


class TestListing:
    def test_only_open_public_requests_stand_there(self, runtime: Runtime, market: Market) -> None:
        sales = market.sales[0]
        (shown,) = put_up(runtime, market, wanted("Bolts"))
        publish(runtime, market, draft_command(market.suppliers))
        draft = make_draft(runtime, market, wanted("Not yet"))
        drain_outbox(runtime)
        assert entry_ids(runtime, sales) == {shown.rfq.id}
        with work_for(runtime, market.purchaser) as work:
            publishing.publish_rfq(work, market.purchaser, StepRfq(draft.rfq.id, draft.rfq.version))
        drain_outbox(runtime)
        assert entry_ids(runtime, sales) == {shown.rfq.id, draft.rfq.id}
        close(runtime, market, shown.rfq.id)
        with work_for(runtime, market.purchaser) as work:
            version = read(runtime, market.purchaser, draft.rfq.id).rfq.version
            closing.cancel_rfq(work, market.purchaser, ReasonedStep(draft.rfq.id, version, "not needed"))
        drain_outbox(runtime)
        assert entry_ids(runtime, sales) == set()

    def test_an_amended_request_is_found_by_what_it_says_now(self, runtime: Runtime, market: Market) -> None:
        (content,) = put_up(runtime, market, wanted("Bolts", ["bolt"], hours=90))
        amend(runtime, market.purchaser, amendment(content, line_changed(0, item_name="Gate valve")))
        drain_outbox(runtime)
        assert titles(runtime, market.sales[0], "valve") == ["Bolts"]
        assert titles(runtime, market.sales[0], category="valves-pipes") == ["Bolts"]

    def test_what_is_past_its_deadline_is_not_shown_although_nobody_closed_it_yet(
        self, runtime: Runtime, market: Market
    ) -> None:
        put_up(runtime, market, wanted("Bolts", hours=2))
        runtime.shift = timedelta(hours=3)
        assert entry_ids(runtime, market.sales[0]) == set()

    def test_an_entry_of_an_older_vocabulary_is_indexed_again_once(self, runtime: Runtime, market: Market) -> None:
        put_up(runtime, market, wanted("Bolts"), wanted("Nuts"))
        assert index_again(runtime) == 0
        with runtime.database.session() as session:
            session.execute(
                update(BoardEntry).where(BoardEntry.title == "Bolts").values(vocabulary="old", categories=[])
            )
            session.commit()
        assert (index_again(runtime), index_again(runtime)) == (1, 0)
        with runtime.database.session() as session:
            assert session.execute(text("SELECT categories FROM board_entry WHERE title = 'Bolts'")).scalar_one() == [
                "fasteners"
            ]
            session.rollback()

    def test_no_hidden_figure_reaches_the_board(self, runtime: Runtime, market: Market) -> None:
        command = wanted("Bolts")
        hidden = replace(command.lines[0], target_price=Decimal("4815162342.108"))
        put_up(runtime, market, replace(command, lines=(hidden,), estimate=Decimal(4815162342)))
        with runtime.database.session() as session:
            row = session.execute(text("SELECT row_to_json(board_entry)::text FROM board_entry")).scalar_one()
            session.rollback()
        assert "4815162342" not in row  # no id and no moment says so many digits by chance
        assert "target" not in row


class TestSearching:
    def test_either_language_finds_the_other(self, runtime: Runtime, market: Market) -> None:
        put_up(
            runtime,
            market,
            wanted("检修备件", ["深沟球轴承 6308-2RS", "O型圈 50×3"]),
            wanted("Overhaul", ["Ball bearings 6205", "Hexagon bolts M16x80"]),
            wanted("办公用品", ["复印纸 A4"]),
        )
        sales = market.sales[0]
        assert set(titles(runtime, sales, "轴承")) == {"检修备件", "Overhaul"}
        assert set(titles(runtime, sales, "bearing")) == {"检修备件", "Overhaul"}
        assert titles(runtime, sales, "ball bearing 6308") == ["检修备件"]
        assert titles(runtime, sales, "六角螺栓") == ["Overhaul"]
        assert titles(runtime, sales, "m16×80") == ["Overhaul"]
        assert titles(runtime, sales, "o ring") == ["检修备件"]
        assert titles(runtime, sales, "轴承 复印纸") == []

    def test_the_buyer_is_found_by_name_too(self, runtime: Runtime, market: Market) -> None:
        put_up(runtime, market, wanted("Bolts"))
        assert titles(runtime, market.sales[0], "hengli") == ["Bolts"]

    @pytest.mark.parametrize(
        ("written", "read"), [("beering", "bearing"), ("螺拴", "螺栓"), ("luoshuan", "螺栓"), ("vavle", "valve")]
    )
    def test_misspelled_words_find_what_was_meant(
        self, runtime: Runtime, market: Market, written: str, read: str
    ) -> None:
        put_up(runtime, market, wanted("检修备件", ["深沟球轴承", "六角头螺栓", "球阀"]), wanted("Paper", ["A4 paper"]))
        with work_for(runtime, market.sales[0]) as work:
            command = SearchBoard(filters=Filters(text=written))
            found = searching.search_board(work, market.sales[0], command)
            counted = searching.count_board(work, market.sales[0], command)
        assert ([entry.title for entry in found.page.items], dict(found.meant)) == (["检修备件"], {written: read})
        assert (counted.count, counted.capped) == (1, False)

    def test_what_nothing_is_like_finds_nothing(self, runtime: Runtime, market: Market) -> None:
        put_up(runtime, market, wanted("Bolts"))
        assert titles(runtime, market.sales[0], "zzzzzzzz") == []
        assert titles(runtime, market.sales[0], "m99") == []

    def test_filters_must_all_fit(self, runtime: Runtime, market: Market) -> None:
        german = make_company(runtime, "Maschinenbau", ("buyer",), country="DE")
        other = Market(german, make_person(runtime, german, Role.BUYER_PURCHASER), market.approver, (), ())
        put_up(
            runtime,
            market,
            wanted("Here", ["bolt"], place="大连长兴岛", hours=20),
            wanted("Later", ["pump"], currency="EUR"),
        )
        put_up(runtime, other, wanted("There", ["valve"], currency="EUR", place="Hamburg"))
        sales = market.sales[0]
        assert titles(runtime, sales, country="DE") == ["There"]
        assert set(titles(runtime, sales, currency="EUR")) == {"There", "Later"}
        assert titles(runtime, sales, currency="EUR", country="CN") == ["Later"]
        assert titles(runtime, sales, place="大连") == ["Here"]
        assert titles(runtime, sales, place="hamburg", category="valves-pipes") == ["There"]
        assert titles(runtime, sales, place="hamburg", category="fasteners") == []
        assert titles(runtime, sales, closes_within_days=1) == ["Here"]
        assert titles(runtime, sales, "大连") == ["Here"]
        assert titles(runtime, sales, place="bolt") == []

    def test_every_order_pages_without_gap_or_repeat(self, runtime: Runtime, market: Market) -> None:
        names = ["重庆 bolt", "长安 bolt", "阀门 bolt", "Bolt bolt", "安全帽 bolt"]
        hours = (30, 50, 30, 20, 40)
        put_up(runtime, market, *[wanted(name, hours=hour) for name, hour in zip(names, hours, strict=True)])
        sales = market.sales[0]
        by_title = ["安全帽 bolt", "Bolt bolt", "长安 bolt", "重庆 bolt", "阀门 bolt"]
        assert titles(runtime, sales, order=BoardOrder.TITLE, limit=2) == by_title
        assert titles(runtime, sales, limit=2) == list(reversed(names))
        by_deadline = titles(runtime, sales, order=BoardOrder.DEADLINE, limit=2)
        assert (by_deadline[0], by_deadline[-1], len(by_deadline)) == ("Bolt bolt", "长安 bolt", 5)
        assert sorted(titles(runtime, sales, "bolt", order=BoardOrder.RELEVANCE, limit=2)) == sorted(names)

    def test_the_title_weighs_more_than_an_item(self, runtime: Runtime, market: Market) -> None:
        put_up(runtime, market, wanted("Pumps for hall 4"), wanted("Spares", ["pump", "valve"]))
        assert titles(runtime, market.sales[0], "pump", order=BoardOrder.RELEVANCE) == ["Pumps for hall 4", "Spares"]
        assert titles(runtime, market.sales[0], "pump") == ["Spares", "Pumps for hall 4"]

    @pytest.mark.parametrize("order", list(BoardOrder))
    def test_a_cursor_of_another_list_is_refused(self, runtime: Runtime, market: Market, order: BoardOrder) -> None:
        page = PageRequest(5, ("x", "y"))
        command = SearchBoard(filters=Filters(text="bolt"), order=order, page=page)
        with pytest.raises(MalformedRequest), work_for(runtime, market.sales[0]) as work:
            searching.search_board(work, market.sales[0], command)

    def test_who_has_no_role_does_not_search(self, runtime: Runtime, market: Market) -> None:
        nobody = make_person(runtime, market.buyer_id)
        with pytest.raises(Forbidden), work_for(runtime, nobody) as work:
            searching.search_board(work, nobody, SearchBoard())
