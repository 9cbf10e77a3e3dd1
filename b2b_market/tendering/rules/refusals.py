"""Everything that the rules refuse."""

from typing import Final

from b2b_market.kernel.refusal import Refusal
from b2b_market.tendering.rules import admission as admission_rules
from b2b_market.tendering.rules import asking as asking_rules
from b2b_market.tendering.rules import attaching as attaching_rules
from b2b_market.tendering.rules import bidding as bidding_rules
from b2b_market.tendering.rules import bonds as bond_rules
from b2b_market.tendering.rules import calling as calling_rules
from b2b_market.tendering.rules import committee as committee_rules
from b2b_market.tendering.rules import competing as competing_rules
from b2b_market.tendering.rules import complaining as complaint_rules
from b2b_market.tendering.rules import (
    deciding,
    drawing,
    judging,
    sealed_envelope,
    sealed_folder,
    sealed_layers,
    sealed_reading,
    sealed_work,
    sheets,
)
from b2b_market.tendering.rules import drafting as drafting_rules
from b2b_market.tendering.rules import envelopes as envelope_rules
from b2b_market.tendering.rules import frameworks as framework_rules
from b2b_market.tendering.rules import joint as joint_rules
from b2b_market.tendering.rules import keys as key_rules
from b2b_market.tendering.rules import opening as opening_rules
from b2b_market.tendering.rules import planning as planning_rules
from b2b_market.tendering.rules import procedures as procedure_rules
from b2b_market.tendering.rules import publicity as publicity_rules
from b2b_market.tendering.rules import qualifying as qualifying_rules
from b2b_market.tendering.rules import reducing as reducing_rules
from b2b_market.tendering.rules import revealing as reveal_rules
from b2b_market.tendering.rules import supplements as supplement_rules
from b2b_market.tendering.rules import talking as talking_rules
from b2b_market.tendering.rules.amending_refusals import AMENDMENT_REFUSALS
from b2b_market.tendering.rules.printing import TenderPrintersBusy

REFUSALS: Final[tuple[type[Refusal], ...]] = (
    procedure_rules.UnknownProcedure,
    *asking_rules.REFUSALS,
    *bidding_rules.REFUSALS,
    opening_rules.NotYourTurn,
    opening_rules.LayerContributed,
    TenderPrintersBusy,
    sealed_envelope.EnvelopeUnacceptable,
    sealed_layers.ContributionUnacceptable,
    sealed_reading.RevealClosed,
    sealed_reading.RevealUnacceptable,
    sealed_work.BidsStillSealed,
    sealed_work.WorkUnacceptable,
    sealed_folder.EvidenceNotPublished,
    deciding.AwardAboveLimit,
    sheets.SheetIncomplete,
    drawing.CommitteeShapeWrong,
    drawing.PoolTooSmall,
    *supplement_rules.REFUSALS,
    *reveal_rules.REFUSALS,
    *qualifying_rules.REFUSALS,
    *admission_rules.REFUSALS,
    *talking_rules.REFUSALS,
    *reducing_rules.REFUSALS,
    *drafting_rules.REFUSALS,
    *key_rules.REFUSALS,
    *judging.REFUSALS,
    *envelope_rules.REFUSALS,
    *committee_rules.REFUSALS,
    *complaint_rules.REFUSALS,
    *publicity_rules.REFUSALS,
    *framework_rules.REFUSALS,
    *calling_rules.REFUSALS,
    *competing_rules.REFUSALS,
    *joint_rules.REFUSALS,
    *attaching_rules.REFUSALS,
    *AMENDMENT_REFUSALS,
    *bond_rules.REFUSALS,
    *planning_rules.REFUSALS,
)
