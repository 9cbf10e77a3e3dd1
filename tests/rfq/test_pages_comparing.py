"""The comparison, what-if picks, split lines, the proposal of an award and its approval."""

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient

from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.money import Money
from b2b_market.kernel.permission import Role
from b2b_market.reference.demo import seed_rates
from b2b_market.rfq.commands.requests import ReadAward, ReadRfq
from b2b_market.rfq.service import awarding, quoting
from b2b_market.rfq.service.awarding import AwardContent
from b2b_market.rfq.service.drafting import RfqContent
from b2b_market.rfq.states import AwardStatus, RfqStatus
from tests.rfq.forms import HTML, filled, followed, main, page, send, summary, text_of, tree, words
from tests.support.people import make_person, sign_in
from tests.support.rfqs import Market, close, draft_command, make_market, publish, quote_command, read, submit
from tests.support.works import work_for

FORM = "award-form"
HTMX = {"hx-request": "true"}
PRICES = (("9", "8", None), ("10", "7", "6"), ("11", "9", "5"))


@pytest.fixture
def market(runtime: Runtime) -> Market:
    seed_rates(runtime)
    return make_market(runtime)


@pytest.fixture
def purchaser(client: TestClient, market: Market) -> TestClient:
    return sign_in(client, market.purchaser)


def compared(
    runtime: Runtime,
    market: Market,
    prices: Sequence[Sequence[str | None]] = PRICES,
    currencies: Sequence[str] = ("CNY", "CNY", "CNY"),
) -> RfqContent:
    """Publish a request, let suppliers quote, close it."""
    content = publish(runtime, market, draft_command(market.suppliers, len(prices[0])))
    for sales, own, currency in zip(market.sales, prices, currencies, strict=False):
        submit(runtime, sales, content, own, currency)
    close(runtime, market, content.rfq.id)
    return content


def cells(html: str) -> list[list[str]]:
    """Return the texts of the matrix by line."""
    rows = tree(html).xpath("//table[@id='matrix']/tbody/tr")
    return [[words(cell) for cell in row.xpath("./td | ./th")] for row in rows]


def stats(html: str) -> dict[str, str]:
    """Return the figures of the award bar."""
    found = tree(html).xpath("//div[@id='award-bar']//div[contains(@class, 'stat')]")
    return {stat.xpath("./dt")[0].text_content(): words(stat.xpath("./dd")[0]) for stat in found}


def quotes(html: str) -> dict[str, str]:
    """Return the quotation's id by supplier, in the order of the columns."""
    found = tree(html).xpath("//th[@class='supplier']//a")
    return {link.text_content(): link.get("href").removeprefix("/quotes/") for link in found}


def awards(runtime: Runtime, market: Market, rfq_id: UUID) -> list[AwardContent]:
    with work_for(runtime, market.purchaser) as work:
        found = awarding.list_awards(work, market.purchaser, ReadRfq(rfq_id))
        return [awarding.read_award(work, market.purchaser, ReadAward(award.id)) for award in found]


