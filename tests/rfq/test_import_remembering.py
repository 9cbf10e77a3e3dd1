"""What the columns of a list came to mean is offered for the next list alike, shown, changed and forgotten."""

import json
import random
from dataclasses import replace
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.permission import Role
from b2b_market.kernel.refusal import Forbidden, NotFound, StaleVersion
from b2b_market.rbac.actor import Actor
from b2b_market.rfq.commands.imports import ForgetMapping, HeadingRow, StepImport
from b2b_market.rfq.commands.redoing import ListKept
from b2b_market.rfq.intake.imports import ImportView, start_command, view_import
from b2b_market.rfq.intake.layout import lay_out
from b2b_market.rfq.intake.reading import read_table
from b2b_market.rfq.intake.remembering import heading_rows, mapping_of
from b2b_market.rfq.intake.values import Choices, Decimals, Field
from b2b_market.rfq.models.drafting import RfqMapping
from b2b_market.rfq.service import importing, remembering
from tests.rfq.forms import followed, page, send, text_of
from tests.rfq.imports import ANSWERS, FAR, GAPS, SMALL, TENDER, confirm, decide, look, start
from tests.rfq.redoing import actions, hashed
from tests.support.calling import caller_for
from tests.support.people import make_person, sign_in
from tests.support.rfqs import Market, make_market
from tests.support.works import work_for

MEANT = {0: Field.ITEM_NAME, 2: Field.QUANTITY, 3: Field.UNIT, 4: Field.TARGET_PRICE, 5: Field.REQUIRED_ON}
HEADINGS = st.lists(st.sampled_from(["Item", "Qty", "Unit price", "Place", "Qty", "Ref"]), min_size=2, max_size=6)


@pytest.fixture
def market(runtime: Runtime) -> Market:
    return make_market(runtime, 0)


def known(runtime: Runtime, actor: Actor) -> list[RfqMapping]:
    with work_for(runtime, actor) as work:
        return list(remembering.list_mappings(work, actor, ListKept()).items)


def first_row(text: str) -> HeadingRow:
    table = read_table(text.encode(), name="list.csv")
    return heading_rows(table, lay_out(table, Choices()))[0]


def confirmed(runtime: Runtime, market: Market, text: str = SMALL, **changes: Any) -> ImportView:
    view = start(runtime, market.purchaser, text)
    view = decide(runtime, market.purchaser, view, **changes) if changes else view
    confirm(runtime, market.purchaser, view)
    return view


class TestHeadings:
    def test_case_order_and_punctuation_do_not_matter(self) -> None:
        one, other = first_row("Item,Part No.,Qty\nA,1,2\n"), first_row("QTY,item,PART  NO\n2,A,1\n")
        assert one.key == other.key
        assert one.places == ("item", "part no", "qty")
        assert first_row("Item,Part No,Quantity\nA,1,2\n").key != one.key

    def test_columns_with_one_heading_are_told_apart_by_their_order(self) -> None:
        row = first_row("Item,Qty,Qty,\nA,1,2,note\n")
        assert row.places == ("item", "qty", "qty\x1e2", "")
        assert row.key == first_row("Qty,Item,Qty\n1,A,2\n").key
        assert row.key != first_row("Qty,Item\n1,A\n").key

    @given(headings=HEADINGS, seed=st.integers(0, 999))
    def test_shuffled_headings_are_the_same_list(self, headings: list[str], seed: int) -> None:
        shuffled = list(headings)
        random.Random(seed).shuffle(shuffled)
        cells = ",".join(str(number) for number in range(len(headings)))
        rows = [first_row(f"{','.join(one)}\n{cells}\n") for one in (headings, shuffled)]
        assert rows[0].key == rows[1].key
        assert sorted(rows[0].places) == sorted(rows[1].places)

    def test_a_format_that_names_its_columns_has_none(self) -> None:
        table = read_table(json.dumps(TENDER).encode(), name="tender.json")
        assert heading_rows(table, lay_out(table, Choices())) == ()
        assert start_command("tender.json", table).headings == ()


