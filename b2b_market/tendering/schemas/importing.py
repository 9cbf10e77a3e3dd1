"""Wire shapes of an import: what a file says for a draft."""

from typing import Any

from b2b_market.infra.http.wires import WireOut


class RemarkOut(WireOut):
    """Something of the file that a draft does not take; the facts name it."""

    code: str
    facts: dict[str, str]


class TenderPreviewOut(WireOut):
    """``draft`` is what ``POST /tenders`` takes, once what is ``missing`` (by JSON pointer) is filled in."""

    draft: dict[str, Any]
    remarks: list[RemarkOut]
    missing: list[str]
