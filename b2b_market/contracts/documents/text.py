"""The text of a contract: from a sheet to the content model that every writer understands."""

from collections.abc import Callable
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from b2b_market.contracts.commands import ChargeKind, ContractSource, DisputeForum, Party, Printing, Tongue
from b2b_market.contracts.documents.agreement import DELIVERY_BY_ORDER, agreement_blocks
from b2b_market.contracts.documents.sheet import Sheet, SheetCharge, SheetLine
from b2b_market.contracts.documents.speech import Speaker
from b2b_market.contracts.rules.words import chinese_amount, english_amount, spans
from b2b_market.infra.canonical import decimal_text
from b2b_market.infra.documents.model import (
    Align,
    Block,
    Column,
    Document,
    Emphasis,
    Fact,
    Facts,
    Heading,
    Panel,
    Panels,
    Paragraph,
    QrCode,
    Signature,
    Signatures,
    Table,
    Title,
    Total,
    Words,
    distinct,
    same,
)
from b2b_market.kernel.money import Money
from b2b_market.kernel.text import N_
from b2b_market.kernel.units import unit, unit_name
from b2b_market.reference import public as reference
from b2b_market.ui import fmt
from b2b_market.ui.language import Language

_SCHEMES = {"uscc": N_("USCC"), "eu_vat": N_("VAT no."), "lei": N_("LEI")}
_FORUMS = {
    DisputeForum.BUYER_COURT: N_(
        "Disputes that negotiation does not settle are decided by the court at Party A's seat."
    ),
    DisputeForum.SUPPLIER_COURT: N_(
        "Disputes that negotiation does not settle are decided by the court at Party B's seat."
    ),
    DisputeForum.ARBITRATION: N_(
        "Disputes that negotiation does not settle are finally decided by arbitration: {body}, under its rules in "
        "force."
    ),
}
_TONGUES = {Tongue.CHINESE: N_("Chinese"), Tongue.ENGLISH: N_("English")}
CHARGES: Final = MappingProxyType(
    {
        ChargeKind.SETUP: N_("Set-up cost of line {line}"),
        ChargeKind.FREIGHT: N_("Freight"),
        ChargeKind.DISCOUNT: N_("{percent} % off for taking lines {lines}"),
        ChargeKind.ROUNDING: N_("Rounding remainder of the joint award"),
    }
)
_OPEN = N_("to be agreed")
_DELIVERY = N_("Each line is delivered by the date and to the place that the table names for it.")
_ORIGINS = {
    ContractSource.RFQ: (N_("Request for quotation"), N_("Quotation")),
    ContractSource.TENDER: (N_("Tender"), N_("Bid")),
    ContractSource.FRAMEWORK: (N_("Tender"), N_("Bid")),
    ContractSource.CALL_OFF: (N_("Framework agreement"), N_("Call-off")),
}
"""What a contract follows from, and by which paper of the supplier's or the buyer's."""
_BASES = {
    ContractSource.RFQ: N_(
        "Party A buys and Party B sells the goods listed below, as awarded on the request for "
        "quotation {rfq} to the quotation {quote}, revision {revision}. Prices are per unit in "
        "{currency}, without value added tax."
    ),
    ContractSource.TENDER: N_(
        "Party A buys and Party B sells the goods listed below, as awarded on the tender {rfq} to the bid {quote}, "
        "version {revision}. Prices are per unit in {currency}, without value added tax."
    ),
    ContractSource.FRAMEWORK: N_(
        "Party B sells the goods listed below to Party A on the orders that Party A places under this agreement, as "
        "awarded on the tender {rfq} to the bid {quote}, version {revision}. The quantities are those that bids were "
        "compared by and oblige nobody to order. Prices are per unit in {currency}, without value added tax."
    ),
    ContractSource.CALL_OFF: N_(
        "Party A buys and Party B sells the goods listed below, as called off the framework agreement {rfq} by the "
        "order {quote}. Prices are per unit in {currency}, without value added tax."
    ),
}


def contract_document(sheet: Sheet, printing: Printing) -> Document:
    """Return the whole contract as content in the languages of ``printing``."""
    writer = _Writer(sheet, Speaker(printing))
    say = writer.say
    kind = N_("Purchase Contract") if sheet.agreed is None else N_("Framework Agreement")
    return Document(
        title=Title(say(kind), writer.identity(), QrCode(sheet.verify_url, say(N_("Scan to verify")))),
        number=sheet.number,
        languages=tuple(language.value for language in say.languages),
        blocks=writer.blocks(),
        running_head=say(kind),
        running_foot=(sheet.verify_url,),
        page_words=say(N_("Page {page} of {pages}"), page="{page}", pages="{pages}"),
        created=sheet.edition_at,
        author=sheet.buyer.name_in(say.languages[0]),
        keywords=(sheet.number, sheet.rfq_number, sheet.quote_number),
    )