class TestMatrix:
    def test_lines_prices_and_the_lowest(self, runtime: Runtime, market: Market, purchaser: TestClient) -> None:
        content = compared(runtime, market)
        html = page(purchaser, f"/rfqs/{content.rfq.id}/comparison")
        assert [row[:5] for row in cells(html)] == [
            ["1", "Item 1MRO-00001 · GB/T 5782", "100piece", "10.00", ""],
            ["2", "Item 2MRO-00002 · GB/T 5782", "100piece", "10.00", ""],
            ["3", "Item 3MRO-00003 · GB/T 5782", "100piece", "10.00", ""],
        ]
        assert [row[5:] for row in cells(html)] == [
            ["9.00Lowest14 d", "10.00+11.1%14 d", "11.00+22.2%14 d"],
            ["8.00+14.3%14 d", "7.00Lowest14 d", "9.00+28.6%14 d"],
            ["—", "6.00+20.0%14 d", "5.00Lowest14 d"],
        ]
        assert stats(html) == {
            "Total of this award": "CNY 2,100.00",
            "Saving": "CNY 900.00 (30.0%)",
            "Target price": "CNY 3,000.00",
            "Suppliers": "3",
            "Lines covered": "3/3",
            "Longest lead time": "14 days",
        }

    def test_totals_carry_coverage_and_ranks_compare_common_lines(
        self, runtime: Runtime, market: Market, purchaser: TestClient
    ) -> None:
        content = compared(runtime, market)
        html = page(purchaser, f"/rfqs/{content.rfq.id}/comparison")
        heads = [words(head) for head in heads_of(html)]
        assert heads == [
            "Supplier 1Rank 1=CNY 1,700.00Covers 2/3Common 1,700.00",
            "Supplier 2Rank 2=CNY 2,300.00Covers 3/3Common 1,700.00",
            "Supplier 3Rank 3CNY 2,500.00Covers 3/3Common 2,000.00",
        ]
        assert "Ranks compare the 2 lines that every supplier covers" in text_of(html)

    def test_other_currencies_are_converted_with_the_rate_named(
        self, runtime: Runtime, market: Market, purchaser: TestClient
    ) -> None:
        content = compared(runtime, market, (("9", "8"), ("1.05", "1.2345")), ("CNY", "EUR"))
        url = f"/rfqs/{content.rfq.id}/comparison"
        html = page(purchaser, url)
        assert [row[-1] for row in cells(html)] == ["8.61Lowest14 d", "10.12+26.5%14 d"]
        assert 'title="As quoted: EUR\u00a01.05."' in html
        said = text_of(html).replace("\u00a0", " ")
        assert "· in EUR" in said
        assert "1 EUR = 8.2 CNY (Demonstration only, not a market rate, " in said
        raw = page(purchaser, url + "?raw=1")
        assert [row[-1] for row in cells(raw)] == ["1.05Lowest14 d", "1.2345+26.5%14 d"]
        assert "EUR 228.45" in text_of(raw).replace("\u00a0", " ")
        assert stats(raw) == stats(html)

    def test_scenarios(self, runtime: Runtime, market: Market, purchaser: TestClient) -> None:
        content = compared(runtime, market)
        url = f"/rfqs/{content.rfq.id}/comparison"
        scenarios = re.findall(r'comparison\?scenario=([^"&]+)"', page(purchaser, url))
        assert scenarios[:2] == ["best", "most-2"]
        totals = {one: stats(page(purchaser, f"{url}?scenario={one}")) for one in scenarios}
        assert totals["most-2"]["Total of this award"] == "CNY 2,200.00"
        assert totals["most-2"]["Suppliers"] == "2"
        single = totals[str(market.suppliers[1])]
        assert (single["Total of this award"], single["Lines covered"]) == ("CNY 2,300.00", "3/3")
        for nonsense in ("nonsense", "most-99", str(uuid4())):
            shown = page(purchaser, f"{url}?scenario={nonsense}")
            assert "Submit the award" in shown

    def test_it_speaks_chinese(self, runtime: Runtime, market: Market, client: TestClient) -> None:
        content = compared(runtime, market)
        chinese = make_person(runtime, market.buyer_id, Role.BUYER_PURCHASER, locale="zh-CN")
        said = text_of(page(sign_in(client, chinese), f"/rfqs/{content.rfq.id}/comparison"))
        for expected in ("逐行最优", "最多 2 家", "最低", "覆盖 2/3", "方案总价", "¥2,100.00", "提交定标", "不授标"):
            assert expected in said
        for english in ("Lowest", "Covers", "Scenario", "Submit"):
            assert english not in said

    def test_long_ones_come_in_chunks_and_keep_the_scenario(
        self, runtime: Runtime, market: Market, purchaser: TestClient
    ) -> None:
        content = compared(runtime, market, (["9"] * 130, ["8"] * 130))
        url = f"/rfqs/{content.rfq.id}/comparison"
        answer = purchaser.get(url, headers=HTML)
        assert len(answer.content) <= 250_000
        html = main(answer)
        assert stats(html)["Total of this award"] == "CNY 104,000.00"
        assert len(cells(html)) == 101
        assert filled(html, FORM)["beyond"] == "100"
        rows = purchaser.get(url + "?start=100&scenario=best", headers={**HTML, **HTMX}).text
        assert rows.count('<th scope="row"') == 30
        assert "beyond" not in rows
        data = filled(html, FORM)
        assert stats_of(send(purchaser, f"/rfqs/{content.rfq.id}/what-if", data, **HTMX).text) == "CNY 104,000.00"

    @pytest.mark.parametrize("role", [Role.BUYER_EVALUATOR, Role.BUYER_APPROVER])
    def test_who_may_not_award_sees_no_button(
        self, runtime: Runtime, market: Market, client: TestClient, role: Role
    ) -> None:
        content = compared(runtime, market)
        html = page(sign_in(client, make_person(runtime, market.buyer_id, role)), f"/rfqs/{content.rfq.id}/comparison")
        assert "Submit the award" not in html
        assert "Comment for the approver" not in html

    def test_an_open_request_is_compared_but_not_awarded(
        self, runtime: Runtime, market: Market, purchaser: TestClient
    ) -> None:
        content = publish(runtime, market)
        submit(runtime, market.sales[0], content, ["9", "8"])
        html = page(purchaser, f"/rfqs/{content.rfq.id}/comparison")
        assert "It can be awarded once the request is closed." in html
        assert "Submit the award" not in html
        data = filled(html, FORM) | {"rest": "none"}
        assert send(purchaser, f"/rfqs/{content.rfq.id}/award", data).status_code == 409
        assert awards(runtime, market, content.rfq.id) == []

    def test_a_supplier_is_turned_away(self, runtime: Runtime, market: Market, client: TestClient) -> None:
        content = compared(runtime, market)
        sign_in(client, market.sales[0])
        assert client.get(f"/rfqs/{content.rfq.id}/comparison", headers=HTML).status_code in (403, 404)
        for path in ("what-if", f"split/{content.lines[0].id}", "award"):
            assert send(client, f"/rfqs/{content.rfq.id}/{path}", {}).status_code in (403, 404, 422, 428)


