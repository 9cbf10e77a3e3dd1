"""The notice and the opening record as PDF, in Chinese and English: the same facts always give the same bytes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from b2b_market.infra.documents.model import (
    Align,
    Block,
    Column,
    Emphasis,
    Fact,
    Facts,
    Heading,
    Paragraph,
    Table,
    same,
)
from b2b_market.kernel.text import N_
from b2b_market.tendering.documents import frame
from b2b_market.tendering.rules.sealed_keys import read_card
from b2b_market.ui.speaking import Speaker

_OUTCOMES: Final = {
    "opened": N_("opened"),
    "revealed": N_("revealed by its bidder"),
    "failed": N_("could not be read"),
    "sealed": N_("stays sealed"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """What a record is printed from; without ``record`` and ``bids`` it is the notice."""

    number: str
    title: str
    buyer: str
    document: Mapping[str, Any]
    notice: Mapping[str, Any]
    signature: str
    made_at: datetime
    record: Mapping[str, Any] | None = None
    bids: Sequence[tuple[int, str, str, str]] = ()
    """(receipt, bidder, lot, total) of each bid that the reader may name."""


def notice_pdf(found: Printed) -> bytes:
    """Return the signed notice: terms, lots, officers with their fingerprints, and the signature."""
    say = frame.speaker()
    blocks = (*_terms(say, found), *_lots(say, found), *_officers(say, found), *_signed(say, found))
    return frame.written(frame.of_tender(say, found, say(N_("Notice of tender")), blocks))


def opening_pdf(found: Printed) -> bytes:
    """Return the opening record: what came out of each sealed bid, the officers, and the signature."""
    say = frame.speaker()
    blocks = (*_opened(say, found), *_officers(say, found), *_signed(say, found))
    return frame.written(frame.of_tender(say, found, say(N_("Opening record")), blocks))


def _terms(say: Speaker, found: Printed) -> tuple[Block, ...]:
    said, notice = found.document, found.notice["notice"]
    return (
        Facts(
            (
                Fact(say(N_("Deadline")), same(str(notice["deadline"]))),
                Fact(say(N_("Questions until")), same(str(said["enquiry_ends_at"] or "-"))),
                Fact(say(N_("Currency")), same(str(said["currency"]))),
                Fact(say(N_("Public holidays")), same(_calendar(said["values"]))),
                Fact(say(N_("Fewest bidders for each lot")), same(str(said["minimum_bidders"]))),
                Fact(say(N_("Hours to reveal if keys are lost")), same(str(notice["reveal_hours"]))),
                Fact(say(N_("Notice edition")), same(str(notice["edition"]))),
            )
        ),
    )


def _calendar(values: Mapping[str, Any]) -> str:
    found = values.get("calendar")
    return f"{found['name']} ({found['version']})" if found else "-"


def _lots(say: Speaker, found: Printed) -> tuple[Block, ...]:
    columns = (
        Column(say(N_("Lot"))),
        Column(say(N_("Item")), 3),
        Column(say(N_("Quantity")), align=Align.END),
        Column(say(N_("Delivery place")), 2),
    )
    rows = tuple(
        (
            same(str(lot["position"])),
            same(item["name"]),
            same(f"{item['quantity']} {item['unit']}"),
            same(item["delivery_place"]),
        )
        for lot in found.document["lots"]
        for item in lot["items"]
    )
    return Heading(say(N_("Lots"))), Table(columns, rows), *_features(say, found), *_costs(say, found)


def _features(say: Speaker, found: Printed) -> tuple[Block, ...]:
    columns = (
        Column(say(N_("Lot"))),
        Column(say(N_("Feature")), 3),
        Column(say(N_("Option")), 3),
        Column(say(N_("Share of the price")), align=Align.END),
    )
    rows = tuple(
        (same(str(lot["position"])), same(one["name"]), same(said["text"]), same(said["share"]))
        for lot in found.document["lots"]
        for one in lot.get("features", ())
        for said in one["answers"]
    )
    rule = N_("A price counts as: total ÷ (1 + chosen shares ÷ (1 − best shares)) + life-cycle costs.")
    return (Heading(say(N_("Features"))), Paragraph(say(rule)), Table(columns, rows)) if rows else ()


def _costs(say: Speaker, found: Printed) -> tuple[Block, ...]:
    columns = (
        Column(say(N_("Lot"))),
        Column(say(N_("Cost")), 3),
        Column(say(N_("Unit")), 1),
        Column(say(N_("What x of it comes to")), 4),
    )
    rows = tuple(
        (same(str(lot["position"])), same(one["name"]), same(one["unit"]), same(one["formula"]))
        for lot in found.document["lots"]
        for one in lot.get("costs", ())
    )
    return (Heading(say(N_("Life-cycle costs"))), Table(columns, rows)) if rows else ()


def _officers(say: Speaker, found: Printed) -> tuple[Block, ...]:
    terms = found.notice["notice"]["terms"]
    cards = [read_card(card) for card in terms["officers"]]
    columns = (Column(say(N_("Key officers")), 1), Column(say(N_("Fingerprint")), 2))
    rows = tuple((same(card.name), same(card.fingerprint)) for card in cards)
    any_of = Paragraph(say(N_("Any {n} of them open the bids together."), n=terms["threshold"]))
    return Heading(say(N_("Key officers"))), any_of, Table(columns, rows)


def _opened(say: Speaker, found: Printed) -> tuple[Block, ...]:
    assert found.record is not None  # noqa: S101 - an opening record is printed from one
    named = {sequence: (bidder, lot, total) for sequence, bidder, lot, total in found.bids}
    columns = (
        Column(say(N_("Receipt")), align=Align.END),
        Column(say(N_("Bidder")), 2),
        Column(say(N_("Lot")), 2),
        Column(say(N_("What came of it")), 2),
        Column(say(N_("Total")), align=Align.END),
    )
    rows = tuple(
        (
            same(str(bid["sequence"])),
            same(named.get(bid["sequence"], ("-", "-", "-"))[0]),
            same(named.get(bid["sequence"], ("-", "-", "-"))[1]),
            say(_OUTCOMES[bid["outcome"]]),
            same(named.get(bid["sequence"], ("-", "-", "-"))[2]),
        )
        for bid in found.record["bids"]
    )
    return Heading(say(N_("Opened bids"))), Table(columns, rows)


def _signed(say: Speaker, found: Printed) -> tuple[Block, ...]:
    sentence = N_("Signed by this platform; programs verify the signature over the record itself: {signature}")
    text = say(sentence, signature=found.signature)
    return (Paragraph(text, Emphasis.NOTE),)
