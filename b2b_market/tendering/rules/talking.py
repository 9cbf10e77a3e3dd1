"""Talks with the companies that are left: the same for each of them, and nothing of one shown to another."""

from collections.abc import Iterable, Sequence
from typing import Final
from uuid import UUID

from b2b_market.kernel.refusal import FieldError, Invalid, Refusal
from b2b_market.kernel.text import N_
from b2b_market.tendering.commands.selecting import RecordTalk
from b2b_market.tendering.states.selecting import TalkKind


class TalksUnequal(Refusal):
    """Every company has the same say: a meeting with each in every round."""

    code = "tender-talks-unequal"
    title = N_("Not every company has had its meeting")
    advice = N_("Keep the minutes of a meeting with each of them in this round first. Missing: {companies}.")


class RoundsMissing(Refusal):
    """The procedure asks for more rounds."""

    code = "tender-rounds-missing"
    title = N_("The procedure asks for more rounds of talks")
    advice = N_("It asks for {least} rounds; this is round {round}. Begin the next one.")


class NobodyLeft(Refusal):
    """Nothing to talk about with nobody."""

    code = "tender-nobody-left"
    title = N_("There is nobody to talk to")
    advice = N_("None of the bids could be read, or everybody has left. Call the tender off and begin another one.")


def require_addressees(command: RecordTalk, participants: Sequence[UUID], lots: Sequence[UUID]) -> Sequence[UUID]:
    """Return whom an entry is for; raise Invalid naming what does not fit.

    Minutes are of a meeting with one company, an information goes to all, a question to one or all.
    """
    errors: list[FieldError] = []
    one = command.supplier_id
    if command.kind is TalkKind.SESSION and one is None:
        errors.append(FieldError("/supplier_id", "required", N_("Say with whom the meeting was.")))
    if command.kind is TalkKind.INFORMATION and one is not None:
        errors.append(FieldError("/supplier_id", "all", N_("An information goes to every company alike.")))
    if (command.kind is TalkKind.SESSION) != (command.held_at is not None):
        errors.append(FieldError("/held_at", "session", N_("Minutes say when the meeting was, nothing else does.")))
    if one is not None and one not in participants:
        errors.append(FieldError("/supplier_id", "unknown", N_("Choose a company that takes part.")))
    if command.lot_id is not None and command.lot_id not in lots:
        errors.append(FieldError("/lot_id", "unknown", N_("Choose a lot of this tender.")))
    if not command.text.strip():
        errors.append(FieldError("/text", "required", N_("Say something.")))
    if errors:
        raise Invalid(errors=errors)
    return participants if one is None else (one,)


def require_participants(companies: Iterable[UUID]) -> list[UUID]:
    """Return the companies in a fixed order; raise NobodyLeft where there is none."""
    found = sorted(set(companies))
    if not found:
        raise NobodyLeft
    return found


def require_equal(participants: Iterable[UUID], met: Iterable[UUID]) -> None:
    """Raise TalksUnequal naming the participants without a meeting in this round."""
    missing = sorted(set(participants) - set(met))
    if missing:
        raise TalksUnequal(companies=", ".join(str(one) for one in missing))


def require_rounds(least: int, done: int) -> None:
    """Raise RoundsMissing while fewer rounds were held than the procedure asks for."""
    if done < least:
        raise RoundsMissing(least=least, round=done)


REFUSALS: Final = (TalksUnequal, RoundsMissing, NobodyLeft)