def heads_of(html: str) -> list[Any]:
    return list(tree(html).xpath("//th[@class='supplier']"))


def stats_of(fragment: str) -> str:
    return stats(fragment)["Total of this award"]


class TestWhatIf:
    def test_a_pick_gives_a_new_total_and_stores_nothing(
        self, runtime: Runtime, market: Market, purchaser: TestClient
    ) -> None:
        content = compared(runtime, market)
        html = page(purchaser, f"/rfqs/{content.rfq.id}/comparison")
        second = quotes(html)["Supplier 2"]
        data = filled(html, FORM) | {f"pick-{content.lines[0].id}": second}
        answer = send(purchaser, f"/rfqs/{content.rfq.id}/what-if", data, **HTMX)
        assert answer.status_code == 200
        assert "HX-Request" in answer.headers["vary"]
        assert "<main" not in answer.text
        assert stats(answer.text)["Total of this award"] == "CNY 2,200.00"
        assert stats(answer.text)["Suppliers"] == "2"
        assert awards(runtime, market, content.rfq.id) == []

    def test_a_line_may_be_left_open(self, runtime: Runtime, market: Market, purchaser: TestClient) -> None:
        content = compared(runtime, market)
        html = page(purchaser, f"/rfqs/{content.rfq.id}/comparison")
        data = filled(html, FORM) | {f"pick-{content.lines[1].id}": ""}
        found = stats(send(purchaser, f"/rfqs/{content.rfq.id}/what-if", data, **HTMX).text)
        assert (found["Total of this award"], found["Lines covered"]) == ("CNY 1,400.00", "2/3")

    def test_foreign_picks_count_nothing(self, runtime: Runtime, market: Market, purchaser: TestClient) -> None:
        content = compared(runtime, market)
        html = page(purchaser, f"/rfqs/{content.rfq.id}/comparison")
        stranger = {f"pick-{content.lines[0].id}": str(uuid4()), f"pick-{uuid4()}": quotes(html)["Supplier 1"]}
        found = stats(send(purchaser, f"/rfqs/{content.rfq.id}/what-if", filled(html, FORM) | stranger, **HTMX).text)
        assert found["Total of this award"] == "CNY 1,200.00"

    def test_without_scripts_the_whole_page_comes_back_with_the_picks(
        self, runtime: Runtime, market: Market, purchaser: TestClient
    ) -> None:
        content = compared(runtime, market)
        html = page(purchaser, f"/rfqs/{content.rfq.id}/comparison")
        picked = {f"pick-{content.lines[0].id}": quotes(html)["Supplier 3"]}
        again = main(send(purchaser, f"/rfqs/{content.rfq.id}/what-if", filled(html, FORM) | picked))
        assert stats(again)["Total of this award"] == "CNY 2,300.00"
        assert filled(again, FORM).items() >= picked.items()


