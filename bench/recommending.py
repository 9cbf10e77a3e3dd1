"""Recommendations against a seeded history: how often the ten recommended hold one that really quoted.

Suppliers have one to three kinds of things that they deal in, a few of them far more active than most. Requests ask
for one to five items, written in Chinese or English as their buyers do; one in ten names nothing that the vocabulary
knows. Who deals in an item's kind quotes it with a chance that is its own. What was quoted in the first four fifths is
history; the rest is held out, and the ten suppliers recommended for each held-out request are looked up among those
that quoted it: whether one of them is there, and how many of all who quoted are. Beside it stand the ten that quoted
most, whatever was asked: popularity.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from uuid import UUID

from b2b_market.board.models import BoardExperience
from b2b_market.board.queries import experienced
from b2b_market.board.rules.recommending import MOST, Item, Record, fit_of, keys_of
from b2b_market.board.rules.vocabulary import kinds
from b2b_market.infra.bulk import insert_rows
from b2b_market.infra.ids import new_id
from b2b_market.rbac.actor import Scope, system_actor
from bench.results import BenchResult, cost_of
from bench.stage import Stage

SEED = 20261122
SUPPLIERS, REQUESTS = 400, 4_000
HISTORY = REQUESTS * 4 // 5
EAGER, NAMELESS = 10, 10
"""Per cent of suppliers that quote nearly everything, and of items that name no known kind."""
UNKNOWN = ("Frobnicator", "非标连接件甲", "Special part", "定制治具", "Assembly", "备品乙")


@dataclass(frozen=True)
class Supplier:
    """A supplier of the seeded market: what it deals in and how likely it quotes."""

    org_id: UUID
    codes: frozenset[str]
    eagerness: int
    """Per cent."""


@dataclass(frozen=True)
class Asked:
    """A request of the seeded market: its items and who quoted which of them, and won."""

    items: Sequence[Item]
    quoted: Sequence[tuple[UUID, int]]
    won: Sequence[tuple[UUID, int]]


def run(place: Stage) -> list[BenchResult]:
    """Return hit rates at ten in both directions, and what one recommendation of a ten-line request costs."""
    chance = Random(SEED)  # noqa: S311 - a seeded market, nothing secret
    suppliers = [_supplier(chance) for _ in range(SUPPLIERS)]
    requests = [_request(chance, suppliers) for _ in range(REQUESTS)]
    history, held_out = requests[:HISTORY], [one for one in requests[HISTORY:] if one.quoted]
    records = _records(history)
    _store(place, records)
    popular = [org for org, _ in Counter(org for one in history for org, _ in one.quoted).most_common(MOST)]
    recommended = [_recommended(place, one.items) for one in held_out]
    found = _rate(held_out, lambda number, _: recommended[number])
    baseline = _rate(held_out, lambda _number, _one: popular)
    each = _share(held_out, lambda number, _: recommended[number])
    popular_each = _share(held_out, lambda _number, _one: popular)
    long = [item for one in held_out[:10] for item in one.items][:10]
    cost = cost_of(lambda: _recommended(place, long))
    back, newest = _backwards(records, held_out)
    return [
        BenchResult("suppliers for a request: hit rate at 10", found, "%", baseline, "popularity", "> 1"),
        BenchResult("of all who quoted, among the 10", each, "%", popular_each, "popularity", "> 1"),
        BenchResult("requests for a supplier: hit rate at 10", back, "%", newest, "the newest 10", "> 1"),
        BenchResult(f"recommend among {SUPPLIERS} suppliers for 10 lines", cost.wall_ms, "ms"),
    ]


def _supplier(chance: Random) -> Supplier:
    codes = sorted(kinds())
    chosen = frozenset(codes[min(int(chance.paretovariate(0.7)), len(codes)) - 1] for _ in range(chance.randint(1, 3)))
    return Supplier(new_id(), chosen, 90 if chance.randint(1, 100) <= EAGER else chance.randint(15, 60))


def _request(chance: Random, suppliers: Sequence[Supplier]) -> Asked:
    buyer, items, codes = new_id(), [], []
    known = sorted({code for supplier in suppliers for code in supplier.codes})
    for _ in range(chance.randint(1, 5)):
        if chance.randint(1, 100) <= NAMELESS:
            items.append(Item(buyer, "", f"{chance.choice(UNKNOWN)} {chance.randint(1, 99)}"))
            codes.append("")
            continue
        code = chance.choice(known)
        word = chance.choice(kinds()[code].words)
        items.append(
            Item(buyer, "", f"{word} DN{chance.randint(10, 400)} {chance.randint(1, 9)}×{chance.randint(1, 9)}")
        )
        codes.append(code)
    quoted = [
        (supplier.org_id, number)
        for supplier in suppliers
        for number, code in enumerate(codes)
        if code in supplier.codes and chance.randint(1, 100) <= supplier.eagerness
    ]
    by_item: dict[int, list[UUID]] = {}
    for org_id, number in quoted:
        by_item.setdefault(number, []).append(org_id)
    return Asked(items, quoted, [(chance.choice(orgs), number) for number, orgs in by_item.items()])


def _records(history: Sequence[Asked]) -> dict[UUID, dict[str, Record]]:
    quoted, won = Counter[tuple[UUID, str]](), Counter[tuple[UUID, str]]()
    for one in history:
        keys = [keys_of(item) for item in one.items]
        for counter, rows in ((quoted, one.quoted), (won, one.won)):
            counter.update((org_id, key) for org_id, number in rows for key in keys[number])
    found: dict[UUID, dict[str, Record]] = {}
    for org_id, key in quoted:
        found.setdefault(org_id, {})[key] = Record(quoted[org_id, key], won[org_id, key])
    return found


def _store(place: Stage, records: dict[UUID, dict[str, Record]]) -> None:
    rows = [
        {"org_id": org_id, "key": key, "quoted": record.quoted, "won": record.won, "strength": record.strength}
        for org_id, known in records.items()
        for key, record in known.items()
    ]
    with place.runtime.database.session() as session:
        insert_rows(session, BoardExperience, rows)
        session.commit()


def _recommended(place: Stage, items: Sequence[Item]) -> list[UUID]:
    """Rank as the operation does, without the companies' names, which the seeded suppliers do not have."""
    keys = [keys_of(item) for item in items]
    scope = Scope(system_actor("bench"), None)
    with place.runtime.database.session() as session:
        known = experienced(session, scope, sorted({key for each in keys for key in each}))
        session.rollback()
    fits = {org_id: fit_of(keys, records).score for org_id, records in known.items()}
    return sorted(fits, key=lambda org_id: (-fits[org_id], org_id))[:MOST]


