"""The report of an evaluation: what it says, that it is always the same bytes, and who reads it."""

import io
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import docx
import pypdfium2
import pytest
from docx.oxml.ns import qn
from fastapi.testclient import TestClient

from b2b_market.infra.documents.model import Document, Facts, Heading, Paragraph, Table
from b2b_market.infra.runtime import Runtime
from b2b_market.tendering.documents.frame import PaperFormat
from b2b_market.tendering.documents.report import (
    Decided,
    Report,
    ReportedBid,
    ReportedLot,
    Said,
    report_document,
    report_file,
)
from b2b_market.tendering.rules.abnormal import Ground
from b2b_market.tendering.rules.offers import Fault
from b2b_market.tendering.rules.saying import FAULTS, GROUNDS, KINDS, LOW
from b2b_market.tendering.service.reporting import ASKED, RULED
from b2b_market.tendering.states.evaluation import InquiryKind, InquiryStatus, RulingGround, RulingStatus
from tests.support import judging
from tests.support import tenders as made
from tests.support.calling import caller_for
from tests.support.people import sign_in
from tests.support.tenders import Hall

GOLDEN = Path(__file__).with_name("golden") / "report.txt"
DAY = datetime(2026, 11, 22, 9, tzinfo=UTC)


def bid(receipt: int, bidder: str, place: str, *notes: str) -> ReportedBid:
    return ReportedBid(
        receipt=receipt,
        bidder=bidder,
        total="EUR 500.00",
        compared="CNY 4,000.00",
        quality="85.50",
        score="95.33",
        place=place,
        notes=notes,
    )


REPORT = Report(
    number="T-2026-000001",
    title="水泵 / Pumps",
    buyer="恒力重工",
    procedure="eu-open",
    currency="CNY",
    closed_at=DAY,
    opened_at=DAY,
    made_at=DAY,
    evaluators=("Eva Evaluator", "张磊"),
    criteria=(("Price", "70"), ("Quality", "30")),
    rates=("1 EUR = 8 CNY (ECB, 2026-11-21)",),
    lots=(
        ReportedLot(
            position=1,
            title="Pumps",
            bids=(
                bid(2, "Bidder 2", "1", LOW[Ground.BELOW_NEXT]),
                bid(1, "Bidder 1", "-", RULED[RulingStatus.CONFIRMED], FAULTS[Fault.TOTAL]),
            ),
            rulings=(
                Said(
                    bidder="Bidder 1",
                    about=GROUNDS[RulingGround.NOT_QUALIFIED],
                    state=RULED[RulingStatus.CONFIRMED],
                    lines=("no licence",),
                ),
            ),
            inquiries=(
                Said(
                    bidder="Bidder 2",
                    about=KINDS[InquiryKind.LOW_PRICE],
                    state=ASKED[InquiryStatus.ACCEPTED],
                    lines=("Why so low?", "own foundry", "plausible"),
                ),
            ),
            decision=Decided(
                winner="Bidder 2",
                amount="EUR 500.00",
                comment="the best bid",
                proposer="Eva Evaluator",
                approver="Aki Approver",
                decided_at=DAY,
                standstill_ends_at=DAY,
                signature="ab" * 64,
                key_id="0123456789abcdef",
            ),
        ),
        ReportedLot(position=2, title="Spares", bids=(), rulings=(), inquiries=(), decision=None),
    ),
)


def said(document: Document) -> str:
    """Every word of the content model, a block's rows each on a line."""
    lines = [" | ".join((*document.title.words, *(" ".join(one.value) for one in document.title.facts)))]
    for block in document.blocks:
        if isinstance(block, Heading | Paragraph):
            lines.append(" / ".join(block.words))
        elif isinstance(block, Facts):
            lines += [f"{' / '.join(one.label)}: {' / '.join(one.value)}" for one in block.facts]
        elif isinstance(block, Table):
            lines.append(" | ".join(" / ".join(column.title) for column in block.columns))
            lines += [" | ".join(" / ".join(cell) for cell in row) for row in block.rows]
    return "\n".join(lines) + "\n"


def text_of(content: bytes, kind: PaperFormat) -> str:
    if kind is PaperFormat.PDF:
        pages = pypdfium2.PdfDocument(content)
        text = "".join(page.get_textpage().get_text_bounded() for page in pages)
        return "".join(text.split())
    body = docx.Document(io.BytesIO(content)).element.body
    return "".join("".join(node.text or "" for node in body.iter(qn("w:t"))).split())


def test_says_everything_in_both_languages() -> None:
    assert said(report_document(REPORT)) == GOLDEN.read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", list(PaperFormat))
def test_is_always_the_same_bytes_and_others_where_something_differs(kind: PaperFormat) -> None:
    content = report_file(REPORT, kind)
    assert report_file(REPORT, kind) == content != report_file(replace(REPORT, title="Other"), kind)
    text = text_of(content, kind)
    needles = ("评标报告", "Reportoftheevaluation", "nolicence", "ownfoundry", "EUR500.00", "95.33", "AkiApprover")
    assert [needle for needle in needles if needle not in text] == []


def test_the_buyer_reads_it_from_the_page_and_the_api_and_nobody_else(
    runtime: Runtime, client: TestClient, hall: Hall
) -> None:
    bids = [{0: judging.content("96")}, {0: judging.content("95")}]
    tender = judging.opened(runtime, hall, bids, made.tender_command(hall))
    at = f"/tenders/{tender.tender.id}/report"
    evaluator, sales = (caller_for(client, runtime, person) for person in (hall.evaluator, hall.sales[0]))
    assert evaluator.get(f"{at}.pdf").status_code == 404
    judging.decide(runtime, hall, tender.tender.id)
    for kind in PaperFormat:
        answer = evaluator.get(f"{at}.{kind}")
        assert answer.status_code == 200
        text = text_of(answer.content, kind)
        needles = ("noalloy", "Bronze", "plausible", "thebestbid", "AkiApprover", "EvaEvaluator", "CNY950.00")
        assert [needle for needle in needles if needle not in text] == []
        assert evaluator.get(f"{at}.{kind}").content == answer.content
        assert sales.get(f"{at}.{kind}").status_code == 404
    sign_in(client, hall.purchaser)
    assert client.get(f"{at}.docx").headers["content-disposition"].endswith("-evaluation.docx")
    assert f"{at}.pdf" in client.get(f"/tenders/{tender.tender.id}/evaluation", headers={"Accept": "text/html"}).text
