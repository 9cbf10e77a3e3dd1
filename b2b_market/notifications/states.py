"""How a mail travels."""

from enum import StrEnum

from b2b_market.kernel.lifecycle import Lifecycle, Step


class MailStatus(StrEnum):
    """Where a mail is: waiting, taken by the server, kept in the mailbox page, or given up."""

    QUEUED = "queued"
    SENT = "sent"
    KEPT = "kept"
    DEAD = "dead"


LIFECYCLE = Lifecycle(
    MailStatus.QUEUED,
    Step("send", frozenset({MailStatus.QUEUED}), MailStatus.SENT),
    Step("keep", frozenset({MailStatus.QUEUED}), MailStatus.KEPT),
    Step("give_up", frozenset({MailStatus.QUEUED}), MailStatus.DEAD),
    Step("retry", frozenset({MailStatus.DEAD}), MailStatus.QUEUED),
)
