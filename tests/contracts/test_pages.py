import re

import pytest
from fastapi.testclient import TestClient

from b2b_market.contracts.commands import Terms
from b2b_market.contracts.states import ContractStatus
from b2b_market.contracts.tasks import take_fingerprints
from b2b_market.infra.ids import new_id
from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.permission import Role
from b2b_market.rbac.actor import Actor
from tests.contracts.deals import Sides, buyer_of, drafted, edit, read, released, void
from tests.contracts.sheets import TERMS
from tests.contracts.test_api import TERMS as NEW_TERMS
from tests.support.people import make_person, post_form, sign_in, sign_out


def page(client: TestClient, path: str, status: int = 200) -> str:
    """Return what stands in the main part of a page."""
    answer = client.get(path, headers={"accept": "text/html"})
    assert answer.status_code == status, answer.text
    found = re.search(r"<main.*</main>", answer.text, re.DOTALL)
    assert found is not None
    return found[0]


@pytest.fixture
def chinese(runtime: Runtime, sides: Sides) -> Actor:
    return make_person(runtime, sides.buyer, Role.BUYER_PURCHASER, locale="zh-CN")


def test_the_list_shows_the_other_party_and_the_state(runtime: Runtime, sides: Sides, client: TestClient) -> None:
    contract = released(runtime, sides.buyer, sides.supplier)
    ours = page(sign_in(client, sides.purchaser), "/contracts")
    assert contract.number in ours
    assert "Müller GmbH" in ours
    assert "Proposed" in ours
    assert "CNY\u00a0292.70" in ours
    assert contract.number not in page(client, "/contracts?status=voided")
    assert contract.number not in page(client, "/contracts?role=supplier")
    assert contract.number in page(client, "/contracts?status=&role=")
    assert "Lingang" in page(sign_in(client, sides.seller), "/contracts")


def test_a_list_longer_than_a_page_goes_on(runtime: Runtime, sides: Sides, client: TestClient) -> None:
    made = [drafted(runtime, sides.buyer, sides.supplier).number for _ in range(52)]
    first = page(sign_in(client, sides.purchaser), "/contracts?role=buyer")
    assert made[-1] in first
    assert made[0] not in first
    (link,) = re.findall(r'rel="next" href="([^"]+)"', first)
    assert "role=buyer" in link
    second = page(client, link.replace("&amp;", "&"))
    assert made[0] in second
    assert made[-1] not in second


def test_an_empty_list_says_where_contracts_come_from(sides: Sides, client: TestClient) -> None:
    assert "A contract is drafted for every supplier" in page(sign_in(client, sides.purchaser), "/contracts")


def test_the_buyer_s_page_has_the_buyer_s_buttons(runtime: Runtime, sides: Sides, client: TestClient) -> None:
    contract = drafted(runtime, sides.buyer, sides.supplier)
    html = page(sign_in(client, sides.purchaser), f"/contracts/{contract.id}")
    for words in ("Edit terms", "Release to the supplier", "Void", "Preview", "Party A (Buyer)", "DAP"):
        assert words in html
    assert html.count("/documents/") == 7
    assert "Drafted from the award" in html
    approver = page(sign_in(client, sides.approver), f"/contracts/{contract.id}")
    assert "Edit terms" not in approver
    assert "Release to the supplier" not in approver
    assert f"/contracts/{contract.id}/void" in approver


def test_the_supplier_reads_without_buttons(runtime: Runtime, sides: Sides, client: TestClient) -> None:
    contract = released(runtime, sides.buyer, sides.supplier)
    html = page(sign_in(client, sides.seller), f"/contracts/{contract.id}")
    assert contract.number in html
    for words in ("Edit terms", "Release to the supplier", "/void"):
        assert words not in html
    assert "Released to the supplier" in html


def test_a_draft_looks_to_its_supplier_like_no_contract(runtime: Runtime, sides: Sides, client: TestClient) -> None:
    contract = drafted(runtime, sides.buyer, sides.supplier)
    sign_in(client, sides.seller)
    for rest in ("", "/terms", "/void", "/documents/pdf"):
        page(client, f"/contracts/{contract.id}{rest}", 404)


def test_strangers_are_asked_to_sign_in(runtime: Runtime, sides: Sides, client: TestClient) -> None:
    contract = drafted(runtime, sides.buyer, sides.supplier)
    for path in ("/contracts", f"/contracts/{contract.id}", f"/contracts/{contract.id}/documents/pdf"):
        answer = sign_out(client).get(path, headers={"accept": "text/html"})
        assert answer.status_code in (303, 401)


def test_everything_is_said_in_chinese_too(runtime: Runtime, sides: Sides, client: TestClient, chinese: Actor) -> None:
    contract = drafted(runtime, sides.buyer, sides.supplier, Terms())
    sign_in(client, chinese)
    html = page(client, f"/contracts/{contract.id}")
    for words in (
        "甲方（买方）",
        "发送给供应商",
        "未决事项",
        "请写明买方何时以何种方式付款。",
        "由授标结果起草",
        "公开页面",
    ):
        assert words in html
    assert "适用法律与争议解决" in page(client, f"/contracts/{contract.id}/terms")
    assert "作废的合同对任何一方均无约束力" in page(client, f"/contracts/{contract.id}/void")


def test_terms_are_edited_in_a_form(runtime: Runtime, sides: Sides, client: TestClient) -> None:
    contract = drafted(runtime, sides.buyer, sides.supplier)
    form = page(sign_in(client, sides.purchaser), f"/contracts/{contract.id}/terms")
    assert TERMS.incoterm_place in form
    answer = post_form(client, f"/contracts/{contract.id}/terms", {**NEW_TERMS, "version": "1"})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/contracts/{contract.id}")
    changed = read(runtime, buyer_of(sides.buyer), contract.id)
    assert (changed.edition, changed.terms.payment_terms, changed.terms.governing_law) == (2, "net 60", "DE")
    shown = page(client, f"/contracts/{contract.id}")
    assert "is ready" in shown
    assert "<ins>net 60</ins>" in shown


