"""The classes of a draft's lots and items: held against the imported classifications, and written as one text."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from b2b_market.infra.work import Work
from b2b_market.kernel.refusal import FieldError, Invalid
from b2b_market.kernel.text import N_
from b2b_market.rbac.actor import Scope
from b2b_market.reference import public as reference
from b2b_market.reference.public import ClassView
from b2b_market.tendering.commands.tenders import DraftTender

Known = Mapping[str, ClassView | None]


def settle_classes(work: Work, scope: Scope, content: DraftTender) -> DraftTender:
    """Return a draft whose classes are written ``SCHEME:CODE`` where they are known.

    Raise Invalid where a scheme was imported and has no such code, or only an earlier edition had it. Schemes that
    nobody imported are taken as they are said.
    """
    said = {lot.classification.strip() for lot in content.lots}
    said |= {item.classification.strip() for lot in content.lots for item in lot.items}
    known = reference.look_up_classes(work, scope.actor, said)
    errors = list(_errors(content, known))
    if errors:
        raise Invalid(errors=errors)
    lots = tuple(
        replace(
            lot,
            classification=_settled(lot.classification, known),
            items=tuple(replace(item, classification=_settled(item.classification, known)) for item in lot.items),
        )
        for lot in content.lots
    )
    return replace(content, lots=lots)


def _errors(content: DraftTender, known: Known) -> Iterator[FieldError]:
    for place, lot in enumerate(content.lots):
        yield from _error(f"/lots/{place}/classification", lot.classification, known)
        for number, item in enumerate(lot.items):
            yield from _error(f"/lots/{place}/items/{number}/classification", item.classification, known)


def _error(pointer: str, said: str, known: Known) -> Iterator[FieldError]:
    named = said.strip()
    if named not in known:
        return
    found = known[named]
    if found is None:
        detail = N_("{code} is no code of its classification. Search it by words in the list of classes.")
        yield FieldError(pointer, "unknown", detail, {"code": named})
    elif found.retired:
        detail = N_("{code} is of an earlier edition. Search the one that has taken its place.")
        yield FieldError(pointer, "retired", detail, {"code": named})


def _settled(said: str, known: Known) -> str:
    found = known.get(said.strip())
    return said.strip() if found is None else found.text
