"""The stages of the world: a rehearsal whose applications wait to be judged, and a dialogue that goes on with fewer."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from b2b_market.infra.runtime import Runtime
from b2b_market.tendering.commands.selecting import AddFile
from b2b_market.tendering.commands.tenders import DraftTender
from b2b_market.tendering.service import applying
from b2b_market.tendering.states.procedures import Entry
from b2b_market.tendering.states.selecting import TalkKind
from b2b_market.tendering.states.tenders import TenderStatus
from tests.support import reducing
from tests.support import tenders as made
from tests.support.selecting import apply, command, decide, judge, keep, meet, received, record
from tests.support.tenders import Hall
from tests.support.works import work_for


class Staged:
    """The stages of the world: a rehearsal whose applications wait to be judged, and a dialogue that has begun."""

    def __init__(self, runtime: Runtime, hall: Hall) -> None:
        """Publish both, and let every supplier apply with a file."""
        self.runtime, self.hall = runtime, hall
        self.things: dict[str, str] = {}
        # a day passes in a minute: whoever applies has minutes to do so, and the machine may need seconds
        times: dict[str, Any] = {"rehearsal_factor": 1440, "entry": Entry.INVITED, "supplier_ids": hall.suppliers}
        closes_at = datetime.now(UTC) + timedelta(minutes=60)
        self.judging = self._applied(command(hall, closes_at=closes_at, **times))
        self.dialogue = self._applied(command(hall, reducing.procedure(runtime, hall), closes_at=None, **times))
        self.things |= {"stage_tender_id": str(self.judging), "talks_tender_id": str(self.dialogue)}

    def _applied(self, wanted: DraftTender) -> UUID:
        tender_id = made.published(self.runtime, self.hall, wanted).tender.id
        for place, person in enumerate(self.hall.sales):
            apply(self.runtime, self.hall, tender_id, place)
            kept = keep(self.runtime, person, "register.txt", b"evidence")
            with work_for(self.runtime, person) as work:
                sent = applying.add_evidence(work, person, AddFile(tender_id, kept))
            assert sent.application is not None
            self.things.setdefault("application_id", str(sent.application.id))
            self.things.setdefault("stage_file_id", str(sent.files[0].id))
        return tender_id

    def run(self, until: Callable[[UUID, TenderStatus], None]) -> dict[str, str]:
        """Judge the applications for the dialogue, ask everybody in it, and drop one; return what the paths find."""
        for tender_id in (self.judging, self.dialogue):
            until(tender_id, TenderStatus.QUALIFYING)
        for one in received(self.runtime, self.hall.evaluator, self.dialogue):
            judge(self.runtime, self.hall, one)
        decide(self.runtime, self.hall, self.dialogue)
        until(self.dialogue, TenderStatus.DIALOGUE)
        asked = record(self.runtime, self.hall, self.dialogue, TalkKind.QUESTION)
        first = next(one.talk for one in asked if one.talk.supplier_id == self.hall.suppliers[0])
        meet(self.runtime, self.hall, self.dialogue, 0, 1)
        proposed = reducing.propose(self.runtime, self.hall, self.dialogue, ("90", "40"), 1)
        reducing.confirm(self.runtime, self.hall, proposed)
        (gone,) = reducing.departures(self.runtime, self.hall.purchaser, self.dialogue)
        ids = {"reduction_id": str(proposed.reduction.id), "departure_id": str(gone.id)}
        return {**self.things, **ids, "talk_id": str(first.id)}
