"""An amendment as it is kept while it waits for its approval, and what its documents must still be then."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from b2b_market.kernel.currency import Currency
from b2b_market.kernel.quantity import Quantity
from b2b_market.kernel.units import unit
from b2b_market.rfq.commands.amending import AmendRfq
from b2b_market.rfq.commands.needs import PLAIN_NEED
from b2b_market.rfq.commands.requests import DraftRfq, LineInput, Terms
from b2b_market.rfq.rules import needs
from b2b_market.rfq.rules.amending import AmendmentOutdated, Wording
from b2b_market.rfq.states import Disclosure

_HEADER: Final = ("title", "description")
_TERMS: Final = ("payment_terms", "incoterm", "incoterm_place", "validity_days")
_LINE: Final = ("item_name", "item_code", "specification", "delivery_place", "note")


def written(command: AmendRfq) -> dict[str, Any]:
    """Return what an amendment says, ready to be kept as JSON; ``read`` gives it back."""
    content = command.content
    pairs = zip(command.line_ids, content.lines, strict=True)
    return {
        **{name: getattr(content, name) for name in _HEADER},
        **{name: getattr(content.terms, name) for name in _TERMS},
        "currencies": list(content.terms.currencies),
        "currency": content.currency.code,
        "closes_at": _moment(content.closes_at),
        "enquiry_ends_at": _moment(content.enquiry_ends_at),
        "estimate": _number(content.estimate),
        "disclosure": None if command.disclosure is None else command.disclosure.value,
        "reason": command.reason,
        "lines": [_line(line_id, line) for line_id, line in pairs],
    }


def read(rfq_id: UUID, content: Mapping[str, Any]) -> AmendRfq:
    """Return the amendment that was kept; it expects no version: who applies it looks at the request itself."""
    draft = DraftRfq(
        **{name: content[name] for name in _HEADER},
        currency=Currency(content["currency"]),
        closes_at=_read_moment(content["closes_at"]),
        enquiry_ends_at=_read_moment(content["enquiry_ends_at"]),
        estimate=_read_number(content["estimate"]),
        terms=Terms(**{name: content[name] for name in _TERMS}, currencies=tuple(content["currencies"])),
        lines=tuple(_read_line(line) for line in content["lines"]),
    )
    ids = (line["id"] for line in content["lines"])
    return AmendRfq(
        rfq_id=rfq_id,
        expected_version=None,
        content=draft,
        line_ids=tuple(None if line_id is None else UUID(line_id) for line_id in ids),
        reason=content["reason"],
        disclosure=None if content["disclosure"] is None else Disclosure(content["disclosure"]),
    )


def documents_of(wording: Wording) -> dict[str, object]:
    """Return what a version says of its documents, at the whole and at lines."""
    at_lines = {str(line["id"]): line["documents"] for line in wording.lines if line.get("documents")}
    return {"header": wording.header.get("documents"), "nda": wording.header.get("nda_text"), "lines": at_lines}


def require_still_fits(*, base: int, edition: int, submitted: bytes, documents: bytes) -> None:
    """Raise AmendmentOutdated where another version stands, or the next one's documents are others, than when sent."""
    if base != edition or submitted != documents:
        raise AmendmentOutdated


def _line(line_id: UUID | None, line: LineInput) -> dict[str, Any]:
    return {
        **{name: getattr(line, name) for name in _LINE},
        "id": None if line_id is None else str(line_id),
        "quantity": _number(line.quantity.value),
        "unit": line.quantity.unit.code,
        "required_on": line.required_on.isoformat(),
        "target_price": _number(line.target_price),
        **({} if line.terms == PLAIN_NEED else needs.stored(line.terms)),
    }


def _read_line(line: Mapping[str, Any]) -> LineInput:
    return LineInput(
        **{name: line[name] for name in _LINE},
        quantity=Quantity(Decimal(line["quantity"]), unit(line["unit"])),
        required_on=date.fromisoformat(line["required_on"]),
        target_price=_read_number(line["target_price"]),
        terms=needs.read(line),
    )


def _number(number: Decimal | None) -> str | None:
    return None if number is None else format(number, "f")


def _read_number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _read_moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
