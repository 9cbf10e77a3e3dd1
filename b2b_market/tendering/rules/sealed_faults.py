"""Why a bid does not open: at which stage, and whose doing that is."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from b2b_market.kernel.text import N_


class Culprit(StrEnum):
    """Who answers for it."""

    BIDDER = "bidder"
    OFFICER = "officer"
    SERVER = "server"


class Stage(StrEnum):
    """Where an opening failed, in the order in which it goes."""

    ENVELOPE = "envelope"
    """The stored envelope is not the one that the receipt names."""
    BOX = "box"
    """A stored ciphertext is not the one that the bidder signed."""
    REPORTED = "reported"
    """An officer signed that a layer does not open, or does not hold what the bidder announced."""
    CONTRIBUTED = "contributed"
    """What an officer contributed is not what the bidder announced for that layer."""
    DATA_KEY = "data_key"
    """The payload does not open with the announced data key."""
    PADDING = "padding"
    COMMITMENT = "commitment"
    PAYLOAD = "payload"
    """The payload is not canonical JSON of the right form."""
    FILES = "files"
    UNREVEALED = "unrevealed"
    """The keys were lost, and the bidder did not reveal the bid in the announced window."""


SENTENCES: Final[Mapping[Stage, str]] = MappingProxyType(
    {
        Stage.ENVELOPE: N_("The stored envelope is not the one that the receipt names."),
        Stage.BOX: N_("A stored ciphertext is not the one that the bidder signed."),
        Stage.REPORTED: N_("Officer {officer} signed that layer {layer} does not open to what the bidder announced."),
        Stage.CONTRIBUTED: N_("Officer {officer} contributed something else than layer {layer} holds."),
        Stage.DATA_KEY: N_("The payload does not open with the data key that the bidder announced."),
        Stage.PADDING: N_("The payload is not padded as the format says."),
        Stage.COMMITMENT: N_("The payload is not the one that the bidder committed to."),
        Stage.PAYLOAD: N_("The payload is not a bid in canonical form."),
        Stage.FILES: N_("The files are not the ones that the payload lists."),
        Stage.UNREVEALED: N_("The keys were lost, and the bidder did not reveal the bid in the announced window."),
    }
)


@dataclass(frozen=True, slots=True)
class OpeningFault:
    """One failure. ``layer`` counts from 1, the outermost; ``officer`` is a fingerprint."""

    stage: Stage
    culprit: Culprit
    layer: int | None = None
    officer: str | None = None

    def text(self) -> str:
        """Return the English sentence."""
        return SENTENCES[self.stage].format(layer=self.layer, officer=self.officer)

    def document(self) -> dict[str, object]:
        """Return the fault as JSON-ready parts."""
        return {
            "culprit": self.culprit.value,
            "layer": self.layer,
            "officer": self.officer,
            "stage": self.stage.value,
        }


def bidder_at(stage: Stage) -> OpeningFault:
    """Return a fault that only the bidder can have made."""
    return OpeningFault(stage, Culprit.BIDDER)


def server_at(stage: Stage) -> OpeningFault:
    """Return a fault of the platform's storage."""
    return OpeningFault(stage, Culprit.SERVER)
