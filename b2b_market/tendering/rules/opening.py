"""When an officer contributes to an opening."""

from b2b_market.kernel.refusal import Refusal
from b2b_market.kernel.text import N_


class NotYourTurn(Refusal):
    """Another officer of the group removes a layer first, or the officer has contributed."""

    code = "tender-not-your-turn"
    title = N_("It is not your turn")
    advice = N_("Officers open in the order of the notice. Another one goes first, or you have contributed already.")


class LayerContributed(Refusal):
    """A layer is removed once."""

    code = "tender-layer-contributed"
    title = N_("This layer was removed already")
    advice = N_("The group goes on with the next officer; nothing was taken from this contribution.")
