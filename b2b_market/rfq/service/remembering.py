"""What the columns of a company's lists mean: kept with each confirmed import, taken over by the next list alike."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from b2b_market.infra.ids import new_id
from b2b_market.infra.work import Work
from b2b_market.kernel.paging import Page
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.operation import operation
from b2b_market.rfq.commands.imports import ForgetMapping, HeadingMapping, HeadingRow
from b2b_market.rfq.commands.redoing import ListKept
from b2b_market.rfq.models.drafting import RfqMapping
from b2b_market.rfq.permissions import RfqPermission
from b2b_market.rfq.queries import mappings as queries


@dataclass(frozen=True, slots=True)
class Recalled:
    """What is taken over into a new import: the mapping it comes from, and the choices it stands for, as JSON."""

    row: RfqMapping
    choices: Mapping[str, Any]


@operation(RfqPermission.DRAFT)
def list_mappings(work: Work, scope: Scope, command: ListKept) -> Page[RfqMapping]:
    """Return a page of what the columns of the company's lists mean, the latest first."""
    return queries.list_mappings(work.session, scope, command.page)


@operation(RfqPermission.DRAFT)
def forget_mapping(work: Work, scope: Scope, command: ForgetMapping) -> None:
    """Forget what the columns of a list mean; imports that took it over keep what they have."""
    row = queries.own_mapping(work.session, scope, command.mapping_id)
    work.expect_version(row, command.expected_version)
    delete(work, row)


def recall(work: Work, scope: Scope, headings: Sequence[HeadingRow]) -> Recalled | None:
    """Return what is remembered of a list with one of these rows of headings, the likeliest first."""
    known = {row.headings_key: row for row in queries.mappings_for(work.session, scope, [one.key for one in headings])}
    for one in headings:
        if one.key in known:
            return Recalled(known[one.key], _choices(known[one.key].content, one))
    return None


def remember(work: Work, scope: Scope, mapping: HeadingMapping) -> None:
    """Keep what the columns of a confirmed list meant; two confirmed at once wait for each other here."""
    work.gate(scope.org_id, exclusive=True)
    content = _content(mapping)
    known = queries.mappings_for(work.session, scope, [mapping.key])
    if known and known[0].content == content:
        return
    row = known[0] if known else _new(work, scope, mapping.key)
    row.content, row.author_id, row.changed_at = content, scope.user_id, work.now()
    work.record("rfq_mapping.changed" if known else "rfq_mapping.remembered", row)
    work.session.add(row)
    work.session.flush()


def delete(work: Work, row: RfqMapping) -> None:
    """Take a mapping away and tell of it."""
    work.record("rfq_mapping.deleted", row)
    work.session.delete(row)
    work.session.flush()


def _new(work: Work, scope: Scope, key: str) -> RfqMapping:
    return RfqMapping(id=new_id(), created_at=work.now(), buyer_id=scope.org_id, headings_key=key)


def _content(mapping: HeadingMapping) -> dict[str, Any]:
    names = ("place", "heading", "field", "decimals", "date_order")
    columns = [{name: str(getattr(column, name)) for name in names} for column in mapping.columns]
    return {"columns": columns, "spellings": [list(pair) for pair in mapping.spellings]}


def _choices(content: Mapping[str, Any], row: HeadingRow) -> dict[str, Any]:
    """Return what is remembered as choices about a table with this row of headings."""
    at = {place: str(index) for index, place in enumerate(row.places) if place}
    columns = [(at[column["place"]], column) for column in content["columns"]]
    found: dict[str, Any] = {
        "columns": {index: column["field"] for index, column in columns},
        "decimals": {index: column["decimals"] for index, column in columns if column["decimals"]},
        "date_orders": {index: column["date_order"] for index, column in columns if column["date_order"]},
        "unit_spellings": dict(content["spellings"]),
        "header_row": None if row.found else row.number,
    }
    return {name: value for name, value in found.items() if value}
