"""How the findings of an evaluation are said to people, on pages and in documents."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from b2b_market.kernel.text import N_
from b2b_market.tendering.rules.abnormal import Ground
from b2b_market.tendering.rules.offers import Fault
from b2b_market.tendering.states.evaluation import InquiryKind, RulingGround

GROUNDS: Final[Mapping[RulingGround, str]] = MappingProxyType(
    {
        RulingGround.EXCLUDED: N_("An exclusion criterion is met"),
        RulingGround.NOT_QUALIFIED: N_("A selection criterion is not met"),
        RulingGround.NOT_RESPONSIVE: N_("It does not offer what was asked for"),
        RulingGround.ARITHMETIC: N_("Its prices are not complete or contradict each other"),
        RulingGround.ABNORMALLY_LOW: N_("Its price is abnormally low"),
        RulingGround.WITHDREW: N_("The bidder does not stand by it"),
    }
)
KINDS: Final[Mapping[InquiryKind, str]] = MappingProxyType(
    {
        InquiryKind.LOW_PRICE: N_("Explain a low price"),
        InquiryKind.CLARIFICATION: N_("Clarify the bid"),
        InquiryKind.CORRECTION: N_("Correct formal documents"),
    }
)
LOW: Final[Mapping[Ground, str]] = MappingProxyType(
    {Ground.BELOW_OTHERS: N_("Far below the others"), Ground.BELOW_NEXT: N_("Far below the next")}
)
FAULTS: Final[Mapping[Fault, str]] = MappingProxyType(
    {
        Fault.UNREADABLE: N_("It has no list of prices"),
        Fault.MISSING: N_("An item has no price"),
        Fault.TWICE: N_("A line is priced twice or unknown"),
        Fault.CURRENCIES: N_("It has more than one currency"),
        Fault.LINE_AMOUNT: N_("A line amount is wrong"),
        Fault.TOTAL: N_("The total is wrong"),
        Fault.FEATURE: N_("A feature is not answered; it is worth nothing"),
        Fault.COST: N_("A life-cycle cost is not declared"),
    }
)
