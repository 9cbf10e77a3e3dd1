"""Reading and filling the forms of criteria and of what was found; rows without a weight or value are left out."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final
from uuid import UUID

from b2b_market.kernel.refusal import Refusal
from b2b_market.kernel.text import N_
from b2b_market.rfq.commands.scoring import AssessmentInput, SetAssessments, SetCriteria
from b2b_market.rfq.rules.scoring import PAYMENT
from b2b_market.rfq.service.scoring import CriteriaContent
from b2b_market.sourcing import public as sourcing
from b2b_market.ui.forms import Form

OWN: Final = "own"
KINDS: Final = (
    (sourcing.PRICE, sourcing.PRICE_NAME),
    (sourcing.LEAD_TIME, sourcing.LEAD_TIME_NAME),
    (PAYMENT, N_("Days until payment")),
    (OWN, N_("One of our own")),
)
FORMULAS: Final = (
    (sourcing.Formula.LOWEST_RATIO.value, N_("lowest ÷ own")),
    (sourcing.Formula.LOWEST_RANGE.value, N_("between lowest and highest")),
    (sourcing.Formula.BETWEEN.value, N_("between worst and best")),
    (sourcing.Formula.SHARE_OF_MAXIMUM.value, N_("share of the maximum")),
    (sourcing.Formula.YES_NO.value, N_("yes or no")),
    (sourcing.Formula.POINTS.value, N_("points by answer")),
)
ANSWERED: Final = (
    (sourcing.Answered.BUYER.value, N_("by us")),
    (sourcing.Answered.SUPPLIER.value, N_("by the supplier")),
    (sourcing.Answered.WORDS.value, N_("in words, scored by us")),
)
_NAMES: Final = dict(KINDS)
_LIMIT: Final = Decimal(10) ** 12


def initial(content: CriteriaContent) -> dict[str, object]:
    """Return what the form of criteria shows at first."""
    found: dict[str, object] = {"landed": "1" if content.row is not None and content.row.landed else ""}
    for place, one in enumerate(content.criteria):
        known = one.key in _NAMES
        found |= {
            f"criteria-{place}-kind": one.key if known else OWN,
            f"criteria-{place}-name": "" if known else one.name,
            f"criteria-{place}-weight": one.weight,
            f"criteria-{place}-formula": one.formula.value,
            f"criteria-{place}-worst": one.worst,
            f"criteria-{place}-best": one.best,
            f"criteria-{place}-maximum": one.maximum,
            f"criteria-{place}-answered": one.answered.value,
            f"criteria-{place}-required": "1" if one.required else "",
            f"criteria-{place}-points": "; ".join(f"{answer}={points}" for answer, points in one.points.items()),
        }
    return found


def read_criteria(form: Form, rfq_id: UUID) -> tuple[SetCriteria | None, Sequence[int]]:
    """Return what the form says (None where a field cannot be read) and the row of each criterion."""
    rows = [row for row in form.rows("criteria") if form.value(f"criteria-{row}-weight").strip()]
    criteria = [_criterion(form, row) for row in rows]
    version = form.integer("version", required=True)
    if not form.ok:
        return None, rows
    found = tuple(one for one in criteria if one is not None)
    command = SetCriteria(rfq_id=rfq_id, expected_version=version, criteria=found, landed=form.flag("landed"))
    return command, rows


def add_refusal(form: Form, refusal: Refusal, rows: Sequence[int]) -> None:
    """Show a refusal at the rows it is about: ``/criteria/2/weight`` is the weight of the third criterion."""
    form.add_advice("", refusal)
    for error in refusal.errors:
        _, number, field = error.pointer.strip("/").split("/")
        name = f"criteria-{rows[int(number)]}-{'kind' if field == 'key' else field}"
        form.add_field_error(name, error)


def assessment_field(supplier_id: UUID, key: str) -> str:
    """Return the name of the field for one supplier under one criterion."""
    return f"a-{supplier_id}-{key}"


def read_assessments(
    form: Form, rfq_id: UUID, suppliers: Sequence[UUID], keys: Sequence[str]
) -> tuple[SetAssessments, Sequence[str]]:
    """Return what the form says was found, and the field of each entry."""
    entries, fields = [], []
    for supplier_id in suppliers:
        for key in keys:
            name = assessment_field(supplier_id, key)
            value = form.text(name)
            if value:
                entries.append(AssessmentInput(supplier_id, key, value))
                fields.append(name)
    return SetAssessments(rfq_id, form.integer("version", required=True), tuple(entries)), fields


def _criterion(form: Form, row: int) -> sourcing.Criterion | None:
    at = f"criteria-{row}-"
    kind = form.one_of(f"{at}kind", _NAMES, required=True)
    own = kind == OWN
    name = form.text(f"{at}name", required=own)
    weight = form.decimal(f"{at}weight", places=4, least=Decimal(0), most=Decimal(100))
    formula = form.choice(f"{at}formula", sourcing.Formula, required=True)
    worst = form.decimal(f"{at}worst", least=-_LIMIT, most=_LIMIT)
    best = form.decimal(f"{at}best", least=-_LIMIT, most=_LIMIT)
    maximum = form.decimal(f"{at}maximum", least=Decimal(0), most=_LIMIT)
    points = _points(form, f"{at}points")
    if not form.ok or kind is None or weight is None or formula is None:
        return None
    return sourcing.Criterion(
        key=f"{OWN}-{row + 1}" if own else kind,
        name=name or _NAMES[kind],
        weight=weight,
        formula=formula,
        worst=Decimal(0) if worst is None else worst,
        best=Decimal(100) if best is None else best,
        maximum=Decimal(100) if maximum is None else maximum,
        points=points,
        answered=(form.choice(f"{at}answered", sourcing.Answered) if own else None) or sourcing.Answered.BUYER,
        required=own and form.flag(f"{at}required"),
    )


def _points(form: Form, name: str) -> dict[str, Decimal]:
    """Read ``good=100; fair=50`` as points by answer."""
    found: dict[str, Decimal] = {}
    for part in (form.text(name, limit=2000) or "").split(";"):
        if not part.strip():
            continue
        answer, _, text = part.partition("=")
        number = Form(initial={"points": text.strip()}).decimal("points", least=Decimal(0), most=Decimal(100))
        if number is None or not answer.strip():
            form.add_error(name, N_("Write answers with their points, such as good=100; fair=50."))
            return {}
        found[answer.strip()] = number
    return found