def _rate(held_out: Sequence[Asked], choose: Callable[[int, Asked], Sequence[UUID]]) -> float:
    hits = sum(
        bool({org_id for org_id, _ in one.quoted} & set(choose(number, one))) for number, one in enumerate(held_out)
    )
    return 100 * hits / len(held_out)


def _share(held_out: Sequence[Asked], choose: Callable[[int, Asked], Sequence[UUID]]) -> float:
    quoted = [{org_id for org_id, _ in one.quoted} for one in held_out]
    there = sum(len(orgs & set(choose(number, held_out[number]))) for number, orgs in enumerate(quoted))
    return 100 * there / sum(map(len, quoted))


def _backwards(records: dict[UUID, dict[str, Record]], held_out: Sequence[Asked]) -> tuple[float, float]:
    """Return, over suppliers that quoted a held-out request, how often the ten best, and the ten newest, hold one."""
    keys = [[[key] for item in one.items for key in keys_of(item)] for one in held_out]
    quoted: dict[UUID, set[int]] = {}
    for number, one in enumerate(held_out):
        for org_id, _ in one.quoted:
            quoted.setdefault(org_id, set()).add(number)
    newest = set(range(len(held_out) - MOST, len(held_out)))
    hits = misses = fresh = 0
    for org_id, numbers in quoted.items():
        scores = {number: fit_of(each, records.get(org_id, {})).score for number, each in enumerate(keys)}
        best = sorted(scores, key=lambda number: (-scores[number], -number))[:MOST]
        hits, misses = hits + bool(numbers & set(best)), misses + (not numbers & set(best))
        fresh += bool(numbers & newest)
    return 100 * hits / (hits + misses), 100 * fresh / len(quoted)
