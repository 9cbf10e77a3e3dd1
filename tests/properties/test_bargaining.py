"""Bargaining at random: what is between the sides only gets narrower, and nobody is worse off than as quoted."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from b2b_market.kernel.refusal import Refusal
from b2b_market.rfq.commands.rounds import CounterLineInput, CounterTerms
from b2b_market.rfq.rules.counter_terms import Position, Topic, named, position, require_move
from b2b_market.rfq.rules.rounds import Held, HeldLine
from b2b_market.rfq.states import Side

LINES = [UUID(int=number) for number in range(1, 3)]
DAY = date(2027, 3, 1)
HALVES = st.integers(0, 6).map(lambda n: Decimal(n) / 2)
DAYS = st.integers(0, 4)
SAID = st.builds(
    CounterLineInput,
    st.sampled_from(LINES),
    st.none() | HALVES,
    st.none() | DAYS,
    st.none() | HALVES,
    st.none() | HALVES,
)
OFFERS = st.tuples(
    st.lists(SAID, max_size=2, unique_by=lambda line: line.line_id),
    st.builds(
        CounterTerms,
        freight=st.none() | HALVES,
        valid_until=st.none() | DAYS.map(lambda n: DAY + timedelta(days=n)),
        early_pay_percent=st.none() | HALVES,
        early_pay_days=st.none() | DAYS,
        pay_days=st.none() | DAYS.map(lambda n: (n,)),
    ),
)
QUOTED_LINE = st.builds(
    HeldLine,
    unit_price=st.integers(1, 6).map(lambda n: Decimal(n) / 2),
    quantity=st.just(Decimal(10)),
    lead_days=st.none() | DAYS,
    min_quantity=st.none() | HALVES,
    setup_cost=st.none() | HALVES,
)
QUOTED = st.builds(
    Held,
    currency=st.just("CNY"),
    valid_until=st.just(DAY + timedelta(days=1)),
    lines=st.fixed_dictionaries(dict.fromkeys(LINES, QUOTED_LINE)),
    freight=st.none() | HALVES,
    early_pay=st.none() | st.just((Decimal(1), 2)),
    instalments=st.sampled_from([(), (("100", "invoice", 2),)]),
)
Offer = tuple[list[CounterLineInput], CounterTerms]


def stands(side: Side, offer: Offer, at: Position) -> bool:
    try:
        require_move(*offer, at)
    except Refusal:
        return False
    return side is Side.BUYER or bool(at.asked)


def between(at: Position) -> Mapping[Topic, Decimal]:
    """Return what lies between the two sides by topic."""
    return {topic: at.ceiling(topic) - at.floor(topic) for topic in at.quoted}


@given(QUOTED, st.lists(OFFERS, max_size=8))
def test_every_counter_offer_narrows_what_is_between_the_sides(quoted: Held, offers: Sequence[Offer]) -> None:
    asked: Mapping[Topic, Decimal] = {}
    answered: Mapping[Topic, Decimal] = {}
    side = Side.BUYER
    for offer in offers:
        at = position(quoted, asked, answered)
        if not stands(side, offer, at):
            continue
        said = named(*offer)
        for topic, burden in said.items():
            assert at.floor(topic) <= burden <= at.ceiling(topic) <= at.quoted[topic]
        assert any(burden < at.quoted[topic] for topic, burden in said.items()), "an agreement would be no gain"
        asked, answered = (said, answered) if side is Side.BUYER else (asked, said)
        before, then = between(at), between(position(quoted, asked, answered))
        assert all(0 <= then[topic] <= before[topic] for topic in then)
        assert sum(then.values()) < sum(before.values())
        side = Side.SUPPLIER if side is Side.BUYER else Side.BUYER


@given(QUOTED, st.dictionaries(st.sampled_from(LINES), HALVES, max_size=2))
def test_the_buyer_begins_with_anything_below_the_quotation_and_nothing_else(
    quoted: Held, prices: dict[UUID, Decimal]
) -> None:
    lawful = bool(prices) and all(0 < price <= quoted.lines[line_id].unit_price for line_id, price in prices.items())
    gains = any(price < quoted.lines[line_id].unit_price for line_id, price in prices.items())
    lines = [CounterLineInput(line_id, price) for line_id, price in prices.items()]
    assert stands(Side.BUYER, (lines, CounterTerms()), position(quoted, {}, {})) is (lawful and gains)
