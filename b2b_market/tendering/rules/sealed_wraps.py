"""A part's data key, sealed for every group of officers that opens together: one HPKE layer inside the other.

Nobody ever holds a tender's secret, and no share is recombined: each layer is an authenticated message to one officer,
so what does not open names its layer. The bidder signs the hash of what each layer holds, so that everybody can check
what an officer contributes without being able to open anything.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from b2b_market.infra.canonical import canonical
from b2b_market.tendering.rules.sealed_forms import HASH_BYTES, fields, items, octets, whole
from b2b_market.tendering.rules.sealed_keys import OPENING_BYTES, seal_to
from b2b_market.tendering.rules.sealed_payload import BidIds, Box
from b2b_market.tendering.rules.sealed_terms import Part, Terms

ENVELOPE_FORMAT = "b2b-market-sealed-bid/1"


@dataclass(frozen=True, slots=True)
class Bound:
    """What every ciphertext of a part is bound to: terms, ids, part and commitment."""

    terms: Terms
    ids: BidIds
    part: Part
    commitment: bytes

    def box(self, box: Box) -> bytes:
        """Return the associated data of a box."""
        return canonical({**self._common(), "purpose": box.value})

    def layer(self, subset: Sequence[int], layer: int) -> bytes:
        """Return the HPKE ``info`` of a layer: 0 is the outermost."""
        officers = self.terms.fingerprints(subset)
        return canonical({**self._common(), "layer": layer, "officers": officers, "purpose": "wrap"})

    def _common(self) -> dict[str, object]:
        return {
            **self.ids.document(),
            "commitment": self.commitment.hex(),
            "format": ENVELOPE_FORMAT,
            "part": self.part.value,
            "suite": self.terms.suite,
            "terms": self.terms.digest.hex(),
        }


@dataclass(frozen=True, slots=True)
class Wrap:
    """The data key for one group of officers; ``layers`` are the hashes of what each layer but the last holds."""

    subset: tuple[int, ...]
    sealed: bytes
    layers: tuple[bytes, ...]

    def document(self) -> dict[str, object]:
        """Return the wrap as JSON-ready parts."""
        return {
            "layers": [layer.hex() for layer in self.layers],
            "officers": list(self.subset),
            "sealed": self.sealed.hex(),
        }


def layer_hash(plain: bytes) -> bytes:
    """Return the hash by which the bidder announces what a layer holds: an inner layer, or at last the data key."""
    return hashlib.sha256(b"b2b-market layer 1\0" + plain).digest()


def wrap_key(key: bytes, bound: Bound) -> tuple[Wrap, ...]:
    """Seal a data key for every group of officers of the terms."""
    return tuple(_wrapped(key, bound, subset) for subset in bound.terms.subsets)


def _wrapped(key: bytes, bound: Bound, subset: tuple[int, ...]) -> Wrap:
    held, layers = key, []
    for layer, place in reversed(list(enumerate(subset))):
        held = seal_to(bound.terms.officers[place].opening_key, held, bound.layer(subset, layer))
        layers.append(layer_hash(held))
    return Wrap(subset, held, tuple(reversed(layers[:-1])))


def sealed_size(terms: Terms, layer: int = 0) -> int:
    """Return how many bytes a wrap has when ``layer`` layers have been removed."""
    return HASH_BYTES + OPENING_BYTES * (terms.threshold - layer)


def read_wraps(value: object, terms: Terms) -> tuple[Wrap, ...]:
    """Return the wraps of a part; ValueError unless there is one of the right size for every group, in order."""
    found = tuple(_read(item, terms) for item in items(value, 1, len(terms.subsets)))
    if tuple(wrap.subset for wrap in found) != terms.subsets:
        raise ValueError("the data key is not sealed for every group of officers")
    return found


def _read(value: object, terms: Terms) -> Wrap:
    found = fields(value, "layers", "officers", "sealed")
    inner = terms.threshold - 1
    return Wrap(
        tuple(whole(place) for place in items(found["officers"], terms.threshold, terms.threshold)),
        octets(found["sealed"], sealed_size(terms)),
        tuple(octets(layer, HASH_BYTES) for layer in items(found["layers"], inner, inner)),
    )
