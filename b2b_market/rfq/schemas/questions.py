"""Wire shapes of questions and answers."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from b2b_market.infra.http.wires import LongText, WireIn, WireOut, WireTime, WireUuid, wire_enum
from b2b_market.rfq.commands import requests as commands
from b2b_market.rfq.states import QuestionStatus, ReplyKind


class QuestionIn(WireIn):
    """A question about a request, or about one of its lines. Every supplier reads it: do not name your company."""

    text: Annotated[LongText, Field(min_length=4)]
    line_id: WireUuid | None = None

    def to_command(self, rfq_id: UUID) -> commands.AskQuestion:
        """Return the operation's input."""
        return commands.AskQuestion(rfq_id=rfq_id, text=self.text, line_id=self.line_id)


class ReplyIn(WireIn):
    """What the buyer says to a question."""

    text: Annotated[LongText, Field(min_length=4)]

    def to_command(self, question_id: UUID, expected_version: int | None) -> commands.ReplyToQuestion:
        """Return the operation's input."""
        return commands.ReplyToQuestion(question_id, expected_version, self.text)


class ReplyOut(WireOut):
    """An answer to all, or, for its asker, why there is none."""

    id: WireUuid
    kind: wire_enum(ReplyKind)  # type: ignore[valid-type]  # an Annotated alias made by a function
    text: str
    replied_at: WireTime


class QuestionOut(WireOut):
    """A question without its asker; ``own`` tells a supplier that its own company asked, ``version`` is the buyer's."""

    id: WireUuid
    version: int | None
    rfq_id: WireUuid
    line_id: WireUuid | None
    text: str
    asked_at: WireTime
    status: wire_enum(QuestionStatus)  # type: ignore[valid-type]  # an Annotated alias made by a function
    own: bool
    replies: list[ReplyOut]
