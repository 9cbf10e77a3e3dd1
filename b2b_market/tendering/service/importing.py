"""Tenders from files of other systems: shown as a draft would be, and stored by nobody before somebody confirms."""

from typing import Any

from b2b_market.infra.work import Work
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.operation import operation
from b2b_market.reference import public as reference
from b2b_market.tendering.commands.importing import PreviewTender
from b2b_market.tendering.permissions import TenderPermission


@operation(TenderPermission.DRAFT)
def admit_import(_work: Work, _scope: Scope, _command: None) -> None:
    """Refuse who may not draft tenders, before anything of a file is read."""


@operation(TenderPermission.DRAFT)
def preview_tender(work: Work, scope: Scope, command: PreviewTender) -> PreviewTender:
    """Return what a file says with its classes held against the imported schemes; nothing is stored.

    A code that its scheme does not have, or has no more, is left out of the draft and remarked.
    """
    items = [item for lot in command.draft["lots"] for item in lot["items"]]
    known = reference.look_up_classes(work, scope.actor, {item["classification"] for item in items})
    unknown = {text for text, found in known.items() if found is None or found.retired}
    draft = dict(command.draft)
    draft["lots"] = [
        {**lot, "items": [_settled(item, known, unknown) for item in lot["items"]]} for lot in draft["lots"]
    ]
    remark = {"code": "class-unknown", "facts": {"names": ", ".join(sorted(unknown))}}
    remarks = (*command.remarks, remark) if unknown else command.remarks
    return PreviewTender(draft, remarks, command.missing)


def _settled(item: dict[str, Any], known: Any, unknown: set[str]) -> dict[str, Any]:  # noqa: ANN401 - views by text
    said = item["classification"]
    if said in unknown:
        return {**item, "classification": ""}
    return {**item, "classification": known[said].text} if said in known else item
