"""Message types of the tests' own, as a module would declare them beside its handlers."""

from b2b_market.kernel.text import N_
from b2b_market.notifications.public import MessageType


class LampLit(MessageType):
    code = "test.lamp-lit"
    label = N_("Lamps")
    subject = N_("The lamp {name} is lit")
    body = N_("It was lit at {at} on {day} for {price}.\n\nIt has {watts} W.")


class LampSold(MessageType):
    """In the product only, until somebody chooses mail; for those who sell."""

    code = "test.lamp-sold"
    label = N_("Sales")
    subject = N_("Sold")
    body = N_("The lamp is sold.")
    mail = False
    permission = "lamp:sell"


class PasswordLost(MessageType):
    """By mail only, and nobody can switch it off."""

    code = "test.password-lost"
    label = N_("Lost passwords")
    subject = N_("Choose a new password")
    body = N_("Use the code {token} within an hour.")
    in_app = False
    obligatory = True