@pytest.mark.parametrize(
    ("change", "answer"),
    [
        ({"incoterm": "XXX"}, (422, "Choose one of the list.")),
        ({"dispute_forum": ""}, (422, "Fill this in.")),
        ({"dispute_forum": "arbitration"}, (409, "Name the institution that arbitrates.")),
        ({"incoterm_place": ""}, (409, "Name the place that the trade term asks for.")),
        ({"version": "7"}, (409, "the current one is 1")),
        ({"version": ""}, (409, "If-Match")),
    ],
)
def test_a_wrong_form_comes_back_with_what_was_typed(
    runtime: Runtime, sides: Sides, client: TestClient, change: dict[str, str], answer: tuple[int, str]
) -> None:
    contract = drafted(runtime, sides.buyer, sides.supplier)
    sign_in(client, sides.purchaser)
    sent = {**NEW_TERMS, "version": "1", "notes": "typed with care", **change}
    got = post_form(client, f"/contracts/{contract.id}/terms", sent)
    assert got.status_code == answer[0], got.text
    assert answer[1] in got.text
    assert "typed with care" in got.text
    assert read(runtime, buyer_of(sides.buyer), contract.id).edition == 1


def test_release_by_a_button(runtime: Runtime, sides: Sides, client: TestClient) -> None:
    contract = drafted(runtime, sides.buyer, sides.supplier)
    sign_in(client, sides.purchaser)
    answer = post_form(client, f"/contracts/{contract.id}/release", {"version": "1"})
    assert answer.status_code == 303
    assert read(runtime, buyer_of(sides.buyer), contract.id).status is ContractStatus.PROPOSED


def test_a_refused_release_stays_on_the_page_and_says_why(runtime: Runtime, sides: Sides, client: TestClient) -> None:
    contract = drafted(runtime, sides.buyer, sides.supplier, Terms())
    sign_in(client, sides.purchaser)
    answer = post_form(client, f"/contracts/{contract.id}/release", {"version": "1"})
    assert answer.status_code == 409
    assert "Settle the open points first" in answer.text
    assert read(runtime, buyer_of(sides.buyer), contract.id).status is ContractStatus.DRAFTED


def test_void_asks_why(runtime: Runtime, sides: Sides, client: TestClient) -> None:
    contract = released(runtime, sides.buyer, sides.supplier)
    version = str(contract.version)
    sign_in(client, sides.approver)
    empty = post_form(client, f"/contracts/{contract.id}/void", {"reason": "", "version": version})
    assert empty.status_code == 422
    done = post_form(client, f"/contracts/{contract.id}/void", {"reason": "ordered twice", "version": version})
    assert done.status_code == 303
    assert "ordered twice" in page(client, f"/contracts/{contract.id}")
    again = post_form(client, f"/contracts/{contract.id}/void", {"reason": "x", "version": version})
    assert again.status_code == 409


def test_a_form_without_the_token_does_nothing(runtime: Runtime, sides: Sides, client: TestClient) -> None:
    contract = drafted(runtime, sides.buyer, sides.supplier)
    sign_in(client, sides.purchaser)
    answer = client.post(f"/contracts/{contract.id}/release", data={"version": "1"})
    assert answer.status_code == 403
    assert read(runtime, buyer_of(sides.buyer), contract.id).version == 1


def test_the_pdf_is_shown_or_saved(runtime: Runtime, sides: Sides, client: TestClient) -> None:
    contract = drafted(runtime, sides.buyer, sides.supplier)
    sign_in(client, sides.purchaser)
    shown = client.get(f"/contracts/{contract.id}/documents/pdf?view=true")
    assert (shown.headers["content-type"], shown.content[:5]) == ("application/pdf", b"%PDF-")
    assert shown.headers["content-disposition"].startswith("inline;")
    saved = client.get(f"/contracts/{contract.id}/documents/pdf?languages=zh")
    assert saved.headers["content-disposition"].startswith("attachment;")
    word = client.get(f"/contracts/{contract.id}/documents/docx?view=true")
    assert word.headers["content-disposition"].startswith("attachment;")


def test_anybody_verifies_on_a_page(runtime: Runtime, sides: Sides, client: TestClient) -> None:
    contract = drafted(runtime, sides.buyer, sides.supplier)
    waiting = page(client, f"/verify/{contract.id}/1")
    assert "The fingerprints are being taken" in waiting
    take_fingerprints(runtime)
    html = page(client, f"/verify/{contract.id}/1")
    for row in read(runtime, buyer_of(sides.buyer), contract.id).documents:
        assert row.sha256 in html
    for secret in (contract.number, contract.title, "Müller", "Lingang", str(sides.buyer), str(sides.supplier)):
        assert secret not in html
    page(client, f"/verify/{contract.id}/2", 404)
    page(client, f"/verify/{new_id()}/1", 404)


def test_an_older_edition_stays_verifiable_after_edit_and_void(
    runtime: Runtime, sides: Sides, client: TestClient
) -> None:
    contract = drafted(runtime, sides.buyer, sides.supplier)
    take_fingerprints(runtime)
    (first, *_) = read(runtime, buyer_of(sides.buyer), contract.id).documents
    void(runtime, buyer_of(sides.buyer), edit(runtime, buyer_of(sides.buyer), contract, notes="x"))
    assert first.sha256 in page(client, f"/verify/{contract.id}/1")
    assert first.sha256 not in page(client, f"/verify/{contract.id}/2")
