"""Letters after an award: who gets which, that they stand as issued, and that nobody reads another's."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from b2b_market.infra.audit_trail import AuditEvent
from b2b_market.infra.canonical import digest
from b2b_market.infra.documents.docx import DOCX_TYPE
from b2b_market.infra.documents.model import Facts, Heading, Panels, Paragraph, Table
from b2b_market.infra.ids import new_id
from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.money import Money
from b2b_market.kernel.permission import Role
from b2b_market.kernel.refusal import Forbidden, Invalid, NotFound, StaleVersion
from b2b_market.notifications.models import Notification
from b2b_market.rbac.actor import Actor, system_actor
from b2b_market.rfq.commands.guests import TakeOver
from b2b_market.rfq.commands.letters import IssueLetters, LetterFormat, LetterPrinting, PrintLetter, WhyNot
from b2b_market.rfq.commands.requests import ReadAward, ReadRfq, Rest, StepRfq
from b2b_market.rfq.commands.scoring import SetCriteria
from b2b_market.rfq.documents.letter_files import print_letter
from b2b_market.rfq.documents.letter_sheet import LetterCriterion, LetterLine, LetterParty, LetterSheet
from b2b_market.rfq.documents.letter_text import letter_document
from b2b_market.rfq.models.letters import Letter
from b2b_market.rfq.models.quotes import Award
from b2b_market.rfq.rules.letters import LettersIssuedAlready, LettersNotDue, require_reasons
from b2b_market.rfq.service import letters, publishing, scoring, taking_over
from b2b_market.rfq.service.drafting import RfqContent
from b2b_market.rfq.service.letters import AwardLetters
from b2b_market.rfq.states import LetterKind, LetterReason
from b2b_market.sourcing.public import Criterion, Formula
from tests.rfq.forms import filled, page, send, text_of
from tests.rfq.test_guests import admin_of
from tests.support.delivery import drain_outbox
from tests.support.guests import ADDRESS, entered, published, takeover_code
from tests.support.people import make_person, sign_in, sign_out
from tests.support.rfqs import Market, draft_command, make_draft, make_market, publish, read, submit
from tests.support.rows import rows_of
from tests.support.stories import award_first
from tests.support.works import work_for

WON, LOST = ("10", "7"), ("11.77", "8.88")


@pytest.fixture
def market(runtime: Runtime) -> Market:
    return make_market(runtime, 2)


@pytest.fixture
def content(runtime: Runtime, market: Market) -> RfqContent:
    return publish(runtime, market, draft_command(market.suppliers, 2))


def awarded(runtime: Runtime, market: Market, content: RfqContent, rest: Rest = Rest.LEAVE, lines: int = 2) -> Award:
    for sales, prices in zip(market.sales, (WON, LOST), strict=True):
        submit(runtime, sales, content, prices)
    return award_first(runtime, market, content, rest, lines)


def listed(runtime: Runtime, market: Market, award_id: UUID) -> AwardLetters:
    with work_for(runtime, market.purchaser) as work:
        return letters.list_letters(work, market.purchaser, ReadAward(award_id))


def issue(
    runtime: Runtime, market: Market, award_id: UUID, reason: str = "", *, by: Actor | None = None
) -> AwardLetters:
    actor = by or market.purchaser
    found = listed(runtime, market, award_id)
    reasons = tuple(WhyNot(lost, LetterReason.PRICE, reason) for lost in found.regret_supplier_ids)
    command = IssueLetters(award_id=award_id, expected_version=found.version, reasons=reasons)
    with work_for(runtime, actor) as work:
        return letters.issue_letters(work, actor, command)


def own(runtime: Runtime, sales: Actor, rfq_id: UUID) -> Sequence[Letter]:
    with work_for(runtime, sales) as work:
        return letters.own_letters(work, sales, ReadRfq(rfq_id))


def sheet(kind: LetterKind = LetterKind.REGRET) -> LetterSheet:
    line = LetterLine(
        position=1,
        item_name="六角螺栓",
        item_code="MRO-1",
        specification="M8",
        quantity=Decimal("12.5"),
        unit="H87",
        unit_price=Decimal("3.3333"),
    )
    plain = LetterSheet(
        kind=kind,
        rfq_number="RFQ-2026-0001",
        title="Spares",
        quote_number="Q-2026-0007",
        revision=2,
        buyer=LetterParty(zh="恒力重工", en="Hengli"),
        supplier=LetterParty(en="Works"),
        decided_at=datetime(2026, 1, 2, 3, 4, tzinfo=UTC),
        issued_at=datetime(2026, 1, 3, 3, 4, tzinfo=UTC),
        currency="EUR",
        lines=(line,),
    )
    if kind is LetterKind.AWARD:
        return plain
    return replace(plain, received=3, reason_code=LetterReason.OTHER, reason="交期不稳。 Late.")


class TestRules:
    def test_every_loser_has_one_reason_and_nobody_else(self) -> None:
        first, second, other = new_id(), new_id(), new_id()
        one = WhyNot(first, LetterReason.PRICE)
        two = WhyNot(second, LetterReason.TERMS, "x")
        assert require_reasons([first, second], [two, one]) == {second: two, first: one}
        with pytest.raises(Invalid) as refused:
            require_reasons([first, second], [one, one, WhyNot(other, LetterReason.PRICE)])
        assert [error.pointer for error in refused.value.errors] == [
            "/reasons/1/supplier_id",
            "/reasons/2/supplier_id",
            "/reasons",
        ]
        with pytest.raises(Invalid) as long:
            require_reasons([first], [WhyNot(first, LetterReason.PRICE, "x" * 4001)])
        assert [error.code for error in long.value.errors] == ["too-long"]


class TestDocuments:
    @pytest.mark.parametrize("kind", LetterKind)
    @pytest.mark.parametrize("printing", LetterPrinting)
    @pytest.mark.parametrize("file_format", LetterFormat)
    def test_the_kept_content_prints_the_same_bytes(
        self, kind: LetterKind, printing: LetterPrinting, file_format: LetterFormat
    ) -> None:
        written = sheet(kind)
        kept = LetterSheet.read(written.content())
        assert kept == written
        first, second = (print_letter(each, printing, file_format) for each in (written, kept))
        assert first == second
        assert first.content != print_letter(replace(kept, title="Others"), printing, file_format).content
        assert first.name == f"RFQ-2026-0001-Q-2026-0007-{kind}-{printing}.{file_format}"

    @pytest.mark.parametrize("kind", LetterKind)
    def test_the_words_of_the_house_are_chinese_in_a_chinese_letter(self, kind: LetterKind) -> None:
        judged = LetterCriterion(name="Price", weight=Decimal(100))
        written = replace(sheet(kind), criteria=(judged,) if kind is LetterKind.REGRET else (), landed=True)
        document = letter_document(written, LetterPrinting.CHINESE)
        said = [document.title.words, *(fact.label for fact in document.title.facts)]
        for block in document.blocks:
            match block:
                case Heading() | Paragraph():
                    said.append(block.words)
                case Facts():
                    said += [fact.label for fact in block.facts]
                case Table():
                    said += [column.title for column in block.columns] + [total.label for total in block.totals]
                case Panels():
                    said += [side.title for side in (block.left, block.right)]
                case _:
                    pytest.fail(f"{block} is not read")
        assert [words for words in said if not any("\u4e00" <= sign <= "\u9fff" for sign in "".join(words))] == []
        assert any(
            cell == ("价格",)
            for block in document.blocks
            if isinstance(block, Table)
            for row in block.rows
            for cell in row
        ) is (kind is LetterKind.REGRET)

    def test_the_total_is_of_rounded_amounts(self) -> None:
        assert sheet().total == Money.of("41.67", "EUR")


class TestIssuing:
    def test_winners_and_losers_each_get_their_own(self, runtime: Runtime, market: Market, content: RfqContent) -> None:
        given = awarded(runtime, market, content)
        before = listed(runtime, market, given.id)
        assert (list(before.winner_ids), list(before.regret_supplier_ids), list(before.letters)) == (
            [market.suppliers[0]],
            [market.suppliers[1]],
            [],
        )
        assert own(runtime, market.sales[1], content.rfq.id) == []
        issue(runtime, market, given.id, "Two lines were too dear.")
        ((won,), (lost,)) = (own(runtime, sales, content.rfq.id) for sales in market.sales)
        assert (won.kind, lost.kind) == (LetterKind.AWARD, LetterKind.REGRET)
        told, sorry = LetterSheet.read(won.content), LetterSheet.read(lost.content)
        assert told.total == Money.of("1700", "CNY")
        assert (told.received, told.reason_code, told.criteria) == (None, None, ())
        assert [line.unit_price for line in sorry.lines] == [Decimal("11.77"), Decimal("8.88")]
        assert (sorry.received, sorry.reason_code, sorry.reason) == (2, LetterReason.PRICE, "Two lines were too dear.")
        assert bytes(lost.content_hash) == digest(lost.content)
        assert "Supplier 1" not in str(lost.content)
        assert "Supplier 2" not in str(won.content)
        assert (won.issued_by, won.buyer_id) == (market.purchaser.user_id, market.buyer_id)

    def test_a_part_leaves_the_others_in_play(self, runtime: Runtime, market: Market, content: RfqContent) -> None:
        given = awarded(runtime, market, content, Rest.LATER, lines=1)
        issued = issue(runtime, market, given.id)
        assert [letter.supplier_id for letter in issued.letters] == [market.suppliers[0]]
        assert [line["position"] for line in issued.letters[0].content["lines"]] == [1]

    def test_criteria_stand_as_published(self, runtime: Runtime, market: Market) -> None:
        draft = make_draft(runtime, market, draft_command(market.suppliers, 2))
        price = Criterion(key="price", name="Price", weight=Decimal(70), formula=Formula.LOWEST_RATIO)
        other = Criterion(key="own-1", name="Audit", weight=Decimal(30), formula=Formula.YES_NO)
        with work_for(runtime, market.purchaser) as work:
            command = SetCriteria(rfq_id=draft.rfq.id, expected_version=None, criteria=(price, other), landed=True)
            scoring.set_criteria(work, market.purchaser, command)
            publishing.publish_rfq(work, market.purchaser, StepRfq(draft.rfq.id, draft.rfq.version))
        content = read(runtime, market.purchaser, draft.rfq.id)
        issued = issue(runtime, market, awarded(runtime, market, content).id)
        lost = LetterSheet.read(next(one for one in issued.letters if one.kind is LetterKind.REGRET).content)
        assert lost.landed
        assert [(one.name, one.weight) for one in lost.criteria] == [("Price", Decimal(70)), ("Audit", Decimal(30))]

    def test_issued_is_issued(self, runtime: Runtime, market: Market, content: RfqContent) -> None:
        given = awarded(runtime, market, content)
        first = issue(runtime, market, given.id, "First.")
        with pytest.raises(LettersIssuedAlready):
            issue(runtime, market, given.id, "Second.", by=market.approver)
        again = listed(runtime, market, given.id)
        assert [one.content for one in again.letters] == [one.content for one in first.letters]
        for change in ("content = '{}'", "kind = 'award'", "content_hash = ''", "issued_at = now()"):
            with pytest.raises(DBAPIError, match="permission denied"), work_for(runtime, market.purchaser) as work:
                work.session.execute(text(f"UPDATE rfq_letter SET {change}"))  # noqa: S608 - of this test
        with pytest.raises(DBAPIError, match="permission denied"), work_for(runtime, market.purchaser) as work:
            work.session.execute(text("DELETE FROM rfq_letter"))

    def test_what_is_refused_leaves_no_letter(self, runtime: Runtime, market: Market, content: RfqContent) -> None:
        given = awarded(runtime, market, content)
        why = (WhyNot(market.suppliers[1], LetterReason.PRICE),)
        for version, reasons, refusal in (
            (given.version + 1, why, StaleVersion),
            (given.version, (), Invalid),
            (given.version, (*why, WhyNot(market.suppliers[0], LetterReason.PRICE)), Invalid),
        ):
            command = IssueLetters(award_id=given.id, expected_version=version, reasons=reasons)
            with pytest.raises(refusal), work_for(runtime, market.purchaser) as work:
                letters.issue_letters(work, market.purchaser, command)
        evaluator = make_person(runtime, market.buyer_id, Role.BUYER_EVALUATOR)
        stranger = make_market(runtime, 1).purchaser
        command = IssueLetters(award_id=given.id, expected_version=given.version, reasons=why)
        for actor, refused in ((evaluator, Forbidden), (market.sales[0], Forbidden), (stranger, NotFound)):
            with pytest.raises(refused), work_for(runtime, actor) as work:
                letters.issue_letters(work, actor, command)
        assert listed(runtime, market, given.id).letters == []

    def test_an_award_that_waits_has_no_letters(self, runtime: Runtime) -> None:
        market = make_market(runtime, 2, limit="1000")
        draft = make_draft(runtime, market, draft_command(market.suppliers, 2, estimate="900"))
        with work_for(runtime, market.purchaser) as work:
            publishing.publish_rfq(work, market.purchaser, StepRfq(draft.rfq.id, draft.rfq.version))
        given = awarded(runtime, market, read(runtime, market.purchaser, draft.rfq.id))
        with pytest.raises(LettersNotDue):
            issue(runtime, market, given.id)
        assert listed(runtime, market, given.id).winner_ids == ()


class TestReading:
    def test_a_supplier_reaches_its_own_letter_only(
        self, runtime: Runtime, market: Market, content: RfqContent
    ) -> None:
        issued = issue(runtime, market, awarded(runtime, market, content).id)
        by_supplier = {one.supplier_id: one.id for one in issued.letters}
        for sales, mine, theirs in zip(market.sales, market.suppliers, reversed(market.suppliers), strict=True):
            with work_for(runtime, sales) as work:
                seen = work.session.scalars(select(Letter.supplier_id)).all()
                assert seen == [mine], "row-level security alone"
            wanted = PrintLetter(by_supplier[theirs], LetterPrinting.BOTH, LetterFormat.PDF)
            with pytest.raises(NotFound), work_for(runtime, sales) as work:
                letters.open_letter(work, sales, wanted)

    def test_each_supplier_is_told_and_it_is_audited(
        self, runtime: Runtime, market: Market, content: RfqContent
    ) -> None:
        drain_outbox(runtime)
        given = awarded(runtime, market, content)
        issue(runtime, market, given.id, "quite-secret-reason")
        drain_outbox(runtime)
        for sales, supplier_id in zip(market.sales, market.suppliers, strict=True):
            told = rows_of(runtime, sales, select(Notification).where(Notification.user_id == sales.user_id))
            mine = [one for one in told if one.kind == "rfq.letters_issued"]
            assert [one.link for one in mine] == [f"/rfqs/{content.rfq.id}"]
            machine = system_actor("test", supplier_id)
            entries = rows_of(runtime, machine, select(AuditEvent).where(AuditEvent.object_type == "letter"))
            assert [one.action for one in entries if supplier_id in one.visible_to] == ["rfq.letters_issued"]
        machine = system_actor("test", market.buyer_id)
        noted = rows_of(runtime, machine, select(AuditEvent).where(AuditEvent.object_id == given.id))
        assert [one.visible_to for one in noted if one.action == "award.letters_issued"] == [[market.buyer_id]]

    def test_whoever_takes_a_guest_over_gets_its_letter(
        self, runtime: Runtime, market: Market, client: TestClient
    ) -> None:
        content = published(runtime, market)
        guest = entered(client, runtime)
        submit(runtime, market.sales[0], content, WON)
        submit(runtime, guest, content, LOST)
        issued = issue(runtime, market, award_first(runtime, market, content).id)
        assert {one.supplier_id for one in issued.letters} == {market.suppliers[0], guest.org_id}
        (before,) = own(runtime, guest, content.rfq.id)
        org_id, admin = admin_of(runtime)
        code = takeover_code(runtime, admin)
        with work_for(runtime, admin) as work:
            taking_over.take_over(work, admin, TakeOver(email=ADDRESS, code=code))
        sales = make_person(runtime, org_id, Role.SUPPLIER_SALES)
        (after,) = own(runtime, sales, content.rfq.id)
        assert (after.id, after.content, after.supplier_id) == (before.id, before.content, org_id)


class TestEdges:
    def test_the_api_issues_lists_and_prints(
        self, runtime: Runtime, market: Market, content: RfqContent, client: TestClient
    ) -> None:
        given = awarded(runtime, market, content)
        purchaser = sign_in(client, market.purchaser)
        path = f"/api/v1/awards/{given.id}/letters"
        seen = purchaser.get(path)
        assert (seen.headers["etag"], seen.json()["regret_supplier_ids"]) == (
            f'"v{given.version}"',
            [str(market.suppliers[1])],
        )
        body = {"reasons": [{"supplier_id": str(market.suppliers[1]), "code": "quality", "text": "Scratches."}]}
        headers = {"idempotency-key": new_id().hex, "if-match": seen.headers["etag"], "origin": "http://testserver"}
        issued = purchaser.post(path, json=body, headers=headers)
        assert issued.status_code == 201, issued.text
        assert purchaser.post(path, json=body, headers=headers).json() == issued.json()
        other = {**headers, "idempotency-key": new_id().hex, "if-match": issued.headers["etag"]}
        assert purchaser.post(path, json=body, headers=other).json()["code"] == "letters-issued"
        assert len(purchaser.get(f"/api/v1/rfqs/{content.rfq.id}/letters").json()["items"]) == 2
        sign_out(client)
        sales = sign_in(client, market.sales[1])
        (mine,) = sales.get(f"/api/v1/rfqs/{content.rfq.id}/letters").json()["items"]
        assert (mine["kind"], mine["reason_code"], mine["reason"], mine["received"]) == (
            "regret",
            "quality",
            "Scratches.",
            2,
        )
        printed = sales.get(f"/api/v1/letters/{mine['id']}/docx?printing=zh")
        assert printed.headers["content-type"] == DOCX_TYPE
        assert sales.get(f"/api/v1/letters/{mine['id']}/docx?printing=zh").content == printed.content
        assert sales.get(path).status_code == 403
        (theirs,) = [one["id"] for one in issued.json()["items"] if one["id"] != mine["id"]]
        assert sales.get(f"/api/v1/letters/{theirs}/pdf").status_code == 404

    def test_the_pages_issue_and_show(
        self, runtime: Runtime, market: Market, content: RfqContent, client: TestClient
    ) -> None:
        given = awarded(runtime, market, content)
        buyer = sign_in(client, market.purchaser)
        path = f"/awards/{given.id}/letters"
        assert path in page(buyer, f"/awards/{given.id}")
        form = filled(page(buyer, path), "letters-form")
        assert send(buyer, path, form).status_code == 422
        assert listed(runtime, market, given.id).letters == []
        name = f"reason-{market.suppliers[1]}"
        form = {**filled(page(buyer, path), "letters-form"), f"{name}-code": "lead_time", f"{name}-text": "Too slow."}
        assert send(buyer, path, form).status_code == 303
        shown = text_of(page(buyer, path))
        assert "Too slow." in shown
        assert "Lead time" in shown
        sign_out(client)
        seller = sign_in(client, market.sales[1])
        mine = page(seller, f"/rfqs/{content.rfq.id}")
        (letter,) = own(runtime, market.sales[1], content.rfq.id)
        assert "Letter of regret" in mine
        assert mine.count(f"/letters/{letter.id}/") == 6
        assert seller.get(f"/letters/{letter.id}/pdf?printing=both").content.startswith(b"%PDF")
