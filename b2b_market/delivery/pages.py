"""The desk of events that did not arrive: how many are where, the list, one event, sending again."""

import json
from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Response

from b2b_market.delivery import service
from b2b_market.delivery.commands import ListEvents, ReadEvent, RetryEvent, RetryTopic, SumUp
from b2b_market.delivery.service import EventView
from b2b_market.delivery.states import DeliveryState
from b2b_market.infra.http.cursors import encode_cursor, page_request
from b2b_market.infra.http.wires import WireUuid
from b2b_market.infra.outbox import MAX_ATTEMPTS
from b2b_market.kernel.refusal import IllegalStep
from b2b_market.kernel.text import N_
from b2b_market.rbac.page_edge import PageCall, PageContext, PageRoute
from b2b_market.ui.forms import Form, parse_form
from b2b_market.ui.viewer import Badge, Flash

PATH: Final = "/delivery"
router = APIRouter(prefix=PATH, route_class=PageRoute, include_in_schema=False)
PAGE_SIZE: Final = 50
FILTERS: Final = ("state", "topic")
BADGES: Final[Mapping[DeliveryState, Badge]] = MappingProxyType(
    {
        DeliveryState.WAITING: Badge(N_("Waiting for delivery"), "violet"),
        DeliveryState.FAILING: Badge(N_("Failing"), "warn"),
        DeliveryState.DEAD: Badge(N_("Dead letter"), "bad"),
        DeliveryState.DELIVERED: Badge(N_("Delivered"), "ok"),
    }
)


LISTED: Final = (DeliveryState.WAITING, DeliveryState.FAILING, DeliveryState.DEAD)


@router.get("")
def desk(call: PageCall, cursor: Annotated[str, Query(max_length=500)] = "") -> Response:
    """Show what is not delivered, filtered by the fields of the address."""
    actor = call.signed_in()
    sent = [(name, value) for name, value in call.request.query_params.multi_items() if name in FILTERS]
    form = Form(parse_form(sent))
    state, topic = form.one_of("state", LISTED), form.text("topic", limit=200)
    wanted = ListEvents(
        page=page_request(PAGE_SIZE, cursor or None), state=DeliveryState(state) if state else None, topic=topic
    )
    page = service.list_events(call.work, actor, wanted)
    summary = service.sum_up(call.work, actor, SumUp())
    query = {name: form.value(name) for name in FILTERS if form.value(name)}
    following = encode_cursor(page.next_after)
    context = {
        "page": page,
        "summary": summary,
        "oldest_age": None if summary.oldest_at is None else max(timedelta(), call.work.now() - summary.oldest_at),
        "form": form,
        "topics": [(each.topic, each.topic) for each in summary.topics],
        "filtered": bool(query),
        "badges": BADGES,
        "age": _age,
        "next_href": f"{PATH}?{urlencode({**query, 'cursor': following})}" if following else None,
        "first_href": f"{PATH}?{urlencode(query)}" if cursor else None,
    }
    return call.page("delivery/desk.html", context)


@router.post("/retry")
def retry_topic(call: PageCall) -> Response:
    """Send the dead events of a topic again."""
    service.retry_topic.admit(call.actor)
    form = Form(call.form())
    topic = form.text("topic", required=True, limit=200)
    if topic is None:
        return call.see(PATH, Flash(N_("Choose a topic first."), "warn"))
    done = service.retry_topic(call.work, call.actor, RetryTopic(topic))
    facts = {"topic": topic, "n": str(done.retried), "left": str(done.left)}
    if done.left:
        return call.see(PATH, Flash(N_("{topic}: {n} sent again, {left} still dead. Press again."), "warn", facts))
    return call.see(PATH, Flash(N_("{topic}: {n} sent again."), facts=facts))


@router.get("/{event_id}")
def event(event_id: WireUuid, call: PageCall) -> Response:
    """Show one event: its fact, its error, what waits behind it."""
    return _event_page(call, service.read_event(call.work, call.signed_in(), ReadEvent(event_id)))


@router.post("/{event_id}/retry")
def retry_event(event_id: WireUuid, call: PageCall) -> Response:
    """Send a dead event again."""
    try:
        again = service.retry_event(call.work, call.actor, RetryEvent(event_id))
    except IllegalStep as refusal:
        call.refuse(refusal)
        view = service.read_event(call.work, call.actor, ReadEvent(event_id))
        form = Form()
        form.add_refusal(refusal)
        return _event_page(call, view, form, status=409)
    return call.see(f"{PATH}/{event_id}", Flash(N_("{topic} is sent again."), facts={"topic": again.topic}))


def _event_page(call: PageContext, view: EventView, form: Form | None = None, *, status: int = 200) -> Response:
    context = {
        "view": view,
        "form": form or Form(),
        "badges": BADGES,
        "age": _age,
        "most_attempts": MAX_ATTEMPTS,
        "payload": [(name, _written(value)) for name, value in sorted(view.payload.items())],
    }
    return call.page("delivery/event.html", context, status=status)


def _written(value: object) -> str | None:
    """Return a value of a payload as people read it: words as they are, lists and the like as JSON."""
    return value if value is None or isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _age(view: EventView) -> timedelta:
    return timedelta(seconds=view.age_seconds)
