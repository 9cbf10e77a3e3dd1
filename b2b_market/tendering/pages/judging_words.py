"""How the states of an evaluation are shown to people."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from b2b_market.kernel.text import N_
from b2b_market.tendering.states.evaluation import InquiryStatus, Outcome, RulingStatus, TenderAwardStatus
from b2b_market.ui.viewer import Badge

AWARD_BADGES: Final[Mapping[TenderAwardStatus, Badge]] = MappingProxyType(
    {
        TenderAwardStatus.PENDING: Badge(N_("Its turn"), "brand"),
        TenderAwardStatus.PROPOSED: Badge(N_("Waiting for approval"), "violet"),
        TenderAwardStatus.ACTIVE: Badge(N_("Awarded"), "ok"),
        TenderAwardStatus.UNSUCCESSFUL: Badge(N_("Not awarded"), "neutral", "tick"),
        TenderAwardStatus.CANCELLED: Badge(N_("Decision taken back"), "bad"),
    }
)
RULING_BADGES: Final[Mapping[RulingStatus, Badge]] = MappingProxyType(
    {
        RulingStatus.PROPOSED: Badge(N_("Disqualification proposed"), "violet"),
        RulingStatus.CONFIRMED: Badge(N_("Disqualified"), "bad"),
        RulingStatus.DISMISSED: Badge(N_("Dismissed"), "neutral", "tick"),
    }
)
INQUIRY_BADGES: Final[Mapping[InquiryStatus, Badge]] = MappingProxyType(
    {
        InquiryStatus.ASKED: Badge(N_("Waiting for the bidder"), "warn"),
        InquiryStatus.ANSWERED: Badge(N_("Has an answer"), "brand"),
        InquiryStatus.ACCEPTED: Badge(N_("Accepted"), "ok"),
        InquiryStatus.REJECTED: Badge(N_("Rejected"), "bad"),
    }
)
OUTCOME_BADGES: Final[Mapping[Outcome, Badge]] = MappingProxyType(
    {
        Outcome.WON: Badge(N_("Won"), "ok"),
        Outcome.LOST: Badge(N_("Lost"), "neutral", "tick"),
        Outcome.DISQUALIFIED: Badge(N_("Disqualified"), "bad"),
    }
)
