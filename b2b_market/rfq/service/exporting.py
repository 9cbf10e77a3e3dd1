"""Taking a comparison out as a file: read and audited in a transaction, made after it."""

from b2b_market.infra.audit_trail import Entry
from b2b_market.infra.saving import SavedFile
from b2b_market.infra.work import Work
from b2b_market.organizations import public as organizations
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.operation import Transactions, operation
from b2b_market.rfq.commands.requests import ExportComparison, ReadRfq
from b2b_market.rfq.commands.savings import ReadSavings
from b2b_market.rfq.documents.comparison_sheet import ComparisonSheet, Speech
from b2b_market.rfq.documents.comparison_xlsx import XLSX_TYPE
from b2b_market.rfq.documents.files import EXPORTING, export_file
from b2b_market.rfq.documents.landed_sheet import LandedSheet
from b2b_market.rfq.documents.savings_xlsx import savings_workbook
from b2b_market.rfq.permissions import RfqPermission
from b2b_market.rfq.queries.costing import find_costing
from b2b_market.rfq.rules.savings import SavingReport
from b2b_market.rfq.service.comparing import RfqComparison, compare_quotes
from b2b_market.rfq.service.landing import landed_comparison
from b2b_market.rfq.service.savings import read_savings


def export_comparison(transactions: Transactions, command: ExportComparison, speech: Speech) -> SavedFile:
    """Return the comparison as a file, made while no transaction is open.

    Raise ExportersBusy where this process's place for making files stays taken.
    """
    with transactions() as (work, actor):
        sheet = open_comparison(work, actor, command)
    with EXPORTING.held():
        return export_file(sheet, speech, command.file_format)


def export_savings(transactions: Transactions, command: ReadSavings, speech: Speech) -> SavedFile:
    """Return the saving report as a workbook, made while no transaction is open; ExportersBusy as above."""
    with transactions() as (work, actor):
        report = open_savings(work, actor, command)
    with EXPORTING.held():
        return SavedFile("savings.xlsx", XLSX_TYPE, savings_workbook(report, speech))


@operation(RfqPermission.COMPARE)
def open_savings(work: Work, scope: Scope, command: ReadSavings) -> SavingReport:
    """Return what the report's file is made of, and audit that it was taken out."""
    report = read_savings(work, scope.actor, command)
    if scope.org_id is not None:
        work.note(Entry("rfq.savings_exported", "organization", scope.org_id, None, visible_to=(scope.org_id,)))
    return report


@operation(RfqPermission.COMPARE)
def open_comparison(work: Work, scope: Scope, command: ExportComparison) -> ComparisonSheet:
    """Return what the file is made of, and audit that it was taken out; only its buyer sees the entry."""
    compared = compare_quotes(work, scope.actor, ReadRfq(command.rfq_id))
    rfq, comparison = compared.rfq, compared.comparison
    buyer = organizations.companies(work, scope.actor, [rfq.buyer_id])[rfq.buyer_id]
    entry = Entry("rfq.comparison_exported", rfq.audit_type, rfq.id, rfq.version, visible_to=rfq.readers())
    work.note(entry)
    return ComparisonSheet(
        number=rfq.number,
        title=rfq.title,
        buyer=buyer.name_in(scope.actor.person.locale),
        as_of=max([rfq.changed_at, *(column.submitted_at for column in comparison.columns)]),
        frozen=rfq.closed_at is not None,
        comparison=comparison,
        landed=_landed(work, scope, compared),
    )


def _landed(work: Work, scope: Scope, compared: RfqComparison) -> LandedSheet | None:
    """Return the landed basis where the buyer has stated costs."""
    if find_costing(work.session, scope, compared.rfq.id) is None:
        return None
    found = landed_comparison(work, scope, compared)
    return LandedSheet(found.comparison, found.landing.lines, found.costing.assumptions)
