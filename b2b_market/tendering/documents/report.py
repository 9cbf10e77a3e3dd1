"""The report of an evaluation as PDF and DOCX, in Chinese and English: what was judged, and why."""

from dataclasses import dataclass
from datetime import datetime

from b2b_market.infra.documents.model import (
    Align,
    Block,
    Column,
    Document,
    Emphasis,
    Fact,
    Facts,
    Heading,
    Paragraph,
    Table,
    Words,
    same,
)
from b2b_market.kernel.text import N_
from b2b_market.tendering.documents import frame
from b2b_market.tendering.documents.frame import PaperFormat
from b2b_market.ui.fmt import utc_stamp
from b2b_market.ui.speaking import Speaker


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedBid:
    """An opened bid; figures as text, ``-`` where there is none. ``notes`` are message ids of what was found."""

    receipt: int
    bidder: str
    total: str
    compared: str
    quality: str
    score: str
    place: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WeighedBid:
    """How a bid's total comes to what it counts as; ``features`` and ``costs`` are one line each."""

    bidder: str
    total: str
    features: tuple[str, ...]
    coefficient: str
    costs: tuple[str, ...]
    counts_as: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A disqualification or a question: ``about`` and ``state`` are message ids, ``lines`` what people wrote."""

    bidder: str
    about: str
    state: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """The award that stands on a lot, by two people, under the platform's signature."""

    winner: str
    amount: str
    comment: str
    proposer: str
    approver: str
    decided_at: datetime
    standstill_ends_at: datetime
    signature: str
    key_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedLot:
    """A lot: its bids best first, what was asked and ruled, and the decision once there is one."""

    position: int
    title: str
    bids: tuple[ReportedBid, ...]
    rulings: tuple[Said, ...]
    inquiries: tuple[Said, ...]
    decision: Decided | None
    weighed: tuple[WeighedBid, ...] = ()
    formulas: tuple[str, ...] = ()
    """The formula of each life-cycle cost, as the notice has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything the report says, as plain values: equal reports are equal bytes."""

    number: str
    title: str
    buyer: str
    procedure: str
    currency: str
    closed_at: datetime
    opened_at: datetime
    made_at: datetime
    evaluators: tuple[str, ...]
    criteria: tuple[tuple[str, str], ...]
    """(name, weight in percent) of the award criteria, the price first."""
    rates: tuple[str, ...]
    lots: tuple[ReportedLot, ...]


def report_file(found: Report, kind: PaperFormat) -> bytes:
    """Return the report as a file; TenderPrintersBusy where no place gets free for a PDF."""
    return frame.written(report_document(found), kind)


def report_document(found: Report) -> Document:
    """Return the one content of both files."""
    say = frame.speaker()
    blocks = (*_frame(say, found), *(block for lot in found.lots for block in _lot(say, lot)))
    return frame.of_tender(say, found, say(N_("Report of the evaluation")), blocks)


def _frame(say: Speaker, found: Report) -> tuple[Block, ...]:
    facts = (
        Fact(say(N_("Procedure")), same(found.procedure)),
        Fact(say(N_("Compared in")), same(found.currency)),
        Fact(say(N_("Bidding closed at")), same(utc_stamp(found.closed_at))),
        Fact(say(N_("Opened at")), same(utc_stamp(found.opened_at))),
        Fact(say(N_("Evaluators")), same(", ".join(found.evaluators))),
        *(Fact(say(N_("Exchange rate")), same(rate)) for rate in found.rates),
    )
    columns = Column(say(N_("Award criterion")), 3), Column(say(N_("Weight, %")), align=Align.END)
    criteria = tuple((same(name), same(weight)) for name, weight in found.criteria)
    return (Facts(facts), Table(columns, criteria)) if criteria else (Facts(facts),)


def _lot(say: Speaker, lot: ReportedLot) -> tuple[Block, ...]:
    heading = Heading(say(N_("Lot {n}: {title}"), n=lot.position, title=lot.title))
    rulings = _said(say, N_("Disqualifications"), lot.rulings)
    inquiries = _said(say, N_("Questions to bidders and explanations of low prices"), lot.inquiries)
    return (heading, *_bids(say, lot), *_weighed(say, lot), *rulings, *inquiries, *_decision(say, lot.decision))


