"""The meaning of the log: the last event of every business object says what its row must be now.

Each event of an object carries the hash of its state after the change. The rows as they are give the same hash, or
somebody changed a row without an event, or wrote an event without its effect.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from b2b_market.audit.rules.checkpoint import hex_of, text_of
from b2b_market.audit.rules.findings import Fault, Findings
from b2b_market.audit.states import Reach
from b2b_market.kernel.merkle import HASH_BYTES
from b2b_market.kernel.text import N_

NO_EVENT: Final = N_("The {object_type} {object_id} exists, but no event made it.")
UNSAID: Final = N_(
    "The {object_type} {object_id} is at version {version}, its last event at version {said}: "
    "the row was changed without an event."
)
NO_EFFECT: Final = N_(
    "The {object_type} {object_id} is at version {version}, its last event at version {said}: the event had no effect."
)
DIFFERENT: Final = N_("The {object_type} {object_id}, version {version}, is not what its last event left.")
GONE: Final = N_("The {object_type} {object_id} does not exist, but its last event did not delete it.")
UNDELETED: Final = N_("The {object_type} {object_id} exists, although its last event deleted it.")
TWO_STATES: Final = N_("Two events left the {object_type} {object_id}, version {version}, in different states.")
STATE_UNREADABLE: Final = N_("A line of states cannot be read.")
STATE_TWICE: Final = N_("The state of the {object_type} {object_id} is there twice.")

DELETED: Final = ".deleted"
"""The end of the action of the last event of a row that is deleted on purpose."""

Thing = tuple[str, str]


@dataclass(slots=True)
class _Last:
    version: int
    state_hash: str
    deleted: bool
    index: int | None


class Replay:
    """Takes the events in the order of the log, then the states, and compares."""

    def __init__(self, reach: Reach, types: frozenset[str], findings: Findings) -> None:
        """Compare objects of ``types``; in an export of one company's entries only what is there can be judged."""
        self._whole = reach is Reach.ALL
        self._types = types
        self._findings = findings
        self._last: dict[Thing, _Last] = {}
        self._met: set[Thing] = set()
        self.states = 0

    def take(self, event: Mapping[str, object], index: int | None) -> None:
        """Remember what ``event`` left of its object; ``index`` is its leaf, None where it is not sealed yet."""
        state_hash, version = event.get("state_hash"), event.get("object_version")
        thing = (str(event.get("object_type")), str(event.get("object_id")))
        if not isinstance(state_hash, str) or not isinstance(version, int) or thing[0] not in self._types:
            return
        deleted = str(event.get("action")).endswith(DELETED)
        last = self._last.get(thing)
        if last is None or version > last.version:
            self._last[thing] = _Last(version, state_hash, deleted, index)
        elif version == last.version:
            last.deleted = last.deleted or deleted
            if state_hash != last.state_hash:
                self._note(TWO_STATES, thing, last.index, version=version)

    def compare(self, fields: Mapping[str, object]) -> None:
        """Compare the row of a ``state`` line with its last event; ValueError where the line is not exactly one."""
        thing = (text_of(fields, "object_type"), text_of(fields, "object_id"))
        state_hash, version = hex_of(fields, "state_hash", HASH_BYTES).hex(), fields.get("version")
        if not isinstance(version, int):
            message = "a version is a number"
            raise ValueError(message)  # noqa: TRY004 - a malformed file is a wrong value, whatever its type
        self.states += 1
        if thing in self._met:
            self._findings.add(Fault.MISSING, STATE_TWICE, object_type=thing[0], object_id=thing[1])
        self._met.add(thing)
        last = self._last.get(thing)
        if last is None:
            if self._whole:
                self._note(NO_EVENT, thing, None)
        elif self._whole or version == last.version:
            self._judge(thing, last, version, state_hash)

    def spoilt(self) -> None:
        """Count a line that could not be read."""
        self.states += 1
        self._findings.add(Fault.SEMANTIC, STATE_UNREADABLE)

    def _judge(self, thing: Thing, last: _Last, version: int, state_hash: str) -> None:
        if last.deleted:
            self._note(UNDELETED, thing, last.index)
        elif version > last.version:
            self._note(UNSAID, thing, last.index, version=version, said=last.version)
        elif version < last.version:
            self._note(NO_EFFECT, thing, last.index, version=version, said=last.version)
        elif state_hash != last.state_hash:
            self._note(DIFFERENT, thing, last.index, version=version)

    def close(self) -> None:
        """Look for objects whose row is gone."""
        if not self._whole:
            return
        for thing, last in self._last.items():
            if thing not in self._met and not last.deleted:
                self._note(GONE, thing, last.index)

    def _note(self, message: str, thing: Thing, index: int | None, **facts: int) -> None:
        self._findings.add(Fault.SEMANTIC, message, index, object_type=thing[0], object_id=thing[1], **facts)