class TestSplitting:
    def split(self, purchaser: TestClient, content: RfqContent, data: dict[str, Any], line: int = 0) -> str:
        answer = send(purchaser, f"/rfqs/{content.rfq.id}/split/{content.lines[line].id}", data, **HTMX)
        assert answer.status_code == 200
        assert answer.headers["hx-trigger"] == "award-changed"
        assert answer.text.lstrip().startswith("<tr")
        return f'<form id="row"><table id="matrix"><tbody>{answer.text}</tbody></table></form>'

    def test_a_line_turns_into_quantities_and_back(
        self, runtime: Runtime, market: Market, purchaser: TestClient
    ) -> None:
        content = compared(runtime, market)
        html = page(purchaser, f"/rfqs/{content.rfq.id}/comparison")
        line_id, own = content.lines[0].id, quotes(html)
        data = filled(html, FORM)
        fields = filled(self.split(purchaser, content, data), "row")
        assert fields == {
            f"split-{line_id}": "1",
            f"share-{line_id}-{own['Supplier 1']}": "100",
            f"share-{line_id}-{own['Supplier 2']}": "",
            f"share-{line_id}-{own['Supplier 3']}": "",
        }
        del data[f"pick-{line_id}"]
        back = filled(self.split(purchaser, content, data | fields), "row")
        assert back == {f"pick-{line_id}": own["Supplier 1"]}

    def test_quantities_count(self, runtime: Runtime, market: Market, purchaser: TestClient) -> None:
        content = compared(runtime, market)
        html = page(purchaser, f"/rfqs/{content.rfq.id}/comparison")
        line_id, own = content.lines[0].id, quotes(html)
        shares = {
            f"split-{line_id}": "1",
            f"share-{line_id}-{own['Supplier 1']}": "60",
            f"share-{line_id}-{own['Supplier 2']}": "40",
        }
        answer = send(purchaser, f"/rfqs/{content.rfq.id}/what-if", filled(html, FORM) | shares, **HTMX)
        assert stats(answer.text)["Total of this award"] == "CNY 2,140.00"
        too_much = shares | {f"share-{line_id}-{own['Supplier 2']}": "50"}
        answer = send(purchaser, f"/rfqs/{content.rfq.id}/what-if", filled(html, FORM) | too_much, **HTMX)
        assert "Line 1 needs 100 piece; 110 are given." in text_of(answer.text)
        unreadable = shares | {f"share-{line_id}-{own['Supplier 2']}": "forty"}
        answer = send(purchaser, f"/rfqs/{content.rfq.id}/what-if", filled(html, FORM) | unreadable, **HTMX)
        assert "Write a number such as 1250 or 1,250.50." in text_of(answer.text)

    def test_without_scripts_the_page_comes_back_with_the_line_split(
        self, runtime: Runtime, market: Market, purchaser: TestClient
    ) -> None:
        content = compared(runtime, market)
        html = page(purchaser, f"/rfqs/{content.rfq.id}/comparison")
        line_id = content.lines[2].id
        again = main(send(purchaser, f"/rfqs/{content.rfq.id}/split/{line_id}", filled(html, FORM)))
        sent = filled(again, FORM)
        assert sent[f"split-{line_id}"] == "1"
        assert f"pick-{line_id}" not in sent
        assert stats(again) == stats(html)

    def test_a_strange_line_is_not_found(self, runtime: Runtime, market: Market, purchaser: TestClient) -> None:
        content = compared(runtime, market)
        assert send(purchaser, f"/rfqs/{content.rfq.id}/split/{uuid4()}", {}, **HTMX).status_code == 404

    def test_a_best_choice_of_parts_is_split_from_the_start(
        self, runtime: Runtime, market: Market, purchaser: TestClient
    ) -> None:
        content = publish(runtime, market, draft_command(market.suppliers, 1))
        for sales, price, part in zip(market.sales, ("5", "6", "9"), ("70", "80", None), strict=True):
            command = quote_command(content, [price])
            line = replace(command.lines[0], quantity=None if part is None else Decimal(part))
            with work_for(runtime, sales) as work:
                quoting.submit_quote(work, sales, replace(command, lines=(line,)))
        close(runtime, market, content.rfq.id)
        html = page(purchaser, f"/rfqs/{content.rfq.id}/comparison")
        own, line_id = quotes(html), content.lines[0].id
        sent = filled(html, FORM)
        assert sent[f"share-{line_id}-{own['Supplier 1']}"] == "70"
        assert sent[f"share-{line_id}-{own['Supplier 2']}"] == "30"
        assert stats(html)["Total of this award"] == "CNY 530.00"


