"""Winners and bidders are named in the reader's language wherever results are published."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient

from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.permission import Role
from b2b_market.tendering.rules.naming import named, named_in, names_of, together
from b2b_market.tendering.states.tenders import TenderStatus
from b2b_market.tendering.tasks import advance_due
from b2b_market.ui.language import Language
from tests.support import judging
from tests.support import tenders as made
from tests.support.calling import caller_for
from tests.support.people import make_company, make_person, sign_in, sign_out, speak
from tests.support.tenders import Hall
from tests.tendering.test_public_side import bids_sealed, judged_to_award, open_procedure, opened, public_command

EN, ZH = "Bolt Works", "螺栓制造"
BUYER_EN, BUYER_ZH = "Hengli Heavy Industry", "恒力重工"


class TestRules:
    def test_a_name_is_kept_by_language_where_there_are_two(self) -> None:
        assert names_of(ZH, EN) == {"zh": ZH, "en": EN}
        assert names_of("", EN) == names_of(ZH, "") == {}

    def test_several_winners_are_one_text_in_each_language(self) -> None:
        both, one = (ZH, names_of(ZH, EN)), ("Nut GmbH", names_of("", "Nut GmbH"))
        assert together([both, one]) == {"zh": f"{ZH}, Nut GmbH", "en": f"{EN}, Nut GmbH"}
        assert together([one]) == {}

    def test_a_reader_reads_its_own_language_or_what_there_is(self) -> None:
        names = names_of(ZH, EN)
        assert [named(ZH, names, language) for language in ("zh", "en")] == [ZH, EN]
        assert named(EN, {}, "zh") == EN
        assert named_in({"winner": ZH, "winner_names": names}, "winner", "en") == EN
        assert named_in({"winner": ZH}, "winner", "en") == ZH, "a step of before says one name"


@pytest.fixture
def hall(runtime: Runtime) -> Iterator[Hall]:
    """The buyer, and the second bidder, whose bid is the best, have a name in both languages."""
    with made.own_clock(runtime):
        hall = made.make_hall(runtime, zh=BUYER_ZH)
        company = make_company(runtime, EN, ("supplier",), zh=ZH)
        sales = make_person(runtime, company, Role.SUPPLIER_SALES)
        yield replace(hall, suppliers=(hall.suppliers[0], company), sales=(hall.sales[0], sales))


def test_pages_feeds_and_results_name_the_winner_as_the_reader_reads(
    runtime: Runtime, hall: Hall, client: TestClient
) -> None:
    tender = bids_sealed(runtime, hall, public_command(hall, open_procedure(runtime, hall)))
    opened(runtime, hall, tender)
    judged_to_award(runtime, hall, tender)
    judging.deliver(runtime)
    at = f"/tender-board/{tender.tender.id}"
    for path in (f"{at}/opening", f"{at}/results", f"{at}/feed.atom"):
        for language, there, missing in (("zh-CN", ZH, EN), ("en", EN, ZH)):
            sign_out(client)
            shown = client.get(path, headers={"accept-language": language, "accept": "text/html"}).text
            assert (there in shown, missing in shown) == (True, False), (path, language)
            assert "Bidder 1" in shown or path.endswith("atom")
    step = client.get(f"/api/v1{at}/steps").json()["items"][-1]["facts"]
    assert (step["winner"], step["winner_names"]) == (ZH, {"zh": ZH, "en": EN})
    loser = caller_for(client, runtime, hall.sales[0])
    for language, winner, buyer in ((Language.ZH, ZH, BUYER_ZH), (Language.EN, EN, BUYER_EN)):
        speak(runtime, hall.sales[0], language)
        (message,) = [one for one in loser.get("/notifications").json()["items"] if one["kind"] == "tender.lot_lost"]
        assert (winner in message["body"], buyer in message["subject"]) == (True, True), message
    sign_in(client, hall.sales[0])
    shown = client.get(f"/tenders/{tender.tender.id}/results", headers={"accept": "text/html"}).text
    assert (EN in shown, ZH in shown) == (True, False)


def test_the_board_names_the_buyer_as_the_reader_reads_and_finds_it_by_either_name(
    runtime: Runtime, hall: Hall, client: TestClient
) -> None:
    tender = made.published(runtime, hall, public_command(hall))
    at = f"/tender-board/{tender.tender.id}"
    for path in ("/tender-board", "/tender-board/feed.atom", at, f"{at}/feed.atom"):
        for language, there, missing in (("zh-CN", BUYER_ZH, BUYER_EN), ("en", BUYER_EN, BUYER_ZH)):
            shown = client.get(path, headers={"accept-language": language, "accept": "text/html"}).text
            assert (there in shown, missing in shown) == (True, False), (path, language)
    for name in (BUYER_EN.lower(), BUYER_ZH):
        (found,) = client.get("/api/v1/tender-board", params={"q": name}).json()["items"]
        assert (found["buyer_name"], found["buyer_names"]) == (BUYER_ZH, {"zh": BUYER_ZH, "en": BUYER_EN})


def test_what_the_product_says_in_a_message_is_said_as_the_reader_reads(
    runtime: Runtime, hall: Hall, client: TestClient
) -> None:
    tender = made.published(runtime, hall, made.tender_command(hall))
    made.move(runtime, timedelta(days=60))
    advance_due(runtime)
    advance_due(runtime)
    judging.deliver(runtime)
    assert made.read(runtime, hall.purchaser, tender.tender.id).tender.status is TenderStatus.UNSUCCESSFUL
    for language, said in ((Language.ZH, "投标人数少于程序要求，未予开标。"), (Language.EN, "Nothing was opened.")):
        speak(runtime, hall.sales[0], language)
        found = caller_for(client, runtime, hall.sales[0]).get("/notifications").json()["items"]
        (message,) = [one for one in found if one["kind"] == "tender.ended"]
        assert said in message["body"]