class TestTakingOver:
    def test_the_next_list_alike_is_understood_the_same(self, runtime: Runtime, market: Market) -> None:
        first = start(runtime, market.purchaser)
        first = decide(
            runtime, market.purchaser, first, columns={1: Field.NOTE}, decimals={4: Decimals.POINT}, unit_code="KGM"
        )
        unconfirmed = start(runtime, market.purchaser, SMALL.upper())
        assert (unconfirmed.stored.remembered, unconfirmed.choices.columns) == (False, {})
        confirm(runtime, market.purchaser, first)
        again = start(runtime, market.purchaser, SMALL.replace("Part No", "PART NO"))
        assert again.stored.remembered
        meant = {**MEANT, 1: Field.NOTE, 6: Field.DELIVERY_PLACE}
        assert again.choices == replace(
            Choices(), columns=meant, decimals={4: Decimals.POINT}
        )  # answers are asked anew
        assert not start(runtime, market.purchaser, GAPS).stored.remembered

    def test_price_breaks_reach_the_request_and_their_column_is_remembered(
        self, runtime: Runtime, market: Market
    ) -> None:
        text = "Item,Qty,Unit,Needed by,Ship to,Steps\nBolt,5,pcs,2099-03-05,Shanghai,10;100\n"
        view = decide(runtime, market.purchaser, start(runtime, market.purchaser, text), columns={5: Field.BREAKS})
        made = confirm(runtime, market.purchaser, view)
        assert made.lines[0].breaks == ["10", "100"]
        assert start(runtime, market.purchaser, text).choices.columns[5] == Field.BREAKS

    def test_columns_are_found_wherever_they_stand(self, runtime: Runtime, market: Market) -> None:
        confirmed(runtime, market, columns={1: Field.SPECIFICATION})
        turned = "Ship to,Needed by,Part No,Item,Unit,Unit price,Qty\nShanghai,2099-03-05,B-1,Bolt,pcs,CNY 2,5\n"
        view = start(runtime, market.purchaser, turned)
        assert view.choices.columns[2] == Field.SPECIFICATION
        assert view.preview is not None
        (row,) = view.preview.rows
        assert row.line is not None
        assert (row.line.specification, row.line.item_code) == ("B-1", None)

    def test_columns_left_out_are_remembered_only_where_the_user_said_so(
        self, runtime: Runtime, market: Market
    ) -> None:
        text = "Item,Qty,Unit,Needed by,Ship to,Empty,Status\nBolt,5,pcs,2099-03-05,Shanghai,,open\n"
        confirmed(runtime, market, text, columns={6: Field.IGNORED})
        (kept,) = known(runtime, market.purchaser)
        fields = {column["heading"]: column["field"] for column in kept.content["columns"]}
        assert fields == {
            "Item": "item_name",
            "Qty": "quantity",
            "Unit": "unit",
            "Needed by": "required_on",
            "Ship to": "delivery_place",
            "Status": "ignored",
        }

    def test_a_row_of_headings_that_had_to_be_shown_is_found_the_next_time(
        self, runtime: Runtime, market: Market
    ) -> None:
        text = "Alpha,Beta\nBolt,5\nNut,7\n"
        view = start(runtime, market.purchaser, text)
        view = decide(
            runtime,
            market.purchaser,
            view,
            header_row=1,
            columns={0: Field.ITEM_NAME, 1: Field.QUANTITY},
            unit_code="H87",
            delivery_place="Shanghai",
            required_on=FAR,
        )
        confirm(runtime, market.purchaser, view)
        titled = start(runtime, market.purchaser, f"Parts of the year,please quote\nMore,words\n{text}")
        assert titled.stored.remembered
        assert titled.preview is not None
        assert titled.preview.header_row == 3
        assert titled.choices.columns == {0: Field.ITEM_NAME, 1: Field.QUANTITY}

    def test_what_changes_is_remembered_anew_and_what_does_not_is_not_written(
        self, runtime: Runtime, market: Market
    ) -> None:
        confirmed(runtime, market)
        (kept,) = known(runtime, market.purchaser)
        confirmed(runtime, market)
        assert actions(runtime, kept.id) == ["rfq_mapping.remembered"]
        confirmed(runtime, market, columns={**start(runtime, market.purchaser).choices.columns, 1: Field.NOTE})
        stored, told = hashed(runtime, market.purchaser, RfqMapping)
        assert stored == told
        (changed,) = known(runtime, market.purchaser)
        assert (changed.id, changed.version) == (kept.id, 2)
        assert actions(runtime, kept.id) == ["rfq_mapping.remembered", "rfq_mapping.changed"]

    def test_words_for_units_are_remembered_too(self, runtime: Runtime, market: Market) -> None:
        text = SMALL.replace("pcs", "stk.")
        view = confirmed(runtime, market, text, unit_spellings={"stk.": "H87"})
        assert view.preview is not None
        assert start(runtime, market.purchaser, text).choices.unit_spellings == {"stk.": "H87"}

    def test_another_company_remembers_nothing(self, runtime: Runtime, market: Market) -> None:
        confirmed(runtime, market)
        other = make_market(runtime, 0).purchaser
        assert not start(runtime, other).stored.remembered
        assert known(runtime, other) == []

    def test_a_list_without_headings_leaves_nothing(self, runtime: Runtime, market: Market) -> None:
        answers = {name: getattr(ANSWERS, name) for name in ("unit_code", "delivery_place", "required_on")}
        view = start(runtime, market.purchaser, "Bolt,5\nNut,7\n")
        view = decide(
            runtime,
            market.purchaser,
            view,
            header_row=0,
            columns={0: Field.ITEM_NAME, 1: Field.QUANTITY},
            **answers,
        )
        assert mapping_of(read_table(b"Bolt,5\nNut,7\n"), view.preview, view.choices) is None  # type: ignore[arg-type]  # an unfinished import has its preview
        confirm(runtime, market.purchaser, view)
        assert known(runtime, market.purchaser) == []


