"""The text of a letter: from a sheet to the content model that every writer understands."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from b2b_market.infra.documents.model import (
    Align,
    Block,
    Column,
    Document,
    Fact,
    Facts,
    Heading,
    Panel,
    Panels,
    Paragraph,
    Table,
    Title,
    Total,
    Words,
    same,
)
from b2b_market.kernel.text import N_
from b2b_market.kernel.units import unit, unit_name
from b2b_market.rfq.commands.letters import LetterPrinting
from b2b_market.rfq.documents.charge_words import CHARGES, charge_facts
from b2b_market.rfq.documents.letter_sheet import LetterCharge, LetterLine, LetterParty, LetterSheet
from b2b_market.rfq.states import CancelReason, LetterKind, LetterReason
from b2b_market.sourcing import public as sourcing
from b2b_market.ui import fmt
from b2b_market.ui.i18n import words_of
from b2b_market.ui.language import Language
from b2b_market.ui.speaking import Speaker

KINDS: Final[Mapping[LetterKind, str]] = MappingProxyType(
    {
        LetterKind.AWARD: N_("Award letter"),
        LetterKind.REGRET: N_("Letter of regret"),
        LetterKind.CANCELLATION: N_("Cancellation of an award"),
    }
)
CANCEL_REASONS: Final[Mapping[CancelReason, str]] = MappingProxyType(
    {
        CancelReason.DECLINED: N_("The supplier declined"),
        CancelReason.NOT_CONFIRMED: N_("The supplier did not confirm in time"),
        CancelReason.FELL_THROUGH: N_("The contract fell through before it was effective"),
    }
)
REASONS: Final[Mapping[LetterReason, str]] = MappingProxyType(
    {
        LetterReason.PRICE: N_("Price"),
        LetterReason.LEAD_TIME: N_("Lead time"),
        LetterReason.COVERAGE: N_("Not every line was offered"),
        LetterReason.TERMS: N_("Commercial terms"),
        LetterReason.QUALITY: N_("Quality"),
        LetterReason.OTHER: N_("Another reason"),
    }
)
LANGUAGES: Final[Mapping[LetterPrinting, tuple[Language, ...]]] = MappingProxyType(
    {
        LetterPrinting.CHINESE: (Language.ZH,),
        LetterPrinting.ENGLISH: (Language.EN,),
        LetterPrinting.BOTH: (Language.ZH, Language.EN),
    }
)
_PACKAGES: Final = (Path(sourcing.__file__).parent, Path(__file__).parents[1])
"""The criteria that the house names speak the words of sourcing."""


def letter_document(sheet: LetterSheet, printing: LetterPrinting) -> Document:
    """Return the whole letter as content in the languages of ``printing``."""
    say = Speaker(LANGUAGES[printing], words_of(*_PACKAGES))
    writer = _Writer(sheet, say)
    name = say(KINDS[sheet.kind])
    return Document(
        title=Title(name, writer.identity()),
        number=sheet.quote_number,
        languages=tuple(language.value for language in say.languages),
        blocks=writer.blocks(),
        running_head=name,
        running_foot=same(sheet.rfq_number),
        page_words=say(N_("Page {page} of {pages}"), page="{page}", pages="{pages}"),
        created=sheet.issued_at,
        author=sheet.buyer.name_in(say.languages[0]),
        keywords=(sheet.rfq_number, sheet.quote_number),
    )


class _Writer:
    """Writes the blocks of one letter."""

    def __init__(self, sheet: LetterSheet, say: Speaker) -> None:
        self.sheet = sheet
        self.say = say

    def identity(self) -> tuple[Fact, ...]:
        sheet, say = self.sheet, self.say
        return (
            Fact(say(N_("Request for quotation")), same(f"{sheet.rfq_number} {sheet.title}")),
            Fact(say(N_("Your quotation")), self._quotation()),
            Fact(say(N_("Award decided on")), same(fmt.utc_stamp(sheet.decided_at))),
            Fact(say(N_("Issued on")), same(fmt.utc_stamp(sheet.issued_at))),
        )

    def blocks(self) -> tuple[Block, ...]:
        parties = Panels(self._party(N_("Buyer"), self.sheet.buyer), self._party(N_("Supplier"), self.sheet.supplier))
        if self.sheet.kind is LetterKind.AWARD:
            return (parties, *self._award())
        if self.sheet.kind is LetterKind.CANCELLATION:
            return (parties, *self._cancellation())
        return (parties, *self._regret())

    def _award(self) -> tuple[Block, ...]:
        say = self.say
        thanks = N_("Thank you for your quotation. We award you the lines below at the prices that you quoted.")
        follows = N_("A contract over these lines follows; this letter does not replace it.")
        return (
            Paragraph(say(thanks)),
            Heading(say(N_("What you are awarded"))),
            self._lines(N_("Total of the award, without tax")),
            Paragraph(say(follows)),
        )

    def _cancellation(self) -> tuple[Block, ...]:
        sheet, say = self.sheet, self.say
        told = N_("We cancel our award of the lines below. A contract over them was not effective, and none follows.")
        main = (Fact(say(N_("Main reason")), say(CANCEL_REASONS[sheet.cancel_code])),) if sheet.cancel_code else ()
        return (
            Paragraph(say(told)),
            Heading(say(N_("What is cancelled"))),
            self._lines(N_("Total of the lines, without tax")),
            Heading(say(N_("Why it is cancelled"))),
            Facts(main),
            Paragraph(same(sheet.reason)),
        )

    def _regret(self) -> tuple[Block, ...]:
        sheet, say = self.sheet, self.say
        thanks = N_("Thank you for your quotation. We are sorry to tell you that nothing of it was awarded.")
        return (
            Paragraph(say(thanks)),
            Heading(say(N_("What you quoted"))),
            self._lines(N_("Total of the lines, without tax")),
            Heading(say(N_("How it was decided"))),
            Facts((Fact(say(N_("Quotations received")), same(str(sheet.received))),)),
            *self._basis(),
            *self._reason(),
        )

    def _basis(self) -> tuple[Block, ...]:
        sheet, say = self.sheet, self.say
        if not sheet.criteria:
            text = N_("The request was published without weighted criteria: the quotations were compared by price.")
            return (Paragraph(say(text)),)
        columns = (Column(say(N_("Criterion")), share=1), Column(say(N_("Weight")), align=Align.END))
        rows = tuple((say(one.name), same(fmt.number(one.weight))) for one in sheet.criteria)
        landed = (Paragraph(say(N_("Prices are scored on their landed cost."))),) if sheet.landed else ()
        text = N_("These criteria were published with the request; their weights add up to 100.")
        return (Paragraph(say(text)), Table(columns, rows), *landed)

    def _reason(self) -> tuple[Block, ...]:
        sheet, say = self.sheet, self.say
        if sheet.reason_code is None:
            return ()
        said = (Paragraph(same(sheet.reason)),) if sheet.reason else ()
        main = Facts((Fact(say(N_("Main reason")), say(REASONS[sheet.reason_code])),))
        return (Heading(say(N_("Why your quotation was not chosen"))), main, *said)

    def _lines(self, total: str) -> Table:
        say, code = self.say, self.sheet.currency
        columns = (
            Column(say(N_("No.")), align=Align.END),
            Column(say(N_("Item and specification")), share=3),
            Column(say(N_("Quantity")), align=Align.END),
            Column(say(N_("Unit"))),
            Column(say(N_("Unit price {currency}"), currency=code), align=Align.END),
            Column(say(N_("Amount {currency}"), currency=code), align=Align.END),
        )
        rows = [self._row(line) for line in self.sheet.lines]
        rows += [self._charge(charge) for charge in self.sheet.charges]
        return Table(columns, tuple(rows), (Total(say(total), fmt.money(self.sheet.total, Language.EN)),))

    def _row(self, line: LetterLine) -> tuple[Words, ...]:
        price = self.sheet.price(line)
        item = (" ".join(part for part in (line.item_code, line.item_name) if part), line.specification)
        return (
            same(str(line.position)),
            tuple(part for part in item if part),
            same(fmt.number(line.quantity)),
            self._unit(line.unit),
            same(fmt.number(price.amount, price.currency.minor_digits)),
            same(fmt.amount(self.sheet.amount(line))),
        )

    def _charge(self, charge: LetterCharge) -> tuple[Words, ...]:
        words = self.say(CHARGES[charge.kind], **charge_facts(charge.lines, charge.percent))
        return ((), words, (), (), (), same(fmt.amount(self.sheet.charged(charge))))

    def _unit(self, code: str) -> Words:
        """Return the unit as each language writes it: the name in Chinese, the symbol in English where there is one."""
        of = unit(code)
        return self.say.each(
            lambda language: unit_name(of, language.value) if language is Language.ZH else of.symbol or of.code
        )

    def _party(self, title: str, party: LetterParty) -> Panel:
        return Panel(self.say(title), (Fact(self.say(N_("Firm")), self.say.each(party.name_in)),))

    def _quotation(self) -> Words:
        text = N_("{number}, revision {revision}")
        return self.say(text, number=self.sheet.quote_number, revision=self.sheet.revision)