class _Writer:
    """Writes the blocks of one contract."""

    def __init__(self, sheet: Sheet, say: Speaker) -> None:
        self.sheet = sheet
        self.say = say
        self._sections = 0

    def identity(self) -> tuple[Fact, ...]:
        sheet, say = self.sheet, self.say
        origin, paper = _ORIGINS[sheet.source]
        return (
            Fact(say(N_("Contract no.")), same(sheet.number)),
            Fact(say(N_("Edition")), same(f"{sheet.edition} ({fmt.utc_stamp(sheet.edition_at)})")),
            Fact(say(N_("Subject matter")), same(sheet.title)),
            Fact(say(origin), same(sheet.rfq_number)),
            Fact(
                say(paper),
                say(N_("{number}, revision {revision}"), number=sheet.quote_number, revision=sheet.quote_revision),
            ),
        )

    def blocks(self) -> tuple[Block, ...]:
        return (
            Panels(
                self._party(N_("Party A (Buyer)"), self.sheet.buyer),
                self._party(N_("Party B (Supplier)"), self.sheet.supplier),
            ),
            *self._goods(),
            *self._agreed(),
            *self._delivery(),
            *self._payment(),
            *self._law(),
            *self._further(),
            *self._language_and_proof(),
            self._signatures(),
        )

    def _head(self, words: Words) -> Heading:
        self._sections += 1
        return Heading(words, str(self._sections))

    def _each(self, name: Callable[[Language], str]) -> Words:
        return distinct(name(language) for language in self.say.languages)

    def _party(self, title: str, party: Party) -> Panel:
        say = self.say
        facts = [Fact(say(N_("Firm")), self._each(party.name_in))]
        for identifier in party.identifiers:
            scheme = _SCHEMES.get(identifier.scheme)
            label = say(scheme) if scheme else same(identifier.label or identifier.scheme.upper())
            facts.append(Fact(label, same(identifier.value)))
        if party.address:
            facts.append(Fact(say(N_("Address")), same(party.address)))
        if party.country:
            country = self._each(lambda language: reference.country_name(party.country, language.value))
            facts.append(Fact(say(N_("Country")), country))
        return Panel(say(title), tuple(facts))

    def _goods(self) -> tuple[Block, ...]:
        sheet, say = self.sheet, self.say
        code = sheet.total.currency.code
        return (
            self._head(say(N_("Goods and prices"))),
            Paragraph(
                say(
                    _BASES[sheet.source],
                    rfq=sheet.rfq_number,
                    quote=sheet.quote_number,
                    revision=sheet.quote_revision,
                    currency=self._currency(),
                )
            ),
            Table(
                self._columns(code),
                (*(self._row(line) for line in sheet.lines), *(self._charge(charge) for charge in sheet.charges)),
                (Total(say(self._total_label()), fmt.money(sheet.total, Language.EN)),),
                (Fact(say(N_("Total in words")), self._in_words()),),
            ),
        )

    def _total_label(self) -> str:
        if self.sheet.agreed is None:
            return N_("Total, without value added tax")
        return N_("Total of the quantities compared, without value added tax")

    def _agreed(self) -> tuple[Block, ...]:
        """Return the section that only a framework agreement has."""
        agreed, say = self.sheet.agreed, self.say
        if agreed is None:
            return ()
        return (self._head(say(N_("Orders under this agreement"))), *agreement_blocks(agreed, say))

    def _columns(self, code: str) -> tuple[Column, ...]:
        say = self.say
        return (
            Column(say(N_("No.")), align=Align.END),
            Column(say(N_("Item and specification")), share=3),
            Column(say(N_("Quantity")), align=Align.END),
            Column(say(N_("Unit"))),
            Column(say(N_("Unit price {currency}"), currency=code), align=Align.END),
            Column(say(N_("Amount {currency}"), currency=code), align=Align.END),
            Column(say(N_("Delivery")), share=1),
        )

    def _row(self, line: SheetLine) -> tuple[Words, ...]:
        return (
            same(str(line.position)),
            self._item(line),
            same(fmt.number(line.quantity)),
            self._unit(line.unit),
            same(fmt.number(line.unit_price.amount, line.unit_price.currency.minor_digits)),
            same(fmt.amount(line.amount)),
            self._due(line),
        )

    def _charge(self, charge: SheetCharge) -> tuple[Words, ...]:
        percent = decimal_text(charge.percent or Decimal(0))
        lines = spans(charge.lines)
        words = self.say(CHARGES[charge.kind], line=lines, lines=lines, percent=percent)
        return ((), words, (), (), (), same(fmt.amount(charge.amount)), ())

    def _unit(self, code: str) -> Words:
        """Return the unit as each language writes it: the name in Chinese, the symbol in English where there is one."""
        of = unit(code)
        return self._each(
            lambda language: unit_name(of, language.value) if language is Language.ZH else of.symbol or of.code
        )

    def _item(self, line: SheetLine) -> Words:
        parts = [" ".join(part for part in (line.item_code, line.item_name) if part), line.specification]
        if line.alternative:
            parts += self.say(N_("Supplied instead: {alternative}"), alternative=line.alternative)
        return tuple(part for part in (*parts, line.note) if part)

    def _due(self, line: SheetLine) -> Words:
        parts = [fmt.date_text(line.required_on, self.say.languages[0])] if line.required_on else []
        if line.lead_days is not None:
            parts += self.say(N_("Lead time {days} d"), days=line.lead_days)
        return tuple(part for part in (*parts, line.delivery_place) if part)

    def _delivery(self) -> tuple[Block, ...]:
        terms, say = self.sheet.terms, self.say
        facts: list[Fact] = []
        if terms.incoterm:
            rule = reference.incoterm(terms.incoterm)
            facts.append(
                Fact(
                    say(N_("Trade term")),
                    say(
                        N_("{term} {place} ({name}), Incoterms 2020"),
                        term=terms.incoterm,
                        place=terms.incoterm_place,
                        name=self._each(lambda language: rule.names.in_language(language.value)),
                    ),
                )
            )
        text = say(_DELIVERY if self.sheet.agreed is None else DELIVERY_BY_ORDER)
        note = (Paragraph(same(terms.delivery_note)),) if terms.delivery_note else ()
        return (
            self._head(say(N_("Delivery"))),
            *((Facts(tuple(facts)),) if facts else ()),
            Paragraph(text),
            *note,
        )

    def _payment(self) -> tuple[Block, ...]:
        terms = self.sheet.terms.payment_terms
        return (self._head(self.say(N_("Payment"))), Paragraph(same(terms) if terms else self.say(_OPEN)))

    def _law(self) -> tuple[Block, ...]:
        terms, say = self.sheet.terms, self.say
        law = (
            say(
                N_("This contract is governed by the law of {country}."),
                country=self._each(lambda language: reference.country_name(terms.governing_law, language.value)),
            )
            if terms.governing_law
            else say(N_("Governing law: {open}."), open=say(_OPEN))
        )
        forum = say(_FORUMS[terms.dispute_forum], body=terms.arbitration_body)
        return (self._head(say(N_("Governing law and disputes"))), Paragraph(law), Paragraph(forum))

    def _further(self) -> tuple[Block, ...]:
        notes = self.sheet.terms.notes
        return (self._head(self.say(N_("Further agreements"))), Paragraph(same(notes))) if notes else ()

    def _language_and_proof(self) -> tuple[Block, ...]:
        say = self.say
        prevailing = say(_TONGUES[self.sheet.terms.prevailing_language])
        return (
            self._head(say(N_("Language, editions, verification"))),
            Paragraph(
                say(
                    N_(
                        "This contract is printed in Chinese and in English. Where the texts differ, the {language} "
                        "text prevails."
                    ),
                    language=prevailing,
                )
            ),
            Paragraph(
                say(N_("This edition replaces all earlier ones. It binds the parties once both have signed it."))
            ),
            Paragraph(
                say(
                    N_(
                        "The SHA-256 fingerprint of this file is recorded in the audit log of the marketplace. The QR "
                        "code on the first page and {url} show it to anybody, with the proof that it was recorded."
                    ),
                    url=self.sheet.verify_url,
                ),
                Emphasis.NOTE,
            ),
        )

    def _signatures(self) -> Signatures:
        say = self.say
        fields = (
            say(N_("Signature")),
            say(N_("Signatory")),
            say(N_("Capacity")),
            say(N_("Date and place")),
        )
        seal = say(N_("Place for the company seal"))
        return Signatures(
            (
                Signature(say(N_("For Party A (Buyer)")), self._each(self.sheet.buyer.name_in), fields, seal),
                Signature(say(N_("For Party B (Supplier)")), self._each(self.sheet.supplier.name_in), fields, seal),
            )
        )

    def _currency(self) -> Words:
        currency = self.sheet.total.currency
        return self._each(lambda language: f"{reference.currency_name(currency, language.value)} ({currency.code})")

    def _in_words(self) -> Words:
        return self._each(lambda language: amount_in_words(self.sheet.total, language))


def amount_in_words(total: Money, language: Language) -> str:
    """Return an amount in the words of ``language``: Chinese financial capitals, or English as cheques write it."""
    write = chinese_amount if language is Language.ZH else english_amount
    name = reference.currency_name(total.currency, language.value)
    return write(total.amount, total.currency.minor_digits, name)
