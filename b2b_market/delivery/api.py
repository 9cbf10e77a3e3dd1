"""Events that did not arrive, over HTTP: for the platform's operator, read-only for its auditor."""

from typing import Annotated, Final, Literal

from fastapi import APIRouter, Path, Query

from b2b_market.delivery import service
from b2b_market.delivery.commands import ListEvents, ReadEvent, RetryEvent, RetryTopic, SumUp
from b2b_market.delivery.schemas import EventDetailOut, EventOut, RetriedOut, SummaryOut
from b2b_market.delivery.states import DeliveryState
from b2b_market.infra.http.cursors import page_request
from b2b_market.infra.http.idempotency import IdempotencyKeyMalformed, IdempotencyKeyReused, RequestInProgress
from b2b_market.infra.http.requests import StrictRoute
from b2b_market.infra.http.wires import PageOut, WireUuid
from b2b_market.kernel.refusal import IllegalStep
from b2b_market.rbac.edge import Answer, Call
from b2b_market.rbac.responses import reads

router = APIRouter(prefix="/delivery", tags=["delivery"], route_class=StrictRoute)
TOPIC_PATTERN: Final = r"^[a-z0-9_]+(\.[a-z0-9_]+)+$"
Topic = Annotated[str | None, Query(pattern=TOPIC_PATTERN, max_length=200)]
_KEYS: Final = (IdempotencyKeyMalformed, IdempotencyKeyReused, RequestInProgress)


@router.get("/summary", response_model=SummaryOut, responses=reads())
def read_summary(call: Call) -> Answer:
    """Count what is not delivered, over all and by topic."""
    return call.answer(SummaryOut, service.sum_up(call.work, call.actor, SumUp()))


@router.get("/events", response_model=PageOut[EventOut], responses=reads())
def list_events(
    call: Call,
    limit: Annotated[int | None, Query(ge=1, le=200)] = None,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
    state: Literal["waiting", "failing", "dead"] | None = None,
    topic: Topic = None,
) -> Answer:
    """List undelivered events, the one announced first in front."""
    wanted = ListEvents(
        page=page_request(limit, cursor), state=None if state is None else DeliveryState(state), topic=topic
    )
    return call.answer_page(EventOut, service.list_events(call.work, call.actor, wanted))


@router.get("/events/{event_id}", response_model=EventDetailOut, responses=reads())
def read_event(event_id: WireUuid, call: Call) -> Answer:
    """Read one event with its payload; delivered ones too, for as long as they are kept."""
    return call.answer(EventDetailOut, service.read_event(call.work, call.actor, ReadEvent(event_id)))


@router.post("/events/{event_id}/retry", response_model=EventDetailOut, responses=reads(IllegalStep, *_KEYS))
def retry_event(event_id: WireUuid, call: Call) -> Answer:
    """Deliver a dead event again, from the start; subscribers that had it do not get it twice."""
    return call.answer(EventDetailOut, service.retry_event(call.work, call.actor, RetryEvent(event_id)))


@router.post("/topics/{topic}/retry", response_model=RetriedOut, responses=reads(*_KEYS))
def retry_topic(topic: Annotated[str, Path(pattern=TOPIC_PATTERN, max_length=200)], call: Call) -> Answer:
    """Deliver the dead events of a topic again, at most 1000 in one call; ``left`` says how many remain."""
    return call.answer(RetriedOut, service.retry_topic(call.work, call.actor, RetryTopic(topic)))