class TestProposing:
    def proposed(self, purchaser: TestClient, content: RfqContent, **changes: str) -> Any:
        data = filled(page(purchaser, f"/rfqs/{content.rfq.id}/comparison"), FORM)
        return send(purchaser, f"/rfqs/{content.rfq.id}/award", data | changes)

    def test_within_the_own_limit_it_stands(self, runtime: Runtime, market: Market, purchaser: TestClient) -> None:
        content = compared(runtime, market)
        shown = text_of(followed(purchaser, self.proposed(purchaser, content, comment="Best of each line.")))
        shown = shown.replace("\u00a0", " ")
        for expected in (
            "The award stands; the suppliers are told.",
            "Approved",
            "Best of each line.",
            "Supplier 1",
            "CNY 900.00",
            "CNY 2,100.00",
            "Nothing more will be awarded",
            "Pia Purchaser",
        ):
            assert expected in shown
        (award,) = awards(runtime, market, content.rfq.id)
        assert award.award.status is AwardStatus.APPROVED
        assert bytes(award.award.snapshot_hash).hex() in shown
        assert read(runtime, market.purchaser, content.rfq.id).rfq.status is RfqStatus.AWARDED
        after = page(purchaser, f"/rfqs/{content.rfq.id}/comparison")
        assert not any(said in after for said in ("Submit the award", "It can be awarded once"))

    def test_two_clicks_make_one_award(self, runtime: Runtime, market: Market, purchaser: TestClient) -> None:
        content = compared(runtime, market)
        data = filled(page(purchaser, f"/rfqs/{content.rfq.id}/comparison"), FORM)
        first = send(purchaser, f"/rfqs/{content.rfq.id}/award", data)
        second = send(purchaser, f"/rfqs/{content.rfq.id}/award", data)
        assert first.headers["location"] == second.headers["location"]
        assert len(awards(runtime, market, content.rfq.id)) == 1

    def test_a_split_line_is_awarded_to_two(self, runtime: Runtime, market: Market, purchaser: TestClient) -> None:
        content = compared(runtime, market)
        html = page(purchaser, f"/rfqs/{content.rfq.id}/comparison")
        line_id, own = content.lines[0].id, quotes(html)
        data = filled(html, FORM) | {
            f"split-{line_id}": "1",
            f"share-{line_id}-{own['Supplier 1']}": "60",
            f"share-{line_id}-{own['Supplier 3']}": "40",
        }
        followed(purchaser, send(purchaser, f"/rfqs/{content.rfq.id}/award", data))
        (award,) = awards(runtime, market, content.rfq.id)
        given = [(line.supplier_id, int(line.quantity)) for line in award.lines if line.line_id == line_id]
        assert given == [(market.suppliers[0], 60), (market.suppliers[2], 40)]

    def test_open_lines_must_be_meant(self, runtime: Runtime, market: Market, purchaser: TestClient) -> None:
        content = compared(runtime, market)
        field = f"pick-{content.lines[1].id}"
        answer = self.proposed(purchaser, content, **{field: ""})
        assert answer.status_code == 409
        html = main(answer)
        assert any("Line 2 lacks 100 of 100" in line for line in summary(html))
        assert f'href="#f-{field}"' in html
        assert f'id="f-{field}"' in html
        assert awards(runtime, market, content.rfq.id) == []
        again = filled(html, FORM)
        assert again[field] == ""
        followed(purchaser, send(purchaser, f"/rfqs/{content.rfq.id}/award", again | {"rest": "leave"}))
        (award,) = awards(runtime, market, content.rfq.id)
        assert len(award.lines) == 2

    def test_the_rest_is_awarded_later(self, runtime: Runtime, market: Market, purchaser: TestClient) -> None:
        content = compared(runtime, market)
        answer = self.proposed(purchaser, content, **{f"pick-{content.lines[1].id}": "", "rest": "later"})
        assert "Another award follows" in followed(purchaser, answer)
        html = page(purchaser, f"/rfqs/{content.rfq.id}/comparison")
        assert [row[0] for row in cells(html)] == ["2"]
        assert stats(html)["Lines covered"] == "1/1"
        followed(purchaser, self.proposed(purchaser, content))
        assert read(runtime, market.purchaser, content.rfq.id).rfq.status is RfqStatus.AWARDED
        assert len(awards(runtime, market, content.rfq.id)) == 2

    def test_wrong_quantities_stand_at_their_fields(
        self, runtime: Runtime, market: Market, purchaser: TestClient
    ) -> None:
        content = compared(runtime, market)
        html = page(purchaser, f"/rfqs/{content.rfq.id}/comparison")
        line_id, own = content.lines[0].id, quotes(html)
        field = f"share-{line_id}-{own['Supplier 1']}"
        data = filled(html, FORM) | {f"split-{line_id}": "1", field: "many"}
        answer = send(purchaser, f"/rfqs/{content.rfq.id}/award", data)
        assert answer.status_code == 409
        again = main(answer)
        assert any(line.endswith("Write a number such as 1250 or 1,250.50.") for line in summary(again))
        assert f'href="#f-{field}"' in again
        assert filled(again, FORM)[field] == "many"
        assert awards(runtime, market, content.rfq.id) == []

    def test_nothing_picked_is_refused(self, runtime: Runtime, market: Market, purchaser: TestClient) -> None:
        content = compared(runtime, market)
        nothing = {f"pick-{line.id}": "" for line in content.lines}
        answer = self.proposed(purchaser, content, **nothing, rest="leave")
        assert answer.status_code == 409
        assert "Give at least one line to a quotation." in summary(main(answer))
        assert awards(runtime, market, content.rfq.id) == []

    def test_an_old_sheet_is_refused(self, runtime: Runtime, market: Market, purchaser: TestClient) -> None:
        content = compared(runtime, market)
        answer = self.proposed(purchaser, content, version="1")
        assert answer.status_code == 409
        assert awards(runtime, market, content.rfq.id) == []