class TestForgetting:
    def test_an_import_forgets_what_it_took_over(self, runtime: Runtime, market: Market) -> None:
        confirmed(runtime, market, columns={1: Field.NOTE})
        (kept,) = known(runtime, market.purchaser)
        view = start(runtime, market.purchaser)
        view = decide(runtime, market.purchaser, view, delivery_place="Gate 4")
        with work_for(runtime, market.purchaser) as work:
            command = StepImport(view.id, view.version)
            view = view_import(importing.forget_for_import(work, market.purchaser, command))
        assert not view.stored.remembered
        assert view.choices == replace(Choices(), delivery_place="Gate 4")
        assert known(runtime, market.purchaser) == []
        assert actions(runtime, kept.id)[-1] == "rfq_mapping.deleted"
        with work_for(runtime, market.purchaser) as work:  # twice is once
            again = importing.forget_for_import(work, market.purchaser, StepImport(view.id, view.version))
        assert again.version == view.version

    def test_a_mapping_is_forgotten_with_its_version_by_its_company(self, runtime: Runtime, market: Market) -> None:
        confirmed(runtime, market)
        (kept,) = known(runtime, market.purchaser)

        def forget(actor: Actor, version: int) -> None:
            with work_for(runtime, actor) as work:
                remembering.forget_mapping(work, actor, ForgetMapping(kept.id, version))

        with pytest.raises(NotFound):
            forget(make_market(runtime, 0).purchaser, 1)
        with pytest.raises(Forbidden):
            forget(make_person(runtime, market.buyer_id, Role.BUYER_APPROVER), 1)
        with pytest.raises(StaleVersion):
            forget(market.purchaser, 4)
        view = start(runtime, market.purchaser)
        forget(market.purchaser, 1)
        assert known(runtime, market.purchaser) == []
        assert look(runtime, market.purchaser, view.id).choices.columns == view.choices.columns

    def test_over_the_api(self, runtime: Runtime, client: TestClient, market: Market) -> None:
        confirmed(runtime, market, columns={1: Field.NOTE}, decimals={4: Decimals.POINT})
        caller = caller_for(client, runtime, market.purchaser)
        (item,) = caller.get("/rfq-imports/mappings").json()["items"]
        assert item["columns"][1] == {"heading": "Part No", "field": "note", "decimals": None, "date_order": None}
        assert item["columns"][4]["decimals"] == "point"
        path = f"/rfq-imports/mappings/{item['id']}"
        assert caller.call("DELETE", path).status_code == 428
        assert caller.call("DELETE", path, version=item["version"]).status_code == 204
        assert caller.get("/rfq-imports/mappings").json()["items"] == []


class TestPages:
    def test_what_is_remembered_is_shown_and_forgotten(
        self, runtime: Runtime, client: TestClient, market: Market
    ) -> None:
        confirmed(runtime, market, columns={1: Field.NOTE, 0: Field.ITEM_NAME})
        view = start(runtime, market.purchaser)
        sign_in(client, market.purchaser)
        place = f"/rfqs/import/{view.id}"
        shown = page(client, place)
        assert shown.count(">Remembered<") == 7
        assert "Chosen by you" not in shown
        changed = decide(runtime, market.purchaser, view, columns={**view.choices.columns, 1: Field.ITEM_CODE})
        shown = page(client, place)
        assert (shown.count(">Remembered<"), shown.count(">Chosen by you<")) == (6, 1)
        listed = page(client, "/rfqs/import")
        assert "Part No → Note" in text_of(listed)
        anew = followed(client, send(client, f"{place}/forget", {"version": str(changed.version)}))
        assert "Forgotten; the columns are recognised anew." in anew
        assert "Remembered" not in anew
        assert "Lists that are remembered" not in page(client, "/rfqs/import")

    def test_a_remembered_list_is_forgotten_where_files_are_chosen(
        self, runtime: Runtime, client: TestClient, market: Market
    ) -> None:
        confirmed(runtime, market)
        (kept,) = known(runtime, market.purchaser)
        sign_in(client, market.purchaser)
        answer = send(client, f"/rfqs/import/mappings/{kept.id}/forget", {"version": "1"})
        assert "Forgotten; the next such list is recognised anew." in followed(client, answer)
        assert known(runtime, market.purchaser) == []
