"""Letters after an award: issued once to every supplier that quoted, frozen from then on, printed on demand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from b2b_market.infra.audit_trail import Entry
from b2b_market.infra.canonical import digest
from b2b_market.infra.ids import new_id
from b2b_market.infra.saving import SavedFile
from b2b_market.infra.work import Work
from b2b_market.organizations import public as organizations
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.operation import Transactions, operation
from b2b_market.rfq import events
from b2b_market.rfq.commands.letters import IssueLetters, PrintLetter
from b2b_market.rfq.commands.requests import ReadAward, ReadRfq
from b2b_market.rfq.documents.charge_words import numbers_of
from b2b_market.rfq.documents.letter_files import PRINTING, print_letter
from b2b_market.rfq.documents.letter_sheet import LetterCharge, LetterCriterion, LetterLine, LetterParty, LetterSheet
from b2b_market.rfq.models.letters import Letter
from b2b_market.rfq.models.quotes import Award, AwardLine, Quote
from b2b_market.rfq.models.requests import Rfq, RfqLine
from b2b_market.rfq.permissions import RfqPermission
from b2b_market.rfq.queries import letters as queries
from b2b_market.rfq.queries import quotes as quote_queries
from b2b_market.rfq.queries import requests as request_queries
from b2b_market.rfq.rules import letters as rules
from b2b_market.rfq.rules.charging import AwardCharge
from b2b_market.rfq.service.amounts import amounts_of
from b2b_market.rfq.service.scoring import read_criteria
from b2b_market.rfq.states import AwardStatus, LetterKind, LetterReason, QuoteStatus


@dataclass(frozen=True, slots=True)
class AwardLetters:
    """An award with its letters, none before they are issued, and who gets which.

    ``regret_supplier_ids`` quoted and got nothing of the whole request. While another award follows there are none:
    their quotations stay in play.
    """

    award: Award
    winner_ids: Sequence[UUID]
    regret_supplier_ids: Sequence[UUID]
    letters: Sequence[Letter]

    @property
    def version(self) -> int:
        """The version of the award, which its ETag shows."""
        return self.award.version


@operation(RfqPermission.COMPARE)
def list_letters(work: Work, scope: Scope, command: ReadAward) -> AwardLetters:
    """Return the letters of an own award, and who gets which."""
    award = quote_queries.own_award(work.session, scope, command.award_id)
    quotes = quote_queries.opened_quotes(work.session, scope, award.rfq_id)
    return _letters(work, scope, award, _lost(award, quotes))


@operation(RfqPermission.LETTERS_ISSUE)
def issue_letters(work: Work, scope: Scope, command: IssueLetters) -> AwardLetters:
    """Issue the letters of an approved award, all at once and once for all.

    Refuses with LettersNotDue, LettersIssuedAlready, and Invalid where a supplier that got nothing has no reason.
    """
    award = quote_queries.lock_award(work.session, scope, command.award_id)
    if any(letter.kind is not LetterKind.CANCELLATION for letter in _issued(work, scope, award)):
        raise rules.LettersIssuedAlready
    work.expect_version(award, command.expected_version)
    if award.status is not AwardStatus.APPROVED:
        raise rules.LettersNotDue
    quotes = quote_queries.opened_quotes(work.session, scope, award.rfq_id)
    lost = _lost(award, quotes)
    reasons = rules.require_reasons(lost, command.reasons)
    desk = _Desk.of(work, scope, award, quotes)
    sheets = {supplier_id: desk.award_letter(supplier_id) for supplier_id in desk.winners}
    for supplier_id, reason in reasons.items():
        sheets[supplier_id] = desk.regret_letter(supplier_id, reason.code, reason.text.strip())
    for supplier_id, sheet in sheets.items():
        _issue(work, scope, award, supplier_id, sheet)
    work.touch(award)
    work.record("award.letters_issued", award)
    work.session.flush()
    return _letters(work, scope, award, lost)


def issue_cancellation(work: Work, scope: Scope, award: Award, gone: Sequence[AwardLine]) -> None:
    """Write to the supplier of awarded lines that these are cancelled, and why. Within the step that cancels them."""
    quotes = quote_queries.opened_quotes(work.session, scope, award.rfq_id)
    _issue(work, scope, award, gone[0].supplier_id, _Desk.of(work, scope, award, quotes).cancellation_letter(gone))


@operation(RfqPermission.QUOTE_READ)
def own_letters(work: Work, scope: Scope, command: ReadRfq) -> Sequence[Letter]:
    """Return the letters about a visible request: to a supplier its own, to the buyer all."""
    rfq = request_queries.party_rfq(work.session, scope, command.rfq_id)
    return queries.letters_of_rfq(work.session, scope, rfq.id)


@operation(RfqPermission.QUOTE_READ)
def open_letter(work: Work, scope: Scope, command: PrintLetter) -> LetterSheet:
    """Return what is to be printed, and audit that it was taken out; only the own company reads that."""
    letter = queries.letter(work.session, scope, command.letter_id)
    entry = Entry("letter.printed", letter.audit_type, letter.id, letter.version, visible_to=scope.org_ids)
    work.note(entry)
    return LetterSheet.read(letter.content)


def take_letter(transactions: Transactions, command: PrintLetter) -> SavedFile:
    """Return a letter as a file, printed while no transaction is open; ExportersBusy where no place gets free."""
    with transactions() as (work, actor):
        sheet = open_letter(work, actor, command)
    with PRINTING.held():
        return print_letter(sheet, command.printing, command.file_format)


def _letters(work: Work, scope: Scope, award: Award, lost: Sequence[UUID]) -> AwardLetters:
    winners: Sequence[UUID] = ()
    if award.status is AwardStatus.APPROVED:
        lines = quote_queries.award_lines_of(work.session, scope, award.id)
        winners = list(dict.fromkeys(line.supplier_id for line in lines if line.stands))
    return AwardLetters(award, winners, lost, _issued(work, scope, award))


def _issued(work: Work, scope: Scope, award: Award) -> Sequence[Letter]:
    return queries.letters_of_award(work.session, scope, award.id)


def _lost(award: Award, quotes: Sequence[Quote]) -> Sequence[UUID]:
    """Return who got nothing of the whole request, known once an award says that no other follows."""
    if award.status is not AwardStatus.APPROVED or not award.final:
        return ()
    return [quote.supplier_id for quote in quotes if quote.status is QuoteStatus.LOST]


def _issue(work: Work, scope: Scope, award: Award, supplier_id: UUID, sheet: LetterSheet) -> None:
    content = sheet.content()
    letter = Letter(
        id=new_id(),
        created_at=work.now(),
        changed_at=work.now(),
        award_id=award.id,
        rfq_id=award.rfq_id,
        buyer_id=award.buyer_id,
        supplier_id=supplier_id,
        kind=sheet.kind,
        issued_by=scope.user_id,
        issued_at=sheet.issued_at,
        content=content,
        content_hash=digest(content),
    )
    work.session.add(letter)
    issued = events.LettersIssued(
        letter_id=letter.id,
        award_id=award.id,
        rfq_id=award.rfq_id,
        buyer_id=award.buyer_id,
        supplier_id=supplier_id,
    )
    work.emit(issued, letter)


@dataclass(frozen=True, slots=True)
class _Desk:
    """What letters are written from, read once for all of them."""

    work: Work
    award: Award
    rfq: Rfq
    needs: Mapping[UUID, RfqLine]
    quotes: Sequence[Quote]
    prices: Sequence[quote_queries.OfferedLine]
    awarded: Sequence[AwardLine]
    parties: Mapping[UUID, LetterParty]
    landed: bool
    criteria: tuple[LetterCriterion, ...]

    @classmethod
    def of(cls, work: Work, scope: Scope, award: Award, quotes: Sequence[Quote]) -> "_Desk":
        session = work.session
        judged = read_criteria(work, scope.actor, ReadRfq(award.rfq_id))
        org_ids = [award.buyer_id, *(quote.supplier_id for quote in quotes)]
        known = organizations.companies(work, scope.actor, org_ids)
        return cls(
            work,
            award,
            judged.rfq,
            {line.id: line for line in request_queries.lines_of(session, scope, award.rfq_id)},
            quotes,
            quote_queries.quote_lines_of_rfq(session, scope, award.rfq_id),
            [line for line in quote_queries.award_lines_of(session, scope, award.id) if line.stands],
            {one.id: LetterParty(zh=one.legal_name_zh, en=one.legal_name_en) for one in known.values()},
            bool(judged.row and judged.row.landed),
            tuple(LetterCriterion(name=one.name, weight=one.weight) for one in judged.criteria),
        )

    @property
    def winners(self) -> Sequence[UUID]:
        """The suppliers that have something of the award, in its order."""
        having = {line.supplier_id for line in self.awarded}
        return [supplier_id for supplier_id in self.award.supplier_ids if supplier_id in having]

    def cancellation_letter(self, gone: Sequence[AwardLine]) -> LetterSheet:
        """Return the letter to a supplier whose awarded lines are cancelled."""
        quote = next(quote for quote in self.quotes if quote.id == gone[0].quote_id)
        sheet = self._sheet(LetterKind.CANCELLATION, quote, [self._line(line) for line in gone])
        return replace(sheet, cancel_code=gone[0].cancel_code, reason=gone[0].cancel_text or "")

    def award_letter(self, supplier_id: UUID) -> LetterSheet:
        """Return the letter of a supplier that got something, with its lines of this award."""
        own = [line for line in self.awarded if line.supplier_id == supplier_id]
        quote = next(quote for quote in self.quotes if quote.id == own[0].quote_id)
        sheet = self._sheet(LetterKind.AWARD, quote, [self._line(line) for line in own])
        (amounts,) = amounts_of(own)
        return replace(sheet, charges=tuple(self._charge(charge) for charge in amounts.charges))

    def regret_letter(self, supplier_id: UUID, code: LetterReason, reason: str) -> LetterSheet:
        """Return the letter of a supplier that got nothing, with everything it quoted."""
        quote = next(quote for quote in self.quotes if quote.supplier_id == supplier_id)
        lines = [self._line(line) for line in self.prices if line.quote_id == quote.id]
        return replace(
            self._sheet(LetterKind.REGRET, quote, lines),
            received=len(self.quotes),
            landed=self.landed,
            criteria=self.criteria,
            reason_code=code,
            reason=reason,
        )

    def _sheet(self, kind: LetterKind, quote: Quote, lines: Sequence[LetterLine]) -> LetterSheet:
        return LetterSheet(
            kind=kind,
            rfq_number=self.rfq.number,
            title=self.rfq.title,
            quote_number=quote.number,
            revision=quote.revision,
            buyer=self.parties.get(quote.buyer_id, LetterParty()),
            supplier=self.parties.get(quote.supplier_id, LetterParty()),
            decided_at=self.award.decided_at or self.award.changed_at,
            issued_at=self.work.now(),
            currency=quote.currency,
            lines=tuple(sorted(lines, key=lambda line: line.position)),
        )

    def _charge(self, charge: AwardCharge) -> LetterCharge:
        lines = numbers_of(charge, {line_id: need.position for line_id, need in self.needs.items()})
        return LetterCharge(kind=charge.kind, lines=lines, percent=charge.percent, amount=charge.amount.amount)

    def _line(self, line: AwardLine | quote_queries.OfferedLine) -> LetterLine:
        need = self.needs[line.line_id]
        return LetterLine(
            position=need.position,
            item_name=need.item_name,
            item_code=need.item_code,
            specification=" ⇒ ".join(part for part in (need.specification, line.alternative) if part),
            quantity=line.quantity,
            unit=need.unit,
            unit_price=line.unit_price,
        )
