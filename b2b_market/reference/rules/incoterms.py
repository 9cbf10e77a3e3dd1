"""Incoterms 2020 of the International Chamber of Commerce: the eleven rules, the place each names, how goods travel.

Only the codes, titles and the kind of place are given; the rules themselves are the chamber's publication 723.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from b2b_market.kernel.refusal import FieldError, Invalid, Kind, Refusal
from b2b_market.kernel.text import N_
from b2b_market.reference.rules.names import Names


class UnknownIncoterm(Refusal):
    """The code is not a rule of Incoterms 2020."""

    kind, code = Kind.INVALID, "unknown-incoterm"
    title = N_("This delivery term is not known")
    advice = N_("{incoterm} is not a rule of Incoterms 2020; use one of {codes}.")


class NamedPlace(StrEnum):
    """What kind of place a rule must name for its meaning to be complete."""

    DELIVERY = "place_of_delivery"
    DESTINATION = "place_of_destination"
    SHIPMENT_PORT = "port_of_shipment"
    DESTINATION_PORT = "port_of_destination"


class TransportModes(StrEnum):
    """How the goods may travel under a rule."""

    ANY = "any"
    SEA = "sea_and_inland_waterway"


@dataclass(frozen=True, slots=True)
class Incoterm:
    """One rule; it always names a place, of the given kind."""

    code: str
    names: Names
    place: NamedPlace
    modes: TransportModes


PLACE_NAMES: Mapping[NamedPlace, Names] = MappingProxyType(
    {
        NamedPlace.DELIVERY: Names("Named place of delivery", "指定交货地点"),
        NamedPlace.DESTINATION: Names("Named place of destination", "指定目的地"),
        NamedPlace.SHIPMENT_PORT: Names("Named port of shipment", "指定装运港"),
        NamedPlace.DESTINATION_PORT: Names("Named port of destination", "指定目的港"),
    }
)

INCOTERMS: Mapping[str, Incoterm] = MappingProxyType(
    {
        code: Incoterm(code, Names(english, chinese), place, modes)
        for code, english, chinese, place, modes in (
            ("EXW", "Ex Works", "工厂交货", NamedPlace.DELIVERY, TransportModes.ANY),
            ("FCA", "Free Carrier", "货交承运人", NamedPlace.DELIVERY, TransportModes.ANY),
            ("CPT", "Carriage Paid To", "运费付至", NamedPlace.DESTINATION, TransportModes.ANY),
            ("CIP", "Carriage and Insurance Paid To", "运费和保险费付至", NamedPlace.DESTINATION, TransportModes.ANY),
            ("DAP", "Delivered at Place", "目的地交货", NamedPlace.DESTINATION, TransportModes.ANY),
            ("DPU", "Delivered at Place Unloaded", "目的地卸货后交货", NamedPlace.DESTINATION, TransportModes.ANY),
            ("DDP", "Delivered Duty Paid", "完税后交货", NamedPlace.DESTINATION, TransportModes.ANY),
            ("FAS", "Free Alongside Ship", "船边交货", NamedPlace.SHIPMENT_PORT, TransportModes.SEA),
            ("FOB", "Free on Board", "船上交货", NamedPlace.SHIPMENT_PORT, TransportModes.SEA),
            ("CFR", "Cost and Freight", "成本加运费", NamedPlace.DESTINATION_PORT, TransportModes.SEA),
            (
                "CIF",
                "Cost, Insurance and Freight",
                "成本、保险费加运费",
                NamedPlace.DESTINATION_PORT,
                TransportModes.SEA,
            ),
        )
    }
)


def incoterm(code: str) -> Incoterm:
    """Return one rule; raise UnknownIncoterm for any other code (the rules of older editions included)."""
    found = INCOTERMS.get(code)
    if found is None:
        raise UnknownIncoterm(incoterm=code, codes=", ".join(INCOTERMS))
    return found


def require_place(term: Incoterm, place: str, pointer: str = "/incoterm_place") -> None:
    """Refuse a rule without its place: "FOB" alone says nothing about where the risk passes."""
    if not place.strip():
        kind = PLACE_NAMES[term.place].en.lower()
        detail = N_("{incoterm} must name its place ({place}).")
        raise Invalid(errors=[FieldError(pointer, "place-required", detail, {"incoterm": term.code, "place": kind})])