def _bids(say: Speaker, lot: ReportedLot) -> tuple[Block, ...]:
    if not lot.bids:
        return (Paragraph(say(N_("No bid of this lot was opened."))),)
    columns = (
        Column(say(N_("Rank")), align=Align.END),
        Column(say(N_("Receipt")), align=Align.END),
        Column(say(N_("Bidder")), 2),
        Column(say(N_("Total, without tax")), align=Align.END),
        Column(say(N_("Compared")), align=Align.END),
        Column(say(N_("Quality")), align=Align.END),
        Column(say(N_("Score")), align=Align.END),
        Column(say(N_("To note")), 2),
    )
    rows = tuple(
        (
            *(same(text) for text in (one.place, str(one.receipt), one.bidder, one.total, one.compared)),
            *(same(text) for text in (one.quality, one.score)),
            _all(say, one.notes),
        )
        for one in lot.bids
    )
    return (Table(columns, rows),)


def _weighed(say: Speaker, lot: ReportedLot) -> tuple[Block, ...]:
    if not lot.weighed:
        return ()
    columns = (
        Column(say(N_("Bidder")), 2),
        Column(say(N_("Total, without tax")), align=Align.END),
        Column(say(N_("Features")), 3),
        Column(say(N_("Coefficient")), align=Align.END),
        Column(say(N_("Life-cycle costs")), 3),
        Column(say(N_("Counts as")), align=Align.END),
    )
    rows = tuple(
        (
            same(one.bidder),
            same(one.total),
            same("\n".join(one.features) or "-"),
            same(one.coefficient),
            same("\n".join(one.costs) or "-"),
            same(one.counts_as),
        )
        for one in lot.weighed
    )
    rule = N_("Total ÷ (1 + chosen shares ÷ (1 − best shares)) + life-cycle costs; rounded for reading only.")
    formulas = tuple(Paragraph(same(text), Emphasis.NOTE) for text in lot.formulas)
    return Heading(say(N_("How the totals count"))), Paragraph(say(rule)), *formulas, Table(columns, rows)


def _all(say: Speaker, messages: tuple[str, ...]) -> Words:
    """Say several things in each language, one after the other."""
    said = [say(message) for message in messages]
    if not said:
        return same("-")
    return tuple("; ".join(words[min(at, len(words) - 1)] for words in said) for at in range(len(say.languages)))


def _said(say: Speaker, head: str, all_said: tuple[Said, ...]) -> tuple[Block, ...]:
    if not all_said:
        return ()
    columns = (
        Column(say(N_("Bidder")), 2),
        Column(say(N_("What for")), 2),
        Column(say(N_("State"))),
        Column(say(N_("Grounds")), 3),
    )
    rows = tuple((same(one.bidder), say(one.about), say(one.state), same("\n".join(one.lines))) for one in all_said)
    return Heading(say(head)), Table(columns, rows)


def _decision(say: Speaker, decided: Decided | None) -> tuple[Block, ...]:
    if decided is None:
        return (Paragraph(say(N_("This lot is not awarded.")), Emphasis.STRONG),)
    facts = (
        Fact(say(N_("Awarded to")), same(decided.winner)),
        Fact(say(N_("Total, without tax")), same(decided.amount)),
        Fact(say(N_("Grounds")), same(decided.comment)),
        Fact(say(N_("Proposed by")), same(decided.proposer)),
        Fact(say(N_("Approved by")), same(decided.approver)),
        Fact(say(N_("Decided at")), same(utc_stamp(decided.decided_at))),
        Fact(say(N_("Stand-still until")), same(utc_stamp(decided.standstill_ends_at))),
    )
    sentence = N_("Signed by this platform with key {key}; programs verify it over the record itself: {signature}")
    signed = say(sentence, key=decided.key_id, signature=decided.signature)
    return Heading(say(N_("Decision"))), Facts(facts), Paragraph(signed, Emphasis.NOTE)
