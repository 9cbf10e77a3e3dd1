"""Who pays what under each delivery term of Incoterms 2020: one table, read by everything that lands a price.

The table follows the allocation of costs (articles A9 and B9) of the eleven rules, with the usual reading of the named
place: the seller's premises for EXW, the buyer's door for the terms that name a place of destination. A quotation whose
place is another one says so by ``TermedPrice.left_to_buyer``. Under CIP, DAP, DPU and DDP the buyer needs no cargo
insurance of its own: the seller insures, or carries the risk to the end.
"""

from collections.abc import Mapping

from b2b_market.kernel.text import N_
from b2b_market.sourcing.commands.landing import Leg

LEG_NAMES: Mapping[Leg, str] = {
    Leg.LOADING: N_("Loading at the seller"),
    Leg.EXPORT_CLEARANCE: N_("Export clearance"),
    Leg.ORIGIN_CARRIAGE: N_("Carriage to the port of shipment"),
    Leg.BOARDING: N_("Loading on board"),
    Leg.FREIGHT: N_("Main carriage"),
    Leg.INSURANCE: N_("Cargo insurance"),
    Leg.ARRIVAL_HANDLING: N_("Handling on arrival"),
    Leg.IMPORT_CLEARANCE: N_("Import clearance"),
    Leg.DUTY: N_("Import duty"),
    Leg.INLAND: N_("Carriage to the buyer"),
    Leg.UNLOADING: N_("Unloading at the buyer"),
    Leg.INSPECTION: N_("Inspection"),
    Leg.RISK: N_("Quality and delay risk"),
    Leg.SWITCHING: N_("Cost of changing the supplier"),
}

_CARRIER = frozenset({Leg.LOADING, Leg.EXPORT_CLEARANCE})
_ALONGSIDE = _CARRIER | {Leg.ORIGIN_CARRIAGE}
_ON_BOARD = _ALONGSIDE | {Leg.BOARDING}
_AT_PORT = _ON_BOARD | {Leg.FREIGHT}
_AT_DOOR = _AT_PORT | {Leg.ARRIVAL_HANDLING, Leg.INLAND}
_DELIVERED = _AT_DOOR | {Leg.INSURANCE}

SELLER_PAYS: Mapping[str, frozenset[Leg]] = {
    "EXW": frozenset(),
    "FCA": _CARRIER,
    "FAS": _ALONGSIDE,
    "FOB": _ON_BOARD,
    "CFR": _AT_PORT,
    "CIF": _AT_PORT | {Leg.INSURANCE},
    "CPT": _AT_DOOR,
    "CIP": _AT_DOOR | {Leg.INSURANCE},
    "DAP": _DELIVERED,
    "DPU": _DELIVERED | {Leg.UNLOADING},
    "DDP": _DELIVERED | {Leg.IMPORT_CLEARANCE, Leg.DUTY},
}
"""The legs that are in the seller's price, by term."""

BEFORE_SHIPMENT = (Leg.LOADING, Leg.EXPORT_CLEARANCE, Leg.ORIGIN_CARRIAGE, Leg.BOARDING)
"""What makes a price a FOB value."""


def buyer_pays(incoterm: str, left_to_buyer: frozenset[Leg] = frozenset()) -> tuple[Leg, ...]:
    """Return the legs that come on top of a price under ``incoterm`` (ValueError for an unknown one), in their order.

    Every leg is either in the price or in this list, so that none is counted twice and none is forgotten.
    """
    included = SELLER_PAYS.get(incoterm)
    if included is None:
        raise ValueError(f"{incoterm} is not a delivery term of Incoterms 2020")
    return tuple(leg for leg in Leg if leg not in included or leg in left_to_buyer)