class TestDeciding:
    @pytest.fixture
    def market(self, runtime: Runtime) -> Market:
        seed_rates(runtime)
        return make_market(runtime, limit="10000000")

    def pending(self, runtime: Runtime, market: Market, client: TestClient) -> tuple[RfqContent, str]:
        content = compared(runtime, market)
        small = make_person(
            runtime, market.buyer_id, Role.BUYER_PURCHASER, limit=Money.of("1000", "CNY"), name="Small Purchaser"
        )
        sign_in(client, small)
        data = filled(page(client, f"/rfqs/{content.rfq.id}/comparison"), FORM)
        answer = send(client, f"/rfqs/{content.rfq.id}/award", data)
        assert "The award waits for an approver." in followed(client, answer)
        return content, answer.headers["location"]

    def test_an_approver_approves(self, runtime: Runtime, market: Market, client: TestClient) -> None:
        content, url = self.pending(runtime, market, client)
        html = page(sign_in(client, market.approver), url)
        assert "Small Purchaser" in html
        version = re.search(r'name="version" value="(\d+)"', html)
        assert version is not None
        shown = followed(client, send(client, f"{url}/approve", {"version": version[1]}))
        assert "Approved: the suppliers are told." in shown
        assert "Aki Approver" in shown
        (award,) = awards(runtime, market, content.rfq.id)
        assert award.award.status is AwardStatus.APPROVED
        won = page(sign_in(client, market.sales[1]), f"/rfqs/{content.rfq.id}")
        assert "What you won" in won
        assert "Item 2" in won

    def test_while_it_waits_the_comparison_says_so(self, runtime: Runtime, market: Market, client: TestClient) -> None:
        content, url = self.pending(runtime, market, client)
        html = page(client, f"/rfqs/{content.rfq.id}/comparison")
        assert f'href="{url}"' in html
        assert "Another award cannot be proposed before it is decided." in html
        data = filled(html, FORM) | {"rest": "none"}
        answer = send(client, f"/rfqs/{content.rfq.id}/award", data)
        assert answer.status_code == 409
        assert "Have the open award approved or returned first." in summary(main(answer))

    def test_it_is_returned_with_a_reason(self, runtime: Runtime, market: Market, client: TestClient) -> None:
        content, url = self.pending(runtime, market, client)
        sign_in(client, market.approver)
        refused = send(client, f"{url}/return", {"version": "1", "reason_return": ""})
        assert refused.status_code == 409
        assert awards(runtime, market, content.rfq.id)[0].award.status is AwardStatus.PENDING_APPROVAL
        data = {"version": "1", "reason_return": "Ask Supplier 2 again."}
        assert "Ask Supplier 2 again." in followed(client, send(client, f"{url}/return", data))
        assert awards(runtime, market, content.rfq.id)[0].award.status is AwardStatus.RETURNED

    def test_its_proposer_does_not_decide(self, runtime: Runtime, market: Market, client: TestClient) -> None:
        content = compared(runtime, market)
        both = make_person(
            runtime,
            market.buyer_id,
            Role.BUYER_PURCHASER,
            Role.BUYER_APPROVER,
            limit=Money.of("1000", "CNY"),
            name="Both",
        )
        sign_in(client, both)
        data = filled(page(client, f"/rfqs/{content.rfq.id}/comparison"), FORM)
        url = send(client, f"/rfqs/{content.rfq.id}/award", data).headers["location"]
        html = page(client, url)
        assert "another approver must decide" in html
        assert f"{url}/approve" not in html
        assert send(client, f"{url}/approve", {"version": "1"}).status_code == 409
        assert awards(runtime, market, content.rfq.id)[0].award.status is AwardStatus.PENDING_APPROVAL

    def test_other_decisions_and_other_companies_find_nothing(
        self, runtime: Runtime, market: Market, client: TestClient
    ) -> None:
        _, url = self.pending(runtime, market, client)
        sign_in(client, market.approver)
        assert send(client, f"{url}/ignore", {"version": "1"}).status_code == 404
        page(sign_in(client, make_market(runtime).approver), url, 404)
        assert sign_in(client, market.sales[0]).get(url, headers=HTML).status_code in (403, 404)
