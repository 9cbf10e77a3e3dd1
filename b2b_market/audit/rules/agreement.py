"""Whether the database's log is still the one that the witness has seen; asked before anything is sealed."""

from b2b_market.audit.rules.checkpoint import SignedCheckpoint
from b2b_market.kernel.refusal import Kind, Refusal
from b2b_market.kernel.text import N_


class WitnessContradicts(Refusal):
    """The witness has seen another log than the database's: it was set back, or rewritten."""

    kind, code = Kind.UNAVAILABLE, "audit-witness-contradicts"
    title = N_("The audit log contradicts its witness")
    advice = N_(
        "The witness file has seen {witnessed} leaves, the database holds {size}. Nothing is sealed until this is "
        "cleared: if a backup was restored on purpose, run b2b-market audit accept-restore --reason; if not, "
        "somebody has changed the database."
    )


class WitnessUnreadable(Refusal):
    """The end of the witness file is no line of a witness."""

    kind, code = Kind.UNAVAILABLE, "audit-witness-unreadable"
    title = N_("The witness file cannot be read")
    advice = N_(
        "Its last line is neither a checkpoint nor a declaration. Put the file back from a copy, or look into it."
    )


class NothingToAccept(Refusal):
    """The witness and the log agree, so there is no restore to accept."""

    kind, code = Kind.CONFLICT, "audit-nothing-to-accept"
    title = N_("The audit log agrees with its witness")
    advice = N_("There is nothing to accept: the database holds everything that the witness has seen.")


def agrees(recorded: SignedCheckpoint | None, root: bytes) -> bool:
    """Tell whether the log's checkpoint of the witnessed size (None: it has none) has the witnessed root."""
    return recorded is not None and recorded.root == root
