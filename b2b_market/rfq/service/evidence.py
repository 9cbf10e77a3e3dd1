"""What suppliers answer to criteria, with the files that prove it: kept with the quotation, read like it."""

from uuid import UUID

from b2b_market.files import public as files
from b2b_market.infra.audit_trail import Entry
from b2b_market.infra.work import Work
from b2b_market.kernel.refusal import NotFound
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.operation import operation
from b2b_market.rfq.commands.quotes import ReadEvidence
from b2b_market.rfq.commands.requests import SubmitQuote
from b2b_market.rfq.models.requests import Rfq
from b2b_market.rfq.permissions import RfqPermission
from b2b_market.rfq.queries import quotes as queries
from b2b_market.rfq.queries import scoring as scoring_queries
from b2b_market.rfq.rules import answers as rules
from b2b_market.rfq.service.scoring import criteria_from


def answered(work: Work, scope: Scope, rfq: Rfq, command: SubmitQuote) -> list[dict[str, object]]:
    """Return a quotation's answers as they are kept, judged by the request's criteria; Invalid for what is wrong.

    Asks the database nothing where the request asks for none and none is given.
    """
    if not rfq.asked_answers and not command.answers:
        return []
    row = scoring_queries.find_scoring(work.session, scope, rfq.id)
    criteria = () if row is None else criteria_from(scoring_queries.criteria_of(work.session, scope, row.id))
    asked = rules.asked_of_suppliers(criteria)
    rules.require_answers(asked, command.answers)
    named = [
        file
        for index, answer in enumerate(command.answers)
        for file in files.own_files(work, scope.actor, answer.file_ids, f"/answers/{index}/file_ids")
    ]
    facts = {file.id: {**file.facts, "org_id": str(file.org_id)} for file in named}
    return rules.stored(asked, command.answers, facts)


@operation(RfqPermission.QUOTE_READ)
def open_evidence(work: Work, scope: Scope, command: ReadEvidence) -> files.FileView:
    """Return a file that proves an answer, to its supplier, or to the buyer once the quotation is opened.

    Its bytes may be read once this transaction has ended; that it was opened is audited.
    """
    quote = queries.visible_quote(work.session, scope, command.quote_id)
    named = {UUID(file["id"]): UUID(file["org_id"]) for answer in quote.answers for file in answer["files"]}
    if command.file_id not in named:
        raise NotFound(file_id=str(command.file_id))
    work.note(Entry("quote.evidence_opened", quote.audit_type, quote.id, quote.version, visible_to=scope.org_ids))
    return files.open_on_behalf(work, named[command.file_id], command.file_id)
