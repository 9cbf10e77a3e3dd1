"""What only a framework agreement says: its time, its ceiling, and how orders are placed and accepted."""

from typing import Final

from b2b_market.contracts.commands import Agreed
from b2b_market.contracts.documents.speech import Speaker
from b2b_market.infra.documents.model import Block, Fact, Facts, Paragraph, distinct, same
from b2b_market.kernel.text import N_
from b2b_market.ui import fmt
from b2b_market.ui.language import Language

DELIVERY_BY_ORDER: Final = N_("Each order names the date and the place of delivery.")
_CEILING: Final = N_(
    "All orders under this agreement together, to all of its suppliers, do not pass the ceiling. Party A places no "
    "order that would."
)
_CASCADE: Final = N_(
    "Orders are placed at the prices above. Each is offered to the suppliers of the agreement by rank; Party B may "
    "accept or decline an order within {hours} hours of the offer, and silence declines it."
)
_COMPETITION: Final = N_(
    "Each order is decided by a competition to which all suppliers of the agreement are invited. Party B bids no unit "
    "price above its price in the table."
)


def agreement_blocks(agreed: Agreed, say: Speaker) -> tuple[Block, ...]:
    """Return the facts and the rules of the orders, without their heading."""
    facts = (
        Fact(say(N_("From")), distinct(fmt.date_text(agreed.starts_on, language) for language in say.languages)),
        Fact(say(N_("Until")), distinct(fmt.date_text(agreed.ends_on, language) for language in say.languages)),
        Fact(say(N_("Ceiling of all orders")), same(fmt.money(agreed.ceiling, Language.EN))),
        Fact(
            say(N_("Rank of Party B")),
            say(N_("{rank} of {members}"), rank=str(agreed.rank), members=str(agreed.members)),
        ),
    )
    rule = _COMPETITION if agreed.by_competition else _CASCADE
    return (
        Facts(facts),
        Paragraph(say(rule, hours=str(agreed.answer_hours))),
        Paragraph(say(_CEILING)),
    )
